//! Ang Saranggola ni Luz (Luz's Kite).

use super::prelude::*;

const LUZ: Person = Person {
    hair: Hair::Long,
    top: SUN,
    bottom: ROSE,
    skirt: true,
    ..SOMEBODY
};
const KIKO: Person = Person {
    skin: CARAMEL,
    top: TEAL,
    bottom: RED,
    ..SOMEBODY
};

fn field(c: &mut Crayon) {
    sky::day(c, 340);
    land::hills(c, 290.0, LIME);
    land::meadow(c, 370.0);
}

fn cover(c: &mut Crayon) {
    field(c);
    sky::sun(c, at(80.0, 80.0).sized(0.8));
    sky::clouds(c, &[at(420.0, 230.0), at(90.0, 240.0).sized(0.8)]);
    c.line(
        &[(300.0, 180.0), (270.0, 280.0), (190.0, 340.0), (148.0, 350.0)],
        2.6,
        BROWN,
    );
    things::kite(c, at(310.0, 130.0).sized(1.6).tilted(16.0), ROSE);
    LUZ.doing(Pose::Wave, Mood::Joyful)
        .draw(c, at(90.0, 474.0).sized(1.2));
}

fn making(c: &mut Crayon) {
    sky::day(c, 340);
    land::hills(c, 290.0, LIME);
    homes::nipa_hut(c, at(370.0, 370.0).sized(1.1));
    land::meadow(c, 370.0);
    LUZ.doing(Pose::Hold, Mood::Happy)
        .draw(c, at(130.0, 450.0).sized(1.5));
    things::kite(c, at(240.0, 360.0).sized(0.95).tilted(24.0), ROSE);
    c.line(&[(300.0, 476.0), (420.0, 466.0)], 7.0, STRAW);
    c.line(&[(310.0, 460.0), (410.0, 480.0)], 7.0, STRAW);
}

fn snap(c: &mut Crayon) {
    field(c);
    sky::clouds(c, &[at(120.0, 90.0), at(420.0, 210.0).sized(0.7)]);
    land::palm(c, at(60.0, 400.0).sized(1.1));
    things::kite(c, at(350.0, 90.0).tilted(24.0), ROSE);
    c.line(&[(330.0, 150.0), (318.0, 190.0), (336.0, 214.0)], 2.4, BROWN);
    c.line(
        &[(268.0, 330.0), (286.0, 290.0), (276.0, 260.0), (296.0, 244.0)],
        2.4,
        BROWN,
    );
    LUZ.doing(Pose::Wave, Mood::Surprised)
        .draw(c, at(208.0, 470.0).sized(1.3));
}

fn stuck(c: &mut Crayon) {
    field(c);
    land::mango_tree(c, at(350.0, 430.0).sized(1.6));
    things::kite(c, at(360.0, 110.0).sized(0.8).tilted(-40.0), ROSE);
    LUZ.doing(Pose::Still, Mood::Sad)
        .draw(c, at(80.0, 470.0).sized(1.2));
    KIKO.doing(Pose::Raise, Mood::Happy)
        .draw(c, at(190.0, 474.0).sized(1.2));
}

fn reached(c: &mut Crayon) {
    field(c);
    sky::clouds(c, &[at(90.0, 80.0)]);
    land::mango_tree(c, at(400.0, 420.0).sized(1.5));
    carabao(c, at(190.0, 470.0).sized(1.1), Mood::Happy);
    KIKO.doing(Pose::Cheer, Mood::Joyful)
        .draw(c, at(180.0, 378.0).sized(0.95));
    LUZ.doing(Pose::Raise, Mood::Joyful)
        .draw(c, at(180.0, 250.0).sized(0.95));
    things::kite(c, at(250.0, 94.0).sized(0.8).tilted(30.0), ROSE);
}

pub(super) const STORY: Story = Story {
    title: "Ang Saranggola ni Luz",
    author: "tomas",
    summary: "Naputol ang tali ng saranggola at sumabit sa puno. Sino ang makakaabot?",
    category: "adventure",
    genres: &["adventure", "friendship"],
    language: "tl",
    cover,
    pages: &[
        Page {
            text: "Gumawa si Luz ng saranggola mula sa papel, kawayan, at kaunting pag-asa. Kulay-rosas \
                   ito, at may mga laso ang buntot.",
            scene: making,
        },
        Page {
            text: "Lumipad ang saranggola: mas mataas sa bubong, mas mataas sa niyog. Tapos, pak! \
                   Naputol ang tali.",
            scene: snap,
        },
        Page {
            text: "Sumabit ito sa pinakamataas na sanga ng mangga. \"Huwag kang umiyak,\" sabi ni Kiko. \
                   \"Sumakay ka sa balikat ko.\" Kulang pa rin, kaya tinawag nila ang kalabaw.",
            scene: stuck,
        },
        Page {
            text: "Bata sa ibabaw ng bata sa ibabaw ng kalabaw: abot na! Mula noon, dalawa na ang tali \
                   ng saranggola. Ang isa ay kay Luz, at ang isa ay kay Kiko.",
            scene: reached,
        },
    ],
    comments: &[
        Comment {
            author: "mila",
            text: "Ang bait ng kalabaw!",
        },
        Comment {
            author: "ben",
            text: "Binasa namin ito bago kami gumawa ng sarili naming saranggola.",
        },
    ],
    likes: &["mila", "rosa", "ben", "amara"],
    saves: &["mila", "ben"],
    ratings: &[("mila", 5), ("ben", 5)],
};
