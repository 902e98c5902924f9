//! Everybody there is to a child, and what becomes of a call for each of them.

use serde_json::Value;

/// Who calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// Somebody without a token.
    Guest,
    /// Somebody whose token is none.
    Stale,
    /// The child that everything is about: Mira, who signed up by herself.
    Owner,
    /// A child that has nothing to do with her: Ben.
    OtherChild,
    /// A child whose account Mira's parent made: Leo.
    Managed,
    /// The parent of Mira and Leo: Paula.
    Parent,
    /// Paula, who looks at the world as Mira.
    View,
    /// Ben's parent: Olga.
    OtherParent,
    /// The teacher of Mira: Tina.
    Teacher,
    /// Ben's teacher: Tom.
    OtherTeacher,
    /// Somebody who is suspended, with a token from before.
    Suspended,
    /// Somebody whose account is archived, with a token from before.
    Archived,
    /// An administrator, with the token that everybody has.
    Admin,
    /// An administrator of the lesser kind, with an administrator's token.
    Staff,
    /// A superuser, with an administrator's token.
    Superuser,
}

pub use Who::{
    Admin, Archived, Guest, Managed, OtherChild, OtherParent, OtherTeacher, Owner, Parent, Staff, Stale,
    Superuser, Suspended, Teacher, View,
};

/// All of them, in the order of the enumeration.
pub const ALL: [Who; 15] = [
    Guest,
    Stale,
    Owner,
    OtherChild,
    Managed,
    Parent,
    View,
    OtherParent,
    Teacher,
    OtherTeacher,
    Suspended,
    Archived,
    Admin,
    Staff,
    Superuser,
];

/// Those whose token opens what is for people with an account.
pub const PEOPLE: [Who; 9] = [
    Owner,
    OtherChild,
    Managed,
    Parent,
    View,
    OtherParent,
    Teacher,
    OtherTeacher,
    Admin,
];

/// Those who come as a child: a parent in a child's view is one, and an administrator may be.
pub const CHILDREN: [Who; 5] = [Owner, OtherChild, Managed, View, Admin];

/// Those who look after children.
pub const ADULTS: [Who; 4] = [Parent, OtherParent, Teacher, OtherTeacher];

/// What is sent.
#[derive(Clone, Debug)]
pub enum Body {
    Nothing,
    Json(Value),
    Csv(&'static str),
}

/// A row of the matrix: a call, and the status for everybody.
#[derive(Clone, Debug)]
pub struct Row {
    /// Several methods that mean the same are parted by `|`.
    pub methods: &'static str,
    /// What it is about stands in braces: a name of the town.
    pub path: &'static str,
    pub body: Body,
    statuses: [u16; ALL.len()],
}

/// A call without a body.
pub fn call(methods: &'static str, path: &'static str) -> Row {
    Row {
        methods,
        path,
        body: Body::Nothing,
        statuses: [0; ALL.len()],
    }
}

pub fn get(path: &'static str) -> Row {
    call("GET", path)
}

pub fn delete(path: &'static str) -> Row {
    call("DELETE", path)
}

/// A POST without a body.
pub fn press(path: &'static str) -> Row {
    call("POST", path)
}

pub fn post(path: &'static str, body: Value) -> Row {
    call("POST", path).with(body)
}

/// PUT and PATCH, which mean the same.
pub fn change(path: &'static str, body: Value) -> Row {
    call("PUT|PATCH", path).with(body)
}

impl Row {
    pub fn with(self, body: Value) -> Self {
        Self {
            body: Body::Json(body),
            ..self
        }
    }

    pub fn csv(self, list: &'static str) -> Self {
        Self {
            body: Body::Csv(list),
            ..self
        }
    }

    /// The same for all of them, whatever token they send: nobody looks at it.
    pub fn anyone(self, status: u16) -> Self {
        self.but(&ALL, status)
    }

    /// For everybody, guests too; 401 for tokens that are worth nothing. An administrator's token is none here.
    pub fn everybody(self, status: u16) -> Self {
        self.anyone(status).but(&[Stale, Suspended, Archived], 401)
    }

    /// For everybody with an account; 401 for all others.
    pub fn people(self, status: u16) -> Self {
        self.anyone(401).but(&PEOPLE, status)
    }

    /// Refused to everybody with an account but these, who are answered `status`; 401 for those without one.
    pub fn only(self, these: &[Who], status: u16, refusal: u16) -> Self {
        self.people(refusal).but(these, status)
    }

    /// For those who keep order, by an administrator's token; nobody else is let in.
    pub fn staff(self, status: u16) -> Self {
        self.anyone(401).but(&[Staff, Superuser], status)
    }

    /// For superusers; the lesser administrators are told that it is not for them.
    pub fn superusers(self, status: u16) -> Self {
        self.staff(403).but(&[Superuser], status)
    }

    /// The same, but these are answered otherwise.
    pub fn but(mut self, these: &[Who], status: u16) -> Self {
        for who in these {
            self.statuses[*who as usize] = status;
        }
        self
    }

    /// What somebody is to be answered.
    pub fn status(&self, who: Who) -> u16 {
        self.statuses[who as usize]
    }
}
