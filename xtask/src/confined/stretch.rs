//! What probes felt in one stretch of time, an attack above all: what was well before it says nothing about it. Pure.

use std::time::{Duration, Instant};

use super::{Answered, Probe, Served};

/// The probes that began in it. One that has no answer yet counts with its time so far.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stretch<'a> {
    pub(super) served: &'a Served,
    pub(super) from: Instant,
    pub(super) to: Instant,
}

impl Stretch<'_> {
    fn probes(&self) -> impl Iterator<Item = &Probe> {
        let is_in_it = |probe: &&Probe| probe.at >= self.from;
        self.served.probes.iter().filter(is_in_it)
    }

    fn were_served(&self) -> impl Iterator<Item = &Probe> {
        self.probes().filter(|probe| probe.answer == Answered::Served)
    }

    /// How long the one without an answer has waited.
    fn open(&self) -> Option<Duration> {
        let began = self.served.open.filter(|at| *at >= self.from)?;
        Some(self.to.saturating_duration_since(began))
    }

    /// How many came to something.
    pub(crate) fn ended(&self) -> usize {
        self.probes().count()
    }

    /// How many began.
    pub(crate) fn begun(&self) -> usize {
        self.ended() + usize::from(self.open().is_some())
    }

    /// How many came to this.
    pub(crate) fn count(&self, answer: &Answered) -> usize {
        self.probes().filter(|probe| probe.answer == *answer).count()
    }

    /// The time that 95 of 100 of those that were served, or still hope to be, did not exceed, in milliseconds (nearest
    /// rank).
    pub(crate) fn p95(&self) -> f64 {
        let times = self.were_served().map(|probe| probe.took);
        let mut times: Vec<Duration> = times.chain(self.open()).collect();
        times.sort_unstable();
        let rank = (times.len() * 95).div_ceil(100);
        let time = times.get(rank.saturating_sub(1)).copied().unwrap_or_default();
        time.as_secs_f64() * 1000.0
    }

    /// The longest time in which none was served, from the beginning to the end.
    pub(crate) fn longest_silence(&self) -> Duration {
        let (mut last, mut longest) = (self.from, Duration::ZERO);
        for at in self
            .were_served()
            .map(|probe| probe.at + probe.took)
            .chain([self.to])
        {
            longest = longest.max(at.saturating_duration_since(last));
            last = at;
        }
        longest
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::confined::probe;

    /// Probes that begin so many milliseconds after the beginning of the test, and take that many.
    fn served(began: Instant, probes: impl IntoIterator<Item = (u64, u64, Answered)>) -> Served {
        let at = |after| began + Duration::from_millis(after);
        let probes = probes
            .into_iter()
            .map(|(after, took, answer)| probe(at(after), took, answer));
        Served {
            probes: probes.collect(),
            ..Served::default()
        }
    }

    #[test]
    fn the_95th_percentile_is_the_nearest_rank_of_what_was_served() {
        let now = Instant::now();
        let hundred = (1..=100).rev().map(|time| (0, time, Answered::Served));
        let with_a_refusal = served(now, hundred.chain([(0, 9_000, Answered::Refused)]));
        assert!((with_a_refusal.between(now, now).p95() - 95.0).abs() < 1e-9);
        assert!(served(now, []).between(now, now).p95().abs() < 1e-9);
    }

    #[test]
    fn what_began_before_does_not_count() {
        let now = Instant::now();
        let calm = (0..12).map(|number| (number * 250, 900, Answered::Served));
        let served = served(now, calm.chain([(3_000, 5, Answered::Refused)]));
        let stretch = served.between(now + Duration::from_secs(3), now + Duration::from_secs(4));
        assert_eq!((stretch.begun(), stretch.ended()), (1, 1));
        assert_eq!(stretch.count(&Answered::Served), 0);
        assert_eq!(stretch.count(&Answered::Refused), 1);
        assert!(stretch.p95().abs() < 1e-9);
    }

    #[test]
    fn one_without_an_answer_counts_with_its_time_so_far() {
        let now = Instant::now();
        let mut served = served(now, [(0, 10, Answered::Served)]);
        served.open = Some(now + Duration::from_millis(250));
        let stretch = served.between(now, now + Duration::from_millis(4_250));
        assert_eq!((stretch.begun(), stretch.ended()), (2, 1));
        assert!((stretch.p95() - 4_000.0).abs() < 1e-9);
    }

    #[test]
    fn silence_lasts_from_one_that_was_served_to_the_next_or_to_the_end() {
        let now = Instant::now();
        let silence = |probes: &[(u64, u64, Answered)], to| {
            let served = served(now, probes.iter().cloned());
            let stretch = served.between(now, now + Duration::from_millis(to));
            stretch.longest_silence().as_millis()
        };
        let (first, last) = ((200, 50, Answered::Served), (6_000, 50, Answered::Served));
        let refused = (3_000, 10, Answered::Refused);
        assert_eq!(silence(&[first.clone(), refused, last.clone()], 6_300), 5_800);
        assert_eq!(silence(&[first], 9_250), 9_000);
        assert_eq!(silence(&[last], 6_300), 6_050);
        assert_eq!(silence(&[], 3_000), 3_000);
    }
}
