//! Below: hills, water, plants, paths.

use crate::demo::drawing::colour::{
    BROWN, CORAL, Colour, EARTH, FOREST, LEAF, LEMON, LIME, MANGO, MINT, PINK, ROSE, SAND, SEA, STRAW, SUN,
    TEAL, WHITE, WOOD,
};
use crate::demo::drawing::{Crayon, Place, Shape, at};

/// A band of rolling hills from `top` to the lower edge.
pub fn hills(c: &mut Crayon, top: f32, colour: Colour) {
    c.fill(
        &Shape::smooth(&[
            (-40.0, 540.0),
            (-30.0, top + 30.0),
            (60.0, top + 4.0),
            (150.0, top + 22.0),
            (250.0, top + 40.0),
            (350.0, top + 8.0),
            (440.0, top),
            (530.0, top + 34.0),
            (540.0, 540.0),
        ]),
        colour,
    );
}

/// Flat ground from `top` to the lower edge.
pub fn ground(c: &mut Crayon, top: f32, colour: Colour) {
    let surface = [
        (-20.0, top + 4.0),
        (110.0, top - 3.0),
        (250.0, top + 3.0),
        (380.0, top - 4.0),
        (520.0, top + 2.0),
        (520.0, 540.0),
        (-20.0, 540.0),
    ];
    c.fill(&Shape::polygon(&surface), colour);
}

/// A meadow with tufts and flowers.
pub fn meadow(c: &mut Crayon, top: f32) {
    ground(c, top, LEAF);
    for (i, colour) in (0_u16..9).zip([ROSE, SUN, WHITE, CORAL, LEMON].into_iter().cycle()) {
        let (x, y) = (24.0 + f32::from(i) * 58.0, top + 26.0 + f32::from((i * 37) % 80));
        tuft(c, at(x + 26.0, y - 8.0));
        flower(c, at(x, y).sized(0.6), colour);
    }
}

/// Three blades of grass.
pub fn tuft(c: &mut Crayon, place: Place) {
    c.draw(place, |c| {
        for (x, y) in [(-10.0, -14.0), (0.0, -20.0), (10.0, -13.0)] {
            c.line(&[(0.0, 0.0), (x * 0.4, y * 0.6), (x, y)], 3.0, FOREST);
        }
    });
}

/// A flower on its stem.
pub fn flower(c: &mut Crayon, place: Place, colour: Colour) {
    c.draw(place, |c| {
        c.line(&[(0.0, 0.0), (2.0, -18.0), (0.0, -34.0)], 4.0, FOREST);
        for petal in 0..5_u8 {
            let (sin, cos) = (f32::from(petal) * 72.0).to_radians().sin_cos();
            c.fill(&Shape::circle(11.0 * sin, -38.0 - 11.0 * cos, 8.0), colour);
        }
        c.fill(&Shape::circle(0.0, -38.0, 6.0), SUN);
    });
}

/// Water from `top` to the lower edge, with waves.
pub fn sea(c: &mut Crayon, top: f32, colour: Colour) {
    ground(c, top, colour);
    for row in 0..4_u8 {
        let y = top + 26.0 + f32::from(row) * 44.0;
        for column in 0..5_u8 {
            let x = f32::from(column) * 120.0 - f32::from(row % 2) * 56.0;
            c.line(
                &[
                    (x, y),
                    (x + 14.0, y - 8.0),
                    (x + 30.0, y),
                    (x + 44.0, y - 8.0),
                    (x + 60.0, y),
                ],
                3.2,
                colour.lighter(0.45),
            );
        }
    }
}

/// A puddle or pond, 160 units wide.
pub fn puddle(c: &mut Crayon, place: Place, colour: Colour) {
    c.draw(place, |c| {
        let edge = [
            (-80.0, 0.0),
            (-50.0, -16.0),
            (0.0, -20.0),
            (54.0, -15.0),
            (80.0, 2.0),
            (46.0, 18.0),
            (0.0, 21.0),
            (-52.0, 16.0),
        ];
        c.fill(&Shape::smooth(&edge), colour);
        c.line(
            &[(-40.0, -3.0), (-14.0, -8.0), (12.0, -6.0)],
            3.0,
            colour.lighter(0.5),
        );
        c.line(&[(6.0, 8.0), (28.0, 5.0), (46.0, 6.0)], 3.0, colour.lighter(0.5));
    });
}

/// A round tree.
pub fn tree(c: &mut Crayon, place: Place, colour: Colour) {
    c.draw(place, |c| {
        c.fill(
            &Shape::smooth(&[
                (-20.0, 2.0),
                (-12.0, -40.0),
                (-12.0, -90.0),
                (12.0, -90.0),
                (12.0, -40.0),
                (22.0, 2.0),
                (0.0, -3.0),
            ]),
            BROWN,
        );
        let crown = [
            (-66.0, -96.0),
            (-78.0, -130.0),
            (-58.0, -160.0),
            (-34.0, -190.0),
            (4.0, -204.0),
            (40.0, -188.0),
            (66.0, -158.0),
            (78.0, -124.0),
            (60.0, -94.0),
            (24.0, -82.0),
            (0.0, -92.0),
            (-28.0, -80.0),
        ];
        c.fill(&Shape::smooth(&crown), colour);
        for (x, y) in [(-38.0, -140.0), (6.0, -166.0), (36.0, -124.0), (-8.0, -116.0)] {
            c.line(
                &[(x - 12.0, y), (x, y + 8.0), (x + 12.0, y)],
                3.4,
                colour.darker(0.2),
            );
        }
    });
}

/// A tree with ripe mangoes.
pub fn mango_tree(c: &mut Crayon, place: Place) {
    tree(c, place, FOREST.lighter(0.15));
    c.draw(place, |c| {
        for (x, y) in [
            (-48.0, -118.0),
            (-16.0, -96.0),
            (22.0, -104.0),
            (50.0, -134.0),
            (-24.0, -152.0),
            (18.0, -148.0),
        ] {
            c.line(&[(x, y - 16.0), (x, y - 4.0)], 2.4, FOREST.darker(0.3));
            c.fill(
                &Shape::smooth(&[
                    (x - 2.0, y - 8.0),
                    (x + 9.0, y + 2.0),
                    (x + 2.0, y + 13.0),
                    (x - 8.0, y + 4.0),
                ]),
                MANGO,
            );
        }
    });
}

/// A coconut palm.
pub fn palm(c: &mut Crayon, place: Place) {
    c.draw(place, |c| {
        c.fill(
            &Shape::smooth(&[
                (-11.0, 2.0),
                (-2.0, -70.0),
                (14.0, -142.0),
                (24.0, -140.0),
                (14.0, -70.0),
                (11.0, 2.0),
            ]),
            WOOD,
        );
        for ring in 0..5_u8 {
            let y = -18.0 - f32::from(ring) * 24.0;
            let x = -y * 0.1 - 2.0;
            c.line(&[(x - 6.0, y), (x + 1.0, y + 4.0), (x + 9.0, y)], 2.2, BROWN);
        }
        for (x, y, dip) in [
            (-74.0, -128.0, -172.0),
            (-48.0, -178.0, -186.0),
            (32.0, -206.0, -184.0),
            (88.0, -172.0, -186.0),
            (96.0, -120.0, -168.0),
        ] {
            let bend = f32::midpoint(x, 18.0);
            let leaf = [(18.0, -142.0), (bend, dip), (x, y), (bend, dip + 24.0)];
            c.fill(&Shape::smooth(&leaf), FOREST.lighter(0.12));
        }
        for (x, y) in [(8.0, -132.0), (26.0, -130.0)] {
            c.fill(&Shape::circle(x, y, 9.0), EARTH);
        }
    });
}

/// Steps of rice paddies from `top` to the lower edge.
pub fn terraces(c: &mut Crayon, top: f32) {
    for (step, colour) in (0_u8..5).zip([
        FOREST.lighter(0.3),
        LEAF,
        LIME,
        MINT.mixed(LEAF, 0.5),
        LIME.lighter(0.2),
    ]) {
        let y = top + f32::from(step) * f32::from(14 + step * 4) * 1.4;
        let lean = if step % 2 == 0 { 22.0 } else { -22.0 };
        let edge = [
            (-30.0, y + lean),
            (90.0, y - lean * 0.4),
            (210.0, y + 14.0),
            (330.0, y - 4.0),
            (430.0, y + lean * 0.7),
            (530.0, y - lean),
            (540.0, 560.0),
            (-40.0, 560.0),
        ];
        c.fill(&Shape::smooth(&edge), colour);
        for column in 0..8_u8 {
            let x = 34.0 + f32::from(column) * 62.0 + f32::from(step) * 9.0;
            c.line(
                &[(x - 4.0, y + 26.0), (x - 7.0, y + 16.0)],
                2.2,
                colour.darker(0.28),
            );
            c.line(&[(x, y + 26.0), (x + 4.0, y + 15.0)], 2.2, colour.darker(0.28));
        }
    }
}

/// A path or road from the lower edge towards `far`, which lies at height `top`.
pub fn road(c: &mut Crayon, far: f32, top: f32, colour: Colour) {
    let edge = [
        (far - 14.0, top),
        (far + 14.0, top),
        (far + 40.0, top + 70.0),
        (430.0, 520.0),
        (90.0, 520.0),
        (far - 40.0, top + 70.0),
    ];
    c.fill(&Shape::polygon(&edge), colour);
}

/// A beach from `top` to the lower edge.
pub fn beach(c: &mut Crayon, top: f32) {
    ground(c, top, SAND);
    for (x, y) in [
        (60.0, 30.0),
        (190.0, 52.0),
        (330.0, 28.0),
        (440.0, 60.0),
        (120.0, 80.0),
    ] {
        c.line(&[(x, top + y), (x + 16.0, top + y + 3.0)], 2.6, STRAW);
    }
    shell(c, at(404.0, top + 44.0));
}

/// A small pink shell.
pub fn shell(c: &mut Crayon, place: Place) {
    c.draw(place, |c| {
        c.fill(
            &Shape::smooth(&[
                (0.0, 8.0),
                (-14.0, -4.0),
                (-8.0, -14.0),
                (0.0, -16.0),
                (8.0, -14.0),
                (14.0, -4.0),
            ]),
            PINK,
        );
        for x in [-6.0, 0.0, 6.0] {
            c.line(&[(0.0, 6.0), (x, -10.0)], 1.8, ROSE);
        }
    });
}

/// Shallow water for wading: a pale band over the lower edge.
pub fn shallows(c: &mut Crayon, top: f32) {
    sea(c, top, SEA.mixed(TEAL, 0.4).lighter(0.25));
}
