//! The paper: pixels, and outlines filled with smooth edges.

use super::colour::Colour;
use super::noise;
use super::shape::Point;

/// Width and height of every picture in pixels, as the drawing page of the apps makes them.
pub const SIZE: u16 = 500;

/// The same, for indexing.
const SIDE: usize = SIZE as usize;

/// Each row of pixels is looked at this often, so that slanted edges come out soft.
const LINES: f32 = 4.0;

/// How a filled outline looks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Paint {
    pub colour: Colour,
    /// 0 (nothing) to 1 (covers everything).
    pub strength: f32,
    /// The direction of the crayon's marks, or none for a flat colour.
    pub hatch: Option<Hatch>,
}

/// The direction of crayon marks as a vector of length 256.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hatch {
    pub x: i32,
    pub y: i32,
}

/// Where an outline crosses one of the lines of a row.
struct Crossing {
    line: i32,
    x: f32,
    down: bool,
}

/// A square of paper.
pub(super) struct Canvas {
    pixels: Vec<[u8; 3]>,
    /// How much lighter or darker each crayon mark is, by its distance from the corner.
    marks: Vec<i8>,
    crossings: Vec<Crossing>,
    seed: u32,
}

impl Canvas {
    /// White paper. The seed decides the marks and the grain.
    pub(super) fn new(seed: u32) -> Self {
        Self {
            pixels: vec![[255; 3]; SIDE * SIDE],
            marks: marks(seed),
            crossings: Vec::new(),
            seed,
        }
    }

    /// Row by row, from the upper left corner.
    pub(super) fn pixels(&self) -> &[[u8; 3]] {
        &self.pixels
    }

    /// Fills an outline; where it overlaps itself, it is filled once.
    pub(super) fn fill(&mut self, outline: &[Point], paint: Paint) {
        let mut crossings = std::mem::take(&mut self.crossings);
        crossings.clear();
        let ends = outline.iter().skip(1).chain(outline.first());
        for (&from, &to) in outline.iter().zip(ends) {
            cross(&mut crossings, from, to);
        }
        crossings.sort_unstable_by(|a, b| a.line.cmp(&b.line).then(a.x.total_cmp(&b.x)));
        let mut cover = [0.0_f32; SIDE];
        let mut rest = crossings.as_slice();
        while let Some(first) = rest.first() {
            let row = first.line.div_euclid(4);
            let end = rest.partition_point(|crossing| crossing.line.div_euclid(4) == row);
            let (of_row, after) = rest.split_at(end);
            let (left, right) = add_spans(&mut cover, of_row);
            self.blend(index(row), left, &mut cover[left..right], paint);
            rest = after;
        }
        self.crossings = crossings;
    }

    /// A soft change from one colour to another, from `top` (pixels) to `bottom`, over the whole width.
    pub(super) fn gradient(
        &mut self,
        (top, above): (u16, Colour),
        (bottom, below): (u16, Colour),
        hatch: Hatch,
    ) {
        for row in top..bottom.min(SIZE) {
            let share = f32::from(row - top) / f32::from(bottom - top);
            let paint = Paint {
                colour: above.mixed(below, share),
                strength: 1.0,
                hatch: Some(hatch),
            };
            self.blend(usize::from(row), 0, &mut [1.0; SIDE], paint);
        }
    }

    /// Lets the tooth of the paper shine through everywhere, as it does under wax.
    pub(super) fn grain(&mut self) {
        /// The grain repeats after this many columns, which the eye does not see and the files are smaller for.
        const PERIOD: u16 = 100;
        for (row, pixels) in (0_u16..).zip(self.pixels.chunks_exact_mut(SIDE)) {
            let bare: Vec<bool> = (0..PERIOD)
                .map(|column| {
                    noise::smooth(
                        self.seed.wrapping_add(77),
                        f32::from(column) / 2.0,
                        f32::from(row) / 1.5,
                    ) > 0.78
                })
                .collect();
            for (pixel, _) in pixels
                .iter_mut()
                .zip(bare.iter().cycle())
                .filter(|(_, bare)| **bare)
            {
                *pixel = pixel.map(|channel| channel + (255 - channel) / 7);
            }
        }
    }

    /// Lays paint on one row from column `left`, and empties `cover` for the next one.
    fn blend(&mut self, row: usize, left: usize, cover: &mut [f32], paint: Paint) {
        let start = row * SIDE + left;
        let pixels = &mut self.pixels[start..start + cover.len()];
        let mut tip = paint.hatch.map(|hatch| Tip::new(hatch, left, row));
        for (pixel, cover) in pixels.iter_mut().zip(cover) {
            let pressure = tip.as_mut().map_or(0, |tip| tip.next(&self.marks));
            let strength = cover.min(1.0) * paint.strength;
            *cover = 0.0;
            if strength > 0.996 {
                *pixel = pressed(paint.colour, pressure);
            } else if strength > 0.004 {
                let [red, green, blue] = *pixel;
                let [over_red, over_green, over_blue] = pressed(paint.colour, pressure);
                let Colour(red, green, blue) =
                    Colour(red, green, blue).mixed(Colour(over_red, over_green, over_blue), strength);
                *pixel = [red, green, blue];
            }
        }
    }
}

/// The tip of the crayon on its way along a row, across the marks.
struct Tip {
    hatch: Hatch,
    /// How far it is along the marks and across them, in 256ths of a pixel.
    along: i32,
    across: i32,
}

impl Tip {
    fn new(hatch: Hatch, column: usize, row: usize) -> Self {
        let [x, y] = [column, row].map(|place| i32::try_from(place).unwrap_or(0));
        Self {
            hatch,
            along: x * hatch.x + y * hatch.y,
            across: y * hatch.x - x * hatch.y,
        }
    }

    /// How much lighter or darker the crayon is here; moves on by a pixel.
    fn next(&mut self, marks: &[i8]) -> i8 {
        // A slow zigzag along the mark: no hand draws a straight line.
        let bend = (((self.along >> 8) & 0x7f) - 64).abs() >> 4;
        let mark = ((self.across >> 8) + bend) & 0x1ff;
        self.along += self.hatch.x;
        self.across -= self.hatch.y;
        marks[index(mark)]
    }
}

/// A colour under more or less pressure.
fn pressed(Colour(red, green, blue): Colour, pressure: i8) -> [u8; 3] {
    [
        red.saturating_add_signed(pressure),
        green.saturating_add_signed(pressure),
        blue.saturating_add_signed(pressure),
    ]
}

/// Marks of uneven width and pressure, 512 pixels of them.
fn marks(seed: u32) -> Vec<i8> {
    const PRESSURE: [i8; 6] = [-9, -4, 0, 3, 7, 12];
    let mut marks = Vec::with_capacity(520);
    let mut count = 0;
    while marks.len() < 512 {
        let chance = noise::hash(seed ^ 31, count, 0).to_le_bytes();
        let width = usize::from(3 + chance[0] % 8);
        marks.extend(std::iter::repeat_n(PRESSURE[usize::from(chance[1] % 6)], width));
        count += 1;
    }
    marks
}

/// Notes where the edge crosses the sampling lines, clipped to the paper.
fn cross(crossings: &mut Vec<Crossing>, from: Point, to: Point) {
    let down = from.y < to.y;
    let (upper, lower) = if down { (from, to) } else { (to, from) };
    let first = (upper.y * LINES - 0.5).ceil().max(0.0);
    let last = (lower.y * LINES - 0.5).ceil().min(f32::from(SIZE) * LINES);
    let slope = (lower.x - upper.x) / (lower.y - upper.y).max(1e-6);
    let mut line = first;
    while line < last {
        let y = (line + 0.5) / LINES;
        let x = (upper.x + (y - upper.y) * slope).clamp(0.0, f32::from(SIZE));
        crossings.push(Crossing {
            line: whole(line),
            x,
            down,
        });
        line += 1.0;
    }
}

/// Adds the inside of one row's crossings to the cover. Answers the columns touched, from and up to.
fn add_spans(cover: &mut [f32; SIDE], crossings: &[Crossing]) -> (usize, usize) {
    let (mut left, mut right) = (SIDE, 0);
    let mut winding = 0;
    for pair in crossings.windows(2) {
        winding += if pair[0].down { 1 } else { -1 };
        if winding == 0 || pair[0].line != pair[1].line {
            winding = if pair[0].line == pair[1].line { winding } else { 0 };
            continue;
        }
        let (from, to) = (pair[0].x, pair[1].x);
        let (first, last) = (index(whole(from)).min(SIDE - 1), index(whole(to)).min(SIDE - 1));
        (left, right) = (left.min(first), right.max(last + 1));
        if first == last {
            cover[first] += (to - from) / LINES;
            continue;
        }
        let edge = |column: usize| f32::from(u16::try_from(column).unwrap_or(SIZE));
        cover[first] += (edge(first + 1) - from) / LINES;
        cover[last] += (to - edge(last)) / LINES;
        for cover in &mut cover[first + 1..last] {
            *cover += 1.0 / LINES;
        }
    }
    (left.min(right), right)
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "clipped to the paper, and `as` saturates"
)]
fn whole(value: f32) -> i32 {
    value as i32
}

/// A row or column as an index; negative ones cannot occur after clipping.
fn index(value: i32) -> usize {
    usize::try_from(value).unwrap_or(0)
}
