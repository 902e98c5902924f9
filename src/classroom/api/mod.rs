//! The addresses of teachers and their classes, and of the families who are asked.

pub mod classes;
pub mod codes;
pub mod consent;
pub mod figures;
pub mod imports;
pub mod rosters;
pub mod students;

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use database::Conn;
use serde::Serialize;
use utoipa::ToSchema;

use crate::accounts::auth::Caller;
use crate::accounts::sessions::Account;
use crate::app::App;
use crate::classroom::store::classes::{self as stored, Class};
use crate::wire::Error;

/// The teacher who calls; 403 for everybody else.
#[derive(Clone, Debug)]
pub struct Teacher(pub Account);

impl FromRequestParts<Arc<App>> for Teacher {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Error> {
        let Caller(account) = Caller::from_request_parts(parts, app).await?;
        if is_teacher(&account) {
            Ok(Self(account))
        } else {
            Err(Error::forbidden("This is for teachers."))
        }
    }
}

fn is_teacher(account: &Account) -> bool {
    account.user_type == "teacher"
}

/// A class of the caller; 404 when it is another's, or none. One query.
fn own(conn: &mut Conn<'_>, caller: &Account, class_id: i64) -> Result<Class, Error> {
    if !is_teacher(caller) {
        return Err(Error::not_found());
    }
    stored::own(conn, caller.id, class_id)?.ok_or_else(Error::not_found)
}

/// One sentence.
#[derive(Serialize, ToSchema)]
pub struct ClassroomDone {
    success: bool,
    message: &'static str,
}

impl ClassroomDone {
    fn new(message: &'static str) -> Self {
        Self {
            success: true,
            message,
        }
    }
}

/// A class, as class lists name it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct NamedClass {
    id: i64,
    name: String,
}

impl From<Class> for NamedClass {
    fn from(class: Class) -> Self {
        Self {
            id: class.id,
            name: class.details.name,
        }
    }
}
