//! Outlines: what can be filled or followed with a crayon.

/// A place on the paper, in pixels or in the units of the motif that is being drawn; y grows downwards.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    pub x: f32,
    pub y: f32,
}

/// Steps in which a curve between two given points is followed.
const CURVE_STEPS: u8 = 8;

/// A closed outline.
#[derive(Clone, Debug, PartialEq)]
pub struct Shape(pub(super) Vec<Point>);

impl Shape {
    /// Straight lines through the corners.
    pub fn polygon(corners: &[(f32, f32)]) -> Self {
        Self(points(corners))
    }

    /// A soft closed curve through the points.
    pub fn smooth(through: &[(f32, f32)]) -> Self {
        let through = points(through);
        let count = through.len();
        let mut outline = Vec::with_capacity(count * usize::from(CURVE_STEPS));
        for i in 0..count {
            let near = [
                through[(i + count - 1) % count],
                through[i],
                through[(i + 1) % count],
                through[(i + 2) % count],
            ];
            outline.extend(between(near));
        }
        Self(outline)
    }

    /// An ellipse about (`x`, `y`).
    pub fn ellipse(x: f32, y: f32, across: f32, down: f32) -> Self {
        let steps: u8 = if across.max(down) > 60.0 { 60 } else { 28 };
        let turn = std::f32::consts::TAU / f32::from(steps);
        let outline = (0..steps).map(|step| {
            let (sin, cos) = (f32::from(step) * turn).sin_cos();
            Point {
                x: x + across * cos,
                y: y + down * sin,
            }
        });
        Self(outline.collect())
    }

    /// A circle about (`x`, `y`).
    pub fn circle(x: f32, y: f32, radius: f32) -> Self {
        Self::ellipse(x, y, radius, radius)
    }

    /// A rectangle from its upper left corner.
    pub fn rect(x: f32, y: f32, width: f32, height: f32) -> Self {
        Self::polygon(&[(x, y), (x + width, y), (x + width, y + height), (x, y + height)])
    }

    /// A rectangle with rounded corners.
    pub fn rounded(x: f32, y: f32, width: f32, height: f32, radius: f32) -> Self {
        let corners = [
            (x + width - radius, y + radius, -90.0_f32),
            (x + width - radius, y + height - radius, 0.0),
            (x + radius, y + height - radius, 90.0),
            (x + radius, y + radius, 180.0),
        ];
        let arc = |(cx, cy, from): (f32, f32, f32)| {
            (0..=4_u8).map(move |step| {
                let (sin, cos) = (from + 22.5 * f32::from(step)).to_radians().sin_cos();
                Point {
                    x: cx + radius * cos,
                    y: cy + radius * sin,
                }
            })
        };
        Self(corners.into_iter().flat_map(arc).collect())
    }

    /// A star with `rays` points about (`x`, `y`), one of them upwards.
    pub fn star(x: f32, y: f32, radius: f32, rays: u8) -> Self {
        let turn = std::f32::consts::PI / f32::from(rays);
        let outline = (0..rays * 2).map(|step| {
            let reach = if step % 2 == 0 { radius } else { radius * 0.46 };
            let (sin, cos) = (f32::from(step) * turn).sin_cos();
            Point {
                x: x + reach * sin,
                y: y - reach * cos,
            }
        });
        Self(outline.collect())
    }
}

/// An open soft curve through the points.
pub(super) fn curve(through: &[(f32, f32)]) -> Vec<Point> {
    let through = points(through);
    let Some(&last) = through.last() else {
        return through;
    };
    let mut line = Vec::with_capacity(through.len() * usize::from(CURVE_STEPS));
    for i in 0..through.len() - 1 {
        let after = through.get(i + 2).copied().unwrap_or(last);
        line.extend(between([
            through[i.saturating_sub(1)],
            through[i],
            through[i + 1],
            after,
        ]));
    }
    line.push(last);
    line
}

/// The outline of a line of the given width: down one side and back on the other. `width` may differ from point to point.
pub(super) fn stroke(line: &[Point], width: impl Fn(usize) -> f32) -> Vec<Point> {
    let mut left = Vec::with_capacity(line.len() * 2 + 6);
    let mut right = Vec::with_capacity(line.len());
    for (i, &here) in line.iter().enumerate() {
        let before = line[i.saturating_sub(1)];
        let after = line.get(i + 1).copied().unwrap_or(here);
        let side = across(before, here, after, width(i) / 2.0);
        left.push(Point {
            x: here.x + side.x,
            y: here.y + side.y,
        });
        right.push(Point {
            x: here.x - side.x,
            y: here.y - side.y,
        });
    }
    if let (Some(&tip), Some(&base)) = (left.last(), right.last()) {
        left.extend(cap(tip, base));
    }
    if let (Some(&tip), Some(&base)) = (right.first(), left.first()) {
        right.splice(0..0, cap(base, tip).into_iter().rev());
    }
    left.extend(right.into_iter().rev());
    left
}

/// Points between neighbours that are further apart than `step`, so that a wobble has something to bend.
pub(super) fn subdivided(line: &[Point], closed: bool, step: f32) -> Vec<Point> {
    let ends = line
        .iter()
        .skip(1)
        .chain(if closed { line.first() } else { line.last() });
    let mut fine = Vec::with_capacity(line.len() * 2);
    for (&from, &to) in line.iter().zip(ends) {
        let mut gone = 0.0;
        let length = (to.x - from.x).hypot(to.y - from.y);
        let pieces = (length / step).ceil().max(1.0);
        while gone < pieces {
            let share = gone / pieces;
            fine.push(Point {
                x: from.x + (to.x - from.x) * share,
                y: from.y + (to.y - from.y) * share,
            });
            gone += 1.0;
        }
    }
    fine
}

/// A half round end from one side of a line to the other.
fn cap(from: Point, to: Point) -> [Point; 3] {
    let middle = Point {
        x: f32::midpoint(from.x, to.x),
        y: f32::midpoint(from.y, to.y),
    };
    let (dx, dy) = (from.x - middle.x, from.y - middle.y);
    [(0.7, 0.7), (0.0, 1.0), (-0.7, 0.7)].map(|(keep, out)| Point {
        x: middle.x + dx * keep - dy * out,
        y: middle.y + dy * keep + dx * out,
    })
}

/// From the middle of a line to its left edge, longer in a bend so that the line keeps its width.
fn across(before: Point, here: Point, after: Point, half: f32) -> Point {
    let (ax, ay) = unit(here.x - before.x, here.y - before.y);
    let (bx, by) = unit(after.x - here.x, after.y - here.y);
    let (dx, dy) = unit(ax + bx, ay + by);
    let lean = if ax == 0.0 && ay == 0.0 {
        dx * bx + dy * by
    } else {
        dx * ax + dy * ay
    };
    let reach = half / lean.clamp(0.5, 1.0);
    Point {
        x: dy * reach,
        y: -dx * reach,
    }
}

fn unit(x: f32, y: f32) -> (f32, f32) {
    let length = x.hypot(y);
    if length < 1e-6 {
        (0.0, 0.0)
    } else {
        (x / length, y / length)
    }
}

/// The Catmull-Rom curve from the second point to the third, without its last point.
fn between([p, from, to, q]: [Point; 4]) -> impl Iterator<Item = Point> {
    (0..CURVE_STEPS).map(move |step| {
        let t = f32::from(step) / f32::from(CURVE_STEPS);
        let along = |p: f32, a: f32, b: f32, q: f32| {
            a + 0.5 * t * (b - p + t * (2.0 * p - 5.0 * a + 4.0 * b - q + t * (3.0 * (a - b) + q - p)))
        };
        Point {
            x: along(p.x, from.x, to.x, q.x),
            y: along(p.y, from.y, to.y, q.y),
        }
    })
}

fn points(pairs: &[(f32, f32)]) -> Vec<Point> {
    pairs.iter().map(|&(x, y)| Point { x, y }).collect()
}
