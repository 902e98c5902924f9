//! What an adult is to a child: the one question that everything here begins with.

use database::{Conn, Error};

use super::store::links;
use crate::accounts::sessions::Account;
use crate::accounts::store::people;
use crate::classroom::store::links as classes;

/// What an adult is to a child.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// Linked to it by its own consent, or because they made its account.
    Parent,
    /// It is their student.
    Teacher,
}

impl Relation {
    /// What an account can be to children; nothing for children, and for an adult who looks at the world as one.
    pub fn possible(adult: &Account) -> Option<Self> {
        if adult.acting.is_some() {
            return None;
        }
        Self::of(&adult.user_type)
    }

    /// What an account of this kind can be to children.
    pub fn of(user_type: &str) -> Option<Self> {
        match user_type {
            "parent" => Some(Self::Parent),
            "teacher" => Some(Self::Teacher),
            _ => None,
        }
    }
}

/// What the caller is to a child; nothing for everybody who is not linked to it by an active link. One query at most.
pub fn relation(conn: &mut Conn<'_>, caller: &Account, child: i64) -> Result<Option<Relation>, Error> {
    let Some(relation) = Relation::possible(caller) else {
        return Ok(None);
    };
    let is_linked = match relation {
        Relation::Parent => links::is_active(conn, caller.id, child)?,
        Relation::Teacher => classes::is_linked(conn, caller.id, child)?,
    };
    Ok(is_linked.then_some(relation))
}

/// Whether somebody may ask about the password of this address: about their own, and a child about those of the adults
/// who are linked to it. Three queries.
pub fn may_ask_about(conn: &mut Conn<'_>, caller: i64, address: &str) -> Result<bool, Error> {
    let owner = people::owner_of_address(conn, address)?.map_or(0, |owner| owner.id);
    let (by_family, by_class) = (
        links::is_active(conn, owner, caller)?,
        classes::is_linked(conn, owner, caller)?,
    );
    Ok(owner == caller || by_family || by_class)
}
