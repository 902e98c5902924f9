//! Class lists: accounts with passwords for a whole class, and sheets to print.
//!
//! A password is shown once, in the answer that makes it, and kept as its hash alone.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use database::Conn;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::students::has_room;
use super::{NamedClass, own};
use crate::accounts::auth::Caller;
use crate::accounts::codes::dice;
use crate::accounts::password;
use crate::accounts::rules::LONGEST_NAME;
use crate::accounts::sessions::Account;
use crate::accounts::signing_in;
use crate::accounts::store::rosters::{self as accounts, KeptChild};
use crate::accounts::store::{people, sessions};
use crate::app::{App, ClientAddress};
use crate::classroom::listing::Listing;
use crate::classroom::rules::MOST_TOGETHER;
use crate::classroom::rules::passwords::password;
use crate::classroom::rules::rosters::{Row, Step, plan};
use crate::classroom::store::rosters::{self, Listed};
use crate::classroom::{csv_list, limits};
use crate::live::sign_outs::{self, SignOut};
use crate::moderation::{Masker, Words};
use crate::web::class_sheet::{self, Slip};
use crate::wire::origin::Origin;
use crate::wire::turns::Turn;
use crate::wire::{Body, Error, Fields, Id, Query, respond};

/// The largest request, in bytes.
const LARGEST: usize = 16 * 1024;
/// Comma-separated values, as a file.
const CSV: &str = "text/csv; charset=utf-8";
/// A page.
const HTML: &str = "text/html; charset=utf-8";

/// The children of a class.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "documents the request; the fields are read leniently")]
pub struct RosterForm {
    /// 1 to 40 names of 1 to 50 characters.
    #[schema(max_items = 40)]
    names: Vec<String>,
}

/// Children with the passwords that they were given.
#[derive(Serialize, ToSchema)]
pub struct Roster {
    success: bool,
    message: &'static str,
    class: NamedClass,
    students: Vec<RosterAccount>,
}

/// A child with a new password.
#[derive(Serialize, ToSchema)] // not Debug: no log can hold a password by mistake
pub struct RosterAccount {
    id: i64,
    name: String,
    /// To sign in with, in the place of an e-mail address.
    username: String,
    /// Shown here and never again.
    password: String,
}

/// Makes accounts for children who have no e-mail address, and puts them into one of one's classes: user names and passwords
/// are made, and shown in this answer alone. One looks after these accounts.
///
/// Up to 40 at once. Each password is hashed by itself on the lane that signing in uses, so that nobody else waits for longer
/// than one of them: 40 take two seconds on a whole core and half a minute on a tenth. All are made, or none.
/// With `?as=sheet`, or where `Accept` names `text/html`, the answer is a page to print and to cut apart.
#[utoipa::path(post, path = "/api/teacher/classes/{id}/roster/", tag = "classes",
    params(("id" = i64, Path), ("as" = Option<String>, Query, description = "`sheet` for a page")),
    request_body = RosterForm, responses((status = 201, body = Roster)))]
pub async fn make(
    State(app): State<Arc<App>>,
    Caller(caller): Caller,
    Id(class_id): Id,
    (query, origin, headers): (Query, Origin, HeaderMap),
    Body(body): Body<LARGEST>,
) -> Result<Response, Error> {
    let names = names(Fields::new(body))?;
    let looker = caller.clone();
    let count = names.len();
    app.read(move |conn| {
        own(conn, &looker, class_id)?;
        has_room(conn, looker.id, count)
    })
    .await?;
    let _turn = turn(&app, caller.id)?;
    let words = Words::current(&app).await;
    let rows = (1..).zip(&names).map(|(number, name)| {
        let name = words.masker().mask(name).into_owned();
        Row::named(number, name)
    });
    let rows: Vec<Row> = rows.collect();
    let passwords = Passwords::make(&app, caller.id, rows.len()).await?;
    let (hashes, seed, now) = (passwords.hashes, dice(), app.clock.now());
    let (class, made) = app
        .write(move |conn| {
            let class = own(conn, &caller, class_id)?;
            has_room(conn, caller.id, rows.len())?;
            Ok((
                class,
                settle(
                    conn,
                    (caller.id, class_id),
                    (&rows, seed, words.masker()),
                    &hashes,
                    now,
                )?,
            ))
        })
        .await?;
    let roster = Roster {
        success: true,
        message: "Please print or write down the passwords now: they are not shown again.",
        class: class.into(),
        students: made
            .into_iter()
            .zip(passwords.plain)
            .map(|((id, name, username), password)| RosterAccount {
                id,
                name,
                username,
                password,
            })
            .collect(),
    };
    Ok(roster.answer(StatusCode::CREATED, wants_sheet(&query, &headers), &origin))
}

fn names(mut fields: Fields) -> Result<Vec<String>, Error> {
    let refuse = |sentence: String| Err(Error::field("names", sentence));
    let Some(Value::Array(list)) = fields.raw("names") else {
        return refuse("A list of names is needed.".to_owned());
    };
    if list.is_empty() || list.len() > MOST_TOGETHER {
        return refuse(format!("Please send 1 to {MOST_TOGETHER} names at once."));
    }
    let mut names = Vec::with_capacity(list.len());
    for (number, name) in (1..).zip(list) {
        let name = name.as_str().unwrap_or_default().trim();
        let is_fitting = !name.is_empty() && name.chars().count() <= LONGEST_NAME && !name.contains('\0');
        if !is_fitting {
            return refuse(format!(
                "Name {number}: it needs 1 to {LONGEST_NAME} characters, and no null characters."
            ));
        }
        names.push(name.to_owned());
    }
    Ok(names)
}

/// A set of passwords: a teacher makes one at a time, for the lane is everybody's.
fn turn(app: &App, teacher: i64) -> Result<Turn, Error> {
    let turn = app.rosters.begin(teacher);
    let turn = turn.ok_or_else(|| Error::unavailable(10))?;
    app.limit(&limits::PASSWORDS, teacher)?;
    Ok(turn)
}

/// New passwords, in the order of whom they are for.
struct Passwords {
    plain: Vec<String>,
    hashes: Vec<String>,
}

impl Passwords {
    /// Makes so many for a teacher. Each takes its place behind whoever signs in; when too many do, none are made.
    async fn make(app: &App, teacher: i64, count: usize) -> Result<Self, Error> {
        let made = Self::hash(app, count).await;
        if made.is_err() {
            // Whoever is told to come again must be able to.
            app.limits.give_back(&limits::PASSWORDS, teacher);
        }
        made
    }

    async fn hash(app: &App, count: usize) -> Result<Self, Error> {
        let plain: Vec<String> = (0..count).map(|_| password(dice())).collect();
        let mut hashes = Vec::with_capacity(count);
        for password in &plain {
            let password = password.clone();
            let hash = app
                .hashing
                .run(move |workspace| password::hash(workspace, &password));
            hashes.push(hash.await?);
        }
        Ok(Self { plain, hashes })
    }
}

/// Makes accounts for these rows, none of which names a user name; id, name and user name of each. Three queries.
fn settle(
    conn: &mut Conn<'_>,
    (teacher_id, class_id): (i64, i64),
    (rows, seed, masker): (&[Row], u64, &Masker),
    hashes: &[String],
    now: i64,
) -> Result<Vec<(i64, String, String)>, Error> {
    let wished = rows.iter().flat_map(|row| row.usernames(seed, masker));
    let wished: Vec<String> = wished.collect();
    let known = rosters::known(conn, teacher_id, &wished)?;
    // All user names that were thrown are taken: the next throw will find others.
    let steps = plan(rows, (seed, masker), &known).map_err(|_| Error::unavailable(1))?;
    let children: Vec<KeptChild> = rows
        .iter()
        .zip(&steps)
        .zip(hashes)
        .map(|((row, step), hash)| KeptChild {
            username: step.username().to_owned(),
            password_hash: hash.clone(),
            display_name: row.name.clone(),
            date_of_birth: row.date_of_birth.clone(),
        })
        .collect();
    let ids = accounts::insert(conn, teacher_id, &children, now)?;
    let id = |step: &Step| {
        let id = ids.get(step.username()).copied();
        id.ok_or(database::Error::Missing)
    };
    let made = rows
        .iter()
        .zip(&steps)
        .map(|(row, step)| Ok((id(step)?, row.name.clone(), step.username().to_owned())));
    let made = made.collect::<Result<Vec<_>, Error>>()?;
    let students: Vec<(i64, Option<&str>)> = made.iter().map(|(id, ..)| (*id, None)).collect();
    rosters::put(conn, teacher_id, class_id, &students, now)?;
    Ok(made)
}

impl Roster {
    /// As JSON, or as a page to print.
    fn answer(self, status: StatusCode, as_sheet: bool, origin: &Origin) -> Response {
        if !as_sheet {
            return respond::json(status, &self);
        }
        let (head, tail) = class_sheet::around(&self.class.name, origin, true);
        let slips = self.students.iter().map(|student| {
            class_sheet::slip(&Slip {
                name: &student.name,
                username: &student.username,
                password: Some(&student.password),
            })
        });
        let page = std::iter::once(head)
            .chain(slips)
            .chain([tail])
            .collect::<String>();
        let mut response = Response::new(page.into());
        *response.status_mut() = status;
        class_sheet::as_page(response)
    }
}

/// Whether a page is asked for.
fn wants_sheet(query: &Query, headers: &HeaderMap) -> bool {
    let accepts_page = || {
        let accept = headers.get(header::ACCEPT);
        accept.is_some_and(|value| value.to_str().unwrap_or_default().contains("text/html"))
    };
    query.get("as").as_deref() == Some("sheet") || accepts_page()
}

/// Whom to give new passwords.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "documents the request; the fields are read leniently")]
pub struct PasswordsForm {
    /// 1 to 40 students of the class whose accounts one looks after.
    #[schema(max_items = 40)]
    student_ids: Vec<i64>,
}

/// Gives students of a class new passwords, because they have none yet, or have forgotten it. Their sign-ins end. For
/// accounts that one looks after; with any other among them it is 404, and nothing changes.
///
/// Up to 40 at once, as where accounts are made; the answer is the same, too.
#[utoipa::path(post, path = "/api/teacher/classes/{id}/roster/passwords/", tag = "classes",
    params(("id" = i64, Path), ("as" = Option<String>, Query, description = "`sheet` for a page")),
    request_body = PasswordsForm, responses((status = 200, body = Roster)))]
pub async fn renew(
    State(app): State<Arc<App>>,
    Caller(caller): Caller,
    Id(class_id): Id,
    ClientAddress(network): ClientAddress,
    (query, origin, headers): (Query, Origin, HeaderMap),
    Body(body): Body<LARGEST>,
) -> Result<Response, Error> {
    let ids = student_ids(Fields::new(body))?;
    let (looker, wanted) = (caller.clone(), ids.clone());
    app.read(move |conn| kept(conn, &looker, class_id, &wanted))
        .await?;
    let _turn = turn(&app, caller.id)?;
    let passwords = Passwords::make(&app, caller.id, ids.len()).await?;
    let (hashes, own_app) = (passwords.hashes, Arc::clone(&app));
    let renew = async move {
        let now = own_app.clock.now();
        let write = own_app.write(move |conn| {
            let (class, students) = kept(conn, &caller, class_id, &ids)?;
            for (student, hash) in students.iter().zip(&hashes) {
                people::set_password(conn, student.id, hash, now)?;
                sessions::close_all(conn, student.id, None)?;
            }
            Ok((class, students))
        });
        let (class, students) = write.await?;
        for student in &students {
            sign_outs::announce(&own_app, &SignOut::everywhere(student.id));
        }
        Ok::<_, Error>((class, students))
    };
    let (class, students) = app.tasks.finish("class passwords", renew).await?;
    for student in &students {
        signing_in::forgive(&app, &network, &student.username);
    }
    let roster = Roster {
        success: true,
        message: "Please print or write down the passwords now: they are not shown again.",
        class,
        students: students
            .into_iter()
            .zip(passwords.plain)
            .map(|(student, password)| RosterAccount {
                id: student.id,
                name: student.display_name,
                username: student.username,
                password,
            })
            .collect(),
    };
    Ok(roster.answer(StatusCode::OK, wants_sheet(&query, &headers), &origin))
}

fn student_ids(mut fields: Fields) -> Result<Vec<i64>, Error> {
    let ids = match fields.raw("student_ids") {
        Some(Value::Array(list)) => list.iter().map(Value::as_i64).collect::<Option<Vec<i64>>>(),
        _ => None,
    };
    let Some(mut ids) = ids else {
        return Err(Error::field("student_ids", "A list of whole numbers is needed."));
    };
    ids.sort_unstable();
    ids.dedup();
    if ids.is_empty() || ids.len() > MOST_TOGETHER {
        let sentence = format!("Please send 1 to {MOST_TOGETHER} students at once.");
        return Err(Error::field("student_ids", sentence));
    }
    Ok(ids)
}

/// These students of a class, all of them with accounts that the teacher looks after, in the order of their ids: 404
/// otherwise. Two queries.
fn kept(
    conn: &mut Conn<'_>,
    teacher: &Account,
    class_id: i64,
    ids: &[i64],
) -> Result<(NamedClass, Vec<Listed>), Error> {
    let class = own(conn, teacher, class_id)?;
    let mut students = rosters::of_class(conn, teacher.id, class_id)?;
    students.retain(|student| student.is_kept && ids.contains(&student.id));
    students.sort_by_key(|student| student.id);
    if students.len() == ids.len() {
        Ok((class.into(), students))
    } else {
        Err(Error::not_found())
    }
}

/// The user names of a class as a page to print and to cut apart, without passwords.
#[utoipa::path(get, path = "/api/teacher/classes/{id}/roster/sheet/", tag = "classes", params(("id" = i64, Path)),
    responses((status = 200, description = "A page.", content_type = "text/html", body = String)))]
pub async fn sheet(
    State(app): State<Arc<App>>,
    Caller(caller): Caller,
    Id(class_id): Id,
    origin: Origin,
) -> Result<Response, Error> {
    let reader = caller.id;
    let (class, rows) = listed(&app, caller, class_id).await?;
    let (head, tail) = class_sheet::around(&class.name, &origin, false);
    let list = Listing {
        content_type: HTML,
        head,
        rows,
        write: write_slip,
        tail,
    };
    Ok(class_sheet::as_page(list.response(&app, reader).await?))
}

fn write_slip(student: &Listed, _is_first: bool, out: &mut Vec<u8>) {
    let slip = Slip {
        name: &student.display_name,
        username: &student.username,
        password: None,
    };
    out.extend_from_slice(class_sheet::slip(&slip).as_bytes());
}

/// A class as comma-separated values: name, user name, birthday (of accounts that one looks after), notes. Cells that a
/// spreadsheet would take for formulas begin with an apostrophe; an import takes it away again.
#[utoipa::path(get, path = "/api/teacher/classes/{id}/roster/export/", tag = "classes", params(("id" = i64, Path)),
    responses((status = 200, description = "A file.", content_type = "text/csv", body = String)))]
pub async fn export(
    State(app): State<Arc<App>>,
    Caller(caller): Caller,
    Id(class_id): Id,
) -> Result<Response, Error> {
    let reader = caller.id;
    let (_, rows) = listed(&app, caller, class_id).await?;
    let list = Listing {
        content_type: CSV,
        head: csv_list::head(),
        rows,
        write: csv_list::write_row,
        tail: String::new(),
    };
    let mut response = list.response(&app, reader).await?;
    let name = format!("attachment; filename=\"class-{class_id}.csv\"");
    if let Ok(name) = name.parse() {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, name);
    }
    Ok(response)
}

async fn listed(app: &App, caller: Account, class_id: i64) -> Result<(NamedClass, Vec<Listed>), Error> {
    app.read(move |conn| {
        let class = own(conn, &caller, class_id)?;
        let rows = rosters::of_class(conn, caller.id, class_id)?;
        Ok((NamedClass::from(class), rows))
    })
    .await
}
