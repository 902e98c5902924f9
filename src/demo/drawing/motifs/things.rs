//! Things to hold, ride, fly and drink from.

use super::face::{Mood, face};
use crate::demo::drawing::colour::{
    BLUE, BROWN, CORAL, CREAM, Colour, INK, LEAF, LEMON, MANGO, MINT, ORANGE, PLUM, RED, ROSE, SEA, SILVER,
    SKY, STONE, SUN, TEAL, WHITE, WOOD,
};
use crate::demo::drawing::{Crayon, Place, Shape, at};

/// A kettle with feelings, 120 units wide; the spout is on the right.
pub fn kettle(c: &mut Crayon, place: Place, mood: Mood) {
    c.draw(place, |c| {
        c.line(
            &[
                (-40.0, -84.0),
                (-34.0, -128.0),
                (0.0, -142.0),
                (34.0, -128.0),
                (40.0, -84.0),
            ],
            8.0,
            BROWN,
        );
        c.fill(
            &Shape::smooth(&[
                (42.0, -30.0),
                (66.0, -44.0),
                (74.0, -78.0),
                (94.0, -84.0),
                (92.0, -70.0),
                (84.0, -34.0),
                (50.0, -8.0),
            ]),
            RED.darker(0.1),
        );
        c.fill(
            &Shape::smooth(&[
                (-58.0, -6.0),
                (-62.0, -40.0),
                (-42.0, -78.0),
                (0.0, -90.0),
                (42.0, -78.0),
                (62.0, -40.0),
                (58.0, -6.0),
                (0.0, 2.0),
            ]),
            RED,
        );
        c.fill(&Shape::ellipse(0.0, -86.0, 30.0, 9.0), RED.lighter(0.2));
        c.fill(&Shape::circle(0.0, -98.0, 8.0), SUN);
        c.line(
            &[(-46.0, -30.0), (-44.0, -52.0), (-34.0, -66.0)],
            5.0,
            RED.lighter(0.55),
        );
        face(c, at(2.0, -42.0).sized(1.2), mood);
    });
}

/// A curl of steam, rising 60 units.
pub fn steam(c: &mut Crayon, place: Place) {
    c.draw(place, |c| {
        for x in [-14.0, 0.0, 14.0] {
            c.line(
                &[(x, 0.0), (x + 8.0, -16.0), (x - 4.0, -34.0), (x + 6.0, -56.0)],
                4.6,
                WHITE,
            );
        }
    });
}

/// A cup with a handle, 40 units wide.
pub fn cup(c: &mut Crayon, place: Place, colour: Colour) {
    c.draw(place, |c| {
        c.line(
            &[(16.0, -28.0), (32.0, -26.0), (28.0, -10.0), (14.0, -8.0)],
            5.0,
            colour.darker(0.15),
        );
        c.fill(
            &Shape::smooth(&[
                (-20.0, -36.0),
                (20.0, -36.0),
                (17.0, -8.0),
                (10.0, 0.0),
                (-10.0, 0.0),
                (-17.0, -8.0),
            ]),
            colour,
        );
        c.wash(&Shape::ellipse(0.0, -35.0, 18.0, 4.5), BROWN);
    });
}

/// A boat folded from paper, 90 units wide.
pub fn paper_boat(c: &mut Crayon, place: Place) {
    c.draw(place, |c| {
        c.fill(
            &Shape::polygon(&[(-22.0, -18.0), (0.0, -62.0), (22.0, -18.0)]),
            WHITE,
        );
        c.line(&[(0.0, -58.0), (0.0, -20.0)], 2.0, SILVER.darker(0.2));
        c.fill(
            &Shape::polygon(&[
                (-50.0, -26.0),
                (-28.0, -16.0),
                (28.0, -16.0),
                (50.0, -26.0),
                (32.0, 6.0),
                (-32.0, 6.0),
            ]),
            WHITE,
        );
        for (x, y) in [(-20.0, -9.0), (-17.0, -3.0)] {
            c.line(&[(x, y), (-x, y)], 1.8, BLUE.lighter(0.3));
        }
    });
}

/// A bangka with outrigger and sail, 170 units wide.
pub fn bangka(c: &mut Crayon, place: Place) {
    c.draw(place, |c| {
        c.line(&[(-4.0, -16.0), (-2.0, -150.0)], 6.0, BROWN);
        c.fill(
            &Shape::smooth(&[(2.0, -146.0), (44.0, -110.0), (64.0, -40.0), (4.0, -34.0)]),
            MANGO,
        );
        c.line(&[(6.0, -104.0), (48.0, -94.0)], 8.0, CORAL);
        c.line(&[(6.0, -70.0), (58.0, -64.0)], 8.0, CORAL);
        c.fill(
            &Shape::smooth(&[
                (-92.0, -34.0),
                (-40.0, -18.0),
                (40.0, -18.0),
                (96.0, -36.0),
                (66.0, 6.0),
                (0.0, 12.0),
                (-62.0, 6.0),
            ]),
            TEAL,
        );
        c.line(&[(-74.0, -12.0), (0.0, -2.0), (78.0, -14.0)], 4.0, LEMON);
        for x in [-40.0, 40.0] {
            c.line(&[(x, -10.0), (x - 6.0, 24.0)], 4.0, WOOD);
        }
        c.line(&[(-84.0, 22.0), (0.0, 27.0), (84.0, 20.0)], 6.0, WOOD);
    });
}

/// A jeepney from the side, driving right, 250 units long.
pub fn jeepney(c: &mut Crayon, place: Place, mood: Mood) {
    c.draw(place, |c| {
        c.tint(&Shape::ellipse(0.0, 0.0, 128.0, 8.0), INK, 0.18);
        c.fill(
            &Shape::smooth(&[
                (-122.0, -112.0),
                (-60.0, -118.0),
                (30.0, -118.0),
                (52.0, -110.0),
                (54.0, -100.0),
                (-122.0, -100.0),
            ]),
            RED,
        );
        for x in [-118.0, -74.0, -32.0, 8.0, 44.0] {
            c.line(&[(x, -102.0), (x, -60.0)], 6.0, SILVER);
        }
        c.wash(&Shape::rect(-116.0, -99.0, 156.0, 38.0), SKY.lighter(0.4));
        c.fill(
            &Shape::polygon(&[
                (-124.0, -62.0),
                (52.0, -62.0),
                (60.0, -54.0),
                (112.0, -50.0),
                (122.0, -38.0),
                (122.0, -16.0),
                (-124.0, -16.0),
            ]),
            SILVER,
        );
        c.fill(&Shape::rect(-122.0, -54.0, 176.0, 12.0), SUN);
        c.fill(&Shape::rect(-122.0, -40.0, 176.0, 12.0), BLUE);
        for (i, colour) in (0_u8..7).zip([RED, LEAF, ORANGE, PLUM].into_iter().cycle()) {
            c.wash(&Shape::star(-106.0 + f32::from(i) * 24.0, -48.0, 8.0, 5), colour);
        }
        face(c, at(88.0, -36.0).sized(0.68), mood);
        c.fill(&Shape::circle(118.0, -26.0, 6.0), LEMON);
        for (i, colour) in (0_u8..8).zip([SUN, TEAL, ROSE].into_iter().cycle()) {
            let x = -112.0 + f32::from(i) * 22.0;
            c.fill(
                &Shape::polygon(&[(x - 7.0, -118.0), (x + 7.0, -118.0), (x, -134.0)]),
                colour,
            );
        }
        for x in [-80.0, 72.0] {
            c.fill(&Shape::circle(x, -14.0, 20.0), INK.lighter(0.12));
            c.fill(&Shape::circle(x, -14.0, 9.0), SILVER);
        }
    });
}

/// A kite with a tail, about its middle.
pub fn kite(c: &mut Crayon, place: Place, colour: Colour) {
    c.draw(place, |c| {
        c.line(
            &[
                (0.0, 46.0),
                (-12.0, 68.0),
                (8.0, 88.0),
                (-8.0, 112.0),
                (4.0, 130.0),
            ],
            3.0,
            colour.darker(0.3),
        );
        for (x, y) in [(-10.0, 68.0), (6.0, 90.0), (-7.0, 112.0)] {
            c.fill(
                &Shape::polygon(&[
                    (x - 11.0, y - 6.0),
                    (x, y),
                    (x + 11.0, y - 6.0),
                    (x + 11.0, y + 7.0),
                    (x, y),
                    (x - 11.0, y + 7.0),
                ]),
                SUN,
            );
        }
        c.fill(
            &Shape::polygon(&[(0.0, -56.0), (36.0, -8.0), (0.0, 46.0), (-36.0, -8.0)]),
            colour,
        );
        c.wash(
            &Shape::polygon(&[(0.0, -50.0), (31.0, -9.0), (0.0, -8.0)]),
            colour.lighter(0.45),
        );
        c.wash(
            &Shape::polygon(&[(0.0, 40.0), (-31.0, -7.0), (0.0, -8.0)]),
            colour.lighter(0.45),
        );
        face(c, at(0.0, -8.0).sized(0.62), Mood::Happy);
    });
}

/// An open umbrella: the origin is the hand, the canopy is 170 units wide.
pub fn umbrella(c: &mut Crayon, place: Place, colour: Colour) {
    c.draw(place, |c| {
        c.line(
            &[(0.0, -96.0), (0.0, 4.0), (-6.0, 14.0), (-14.0, 8.0)],
            5.0,
            BROWN,
        );
        c.fill(
            &Shape::smooth(&[
                (-86.0, -82.0),
                (-60.0, -126.0),
                (0.0, -148.0),
                (60.0, -126.0),
                (86.0, -82.0),
                (58.0, -92.0),
                (28.0, -82.0),
                (0.0, -92.0),
                (-28.0, -82.0),
                (-58.0, -92.0),
            ]),
            colour,
        );
        for (x, foot) in [(-30.0, -86.0), (30.0, -86.0)] {
            c.line(
                &[(0.0, -146.0), (x * 0.8, -122.0), (x, foot)],
                2.4,
                colour.darker(0.3),
            );
        }
        for (x, y) in [(-46.0, -110.0), (0.0, -116.0), (46.0, -110.0)] {
            c.wash(&Shape::circle(x, y, 7.0), colour.lighter(0.55));
        }
        c.fill(&Shape::circle(0.0, -150.0, 4.0), BROWN);
    });
}

/// A robot made of tins, 140 units tall.
pub fn robot(c: &mut Crayon, place: Place, arms_up: bool, mood: Mood) {
    c.draw(place, |c| {
        c.tint(&Shape::ellipse(0.0, 0.0, 46.0, 7.0), INK, 0.16);
        let hand = if arms_up { -112.0 } else { -34.0 };
        for side in [-1.0, 1.0] {
            c.line(
                &[(side * 34.0, -66.0), (side * 58.0, -62.0), (side * 62.0, hand)],
                8.0,
                STONE,
            );
            c.fill(&Shape::circle(side * 62.0, hand, 9.0), MANGO);
            c.fill(&Shape::rounded(side * 18.0 - 9.0, -24.0, 18.0, 18.0, 4.0), STONE);
            c.fill(&Shape::rounded(side * 20.0 - 14.0, -11.0, 28.0, 12.0, 5.0), MANGO);
        }
        c.fill(&Shape::rounded(-36.0, -80.0, 72.0, 60.0, 10.0), TEAL.lighter(0.2));
        c.fill(&Shape::circle(0.0, -48.0, 15.0), CREAM);
        c.line(&[(0.0, -48.0), (7.0, -57.0)], 3.0, RED);
        for x in [-24.0, 24.0] {
            c.fill(&Shape::circle(x, -68.0, 4.0), SUN);
        }
        c.line(&[(0.0, -140.0), (0.0, -154.0)], 4.0, STONE);
        c.fill(&Shape::circle(0.0, -160.0, 8.0), RED);
        c.fill(&Shape::rounded(-42.0, -142.0, 84.0, 60.0, 14.0), SILVER);
        c.fill(
            &Shape::rounded(-34.0, -134.0, 68.0, 44.0, 10.0),
            WHITE.mixed(MINT, 0.35),
        );
        face(c, at(0.0, -114.0).sized(1.05), mood);
    });
}

/// A rocket of cardboard and hope, 170 units tall, standing on its fins.
pub fn rocket(c: &mut Crayon, place: Place, flying: bool) {
    c.draw(place, |c| {
        if flying {
            c.fill(
                &Shape::smooth(&[
                    (-20.0, -14.0),
                    (20.0, -14.0),
                    (26.0, 24.0),
                    (0.0, 74.0),
                    (-26.0, 24.0),
                ]),
                ORANGE,
            );
            c.fill(
                &Shape::smooth(&[
                    (-11.0, -14.0),
                    (11.0, -14.0),
                    (13.0, 16.0),
                    (0.0, 46.0),
                    (-13.0, 16.0),
                ]),
                SUN,
            );
        }
        for side in [-1.0, 1.0] {
            c.fill(
                &Shape::smooth(&[
                    (side * 28.0, -74.0),
                    (side * 58.0, -34.0),
                    (side * 60.0, 0.0),
                    (side * 28.0, -18.0),
                ]),
                RED,
            );
        }
        c.fill(
            &Shape::smooth(&[
                (-26.0, -10.0),
                (-38.0, -70.0),
                (-28.0, -130.0),
                (0.0, -172.0),
                (28.0, -130.0),
                (38.0, -70.0),
                (26.0, -10.0),
            ]),
            WHITE,
        );
        c.fill(
            &Shape::smooth(&[(-27.0, -132.0), (0.0, -174.0), (27.0, -132.0), (0.0, -124.0)]),
            RED,
        );
        c.fill(&Shape::circle(0.0, -92.0, 19.0), SEA);
        c.fill(&Shape::circle(0.0, -92.0, 13.0), SKY);
        c.line(&[(-34.0, -48.0), (0.0, -42.0), (34.0, -48.0)], 6.0, SUN);
        c.fill(&Shape::rect(-28.0, -20.0, 56.0, 12.0), STONE);
    });
}

/// One ripe mango.
pub fn mango(c: &mut Crayon, place: Place) {
    c.draw(place, |c| {
        c.fill(
            &Shape::smooth(&[
                (-4.0, -22.0),
                (18.0, -12.0),
                (22.0, 8.0),
                (4.0, 24.0),
                (-16.0, 16.0),
                (-20.0, -6.0),
            ]),
            MANGO,
        );
        c.tint(&Shape::ellipse(8.0, 6.0, 9.0, 11.0), CORAL, 0.5);
        c.fill(
            &Shape::smooth(&[(-4.0, -22.0), (8.0, -36.0), (24.0, -34.0), (12.0, -22.0)]),
            LEAF,
        );
    });
}

/// A letter with a heart for a seal, 70 units wide, about its middle.
pub fn letter(c: &mut Crayon, place: Place, colour: Colour) {
    c.draw(place, |c| {
        c.fill(&Shape::rect(-35.0, -23.0, 70.0, 46.0), colour);
        c.line(&[(-34.0, -22.0), (0.0, 6.0)], 2.6, colour.darker(0.35));
        c.line(&[(34.0, -22.0), (0.0, 6.0)], 2.6, colour.darker(0.35));
        heart(c, at(0.0, 4.0).sized(0.42));
    });
}

/// A heart, 50 units wide, about its middle.
pub fn heart(c: &mut Crayon, place: Place) {
    c.draw(place, |c| {
        c.fill(
            &Shape::smooth(&[
                (0.0, -10.0),
                (12.0, -22.0),
                (26.0, -12.0),
                (20.0, 8.0),
                (0.0, 26.0),
                (-20.0, 8.0),
                (-26.0, -12.0),
                (-12.0, -22.0),
            ]),
            ROSE,
        );
    });
}

/// A bobble hat; the origin is the middle of its brim, 80 units wide.
pub fn hat(c: &mut Crayon, place: Place, colour: Colour) {
    c.draw(place, |c| {
        c.fill(
            &Shape::smooth(&[
                (-36.0, 0.0),
                (-34.0, -30.0),
                (-12.0, -56.0),
                (12.0, -56.0),
                (34.0, -30.0),
                (36.0, 0.0),
            ]),
            colour,
        );
        c.line(
            &[(-32.0, -24.0), (0.0, -30.0), (32.0, -24.0)],
            5.0,
            colour.lighter(0.5),
        );
        c.fill(
            &Shape::rounded(-42.0, -8.0, 84.0, 18.0, 8.0),
            colour.lighter(0.35),
        );
        c.fill(&Shape::circle(0.0, -62.0, 13.0), WHITE);
    });
}

/// A ball of wool with its thread, 50 units wide.
pub fn wool(c: &mut Crayon, place: Place, colour: Colour) {
    c.draw(place, |c| {
        c.line(
            &[(18.0, 16.0), (44.0, 24.0), (62.0, 14.0), (84.0, 22.0)],
            3.0,
            colour,
        );
        c.fill(&Shape::circle(0.0, 0.0, 25.0), colour);
        for (from, to) in [
            ((-20.0, -8.0), (12.0, -20.0)),
            ((-22.0, 6.0), (20.0, -10.0)),
            ((-14.0, 18.0), (22.0, 4.0)),
        ] {
            c.line(
                &[from, (0.0, f32::midpoint(from.1, to.1) - 5.0), to],
                2.4,
                colour.darker(0.25),
            );
        }
    });
}

/// A drum-shaped post box, 100 units tall.
pub fn post_box(c: &mut Crayon, place: Place) {
    c.draw(place, |c| {
        c.fill(&Shape::rect(-5.0, -50.0, 10.0, 50.0), BROWN);
        c.fill(
            &Shape::rounded(-30.0, -104.0, 60.0, 58.0, 20.0),
            BLUE.lighter(0.15),
        );
        c.fill(&Shape::rounded(-18.0, -84.0, 36.0, 8.0, 3.0), INK);
        c.line(&[(30.0, -76.0), (30.0, -100.0)], 4.0, RED);
        c.fill(&Shape::rect(28.0, -110.0, 18.0, 13.0), RED);
    });
}
