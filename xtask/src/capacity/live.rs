//! What goes over live sockets, in words: a table of its own, a chart of strokes. Pure.

use std::fmt::Write;

use super::chart::Chart;
use super::document::series;
use super::gates::STROKE_P95;
use super::mib;
use super::scenarios::{Felt, Load, Outcome};

/// The part of a terminal's line that is about live sockets; nothing where there are none.
pub(super) fn line(load: Load, felt: &Felt) -> String {
    if !load.is_live() {
        return String::new();
    }
    let (sockets, strokes) = (&felt.steady.sockets, &felt.strokes);
    format!(
        "\n  sockets: {} open in the end, {} closed by the server, {:.0} messages a second in, {:.0} out; strokes seen after \
         p50 {:.0} ms, p95 {:.0} ms, p99 {:.0} ms; {} expected, {} lost, {} doubled, {} out of order; with all {}",
        felt.sockets_open,
        felt.ramp.sockets.closed() + sockets.closed(),
        a_second(sockets.sent, felt),
        a_second(sockets.received, felt),
        sockets.delay.p50,
        sockets.delay.p95,
        sockets.delay.p99,
        strokes.expected,
        strokes.lost,
        strokes.doubled,
        strokes.disordered,
        mib(felt.resident_with_all),
    )
}

/// What 95 of 100 had to wait for at most, in milliseconds: an answer, or a stroke where people draw together.
pub(super) fn p95(load: Load, felt: &Felt) -> f64 {
    match load {
        Load::CoDrawing(_) => felt.steady.sockets.delay.p95,
        _ => felt.steady.overall.felt.p95,
    }
}

fn a_second(count: u64, felt: &Felt) -> f64 {
    count as f64 / felt.steady.seconds.max(1.0)
}

/// One row for each scenario with live sockets. Messages are counted from the server: in is what people send.
pub(super) fn table(outcomes: &[Outcome]) -> String {
    let mut table = "Children draw together in rooms of four: 40 % of the time, 0.4 strokes a second, their line and their cursor every \
                     50 ms meanwhile; each has a notification socket, too. A stroke counts from being sent to being seen by \
                     another child of the room.\n\n\
                     | Scenario | Open in the end | Closed by the server | Messages in | Messages out | Strokes seen | p50 | p95 | p99 | Most | Lost | Doubled | Out of order | Idle | With all | Peak |\n\
                     |---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|\n"
        .to_owned();
    for outcome in outcomes.iter().filter(|outcome| outcome.load.is_live()) {
        let (name, peak) = (outcome.name, mib(outcome.seen.peak()));
        let _ = match &outcome.felt {
            Err(why) => {
                let why = why.lines().next().unwrap_or_default();
                writeln!(
                    table,
                    "| {name} | FAIL: {why} | | | | | | | | | | | | | | {peak} |"
                )
            }
            Ok(felt) => writeln!(table, "| {name} | {} | {peak} |", cells(outcome.load, felt)),
        };
    }
    table
}

fn cells(load: Load, felt: &Felt) -> String {
    let (sockets, strokes) = (&felt.steady.sockets, &felt.strokes);
    let draws = matches!(load, Load::CoDrawing(_));
    let of_strokes = |cell: String| if draws { cell } else { "–".to_owned() };
    let ms = |time: f64| of_strokes(format!("{time:.0} ms"));
    let count = |count: u64| of_strokes(count.to_string());
    let cells = [
        felt.sockets_open.to_string(),
        (felt.ramp.sockets.closed() + sockets.closed()).to_string(),
        format!("{:.0}/s", a_second(sockets.sent, felt)),
        format!("{:.0}/s", a_second(sockets.received, felt)),
        count(sockets.seen),
        ms(sockets.delay.p50),
        ms(sockets.delay.p95),
        ms(sockets.delay.p99),
        ms(sockets.delay.max),
        count(strokes.lost),
        count(strokes.doubled),
        count(strokes.disordered),
        mib(felt.idle),
        mib(felt.resident_with_all),
    ];
    cells.join(" | ")
}

/// How long strokes take, by the number of children.
pub(super) fn chart(outcomes: &[Outcome]) -> Chart {
    let drawing = |outcome: &&Outcome| matches!(outcome.load, Load::CoDrawing(_));
    let shown: Vec<&Outcome> = outcomes.iter().filter(drawing).collect();
    let times = |time: fn(&Felt) -> f64| {
        let value = |outcome: &&Outcome| {
            let felt = outcome.felt.as_ref().ok()?;
            Some(time(felt)).filter(|time| *time > 0.0)
        };
        shown.iter().map(value).collect()
    };
    Chart {
        title: "From a stroke sent to a stroke seen, at a tenth of a core",
        columns: shown
            .iter()
            .map(|outcome| outcome.load.people().to_string())
            .collect(),
        unit: "ms",
        series: vec![
            series(
                "half of the strokes",
                "#3b7dd8",
                times(|felt| felt.steady.sockets.delay.p50),
            ),
            series(
                "95 of 100",
                "#d08030",
                times(|felt| felt.steady.sockets.delay.p95),
            ),
        ],
        limit: (STROKE_P95, "goal: under 250"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capacity::gates::tests::good;

    #[test]
    fn only_live_scenarios_are_in_the_table_and_what_failed_is_a_fail() {
        let mut failed = good("co-drawing-30", Load::CoDrawing(30));
        failed.felt = Err("killed\nlog".to_owned());
        let outcomes = [
            good("navigators-3", Load::Navigators(3)),
            failed,
            good("co-drawing-100", Load::CoDrawing(100)),
            good("crowd-1000", Load::Crowd(1_000)),
        ];
        let table = table(&outcomes);
        let rows: Vec<&str> = table
            .lines()
            .filter(|line| line.starts_with("| "))
            .skip(1)
            .collect();
        assert_eq!(rows.len(), 3, "{table}");
        assert!(rows[0].contains("FAIL: killed |"), "{table}");
        assert!(rows[1].contains("| 2000/s | 4000 | 0 ms | 80 ms |"), "{table}");
        assert!(
            rows[2].starts_with("| crowd-1000 | 1000 | 0 |") && rows[2].contains("| – |"),
            "{table}"
        );
        let columns = |row: &str| row.matches('|').count();
        assert!(rows.iter().all(|row| columns(row) == 17), "{table}");
        let chart = chart(&outcomes);
        assert_eq!(
            (chart.columns.len(), chart.series[1].values.clone()),
            (2, vec![None, Some(80.0)])
        );
    }
}
