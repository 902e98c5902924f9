//! The addresses of families.

pub mod children;
pub mod code;
pub mod linking;
pub mod links;
pub mod password;
pub mod switching;
pub mod watching;

use database::Conn;
use serde::Serialize;
use utoipa::ToSchema;

use super::{Relation, relation};
use crate::accounts::sessions::Account;
use crate::accounts::store::managed;
use crate::wire::Error;

/// The largest request, in bytes.
const LARGEST: usize = 4 * 1024;

/// One sentence.
#[derive(Serialize, ToSchema)]
pub struct FamilyDone {
    success: bool,
    message: &'static str,
}

impl FamilyDone {
    fn new(message: &'static str) -> Self {
        Self {
            success: true,
            message,
        }
    }
}

/// As what an adult calls; 403 for children, and for adults who look at the world as one.
fn adult(caller: &Account) -> Result<Relation, Error> {
    caller.in_person()?;
    Relation::possible(caller).ok_or_else(|| Error::forbidden("Only parents and teachers can do this."))
}

/// As what the caller is linked to a child; 403 for everybody else, whether or not there is such a child.
fn related(conn: &mut Conn<'_>, caller: &Account, child: i64) -> Result<Relation, Error> {
    relation(conn, caller, child)?.ok_or_else(not_related)
}

fn not_related() -> Error {
    Error::forbidden("You are not linked to this child.")
}

/// 403 for everybody but children. An adult who looks at the world as one may answer for it if they look after its account:
/// there is no other way for a child who has no password. See [`answers_for_itself`].
fn child(caller: &Account) -> Result<(), Error> {
    if caller.user_type == "child" {
        Ok(())
    } else {
        Err(Error::forbidden("Only children can do this."))
    }
}

/// 403 for an adult who looks at the world as a child whose account they do not look after: it answers for itself.
fn answers_for_itself(conn: &mut Conn<'_>, caller: &Account) -> Result<(), Error> {
    match caller.acting {
        Some(adult) if managed::keeper(conn, caller.id)? != Some(adult) => caller.in_person(),
        _ => Ok(()),
    }
}
