//! How long answers take: counts by fixed buckets.

/// Upper edges of the buckets in microseconds, seven to a power of ten: a percentile is right to a third or better.
/// What takes longer than the last one has a bucket of its own.
pub const EDGES: [u32; 42] = [
    100, 150, 200, 300, 400, 500, 700, //
    1_000, 1_500, 2_000, 3_000, 4_000, 5_000, 7_000, //
    10_000, 15_000, 20_000, 30_000, 40_000, 50_000, 70_000, //
    100_000, 150_000, 200_000, 300_000, 400_000, 500_000, 700_000, //
    1_000_000, 1_500_000, 2_000_000, 3_000_000, 4_000_000, 5_000_000, 7_000_000, //
    10_000_000, 15_000_000, 20_000_000, 30_000_000, 40_000_000, 50_000_000, 70_000_000,
];

/// So many answers in each bucket.
#[derive(Clone, Debug)]
pub struct Histogram([u64; EDGES.len() + 1]);

impl Default for Histogram {
    fn default() -> Self {
        Self([0; EDGES.len() + 1])
    }
}

impl Histogram {
    /// Counts one that took so many microseconds.
    pub fn add(&mut self, micros: u64) {
        self.0[EDGES.partition_point(|edge| u64::from(*edge) < micros)] += 1;
    }

    /// Counts all of another one, too.
    pub fn merge(&mut self, other: &Self) {
        for (mine, theirs) in self.0.iter_mut().zip(other.0) {
            *mine += theirs;
        }
    }

    /// How many were counted.
    pub fn count(&self) -> u64 {
        self.0.iter().sum()
    }

    /// How many took at most `edge` microseconds; exact for each of [`EDGES`].
    pub fn within(&self, edge: u32) -> u64 {
        let buckets = EDGES.partition_point(|bucket| *bucket <= edge);
        self.0[..buckets].iter().sum()
    }

    /// The time that the share `part` (0 to 1) did not exceed, in microseconds, as if the answers of a bucket were spread
    /// evenly over it. Nothing when none was counted; the last edge when it was longer than that.
    pub fn quantile(&self, part: f64) -> Option<u64> {
        let count = self.count();
        if count == 0 {
            return None;
        }
        let rank = part * count as f64;
        let mut below = 0.0;
        for (bucket, &here) in self.0.iter().enumerate() {
            let here = here as f64;
            if here > 0.0 && below + here >= rank {
                return Some(inside(bucket, (rank - below) / here));
            }
            below += here;
        }
        Some(inside(EDGES.len(), 1.0))
    }
}

/// The time at the share `part` of a bucket.
fn inside(bucket: usize, part: f64) -> u64 {
    let last = EDGES.len() - 1;
    if bucket > last {
        return u64::from(EDGES[last]);
    }
    let low = bucket.checked_sub(1).map_or(0, |before| EDGES[before]);
    let width = f64::from(EDGES[bucket] - low);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between two edges"
    )]
    let above = (part.clamp(0.0, 1.0) * width) as u64;
    u64::from(low) + above
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(times: impl IntoIterator<Item = u64>) -> Histogram {
        let mut histogram = Histogram::default();
        times.into_iter().for_each(|micros| histogram.add(micros));
        histogram
    }

    #[test]
    fn edges_rise() {
        assert!(EDGES.is_sorted_by(|a, b| a < b));
    }

    #[test]
    fn percentiles_are_right_to_a_third() {
        let histogram = of((1..=10_000).map(|n| n * 100));
        for part in [0.5, 0.95, 0.99] {
            let exact = part * 1_000_000.0;
            let found = histogram.quantile(part).unwrap() as f64;
            assert!((found / exact - 1.0).abs() < 0.34, "{part}: {found} for {exact}");
        }
        assert_eq!(Histogram::default().quantile(0.5), None);
    }

    #[test]
    fn extremes_have_their_buckets() {
        let histogram = of([0, u64::MAX]);
        assert_eq!(histogram.count(), 2);
        assert!(histogram.quantile(0.01).unwrap() <= 100);
        assert_eq!(histogram.quantile(1.0), Some(70_000_000));
    }

    #[test]
    fn an_edge_belongs_to_the_bucket_below_it() {
        let histogram = of([499_999, 500_000, 500_001]);
        assert_eq!(histogram.within(500_000), 2);
        assert_eq!(histogram.within(700_000), 3);
    }
}
