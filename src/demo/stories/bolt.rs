//! Bolt Counts to Ten.

use super::prelude::*;

const PRIYA: Person = Person {
    hair: Hair::Braids,
    skin: CARAMEL,
    top: ROSE,
    bottom: DUSK,
    glasses: true,
    ..SOMEBODY
};

/// The children of the yard; with Priya they are nine.
const FRIENDS: [Person; 8] = [
    Person {
        top: LEAF,
        ..SOMEBODY
    },
    Person {
        hair: Hair::Curls,
        skin: COCOA,
        top: SUN,
        bottom: PLUM,
        skirt: true,
        ..SOMEBODY
    },
    Person {
        hair: Hair::Scarf,
        hair_colour: TEAL,
        skin: CARAMEL,
        top: PINK,
        ..SOMEBODY
    },
    Person {
        hair_colour: ORANGE,
        skin: PEACH,
        top: BLUE,
        bottom: BROWN,
        ..SOMEBODY
    },
    Person {
        hair: Hair::Buns,
        top: LILAC,
        wheelchair: true,
        ..SOMEBODY
    },
    Person {
        hair: Hair::Long,
        hair_colour: STRAW,
        skin: PEACH,
        top: TEAL,
        skirt: true,
        bottom: ROSE,
        ..SOMEBODY
    },
    Person {
        hair: Hair::Curls,
        hair_colour: BROWN,
        top: ORANGE,
        glasses: true,
        ..SOMEBODY
    },
    Person {
        skin: COCOA,
        top: RED,
        bottom: FOREST,
        ..SOMEBODY
    },
];

fn cover(c: &mut Crayon) {
    c.backdrop(TEAL.lighter(0.5), LEMON, 420);
    for (i, colour) in (0_u8..).zip([RED, ORANGE, SUN, LEAF, SEA, BLUE, PLUM, ROSE, CORAL, TEAL]) {
        let (sin, cos) = (f32::from(i) * 36.0).to_radians().sin_cos();
        c.fill(
            &Shape::star(250.0 + 200.0 * sin, 240.0 - 196.0 * cos, 30.0, 5),
            colour,
        );
    }
    things::robot(c, at(250.0, 426.0).sized(2.1), true, Mood::Joyful);
}

fn banana(c: &mut Crayon) {
    homes::room(c, SKY.lighter(0.2), WOOD);
    homes::shelf(c, at(110.0, 120.0));
    things::robot(c, at(170.0, 450.0).sized(1.6), true, Mood::Happy);
    PRIYA
        .doing(Pose::Still, Mood::Surprised)
        .draw(c, at(400.0, 460.0).sized(1.4).mirrored());
    sky::bubble(c, at(336.0, 120.0).sized(1.5));
    c.fill(
        &Shape::smooth(&[
            (290.0, 96.0),
            (304.0, 130.0),
            (344.0, 144.0),
            (386.0, 124.0),
            (350.0, 126.0),
            (318.0, 112.0),
            (300.0, 90.0),
        ]),
        SUN,
    );
}

fn four(c: &mut Crayon) {
    homes::room(c, SKY.lighter(0.2), WOOD);
    homes::window(c, at(250.0, 130.0), SKY);
    PRIYA
        .doing(Pose::Hold, Mood::Happy)
        .draw(c, at(90.0, 440.0).sized(1.4));
    things::robot(c, at(410.0, 440.0).sized(1.4), false, Mood::Surprised);
    homes::table(c, at(250.0, 480.0).sized(1.2));
    for x in [170.0, 222.0, 274.0, 326.0] {
        things::mango(c, at(x, 342.0));
    }
}

fn seven_birds(c: &mut Crayon) {
    sky::day(c, 320);
    let clouds = [
        at(60.0, 60.0),
        at(160.0, 50.0),
        at(260.0, 60.0),
        at(360.0, 46.0),
        at(446.0, 70.0),
    ];
    sky::clouds(c, &clouds.map(|place| place.sized(0.7)));
    land::hills(c, 280.0, LIME);
    land::ground(c, 350.0, LEAF);
    for (x, y) in [
        (30.0, 400.0),
        (70.0, 470.0),
        (230.0, 410.0),
        (250.0, 480.0),
        (430.0, 400.0),
        (464.0, 474.0),
    ] {
        land::flower(c, at(x, y).sized(0.9), WHITE);
    }
    let birds = [
        (60.0, 230.0, RED),
        (140.0, 170.0, BLUE),
        (230.0, 220.0, SUN),
        (310.0, 150.0, ROSE),
        (390.0, 220.0, TEAL),
        (450.0, 160.0, ORANGE),
        (210.0, 120.0, PLUM),
    ];
    for (i, (x, y, colour)) in birds.into_iter().enumerate() {
        let place = at(x, y).tilted(if i % 2 == 0 { 14.0 } else { -14.0 });
        bird(c, if i % 3 == 0 { place.mirrored() } else { place }, colour);
    }
    things::robot(c, at(330.0, 470.0).sized(1.2), true, Mood::Surprised);
    PRIYA
        .doing(Pose::Raise, Mood::Joyful)
        .draw(c, at(150.0, 470.0).sized(1.1));
}

fn nine_children(c: &mut Crayon) {
    sky::day(c, 220);
    homes::street(c, 210.0);
    land::ground(c, 210.0, SAND);
    for (i, friend) in (0_u8..).zip(FRIENDS) {
        let (column, row) = (i % 4, i / 4);
        let x = 60.0 + f32::from(column) * 92.0;
        friend.draw(c, at(x, 326.0 + f32::from(row) * 136.0).sized(0.82));
    }
    PRIYA
        .doing(Pose::Wave, Mood::Happy)
        .draw(c, at(440.0, 320.0).sized(0.85));
    things::robot(c, at(440.0, 470.0).sized(0.85), false, Mood::Sad);
}

fn ten(c: &mut Crayon) {
    sky::day(c, 300);
    sky::rainbow(c, at(250.0, 250.0).sized(1.4));
    land::meadow(c, 290.0);
    for (friend, x) in FRIENDS
        .into_iter()
        .zip([40.0, 110.0, 390.0, 460.0, 170.0, 330.0, 90.0, 420.0])
    {
        let front = x > 80.0 && x < 100.0 || x > 410.0 && x < 430.0;
        let y = if front { 470.0 } else { 390.0 };
        friend
            .doing(Pose::Cheer, Mood::Joyful)
            .draw(c, at(x, y).sized(0.8));
    }
    PRIYA
        .doing(Pose::Cheer, Mood::Joyful)
        .draw(c, at(180.0, 480.0).sized(0.95));
    things::robot(c, at(290.0, 484.0).sized(1.25), true, Mood::Joyful);
}

pub(super) const STORY: Story = Story {
    title: "Bolt Counts to Ten",
    author: "jun",
    summary: "A robot made of biscuit tins learns to count, with some help and one banana.",
    category: "scifi",
    genres: &["scifi", "educational", "comedy"],
    language: "en",
    cover,
    pages: &[
        Page {
            text: "Bolt was a new robot, made of biscuit tins. \"I can count to ten,\" said Bolt. \"One, \
                   two, three, banana.\"",
            scene: banana,
        },
        Page {
            text: "\"After three comes four,\" said Priya, and put four mangoes on the table. Bolt \
                   looked at them for a long time. \"Four,\" said Bolt, \"smells nice.\"",
            scene: four,
        },
        Page {
            text: "They counted five clouds and six flowers. They counted seven birds, who would not \
                   keep still and had to be done twice.",
            scene: seven_birds,
        },
        Page {
            text: "\"Eight, nine,\" said Bolt, and stopped. There were nine children in the yard. There \
                   was nothing left to be ten.",
            scene: nine_children,
        },
        Page {
            text: "\"You forgot the robot!\" said Priya. \"Do I count?\" asked Bolt. \"Of course you \
                   count,\" said everybody. And so Bolt did, all the way to ten.",
            scene: ten,
        },
    ],
    comments: &[
        Comment {
            author: "mila",
            text: "one two three banana!!!",
        },
        Comment {
            author: "ben",
            text: "I will be counting this way until Friday.",
        },
    ],
    likes: &["mila", "tomas", "amara", "ben", "rosa"],
    saves: &["mila", "ben"],
    ratings: &[("mila", 5), ("amara", 5), ("ben", 4)],
};
