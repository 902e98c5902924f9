//! The children whom an adult looks after: the list of them, new ones, other names, and parting.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use database::Conn;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{FamilyDone, LARGEST, adult};
use crate::accounts::auth::Caller;
use crate::accounts::children::{birthday, check_username, first_and_rest};
use crate::accounts::rules::LONGEST_NAME;
use crate::accounts::sessions::Account;
use crate::accounts::store::managed::{self, Names};
use crate::accounts::store::{people, sessions};
use crate::app::App;
use crate::classroom::rules::MOST_STUDENTS;
use crate::classroom::store::links as classes;
use crate::family::rules::{LONGEST_CLASS, MOST_CHILDREN};
use crate::family::shapes::ChildShape;
use crate::family::store::{children, links};
use crate::family::{Relation, keeping, limits, relation};
use crate::live::sign_outs::{self, SignOut};
use crate::moderation::{Masker, Words};
use crate::wire::{Body, Error, Fields, Id, Timestamp, respond};

/// The longest text of a user name that is looked at.
const LONGEST_USERNAME: usize = 150;

/// An adult's children.
#[derive(Serialize, ToSchema)]
pub struct ChildList {
    success: bool,
    children: Vec<ChildShape>,
}

/// The children whom the caller is linked to, or a teacher's students, in the order in which they came.
#[utoipa::path(get, path = "/api/parent/children/", tag = "families",
    responses((status = 200, body = ChildList), (status = 304, description = "Nothing changed.")))]
pub async fn list(
    State(app): State<Arc<App>>,
    Caller(caller): Caller,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let relation = adult(&caller)?;
    let found = app
        .read(move |conn| Ok(children::of(conn, caller.id, relation)?))
        .await?;
    let today = Timestamp(app.clock.now()).date();
    let list = ChildList {
        success: true,
        children: found
            .into_iter()
            .map(|child| ChildShape::on(child, &today))
            .collect(),
    };
    Ok(respond::polled(&headers, &list))
}

/// An account for a child.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "documents the request; the fields are read leniently")]
pub struct NewChild {
    /// Shown to others, 1 to 50 characters.
    name: String,
    /// 3 to 30 lower-case letters, digits and `_`.
    username: String,
    /// `YYYY-MM-DD`; 3 to 18 years ago.
    date_of_birth: Option<String>,
    /// For teachers: the class that it goes to, which is made when there is none of that name.
    class_name: Option<String>,
}

/// A child's account is made.
#[derive(Serialize, ToSchema)]
pub struct ChildCreated {
    success: bool,
    message: &'static str,
    child: ChildNames,
}

/// The names of a child.
#[derive(Serialize, ToSchema)]
pub struct ChildNames {
    id: i64,
    username: String,
    name: String,
}

/// Makes an account for a child and links the caller to it. It has no address and, until somebody sets one, no password.
///
/// A parent has 10 children at most, a teacher 1,000 students.
#[utoipa::path(post, path = "/api/parent/children/create/", tag = "families", request_body = NewChild,
    responses((status = 200, body = ChildCreated)))]
pub async fn create(
    State(app): State<Arc<App>>,
    Caller(caller): Caller,
    Body(body): Body<LARGEST>,
) -> Result<Response, Error> {
    let relation = adult(&caller)?;
    app.limit(&limits::NEW_CHILD, caller.id)?;
    let now = app.clock.now();
    let mut fields = Fields::new(body);
    let change = Change::read(&mut fields, &Timestamp(now).date());
    for (name, text) in [("name", &change.name), ("username", &change.username)] {
        if text.is_none() {
            fields.need(name);
        }
    }
    if let Some(Err(sentence)) = change.username.as_deref().map(check_username) {
        fields.refuse("username", sentence);
    }
    fields.finish()?;

    let change = change.masked(Words::current(&app).await.masker())?;
    let names = change.over(Names {
        username: String::new(),
        display_name: String::new(),
        first_name: String::new(),
        last_name: String::new(),
        date_of_birth: None,
    });
    let (new, class) = (names.clone(), change.class);
    let id = app
        .write(move |conn| {
            check_room(conn, caller.id, relation, now)?;
            let id = managed::insert(conn, caller.id, &new, now)?.ok_or_else(taken)?;
            match relation {
                Relation::Parent => links::activate(conn, caller.id, id, now)?,
                Relation::Teacher => {
                    let class = class.as_deref();
                    let class = class
                        .map(|name| class_of(conn, caller.id, name, now))
                        .transpose()?;
                    classes::link(conn, caller.id, id, class, now)?;
                }
            }
            Ok(id)
        })
        .await?;
    Ok(respond::ok(&ChildCreated {
        success: true,
        message: "The account is made.",
        child: ChildNames {
            id,
            username: names.username,
            name: names.display_name,
        },
    }))
}

/// 400 when an adult has as many children as one can have.
fn check_room(conn: &mut Conn<'_>, adult: i64, relation: Relation, now: i64) -> Result<(), Error> {
    let (count, most) = match relation {
        Relation::Parent => (links::count_open(conn, adult, now)?, MOST_CHILDREN),
        Relation::Teacher => (classes::count(conn, adult)?, MOST_STUDENTS),
    };
    if count < most {
        return Ok(());
    }
    Err(Error::bad_request(format!("You can have {most} children at most.")).code("too_many_children"))
}

fn class_of(conn: &mut Conn<'_>, teacher: i64, name: &str, now: i64) -> Result<i64, Error> {
    let class = classes::class_named(conn, teacher, name, now)?;
    class.ok_or_else(|| Error::field("class_name", "You have as many classes as one can have."))
}

fn taken() -> Error {
    Error::field("username", "This user name is taken.")
}

/// What is to be changed of a child; `None` stays.
#[derive(Clone, Debug, Default)]
struct Change {
    name: Option<String>,
    username: Option<String>,
    date_of_birth: Option<String>,
    class: Option<String>,
}

impl Change {
    /// Blank texts and nulls stay, too: the apps send them for what was left alone. What is wrong is noted.
    fn read(fields: &mut Fields, today: &str) -> Self {
        Self {
            name: text(fields, "name", LONGEST_NAME),
            username: text(fields, "username", LONGEST_USERNAME),
            date_of_birth: either(fields, ["date_of_birth", "dateOfBirth"], |fields, name| {
                birth(fields, name, today)
            }),
            class: either(fields, ["class_name", "className"], |fields, name| {
                text(fields, name, LONGEST_CLASS)
            }),
        }
    }

    /// With rude words masked; a user name with one is refused, because nothing would be left of it.
    fn masked(self, masker: &Masker) -> Result<Self, Error> {
        let is_rude = |text: &str| masker.mask(text) != text;
        if self.username.as_deref().is_some_and(is_rude) {
            return Err(Error::field("username", "Please choose another user name."));
        }
        let mask = |text: String| masker.mask(&text).into_owned();
        Ok(Self {
            name: self.name.map(mask),
            class: self.class.map(mask),
            ..self
        })
    }

    /// These names with what is changed of them.
    fn over(&self, before: Names) -> Names {
        let mut names = before;
        if let Some(name) = &self.name
            && *name != names.display_name
        {
            let (first, rest) = first_and_rest(name);
            first.clone_into(&mut names.first_name);
            rest.clone_into(&mut names.last_name);
            names.display_name.clone_from(name);
        }
        if let Some(username) = &self.username {
            names.username.clone_from(username);
        }
        if self.date_of_birth.is_some() {
            names.date_of_birth.clone_from(&self.date_of_birth);
        }
        names
    }
}

/// A text that is not blank; nothing for one that is, and for null.
fn text(fields: &mut Fields, name: &str, max: usize) -> Option<String> {
    fields
        .nullable_text(name, max)
        .flatten()
        .filter(|text| !text.is_empty())
}

/// The first of two spellings of a field that says something.
fn either<T>(
    fields: &mut Fields,
    names: [&str; 2],
    read: impl Fn(&mut Fields, &str) -> Option<T>,
) -> Option<T> {
    let [one, other] = names;
    let (one, other) = (read(fields, one), read(fields, other));
    one.or(other)
}

fn birth(fields: &mut Fields, name: &str, today: &str) -> Option<String> {
    let text = text(fields, name, 10)?;
    let date = birthday(&text, today);
    date.map_err(|sentence| fields.refuse(name, sentence)).ok()
}

/// What can be changed of a child; absent, blank and null fields stay.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "documents the request; the fields are read leniently")]
pub struct ChildChange {
    /// Shown to others, 1 to 50 characters.
    name: Option<String>,
    /// 3 to 30 lower-case letters, digits and `_`.
    username: Option<String>,
    /// `YYYY-MM-DD`; `dateOfBirth` is the same.
    date_of_birth: Option<String>,
    /// For teachers: the class that it goes to, which is made when there is none of that name; `className` is the same.
    class_name: Option<String>,
}

/// A child is changed.
#[derive(Serialize, ToSchema)]
pub struct ChildChanged {
    success: bool,
    message: &'static str,
    child: ChangedChild,
}

/// A child as it is now.
#[derive(Serialize, ToSchema)]
pub struct ChangedChild {
    id: i64,
    name: String,
    username: String,
    /// Null for an account that an adult made, and for teachers.
    email: Option<String>,
}

/// Gives a child other names. Only accounts that an adult made can be changed: by the parents who are linked to it, and
/// by a teacher who made it. A teacher may put any student of theirs into a class.
#[utoipa::path(method(put, patch), path = "/api/parent/children/{id}/update/", tag = "families",
    params(("id" = i64, Path)), request_body = ChildChange, responses((status = 200, body = ChildChanged)))]
pub async fn update(
    State(app): State<Arc<App>>,
    Caller(caller): Caller,
    Id(child): Id,
    Body(body): Body<LARGEST>,
) -> Result<Response, Error> {
    let kind = adult(&caller)?;
    app.limit(&limits::CHANGE, caller.id)?;
    let now = app.clock.now();
    let mut fields = Fields::new(body);
    let change = Change::read(&mut fields, &Timestamp(now).date());
    fields.finish()?;
    let change = change.masked(Words::current(&app).await.masker())?;
    let changed = app
        .write(move |conn| {
            let relation = relation(conn, &caller, child)?.ok_or_else(Error::not_found)?;
            rename(conn, &caller, relation, child, &change, now)?;
            if let (Relation::Teacher, Some(name)) = (relation, &change.class) {
                let class = class_of(conn, caller.id, name, now)?;
                classes::assign(conn, caller.id, child, class)?;
            }
            Ok(people::profile(conn, child)?)
        })
        .await?
        .ok_or_else(Error::not_found)?;
    Ok(respond::ok(&ChildChanged {
        success: true,
        message: "The changes are saved.",
        child: ChangedChild {
            id: changed.id,
            name: changed.display_name,
            username: changed.username,
            email: Some(changed.email).filter(|email| kind == Relation::Parent && !email.is_empty()),
        },
    }))
}

fn rename(
    conn: &mut Conn<'_>,
    caller: &Account,
    relation: Relation,
    child: i64,
    change: &Change,
    now: i64,
) -> Result<(), Error> {
    let before = managed::names(conn, child)?.ok_or_else(Error::not_found)?;
    let names = change.over(before.clone());
    if names == before {
        return Ok(());
    }
    let keeper = managed::keeper(conn, child)?;
    let may_rename = match relation {
        Relation::Parent => keeper.is_some(),
        Relation::Teacher => keeper == Some(caller.id),
    };
    if !may_rename {
        return Err(Error::forbidden("This child looks after its account itself.").code("not_managed"));
    }
    // One that the child chose by itself may be of another kind, and is sent back with every change.
    if names.username != before.username {
        check_username(&names.username).map_err(|sentence| Error::field("username", sentence))?;
    }
    if people::is_username_taken(conn, &names.username, child)? {
        return Err(taken());
    }
    match managed::rename(conn, child, &names, now) {
        // Somebody else has taken it at the same moment.
        Err(database::Error::Unique(_)) => Err(taken()),
        renamed => Ok(renamed?),
    }
}

/// What came of parting from a child.
struct Parted {
    /// Sessions in which the adult looked at the world as the child.
    views: Vec<String>,
    /// Nobody looks after the child any more.
    is_archived: bool,
}

/// Ends the caller's link to a child. An account that the caller made goes to another parent who is linked to it; where
/// there is none it is archived. A teacher parts from a student, and nothing else happens.
#[utoipa::path(delete, path = "/api/parent/children/{id}/remove/", tag = "families", params(("id" = i64, Path)),
    responses((status = 200, body = FamilyDone)))]
pub async fn remove(
    State(app): State<Arc<App>>,
    Caller(caller): Caller,
    Id(child): Id,
) -> Result<Response, Error> {
    let relation = adult(&caller)?;
    app.limit(&limits::CHANGE, caller.id)?;
    let own = Arc::clone(&app);
    let part = async move {
        let now = own.clock.now();
        let parted = own
            .write(move |conn| part(conn, &caller, relation, child, now))
            .await?;
        for session in parted.views {
            sign_outs::announce(&own, &SignOut::Session { session });
        }
        if parted.is_archived {
            sign_outs::announce(&own, &SignOut::everywhere(child));
        }
        Ok::<_, Error>(())
    };
    app.tasks.finish("parting from a child", part).await?;
    Ok(respond::ok(&FamilyDone::new(
        "You are no longer linked to this child.",
    )))
}

fn part(
    conn: &mut Conn<'_>,
    caller: &Account,
    relation: Relation,
    child: i64,
    now: i64,
) -> Result<Parted, Error> {
    let was_linked = match relation {
        Relation::Parent => links::end(conn, caller.id, child, now)?,
        Relation::Teacher => classes::unlink(conn, caller.id, child)?,
    };
    if !was_linked {
        return Err(Error::not_found());
    }
    let mut parted = Parted {
        views: Vec::new(),
        is_archived: false,
    };
    if relation == Relation::Teacher {
        return Ok(parted);
    }
    parted.views = sessions::close_views(conn, caller.id, child)?;
    if managed::keeper(conn, child)? == Some(caller.id) {
        let reason = format!("Removed by {}.", caller.username);
        parted.is_archived =
            !keeping::pass_on(conn, child, (caller.id, relation), Some(caller.id), &reason, now)?;
    }
    Ok(parted)
}
