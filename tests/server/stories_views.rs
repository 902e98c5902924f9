//! Looks that the database does not take: they hold nobody else up, and are given up in the end.

use database::Dialect;

use crate::drawings::plain_story;
use crate::support::World;

#[test]
fn a_look_that_cannot_be_written_holds_no_other_up() {
    let world = World::new();
    let (mira, ben) = (world.child("Mira"), world.child("Ben"));
    let poisoned = mira.publishes(plain_story("the poisoned"));
    let good: Vec<i64> = (0..20)
        .map(|number| mira.publishes(plain_story(&format!("tale {number}"))))
        .collect();
    world.sql(move |conn| {
        let poison = match conn.dialect() {
            Dialect::Sqlite => format!(
                "CREATE TRIGGER poison BEFORE UPDATE OF views ON stories WHEN new.id = {poisoned}
                 BEGIN SELECT RAISE(ABORT, 'poison'); END"
            ),
            Dialect::Postgres => {
                format!("ALTER TABLE stories ADD CONSTRAINT poison CHECK (id <> {poisoned} OR views = 0)")
            }
        };
        conn.batch(&poison)
    });
    ben.reads(poisoned);
    for story in &good {
        ben.reads(*story);
    }
    world.flush();
    assert_eq!(mira.total("views_received"), 20, "all but the one");
    assert_eq!(world.app.views.pending(poisoned), 1);
    for story in good {
        assert_eq!(world.app.views.pending(story), 0);
    }
    for _ in 0..2 {
        world.flush();
    }
    assert_eq!(world.app.views.pending(poisoned), 0, "it is given up");
    world.books_balance();
}
