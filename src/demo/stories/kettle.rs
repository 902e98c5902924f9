//! The Kettle That Wanted to Sing.

use super::prelude::*;

const ANA: Person = Person {
    hair: Hair::Braids,
    skin: CARAMEL,
    top: MANGO,
    bottom: TEAL,
    skirt: true,
    ..SOMEBODY
};

fn kitchen(c: &mut Crayon, wall: Colour, outside: Colour) {
    homes::room(c, wall, WOOD);
    homes::window(c, at(120.0, 150.0), outside);
    homes::shelf(c, at(380.0, 130.0));
}

fn cover(c: &mut Crayon) {
    homes::room(c, LEMON, WOOD);
    c.tint(&Shape::circle(250.0, 270.0, 190.0), WHITE, 0.4);
    for (x, y, colour) in [
        (90.0, 120.0, ROSE),
        (150.0, 60.0, TEAL),
        (340.0, 70.0, PLUM),
        (440.0, 60.0, BLUE),
        (60.0, 250.0, LEAF),
    ] {
        sky::note(c, at(x, y).sized(1.3), colour);
    }
    homes::table(c, at(250.0, 486.0).sized(1.3));
    things::kettle(c, at(240.0, 362.0).sized(2.0), Mood::Joyful);
    things::steam(c, at(430.0, 190.0).sized(1.2));
}

fn only_hums(c: &mut Crayon) {
    kitchen(c, LEMON, SKY);
    homes::stove(c, at(330.0, 430.0).sized(1.2));
    things::kettle(c, at(320.0, 280.0), Mood::Calm);
    sky::note(c, at(442.0, 190.0), PLUM);
    homes::table(c, at(120.0, 470.0).sized(0.8));
    things::cup(c, at(90.0, 394.0), TEAL);
    things::cup(c, at(160.0, 394.0), CORAL);
}

fn practising(c: &mut Crayon) {
    kitchen(c, MINT, Colour(255, 196, 150));
    homes::table(c, at(250.0, 470.0).sized(1.4));
    things::kettle(c, at(220.0, 338.0).sized(1.2), Mood::Sad);
    for (x, tilt) in [(368.0, -14.0), (404.0, 8.0), (440.0, 22.0)] {
        c.draw(at(x, 338.0).tilted(tilt), |c| {
            c.line(&[(0.0, 0.0), (0.0, -52.0)], 7.0, STONE);
            c.fill(&Shape::ellipse(0.0, -66.0, 15.0, 20.0), SILVER);
            face(c, at(0.0, -66.0).sized(0.45), Mood::Joyful);
        });
    }
    sky::note(c, at(352.0, 200.0).sized(0.8), STONE);
}

fn thunder(c: &mut Crayon) {
    homes::room(c, DUSK, BROWN);
    homes::window(c, at(370.0, 160.0).sized(1.2), NIGHT);
    c.fill(
        &Shape::polygon(&[
            (350.0, 104.0),
            (384.0, 104.0),
            (368.0, 146.0),
            (390.0, 146.0),
            (346.0, 214.0),
            (356.0, 164.0),
            (338.0, 164.0),
        ]),
        SUN,
    );
    ANA.doing(Pose::Still, Mood::Surprised)
        .draw(c, at(142.0, 442.0).sized(1.1));
    homes::bed(c, at(240.0, 460.0).sized(1.5), BLUE);
}

fn lullaby(c: &mut Crayon) {
    kitchen(c, DUSK.lighter(0.15), NIGHT);
    for (x, y) in [(90.0, 110.0), (140.0, 120.0), (104.0, 170.0), (146.0, 180.0)] {
        c.line(&[(x, y), (x - 4.0, y + 18.0)], 2.6, SKY);
    }
    homes::stove(c, at(300.0, 440.0).sized(1.2));
    c.tint(&Shape::circle(300.0, 240.0, 130.0), LEMON, 0.22);
    things::kettle(c, at(290.0, 290.0).sized(1.1), Mood::Asleep);
    for (x, y, size) in [(410.0, 180.0, 0.9), (440.0, 100.0, 1.1), (380.0, 50.0, 1.3)] {
        sky::note(c, at(x, y).sized(size), SUN);
    }
}

fn crowned(c: &mut Crayon) {
    kitchen(c, LEMON, SKY);
    homes::table(c, at(330.0, 470.0).sized(1.1));
    things::kettle(c, at(330.0, 366.0).sized(1.1), Mood::Joyful);
    c.fill(
        &Shape::polygon(&[
            (294.0, 264.0),
            (286.0, 222.0),
            (310.0, 244.0),
            (330.0, 212.0),
            (350.0, 244.0),
            (374.0, 222.0),
            (366.0, 264.0),
        ]),
        SUN,
    );
    ANA.doing(Pose::Cheer, Mood::Joyful)
        .draw(c, at(120.0, 470.0).sized(1.5));
}

pub(super) const STORY: Story = Story {
    title: "The Kettle That Wanted to Sing",
    author: "mila",
    summary: "Every kettle on Bell Street can whistle. One small red kettle can only hum, until a stormy \
              night.",
    category: "comedy",
    genres: &["comedy", "friendship"],
    language: "en",
    cover,
    pages: &[
        Page {
            text: "In the yellow kitchen on Bell Street lived a small red kettle. Every other kettle in \
                   the street could whistle. This one could only go hummm.",
            scene: only_hums,
        },
        Page {
            text: "The kettle practised at breakfast. It practised at supper. \"Hummm,\" it went, and \
                   the spoons giggled until they fell over.",
            scene: practising,
        },
        Page {
            text: "One stormy night the thunder said BOOM. Upstairs, Ana sat up in bed with her eyes as \
                   round as saucers. There was no sleep left in her at all.",
            scene: thunder,
        },
        Page {
            text: "Down in the kitchen the kettle began, very softly: hummm, hummm. The rain kept time \
                   on the window. Upstairs, Ana's eyes grew heavy, and then heavier.",
            scene: lullaby,
        },
        Page {
            text: "In the morning Ana made the kettle a paper crown. \"Whistling is for waking up,\" she \
                   said. \"But you know the song for going to sleep.\"",
            scene: crowned,
        },
    ],
    comments: &[
        Comment {
            author: "jun",
            text: "The spoons are my favourite. My spoons giggle too.",
        },
        Comment {
            author: "ben",
            text: "We hummed along in class, all twenty-six of us. Thank you, Mila!",
        },
        Comment {
            author: "amara",
            text: "I want a crown for our toaster now",
        },
    ],
    likes: &["tomas", "amara", "jun", "rosa", "ben"],
    saves: &["amara", "ben"],
    ratings: &[("amara", 5), ("jun", 5), ("ben", 5), ("tomas", 4)],
};
