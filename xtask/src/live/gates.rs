//! What must hold of live sockets at the limit. Pure.

use std::fmt;

use super::parts::{KEPT, Outcome, Part, mib};

/// Ten thousand sockets in rooms, and everything else that the server has.
const WITH_ALL: u64 = 64 << 20;
/// Messages a second on one core.
const DELIVERED: f64 = 30_000.0;
/// What 95 of 100 strokes may take with PostgreSQL far away, in milliseconds.
const STROKE_P95: f64 = 500.0;

/// One thing that must hold.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Gate {
    pub(super) what: &'static str,
    target: String,
    measured: String,
    pub(super) passed: bool,
}

impl fmt::Display for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verdict = if self.passed { "PASS" } else { "FAIL" };
        let Self {
            what,
            target,
            measured,
            ..
        } = self;
        write!(f, "{verdict:<6} {what:<44} {target:<26} {measured}")
    }
}

/// Every gate of a part. One that was not carried out has failed all of them.
pub(super) fn of(outcome: &Outcome) -> Vec<Gate> {
    let mut gates = match outcome.part {
        Part::Rooms => vec![
            with_all(outcome),
            all_stay(outcome),
            no_error(outcome),
            back(outcome),
        ],
        Part::Delivery => vec![delivered(outcome), no_error(outcome), back(outcome)],
        Part::FarPostgres => vec![
            in_time(outcome),
            strokes(outcome),
            no_error(outcome),
            back(outcome),
        ],
    };
    gates.push(gate(
        outcome,
        "kills",
        "0".to_owned(),
        outcome.seen.kills.to_string(),
        outcome.seen.kills == 0,
    ));
    gates
}

fn gate(outcome: &Outcome, what: &'static str, target: String, measured: String, passed: bool) -> Gate {
    Gate {
        what,
        target,
        measured,
        passed: passed && outcome.failure.is_none(),
    }
}

fn with_all(outcome: &Outcome) -> Gate {
    let (memory, target) = (outcome.with_all, format!("≤ {}", mib(WITH_ALL)));
    let passed = memory > 0 && memory <= WITH_ALL;
    gate(
        outcome,
        "resident memory with all in their rooms",
        target,
        mib(memory),
        passed,
    )
}

fn all_stay(outcome: &Outcome) -> Gate {
    let (open, all) = (outcome.report.sockets_open, outcome.people);
    gate(
        outcome,
        "sockets that stay",
        all.to_string(),
        open.to_string(),
        open == all,
    )
}

fn no_error(outcome: &Outcome) -> Gate {
    let report = &outcome.report;
    let (failed, refused) = (report.failed(), report.refused());
    let absent = outcome.people - report.entered.min(outcome.people);
    let measured = format!("{failed} errors, {refused} refusals, {absent} did not get in");
    gate(
        outcome,
        "no error",
        "0".to_owned(),
        measured,
        failed == 0 && absent == 0,
    )
}

fn back(outcome: &Outcome) -> Gate {
    let target = format!("≤ idle + {} within 60 s", mib(KEPT));
    let time = outcome.back.map_or_else(
        || "never".to_owned(),
        |time| format!("{:.1} s", time.as_secs_f64()),
    );
    let measured = format!("{} idle, {} after {time}", mib(outcome.idle), mib(outcome.after));
    gate(
        outcome,
        "memory after all have left",
        target,
        measured,
        outcome.back.is_some(),
    )
}

fn delivered(outcome: &Outcome) -> Gate {
    let rate = outcome.delivered();
    let (target, measured) = (format!("≥ {DELIVERED:.0}/s"), format!("{rate:.0}/s"));
    gate(
        outcome,
        "messages delivered on one core",
        target,
        measured,
        rate >= DELIVERED,
    )
}

fn in_time(outcome: &Outcome) -> Gate {
    let sockets = &outcome.report.steady.sockets;
    let p95 = sockets.delay.p95;
    let (target, measured) = (format!("< {STROKE_P95:.0} ms"), format!("{p95:.0} ms"));
    gate(
        outcome,
        "p95 of strokes",
        target,
        measured,
        sockets.seen > 0 && p95 < STROKE_P95,
    )
}

fn strokes(outcome: &Outcome) -> Gate {
    let strokes = &outcome.report.strokes;
    let measured = format!(
        "{}, {}, {} of {}",
        strokes.lost, strokes.doubled, strokes.disordered, strokes.expected
    );
    let passed = strokes.expected > 0 && strokes.are_well();
    gate(
        outcome,
        "strokes lost, doubled, out of order",
        "0, 0, 0".to_owned(),
        measured,
        passed,
    )
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn good(part: Part) -> Outcome {
        let mut outcome = Outcome::new(part, 100);
        outcome.with_all = 40 << 20;
        outcome.back = Some(Duration::from_secs(3));
        outcome.report.entered = 100;
        outcome.report.sockets_open = 100;
        outcome.report.strokes.expected = 50;
        let steady = &mut outcome.report.steady;
        steady.seconds = 10.0;
        steady.sockets.received = 310_000;
        steady.sockets.seen = 50;
        steady.sockets.delay.p95 = 300.0;
        outcome
    }

    fn missed(part: Part, change: impl Fn(&mut Outcome)) -> Vec<&'static str> {
        let mut outcome = good(part);
        change(&mut outcome);
        let gates = of(&outcome).into_iter().filter(|gate| !gate.passed);
        gates.map(|gate| gate.what).collect()
    }

    #[test]
    fn every_figure_has_its_gate() {
        for part in [Part::Rooms, Part::Delivery, Part::FarPostgres] {
            assert_eq!(missed(part, |_| ()), [""; 0], "{part:?}");
            assert_eq!(
                missed(part, |outcome| outcome.back = None),
                ["memory after all have left"]
            );
            assert_eq!(missed(part, |outcome| outcome.report.entered = 99), ["no error"]);
            assert_eq!(missed(part, |outcome| outcome.seen.kills = 1), ["kills"]);
        }
        let large = missed(Part::Rooms, |outcome| outcome.with_all = WITH_ALL + 1);
        assert_eq!(large, ["resident memory with all in their rooms"]);
        assert_eq!(
            missed(Part::Rooms, |outcome| outcome.report.sockets_open = 99),
            ["sockets that stay"]
        );
        let slow = missed(Part::Delivery, |outcome| {
            outcome.report.steady.sockets.received = 299_000;
        });
        assert_eq!(slow, ["messages delivered on one core"]);
        let late = missed(Part::FarPostgres, |outcome| {
            outcome.report.steady.sockets.delay.p95 = 500.0;
        });
        assert_eq!(late, ["p95 of strokes"]);
        let lost = missed(Part::FarPostgres, |outcome| outcome.report.strokes.lost = 1);
        assert_eq!(lost, ["strokes lost, doubled, out of order"]);
    }

    #[test]
    fn what_was_not_carried_out_has_failed_all_of_it() {
        let failed = Outcome::failed(Part::FarPostgres, "gone".to_owned());
        assert!(of(&failed).iter().all(|gate| !gate.passed));
        assert!(failed.to_string().starts_with("FAILED: gone"));
    }
}
