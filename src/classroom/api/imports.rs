//! A class list that comes in as a file: all of it, or nothing.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use database::Conn;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::own;
use super::students::fit;
use crate::accounts::auth::Caller;
use crate::accounts::sessions::Account;
use crate::accounts::store::rosters::{self as accounts, Correction, KeptChild, NO_PASSWORD};
use crate::app::App;
use crate::classroom::csv_list::{self, ClassList};
use crate::classroom::limits;
use crate::classroom::listing::Listing;
use crate::classroom::rules::rosters::{Fault, Row, Step, plan};
use crate::classroom::store::{links, rosters};
use crate::moderation::{Snapshot, Words};
use crate::wire::{CsvFile, Error, FieldErrors, Id, Query};

/// The largest file, in bytes.
const LARGEST: usize = 256 * 1024;
/// What a row may take of a write, besides the file itself: small writes go before large ones.
const ROW_BYTES: usize = 512;
/// What is said of a bad row at most; whoever mends that is told the rest with the next try.
const MOST_SENTENCES: usize = 3;

/// What an import did, or would do.
#[derive(ToSchema)]
#[expect(dead_code, reason = "documents what the list writes")]
pub struct RosterImport {
    success: bool,
    /// Nothing was done, only looked at.
    dry_run: bool,
    rows: i64,
    created: i64,
    updated: i64,
    students: Vec<ImportedStudent>,
}

/// What an import did, or would do, with a row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ImportedStudent {
    /// From 1, without the headings.
    row: usize,
    name: String,
    username: String,
    /// `create` or `update`.
    action: &'static str,
}

/// Takes a class list, a file of comma-separated values: `name`, and if you like `username`, `date_of_birth` and `notes`,
/// named in its first line. At most 256 KiB, 1,000 rows.
///
/// All rows are taken or none. When any is bad, `details` says of each bad one (`row 17`) what is wrong with it, and `rows`
/// has their numbers and lines. A row with the user name of one's own student puts that student into the class, and, of an
/// account that one looks after, corrects name and birthday; with a free user name, or with none, an account is made. It has
/// no password until `roster/passwords/` gives it one: hashing a thousand would take minutes.
/// `?dry_run=true` looks at everything, answers the same and changes nothing.
#[utoipa::path(post, path = "/api/teacher/classes/{id}/roster/import/", tag = "classes",
    params(("id" = i64, Path), ("dry_run" = Option<bool>, Query, description = "`true` to look only")),
    request_body(content = String, content_type = "text/csv"), responses((status = 200, body = RosterImport)))]
pub async fn import(
    State(app): State<Arc<App>>,
    Caller(caller): Caller,
    Id(class_id): Id,
    query: Query,
    CsvFile(file): CsvFile<LARGEST>,
) -> Result<Response, Error> {
    app.limit(&limits::IMPORT, caller.id)?;
    let now = app.clock.now();
    let ClassList { mut rows, faults } = csv_list::read(&file, now)?;
    let words = Words::current(&app).await;
    for row in &mut rows {
        row.name = words.masker().mask(&row.name).into_owned();
        let username = row.username.as_deref().unwrap_or_default();
        row.is_username_rude = words.masker().mask(username) != username;
    }
    let bytes = file.len() + rows.len() * ROW_BYTES;
    drop(file);
    let is_dry = query
        .get("dry_run")
        .is_some_and(|value| matches!(value.to_ascii_lowercase().as_str(), "true" | "1" | "yes"));
    let reader = caller.id;
    let list = Arc::new(Arrivals {
        teacher: caller,
        class_id,
        rows,
        faults,
        words,
        now,
    });
    let arrivals = Arc::clone(&list);
    let steps = if is_dry {
        app.read(move |conn| arrivals.plan(conn)).await?
    } else {
        app.write_sized(bytes, move |conn| arrivals.settle(conn)).await?
    };
    answer(&app, reader, is_dry, &list.rows, steps).await
}

async fn answer(
    app: &App,
    reader: i64,
    is_dry: bool,
    rows: &[Row],
    steps: Vec<Step>,
) -> Result<Response, Error> {
    let students: Vec<ImportedStudent> = rows
        .iter()
        .zip(&steps)
        .map(|(row, step)| ImportedStudent {
            row: row.number,
            name: row.name.clone(),
            username: step.username().to_owned(),
            action: step.action(),
        })
        .collect();
    let created = steps
        .iter()
        .filter(|step| matches!(step, Step::Create(_)))
        .count();
    let head = json!({
        "success": true,
        "dry_run": is_dry,
        "rows": steps.len(),
        "created": created,
        "updated": steps.len() - created,
    });
    let mut head = head.to_string();
    // The object is open again.
    head.pop();
    let list = Listing::json(head + ",\"students\":[", students, "]}");
    list.response(app, reader).await
}

/// A class list that was read.
struct Arrivals {
    teacher: Account,
    class_id: i64,
    /// The rows that can be taken as they stand.
    rows: Vec<Row>,
    /// The others.
    faults: Vec<Fault>,
    words: Arc<Snapshot>,
    now: i64,
}

impl Arrivals {
    /// What becomes of each row; 400 that names every bad one. Three queries.
    fn plan(&self, conn: &mut Conn<'_>) -> Result<Vec<Step>, Error> {
        own(conn, &self.teacher, self.class_id)?;
        let (count, newest) = links::tally(conn, self.teacher.id)?;
        // The same until somebody comes, so that the import does what the look before it said.
        let seed = newest.unsigned_abs();
        let masker = self.words.masker();
        let wished = self.rows.iter().flat_map(|row| row.usernames(seed, masker));
        let wished: Vec<String> = wished.collect();
        let known = rosters::known(conn, self.teacher.id, &wished)?;
        let planned = plan(&self.rows, (seed, masker), &known);
        let mut faults = self.faults.clone();
        let steps = planned.unwrap_or_else(|more| {
            faults.extend(more);
            Vec::new()
        });
        if !faults.is_empty() {
            return Err(bad_rows(faults, self.rows.len() + self.faults.len()));
        }
        let more = steps.iter().filter(|step| step.is_one_more()).count();
        fit(count, more)?;
        Ok(steps)
    }

    /// The same, and it is done. Six queries at most.
    fn settle(&self, conn: &mut Conn<'_>) -> Result<Vec<Step>, Error> {
        let steps = self.plan(conn)?;
        let (mut children, mut corrections) = (Vec::new(), Vec::new());
        for (row, step) in self.rows.iter().zip(&steps) {
            match step {
                Step::Create(username) => children.push(KeptChild {
                    username: username.clone(),
                    password_hash: NO_PASSWORD.to_owned(),
                    display_name: row.name.clone(),
                    date_of_birth: row.date_of_birth.clone(),
                }),
                Step::Update(_, known) if known.is_kept => corrections.push(Correction {
                    id: known.id,
                    display_name: row.name.clone(),
                    date_of_birth: row.date_of_birth.clone(),
                }),
                Step::Update(..) => {}
            }
        }
        let teacher = self.teacher.id;
        if !corrections.is_empty() {
            accounts::correct(conn, teacher, &corrections, self.now)?;
        }
        let made = if children.is_empty() {
            std::collections::HashMap::new()
        } else {
            accounts::insert(conn, teacher, &children, self.now)?
        };
        let students = self.rows.iter().zip(&steps).map(|(row, step)| {
            let id = match step {
                Step::Create(username) => made.get(username).copied(),
                Step::Update(_, known) => Some(known.id),
            };
            Ok((id.ok_or(database::Error::Missing)?, row.notes.as_deref()))
        });
        let students = students.collect::<Result<Vec<_>, Error>>()?;
        rosters::put(conn, teacher, self.class_id, &students, self.now)?;
        Ok(steps)
    }
}

/// Names each bad row, with its number and the first things that are wrong with it. Of a thousand that is less than a quarter of
/// a megabyte, whatever stands in them.
fn bad_rows(mut faults: Vec<Fault>, count: usize) -> Error {
    faults.sort_by_key(|fault| fault.number);
    let mut errors = FieldErrors::default();
    let plural = if faults.len() == 1 { "row" } else { "rows" };
    errors.add(
        "file",
        format!(
            "{} {plural} of {count} cannot be taken. Nothing was changed.",
            faults.len()
        ),
    );
    let mut rows = Vec::with_capacity(faults.len());
    for fault in faults {
        for sentence in fault.sentences.iter().take(MOST_SENTENCES) {
            errors.add(&format!("row {}", fault.number), sentence.as_str());
        }
        rows.push(json!({"row": fault.number, "line": fault.line}));
    }
    Error::fields(errors)
        .code("bad_rows")
        .flag("rows", Value::Array(rows))
}
