//! Curves over time as SVG, drawn on the server.
//!
//! Across, everything is in per cent, so that a chart is as wide as its page; up and down it is in pixels, so that its
//! text has one size everywhere. Knows nothing of what the curves mean.

use std::fmt::Write;

use maud::{Markup, html};

/// Where the plot lies in the picture, in pixels.
const TOP: f64 = 16.0;
const BELOW: f64 = 22.0;
/// The width of the coordinates of a curve; they are stretched to the width of the page.
const WIDTH: f64 = 1000.0;

/// How values become heights.
#[derive(Clone, Copy, Debug)]
pub(super) enum Scale {
    /// From 0 to this.
    Linear(f64),
    /// Each power of ten has the same height, between these two.
    Powers(f64, f64),
}

impl Scale {
    /// The share of the height that a value reaches, 0 to 1.
    fn share(self, value: f64) -> f64 {
        let share = match self {
            Self::Linear(most) => value / most,
            Self::Powers(least, most) => (value.max(least) / least).ln() / (most / least).ln(),
        };
        share.clamp(0.0, 1.0)
    }
}

/// A value that has a line across the chart.
#[derive(Clone, Debug)]
pub(super) struct Mark {
    pub(super) value: f64,
    pub(super) label: String,
    /// The class of its look; ticks of the axis have none.
    pub(super) look: Option<&'static str>,
}

/// One curve: what its legend says, and its values at instants, oldest first.
#[derive(Clone, Debug)]
pub(super) struct Curve {
    pub(super) label: &'static str,
    pub(super) look: &'static str,
    pub(super) is_filled: bool,
    pub(super) values: Vec<(i64, Option<f64>)>,
}

/// A chart from one instant to another.
#[derive(Clone, Debug)]
pub(super) struct Chart {
    pub(super) id: &'static str,
    pub(super) title: &'static str,
    /// What somebody who does not see it is told.
    pub(super) summary: String,
    /// Pixels.
    pub(super) height: f64,
    pub(super) from: i64,
    pub(super) to: i64,
    /// Instants below the axis.
    pub(super) times: Vec<(i64, String)>,
    pub(super) scale: Scale,
    pub(super) marks: Vec<Mark>,
    /// Instants with a line of their own: starts of the server.
    pub(super) events: Vec<i64>,
    pub(super) curves: Vec<Curve>,
    /// A curve is broken where its values are further apart than this.
    pub(super) gap: i64,
}

impl Chart {
    /// The chart with its title and legend.
    pub(super) fn draw(&self) -> Markup {
        let is_empty = self
            .curves
            .iter()
            .all(|curve| curve.values.iter().all(|(_, value)| value.is_none()));
        html! {
            figure.chart {
                figcaption {
                    h3 id={ (self.id) "-title" } { (self.title) }
                    @if self.curves.len() > 1 { (self.legend()) }
                }
                svg role="img" aria-labelledby={ (self.id) "-title " (self.id) "-summary" } width="100%" height=(self.height) {
                    desc id={ (self.id) "-summary" } { (self.summary) }
                    @for mark in &self.marks { (self.line_across(mark)) }
                    @for (at, label) in &self.times { (self.time(*at, label)) }
                    @for at in &self.events {
                        line.event x1=(self.percent(*at)) x2=(self.percent(*at)) y1=(TOP) y2=(self.floor()) {}
                    }
                    svg y=(TOP) width="100%" height=(self.plot()) viewBox={ "0 0 " (WIDTH) " " (self.plot()) } preserveAspectRatio="none" {
                        @for curve in &self.curves {
                            @if curve.is_filled { path class={ "area " (curve.look) } d=(self.area(curve)) {} }
                            path class={ "curve " (curve.look) } d=(self.line(curve)) vector-effect="non-scaling-stroke" {}
                        }
                    }
                    @for mark in &self.marks { (self.label(mark)) }
                    @if is_empty {
                        text.empty x="50%" y=(TOP + self.plot() / 2.0) text-anchor="middle" { "Nothing to show in this time yet." }
                    }
                }
            }
        }
    }

    fn legend(&self) -> Markup {
        html! {
            ul.legend {
                @for curve in &self.curves {
                    li {
                        svg width="22" height="8" aria-hidden="true" { path class={ "curve " (curve.look) } d="M1 4H21" {} }
                        " " (curve.label)
                    }
                }
            }
        }
    }

    fn plot(&self) -> f64 {
        self.height - TOP - BELOW
    }

    fn floor(&self) -> f64 {
        self.height - BELOW
    }

    fn height_of(&self, value: f64) -> f64 {
        round(self.floor() - self.scale.share(value) * self.plot())
    }

    fn line_across(&self, mark: &Mark) -> Markup {
        let y = self.height_of(mark.value);
        html! { line class=(mark.look.unwrap_or("tick")) x1="0" x2="100%" y1=(y) y2=(y) {} }
    }

    /// Ticks are labelled on the left, limits on the right.
    fn label(&self, mark: &Mark) -> Markup {
        let y = self.height_of(mark.value) - 4.0;
        html! {
            @if let Some(look) = mark.look {
                text class=(look) x="100%" y=(y) text-anchor="end" { (mark.label) }
            } @else {
                text x="0" y=(y) { (mark.label) }
            }
        }
    }

    fn time(&self, at: i64, label: &str) -> Markup {
        let share = self.share(at);
        let anchor = match share {
            ..0.04 => "start",
            0.96.. => "end",
            _ => "middle",
        };
        html! {
            text x=(self.percent(at)) y=(self.height - 6.0) text-anchor=(anchor) { (label) }
        }
    }

    fn share(&self, at: i64) -> f64 {
        ((at - self.from) as f64 / (self.to - self.from).max(1) as f64).clamp(0.0, 1.0)
    }

    fn percent(&self, at: i64) -> String {
        format!("{}%", round(self.share(at) * 100.0))
    }

    /// Runs of values without a gap, in the coordinates of the curve.
    fn runs(&self, curve: &Curve) -> Vec<Vec<(f64, f64)>> {
        let mut runs: Vec<Vec<(f64, f64)>> = Vec::new();
        let mut last = None;
        for &(at, value) in &curve.values {
            let Some(value) = value else {
                last = None;
                continue;
            };
            let place = (round(self.share(at) * WIDTH), round(self.height_of(value) - TOP));
            match runs.last_mut() {
                Some(run) if last.is_some_and(|last| at - last <= self.gap) => run.push(place),
                _ => runs.push(vec![place]),
            }
            last = Some(at);
        }
        runs
    }

    fn line(&self, curve: &Curve) -> String {
        let mut path = String::new();
        for run in self.runs(curve) {
            push(&mut path, &run);
            // A line without length would not be seen.
            if run.len() == 1 {
                path += "h2";
            }
        }
        path
    }

    fn area(&self, curve: &Curve) -> String {
        let floor = round(self.plot());
        let mut path = String::new();
        for run in self.runs(curve) {
            let (Some(first), Some(last)) = (run.first(), run.last()) else {
                continue;
            };
            push(&mut path, &run);
            write!(path, "L{} {floor}H{}Z", last.0, first.0).expect("a String takes all");
        }
        path
    }
}

fn push(path: &mut String, run: &[(f64, f64)]) {
    for (number, (x, y)) in run.iter().enumerate() {
        let step = if number == 0 { 'M' } else { 'L' };
        write!(path, "{step}{x} {y}").expect("a String takes all");
    }
}

/// One decimal is finer than a pixel.
fn round(number: f64) -> f64 {
    (number * 10.0).round() / 10.0
}

/// A round number that is not below `most`: 1, 2 or 5 and zeros.
pub(super) fn ceiling(most: f64) -> f64 {
    let power = 10_f64.powf(most.max(1e-9).log10().floor());
    [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .map(|step| step * power)
        .find(|ceiling| *ceiling >= most)
        .unwrap_or(most)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chart(values: &[(i64, Option<f64>)]) -> Chart {
        Chart {
            id: "test",
            title: "Test",
            summary: "A test.".to_owned(),
            height: 138.0,
            from: 0,
            to: 100,
            times: Vec::new(),
            scale: Scale::Linear(10.0),
            marks: Vec::new(),
            events: Vec::new(),
            curves: vec![Curve {
                label: "all",
                look: "all",
                is_filled: true,
                values: values.to_vec(),
            }],
            gap: 20,
        }
    }

    fn line(values: &[(i64, Option<f64>)]) -> String {
        let chart = chart(values);
        chart.line(&chart.curves[0])
    }

    #[test]
    fn values_become_places() {
        assert_eq!(line(&[(0, Some(0.0)), (10, Some(10.0))]), "M0 100L100 0");
        assert_eq!(
            line(&[(0, Some(99.0)), (10, Some(-1.0))]),
            "M0 0L100 100",
            "what is beyond stays inside"
        );
    }

    #[test]
    fn silence_breaks_the_line() {
        assert_eq!(line(&[(0, Some(5.0)), (50, Some(5.0))]), "M0 50h2M500 50h2");
        assert_eq!(
            line(&[(0, Some(5.0)), (10, None), (20, Some(5.0))]),
            "M0 50h2M200 50h2"
        );
    }

    #[test]
    fn an_area_stands_on_the_floor() {
        let chart = chart(&[(0, Some(5.0)), (10, Some(10.0))]);
        assert_eq!(chart.area(&chart.curves[0]), "M0 50L100 0L100 100H0Z");
    }

    #[test]
    fn powers_of_ten_have_equal_heights() {
        let scale = Scale::Powers(1.0, 10_000.0);
        for (value, share) in [(0.1, 0.0), (1.0, 0.0), (10.0, 0.25), (100.0, 0.5), (1e9, 1.0)] {
            assert!((scale.share(value) - share).abs() < 1e-9, "{value}");
        }
    }

    #[test]
    fn an_empty_chart_says_so() {
        assert!(chart(&[]).draw().into_string().contains("Nothing to show"));
        assert!(
            !chart(&[(0, Some(1.0))])
                .draw()
                .into_string()
                .contains("Nothing to show")
        );
    }

    #[test]
    fn ceilings_are_round() {
        for (most, round) in [(0.3, 0.5), (1.0, 1.0), (3.0, 5.0), (7.0, 10.0), (120.0, 200.0)] {
            assert!((ceiling(most) - round).abs() < 1e-9, "{most}");
        }
    }
}
