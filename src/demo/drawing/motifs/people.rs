//! Children, and grown-ups who were children once.

use super::face::{Mood, face};
use crate::demo::drawing::colour::{BLUE, BROWN, CORAL, Colour, HONEY, INK, RED, SILVER, STONE, WHITE};
use crate::demo::drawing::{Crayon, Place, Shape, at};

/// What the arms do. Hands are where a scene can put something; see [`Person::hands`].
#[derive(Clone, Copy, Debug)]
pub enum Pose {
    Still,
    Wave,
    Cheer,
    /// Both hands in front, to the right.
    Hold,
    /// One hand up high.
    Raise,
}

/// What is on the head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hair {
    Short,
    Long,
    Curls,
    Buns,
    Braids,
    /// A headscarf in the hair's colour.
    Scarf,
}

/// How somebody looks.
#[derive(Clone, Copy, Debug)]
pub struct Person {
    pub skin: Colour,
    pub hair: Hair,
    pub hair_colour: Colour,
    pub top: Colour,
    pub bottom: Colour,
    /// A skirt instead of trousers.
    pub skirt: bool,
    pub glasses: bool,
    pub wheelchair: bool,
    pub pose: Pose,
    pub mood: Mood,
}

/// Somebody to vary by struct update.
pub const SOMEBODY: Person = Person {
    skin: HONEY,
    hair: Hair::Short,
    hair_colour: INK,
    top: CORAL,
    bottom: BLUE,
    skirt: false,
    glasses: false,
    wheelchair: false,
    pose: Pose::Still,
    mood: Mood::Happy,
};

impl Person {
    /// The same person in another mood and pose.
    #[must_use]
    pub const fn doing(self, pose: Pose, mood: Mood) -> Self {
        Self { pose, mood, ..self }
    }

    /// Where the two hands are, left and right, in the units of the figure.
    pub const fn hands(&self) -> [(f32, f32); 2] {
        match self.pose {
            Pose::Still => [(-36.0, -38.0), (36.0, -38.0)],
            Pose::Wave => [(-36.0, -38.0), (50.0, -104.0)],
            Pose::Cheer => [(-50.0, -108.0), (50.0, -108.0)],
            Pose::Hold => [(26.0, -46.0), (44.0, -54.0)],
            Pose::Raise => [(-34.0, -40.0), (48.0, -128.0)],
        }
    }

    /// Draws the figure; it stands at the place, about 150 units tall, looking a little to the right.
    pub fn draw(&self, c: &mut Crayon, place: Place) {
        c.draw(place, |c| {
            if self.wheelchair {
                c.draw(at(0.0, -14.0), |c| {
                    self.chair(c);
                    self.figure(c);
                    wheel(c);
                });
            } else {
                c.tint(&Shape::ellipse(0.0, 1.0, 34.0, 6.0), INK, 0.16);
                self.legs(c);
                self.figure(c);
            }
        });
    }

    fn figure(&self, c: &mut Crayon) {
        self.back_hair(c);
        self.body(c);
        self.arms(c);
        c.fill(&Shape::ellipse(0.0, -108.0, 33.0, 31.0), self.skin);
        self.front_hair(c);
        face(c, at(2.0, -106.0).sized(0.86), self.mood);
        if self.glasses {
            for x in [-9.0, 13.0] {
                let ring: Vec<(f32, f32)> = (0..=8_u8)
                    .map(|step| (f32::from(step) * 45.0).to_radians().sin_cos())
                    .map(|(sin, cos)| (x + 9.0 * cos, -108.0 + 9.0 * sin))
                    .collect();
                c.line(&ring, 2.2, BROWN.darker(0.3));
            }
        }
    }

    fn legs(&self, c: &mut Crayon) {
        for x in [-11.0, 11.0] {
            let colour = if self.skirt { self.skin } else { self.bottom };
            c.line(&[(x, -32.0), (x, -7.0)], 12.0, colour);
            c.fill(
                &Shape::smooth(&[
                    (x - 8.0, 2.0),
                    (x - 7.0, -8.0),
                    (x + 5.0, -8.0),
                    (x + 12.0, -1.0),
                    (x + 10.0, 3.0),
                ]),
                self.top.darker(0.55),
            );
        }
    }

    fn body(&self, c: &mut Crayon) {
        if self.wheelchair {
            c.line(&[(-6.0, -26.0), (26.0, -26.0), (32.0, -2.0)], 15.0, self.bottom);
            c.fill(
                &Shape::smooth(&[(24.0, 6.0), (25.0, -5.0), (38.0, -5.0), (47.0, 2.0), (44.0, 7.0)]),
                self.top.darker(0.55),
            );
        } else if self.skirt {
            c.fill(
                &Shape::smooth(&[
                    (-18.0, -52.0),
                    (18.0, -52.0),
                    (36.0, -20.0),
                    (12.0, -15.0),
                    (-12.0, -15.0),
                    (-36.0, -20.0),
                ]),
                self.bottom,
            );
        } else {
            c.fill(&Shape::rounded(-19.0, -44.0, 38.0, 20.0, 7.0), self.bottom);
        }
        c.fill(
            &Shape::smooth(&[
                (-14.0, -82.0),
                (14.0, -82.0),
                (25.0, -66.0),
                (22.0, -36.0),
                (0.0, -33.0),
                (-22.0, -36.0),
                (-25.0, -66.0),
            ]),
            self.top,
        );
        c.line(
            &[(-19.0, -52.0), (0.0, -49.0), (19.0, -52.0)],
            3.4,
            self.top.lighter(0.5),
        );
    }

    fn arms(&self, c: &mut Crayon) {
        for (side, (x, y)) in [-1.0, 1.0].into_iter().zip(self.hands()) {
            let shoulder = (side * 19.0, -70.0);
            let elbow = (
                f32::midpoint(shoulder.0, x) + side * 7.0,
                f32::midpoint(shoulder.1, y) + 4.0,
            );
            c.line(&[shoulder, elbow, (x, y)], 10.0, self.skin.darker(0.06));
            c.line(
                &[
                    shoulder,
                    (
                        f32::midpoint(shoulder.0, elbow.0),
                        f32::midpoint(shoulder.1, elbow.1),
                    ),
                ],
                13.0,
                self.top.darker(0.1),
            );
            c.fill(&Shape::circle(x, y, 7.0), self.skin);
        }
    }

    fn back_hair(&self, c: &mut Crayon) {
        let colour = self.hair_colour;
        match self.hair {
            Hair::Long => c.fill(
                &Shape::smooth(&[
                    (-36.0, -118.0),
                    (-30.0, -140.0),
                    (0.0, -148.0),
                    (30.0, -140.0),
                    (37.0, -116.0),
                    (40.0, -66.0),
                    (20.0, -60.0),
                    (-20.0, -60.0),
                    (-40.0, -66.0),
                ]),
                colour,
            ),
            Hair::Curls => {
                for step in 0..9_u8 {
                    let (sin, cos) = (f32::from(step) * 30.0 - 30.0).to_radians().sin_cos();
                    c.fill(&Shape::circle(35.0 * cos, -114.0 - 32.0 * sin, 14.0), colour);
                }
            }
            Hair::Buns => {
                for x in [-26.0, 26.0] {
                    c.fill(&Shape::circle(x, -140.0, 14.0), colour);
                }
            }
            Hair::Braids => {
                for x in [-1.0, 1.0] {
                    for (dx, dy) in [(36.0, -92.0), (40.0, -78.0), (41.0, -65.0)] {
                        c.fill(&Shape::ellipse(x * dx, dy, 8.5, 9.5), colour);
                    }
                    c.fill(&Shape::circle(x * 41.0, -54.0, 5.0), RED);
                }
            }
            Hair::Scarf => c.fill(
                &Shape::smooth(&[
                    (-38.0, -110.0),
                    (-28.0, -142.0),
                    (0.0, -150.0),
                    (28.0, -142.0),
                    (39.0, -108.0),
                    (38.0, -76.0),
                    (30.0, -60.0),
                    (0.0, -54.0),
                    (-32.0, -60.0),
                    (-38.0, -76.0),
                ]),
                colour,
            ),
            Hair::Short => {}
        }
    }

    fn front_hair(&self, c: &mut Crayon) {
        let fringe: &[(f32, f32)] = match self.hair {
            Hair::Short => &[
                (-35.0, -104.0),
                (-34.0, -128.0),
                (-14.0, -144.0),
                (16.0, -143.0),
                (33.0, -130.0),
                (35.0, -106.0),
                (26.0, -122.0),
                (8.0, -126.0),
                (-14.0, -121.0),
                (-27.0, -118.0),
            ],
            Hair::Scarf => &[
                (-34.0, -92.0),
                (-37.0, -116.0),
                (-20.0, -141.0),
                (0.0, -146.0),
                (20.0, -141.0),
                (38.0, -116.0),
                (35.0, -92.0),
                (31.0, -112.0),
                (18.0, -128.0),
                (0.0, -131.0),
                (-18.0, -128.0),
                (-30.0, -112.0),
            ],
            _ => &[
                (-35.0, -100.0),
                (-36.0, -124.0),
                (-18.0, -143.0),
                (6.0, -145.0),
                (30.0, -134.0),
                (36.0, -112.0),
                (34.0, -100.0),
                (28.0, -118.0),
                (10.0, -132.0),
                (-8.0, -121.0),
                (-26.0, -117.0),
            ],
        };
        c.fill(&Shape::smooth(fringe), self.hair_colour);
    }

    fn chair(&self, c: &mut Crayon) {
        c.tint(&Shape::ellipse(4.0, 16.0, 48.0, 6.0), INK, 0.16);
        c.line(
            &[(-30.0, -66.0), (-24.0, -62.0), (-22.0, -20.0), (24.0, -18.0)],
            6.0,
            STONE.darker(0.3),
        );
        c.fill(
            &Shape::rounded(-27.0, -60.0, 12.0, 44.0, 5.0),
            self.bottom.darker(0.3),
        );
        c.line(&[(26.0, -18.0), (32.0, 8.0), (48.0, 9.0)], 5.0, STONE.darker(0.3));
        c.fill(&Shape::circle(28.0, 8.0, 7.0), STONE);
    }
}

/// The large wheel of a wheelchair, in front of who sits in it.
fn wheel(c: &mut Crayon) {
    let spoke = |degrees: f32, reach: f32| {
        let (sin, cos) = degrees.to_radians().sin_cos();
        (-6.0 + reach * cos, -12.0 + reach * sin)
    };
    let rim: Vec<(f32, f32)> = (0..=12_u8)
        .map(|step| spoke(f32::from(step) * 30.0, 26.0))
        .collect();
    c.line(&rim, 5.0, INK.mixed(STONE, 0.2));
    for step in 0..6_u8 {
        c.line(
            &[spoke(0.0, 0.0), spoke(f32::from(step) * 60.0, 24.0)],
            1.8,
            SILVER,
        );
    }
    c.fill(&Shape::circle(-6.0, -12.0, 5.0), WHITE);
}
