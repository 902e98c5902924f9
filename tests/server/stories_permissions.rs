//! Who may do what to a story: guest, reader, author and co-author; drafts and published stories.

use serde_json::{Value, json};

use crate::drawings::{plain_story, story, with};
use crate::support::{Answer, Client, World};

/// Who acts.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Who {
    Guest,
    Reader,
    Author,
    CoAuthor,
}

use Who::{Author, CoAuthor, Guest, Reader};

/// A method, what follows the story's id, and a body.
type Act = (&'static str, &'static str, Value);

/// The statuses for guest, reader, author, co-author.
type Statuses = [u16; 4];

/// A collaborative story of its author and one co-author.
struct Stage {
    world: World,
    reader: Client,
    author: Client,
    co_author: Client,
}

impl Stage {
    fn new() -> Self {
        let world = World::new();
        let (reader, author, co_author) = (world.child("Rosa"), world.child("Mira"), world.child("Ben"));
        Self {
            world,
            reader,
            author,
            co_author,
        }
    }

    fn story(&self, is_published: bool) -> i64 {
        let id = self.author.makes(with(
            plain_story("the whale"),
            json!({"is_published": is_published}),
        ));
        self.world
            .collaborate(id, &[self.author.id(), self.co_author.id()]);
        id
    }

    fn client(&self, who: Who) -> Client {
        match who {
            Guest => self.world.guest(),
            Reader => self.reader.clone(),
            Author => self.author.clone(),
            CoAuthor => self.co_author.clone(),
        }
    }
}

fn act(client: &Client, story: i64, (method, path, body): &Act) -> Answer {
    let path = format!("/api/stories/{story}/{path}");
    if body.is_null() {
        client.raw(method, &path, &[], b"")
    } else {
        client.json(method, &path, body.clone())
    }
}

#[test]
fn everybody_may_do_what_the_table_says_and_nothing_else() {
    let stage = Stage::new();
    let change = || json!({"title": "the shark"});
    // Published, then draft.
    let table: Vec<(Act, Statuses, Statuses)> = vec![
        (
            ("GET", "", Value::Null),
            [200, 200, 200, 200],
            [404, 404, 200, 200],
        ),
        (
            ("GET", "stats/", Value::Null),
            [200, 200, 200, 200],
            [404, 404, 200, 200],
        ),
        (
            ("GET", "comments/", Value::Null),
            [200, 200, 200, 200],
            [404, 404, 404, 404],
        ),
        (
            ("POST", "comments/create/", json!({"text": "Hi"})),
            [401, 201, 201, 201],
            [401, 404, 404, 404],
        ),
        (
            ("POST", "like/", Value::Null),
            [401, 201, 201, 201],
            [401, 404, 404, 404],
        ),
        (
            ("POST", "save/", Value::Null),
            [401, 201, 201, 201],
            [401, 404, 404, 404],
        ),
        (
            ("POST", "rate/", json!({"rating": 3})),
            [401, 200, 200, 200],
            [401, 404, 404, 404],
        ),
        (
            ("PATCH", "update/", change()),
            [401, 403, 200, 200],
            [401, 403, 200, 200],
        ),
        (
            ("PUT", "update/", change()),
            [401, 403, 200, 200],
            [401, 403, 200, 200],
        ),
        (
            ("POST", "publish/", Value::Null),
            [401, 404, 200, 404],
            [401, 404, 200, 404],
        ),
        (
            ("POST", "unpublish/", Value::Null),
            [401, 404, 200, 404],
            [401, 404, 200, 404],
        ),
        (
            ("POST", "publish-collaborative/", Value::Null),
            [401, 403, 200, 200],
            [401, 403, 200, 200],
        ),
        (
            ("DELETE", "delete/", Value::Null),
            [401, 404, 200, 404],
            [401, 404, 200, 404],
        ),
    ];
    for (what, published, draft) in table {
        for (is_published, statuses) in [(true, published), (false, draft)] {
            for (who, status) in [Guest, Reader, Author, CoAuthor].into_iter().zip(statuses) {
                let id = stage.story(is_published);
                let before = stage.author.reads(id);
                let answer = act(&stage.client(who), id, &what);
                let case = format!("{who:?} {} {} published: {is_published}", what.0, what.1);
                assert_eq!(answer.status, status, "{case}: {}", answer.text());
                if status >= 400 {
                    answer.refused(status);
                    let mut after = stage.author.reads(id);
                    after["views"] = before["views"].clone();
                    assert_eq!(after, before, "{case}: nothing changed");
                }
            }
        }
    }
}

#[test]
fn a_hidden_story_looks_like_none() {
    let stage = Stage::new();
    let draft = stage.story(false);
    for client in [stage.world.guest(), stage.reader.clone()] {
        for path in ["", "stats/", "comments/"] {
            let hidden = client.get(&format!("/api/stories/{draft}/{path}")).refused(404);
            let missing = client.get(&format!("/api/stories/1999999/{path}")).refused(404);
            assert_eq!(hidden, missing);
        }
    }
}

#[test]
fn drafts_are_in_nobody_elses_lists() {
    let stage = Stage::new();
    let draft = stage.story(false);
    let lists = [
        "/api/stories/?public=true".to_owned(),
        "/api/stories/?public=true&search=whale".to_owned(),
        format!("/api/stories/user/{}/", stage.author.id()),
    ];
    for who in [Guest, Reader, Author, CoAuthor] {
        for list in &lists {
            assert_eq!(stage.client(who).titles(list), [""; 0], "{who:?} {list}");
        }
    }
    // Who wrote it finds it among their own, once.
    for who in [Author, CoAuthor] {
        assert_eq!(
            stage.client(who).titles("/api/stories/"),
            ["the whale"],
            "{who:?}"
        );
    }
    assert_eq!(stage.reader.titles("/api/stories/"), [""; 0]);
    stage
        .author
        .post_nothing(&format!("/api/stories/{draft}/publish/"))
        .ok();
    assert_eq!(stage.reader.titles(&lists[2]), ["the whale"]);
    // A co-author's own page shows what they are the author of.
    assert_eq!(
        stage
            .reader
            .titles(&format!("/api/stories/user/{}/", stage.co_author.id())),
        [""; 0]
    );
}

#[test]
fn a_co_author_changes_everything_but_who_sees_it() {
    let stage = Stage::new();
    let ids = [stage.story(false), stage.story(true)];
    for (id, is_published) in ids.into_iter().zip([false, true]) {
        let change = with(
            story("the shark"),
            json!({"is_published": !is_published, "is_collaborative": false, "category": "animal", "author": 1,
                "views": 99, "id": 7, "summary": "It swims."}),
        );
        let changed = stage.co_author.changes(id, change.clone());
        for member in ["title", "content", "canvas_data", "category", "summary"] {
            assert_eq!(changed[member], change[member], "{member}");
        }
        assert_eq!(
            changed["is_published"],
            json!(is_published),
            "silently kept: autosave sends it every time"
        );
        assert_eq!(changed["is_collaborative"], json!(true));
        assert_eq!(changed["author"], json!(stage.author.id()));
        assert_eq!(changed["id"], json!(id));
    }
}

#[test]
fn nobody_makes_a_story_collaborative_by_saying_so() {
    let stage = Stage::new();
    let made = stage.author.makes(with(
        story("the kettle"),
        json!({"is_collaborative": true, "authors": [1]}),
    ));
    assert_eq!(
        stage.author.changes(made, json!({"is_collaborative": true}))["is_collaborative"],
        json!(false)
    );
    assert_eq!(
        stage
            .world
            .number("SELECT CAST(COUNT(*) AS BIGINT) FROM story_authors"),
        0
    );
}

#[test]
fn comments_belong_to_who_wrote_them_and_to_the_house_they_stand_in() {
    let stage = Stage::new();
    let id = stage.story(true);
    let other = stage.world.child("Olaf");
    let comment = || stage.reader.comments(id, "Lovely");
    let edit = |client: &Client, comment: i64| {
        client.put(&format!("/api/comments/{comment}/edit/"), json!({"text": "Nice"}))
    };
    let delete = |client: &Client, comment: i64| client.delete(&format!("/api/comments/{comment}/delete/"));
    let kept = comment();
    for (client, edited, deleted) in [
        (&stage.world.guest(), 401, 401),
        (&other, 403, 403),
        (&stage.co_author, 403, 403),
        (&stage.author, 403, 200),
        (&stage.reader, 200, 200),
    ] {
        let comment = comment();
        edit(client, comment).status(edited);
        delete(client, comment).status(deleted);
    }
    // Out of sight, but still one's own.
    stage
        .author
        .post_nothing(&format!("/api/stories/{id}/unpublish/"))
        .ok();
    assert_eq!(edit(&stage.reader, kept).ok()["comment"]["text"], json!("Nice"));
    delete(&stage.reader, kept).ok();
    edit(&stage.reader, kept).refused(404);
    delete(&stage.reader, kept).refused(404);
}
