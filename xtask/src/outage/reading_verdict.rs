//! What was felt before, during and after an outage, and whether it may be. Pure.

use std::fmt;
use std::time::{Duration, Instant};

use crate::confined::{Answered, Probe, Served};

/// How long the server may take to serve everybody again after the return.
const HEALED_WITHIN: Duration = Duration::from_secs(5);
/// A refusal is quick work.
const REFUSED_WITHIN: Duration = Duration::from_secs(2);

/// From when to when the database was away.
#[derive(Clone, Copy, Debug)]
pub(super) struct Outage {
    pub(super) stopped_at: Instant,
    pub(super) returned_at: Instant,
}

/// The figures.
#[derive(Debug, Default)]
pub(super) struct Verdict {
    served_before: usize,
    refused_before: usize,
    refused_meanwhile: usize,
    slowest_refusal: Duration,
    /// From the return to the first probe from which on all were served; nothing when the last one was not.
    healed_after: Option<Duration>,
    wrong: Vec<String>,
    readers_answered: u64,
    readers_refused: u64,
    /// Of these, without `Retry-After`.
    readers_unadvised: u64,
    readers_failed: u64,
    readers_problems: Vec<String>,
}

impl Verdict {
    pub(super) fn of(served: &Served, outage: Outage) -> Self {
        let readers = &served.readers;
        let both = [&readers.ramp.overall, &readers.steady.overall];
        let mut verdict = Self {
            healed_after: healed_after(&served.probes, outage.returned_at),
            wrong: served.wrongs().map(str::to_owned).collect(),
            readers_answered: served.readers_answered(),
            readers_refused: readers.refused(),
            readers_unadvised: both.iter().map(|figures| figures.refusals_without_wait).sum(),
            readers_failed: readers.failed(),
            readers_problems: readers.problems.clone(),
            ..Self::default()
        };
        for probe in &served.probes {
            let is_before = probe.at + probe.took < outage.stopped_at;
            match probe.answer {
                Answered::Served => verdict.served_before += usize::from(is_before),
                Answered::Refused if is_before => verdict.refused_before += 1,
                Answered::Refused => {
                    verdict.refused_meanwhile += 1;
                    verdict.slowest_refusal = verdict.slowest_refusal.max(probe.took);
                }
                Answered::Wrong(_) => {}
            }
        }
        verdict
    }

    /// What did not hold.
    pub(super) fn faults(&self) -> Vec<String> {
        let healed = self.healed_after.is_some_and(|time| time <= HEALED_WITHIN);
        let faults = [
            (self.served_before == 0, "nothing was served before".to_owned()),
            (
                self.refused_before > 0,
                format!("{} refusals before", self.refused_before),
            ),
            (
                self.refused_meanwhile == 0,
                "nobody was told to come back".to_owned(),
            ),
            (
                self.slowest_refusal > REFUSED_WITHIN,
                format!("a refusal took {:.1} s", self.slowest_refusal.as_secs_f64()),
            ),
            (!healed, format!("healed after {}", shown(self.healed_after))),
            (
                !self.wrong.is_empty(),
                format!("{} wrong answers: {:?}", self.wrong.len(), self.wrong.first()),
            ),
            (self.readers_answered == 0, "no reader was answered".to_owned()),
            (
                self.readers_failed > 0,
                format!(
                    "{} errors of readers: {:?}",
                    self.readers_failed, self.readers_problems
                ),
            ),
            (
                self.readers_unadvised > 0,
                format!("{} refusals without Retry-After", self.readers_unadvised),
            ),
        ];
        faults
            .into_iter()
            .filter_map(|(is_fault, what)| is_fault.then_some(what))
            .collect()
    }
}

/// The last probe that was not served decides; one that was under way at the return counts from its end.
fn healed_after(probes: &[Probe], returned_at: Instant) -> Option<Duration> {
    let good = probes
        .iter()
        .rev()
        .take_while(|probe| probe.answer == Answered::Served)
        .last()?;
    Some((good.at + good.took).saturating_duration_since(returned_at))
}

fn shown(time: Option<Duration>) -> String {
    time.map_or_else(
        || "never".to_owned(),
        |time| format!("{:.1} s", time.as_secs_f64()),
    )
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "probes served before: {}", self.served_before)?;
        writeln!(
            f,
            "probes told to come back meanwhile: {}, the slowest after {:.0} ms",
            self.refused_meanwhile,
            self.slowest_refusal.as_secs_f64() * 1000.0
        )?;
        writeln!(f, "wrong answers: {}", self.wrong.len())?;
        writeln!(
            f,
            "readers: {} answers, {} refusals, {} errors",
            self.readers_answered, self.readers_refused, self.readers_failed
        )?;
        write!(f, "all served again after: {}", shown(self.healed_after))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::confined::probe;

    /// Seconds after the beginning, and what the probe came to; the outage lasts from 10 to 40. A reader was answered.
    fn verdict(probes: &[(u64, u64, Answered)]) -> Vec<String> {
        let mut readers = visitors::Report::default();
        readers.steady.overall.answered = 1;
        verdict_with(readers, probes)
    }

    fn verdict_with(readers: visitors::Report, probes: &[(u64, u64, Answered)]) -> Vec<String> {
        let began = Instant::now();
        let at = |seconds: u64| began + Duration::from_secs(seconds);
        let probes = probes
            .iter()
            .map(|(seconds, took, answer)| probe(at(*seconds), *took, answer.clone()));
        let served = Served {
            probes: probes.collect(),
            readers,
            ..Served::default()
        };
        let outage = Outage {
            stopped_at: at(10),
            returned_at: at(40),
        };
        Verdict::of(&served, outage).faults()
    }

    const BEFORE: (u64, u64, Answered) = (1, 10, Answered::Served);
    const MEANWHILE: (u64, u64, Answered) = (20, 30, Answered::Refused);

    #[test]
    fn a_server_that_refuses_and_heals_passes() {
        let healed = (42, 10, Answered::Served);
        assert_eq!(verdict(&[BEFORE, MEANWHILE, healed]), [""; 0]);
    }

    #[test]
    fn readers_who_were_never_answered_are_a_fault() {
        let probes = [BEFORE, MEANWHILE, (42, 10, Answered::Served)];
        let faults = verdict_with(visitors::Report::default(), &probes);
        assert_eq!(faults, ["no reader was answered"]);
    }

    #[test]
    fn healing_late_or_never_is_a_fault() {
        let late = (46, 10, Answered::Served);
        assert_eq!(verdict(&[BEFORE, MEANWHILE, late]), ["healed after 6.0 s"]);
        let again = (50, 10, Answered::Refused);
        assert_eq!(verdict(&[BEFORE, MEANWHILE, again]), ["healed after never"]);
    }

    #[test]
    fn other_answers_slow_refusals_and_silence_are_faults() {
        let healed = (42, 10, Answered::Served);
        let wrong = (20, 10, Answered::Wrong("a probe was answered 500".to_owned()));
        assert_eq!(verdict(&[BEFORE, MEANWHILE, wrong, healed.clone()]).len(), 1);
        let slow = (20, 2_500, Answered::Refused);
        assert_eq!(verdict(&[BEFORE, slow, healed.clone()]), ["a refusal took 2.5 s"]);
        assert_eq!(verdict(&[BEFORE, healed]), ["nobody was told to come back"]);
    }
}
