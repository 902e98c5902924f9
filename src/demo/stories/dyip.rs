//! Ang Dyip na Mahilig Huminto (The Jeepney That Loved to Stop).

use super::prelude::*;

const LOLA: Person = Person {
    hair: Hair::Buns,
    hair_colour: SILVER,
    skin: CARAMEL,
    top: LILAC,
    bottom: PLUM,
    skirt: true,
    glasses: true,
    ..SOMEBODY
};
const MAYA: Person = Person {
    hair: Hair::Braids,
    top: WHITE,
    bottom: BLUE,
    skirt: true,
    ..SOMEBODY
};
const NILO: Person = Person {
    skin: CARAMEL,
    top: WHITE,
    bottom: BLUE,
    ..SOMEBODY
};

/// The road to school.
fn road(c: &mut Crayon) {
    sky::day(c, 300);
    land::hills(c, 230.0, LEAF);
    land::palm(c, at(440.0, 330.0));
    land::tree(c, at(60.0, 340.0).sized(0.7), LIME);
    land::ground(c, 330.0, STRAW);
}

fn cover(c: &mut Crayon) {
    road(c);
    sky::sun(c, at(250.0, 90.0));
    things::jeepney(c, at(240.0, 450.0).sized(1.75), Mood::Joyful);
}

fn tatay_berto(c: &mut Crayon) {
    road(c);
    things::jeepney(c, at(190.0, 420.0).sized(1.3), Mood::Happy);
    let berto = Person {
        skin: CARAMEL,
        top: LEAF,
        bottom: BROWN,
        ..SOMEBODY
    };
    berto
        .doing(Pose::Wave, Mood::Joyful)
        .draw(c, at(430.0, 470.0).sized(1.2).mirrored());
}

fn stops_for_all(c: &mut Crayon) {
    road(c);
    things::jeepney(c, at(160.0, 410.0).sized(1.15), Mood::Joyful);
    hen(c, at(360.0, 470.0).mirrored(), CREAM);
    goat(c, at(440.0, 440.0).mirrored());
    bird(c, at(300.0, 200.0), BROWN);
    sky::clouds(c, &[at(150.0, 80.0), at(380.0, 60.0).sized(0.8)]);
}

fn late(c: &mut Crayon) {
    sky::rainy(c, 300);
    land::hills(c, 230.0, FOREST.lighter(0.2));
    land::ground(c, 330.0, STRAW.darker(0.15));
    land::puddle(c, at(400.0, 470.0).sized(0.7), SEA.lighter(0.2));
    things::jeepney(c, at(150.0, 430.0).sized(1.2), Mood::Surprised);
    MAYA.doing(Pose::Still, Mood::Surprised)
        .draw(c, at(80.0, 400.0).sized(0.5));
    NILO.doing(Pose::Still, Mood::Surprised)
        .draw(c, at(140.0, 400.0).sized(0.5));
    LOLA.doing(Pose::Hold, Mood::Sad)
        .draw(c, at(420.0, 450.0).sized(1.3).mirrored());
    sky::rain(c, 440.0);
}

fn five_minutes(c: &mut Crayon) {
    road(c);
    sky::rainbow(c, at(250.0, 240.0));
    homes::nipa_hut(c, at(90.0, 330.0).sized(0.7));
    things::jeepney(c, at(240.0, 360.0).sized(1.0), Mood::Joyful);
    LOLA.doing(Pose::Cheer, Mood::Joyful)
        .draw(c, at(250.0, 474.0).sized(1.1));
    MAYA.doing(Pose::Wave, Mood::Joyful)
        .draw(c, at(110.0, 476.0).sized(1.0));
    NILO.doing(Pose::Wave, Mood::Joyful)
        .draw(c, at(400.0, 476.0).sized(1.0).mirrored());
    c.fill(&Shape::ellipse(250.0, 308.0, 62.0, 15.0), STRAW);
    for (x, y) in [
        (214.0, 300.0),
        (238.0, 295.0),
        (262.0, 295.0),
        (286.0, 300.0),
        (250.0, 306.0),
    ] {
        c.fill(&Shape::ellipse(x, y, 12.0, 8.0), PAPER);
    }
}

pub(super) const STORY: Story = Story {
    title: "Ang Dyip na Mahilig Huminto",
    author: "mila",
    summary: "Humihinto ang dyip ni Tatay Berto para sa lahat: sa inahin, sa kambing, at sa isang lolang \
              walang payong.",
    category: "comedy",
    genres: &["comedy", "adventure"],
    language: "tl",
    cover,
    pages: &[
        Page {
            text: "May dyip si Tatay Berto na pula, asul, at dilaw. Mabait ito, pero may isang ugali: \
                   humihinto ito para sa lahat.",
            scene: tatay_berto,
        },
        Page {
            text: "Huminto ang dyip para sa inahin. Huminto ito para sa kambing. Huminto pa ito para sa \
                   isang maya na hindi naman sasakay.",
            scene: stops_for_all,
        },
        Page {
            text: "\"Mahuhuli na kami sa klase!\" sigaw ng mga bata. Biglang bumuhos ang ulan. Sa kanto \
                   ay may isang lola, basang-basa at walang payong.",
            scene: late,
        },
        Page {
            text: "Siyempre, huminto ang dyip. Sumakay si Lola, dala ang isang bilaong mainit na puto \
                   para sa lahat. Nahuli sila nang limang minuto, at walang nagreklamo.",
            scene: five_minutes,
        },
    ],
    comments: &[
        Comment {
            author: "tomas",
            text: "Sana sumakay rin ang kambing!",
        },
        Comment {
            author: "rosa",
            text: "Ganyan din ang dyip noong bata ako. Ang galing, anak.",
        },
    ],
    likes: &["tomas", "rosa", "ben"],
    saves: &["rosa", "tomas"],
    ratings: &[("tomas", 5), ("rosa", 5), ("ben", 5)],
};
