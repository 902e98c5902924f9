//! Ang Kalabaw na Ayaw sa Putik (The Carabao Who Did Not Like Mud).

use super::prelude::*;

const MUD: Colour = Colour(150, 108, 84);

fn farm(c: &mut Crayon) {
    sky::day(c, 300);
    land::hills(c, 240.0, LIME);
    land::ground(c, 320.0, LEAF);
}

/// A carabao up to its chest in mud, and happy.
fn bather(c: &mut Crayon, x: f32, y: f32, size: f32) {
    carabao(c, at(x, y).sized(size), Mood::Happy);
    land::puddle(c, at(x, y - 12.0 * size).sized(size * 1.6), MUD);
}

fn cover(c: &mut Crayon) {
    farm(c);
    sky::sun(c, at(90.0, 90.0));
    land::palm(c, at(440.0, 340.0));
    land::puddle(c, at(250.0, 470.0).sized(2.8), MUD);
    carabao(c, at(220.0, 440.0).sized(1.7), Mood::Happy);
    bird(c, at(180.0, 238.0).sized(0.9), CORAL);
}

fn sticky(c: &mut Crayon) {
    farm(c);
    sky::clouds(c, &[at(110.0, 80.0), at(400.0, 70.0).sized(0.8)]);
    homes::nipa_hut(c, at(110.0, 330.0).sized(0.9));
    carabao(c, at(190.0, 440.0).sized(1.5), Mood::Sad);
    land::puddle(c, at(420.0, 460.0).sized(1.0), MUD);
}

fn noon(c: &mut Crayon) {
    farm(c);
    sky::sun(c, at(360.0, 90.0).sized(1.3));
    bather(c, 330.0, 400.0, 0.6);
    bather(c, 410.0, 470.0, 0.8);
    land::palm(c, at(60.0, 400.0).sized(1.3));
    carabao(c, at(130.0, 450.0).sized(0.95), Mood::Sad);
    for (x, y) in [(176.0, 284.0), (206.0, 272.0), (236.0, 286.0)] {
        c.wash(
            &Shape::smooth(&[(x, y), (x + 5.0, y + 10.0), (x, y + 15.0), (x - 5.0, y + 10.0)]),
            SEA,
        );
    }
}

fn one_foot(c: &mut Crayon) {
    farm(c);
    land::palm(c, at(60.0, 360.0));
    land::puddle(c, at(380.0, 450.0).sized(1.6), MUD);
    carabao(c, at(200.0, 430.0).sized(1.5), Mood::Surprised);
    land::puddle(c, at(276.0, 434.0).sized(0.32), MUD.darker(0.15));
    bird(c, at(440.0, 250.0).sized(1.2).mirrored(), CORAL);
}

fn will_not_leave(c: &mut Crayon) {
    sky::night(c, 320);
    sky::moon(c, at(400.0, 90.0).sized(0.9), Mood::Happy);
    land::hills(c, 260.0, FOREST);
    land::ground(c, 330.0, FOREST.lighter(0.2));
    carabao(c, at(220.0, 440.0).sized(1.5), Mood::Happy);
    land::puddle(c, at(240.0, 440.0).sized(2.6), MUD);
    for (x, y) in [(130.0, 330.0), (180.0, 310.0), (240.0, 340.0), (270.0, 322.0)] {
        c.wash(&Shape::ellipse(x, y, 12.0, 8.0), MUD);
    }
    bird(c, at(150.0, 262.0), CORAL);
}

pub(super) const STORY: Story = Story {
    title: "Ang Kalabaw na Ayaw sa Putik",
    author: "mila",
    summary: "Lahat ng kalabaw ay mahilig sa putik. Lahat, maliban kay Bining.",
    category: "animal",
    genres: &["animal", "comedy"],
    language: "tl",
    cover,
    pages: &[
        Page {
            text: "Lahat ng kalabaw ay mahilig sa putik. Lahat, maliban kay Bining. \"Malagkit,\" sabi \
                   niya. \"At sumisiksik sa mga kuko.\"",
            scene: sticky,
        },
        Page {
            text: "Isang tanghali, napakainit ng araw. Naglublob ang lahat sa putikan. Si Bining ay \
                   tumayo sa ilalim ng niyog at nagkunwaring hindi naiinitan.",
            scene: noon,
        },
        Page {
            text: "Dumating ang isang munting ibon. \"Isang paa lang,\" sabi nito. \"Kung pangit, aalis \
                   tayo agad.\" Dahan-dahang inilubog ni Bining ang isang paa.",
            scene: one_foot,
        },
        Page {
            text: "\"Hmm,\" sabi ni Bining. Inilubog niya ang ikalawa, ang ikatlo, at ang ikaapat. \
                   Pagsapit ng gabi, siya na lang ang ayaw umahon.",
            scene: will_not_leave,
        },
    ],
    comments: &[
        Comment {
            author: "tomas",
            text: "Ako rin, ayaw ko nang umahon sa dagat!",
        },
        Comment {
            author: "ben",
            text: "Paborito ito ng Baitang 2. Isang paa lang!",
        },
    ],
    likes: &["tomas", "rosa", "ben"],
    saves: &["ben"],
    ratings: &[("tomas", 4), ("rosa", 5), ("ben", 5)],
};
