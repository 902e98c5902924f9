//! Ang Alitaptap na Walang Ilaw (The Firefly Without a Light).

use super::prelude::*;

const ISKO: Person = Person {
    hair: Hair::Curls,
    skin: CARAMEL,
    top: RED,
    bottom: NIGHT,
    ..SOMEBODY
};

fn paddies(c: &mut Crayon) {
    sky::night(c, 320);
    land::terraces(c, 300.0);
    c.tint(&Shape::rect(-10.0, 250.0, 520.0, 260.0), NIGHT, 0.35);
}

fn cover(c: &mut Crayon) {
    paddies(c);
    sky::crescent(c, at(420.0, 90.0));
    for (x, y) in [(90.0, 90.0), (80.0, 330.0), (430.0, 260.0), (400.0, 420.0)] {
        firefly(c, at(x, y).sized(0.6), 1.0, Mood::Happy);
    }
    firefly(c, at(250.0, 230.0).sized(2.4), 0.7, Mood::Joyful);
}

fn dancing(c: &mut Crayon) {
    paddies(c);
    for (x, y, size) in [
        (80.0, 110.0, 0.8),
        (190.0, 70.0, 1.0),
        (310.0, 130.0, 0.9),
        (430.0, 80.0, 0.8),
        (130.0, 220.0, 0.9),
        (410.0, 220.0, 1.0),
    ] {
        firefly(c, at(x, y).sized(size), 1.0, Mood::Joyful);
    }
    firefly(c, at(280.0, 360.0).sized(1.4), 0.0, Mood::Sad);
}

fn asked_by_the_moon(c: &mut Crayon) {
    paddies(c);
    sky::moon(c, at(340.0, 150.0).sized(1.7), Mood::Surprised);
    firefly(c, at(130.0, 270.0).sized(1.5), 0.0, Mood::Calm);
}

fn lost(c: &mut Crayon) {
    paddies(c);
    ISKO.doing(Pose::Still, Mood::Sad)
        .draw(c, at(320.0, 470.0).sized(1.5));
    firefly(c, at(160.0, 300.0).sized(1.3), 0.12, Mood::Happy);
}

fn the_door(c: &mut Crayon) {
    paddies(c);
    homes::nipa_hut(c, at(390.0, 380.0).sized(1.1));
    c.tint(&Shape::rect(407.0, 272.0, 34.0, 55.0), LEMON, 0.8);
    c.tint(&Shape::rect(334.0, 278.0, 42.0, 33.0), LEMON, 0.7);
    ISKO.doing(Pose::Wave, Mood::Joyful)
        .draw(c, at(110.0, 474.0).sized(1.3));
    firefly(c, at(230.0, 280.0).sized(1.6), 1.0, Mood::Joyful);
}

pub(super) const STORY: Story = Story {
    title: "Ang Alitaptap na Walang Ilaw",
    author: "tomas",
    summary: "Kumikislap ang lahat ng alitaptap sa palayan, maliban kay Tala. Hanggang isang gabi.",
    category: "fantasy",
    genres: &["fantasy", "friendship", "educational"],
    language: "tl",
    cover,
    pages: &[
        Page {
            text: "Sa hagdan-hagdang palayan, gabi-gabing nagsasayaw ang mga alitaptap. Kumikislap \
                   silang lahat, maliban kay Tala.",
            scene: dancing,
        },
        Page {
            text: "\"Nasaan ang ilaw mo?\" tanong ng buwan. \"Hindi ko po alam,\" sabi ni Tala. \"Baka \
                   naiwan ko sa itlog.\"",
            scene: asked_by_the_moon,
        },
        Page {
            text: "Isang gabi, may batang naligaw sa mga pilapil. Lumapit si Tala at bumulong: \"Hindi \
                   kita maiilawan, pero sasamahan kita.\"",
            scene: lost,
        },
        Page {
            text: "Magkatabi silang naglakbay. Sa bawat hakbang ng bata, lumaki nang kaunti ang liwanag \
                   ni Tala, hanggang makita nila ang pinto ng bahay.",
            scene: the_door,
        },
    ],
    comments: &[
        Comment {
            author: "mila",
            text: "Naiwan sa itlog! Hahaha",
        },
        Comment {
            author: "rosa",
            text: "Naluha ako sa \"sasamahan kita\".",
        },
        Comment {
            author: "amara",
            text: "I read it with a translator and I still cried a bit",
        },
    ],
    likes: &["mila", "amara", "rosa", "ben", "ines"],
    saves: &["rosa", "mila"],
    ratings: &[("mila", 5), ("amara", 5), ("rosa", 5)],
};
