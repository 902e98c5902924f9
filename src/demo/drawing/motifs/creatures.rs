//! Animals, all of them friendly.

use super::face::{Mood, face};
use crate::demo::drawing::colour::{
    BLUSH, BROWN, CORAL, CREAM, Colour, EARTH, INK, LEMON, MANGO, MINT, ORANGE, PINK, RED, SILVER, STONE,
    STRAW, SUN, WHITE,
};
use crate::demo::drawing::{Crayon, Place, Shape, at};

/// A sitting cat, 110 units tall.
pub fn cat(c: &mut Crayon, place: Place, colour: Colour, mood: Mood) {
    c.draw(place, |c| {
        let dark = colour.darker(0.25);
        c.tint(&Shape::ellipse(0.0, 0.0, 42.0, 7.0), INK, 0.16);
        c.line(
            &[(28.0, -8.0), (54.0, -12.0), (58.0, -36.0), (46.0, -46.0)],
            11.0,
            dark,
        );
        c.fill(
            &Shape::smooth(&[
                (-32.0, 0.0),
                (-30.0, -30.0),
                (-18.0, -56.0),
                (18.0, -56.0),
                (30.0, -30.0),
                (32.0, 0.0),
                (0.0, 3.0),
            ]),
            colour,
        );
        c.wash(&Shape::ellipse(0.0, -20.0, 15.0, 18.0), colour.lighter(0.6));
        for x in [-14.0, 14.0] {
            c.fill(&Shape::ellipse(x, -3.0, 10.0, 6.0), colour.lighter(0.3));
        }
        for side in [-1.0, 1.0] {
            c.fill(
                &Shape::polygon(&[(side * 36.0, -86.0), (side * 33.0, -124.0), (side * 8.0, -104.0)]),
                colour,
            );
            c.wash(
                &Shape::polygon(&[(side * 30.0, -96.0), (side * 29.0, -112.0), (side * 18.0, -104.0)]),
                PINK,
            );
        }
        c.fill(&Shape::ellipse(0.0, -80.0, 38.0, 30.0), colour);
        for x in [-9.0, 0.0, 9.0] {
            c.line(&[(x, -109.0), (x * 0.8, -98.0)], 4.0, dark);
        }
        face(c, at(0.0, -80.0), mood);
        c.wash(
            &Shape::polygon(&[(-4.0, -77.0), (4.0, -77.0), (0.0, -72.0)]),
            CORAL,
        );
        for side in [-1.0, 1.0] {
            c.line(&[(side * 26.0, -70.0), (side * 50.0, -74.0)], 1.8, dark);
            c.line(&[(side * 26.0, -66.0), (side * 49.0, -63.0)], 1.8, dark);
        }
    });
}

/// A round bird looking right, 60 units wide.
pub fn bird(c: &mut Crayon, place: Place, colour: Colour) {
    c.draw(place, |c| {
        c.fill(
            &Shape::polygon(&[(-20.0, 0.0), (-48.0, -14.0), (-44.0, 8.0)]),
            colour.darker(0.2),
        );
        c.line(&[(-4.0, 22.0), (-5.0, 34.0)], 3.0, ORANGE);
        c.line(&[(8.0, 22.0), (9.0, 34.0)], 3.0, ORANGE);
        c.fill(&Shape::ellipse(0.0, 0.0, 28.0, 25.0), colour);
        c.wash(&Shape::ellipse(8.0, 9.0, 15.0, 12.0), colour.lighter(0.6));
        c.fill(&Shape::polygon(&[(24.0, -8.0), (42.0, -2.0), (24.0, 4.0)]), MANGO);
        c.fill(
            &Shape::smooth(&[(-16.0, -4.0), (4.0, -4.0), (-2.0, 12.0), (-18.0, 8.0)]),
            colour.darker(0.15),
        );
        c.tint(&Shape::circle(14.0, -9.0, 3.8), INK, 1.0);
        c.tint(&Shape::circle(15.4, -10.4, 1.4), WHITE, 1.0);
    });
}

/// A carabao from the side, looking right, 190 units long.
pub fn carabao(c: &mut Crayon, place: Place, mood: Mood) {
    const HIDE: Colour = Colour(122, 118, 142);
    c.draw(place, |c| {
        c.tint(&Shape::ellipse(0.0, 0.0, 92.0, 8.0), INK, 0.16);
        for x in [-58.0, -34.0, 26.0, 50.0] {
            c.fill(
                &Shape::rounded(x - 11.0, -44.0, 22.0, 44.0, 6.0),
                HIDE.darker(0.1),
            );
            c.wash(&Shape::rounded(x - 11.0, -9.0, 22.0, 9.0, 3.0), INK.lighter(0.2));
        }
        c.line(
            &[(-80.0, -84.0), (-98.0, -62.0), (-94.0, -36.0)],
            5.0,
            HIDE.darker(0.2),
        );
        c.fill(
            &Shape::smooth(&[(-96.0, -34.0), (-94.0, -34.0), (-88.0, -22.0), (-99.0, -22.0)]),
            INK.lighter(0.1),
        );
        c.fill(
            &Shape::smooth(&[
                (-82.0, -60.0),
                (-76.0, -94.0),
                (-30.0, -106.0),
                (30.0, -104.0),
                (70.0, -90.0),
                (76.0, -56.0),
                (52.0, -34.0),
                (-50.0, -32.0),
            ]),
            HIDE,
        );
        c.draw(at(78.0, -98.0), |c| carabao_head(c, HIDE, mood));
    });
}

fn carabao_head(c: &mut Crayon, hide: Colour, mood: Mood) {
    for side in [-1.0, 1.0] {
        let horn = [
            (side * 16.0, -22.0),
            (side * 44.0, -30.0),
            (side * 64.0, -54.0),
            (side * 50.0, -20.0),
            (side * 28.0, -10.0),
        ];
        c.fill(&Shape::smooth(&horn), CREAM.darker(0.1));
        c.fill(
            &Shape::smooth(&[
                (side * 24.0, -8.0),
                (side * 52.0, -10.0),
                (side * 46.0, 6.0),
                (side * 28.0, 6.0),
            ]),
            hide.lighter(0.12),
        );
    }
    c.fill(
        &Shape::smooth(&[
            (-30.0, -16.0),
            (-16.0, -32.0),
            (16.0, -32.0),
            (30.0, -16.0),
            (28.0, 18.0),
            (20.0, 40.0),
            (-20.0, 40.0),
            (-28.0, 18.0),
        ]),
        hide.lighter(0.06),
    );
    c.fill(&Shape::ellipse(0.0, 30.0, 25.0, 17.0), hide.lighter(0.42));
    for x in [-9.0, 9.0] {
        c.tint(&Shape::ellipse(x, 24.0, 3.4, 4.2), INK, 0.8);
    }
    for side in [-1.0, 1.0] {
        c.tint(&Shape::ellipse(side * 20.0, 8.0, 6.0, 4.5), BLUSH, 0.5);
        c.tint(&Shape::ellipse(side * 13.0, -7.0, 4.6, 5.8), INK, 1.0);
        c.tint(&Shape::circle(side * 13.0 + 1.6, -9.4, 1.9), WHITE, 1.0);
    }
    match mood {
        Mood::Sad | Mood::Surprised => c.line(&[(-8.0, 40.0), (0.0, 35.0), (8.0, 40.0)], 2.8, INK),
        _ => c.line(&[(-10.0, 34.0), (0.0, 40.0), (10.0, 34.0)], 2.8, INK),
    }
}

/// A snail looking right, 120 units long; a satchel hangs on its shell if it carries the post.
pub fn snail(c: &mut Crayon, place: Place, shell: Colour, mood: Mood) {
    c.draw(place, |c| {
        const SKIN: Colour = Colour(240, 204, 150);
        c.tint(&Shape::ellipse(0.0, 0.0, 66.0, 6.0), INK, 0.16);
        for x in [44.0, 62.0] {
            c.line(&[(x - 2.0, -48.0), (x + 3.0, -78.0)], 4.4, SKIN.darker(0.12));
            c.fill(&Shape::circle(x + 3.0, -80.0, 6.0), SKIN);
        }
        c.fill(
            &Shape::smooth(&[
                (-72.0, 0.0),
                (-40.0, -14.0),
                (16.0, -18.0),
                (28.0, -46.0),
                (52.0, -62.0),
                (76.0, -46.0),
                (74.0, -18.0),
                (58.0, 0.0),
                (0.0, 3.0),
            ]),
            SKIN,
        );
        c.fill(&Shape::circle(-12.0, -42.0, 38.0), shell);
        c.line(
            &[
                (-12.0, -40.0),
                (-4.0, -48.0),
                (-16.0, -54.0),
                (-26.0, -42.0),
                (-14.0, -28.0),
                (8.0, -36.0),
                (6.0, -60.0),
                (-16.0, -68.0),
            ],
            4.6,
            shell.darker(0.35),
        );
        face(c, at(53.0, -36.0).sized(0.62), mood);
    });
}

/// A firefly, 50 units wide; `glow` from 0 (dark) to 1.
pub fn firefly(c: &mut Crayon, place: Place, glow: f32, mood: Mood) {
    c.draw(place, |c| {
        if glow > 0.0 {
            for (reach, strength) in [(74.0, 0.10), (56.0, 0.14), (40.0, 0.22)] {
                c.tint(&Shape::circle(-16.0, 14.0, reach), LEMON, strength * glow);
            }
        }
        for (x, y, tilt) in [(-14.0, -22.0, -30.0), (4.0, -26.0, 10.0)] {
            c.draw(at(x, y).tilted(tilt), |c| {
                c.tint(
                    &Shape::ellipse(0.0, 0.0, 11.0, 22.0),
                    WHITE.mixed(MINT, 0.3),
                    0.75,
                );
            });
        }
        let lamp = STONE.mixed(SUN, glow);
        c.fill(&Shape::ellipse(-19.0, 12.0, 20.0, 15.0), lamp);
        c.line(
            &[(-25.0, 2.0), (-28.0, 12.0), (-25.0, 23.0)],
            2.4,
            lamp.darker(0.3),
        );
        c.fill(&Shape::ellipse(-2.0, 2.0, 15.0, 14.0), EARTH);
        c.line(
            &[(16.0, -20.0), (18.0, -34.0), (26.0, -40.0)],
            2.4,
            EARTH.darker(0.3),
        );
        c.line(
            &[(24.0, -18.0), (30.0, -30.0), (38.0, -32.0)],
            2.4,
            EARTH.darker(0.3),
        );
        c.fill(&Shape::circle(18.0, -6.0, 18.0), CORAL.mixed(BROWN, 0.35));
        face(c, at(19.0, -6.0).sized(0.6), mood);
    });
}

/// A dog sitting, 100 units tall.
pub fn dog(c: &mut Crayon, place: Place, colour: Colour, mood: Mood) {
    c.draw(place, |c| {
        c.tint(&Shape::ellipse(0.0, 0.0, 40.0, 7.0), INK, 0.16);
        c.line(
            &[(26.0, -16.0), (46.0, -30.0), (48.0, -46.0)],
            9.0,
            colour.darker(0.1),
        );
        c.fill(
            &Shape::smooth(&[
                (-30.0, 0.0),
                (-26.0, -34.0),
                (-14.0, -56.0),
                (14.0, -56.0),
                (26.0, -34.0),
                (30.0, 0.0),
                (0.0, 3.0),
            ]),
            colour,
        );
        c.wash(&Shape::ellipse(0.0, -24.0, 13.0, 20.0), colour.lighter(0.6));
        c.fill(&Shape::ellipse(0.0, -78.0, 33.0, 29.0), colour);
        for side in [-1.0, 1.0] {
            c.fill(
                &Shape::smooth(&[
                    (side * 22.0, -102.0),
                    (side * 40.0, -96.0),
                    (side * 44.0, -64.0),
                    (side * 32.0, -62.0),
                ]),
                colour.darker(0.35),
            );
        }
        face(c, at(0.0, -80.0), mood);
        c.tint(&Shape::ellipse(0.0, -75.0, 6.0, 4.6), INK, 1.0);
        c.line(&[(-14.0, -50.0), (0.0, -46.0), (14.0, -50.0)], 5.0, RED);
    });
}

/// A hen looking right, 80 units tall.
pub fn hen(c: &mut Crayon, place: Place, colour: Colour) {
    c.draw(place, |c| {
        for x in [-6.0, 10.0] {
            c.line(&[(x, -18.0), (x, -2.0), (x + 7.0, -1.0)], 3.4, ORANGE);
        }
        c.fill(
            &Shape::smooth(&[
                (-46.0, -62.0),
                (-26.0, -44.0),
                (6.0, -46.0),
                (14.0, -72.0),
                (30.0, -76.0),
                (38.0, -58.0),
                (30.0, -26.0),
                (0.0, -12.0),
                (-30.0, -24.0),
            ]),
            colour,
        );
        for (x, y) in [(16.0, -80.0), (23.0, -83.0), (30.0, -79.0)] {
            c.fill(&Shape::circle(x, y, 5.0), RED);
        }
        c.fill(
            &Shape::polygon(&[(36.0, -68.0), (50.0, -62.0), (36.0, -57.0)]),
            MANGO,
        );
        c.fill(
            &Shape::smooth(&[(-22.0, -40.0), (6.0, -40.0), (0.0, -24.0), (-18.0, -26.0)]),
            colour.darker(0.16),
        );
        c.tint(&Shape::circle(28.0, -66.0, 3.2), INK, 1.0);
    });
}

/// A goat looking right, 90 units tall.
pub fn goat(c: &mut Crayon, place: Place) {
    const COAT: Colour = Colour(244, 238, 226);
    c.draw(place, |c| {
        c.tint(&Shape::ellipse(0.0, 0.0, 46.0, 6.0), INK, 0.16);
        for x in [-28.0, -14.0, 16.0, 28.0] {
            c.fill(
                &Shape::rounded(x - 5.0, -30.0, 10.0, 30.0, 3.0),
                COAT.darker(0.12),
            );
        }
        c.fill(
            &Shape::smooth(&[
                (-42.0, -40.0),
                (-34.0, -60.0),
                (20.0, -62.0),
                (38.0, -50.0),
                (32.0, -26.0),
                (-34.0, -24.0),
            ]),
            COAT,
        );
        for x in [38.0, 50.0] {
            c.line(
                &[(x, -96.0), (x - 5.0, -110.0), (x - 15.0, -116.0)],
                5.0,
                STRAW.darker(0.3),
            );
        }
        c.fill(
            &Shape::smooth(&[
                (20.0, -60.0),
                (28.0, -92.0),
                (46.0, -100.0),
                (60.0, -84.0),
                (68.0, -72.0),
                (56.0, -64.0),
                (40.0, -62.0),
                (30.0, -46.0),
            ]),
            COAT,
        );
        c.fill(
            &Shape::smooth(&[(26.0, -92.0), (12.0, -84.0), (14.0, -76.0), (28.0, -82.0)]),
            COAT.darker(0.2),
        );
        c.line(&[(52.0, -64.0), (50.0, -50.0)], 5.0, SILVER.darker(0.2));
        c.tint(&Shape::circle(48.0, -85.0, 3.4), INK, 1.0);
        c.line(&[(58.0, -70.0), (64.0, -69.0)], 2.2, INK);
    });
}

/// A fat fish looking left, 70 units long.
pub fn fish(c: &mut Crayon, place: Place, colour: Colour) {
    c.draw(place, |c| {
        c.fill(
            &Shape::polygon(&[(22.0, 0.0), (48.0, -18.0), (42.0, 0.0), (48.0, 18.0)]),
            colour.darker(0.15),
        );
        c.fill(&Shape::ellipse(0.0, 0.0, 32.0, 21.0), colour);
        c.line(
            &[(8.0, -18.0), (14.0, 0.0), (8.0, 18.0)],
            4.0,
            colour.lighter(0.5),
        );
        face(c, at(-12.0, -2.0).sized(0.55), Mood::Happy);
    });
}

/// An owl on whatever is below it, 80 units tall.
pub fn owl(c: &mut Crayon, place: Place, mood: Mood) {
    const FEATHERS: Colour = Colour(158, 118, 92);
    c.draw(place, |c| {
        c.fill(
            &Shape::smooth(&[
                (-34.0, -84.0),
                (-18.0, -74.0),
                (18.0, -74.0),
                (34.0, -84.0),
                (34.0, -30.0),
                (18.0, 0.0),
                (-18.0, 0.0),
                (-34.0, -30.0),
            ]),
            FEATHERS,
        );
        c.wash(&Shape::ellipse(0.0, -22.0, 20.0, 19.0), FEATHERS.lighter(0.5));
        for side in [-1.0, 1.0] {
            c.fill(&Shape::circle(side * 14.0, -56.0, 14.0), CREAM);
            c.fill(
                &Shape::ellipse(side * 32.0, -30.0, 8.0, 20.0),
                FEATHERS.darker(0.2),
            );
            c.line(&[(side * 8.0, 0.0), (side * 8.0, 6.0)], 6.0, ORANGE);
        }
        face(c, at(0.0, -54.0).sized(0.98), mood);
        c.fill(
            &Shape::polygon(&[(-5.0, -52.0), (5.0, -52.0), (0.0, -41.0)]),
            MANGO,
        );
    });
}
