//! What the attacks came to, in words and with a verdict. Pure.

use super::{Endured, KEPT, Outcome, SOCKETS};
use crate::confined::Answered;

/// The most that the server may have held.
const PEAK: u64 = 160 << 20;
/// What 95 of 100 of the visitor's calls may take, in milliseconds.
const P95: f64 = 2_000.0;

/// What the attack achieved; nothing when it passed.
pub(super) fn faults(outcome: &Outcome) -> Vec<String> {
    let mut faults = Vec::new();
    if outcome.seen.kills > 0 {
        faults.push(format!("{} killed", outcome.seen.kills));
    }
    if outcome.seen.peak() > PEAK {
        faults.push(format!("peak {}", mib(outcome.seen.peak())));
    }
    match &outcome.result {
        Ok(endured) => faults.extend(faults_of(endured)),
        Err(why) => faults.push(why.lines().next().unwrap_or_default().to_owned()),
    }
    faults
}

fn faults_of(endured: &Endured) -> Vec<String> {
    let Endured { served, tally, .. } = endured;
    let mut faults = Vec::new();
    if served.count(&Answered::Served) == 0 {
        faults.push("no probe was answered".to_owned());
    }
    for (who, p95) in [("probes", served.p95()), ("readers", readers_p95(endured))] {
        if p95 >= P95 {
            faults.push(format!("p95 of {who} {p95:.0} ms"));
        }
    }
    let wrong = served.wrongs().count();
    if wrong > 0 {
        faults.push(format!("{wrong} errors of probes"));
    }
    if served.readers.failed() > 0 {
        faults.push(format!("{} errors of readers", served.readers.failed()));
    }
    if served.readers.sockets_open < SOCKETS {
        faults.push("the visitor's live socket did not stay".to_owned());
    }
    if endured.recovered.is_none() {
        faults.push(format!(
            "not recovered: {} idle, {} a minute later",
            mib(endured.idle),
            mib(endured.after)
        ));
    }
    faults.extend(
        tally
            .wrong()
            .into_iter()
            .map(|wrong| format!("attackers got {wrong}")),
    );
    faults
}

fn readers_p95(endured: &Endured) -> f64 {
    let readers = &endured.served.readers;
    readers.steady.overall.felt.p95.max(readers.ramp.overall.felt.p95)
}

/// Everything about one attack, when it is over.
pub(super) fn details(outcome: &Outcome) -> String {
    let seen = &outcome.seen;
    let mut text = format!(
        "  resident most {}, group most {} (with page cache {}), kills {}",
        mib(seen.resident_peak),
        mib(seen.working_peak),
        mib(seen.group_peak),
        seen.kills
    );
    match &outcome.result {
        Err(why) => text += &format!("\n  FAILED: {why}"),
        Ok(endured) => text += &details_of(endured),
    }
    text
}

fn details_of(endured: &Endured) -> String {
    let served = &endured.served;
    let answers: Vec<String> = endured
        .tally
        .counts()
        .into_iter()
        .map(|(what, count)| format!("{count} × {what}"))
        .collect();
    let mut text = format!(
        "\n  attackers: {}\n  probes: {} answered, p95 {:.0} ms, {} refused; readers: {} answered, p95 {:.0} ms, {} refused\n  \
         memory {} before, {} after; {}",
        answers.join(", "),
        served.count(&Answered::Served),
        served.p95(),
        served.count(&Answered::Refused),
        served.readers.ramp.overall.answered + served.readers.steady.overall.answered,
        readers_p95(endured),
        served.readers.refused(),
        mib(endured.idle),
        mib(endured.after),
        endured.recovered.map_or_else(
            || "not recovered".to_owned(),
            |time| format!("recovered after {:.1} s", time.as_secs_f64())
        ),
    );
    let problems = served.readers.problems.iter().map(String::as_str);
    for problem in served.wrongs().take(5).chain(problems.take(5)) {
        text += &format!("\n    {problem}");
    }
    text
}

/// One line for each attack.
pub(super) fn table(outcomes: &[Outcome]) -> String {
    let mut text = format!(
        "{:<20} {:>10} {:>10} {:>6} {:>10} {:>10} {:>9} {:>10}\n",
        "attack", "resident", "group", "kills", "probes p95", "readers", "refused", "recovered"
    );
    for outcome in outcomes {
        let seen = &outcome.seen;
        let memory = format!(
            "{:<20} {:>10} {:>10} {:>6}",
            outcome.name,
            mib(seen.resident_peak),
            mib(seen.working_peak),
            seen.kills
        );
        let felt = outcome.result.as_ref().map_or_else(
            |_| format!("{:>10} {:>10} {:>9} {:>10}", "-", "-", "-", "-"),
            |endured| {
                let recovered = endured
                    .recovered
                    .map(|time| format!("{:.1} s", time.as_secs_f64()));
                format!(
                    "{:>7.0} ms {:>7.0} ms {:>9} {:>10}",
                    endured.served.p95(),
                    readers_p95(endured),
                    endured.served.count(&Answered::Refused) as u64 + endured.served.readers.refused(),
                    recovered.unwrap_or_else(|| "never".to_owned())
                )
            },
        );
        let faults = faults(outcome);
        let verdict = if faults.is_empty() {
            "PASS".to_owned()
        } else {
            format!("FAIL: {}", faults.join("; "))
        };
        text += &format!("{memory} {felt}  {verdict}\n");
    }
    text + &format!(
        "gates: never killed, peak ≤ {}, p95 < {P95:.0} ms, no error, idle + {} and quick answers within 60 s",
        mib(PEAK),
        mib(KEPT)
    )
}

fn mib(bytes: u64) -> String {
    format!("{:.1} MiB", bytes as f64 / f64::from(1 << 20))
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;
    use crate::abuse::attacks::Tally;
    use crate::confined::{Probe, Seen, Served, probe};

    fn probes(milliseconds: u64, answer: &Answered) -> Vec<Probe> {
        let now = Instant::now();
        (0..20)
            .map(|_| probe(now, milliseconds, answer.clone()))
            .collect()
    }

    fn good() -> Outcome {
        Outcome {
            name: "garbage",
            seen: Seen {
                resident_peak: 20 << 20,
                ..Seen::default()
            },
            result: Ok(Endured {
                tally: Tally::default(),
                served: Served {
                    probes: probes(5, &Answered::Served),
                    readers: visitors::Report {
                        sockets_open: SOCKETS,
                        ..visitors::Report::default()
                    },
                    ..Served::default()
                },
                idle: 10 << 20,
                after: 11 << 20,
                recovered: Some(Duration::from_secs(1)),
            }),
        }
    }

    fn changed(change: impl Fn(&mut Endured)) -> Vec<String> {
        let mut outcome = good();
        if let Ok(endured) = &mut outcome.result {
            change(endured);
        }
        faults(&outcome)
    }

    #[test]
    fn an_attack_that_achieves_nothing_passes() {
        assert_eq!(faults(&good()), [""; 0]);
        assert!(table(&[good()]).contains("PASS"));
    }

    #[test]
    fn refusals_of_the_visitor_are_no_faults() {
        assert_eq!(
            changed(|endured| endured.served.probes.extend(probes(5, &Answered::Refused))),
            [""; 0]
        );
    }

    #[test]
    fn whatever_it_achieves_is_a_fault() {
        let slow = changed(|endured| endured.served.probes = probes(2_500, &Answered::Served));
        assert_eq!(slow, ["p95 of probes 2500 ms"]);
        assert_eq!(
            changed(|endured| endured.served.probes.clear()),
            ["no probe was answered"]
        );
        let reset = Answered::Wrong("reset".to_owned());
        let errors = changed(|endured| endured.served.probes.extend(probes(5, &reset)));
        assert_eq!(errors, ["20 errors of probes"]);
        assert!(changed(|endured| endured.recovered = None)[0].starts_with("not recovered"));
        let reader = changed(|endured| {
            endured.served.readers.steady.overall.errors = [("timeout".to_owned(), 2)].into();
        });
        assert_eq!(reader, ["2 errors of readers"]);
        let alone = changed(|endured| endured.served.readers.sockets_open = 0);
        assert_eq!(alone, ["the visitor's live socket did not stay"]);
    }

    #[test]
    fn a_killed_or_large_server_has_failed() {
        let mut outcome = good();
        outcome.seen.kills = 1;
        outcome.seen.working_peak = PEAK + 1;
        outcome.result = Err("the server did not live\nlog".to_owned());
        assert_eq!(
            faults(&outcome),
            ["1 killed", "peak 160.0 MiB", "the server did not live"]
        );
        assert!(table(&[outcome]).contains("FAIL"));
    }
}
