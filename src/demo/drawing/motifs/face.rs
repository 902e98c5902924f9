//! Faces: for children, kettles, moons and whatever else has feelings.

use crate::demo::drawing::colour::{BLUSH, INK, SEA, WHITE};
use crate::demo::drawing::{Crayon, Place, Shape};

/// How somebody feels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mood {
    Happy,
    /// Laughing out loud.
    Joyful,
    Surprised,
    Sad,
    Asleep,
    /// Eyes open, mouth small: thinking.
    Calm,
}

/// A face about its middle, 50 units wide.
pub fn face(c: &mut Crayon, place: Place, mood: Mood) {
    c.draw(place, |c| {
        for side in [-1.0, 1.0] {
            c.tint(&Shape::ellipse(side * 21.0, 9.0, 7.5, 5.5), BLUSH, 0.5);
            eye(c, side * 12.0, mood);
        }
        mouth(c, mood);
        if mood == Mood::Sad {
            c.wash(
                &Shape::smooth(&[(18.0, 3.0), (21.5, 10.0), (18.0, 13.0), (14.5, 10.0)]),
                SEA,
            );
        }
    });
}

fn eye(c: &mut Crayon, x: f32, mood: Mood) {
    match mood {
        Mood::Joyful => c.line(&[(x - 6.0, 0.0), (x, -6.0), (x + 6.0, 0.0)], 3.2, INK),
        Mood::Asleep => c.line(&[(x - 6.0, -2.0), (x, 2.5), (x + 6.0, -2.0)], 3.0, INK),
        Mood::Surprised => open_eye(c, x, 5.6),
        _ => open_eye(c, x, 4.4),
    }
    if mood == Mood::Sad {
        let inner = x - x.signum() * 4.0;
        c.line(&[(x + x.signum() * 4.0, -8.0), (inner, -12.0)], 2.4, INK);
    }
}

fn open_eye(c: &mut Crayon, x: f32, size: f32) {
    c.tint(&Shape::ellipse(x, -2.0, size, size * 1.25), INK, 1.0);
    c.tint(&Shape::circle(x + size * 0.3, -4.5, size * 0.4), WHITE, 1.0);
}

fn mouth(c: &mut Crayon, mood: Mood) {
    match mood {
        Mood::Happy => c.line(&[(-9.0, 10.0), (0.0, 16.0), (9.0, 10.0)], 3.0, INK),
        Mood::Joyful => {
            c.tint(
                &Shape::smooth(&[(-10.0, 9.0), (0.0, 11.0), (10.0, 9.0), (5.0, 20.0), (-5.0, 20.0)]),
                INK,
                1.0,
            );
            c.tint(&Shape::ellipse(0.0, 18.5, 4.5, 2.6), BLUSH, 1.0);
        }
        Mood::Surprised => c.tint(&Shape::ellipse(0.0, 14.0, 4.4, 6.0), INK, 1.0),
        Mood::Sad => c.line(&[(-7.0, 16.0), (0.0, 11.0), (7.0, 16.0)], 3.0, INK),
        Mood::Asleep => c.tint(&Shape::ellipse(0.0, 13.0, 3.0, 3.4), INK, 1.0),
        Mood::Calm => c.line(&[(-6.0, 12.0), (0.0, 13.5), (6.0, 12.0)], 2.8, INK),
    }
}
