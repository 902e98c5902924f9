//! Room Under the Umbrella.

use super::prelude::*;

const NOOR: Person = Person {
    hair: Hair::Scarf,
    hair_colour: ROSE,
    skin: CARAMEL,
    top: TEAL,
    bottom: DUSK,
    skirt: true,
    pose: Pose::Raise,
    ..SOMEBODY
};
const THEO: Person = Person {
    hair_colour: ORANGE,
    skin: PEACH,
    top: LEAF,
    glasses: true,
    ..SOMEBODY
};
const LINA: Person = Person {
    hair: Hair::Long,
    hair_colour: BROWN,
    top: SUN,
    wheelchair: true,
    ..SOMEBODY
};
const OBI: Person = Person {
    skin: COCOA,
    top: RED,
    bottom: FOREST,
    ..SOMEBODY
};
const MEI: Person = Person {
    hair: Hair::Buns,
    skin: PEACH,
    top: LILAC,
    bottom: BLUE,
    ..SOMEBODY
};

fn wet_street(c: &mut Crayon) {
    sky::rainy(c, 340);
    homes::street(c, 320.0);
    land::ground(c, 320.0, STONE.lighter(0.25));
    land::puddle(c, at(90.0, 460.0).sized(0.8), SEA.lighter(0.3));
    land::puddle(c, at(420.0, 400.0).sized(0.6), SEA.lighter(0.3));
    sky::rain(c, 400.0);
}

/// Noor and her umbrella, the middle of every page. Her raised hand holds it.
fn noor(c: &mut Crayon, x: f32, y: f32, canopy: f32, mood: Mood) {
    NOOR.doing(Pose::Raise, mood).draw(c, at(x, y));
    let grip = if canopy > 2.0 { 96.0 } else { 128.0 };
    things::umbrella(c, at(x + 48.0, y - grip).sized(canopy).mirrored(), PLUM);
}

fn cover(c: &mut Crayon) {
    wet_street(c);
    c.draw(at(0.0, 20.0), |c| {
        c.draw(at(250.0, 440.0).sized(1.5), |c| {
            NOOR.doing(Pose::Raise, Mood::Joyful).draw(c, at(-20.0, 0.0));
            things::umbrella(c, at(28.0, -96.0).sized(1.35).mirrored(), PLUM);
        });
        dog(c, at(370.0, 450.0).sized(1.2), WOOD, Mood::Joyful);
    });
}

fn too_big(c: &mut Crayon) {
    wet_street(c);
    noor(c, 210.0, 460.0, 1.8, Mood::Surprised);
}

fn theo(c: &mut Crayon) {
    wet_street(c);
    THEO.doing(Pose::Wave, Mood::Happy).draw(c, at(330.0, 462.0));
    noor(c, 200.0, 460.0, 1.9, Mood::Happy);
}

fn lina_and_a_dog(c: &mut Crayon) {
    wet_street(c);
    THEO.doing(Pose::Still, Mood::Happy).draw(c, at(330.0, 456.0));
    LINA.doing(Pose::Wave, Mood::Joyful).draw(c, at(130.0, 470.0));
    dog(c, at(420.0, 476.0).sized(0.9), WOOD, Mood::Happy);
    noor(c, 230.0, 456.0, 2.2, Mood::Joyful);
}

fn caterpillar(c: &mut Crayon) {
    wet_street(c);
    bird(c, at(404.0, 300.0).sized(0.8).mirrored(), STONE);
    MEI.doing(Pose::Still, Mood::Joyful).draw(c, at(382.0, 450.0));
    LINA.doing(Pose::Still, Mood::Joyful).draw(c, at(80.0, 470.0));
    THEO.doing(Pose::Still, Mood::Joyful).draw(c, at(158.0, 450.0));
    noor(c, 232.0, 452.0, 2.3, Mood::Joyful);
    OBI.doing(Pose::Still, Mood::Joyful).draw(c, at(312.0, 456.0));
    dog(c, at(446.0, 482.0).sized(0.8), WOOD, Mood::Joyful);
}

fn a_little_longer(c: &mut Crayon) {
    sky::day(c, 320);
    sky::sun(c, at(420.0, 80.0).sized(0.8));
    sky::rainbow(c, at(150.0, 320.0).sized(1.5));
    homes::street(c, 330.0);
    land::ground(c, 330.0, STONE.lighter(0.35));
    land::puddle(c, at(250.0, 474.0).sized(1.4), SEA.lighter(0.35));
    OBI.doing(Pose::Still, Mood::Asleep)
        .draw(c, at(312.0, 450.0).sized(0.95));
    MEI.doing(Pose::Still, Mood::Happy)
        .draw(c, at(376.0, 456.0).sized(0.95));
    LINA.doing(Pose::Still, Mood::Happy)
        .draw(c, at(100.0, 462.0).sized(0.95));
    THEO.doing(Pose::Still, Mood::Asleep)
        .draw(c, at(172.0, 450.0).sized(0.95));
    noor(c, 240.0, 456.0, 2.3, Mood::Happy);
}

pub(super) const STORY: Story = Story {
    title: "Room Under the Umbrella",
    author: "amara",
    summary: "Noor's umbrella is much too big for one. That turns out to be the best thing about it.",
    category: "friendship",
    genres: &["friendship"],
    language: "en",
    cover,
    pages: &[
        Page {
            text: "Noor's umbrella was purple and much too big. \"You will grow into it,\" said her \
                   mother. Noor did not think that anybody could grow that much.",
            scene: too_big,
        },
        Page {
            text: "Outside the library stood Theo, who was new, and wet. \"There is room,\" said Noor. \
                   And there was.",
            scene: theo,
        },
        Page {
            text: "Then came Lina, who steered her wheelchair in from the left, and a dog whose name \
                   nobody knew. \"There is room,\" said Noor and Theo.",
            scene: lina_and_a_dog,
        },
        Page {
            text: "By the corner they were five children, one dog, and a pigeon with his own opinion \
                   about the weather. They had to walk in step, like one large caterpillar.",
            scene: caterpillar,
        },
        Page {
            text: "When the sun came out, nobody went home at first. They stayed under the umbrella a \
                   little longer, because it was nice in there.",
            scene: a_little_longer,
        },
    ],
    comments: &[
        Comment {
            author: "mila",
            text: "This is the kindest story. I read it two times.",
        },
        Comment {
            author: "ben",
            text: "Read aloud today. We all stood under one jacket afterwards.",
        },
        Comment {
            author: "jun",
            text: "is the dog called Rain? I think it is called Rain",
        },
    ],
    likes: &["mila", "tomas", "jun", "rosa", "ben", "ines"],
    saves: &["mila", "rosa", "ben"],
    ratings: &[("mila", 5), ("jun", 5), ("rosa", 5), ("ben", 5)],
};
