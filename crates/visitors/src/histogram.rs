//! A histogram of times with buckets of fixed number and growing width: 7 KiB however many values it holds.
//!
//! Up to 128 µs each microsecond has a bucket; above, each doubling has 64, so a percentile is at most 1/64 too high.

use std::time::Duration;

use crate::report::Times;

const SUB_BITS: u32 = 6;
const SUBS: usize = 1 << SUB_BITS;
/// 2³² µs are 71 minutes; what takes longer is counted there.
const LARGEST: u64 = u32::MAX as u64;
const BUCKETS: usize = (32 - SUB_BITS as usize - 1) * SUBS + 2 * SUBS;

#[derive(Clone, Debug)]
pub(crate) struct Histogram {
    /// Empty until there is a value.
    counts: Vec<u32>,
    count: u64,
    sum: u64,
    min: u64,
    max: u64,
}

impl Default for Histogram {
    fn default() -> Self {
        Self {
            counts: Vec::new(),
            count: 0,
            sum: 0,
            min: u64::MAX,
            max: 0,
        }
    }
}

impl Histogram {
    pub(crate) fn record(&mut self, time: Duration) {
        let micros = u64::try_from(time.as_micros()).unwrap_or(LARGEST).min(LARGEST);
        self.counts.resize(BUCKETS, 0);
        self.counts[bucket(micros)] += 1;
        self.count += 1;
        self.sum += micros;
        self.min = self.min.min(micros);
        self.max = self.max.max(micros);
    }

    pub(crate) fn count(&self) -> u64 {
        self.count
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        if other.count == 0 {
            return;
        }
        self.counts.resize(BUCKETS, 0);
        for (own, more) in self.counts.iter_mut().zip(&other.counts) {
            *own += more;
        }
        self.count += other.count;
        self.sum += other.sum;
        self.min = self.min.min(other.min);
        self.max = self.max.max(other.max);
    }

    /// The time that this percentage of the values did not exceed (nearest rank), in microseconds; zero without values.
    fn percentile(&self, percent: u64) -> u64 {
        let rank = (self.count * percent).div_ceil(100).max(1);
        let mut seen = 0;
        for (index, &count) in self.counts.iter().enumerate() {
            seen += u64::from(count);
            if seen >= rank {
                return highest(index).clamp(self.min, self.max);
            }
        }
        0
    }

    pub(crate) fn times(&self) -> Times {
        if self.count == 0 {
            return Times::default();
        }
        let millis = |micros: u64| micros as f64 / 1000.0;
        Times {
            min: millis(self.min),
            // Whole microseconds are fine enough.
            mean: millis(self.sum / self.count),
            p50: millis(self.percentile(50)),
            p95: millis(self.percentile(95)),
            p99: millis(self.percentile(99)),
            max: millis(self.max),
        }
    }
}

/// The bucket of a value of at most [`LARGEST`].
fn bucket(micros: u64) -> usize {
    let shift = shift(micros);
    shift as usize * SUBS + usize::try_from(micros >> shift).expect("seven bits are left")
}

/// How many low bits the bucket of this value does not tell apart.
fn shift(micros: u64) -> u32 {
    (u64::BITS - micros.leading_zeros()).saturating_sub(SUB_BITS + 1)
}

/// The highest value of a bucket.
fn highest(bucket: usize) -> u64 {
    let shift = (bucket / SUBS).saturating_sub(1);
    let within = (bucket - shift * SUBS) as u64;
    ((within + 1) << shift) - 1
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    fn histogram(values: &[u64]) -> Histogram {
        let mut histogram = Histogram::default();
        for &value in values {
            histogram.record(Duration::from_micros(value));
        }
        histogram
    }

    /// Values of every size, not only large ones.
    fn value() -> impl Strategy<Value = u64> {
        (0..=LARGEST, 0..32_u32).prop_map(|(value, shift)| value >> shift)
    }

    proptest! {
        #[test]
        fn a_percentile_is_the_nearest_rank_or_a_64th_above(mut values in vec(value(), 1..400), percent in 1_u64..=100) {
            let found = histogram(&values).percentile(percent);
            values.sort_unstable();
            let rank = (values.len() * usize::try_from(percent).unwrap()).div_ceil(100);
            let exact = values[rank - 1];
            prop_assert!(found >= exact && found <= exact + exact / 64, "{found} for {exact}");
        }

        #[test]
        fn every_value_lies_in_its_bucket(value in value()) {
            let index = bucket(value);
            prop_assert!(index < BUCKETS);
            prop_assert!(value <= highest(index));
            prop_assert!(index == 0 || value > highest(index - 1));
        }

        #[test]
        fn merging_is_recording_both(one in vec(value(), 0..50), other in vec(value(), 0..50)) {
            let mut merged = histogram(&one);
            merged.merge(&histogram(&other));
            prop_assert_eq!(merged.times(), histogram(&[one, other].concat()).times());
        }
    }

    #[test]
    fn times_are_milliseconds() {
        let times = histogram(&[1000, 2000, 6000]).times();
        assert_eq!((times.min, times.mean, times.max), (1.0, 3.0, 6.0));
        assert_eq!(Histogram::default().times(), Times::default());
        let mut long = Histogram::default();
        long.record(Duration::from_secs(1_000_000));
        assert_eq!(long.percentile(50), LARGEST);
    }
}
