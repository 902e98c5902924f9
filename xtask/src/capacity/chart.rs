//! A line chart as SVG: few points, one limit, colours that can be read on light and on dark paper. Pure.

use std::fmt::Write;

const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 320.0;
const LEFT: f64 = 64.0;
const RIGHT: f64 = 24.0;
const TOP: f64 = 44.0;
const BOTTOM: f64 = 48.0;
/// A grey of middle lightness, for everything that is not data.
const INK: &str = "#808080";

/// One line of points, from left to right.
#[derive(Clone, Debug)]
pub(super) struct Series {
    pub(super) name: &'static str,
    pub(super) colour: &'static str,
    /// For each column a value, where there is one.
    pub(super) values: Vec<Option<f64>>,
}

/// The chart: columns at equal distances, values on a logarithmic axis, because ours and the old server's are far apart.
#[derive(Clone, Debug)]
pub(super) struct Chart {
    pub(super) title: &'static str,
    pub(super) columns: Vec<String>,
    /// What the values are: `MiB`, `ms`.
    pub(super) unit: &'static str,
    pub(super) series: Vec<Series>,
    /// A value that must not be passed, and what it is called.
    pub(super) limit: (f64, &'static str),
}

impl Chart {
    /// The SVG file.
    pub(super) fn svg(&self) -> String {
        let mut svg = format!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12" fill="{INK}" role="img" aria-label="{}">
<text x="{LEFT}" y="20" font-size="14">{} ({})</text>
"#,
            self.title, self.title, self.unit
        );
        self.axes(&mut svg);
        self.limit(&mut svg);
        for (number, series) in self.series.iter().enumerate() {
            self.line(&mut svg, series);
            let x = LEFT + 160.0 * number as f64;
            add(
                &mut svg,
                &format!(
                    r#"<text x="{x:.1}" y="36" fill="{}">{}</text>"#,
                    series.colour, series.name
                ),
            );
        }
        svg + "</svg>\n"
    }

    fn axes(&self, svg: &mut String) {
        let (floor, ceiling) = self.range();
        let mut decade = floor;
        while decade <= ceiling {
            let y = self.y(decade);
            add(
                svg,
                &format!(
                    r#"<line x1="{LEFT}" x2="{:.1}" y1="{y:.1}" y2="{y:.1}" stroke="{INK}" stroke-opacity="0.25"/><text x="{:.1}" y="{:.1}" text-anchor="end">{decade}</text>"#,
                    WIDTH - RIGHT,
                    LEFT - 8.0,
                    y + 4.0
                ),
            );
            decade *= 10.0;
        }
        for (number, column) in self.columns.iter().enumerate() {
            let (x, y) = (self.x(number), HEIGHT - BOTTOM + 20.0);
            add(
                svg,
                &format!(r#"<text x="{x:.1}" y="{y:.1}" text-anchor="middle">{column}</text>"#),
            );
        }
        let (x, y) = (f64::midpoint(LEFT, WIDTH - RIGHT), HEIGHT - 8.0);
        add(
            svg,
            &format!(r#"<text x="{x:.1}" y="{y:.1}" text-anchor="middle">people at a time</text>"#),
        );
    }

    fn limit(&self, svg: &mut String) {
        let (value, name) = self.limit;
        let (y, right) = (self.y(value), WIDTH - RIGHT);
        add(
            svg,
            &format!(
                r##"<line x1="{LEFT}" x2="{right:.1}" y1="{y:.1}" y2="{y:.1}" stroke="#c0504d" stroke-dasharray="6 4"/><text x="{right:.1}" y="{:.1}" text-anchor="end" fill="#c0504d">{name}</text>"##,
                y - 5.0
            ),
        );
    }

    fn line(&self, svg: &mut String, series: &Series) {
        let points: Vec<(f64, f64, f64)> = series
            .values
            .iter()
            .enumerate()
            .filter_map(|(number, value)| value.map(|value| (self.x(number), self.y(value), value)))
            .collect();
        let path: Vec<String> = points.iter().map(|(x, y, _)| format!("{x:.1},{y:.1}")).collect();
        let colour = series.colour;
        add(
            svg,
            &format!(
                r#"<polyline points="{}" fill="none" stroke="{colour}" stroke-width="2"/>"#,
                path.join(" ")
            ),
        );
        for (x, y, value) in points {
            add(
                svg,
                &format!(
                    r#"<circle cx="{x:.1}" cy="{y:.1}" r="4" fill="{colour}"/><text x="{x:.1}" y="{:.1}" text-anchor="middle" fill="{colour}">{}</text>"#,
                    y - 9.0,
                    short(value)
                ),
            );
        }
    }

    fn x(&self, column: usize) -> f64 {
        let step = (WIDTH - LEFT - RIGHT) / self.columns.len().max(1) as f64;
        LEFT + step * (column as f64 + 0.5)
    }

    fn y(&self, value: f64) -> f64 {
        let (floor, ceiling) = self.range();
        let part = (value.max(floor) / floor).log10() / (ceiling / floor).log10();
        HEIGHT - BOTTOM - part * (HEIGHT - TOP - BOTTOM)
    }

    /// Whole powers of ten around all values, one apart at least.
    fn range(&self) -> (f64, f64) {
        let all = self
            .series
            .iter()
            .flat_map(|series| series.values.iter().flatten().copied());
        let (least, most) = all
            .chain([self.limit.0])
            .filter(|value| *value > 0.0)
            .fold((f64::MAX, f64::MIN_POSITIVE), |(least, most), value| {
                (least.min(value), most.max(value))
            });
        let (floor, ceiling) = (least.log10().floor(), most.log10().ceil());
        (10_f64.powf(floor), 10_f64.powf(ceiling.max(floor + 1.0)))
    }
}

fn add(svg: &mut String, element: &str) {
    // A String takes every write.
    let _ = writeln!(svg, "{element}");
}

fn short(value: f64) -> String {
    if value < 10.0 {
        format!("{value:.1}")
    } else {
        format!("{value:.0}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chart() -> Chart {
        Chart {
            title: "Memory",
            columns: ["0", "3", "10"].map(str::to_owned).to_vec(),
            unit: "MiB",
            series: vec![
                Series {
                    name: "ours",
                    colour: "#3b7dd8",
                    values: vec![Some(9.0), Some(12.0), Some(15.0)],
                },
                Series {
                    name: "old",
                    colour: "#d08030",
                    values: vec![Some(125.0), None, Some(380.0)],
                },
            ],
            limit: (512.0, "512 MB"),
        }
    }

    #[test]
    fn the_axis_holds_all_values_and_the_limit() {
        assert_eq!(chart().range(), (1.0, 1_000.0));
        assert!(chart().y(512.0) < chart().y(9.0));
        let top_and_bottom = (chart().y(1_000.0), chart().y(1.0));
        assert!((top_and_bottom.0 - TOP).abs() < 0.01 && (top_and_bottom.1 - (HEIGHT - BOTTOM)).abs() < 0.01);
    }

    #[test]
    fn every_value_is_a_point_and_a_missing_one_is_none() {
        let svg = chart().svg();
        assert_eq!(svg.matches("<circle").count(), 5);
        assert_eq!(svg.matches("<polyline").count(), 2);
        assert!(
            svg.contains(">380</text>") && svg.contains(">9.0</text>"),
            "{svg}"
        );
        assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>\n"));
    }

    #[test]
    fn a_single_value_has_an_axis_too() {
        let mut one = chart();
        one.series.clear();
        one.limit = (100.0, "limit");
        assert_eq!(one.range(), (100.0, 1_000.0));
    }
}
