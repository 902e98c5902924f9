//! The hand that draws: places motifs, follows outlines with a slight wobble, presses unevenly.

use super::canvas::{Canvas, Hatch, Paint, SIZE};
use super::colour::Colour;
use super::encode;
use super::noise;
use super::shape::{self, Point, Shape};

/// Where and how large a motif is drawn. A motif's own units are pixels at size 1.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    x: f32,
    y: f32,
    size: f32,
    tilt: f32,
    mirrored: bool,
}

/// A place at natural size.
pub const fn at(x: f32, y: f32) -> Place {
    Place {
        x,
        y,
        size: 1.0,
        tilt: 0.0,
        mirrored: false,
    }
}

impl Place {
    /// Larger or smaller than natural.
    #[must_use]
    pub const fn sized(self, size: f32) -> Self {
        Self { size, ..self }
    }

    /// Turned clockwise by degrees.
    #[must_use]
    pub const fn tilted(self, degrees: f32) -> Self {
        Self {
            tilt: degrees,
            ..self
        }
    }

    /// Looking the other way.
    #[must_use]
    pub const fn mirrored(self) -> Self {
        Self {
            mirrored: !self.mirrored,
            ..self
        }
    }
}

/// From the units of a motif to pixels.
#[derive(Clone, Copy)]
struct Frame {
    origin: Point,
    right: Point,
    down: Point,
    size: f32,
}

impl Frame {
    fn pixel(&self, p: Point) -> Point {
        Point {
            x: self.origin.x + p.x * self.right.x + p.y * self.down.x,
            y: self.origin.y + p.x * self.right.y + p.y * self.down.y,
        }
    }

    fn within(&self, place: Place) -> Self {
        let (sin, cos) = place.tilt.to_radians().sin_cos();
        let (sin, cos) = (sin * place.size, cos * place.size);
        let side = if place.mirrored { -1.0 } else { 1.0 };
        let turned = |x: f32, y: f32| {
            let from = self.pixel(Point { x: 0.0, y: 0.0 });
            let to = self.pixel(Point { x, y });
            Point {
                x: to.x - from.x,
                y: to.y - from.y,
            }
        };
        Self {
            origin: self.pixel(Point {
                x: place.x,
                y: place.y,
            }),
            right: turned(cos * side, sin * side),
            down: turned(-sin, cos),
            size: self.size * place.size,
        }
    }
}

/// A picture in the making.
pub struct Crayon {
    canvas: Canvas,
    frame: Frame,
    seed: u32,
}

impl Crayon {
    /// Fresh paper. The same seed and the same strokes give the same picture.
    pub fn new(seed: u32) -> Self {
        let frame = Frame {
            origin: Point { x: 0.0, y: 0.0 },
            right: Point { x: 1.0, y: 0.0 },
            down: Point { x: 0.0, y: 1.0 },
            size: 1.0,
        };
        Self {
            canvas: Canvas::new(seed),
            frame,
            seed: seed.wrapping_mul(0x9E37_79B1),
        }
    }

    /// Draws a motif at a place; places nest.
    pub fn draw(&mut self, place: Place, motif: impl FnOnce(&mut Self)) {
        let outer = self.frame;
        self.frame = outer.within(place);
        motif(self);
        self.frame = outer;
    }

    /// A coloured shape with its outline.
    pub fn fill(&mut self, shape: &Shape, colour: Colour) {
        self.wash(shape, colour);
        self.outline(shape, colour.darker(0.42));
    }

    /// A coloured shape without an outline.
    pub fn wash(&mut self, shape: &Shape, colour: Colour) {
        let hatch = Some(self.hatch());
        self.cover(
            shape,
            Paint {
                colour,
                strength: 1.0,
                hatch,
            },
        );
    }

    /// A see-through layer of colour: shadows, blushes, glows. `strength` from 0 to 1.
    pub fn tint(&mut self, shape: &Shape, colour: Colour, strength: f32) {
        self.cover(
            shape,
            Paint {
                colour,
                strength,
                hatch: None,
            },
        );
    }

    /// A soft line through the points; `width` in the units of the motif.
    pub fn line(&mut self, through: &[(f32, f32)], width: f32, colour: Colour) {
        let line: Vec<Point> = shape::curve(through)
            .iter()
            .map(|&p| self.frame.pixel(p))
            .collect();
        self.follow(
            &shape::subdivided(&line, false, 8.0),
            width * self.frame.size,
            colour,
            1.0,
        );
    }

    /// The whole paper, from one colour at the top to another at `horizon` and below it.
    pub fn backdrop(&mut self, above: Colour, below: Colour, horizon: u16) {
        let hatch = Hatch { x: 252, y: 44 };
        self.canvas.gradient((0, above), (horizon, below), hatch);
        self.canvas.gradient((horizon, below), (SIZE, below), hatch);
    }

    /// The finished picture as a PNG.
    pub fn finish(mut self) -> Vec<u8> {
        self.canvas.grain();
        encode::png(self.canvas.pixels())
    }

    fn cover(&mut self, shape: &Shape, paint: Paint) {
        let outline: Vec<Point> = shape.0.iter().map(|&p| self.frame.pixel(p)).collect();
        let outline = self.wobbled(&shape::subdivided(&outline, true, 9.0));
        self.canvas.fill(&outline, paint);
    }

    /// Follows a closed shape, a little past its beginning, as a hand does.
    fn outline(&mut self, shape: &Shape, colour: Colour) {
        let outline: Vec<Point> = shape.0.iter().map(|&p| self.frame.pixel(p)).collect();
        let mut line = shape::subdivided(&outline, true, 9.0);
        line.extend_from_within(..line.len().min(2));
        let width = 2.6 * self.frame.size.sqrt().clamp(0.6, 1.4);
        self.follow(&line, width, colour, 0.9);
    }

    fn follow(&mut self, line: &[Point], width: f32, colour: Colour, strength: f32) {
        let line = self.wobbled(line);
        let seed = self.seed;
        let pressed = |i: usize| {
            let p = line[i];
            width * (1.0 + 0.22 * noise::smooth(seed ^ 5, p.x / 17.0, p.y / 17.0))
        };
        let outline = shape::stroke(&line, pressed);
        self.canvas.fill(
            &outline,
            Paint {
                colour,
                strength,
                hatch: None,
            },
        );
    }

    /// Moves the points by up to two pixels; neighbours move alike. Each call wobbles differently.
    fn wobbled(&mut self, line: &[Point]) -> Vec<Point> {
        self.seed = self.seed.wrapping_add(0x6D2B_79F5);
        let reach = 2.0 * self.frame.size.sqrt().clamp(0.35, 1.2);
        let moved = |p: &Point| Point {
            x: p.x + reach * noise::smooth(self.seed, p.x / 26.0, p.y / 26.0),
            y: p.y + reach * noise::smooth(self.seed ^ 9, p.x / 26.0, p.y / 26.0),
        };
        line.iter().map(moved).collect()
    }

    /// A new direction for each shape.
    fn hatch(&mut self) -> Hatch {
        const DIRECTIONS: [(i32, i32); 5] = [(180, -182), (200, -160), (150, -207), (214, -140), (234, -104)];
        let [pick, ..] = noise::hash(self.seed, 3, 1).to_le_bytes();
        let (x, y) = DIRECTIONS[usize::from(pick) % DIRECTIONS.len()];
        Hatch { x, y }
    }
}
