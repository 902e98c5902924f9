//! Seventeen Paper Boats.

use super::prelude::*;

const SAM: Person = Person {
    hair: Hair::Curls,
    skin: COCOA,
    top: SUN,
    bottom: TEAL,
    ..SOMEBODY
};
const GRANDPA: Person = Person {
    hair_colour: SILVER,
    skin: COCOA,
    top: LEAF,
    bottom: BROWN,
    glasses: true,
    ..SOMEBODY
};
const IVY: Person = Person {
    hair: Hair::Buns,
    skin: PEACH,
    hair_colour: ORANGE,
    top: ROSE,
    bottom: BLUE,
    ..SOMEBODY
};

/// The street under water.
fn river(c: &mut Crayon) {
    sky::rainy(c, 300);
    homes::street(c, 290.0);
    land::sea(c, 300.0, SEA.lighter(0.1));
}

fn cover(c: &mut Crayon) {
    sky::rainy(c, 300);
    homes::street(c, 230.0);
    land::sea(c, 236.0, SEA);
    for (x, y, size) in [
        (96.0, 280.0, 0.7),
        (250.0, 290.0, 0.8),
        (420.0, 300.0, 0.75),
        (400.0, 430.0, 1.2),
    ] {
        things::paper_boat(c, at(x, y).sized(size));
    }
    things::paper_boat(c, at(190.0, 430.0).sized(2.2).tilted(-4.0));
    sky::rain(c, 220.0);
}

fn nothing_to_do(c: &mut Crayon) {
    homes::room(c, SKY.lighter(0.3), WOOD);
    homes::window(c, at(250.0, 150.0).sized(1.3), STONE.lighter(0.3));
    for (x, y) in [(210.0, 100.0), (280.0, 120.0), (226.0, 176.0), (290.0, 190.0)] {
        c.line(&[(x, y), (x - 6.0, y + 22.0)], 3.0, SEA);
    }
    SAM.doing(Pose::Still, Mood::Sad)
        .draw(c, at(140.0, 460.0).sized(1.4));
    GRANDPA
        .doing(Pose::Hold, Mood::Happy)
        .draw(c, at(350.0, 460.0).sized(1.6).mirrored());
    for y in [388.0, 376.0, 364.0] {
        c.fill(&Shape::rounded(246.0, y, 72.0, 14.0, 3.0), PAPER.darker(0.08));
    }
}

fn folding(c: &mut Crayon) {
    homes::room(c, SKY.lighter(0.3), WOOD);
    homes::shelf(c, at(390.0, 110.0));
    SAM.doing(Pose::Hold, Mood::Happy)
        .draw(c, at(100.0, 420.0).sized(1.5));
    GRANDPA
        .doing(Pose::Hold, Mood::Joyful)
        .draw(c, at(410.0, 420.0).sized(1.55).mirrored());
    homes::table(c, at(250.0, 480.0).sized(1.55));
    for (x, size) in [
        (176.0, 0.6),
        (214.0, 0.7),
        (256.0, 0.8),
        (300.0, 0.7),
        (338.0, 0.6),
    ] {
        things::paper_boat(c, at(x, 330.0).sized(size));
    }
}

fn off_they_go(c: &mut Crayon) {
    river(c);
    c.fill(&Shape::rect(330.0, 364.0, 150.0, 14.0), BROWN);
    for x in [344.0, 454.0] {
        c.fill(&Shape::rect(x, 376.0, 12.0, 34.0), BROWN);
    }
    dog(c, at(410.0, 366.0).sized(0.9), WOOD, Mood::Asleep);
    for (x, y, size) in [
        (50.0, 340.0, 0.6),
        (130.0, 380.0, 0.8),
        (240.0, 350.0, 0.7),
        (200.0, 440.0, 1.1),
        (330.0, 470.0, 1.2),
        (70.0, 470.0, 1.0),
    ] {
        things::paper_boat(c, at(x, y).sized(size));
    }
}

fn the_seventeenth(c: &mut Crayon) {
    river(c);
    sky::rain(c, 280.0);
    SAM.doing(Pose::Raise, Mood::Surprised)
        .draw(c, at(130.0, 470.0).sized(1.4));
    IVY.doing(Pose::Hold, Mood::Joyful)
        .draw(c, at(350.0, 470.0).sized(1.4).mirrored());
    for x in [334.0, 364.0] {
        c.fill(&Shape::rounded(x - 15.0, 420.0, 32.0, 56.0, 10.0), SUN);
    }
    things::paper_boat(c, at(294.0, 398.0).sized(0.8));
}

fn biscuits(c: &mut Crayon) {
    homes::room(c, PINK.lighter(0.3), WOOD);
    homes::window(c, at(250.0, 130.0).sized(1.1), STONE.lighter(0.3));
    SAM.doing(Pose::Cheer, Mood::Joyful)
        .draw(c, at(100.0, 430.0).sized(1.3));
    IVY.doing(Pose::Wave, Mood::Joyful)
        .draw(c, at(250.0, 420.0).sized(1.3));
    GRANDPA
        .doing(Pose::Wave, Mood::Happy)
        .draw(c, at(400.0, 430.0).sized(1.45));
    homes::table(c, at(250.0, 494.0).sized(1.5));
    for x in [190.0, 216.0, 242.0] {
        c.fill(&Shape::circle(x, 340.0, 13.0), STRAW.darker(0.1));
    }
    things::paper_boat(c, at(340.0, 346.0).sized(0.8));
}

pub(super) const STORY: Story = Story {
    title: "Seventeen Paper Boats",
    author: "tomas",
    summary: "It rains so hard that the street becomes a river. Luckily Grandpa has old newspapers.",
    category: "friendship",
    genres: &["friendship", "adventure"],
    language: "en",
    cover,
    pages: &[
        Page {
            text: "It rained so hard that our street turned into a river, and there was nothing to do. \
                   \"Nothing?\" said Grandpa. \"We have seventeen old newspapers.\"",
            scene: nothing_to_do,
        },
        Page {
            text: "We folded seventeen boats. On every single one I wrote: HELLO. WHO ARE YOU?",
            scene: folding,
        },
        Page {
            text: "Off they went, past the bakery, around the lamp post, under the bench. The dog on the \
                   bench opened one eye and decided it was a dream.",
            scene: off_they_go,
        },
        Page {
            text: "Sixteen boats sailed away for ever. The seventeenth came back, carried by a girl in \
                   enormous boots. \"I am Ivy,\" she said. \"You asked.\"",
            scene: the_seventeenth,
        },
        Page {
            text: "Now, when it rains, Ivy brings the newspapers and Grandpa brings the biscuits. There \
                   is never nothing to do.",
            scene: biscuits,
        },
    ],
    comments: &[
        Comment {
            author: "mila",
            text: "\"You asked\" made me laugh so much",
        },
        Comment {
            author: "rosa",
            text: "Your lolo will want this one printed and framed.",
        },
        // Reported, see `demo::order`.
        Comment {
            author: "jun",
            text: "boring. only babies play with paper boats",
        },
    ],
    likes: &["mila", "amara", "rosa", "ben"],
    saves: &["rosa"],
    ratings: &[("mila", 5), ("rosa", 5), ("jun", 4)],
};
