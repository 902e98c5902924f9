//! Above: sun, moon, stars, clouds, rain, rainbows.

use super::face::{Mood, face};
use crate::demo::drawing::colour::{
    CREAM, Colour, DUSK, INK, LEAF, LEMON, LILAC, MANGO, NIGHT, ORANGE, PINK, PLUM, RED, SEA, SILVER, SKY,
    SUN, WHITE,
};
use crate::demo::drawing::{Crayon, Place, Shape, at};

/// A blue morning down to `horizon`.
pub fn day(c: &mut Crayon, horizon: u16) {
    c.backdrop(SKY, CREAM, horizon);
}

/// A pink and golden evening.
pub fn evening(c: &mut Crayon, horizon: u16) {
    c.backdrop(DUSK.lighter(0.25), Colour(255, 205, 160), horizon);
}

/// A night full of small stars.
pub fn night(c: &mut Crayon, horizon: u16) {
    c.backdrop(NIGHT, DUSK, horizon);
    for (x, y) in SCATTERED {
        c.draw(at(x, y), |c| c.tint(&Shape::star(0.0, 0.0, 5.0, 4), LEMON, 0.9));
    }
}

/// A grey and gentle rainy sky.
pub fn rainy(c: &mut Crayon, horizon: u16) {
    c.backdrop(Colour(150, 176, 204), Colour(214, 226, 232), horizon);
}

const SCATTERED: [(f32, f32); 22] = [
    (28.0, 42.0),
    (72.0, 118.0),
    (112.0, 30.0),
    (150.0, 92.0),
    (190.0, 44.0),
    (232.0, 128.0),
    (262.0, 24.0),
    (306.0, 84.0),
    (346.0, 36.0),
    (388.0, 112.0),
    (428.0, 52.0),
    (470.0, 20.0),
    (482.0, 138.0),
    (40.0, 196.0),
    (118.0, 176.0),
    (206.0, 208.0),
    (290.0, 172.0),
    (362.0, 196.0),
    (446.0, 210.0),
    (16.0, 268.0),
    (250.0, 262.0),
    (410.0, 276.0),
];

/// A sun with crayon rays.
pub fn sun(c: &mut Crayon, place: Place) {
    c.draw(place, |c| {
        for ray in 0..12_u8 {
            let (sin, cos) = (f32::from(ray) * 30.0).to_radians().sin_cos();
            let end = if ray % 2 == 0 { 80.0 } else { 68.0 };
            c.line(&[(52.0 * cos, 52.0 * sin), (end * cos, end * sin)], 7.0, MANGO);
        }
        c.fill(&Shape::circle(0.0, 0.0, 44.0), SUN);
        face(c, at(0.0, 2.0), Mood::Happy);
    });
}

/// A full moon that feels something.
pub fn moon(c: &mut Crayon, place: Place, mood: Mood) {
    c.draw(place, |c| {
        c.tint(&Shape::circle(0.0, 0.0, 84.0), LEMON, 0.14);
        c.tint(&Shape::circle(0.0, 0.0, 68.0), LEMON, 0.2);
        c.fill(&Shape::circle(0.0, 0.0, 52.0), Colour(255, 244, 190));
        for (x, y, r) in [
            (-30.0, -24.0, 7.0),
            (-18.0, -36.0, 4.0),
            (34.0, 24.0, 6.0),
            (26.0, -32.0, 5.0),
        ] {
            c.tint(&Shape::circle(x, y, r), STRAWY, 0.6);
        }
        face(c, at(0.0, 2.0), mood);
    });
}

const STRAWY: Colour = Colour(236, 214, 140);

/// A thin moon.
pub fn crescent(c: &mut Crayon, place: Place) {
    let outline = [
        (10.0, -50.0),
        (-30.0, -38.0),
        (-48.0, 0.0),
        (-30.0, 38.0),
        (10.0, 50.0),
        (-12.0, 26.0),
        (-20.0, 0.0),
        (-12.0, -26.0),
    ];
    c.draw(place, |c| c.fill(&Shape::smooth(&outline), LEMON));
}

/// A large star.
pub fn star(c: &mut Crayon, place: Place) {
    c.draw(place, |c| c.fill(&Shape::star(0.0, 0.0, 24.0, 5), SUN));
}

/// A heap of cloud, 130 units wide.
pub fn cloud(c: &mut Crayon, place: Place, colour: Colour) {
    c.draw(place, |c| {
        let outline = [
            (-62.0, 18.0),
            (-66.0, 0.0),
            (-46.0, -12.0),
            (-30.0, -32.0),
            (-6.0, -26.0),
            (14.0, -42.0),
            (40.0, -28.0),
            (44.0, -10.0),
            (66.0, 0.0),
            (62.0, 18.0),
            (30.0, 22.0),
            (0.0, 20.0),
            (-30.0, 22.0),
        ];
        c.wash(&Shape::smooth(&outline), colour);
        let shade = colour.mixed(SEA, 0.25);
        c.line(
            &[
                (-62.0, 18.0),
                (-66.0, 0.0),
                (-46.0, -12.0),
                (-30.0, -32.0),
                (-6.0, -26.0),
            ],
            2.6,
            shade,
        );
        c.line(
            &[
                (-12.0, -24.0),
                (14.0, -42.0),
                (40.0, -28.0),
                (44.0, -10.0),
                (66.0, 0.0),
                (62.0, 18.0),
            ],
            2.6,
            shade,
        );
        c.line(
            &[
                (-56.0, 20.0),
                (-30.0, 23.0),
                (0.0, 21.0),
                (30.0, 23.0),
                (58.0, 20.0),
            ],
            2.6,
            shade,
        );
    });
}

/// White clouds, here and there.
pub fn clouds(c: &mut Crayon, places: &[Place]) {
    for &place in places {
        cloud(c, place, WHITE);
    }
}

/// Slanted rain over the whole paper, down to `ground`.
pub fn rain(c: &mut Crayon, ground: f32) {
    for row in 0..9_u8 {
        let y = 16.0 + f32::from(row) * 54.0;
        for column in 0..9_u8 {
            let x = f32::from(column) * 60.0 + f32::from(row % 3) * 21.0;
            if y < ground {
                c.line(&[(x, y), (x - 7.0, y + 24.0)], 2.6, Colour(112, 158, 206));
            }
        }
    }
}

/// A bow of six colours; the origin is the middle of its foot, it is 300 units wide.
pub fn rainbow(c: &mut Crayon, place: Place) {
    c.draw(place, |c| {
        for (band, colour) in (0_u8..).zip([RED, ORANGE, SUN, LEAF, SEA, PLUM]) {
            let r = 150.0 - f32::from(band) * 12.0;
            let arc: Vec<(f32, f32)> = (0..=12_u8)
                .map(|step| (f32::from(step) * 15.0).to_radians().sin_cos())
                .map(|(sin, cos)| (r * cos, -r * sin))
                .collect();
            c.line(&arc, 12.5, colour.lighter(0.2));
        }
    });
}

/// A ringed planet with a face.
pub fn planet(c: &mut Crayon, place: Place, colour: Colour) {
    c.draw(place.tilted(-16.0), |c| {
        c.line(
            &[
                (-60.0, 2.0),
                (-78.0, -8.0),
                (-50.0, -20.0),
                (0.0, -24.0),
                (50.0, -20.0),
                (78.0, -8.0),
                (60.0, 2.0),
            ],
            7.0,
            LILAC,
        );
        c.fill(&Shape::circle(0.0, 0.0, 46.0), colour);
        c.tint(&Shape::ellipse(0.0, 28.0, 34.0, 8.0), colour.lighter(0.6), 0.7);
        c.line(
            &[
                (-60.0, 2.0),
                (-34.0, 12.0),
                (0.0, 15.0),
                (34.0, 12.0),
                (60.0, 2.0),
            ],
            7.0,
            LILAC,
        );
        face(c, at(0.0, -12.0).sized(0.8), Mood::Happy);
    });
}

/// A lone note of music.
pub fn note(c: &mut Crayon, place: Place, colour: Colour) {
    c.draw(place, |c| {
        c.line(
            &[(7.0, 18.0), (7.0, -22.0), (22.0, -12.0)],
            4.6,
            colour.darker(0.2),
        );
        c.fill(&Shape::ellipse(-1.0, 19.0, 10.0, 7.5), colour);
    });
}

/// Bursts of light in many colours.
pub fn sparkles(c: &mut Crayon, places: &[Place]) {
    for (&place, colour) in places.iter().zip([SUN, PINK, WHITE, LEMON].into_iter().cycle()) {
        c.draw(place, |c| c.wash(&Shape::star(0.0, 0.0, 13.0, 4), colour));
    }
}

/// A round speech bubble, its tail towards the lower left.
pub fn bubble(c: &mut Crayon, place: Place) {
    c.draw(place, |c| {
        let outline = [
            (-58.0, 0.0),
            (-40.0, -30.0),
            (0.0, -38.0),
            (42.0, -30.0),
            (58.0, 0.0),
            (42.0, 28.0),
            (0.0, 36.0),
            (-26.0, 34.0),
            (-56.0, 54.0),
            (-44.0, 26.0),
        ];
        c.wash(&Shape::smooth(&outline), WHITE);
        let mut ring = outline.to_vec();
        ring.push(outline[0]);
        c.line(&ring, 2.8, INK.mixed(SILVER, 0.3));
    });
}
