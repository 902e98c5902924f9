//! Where people live: houses outside, rooms inside.

use crate::demo::drawing::colour::{
    BROWN, CORAL, CREAM, Colour, FOREST, LEMON, MANGO, MINT, NIGHT, PINK, RED, ROSE, SILVER, SKY, STONE,
    STRAW, SUN, TEAL, WHITE, WOOD,
};
use crate::demo::drawing::{Crayon, Place, Shape, at};

/// A small house with a pitched roof, 130 units wide.
pub fn house(c: &mut Crayon, place: Place, walls: Colour, roof: Colour) {
    c.draw(place, |c| {
        c.fill(&Shape::rect(-54.0, -84.0, 108.0, 84.0), walls);
        c.fill(&Shape::rect(22.0, -150.0, 18.0, 40.0), BROWN);
        c.fill(
            &Shape::polygon(&[(-70.0, -80.0), (0.0, -146.0), (70.0, -80.0)]),
            roof,
        );
        c.fill(&Shape::rounded(-14.0, -50.0, 30.0, 50.0, 8.0), roof.darker(0.3));
        c.fill(&Shape::circle(9.0, -24.0, 3.0), SUN);
        for x in [-42.0, 24.0] {
            c.fill(&Shape::rect(x, -66.0, 21.0, 23.0), LEMON);
            c.line(&[(x + 10.5, -66.0), (x + 10.5, -43.0)], 2.2, BROWN);
            c.line(&[(x, -54.5), (x + 21.0, -54.5)], 2.2, BROWN);
        }
    });
}

/// A row of houses along the horizon `y`.
pub fn street(c: &mut Crayon, y: f32) {
    let houses = [
        (66.0, CREAM, CORAL),
        (190.0, MINT, TEAL),
        (316.0, PINK, ROSE),
        (440.0, SKY, MANGO),
    ];
    for (x, walls, roof) in houses {
        house(c, at(x, y).sized(0.82), walls, roof);
    }
}

/// A bahay kubo on stilts, 170 units wide.
pub fn nipa_hut(c: &mut Crayon, place: Place) {
    c.draw(place, |c| {
        for x in [-58.0, -20.0, 20.0, 58.0] {
            c.line(&[(x, -44.0), (x, 0.0)], 8.0, BROWN);
        }
        c.fill(&Shape::rect(-70.0, -108.0, 140.0, 62.0), STRAW);
        for column in 0..7_u8 {
            let x = -60.0 + f32::from(column) * 20.0;
            c.line(&[(x, -106.0), (x, -48.0)], 2.0, WOOD);
        }
        c.fill(&Shape::rect(-76.0, -50.0, 152.0, 9.0), WOOD);
        c.fill(&Shape::rect(-50.0, -92.0, 36.0, 28.0), NIGHT.lighter(0.2));
        c.fill(
            &Shape::polygon(&[(-54.0, -94.0), (-10.0, -94.0), (-14.0, -104.0), (-50.0, -104.0)]),
            WOOD,
        );
        c.fill(&Shape::rect(16.0, -98.0, 30.0, 50.0), BROWN);
        c.fill(
            &Shape::smooth(&[
                (-98.0, -96.0),
                (-60.0, -150.0),
                (-30.0, -182.0),
                (30.0, -182.0),
                (60.0, -150.0),
                (98.0, -96.0),
                (0.0, -104.0),
            ]),
            WOOD.mixed(STRAW, 0.4),
        );
        for row in 0..4_u8 {
            let (y, half) = (-112.0 - f32::from(row) * 17.0, 76.0 - f32::from(row) * 13.0);
            for column in 0..6_u8 {
                let x = -half + f32::from(column) * half * 0.4;
                c.line(&[(x, y), (x + 2.0, y - 9.0)], 2.4, BROWN);
            }
        }
        for side in [20.0, 42.0] {
            c.line(&[(side, -46.0), (side + 12.0, 2.0)], 4.6, BROWN);
        }
        for (step, y) in [(0.0, -34.0), (3.0, -20.0), (7.0, -6.0)] {
            c.line(&[(22.0 + step, y), (45.0 + step, y)], 4.0, BROWN);
        }
    });
}

/// A room: wall, skirting and floor.
pub fn room(c: &mut Crayon, wall: Colour, floor: Colour) {
    c.backdrop(wall, wall.lighter(0.35), 380);
    for column in 0..9_u8 {
        let x = 28.0 + f32::from(column) * 56.0;
        c.line(&[(x, -5.0), (x, 374.0)], 3.0, wall.lighter(0.5));
    }
    c.fill(&Shape::rect(-10.0, 372.0, 520.0, 140.0), floor);
    c.fill(&Shape::rect(-10.0, 362.0, 520.0, 14.0), WHITE.mixed(wall, 0.3));
    for (x, y) in [
        (40.0, 410.0),
        (180.0, 446.0),
        (330.0, 404.0),
        (420.0, 462.0),
        (90.0, 484.0),
    ] {
        c.line(&[(x, y), (x + 70.0, y)], 2.2, floor.darker(0.2));
    }
}

/// A window with curtains about its middle, 130 units wide; `sky` is what one sees.
pub fn window(c: &mut Crayon, place: Place, sky: Colour) {
    c.draw(place, |c| {
        c.fill(&Shape::rect(-56.0, -64.0, 112.0, 124.0), WHITE);
        c.fill(&Shape::rect(-48.0, -56.0, 96.0, 108.0), sky);
        c.line(&[(0.0, -56.0), (0.0, 52.0)], 6.0, WHITE);
        c.line(&[(-48.0, -2.0), (48.0, -2.0)], 6.0, WHITE);
        for side in [-1.0, 1.0] {
            c.fill(
                &Shape::smooth(&[
                    (side * 72.0, -74.0),
                    (side * 24.0, -74.0),
                    (side * 34.0, -20.0),
                    (side * 54.0, 8.0),
                    (side * 58.0, 62.0),
                    (side * 74.0, 62.0),
                ]),
                CORAL.lighter(0.25),
            );
        }
        c.line(&[(-82.0, -76.0), (82.0, -76.0)], 7.0, WOOD);
        c.fill(&Shape::rect(-66.0, 58.0, 132.0, 10.0), WHITE);
    });
}

/// A table, 260 units wide, 96 tall.
pub fn table(c: &mut Crayon, place: Place) {
    c.draw(place, |c| {
        for x in [-104.0, 88.0] {
            c.fill(&Shape::rect(x, -84.0, 16.0, 84.0), WOOD.darker(0.15));
        }
        c.fill(&Shape::rounded(-130.0, -96.0, 260.0, 18.0, 6.0), WOOD);
    });
}

/// A stove with two rings, 150 units wide, 120 tall.
pub fn stove(c: &mut Crayon, place: Place) {
    c.draw(place, |c| {
        c.fill(
            &Shape::rounded(-75.0, -120.0, 150.0, 120.0, 6.0),
            WHITE.mixed(MINT, 0.4),
        );
        c.fill(&Shape::rounded(-54.0, -78.0, 108.0, 60.0, 8.0), STONE.darker(0.3));
        c.tint(&Shape::rounded(-44.0, -66.0, 88.0, 38.0, 6.0), MANGO, 0.8);
        c.line(&[(-50.0, -88.0), (50.0, -88.0)], 5.0, SILVER.darker(0.2));
        for x in [-52.0, -26.0, 26.0, 52.0] {
            c.fill(&Shape::circle(x, -104.0, 7.0), RED);
        }
        c.fill(&Shape::rect(-80.0, -126.0, 160.0, 8.0), STONE);
    });
}

/// A shelf of jars or books, 150 units wide, about its board.
pub fn shelf(c: &mut Crayon, place: Place) {
    c.draw(place, |c| {
        let spines = [
            (RED, 40.0),
            (TEAL, 50.0),
            (SUN, 36.0),
            (ROSE, 46.0),
            (FOREST, 42.0),
            (MANGO, 50.0),
            (CORAL, 38.0),
        ];
        for (i, (colour, height)) in (0_u8..).zip(spines) {
            c.fill(
                &Shape::rect(-64.0 + f32::from(i) * 18.0, -height, 15.0, height),
                colour,
            );
        }
        c.fill(&Shape::rect(-75.0, 0.0, 150.0, 10.0), WOOD);
    });
}

/// A bed with a blanket, seen from the side, 240 units long; the pillow is on the left.
pub fn bed(c: &mut Crayon, place: Place, blanket: Colour) {
    c.draw(place, |c| {
        c.fill(&Shape::rounded(-126.0, -104.0, 16.0, 104.0, 6.0), WOOD);
        c.fill(&Shape::rounded(112.0, -70.0, 14.0, 70.0, 6.0), WOOD);
        c.fill(&Shape::rect(-112.0, -42.0, 226.0, 24.0), CREAM);
        c.fill(
            &Shape::smooth(&[
                (-110.0, -46.0),
                (-104.0, -70.0),
                (-66.0, -72.0),
                (-50.0, -52.0),
                (-60.0, -40.0),
            ]),
            WHITE,
        );
        c.fill(
            &Shape::smooth(&[
                (-52.0, -24.0),
                (-48.0, -66.0),
                (0.0, -76.0),
                (60.0, -70.0),
                (112.0, -58.0),
                (116.0, -18.0),
                (30.0, -14.0),
            ]),
            blanket,
        );
        for (x, y) in [(-20.0, -48.0), (20.0, -40.0), (60.0, -50.0), (92.0, -36.0)] {
            c.wash(&Shape::star(x, y, 9.0, 5), blanket.lighter(0.55));
        }
    });
}
