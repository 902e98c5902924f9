//! The Moon's Cold Ears.

use super::prelude::*;

const WREN: Person = Person {
    hair: Hair::Long,
    hair_colour: BROWN,
    skin: PEACH,
    top: RED,
    bottom: FOREST,
    ..SOMEBODY
};
const GRANDMOTHER: Person = Person {
    hair: Hair::Buns,
    hair_colour: SILVER,
    skin: PEACH,
    top: PLUM,
    bottom: BLUE,
    skirt: true,
    glasses: true,
    ..SOMEBODY
};

/// Winter hills by night.
fn snow(c: &mut Crayon) {
    sky::night(c, 340);
    land::hills(c, 360.0, SILVER.lighter(0.4));
    for (x, y) in [
        (60.0, 330.0),
        (140.0, 440.0),
        (260.0, 360.0),
        (340.0, 300.0),
        (420.0, 450.0),
        (200.0, 300.0),
        (470.0, 350.0),
        (30.0, 470.0),
    ] {
        c.tint(&Shape::circle(x, y, 4.0), WHITE, 0.95);
    }
}

fn cover(c: &mut Crayon) {
    snow(c);
    sky::moon(c, at(250.0, 236.0).sized(1.9), Mood::Happy);
    things::hat(c, at(250.0, 166.0).sized(1.8), RED);
    homes::house(c, at(80.0, 450.0).sized(0.8), CREAM, CORAL);
    land::tree(c, at(430.0, 460.0).sized(0.6), TEAL);
}

fn sneeze(c: &mut Crayon) {
    snow(c);
    sky::moon(c, at(230.0, 170.0).sized(1.5), Mood::Surprised);
    for (x, y, tilt) in [(390.0, 150.0, 20.0), (430.0, 230.0, 40.0), (360.0, 270.0, 70.0)] {
        sky::star(c, at(x, y).tilted(tilt));
        c.line(&[(x - 52.0, y - 12.0), (x - 30.0, y - 6.0)], 3.4, LEMON);
    }
    homes::house(c, at(110.0, 470.0).sized(0.9), SKY, DUSK);
    homes::house(c, at(400.0, 480.0).sized(0.8), PINK, PLUM);
}

fn no_ears(c: &mut Crayon) {
    snow(c);
    sky::moon(c, at(340.0, 150.0).sized(1.6), Mood::Calm);
    sky::cloud(c, at(410.0, 200.0).sized(0.8), LILAC.lighter(0.4));
    sky::cloud(c, at(262.0, 210.0).sized(0.6), LILAC.lighter(0.4));
    c.line(
        &[(-10.0, 420.0), (80.0, 404.0), (170.0, 410.0), (250.0, 396.0)],
        18.0,
        BROWN,
    );
    c.line(&[(150.0, 410.0), (184.0, 386.0), (206.0, 384.0)], 8.0, BROWN);
    owl(c, at(110.0, 394.0).sized(1.5), Mood::Surprised);
}

fn knitting(c: &mut Crayon) {
    homes::room(c, CORAL.lighter(0.5), WOOD);
    homes::window(c, at(250.0, 140.0), NIGHT);
    sky::crescent(c, at(236.0, 116.0).sized(0.35));
    GRANDMOTHER
        .doing(Pose::Hold, Mood::Happy)
        .draw(c, at(120.0, 440.0).sized(1.5));
    WREN.doing(Pose::Hold, Mood::Happy)
        .draw(c, at(390.0, 440.0).sized(1.3).mirrored());
    c.fill(
        &Shape::smooth(&[
            (180.0, 350.0),
            (250.0, 340.0),
            (340.0, 360.0),
            (356.0, 430.0),
            (250.0, 452.0),
            (160.0, 436.0),
        ]),
        RED,
    );
    for row in [374.0, 396.0, 418.0] {
        c.line(
            &[
                (182.0, row),
                (216.0, row + 8.0),
                (250.0, row),
                (284.0, row + 8.0),
                (330.0, row),
            ],
            4.0,
            RED.lighter(0.5),
        );
    }
    for (x, y, colour) in [(60.0, 470.0, TEAL), (230.0, 480.0, SUN), (430.0, 474.0, PLUM)] {
        things::wool(c, at(x, y).sized(0.8), colour);
    }
}

fn carried(c: &mut Crayon) {
    snow(c);
    sky::moon(c, at(390.0, 90.0).sized(1.1), Mood::Joyful);
    let birds = [
        (64.0, 140.0, BLUE),
        (128.0, 92.0, CORAL),
        (205.0, 64.0, TEAL),
        (280.0, 92.0, SUN),
        (340.0, 160.0, ROSE),
    ];
    for (x, y, colour) in birds {
        c.line(&[(x, y + 20.0), (205.0, 226.0)], 2.2, PAPER);
        bird(c, at(x, y).sized(0.8), colour);
    }
    things::hat(c, at(205.0, 320.0).sized(1.7), RED);
}

fn look_up(c: &mut Crayon) {
    snow(c);
    sky::moon(c, at(330.0, 170.0).sized(1.5), Mood::Asleep);
    things::hat(c, at(330.0, 118.0).sized(1.4), RED);
    GRANDMOTHER
        .doing(Pose::Still, Mood::Happy)
        .draw(c, at(100.0, 470.0).sized(1.1));
    WREN.doing(Pose::Wave, Mood::Joyful).draw(c, at(190.0, 474.0));
    homes::house(c, at(420.0, 450.0).sized(0.8), CREAM, CORAL);
}

pub(super) const STORY: Story = Story {
    title: "The Moon's Cold Ears",
    author: "amara",
    summary: "Why the moon is round on some nights and thin on others. (It has to do with a hat.)",
    category: "fairy_tale",
    genres: &["fairy_tale", "fantasy"],
    language: "en",
    cover,
    pages: &[
        Page {
            text: "One winter night the moon sneezed. It was such a big sneeze that three stars had to \
                   hold on tight.",
            scene: sneeze,
        },
        Page {
            text: "\"My ears are cold,\" said the moon. \"Moons do not have ears,\" said the owl. \
                   \"That,\" said the moon, \"is because nobody ever looks behind the clouds.\"",
            scene: no_ears,
        },
        Page {
            text: "So Wren and her grandmother began to knit. They knitted all the wool in the house. \
                   Then they unravelled one sock, and then the other sock.",
            scene: knitting,
        },
        Page {
            text: "The hat was as wide as a pond. It took five birds to carry it up, and all five of \
                   them said it was itchy.",
            scene: carried,
        },
        Page {
            text: "Look up tonight. If the moon is round and pleased with itself, it is wearing its hat. \
                   If you can see only a thin slice, it has pulled the hat down over its nose.",
            scene: look_up,
        },
    ],
    comments: &[
        Comment {
            author: "tomas",
            text: "I looked up. It was a thin slice!!",
        },
        Comment {
            author: "mila",
            text: "can the sun have sunglasses next",
        },
        Comment {
            author: "ben",
            text: "Our science table has some questions, and also a lot of love for this one.",
        },
    ],
    likes: &["mila", "tomas", "jun", "rosa", "ben", "ines"],
    saves: &["mila", "tomas", "ben"],
    ratings: &[("mila", 5), ("tomas", 5), ("ben", 5), ("rosa", 5)],
};
