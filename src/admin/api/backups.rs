//! Backups by hand, from the dashboard.

use std::sync::Arc;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use database::Conn;
use serde::Serialize;
use utoipa::ToSchema;

use super::super::acting::{self, Act, Deed};
use super::super::limits;
use super::super::shapes::AdminDone;
use crate::accounts::auth::AnyScheme;
use crate::app::App;
use crate::backup::{Failure, Stored};
use crate::wire::{Error, Timestamp, respond};

/// A backup in the folder.
#[derive(Serialize, ToSchema)]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub struct BackupShape {
    pub filename: String,
    /// Bytes.
    pub size: u64,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
}

/// The backups in the folder.
#[derive(Serialize, ToSchema)]
pub struct BackupList {
    success: bool,
    backups: Vec<BackupShape>,
}

/// The backups in the server's own folder, the newest first. Takes an administrator's token under either scheme.
#[utoipa::path(get, path = "/api/admin/backups/", tag = "admin",
    responses((status = 200, body = BackupList), (status = 304, description = "Nothing changed.")))]
pub async fn list(
    State(app): State<Arc<App>>,
    AnyScheme(_admin): AnyScheme,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let stored = app.backups.in_folder().map_err(|failure| failed(&failure))?;
    let backups = stored.into_iter().rev().map(|(stored, size)| BackupShape {
        filename: stored.name,
        size,
        created_at: Timestamp(stored.at),
    });
    let list = BackupList {
        success: true,
        backups: backups.collect(),
    };
    Ok(respond::polled(&headers, &list))
}

/// A backup that was made.
#[derive(Serialize, ToSchema)]
pub struct BackupMade {
    success: bool,
    message: &'static str,
    backup: BackupName,
}

/// Its name.
#[derive(Serialize, ToSchema)]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub struct BackupName {
    pub filename: String,
}

/// Makes a backup now, beside the running server, and ships it where there is a bucket. For superusers. It goes on when
/// the client does not wait for it.
#[utoipa::path(post, path = "/api/admin/backups/create/", tag = "admin", responses((status = 200, body = BackupMade)))]
pub async fn create(State(app): State<Arc<App>>, AnyScheme(admin): AnyScheme) -> Result<Response, Error> {
    app.limit(&limits::BACKUP, admin.account.id)?;
    let work = |conn: &mut Conn<'_>, act: &Act<'_>| {
        act.must_be_superuser()?;
        act.note(conn, "asked for")
    };
    let deed = Deed::of("create", "backup");
    let own = Arc::clone(&app);
    let make = async move {
        acting::perform(&own, admin, deed, work, acting::nobody_is_told).await?;
        own.backups
            .make_now(&own)
            .await
            .map_err(|failure| failed(&failure))
    };
    let stored = app.tasks.finish("backup by hand", make).await?;
    Ok(respond::ok(&BackupMade {
        success: true,
        message: "The backup is made.",
        backup: BackupName {
            filename: stored.name,
        },
    }))
}

/// Deletes a backup in the server's own folder; one in a bucket stays. For superusers.
#[utoipa::path(delete, path = "/api/admin/backups/{filename}/delete/", tag = "admin",
    params(("filename" = String, Path, description = "as the list has it")), responses((status = 200, body = AdminDone)))]
pub async fn delete(
    State(app): State<Arc<App>>,
    AnyScheme(admin): AnyScheme,
    filename: Result<Path<String>, PathRejection>,
) -> Result<Response, Error> {
    let Path(filename) = filename.map_err(|_| Error::not_found())?;
    // Only what is spelled as backups are, which no path to elsewhere is.
    let stored = Stored::parse(&filename).ok_or_else(Error::not_found)?;
    let name = stored.name.clone();
    let work = move |conn: &mut Conn<'_>, act: &Act<'_>| {
        act.must_be_superuser()?;
        act.note(conn, &name)
    };
    let is_there = app
        .backups
        .in_folder()
        .map_err(|failure| failed(&failure))?
        .iter()
        .any(|(there, _)| *there == stored);
    if !is_there && admin.account.is_superuser {
        return Err(Error::not_found());
    }
    let deed = Deed::of("delete", "backup");
    let own = Arc::clone(&app);
    let delete = async move {
        acting::perform(&own, admin, deed, work, acting::nobody_is_told).await?;
        own.backups.delete(&stored).map_err(|failure| failed(&failure))
    };
    app.tasks.finish("deletion of a backup", delete).await?;
    Ok(respond::ok(&AdminDone::new("The backup is deleted.")))
}

/// A failure as the dashboard is told it: paths and what a library says stay in the log.
fn failed(failure: &Failure) -> Error {
    match failure {
        Failure::UnderWay => Error::conflict("Another backup is being made."),
        Failure::Nothing => Error::conflict("The database is empty: there is nothing to back up."),
        Failure::NoFolder => {
            Error::bad_request("This server has no folder for backups: BACKUP_DIR is not set.")
        }
        Failure::Busy | Failure::Stopped => Error::unavailable(10),
        Failure::Room { .. } => Error::conflict("The disk has not enough room for a backup."),
        other => Error::internal(other),
    }
}
