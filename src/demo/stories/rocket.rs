//! The Rocket Behind the Laundry.

use super::prelude::*;

const ZURI: Person = Person {
    hair: Hair::Buns,
    skin: COCOA,
    top: ORANGE,
    bottom: BLUE,
    wheelchair: true,
    ..SOMEBODY
};
const BROTHER: Person = Person {
    hair: Hair::Curls,
    skin: COCOA,
    top: MINT,
    bottom: RED,
    ..SOMEBODY
};

/// A line of washing across the garden.
fn washing(c: &mut Crayon, y: f32) {
    c.line(&[(-10.0, y), (250.0, y + 20.0), (510.0, y)], 3.0, BROWN);
    for (x, colour) in [(24.0, WHITE), (104.0, PINK), (320.0, SKY), (410.0, SUN)] {
        c.fill(
            &Shape::smooth(&[
                (x, y + 10.0),
                (x + 66.0, y + 12.0),
                (x + 62.0, y + 92.0),
                (x + 34.0, y + 86.0),
                (x + 2.0, y + 94.0),
            ]),
            colour,
        );
    }
}

fn cover(c: &mut Crayon) {
    sky::night(c, 440);
    sky::moon(c, at(90.0, 110.0).sized(1.1), Mood::Joyful);
    sky::planet(c, at(410.0, 380.0).sized(0.9), TEAL);
    things::rocket(c, at(230.0, 390.0).sized(1.7).tilted(18.0), true);
    sky::sparkles(
        c,
        &[
            at(400.0, 90.0),
            at(120.0, 300.0),
            at(60.0, 420.0),
            at(460.0, 230.0),
            at(330.0, 470.0),
        ],
    );
}

fn behind_the_laundry(c: &mut Crayon) {
    sky::day(c, 320);
    land::hills(c, 290.0, LIME);
    land::meadow(c, 360.0);
    things::rocket(c, at(240.0, 430.0).sized(1.7), false);
    c.fill(
        &Shape::polygon(&[(266.0, 424.0), (370.0, 470.0), (330.0, 482.0), (236.0, 430.0)]),
        WOOD,
    );
    washing(c, 70.0);
    ZURI.doing(Pose::Wave, Mood::Joyful)
        .draw(c, at(420.0, 470.0).sized(1.2).mirrored());
}

fn noodles(c: &mut Crayon) {
    sky::evening(c, 340);
    land::meadow(c, 340.0);
    homes::house(c, at(420.0, 360.0).sized(1.1), CREAM, TEAL);
    things::rocket(c, at(80.0, 420.0).sized(1.1), false);
    ZURI.doing(Pose::Still, Mood::Happy)
        .draw(c, at(200.0, 470.0).sized(1.2));
    BROTHER
        .doing(Pose::Still, Mood::Surprised)
        .draw(c, at(330.0, 474.0).mirrored());
    sky::bubble(c, at(250.0, 180.0).sized(1.3));
    c.fill(
        &Shape::smooth(&[(206.0, 184.0), (294.0, 184.0), (280.0, 212.0), (220.0, 212.0)]),
        RED,
    );
    for x in [216.0, 234.0, 252.0, 270.0] {
        c.line(
            &[(x, 182.0), (x + 5.0, 168.0), (x + 12.0, 182.0)],
            4.0,
            SUN.darker(0.12),
        );
    }
}

fn past_the_moon(c: &mut Crayon) {
    sky::night(c, 500);
    sky::moon(c, at(60.0, 440.0).sized(1.2), Mood::Asleep);
    sky::planet(c, at(350.0, 160.0).sized(1.7), CORAL);
    c.draw(at(170.0, 250.0).tilted(54.0), |c| {
        things::rocket(c, at(0.0, 90.0).sized(1.1), true);
    });
    c.draw(at(182.0, 240.0).sized(0.16), |c| {
        face(c, at(0.0, 0.0).sized(3.0), Mood::Joyful);
    });
    sky::star(c, at(440.0, 400.0).sized(1.2));
    sky::star(c, at(270.0, 420.0).sized(0.8).tilted(16.0));
    sky::star(c, at(90.0, 90.0).tilted(-12.0));
}

fn home_again(c: &mut Crayon) {
    homes::room(c, LEMON, WOOD);
    homes::window(c, at(250.0, 130.0).sized(1.1), NIGHT);
    sky::planet(c, at(250.0, 122.0).sized(0.5), CORAL);
    ZURI.doing(Pose::Cheer, Mood::Joyful)
        .draw(c, at(120.0, 462.0).sized(1.4));
    BROTHER
        .doing(Pose::Wave, Mood::Joyful)
        .draw(c, at(400.0, 440.0).sized(1.2).mirrored());
    homes::table(c, at(280.0, 490.0).sized(1.2));
    for (x, colour) in [(200.0, RED), (280.0, TEAL), (360.0, CORAL)] {
        c.fill(
            &Shape::smooth(&[
                (x - 32.0, 346.0),
                (x + 32.0, 346.0),
                (x + 18.0, 374.0),
                (x - 18.0, 374.0),
            ]),
            colour,
        );
        for noodle in [-16.0, 0.0, 14.0] {
            c.line(
                &[
                    (x + noodle - 8.0, 346.0),
                    (x + noodle, 332.0),
                    (x + noodle + 8.0, 346.0),
                ],
                4.0,
                SUN.darker(0.12),
            );
        }
    }
    sky::sparkles(c, &[at(60.0, 440.0), at(140.0, 478.0), at(172.0, 436.0)]);
}

pub(super) const STORY: Story = Story {
    title: "The Rocket Behind the Laundry",
    author: "tomas",
    summary: "Captain Zuri flies past the moon and then left, and has to be home in time for noodles.",
    category: "sci_fi",
    genres: &["sci_fi", "adventure"],
    language: "en",
    cover,
    pages: &[
        Page {
            text: "Zuri built her rocket behind the laundry, where nobody would ask questions. It had a \
                   red nose and two fins. It had a ramp, too, because a captain should roll aboard in \
                   style.",
            scene: behind_the_laundry,
        },
        Page {
            text: "\"Where are you going?\" asked her little brother. \"Past the moon and then left.\" \
                   \"Will you be back for supper?\" \"What is for supper?\" \"Noodles.\" \"Then yes.\"",
            scene: noodles,
        },
        Page {
            text: "Space was very large and very quiet. A planet in a lilac hoop said good evening. \"Is \
                   this left?\" asked Zuri. \"Everything is left of something,\" said the planet.",
            scene: past_the_moon,
        },
        Page {
            text: "She came home with stardust on her wheels, just as the noodles were served. There \
                   were three bowls. Her brother had set one for the planet, in case.",
            scene: home_again,
        },
    ],
    comments: &[
        Comment {
            author: "jun",
            text: "Please make part 2 where the planet comes for noodles",
        },
        Comment {
            author: "amara",
            text: "best captain",
        },
    ],
    likes: &["mila", "amara", "jun", "ben"],
    saves: &["jun", "amara"],
    ratings: &[("jun", 5), ("amara", 5), ("mila", 4)],
};
