//! What the attacks came to, in words and with a verdict. Pure.

use std::time::Duration;

use super::{Endured, KEPT, Outcome, SOCKETS};
use crate::confined::Answered;

/// The most that the server may have held.
const PEAK: u64 = 160 << 20;
/// What 95 of 100 of the visitor's calls may take, in milliseconds.
const P95: f64 = 2_000.0;
/// The longest time without any probe that was served.
const SILENCE: Duration = Duration::from_secs(5);
/// Readers take their time, but in an attack of such a length one of them is answered.
const READING: Duration = Duration::from_secs(20);

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
        Ok(endured) => {
            faults.extend(faults_of(endured));
            faults.extend(endured.tally.lacks(outcome.kind));
        }
        Err(why) => faults.push(why.lines().next().unwrap_or_default().to_owned()),
    }
    faults
}

fn faults_of(endured: &Endured) -> Vec<String> {
    let Endured { served, tally, .. } = endured;
    let mut faults = unserved(endured);
    for (who, p95) in [
        ("probes", endured.probes().p95()),
        ("readers", readers_p95(endured)),
    ] {
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

/// Whom the attack kept out.
fn unserved(endured: &Endured) -> Vec<String> {
    let mut faults = Vec::new();
    let probes = endured.probes();
    let (served, begun) = (probes.count(&Answered::Served), probes.begun());
    if served == 0 || served * 2 < begun {
        faults.push(format!("{served} of {begun} probes were served"));
    }
    let silence = probes.longest_silence();
    if silence >= SILENCE {
        faults.push(format!("no probe was served for {:.1} s", silence.as_secs_f64()));
    }
    let is_long = endured.over.saturating_duration_since(endured.began) >= READING;
    let enough = if is_long { endured.read_before } else { 0 };
    if endured.served.readers_answered() <= enough {
        faults.push("no reader was answered".to_owned());
    }
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
    let (served, probes) = (&endured.served, endured.probes());
    let answers: Vec<String> = endured
        .tally
        .counts()
        .into_iter()
        .map(|(what, count)| format!("{count} × {what}"))
        .collect();
    let mut text = format!(
        "\n  attackers: {}\n  probes: {} of {} answered, p95 {:.0} ms, {} refused, none for {:.1} s at most; \
         readers: {} answered, p95 {:.0} ms, {} refused\n  memory {} before, {} after; {}",
        answers.join(", "),
        probes.count(&Answered::Served),
        probes.begun(),
        probes.p95(),
        probes.count(&Answered::Refused),
        probes.longest_silence().as_secs_f64(),
        served.readers_answered(),
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
                    endured.probes().p95(),
                    readers_p95(endured),
                    endured.probes().count(&Answered::Refused) as u64 + endured.served.readers.refused(),
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
        "gates: the attack took place; never killed, peak ≤ {}; of the probes since it began half served, p95 < {P95:.0} ms, \
         never none for {} s; readers answered; no error; idle + {} and quick answers within 60 s",
        mib(PEAK),
        SILENCE.as_secs(),
        mib(KEPT)
    )
}

fn mib(bytes: u64) -> String {
    format!("{:.1} MiB", bytes as f64 / f64::from(1 << 20))
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;
    use crate::abuse::attacks::{Kind, Tally};
    use crate::confined::{Probe, Seen, Served, probe};

    const A_PROBE: Duration = Duration::from_millis(250);

    /// Twenty, which take five seconds.
    fn probes(began: Instant, milliseconds: u64, answer: &Answered) -> Vec<Probe> {
        (0..20)
            .map(|number| probe(began + A_PROBE * number, milliseconds, answer.clone()))
            .collect()
    }

    /// An attack of five seconds, after three seconds of calm.
    fn good() -> Outcome {
        let tally = Tally::default();
        tally.add("400");
        let calm = Instant::now();
        let began = calm + A_PROBE * 12;
        let mut readers = visitors::Report {
            sockets_open: SOCKETS,
            ..visitors::Report::default()
        };
        readers.steady.overall.answered = 40;
        let mut all = probes(calm, 5, &Answered::Served);
        all.truncate(12);
        all.extend(probes(began, 5, &Answered::Served));
        Outcome {
            name: "garbage",
            kind: Kind::Garbage(500),
            seen: Seen {
                resident_peak: 20 << 20,
                ..Seen::default()
            },
            result: Ok(Endured {
                tally,
                served: Served {
                    probes: all,
                    readers,
                    ..Served::default()
                },
                began,
                over: began + A_PROBE * 20,
                read_before: 40,
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
    fn refusals_of_the_visitor_are_no_faults_when_others_are_served() {
        let refused = |endured: &mut Endured| {
            for probe in endured.served.probes.iter_mut().step_by(2) {
                probe.answer = Answered::Refused;
            }
        };
        assert_eq!(changed(refused), [""; 0]);
    }

    #[test]
    fn whoever_is_kept_out_during_the_attack_was_not_served_before_it() {
        let refused = changed(|endured| {
            for probe in endured.served.probes.iter_mut().skip(12) {
                probe.answer = Answered::Refused;
            }
        });
        assert_eq!(
            refused,
            ["0 of 20 probes were served", "no probe was served for 5.0 s"]
        );
        let none = changed(|endured| endured.served.probes.truncate(12));
        assert_eq!(
            none,
            ["0 of 0 probes were served", "no probe was served for 5.0 s"]
        );
        let hardly = changed(|endured| endured.served.probes[12..23].fill(probe_refused(endured.began)));
        assert_eq!(hardly, ["9 of 20 probes were served"]);
    }

    fn probe_refused(at: Instant) -> Probe {
        probe(at, 5, Answered::Refused)
    }

    #[test]
    fn a_probe_without_an_answer_is_felt() {
        let hung = changed(|endured| {
            endured.served.open = Some(endured.over);
            endured.over += Duration::from_secs(6);
        });
        assert_eq!(hung, ["no probe was served for 6.2 s"]);
        let after_few = changed(|endured| {
            endured.served.probes.truncate(20);
            endured.over = endured.began + A_PROBE * 20;
            endured.served.open = Some(endured.began + A_PROBE * 8);
        });
        assert_eq!(after_few, ["p95 of probes 3000 ms"]);
    }

    #[test]
    fn readers_who_were_never_answered_or_not_in_a_long_attack_are_a_fault() {
        let never = changed(|endured| endured.served.readers.steady.overall.answered = 0);
        assert_eq!(never, ["no reader was answered"]);
        let long = |answered| {
            changed(|endured| {
                endured.served.probes.truncate(12);
                for fifth in 0..5 {
                    let at = endured.began + A_PROBE * 20 * fifth;
                    endured.served.probes.extend(probes(at, 5, &Answered::Served));
                }
                endured.over = endured.began + A_PROBE * 100;
                endured.served.readers.steady.overall.answered = answered;
            })
        };
        assert_eq!(long(40), ["no reader was answered"]);
        assert_eq!(long(41), [""; 0]);
    }

    #[test]
    fn an_attack_that_did_not_take_place_is_a_fault() {
        let absent = changed(|endured| endured.tally = Tally::default());
        assert_eq!(absent.len(), 1);
        assert!(
            absent[0].starts_with("the attack did not take place"),
            "{absent:?}"
        );
        let broken = changed(|endured| endured.tally.add("(broken off after 90 s)"));
        assert_eq!(broken, ["attackers got 1 × (broken off after 90 s)"]);
    }

    #[test]
    fn whatever_it_achieves_is_a_fault() {
        let slow = changed(|endured| endured.served.probes = probes(endured.began, 2_500, &Answered::Served));
        assert_eq!(slow, ["p95 of probes 2500 ms"]);
        let reset = Answered::Wrong("reset".to_owned());
        let errors = changed(|endured| endured.served.probes.extend(probes(endured.began, 5, &reset)));
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
