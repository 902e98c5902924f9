//! Figures as text, one aligned line each.

use super::baseline::{OLD, Old};
use super::load::Measured;
use crate::process::Usage;

/// CPU milliseconds per request: the old server's figures carried here by `factor`, and `ours` where measured.
pub(super) fn against_old(factor: f64, ours: impl Fn(&str) -> Option<f64>) -> String {
    let head = format!(
        "{:<26} {:>9} {:>9} {:>8} {:>7} {:>8}",
        "CPU ms per request", "old", "ours", "ratio", "gate", "stretch"
    );
    let rows = OLD.iter().map(|old| row(old, old.cpu * factor, ours(old.call)));
    std::iter::once(head).chain(rows).collect::<Vec<_>>().join("\n")
}

fn row(old: &Old, there: f64, ours: Option<f64>) -> String {
    let Old {
        call, gate, stretch, ..
    } = old;
    let Some(ours) = ours else {
        return format!(
            "{call:<26} {there:>9.1} {:>9} {:>8} {gate:>6}× {stretch:>7}×",
            "-", "-"
        );
    };
    let ratio = there / ours;
    let verdict = if ratio >= *gate { "reached" } else { "MISSED" };
    format!("{call:<26} {there:>9.1} {ours:>9.3} {ratio:>7.0}× {gate:>6}× {stretch:>7}×  {verdict}")
}

/// Requests per second and latencies of one call.
pub(super) fn measured(call: &str, measured: &Measured) -> String {
    let milliseconds = |percent| measured.percentile(percent).as_secs_f64() * 1000.0;
    format!(
        "{call}\n  {:.0} requests/s   p50 {:.2} ms   p95 {:.2} ms   p99 {:.2} ms   {:.1} MB of bodies   {} failed",
        measured.rate(),
        milliseconds(50),
        milliseconds(95),
        milliseconds(99),
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
        let table = against_old(2.0, |call| match call {
            "list of 12" => Some(0.1),
            "rewards" => Some(1.0),
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
            line("list of 12").contains(" 1880× ") && line("list of 12").ends_with("reached"),
            "{table}"
        );
        assert!(
            line("rewards").contains(" 18× ") && line("rewards").ends_with("MISSED"),
            "{table}"
        );
        assert!(line("sign-in").contains("412.0         -"), "{table}");
    }
}
