//! Who is whose parent, as administrators set it right.

use std::sync::Arc;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::response::Response;
use database::Conn;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::acting::{self, Act, Deed};
use super::super::rules;
use super::super::shapes::AdminDone;
use super::LARGEST;
use crate::accounts::auth::Administrator;
use crate::accounts::password;
use crate::accounts::store::{managed, overseen, people, sessions};
use crate::app::App;
use crate::family::store::links;
use crate::family::{self, Relation};
use crate::live::sign_outs::{self, SignOut};
use crate::wire::{Body, Error, Fields, Id, respond};

/// A parent and a child.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "documents the request; the fields are read leniently")]
pub struct FamilyPair {
    parent_id: i64,
    child_id: i64,
}

/// Both by their user names.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FamilyRelationship {
    parent: String,
    child: String,
}

/// A link was made.
#[derive(Serialize, ToSchema)]
pub struct FamilyRelated {
    success: bool,
    message: &'static str,
    relationship: FamilyRelationship,
}

/// Makes somebody a child's parent. A link that was there becomes active again.
#[utoipa::path(post, path = "/api/admin/relationships/add/", tag = "admin", request_body = FamilyPair,
    responses((status = 200, body = FamilyRelated)))]
pub async fn add(
    State(app): State<Arc<App>>,
    admin: Administrator,
    Body(body): Body<LARGEST>,
) -> Result<Response, Error> {
    let mut fields = Fields::new(body);
    let (parent, child) = (fields.integer("parent_id"), fields.integer("child_id"));
    fields.finish()?;
    let parent_id = parent.ok_or_else(|| Error::field("parent_id", "This field is required."))?;
    let child_id = child.ok_or_else(|| Error::field("child_id", "This field is required."))?;
    let work = move |conn: &mut Conn<'_>, act: &Act<'_>| {
        let parent = overseen::person(conn, parent_id)?.ok_or_else(Error::not_found)?;
        let child = overseen::person(conn, child_id)?.ok_or_else(Error::not_found)?;
        // What a parent may see nobody gives themselves.
        rules::not_oneself(act.actor(), parent_id)?;
        for person in [&parent, &child] {
            rules::may_touch(act.actor(), person)?;
        }
        let (parent, child) = (parent.seen, child.seen);
        if parent.user_type != "parent" {
            return Err(Error::field("parent_id", "This account is no parent's."));
        }
        if child.user_type != "child" {
            return Err(Error::field("child_id", "This account is no child's."));
        }
        for (field, seen) in [("parent_id", &parent), ("child_id", &child)] {
            if !seen.is_active {
                return Err(Error::field(field, "This account is not active."));
            }
        }
        links::activate(conn, parent_id, child_id, act.now)?;
        act.note(conn, &format!("parent {parent_id}"))?;
        Ok(FamilyRelationship {
            parent: parent.username,
            child: child.username,
        })
    };
    let deed = Deed::on("link", "relationship", child_id);
    let relationship = acting::perform(&app, admin, deed, work, acting::nobody_is_told).await?;
    Ok(respond::ok(&FamilyRelated {
        success: true,
        message: "They are parent and child now.",
        relationship,
    }))
}

/// Ends a link, and with it what the parent sees as that child. Ending it again changes nothing.
#[utoipa::path(delete, path = "/api/admin/relationships/{parent_id}/{child_id}/remove/", tag = "admin",
    params(("parent_id" = i64, Path), ("child_id" = i64, Path)), responses((status = 200, body = AdminDone)))]
pub async fn remove(
    State(app): State<Arc<App>>,
    admin: Administrator,
    path: Result<Path<(String, String)>, PathRejection>,
) -> Result<Response, Error> {
    let Path((parent, child)) = path.map_err(|_| Error::not_found())?;
    let (Id(parent_id), Id(child_id)) = (Id::parse(&parent)?, Id::parse(&child)?);
    let work = move |conn: &mut Conn<'_>, act: &Act<'_>| {
        links::get(conn, parent_id, child_id)?.ok_or_else(Error::not_found)?;
        let mut ended: Vec<SignOut> = sessions::close_views(conn, parent_id, child_id)?
            .into_iter()
            .map(|session| SignOut::Session { session })
            .collect();
        links::decline(conn, parent_id, child_id, act.now)?;
        if !links::end(conn, parent_id, child_id, act.now)? {
            return Ok(ended);
        }
        act.note(conn, &format!("parent {parent_id}"))?;
        if managed::keeper(conn, child_id)? == Some(parent_id) {
            // Who looked after the account knows its password, and could link themselves again.
            let leaver = (parent_id, Relation::Parent);
            family::pass_on(
                conn,
                child_id,
                leaver,
                Some(act.id()),
                "Its parent was unlinked.",
                act.now,
            )?;
            people::set_password(conn, child_id, password::UNUSABLE, act.now)?;
            sessions::close_all(conn, child_id, None)?;
            ended.push(SignOut::everywhere(child_id));
        }
        Ok(ended)
    };
    let after = |app: &App, ended: Vec<SignOut>| {
        for sign_out in ended {
            sign_outs::announce(app, &sign_out);
        }
    };
    let deed = Deed::on("unlink", "relationship", child_id);
    acting::perform(&app, admin, deed, work, after).await?;
    Ok(respond::ok(&AdminDone::new(
        "They are no longer parent and child.",
    )))
}
