//! Figures as text, one aligned line each, and what became of the gates.

use super::baseline::{OLD, Old};
use super::calls::Outcome;
use super::load::Measured;
use crate::Result;
use crate::process::Usage;

/// The part of the bare server's requests per second that the public lists must reach.
const BARE_GATE: f64 = 0.6;

/// The gates that were missed, by name.
#[derive(Debug, Default)]
pub(super) struct Gates(Vec<String>);

impl Gates {
    /// The verdict on one gate, as the tables show it.
    pub(super) fn judge(&mut self, name: &str, passed: bool) -> &'static str {
        if passed {
            return "pass";
        }
        self.0.push(name.to_owned());
        "MISSED"
    }

    /// An error that names what was missed.
    pub(super) fn finish(self) -> Result<()> {
        if self.0.is_empty() {
            return Ok(());
        }
        Err(format!("gates missed: {}", self.0.join("; ")).into())
    }
}

/// Requests per second, ours and the bare server's, and what CPU time both took for one.
pub(super) fn against_bare(gates: &mut Gates, outcomes: &[Outcome]) -> String {
    let head = format!(
        "{:<26} {:>8} {:>8} {:>8} {:>8} {:>6} {:>5} {:>8}  {:>14}",
        "requests per second", "ours", "p50 ms", "p95 ms", "bare", "ratio", "gate", "", "CPU ms, bare's"
    );
    let rows = outcomes.iter().map(|outcome| compared(gates, outcome));
    std::iter::once(head).chain(rows).collect::<Vec<_>>().join("\n")
}

fn compared(gates: &mut Gates, outcome: &Outcome) -> String {
    let Outcome { name, ours, bare } = outcome;
    let (best, cpu) = (&ours.best, ours.cpu());
    let (rate, p50, p95) = (best.rate(), milliseconds(best, 50), milliseconds(best, 95));
    let row = format!("{name:<26} {rate:>8.0} {p50:>8.2} {p95:>8.2}");
    let (Some(bare), Some(ratio)) = (bare, outcome.ratio()) else {
        return format!("{row} {:>38}  {cpu:>6.3}", "");
    };
    let (gate, verdict) = if name.contains("list") {
        let verdict = gates.judge(&format!("{name} against bare"), ratio >= BARE_GATE);
        (BARE_GATE.to_string(), verdict)
    } else {
        (String::new(), "")
    };
    let (rate, bare) = (bare.best.rate(), bare.cpu());
    format!("{row} {rate:>8.0} {ratio:>6.2} {gate:>5} {verdict:>8}  {cpu:>6.3} {bare:>7.3}")
}

/// CPU milliseconds per request: the old server's figures carried here by `factor`, and ours where measured.
pub(super) fn against_old(gates: &mut Gates, factor: f64, ours: impl Fn(&str) -> Option<f64>) -> String {
    let head = format!(
        "{:<26} {:>9} {:>9} {:>8} {:>7} {:>8}",
        "CPU ms per request", "old", "ours", "ratio", "gate", "stretch"
    );
    let rows = OLD
        .iter()
        .map(|old| row(gates, old, old.cpu * factor, ours(old.call)));
    std::iter::once(head).chain(rows).collect::<Vec<_>>().join("\n")
}

fn row(gates: &mut Gates, old: &Old, there: f64, ours: Option<f64>) -> String {
    let Old {
        call, gate, stretch, ..
    } = old;
    let Some(ours) = ours else {
        return format!(
            "{call:<26} {there:>9.1} {:>9} {:>8} {gate:>6}× {stretch:>7}×  not yet",
            "-", "-"
        );
    };
    let ratio = there / ours;
    let verdict = gates.judge(&format!("CPU of {call}"), ratio >= *gate);
    format!("{call:<26} {there:>9.1} {ours:>9.3} {ratio:>7.0}× {gate:>6}× {stretch:>7}×  {verdict}")
}

/// Calls that must not take longer than so many milliseconds, of CPU and until they are answered.
pub(super) fn quick(gates: &mut Gates, outcomes: &[Outcome], gate: f64) -> String {
    let head = format!(
        "{:<26} {:>9} {:>9} {:>7}",
        "10,000 people, each alone", "CPU ms", "p95 ms", "gate"
    );
    let rows = outcomes.iter().map(|Outcome { name, ours, .. }| {
        let (cpu, p95) = (ours.cpu(), milliseconds(&ours.best, 95));
        quick_row(gates, name, cpu, p95, gate)
    });
    std::iter::once(head).chain(rows).collect::<Vec<_>>().join("\n")
}

fn quick_row(gates: &mut Gates, name: &str, cpu: f64, p95: f64, gate: f64) -> String {
    let verdict = gates.judge(&format!("{name} in a crowd"), cpu <= gate && p95 <= gate);
    format!("{name:<26} {cpu:>9.3} {p95:>9.3} {gate:>7}  {verdict}")
}

/// What stands above the rows of lists.
pub(super) fn lists_head() -> String {
    format!(
        "{:<26} {:>9} {:>9} {:>11}",
        "lists, after a change", "p50 ms", "p95 ms", "statements"
    )
}

/// How long a list takes, and how many statements it is.
pub(super) fn list_row(name: &str, p50: f64, p95: f64, statements: u64, verdict: &str) -> String {
    format!("{name:<26} {p50:>9.3} {p95:>9.3} {statements:>11}  {verdict}")
}

/// One figure that must not be exceeded.
pub(super) fn at_most(gates: &mut Gates, name: &str, figure: f64, gate: f64, unit: &str) -> String {
    let verdict = gates.judge(name, figure <= gate);
    format!("{name:<40} {figure:>9.1} {unit:<4} {gate:>6} {unit:<4} {verdict}")
}

fn milliseconds(measured: &Measured, percent: usize) -> f64 {
    measured.percentile(percent).as_secs_f64() * 1000.0
}

/// Requests per second and latencies of one call.
pub(super) fn measured(call: &str, measured: &Measured) -> String {
    format!(
        "{call}\n  {:.0} requests/s   p50 {:.2} ms   p95 {:.2} ms   p99 {:.2} ms   {:.1} MB of bodies   {} failed",
        measured.rate(),
        milliseconds(measured, 50),
        milliseconds(measured, 95),
        milliseconds(measured, 99),
        measured.bytes as f64 / 1e6,
        measured.failures,
    )
}

/// What the server's process used for that many requests.
pub(super) fn used(before: Usage, after: Usage, requests: usize) -> String {
    let cpu = after.cpu.saturating_sub(before.cpu).as_secs_f64() * 1000.0;
    let mebibytes = |bytes: u64| bytes as f64 / f64::from(1 << 20);
    format!(
        "  {:.3} ms CPU/request   resident {:.1} MiB before, {:.1} after, {:.1} at most",
        cpu / requests.max(1) as f64,
        mebibytes(before.resident),
        mebibytes(after.resident),
        mebibytes(after.peak),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ratio_is_judged_by_its_gate() {
        let mut gates = Gates::default();
        let table = against_old(&mut gates, 2.0, |call| match call {
            "list of 12" => Some(0.1),
            "sign-in" => Some(1000.0),
            _ => None,
        });
        let line = |call: &str| {
            table
                .lines()
                .find(|line| line.starts_with(call))
                .unwrap_or_default()
                .to_owned()
        };
        assert!(
            line("list of 12").contains(" 1880× ") && line("list of 12").ends_with("pass"),
            "{table}"
        );
        assert!(
            line("sign-in").contains(" 0× ") && line("sign-in").ends_with("MISSED"),
            "{table}"
        );
        assert!(line("rewards").ends_with("not yet"), "{table}");
        assert_eq!(
            gates.finish().unwrap_err().to_string(),
            "gates missed: CPU of sign-in"
        );
    }

    #[test]
    fn a_call_is_quick_in_both_ways_or_it_is_not() {
        for (cpu, p95, passes) in [(5.0, 5.0, true), (5.1, 1.0, false), (1.0, 5.1, false)] {
            let mut gates = Gates::default();
            let row = quick_row(&mut gates, "feed", cpu, p95, 5.0);
            assert_eq!(row.ends_with("pass"), passes, "{row}");
            assert_eq!(gates.finish().is_ok(), passes, "{row}");
        }
    }

    #[test]
    fn what_reaches_its_gate_exactly_has_passed() {
        let mut gates = Gates::default();
        assert!(at_most(&mut gates, "start", 30.0, 30.0, "ms").ends_with("pass"));
        assert!(gates.finish().is_ok());
    }
}
