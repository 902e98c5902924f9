//! Snail Mail.

use super::prelude::*;

/// Pebble, with the bag.
fn pebble(c: &mut Crayon, x: f32, y: f32, size: f32, mood: Mood) {
    c.draw(at(x, y).sized(size), |c| {
        snail(c, at(0.0, 0.0), CORAL, mood);
        c.line(&[(-40.0, -62.0), (-12.0, -40.0), (22.0, -22.0)], 4.0, BROWN);
        c.fill(&Shape::rounded(-6.0, -36.0, 36.0, 28.0, 5.0), WOOD);
        things::heart(c, at(12.0, -22.0).sized(0.3));
    });
}

fn clover(c: &mut Crayon) {
    sky::day(c, 300);
    land::hills(c, 260.0, LIME);
    land::meadow(c, 340.0);
}

fn cover(c: &mut Crayon) {
    clover(c);
    sky::sun(c, at(410.0, 90.0));
    for (x, y, tilt) in [(90.0, 120.0, -16.0), (200.0, 70.0, 12.0), (270.0, 170.0, -8.0)] {
        things::letter(c, at(x, y).tilted(tilt), CREAM);
    }
    pebble(c, 230.0, 440.0, 2.4, Mood::Joyful);
}

fn post_office(c: &mut Crayon) {
    clover(c);
    sky::clouds(c, &[at(110.0, 80.0), at(380.0, 70.0).sized(0.8)]);
    homes::house(c, at(350.0, 400.0).sized(1.5), CREAM, BLUE);
    c.fill(&Shape::rounded(276.0, 216.0, 148.0, 40.0, 6.0), PAPER);
    things::letter(c, at(350.0, 236.0).sized(0.6), WHITE);
    things::post_box(c, at(220.0, 440.0));
    pebble(c, 110.0, 470.0, 1.2, Mood::Happy);
}

fn which_tuesday(c: &mut Crayon) {
    clover(c);
    things::post_box(c, at(400.0, 430.0).sized(1.4));
    bird(c, at(300.0, 230.0).sized(1.4), BLUE);
    things::letter(c, at(368.0, 236.0).sized(0.8).tilted(10.0), PINK);
    pebble(c, 170.0, 450.0, 1.7, Mood::Calm);
}

fn every_daisy(c: &mut Crayon) {
    sky::day(c, 260);
    sky::sun(c, at(80.0, 80.0).sized(0.8));
    sky::cloud(c, at(380.0, 80.0), STONE.lighter(0.4));
    for x in [340.0, 370.0, 400.0, 430.0] {
        c.line(&[(x, 114.0), (x - 7.0, 140.0)], 3.0, SEA);
    }
    land::hills(c, 200.0, LIME);
    land::meadow(c, 270.0);
    land::road(c, 360.0, 250.0, SAND);
    for (x, y, size) in [
        (60.0, 380.0, 1.3),
        (420.0, 360.0, 1.1),
        (130.0, 480.0, 1.6),
        (450.0, 480.0, 1.7),
        (340.0, 330.0, 0.8),
    ] {
        land::flower(c, at(x, y).sized(size), WHITE);
    }
    pebble(c, 270.0, 450.0, 1.4, Mood::Joyful);
}

fn somebody_still_is(c: &mut Crayon) {
    sky::rainy(c, 320);
    land::hills(c, 300.0, LEAF.mixed(STONE, 0.4));
    land::tree(c, at(360.0, 500.0).sized(1.9), FOREST.mixed(STONE, 0.25));
    c.line(&[(320.0, 390.0), (230.0, 350.0), (130.0, 356.0)], 18.0, BROWN);
    owl(c, at(190.0, 336.0).sized(1.6), Mood::Surprised);
    things::letter(c, at(262.0, 300.0).sized(0.9).tilted(-12.0), PINK);
    pebble(c, 120.0, 480.0, 1.2, Mood::Happy);
    sky::sparkles(c, &[at(80.0, 170.0), at(310.0, 210.0), at(240.0, 120.0)]);
}

pub(super) const STORY: Story = Story {
    title: "Snail Mail",
    author: "jun",
    summary: "Pebble the snail opens a post office. Every letter arrives, sooner or later. Mostly later.",
    category: "animal",
    genres: &["animal", "comedy", "friendship"],
    language: "en",
    cover,
    pages: &[
        Page {
            text: "Pebble the snail opened a post office. The sign above the door promised: EVERY LETTER \
                   DELIVERED, SOONER OR LATER.",
            scene: post_office,
        },
        Page {
            text: "On Monday the bird brought a birthday card for the owl. \"It must be there on \
                   Tuesday,\" said the bird. \"Certainly,\" said Pebble. \"Which Tuesday?\"",
            scene: which_tuesday,
        },
        Page {
            text: "Pebble went through sun and rain and a whole field of clover, and said good morning \
                   to every single daisy. It is important to know your route.",
            scene: every_daisy,
        },
        Page {
            text: "The card came three weeks late. The cake was gone, the sky was grey, and nobody was \
                   thinking about the owl's birthday at all. \"Oh!\" said the owl. \"Somebody still \
                   is.\"",
            scene: somebody_still_is,
        },
    ],
    comments: &[
        Comment {
            author: "amara",
            text: "I am going to send my cousin a late card on purpose",
        },
        Comment {
            author: "tomas",
            text: "Which Tuesday hahaha",
        },
    ],
    likes: &["mila", "tomas", "amara", "ben", "ines"],
    saves: &["amara", "rosa"],
    ratings: &[("amara", 5), ("tomas", 4), ("ben", 5)],
};
