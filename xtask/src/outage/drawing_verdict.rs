//! What children felt who drew while their database was killed, and whether it may be. Pure.

use std::fmt;
use std::time::{Duration, Instant};

use visitors::{Report, Strokes};

/// How long after its return everybody may take to be back in their rooms. Whoever was refused waits for as long as the
/// refusal said, and a little more.
const HEALED_WITHIN: Duration = Duration::from_secs(10);

/// What was seen of the class at one moment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tick {
    pub(super) at: Instant,
    /// They are leaving.
    pub(super) is_over: bool,
    /// Live sockets that are open.
    pub(super) open: usize,
    /// Strokes that have come to somebody since the beginning.
    pub(super) strokes: u64,
}

/// From when to when the database was away.
#[derive(Clone, Copy, Debug)]
pub(super) struct Round {
    pub(super) killed_at: Instant,
    pub(super) returned_at: Instant,
}

/// What came of a round.
#[derive(Debug, PartialEq)]
struct Healing {
    away: Duration,
    /// From the return until all were in their rooms, and stayed; nothing when they were not.
    healed_after: Option<Duration>,
    /// Strokes that came to somebody afterwards.
    strokes: u64,
}

/// The figures.
#[derive(Debug)]
pub(super) struct Verdict {
    /// All were there before the first round, and drew.
    began_well: bool,
    healings: Vec<Healing>,
    strokes: Strokes,
    /// Errors of calls.
    failed: u64,
    /// What somebody was told over a socket that could not be done.
    complaints: u64,
    problems: Vec<String>,
}

impl Verdict {
    /// `sockets` are open when all are there.
    pub(super) fn of(ticks: &[Tick], rounds: &[Round], report: &Report, sockets: usize) -> Self {
        let ticks: Vec<Tick> = ticks.iter().filter(|tick| !tick.is_over).copied().collect();
        let first = rounds.first().map(|round| round.killed_at);
        let before = ticks
            .iter()
            .rev()
            .find(|tick| first.is_some_and(|first| tick.at < first));
        let healings = rounds.iter().enumerate().map(|(number, round)| {
            let next = rounds.get(number + 1).map(|next| next.killed_at);
            let until_next =
                |tick: &&Tick| tick.at > round.returned_at && next.is_none_or(|next| tick.at < next);
            let after: Vec<Tick> = ticks.iter().filter(until_next).copied().collect();
            healing(round, &after, sockets)
        });
        let phases = [&report.ramp, &report.steady];
        Self {
            began_well: before.is_some_and(|tick| tick.open == sockets && tick.strokes > 0),
            healings: healings.collect(),
            strokes: report.strokes.clone(),
            // That sockets are closed is how children are told to come again; and whoever is told that a picture could not
            // be kept knows it.
            failed: phases.iter().map(|phase| phase.overall.failed()).sum(),
            complaints: phases.iter().map(|phase| phase.sockets.complaints).sum(),
            problems: report.problems.clone(),
        }
    }

    /// What did not hold.
    pub(super) fn faults(&self) -> Vec<String> {
        let strokes = &self.strokes;
        let mut faults = Vec::new();
        let mut check = |is_fault: bool, what: String| {
            if is_fault {
                faults.push(what);
            }
        };
        check(
            !self.began_well,
            "not everybody was there and drew before".to_owned(),
        );
        for (number, healing) in (1..).zip(&self.healings) {
            let healed = healing.healed_after.is_some_and(|time| time <= HEALED_WITHIN);
            check(
                !healed,
                format!(
                    "round {number}: all were back after {}",
                    shown(healing.healed_after)
                ),
            );
            check(
                healing.strokes == 0,
                format!("round {number}: nobody saw a stroke afterwards"),
            );
        }
        check(strokes.expected == 0, "no stroke had to be seen".to_owned());
        for (count, what) in [
            (strokes.lost, "lost"),
            (strokes.doubled, "doubled"),
            (strokes.disordered, "out of order"),
            (strokes.forgotten, "seen by somebody and lost"),
        ] {
            check(count > 0, format!("{count} strokes {what}"));
        }
        check(
            self.failed > 0,
            format!("{} errors: {:?}", self.failed, self.problems),
        );
        faults
    }
}

/// The last moment at which somebody was missing decides.
fn healing(round: &Round, after: &[Tick], sockets: usize) -> Healing {
    let mut all_there = after.iter().rev().take_while(|tick| tick.open == sockets);
    let (last, first) = (all_there.next(), all_there.last());
    let healed = first.or(last);
    Healing {
        away: round.returned_at.saturating_duration_since(round.killed_at),
        healed_after: healed.map(|tick| tick.at.saturating_duration_since(round.returned_at)),
        strokes: last
            .zip(healed)
            .map_or(0, |(last, healed)| last.strokes - healed.strokes),
    }
}

fn shown(time: Option<Duration>) -> String {
    time.map_or_else(
        || "never".to_owned(),
        |time| format!("{:.1} s", time.as_secs_f64()),
    )
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, healing) in (1..).zip(&self.healings) {
            writeln!(
                f,
                "round {number}: away for {:.1} s, all back in their rooms after {}, {} strokes seen afterwards",
                healing.away.as_secs_f64(),
                shown(healing.healed_after),
                healing.strokes
            )?;
        }
        let strokes = &self.strokes;
        write!(
            f,
            "strokes: {} made, {} had to be seen; {} lost, {} doubled, {} out of order, {} seen by somebody and lost",
            strokes.made,
            strokes.expected,
            strokes.lost,
            strokes.doubled,
            strokes.disordered,
            strokes.forgotten
        )?;
        write!(f, "\ntold that something could not be done: {}", self.complaints)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: usize = 8;

    /// Two rounds, from 10 to 12 and from 30 to 40, and what is seen in these seconds: sockets, and strokes so far.
    fn faults(ticks: &[(u64, usize, u64)], change: impl Fn(&mut Report)) -> Vec<String> {
        let began = Instant::now();
        let at = |seconds: u64| began + Duration::from_secs(seconds);
        let round = |killed, returned| Round {
            killed_at: at(killed),
            returned_at: at(returned),
        };
        let ticks: Vec<Tick> = ticks
            .iter()
            .map(|(seconds, open, strokes)| Tick {
                at: at(*seconds),
                is_over: *seconds >= 60,
                open: *open,
                strokes: *strokes,
            })
            .collect();
        let mut report = Report::default();
        report.strokes.expected = 100;
        change(&mut report);
        Verdict::of(&ticks, &[round(10, 12), round(30, 40)], &report, ALL).faults()
    }

    const WELL: [(u64, usize, u64); 9] = [
        (9, ALL, 50),
        (11, ALL, 60),
        (14, ALL, 60),
        (29, ALL, 90),
        (35, 4, 90),
        (42, 6, 95),
        (45, ALL, 95),
        (59, ALL, 140),
        (61, 0, 140),
    ];

    #[test]
    fn who_heals_and_loses_nothing_passes() {
        assert_eq!(faults(&WELL, |_| ()), [""; 0]);
        // To be sent away and to come again is no error.
        let closed = |report: &mut Report| {
            report.steady.sockets.closes.insert(1013, 24);
            report.steady.sockets.complaints = 1;
        };
        assert_eq!(faults(&WELL, closed), [""; 0]);
    }

    #[test]
    fn whoever_is_not_back_in_time_is_told() {
        let mut late = WELL;
        late[6] = (51, ALL, 95);
        assert_eq!(faults(&late, |_| ()), ["round 2: all were back after 11.0 s"]);
        let mut again = WELL;
        again[7] = (59, ALL - 1, 140);
        let never = faults(&again, |_| ());
        assert_eq!(
            never,
            [
                "round 2: all were back after never",
                "round 2: nobody saw a stroke afterwards"
            ]
        );
        let mut silent = WELL;
        silent[7] = (59, ALL, 95);
        assert_eq!(
            faults(&silent, |_| ()),
            ["round 2: nobody saw a stroke afterwards"]
        );
        let mut absent = WELL;
        absent[0] = (9, ALL - 1, 50);
        assert_eq!(
            faults(&absent, |_| ()),
            ["not everybody was there and drew before"]
        );
    }

    #[test]
    fn every_stroke_that_goes_wrong_is_a_fault() {
        type Change = fn(&mut Report);
        let changes: [(Change, &str); 6] = [
            (|report| report.strokes.lost = 1, "1 strokes lost"),
            (|report| report.strokes.doubled = 2, "2 strokes doubled"),
            (|report| report.strokes.disordered = 3, "3 strokes out of order"),
            (
                |report| report.strokes.forgotten = 4,
                "4 strokes seen by somebody and lost",
            ),
            (|report| report.strokes.expected = 0, "no stroke had to be seen"),
            (
                |report| report.ramp.overall.errors = [("json".to_owned(), 1)].into(),
                "1 errors: []",
            ),
        ];
        for (change, fault) in changes {
            assert_eq!(faults(&WELL, change), [fault]);
        }
    }
}
