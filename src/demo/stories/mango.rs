//! The Case of the Missing Mango.

use super::prelude::*;

/// The inspector is a ginger cat with a hat for working hours.
fn inspector(c: &mut Crayon, x: f32, y: f32, size: f32, mood: Mood) {
    c.draw(at(x, y).sized(size), |c| {
        cat(c, at(0.0, 0.0), ORANGE, mood);
        c.fill(
            &Shape::smooth(&[
                (-24.0, -106.0),
                (-22.0, -134.0),
                (0.0, -142.0),
                (22.0, -134.0),
                (24.0, -106.0),
            ]),
            BROWN,
        );
        c.fill(&Shape::ellipse(0.0, -106.0, 38.0, 6.5), BROWN);
        c.line(&[(-22.0, -114.0), (0.0, -111.0), (22.0, -114.0)], 5.0, RED);
    });
}

fn garden(c: &mut Crayon) {
    sky::day(c, 320);
    sky::clouds(c, &[at(90.0, 70.0).sized(0.8)]);
    land::hills(c, 270.0, LIME);
    land::meadow(c, 340.0);
}

/// Sticky yellow drops along a path.
fn drops(c: &mut Crayon, path: &[(f32, f32)]) {
    for &(x, y) in path {
        c.fill(&Shape::ellipse(x, y, 10.0, 6.0), MANGO);
    }
}

fn cover(c: &mut Crayon) {
    sky::evening(c, 330);
    land::hills(c, 300.0, FOREST.lighter(0.2));
    land::mango_tree(c, at(400.0, 400.0).sized(1.4));
    land::meadow(c, 390.0);
    inspector(c, 180.0, 460.0, 2.0, Mood::Calm);
    c.draw(at(316.0, 350.0), |c| {
        c.line(&[(20.0, 22.0), (52.0, 62.0)], 12.0, BROWN);
        c.fill(&Shape::circle(0.0, 0.0, 42.0), SILVER);
        c.wash(&Shape::circle(0.0, 0.0, 34.0), SKY.lighter(0.5));
        things::mango(c, at(0.0, 2.0).sized(0.9));
    });
}

fn napping(c: &mut Crayon) {
    homes::room(c, MINT, WOOD);
    homes::window(c, at(250.0, 170.0).sized(1.6), SKY);
    for (x, y) in [(230.0, 262.0), (244.0, 250.0), (262.0, 262.0), (276.0, 252.0)] {
        c.line(&[(x, y), (x + 8.0, y - 10.0)], 2.4, STONE);
    }
    c.fill(&Shape::ellipse(230.0, 450.0, 130.0, 28.0), PLUM.lighter(0.3));
    inspector(c, 230.0, 450.0, 1.3, Mood::Asleep);
    for (x, y, size) in [(320.0, 300.0, 10.0), (348.0, 268.0, 14.0), (382.0, 226.0, 18.0)] {
        c.line(
            &[(x, y), (x + size, y), (x, y + size), (x + size, y + size)],
            3.6,
            DUSK,
        );
    }
}

fn suspects(c: &mut Crayon) {
    garden(c);
    hen(c, at(90.0, 440.0).sized(1.4), CREAM);
    goat(c, at(390.0, 450.0).sized(1.5).mirrored());
    things::hat(c, at(282.0, 356.0).sized(0.5).tilted(60.0), BLUE);
    inspector(c, 215.0, 470.0, 1.1, Mood::Calm);
}

fn the_trail(c: &mut Crayon) {
    garden(c);
    land::mango_tree(c, at(360.0, 390.0));
    drops(
        c,
        &[
            (40.0, 470.0),
            (90.0, 450.0),
            (150.0, 440.0),
            (270.0, 420.0),
            (320.0, 408.0),
            (380.0, 412.0),
            (430.0, 394.0),
            (400.0, 374.0),
            (300.0, 384.0),
            (280.0, 404.0),
            (350.0, 432.0),
            (430.0, 440.0),
            (480.0, 460.0),
        ],
    );
    inspector(c, 200.0, 470.0, 1.2, Mood::Surprised);
}

fn the_stone(c: &mut Crayon) {
    homes::room(c, CORAL.lighter(0.5), WOOD);
    homes::shelf(c, at(120.0, 120.0));
    drops(c, &[(20.0, 460.0), (66.0, 446.0), (112.0, 440.0)]);
    c.fill(
        &Shape::smooth(&[
            (150.0, 400.0),
            (260.0, 380.0),
            (380.0, 400.0),
            (360.0, 470.0),
            (260.0, 484.0),
            (170.0, 470.0),
        ]),
        STRAW,
    );
    c.fill(&Shape::ellipse(260.0, 402.0, 104.0, 20.0), PLUM.lighter(0.3));
    c.fill(&Shape::ellipse(252.0, 396.0, 28.0, 15.0), SAND);
    c.line(
        &[(230.0, 396.0), (252.0, 391.0), (274.0, 396.0)],
        2.2,
        STRAW.darker(0.2),
    );
    inspector(c, 420.0, 456.0, 1.5, Mood::Surprised);
    for (x, y) in [(388.0, 354.0), (452.0, 350.0), (430.0, 366.0)] {
        c.fill(&Shape::circle(x, y, 6.0), MANGO);
    }
}

fn case_closed(c: &mut Crayon) {
    homes::room(c, LILAC.lighter(0.2), WOOD);
    homes::window(c, at(380.0, 140.0), Colour(255, 196, 150));
    homes::table(c, at(220.0, 470.0).sized(1.2));
    inspector(c, 190.0, 356.0, 1.3, Mood::Asleep);
    things::letter(c, at(310.0, 332.0), CREAM);
    things::cup(c, at(90.0, 354.0), TEAL);
}

pub(super) const STORY: Story = Story {
    title: "The Case of the Missing Mango",
    author: "mila",
    summary: "Inspector Whiskers has three suspects, one sticky trail and a suspiciously full tummy.",
    category: "mystery",
    genres: &["mystery", "animal", "comedy"],
    language: "en",
    cover,
    pages: &[
        Page {
            text: "Inspector Whiskers had one rule: never nap on duty. She broke it every day at two \
                   o'clock. And today, at half past two, the mango on the windowsill was gone.",
            scene: napping,
        },
        Page {
            text: "\"Not me,\" said the hen. \"I only like corn.\" \"Mot ee,\" said the goat, whose \
                   mouth was full. It was full of somebody's hat, so that was a different case.",
            scene: suspects,
        },
        Page {
            text: "Then the inspector found a clue: a sticky yellow trail. It went through the flowers \
                   and twice around the tree. \"Clever,\" she said. \"Or dizzy.\"",
            scene: the_trail,
        },
        Page {
            text: "The trail ended at her very own basket. There lay the mango stone, licked quite \
                   clean. And there was something yellow on her whiskers.",
            scene: the_stone,
        },
        Page {
            text: "\"Case closed,\" said Inspector Whiskers. \"It was me, fast asleep.\" She wrote \
                   herself a very stern letter. Then she had a nap.",
            scene: case_closed,
        },
    ],
    comments: &[
        Comment {
            author: "amara",
            text: "I KNEW it was not the goat",
        },
        Comment {
            author: "jun",
            text: "My cat does this too but with fish.",
        },
        Comment {
            author: "rosa",
            text: "So that is where our mangoes go, anak?",
        },
    ],
    likes: &["tomas", "amara", "jun", "rosa"],
    saves: &["jun"],
    ratings: &[("amara", 5), ("jun", 4), ("rosa", 5), ("ines", 5)],
};
