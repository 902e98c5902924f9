//! The OpenAPI document, generated from the handlers. `docs/openapi.json` is its snapshot, which is what the server serves;
//! a test compares the two, and `cargo run --example openapi` prints the document anew. The program itself never makes it: what
//! makes it is a sixth of all the code, which is left out of a program that does not call it.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::openapi::path::Operation;
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::{ContentBuilder, Ref, RefOr, ResponseBuilder};
use utoipa::{Modify, OpenApi, ToSchema};

use crate::accounts::api as accounts;
use crate::admin::api as admin;
use crate::classroom::api as classroom;
use crate::family::api as families;
use crate::games::api as games;
use crate::live::collaboration::api as collaboration;
use crate::moderation::api as moderation;
use crate::moderation::reports::api as reports;
use crate::notifications::api as notifications;
use crate::ops::{health, metrics};
use crate::pictures::api as pictures;
use crate::rewards::api as rewards;
use crate::social::api as social;
use crate::stories::api as stories;
use crate::web;

/// The document as committed, packed with gzip.
pub const PACKED: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/openapi.json.gz"));

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Tinytales",
        description = "The API of a children's storybook platform. Every address is served with and without its trailing slash."
    ),
    paths(
        web::index,
        health::healthz,
        health::readyz,
        metrics::metrics,
        accounts::sign_up::register,
        accounts::sign_up::verify_email,
        accounts::sign_up::resend_verification,
        accounts::sign_in::login,
        accounts::sign_in::refresh,
        accounts::sign_in::logout,
        accounts::sign_in::verify_password,
        accounts::sign_in::create_session,
        accounts::reset::send,
        accounts::reset::verify,
        accounts::reset::reset,
        accounts::credentials::change_password,
        accounts::credentials::change_email,
        accounts::credentials::delete_account,
        accounts::profile::own_account,
        accounts::profile::change_own_account,
        accounts::profile::own_profile,
        accounts::profile::change_own_profile,
        accounts::search::search,
        stories::lists::list,
        stories::lists::saved,
        stories::lists::of_user,
        stories::writing::create,
        stories::writing::update,
        stories::detail::detail,
        stories::publishing::delete,
        stories::publishing::publish,
        stories::publishing::unpublish,
        stories::publishing::publish_together,
        stories::marks::like,
        stories::marks::save,
        stories::marks::rate,
        stories::marks::stats,
        stories::comments::list,
        stories::comments::create,
        stories::comments::edit,
        stories::comments::delete,
        stories::characters::list,
        stories::characters::create,
        stories::characters::one,
        stories::characters::update,
        stories::characters::delete,
        collaboration::sessions::create,
        collaboration::sessions::detail,
        collaboration::joining::by_code,
        collaboration::invites::invite,
        collaboration::invites::waiting,
        collaboration::invites::none,
        collaboration::invites::answer,
        collaboration::conduct::start,
        collaboration::conduct::close_lobby,
        collaboration::conduct::end,
        collaboration::conduct::kick,
        collaboration::votes::start,
        collaboration::votes::cast,
        collaboration::presence::presence,
        collaboration::presence::participants,
        collaboration::lists::by_kind,
        collaboration::drafts::show,
        collaboration::drafts::update,
        collaboration::lists::own,
        collaboration::log::operations,
        collaboration::stories::link,
        collaboration::stories::list,
        social::friends::list,
        social::friends::requests,
        social::friends::send_request,
        social::friends::answer,
        social::friends::unfriend,
        social::people::activity_feed,
        social::people::leaderboard,
        social::people::profile,
        social::messages::conversations,
        social::messages::send,
        social::messages::mark_read,
        social::messages::history,
        social::messages::edit,
        social::messages::delete,
        notifications::stored::list,
        notifications::stored::read_all,
        notifications::stored::read,
        notifications::preferences::show,
        notifications::preferences::change,
        notifications::preferences::register_device,
        notifications::mail::send_test,
        rewards::rewards,
        rewards::achievements,
        rewards::progress,
        rewards::earned,
        games::lists::available_stories,
        games::lists::of_story,
        games::lists::check,
        games::lists::preview,
        games::making::generate,
        games::playing::start,
        games::playing::clear_incomplete,
        games::playing::submit_answer,
        games::playing::complete,
        games::results::my_stats,
        games::results::attempt,
        families::children::list,
        families::children::create,
        families::children::update,
        families::children::remove,
        families::linking::add,
        families::watching::stats,
        families::watching::stats_of_student,
        families::watching::activities,
        families::watching::goals,
        families::watching::analytics,
        families::watching::stories,
        families::switching::switch_view,
        families::password::set,
        families::password::take_away,
        families::code::make,
        families::links::list,
        families::links::answer,
        families::links::end,
        classroom::students::watched,
        classroom::students::stories,
        classroom::students::all,
        classroom::students::available,
        classroom::students::add_to_none,
        classroom::students::of_class,
        classroom::students::take_out,
        classroom::students::add_to_class,
        classroom::figures::dashboard,
        classroom::figures::reports,
        classroom::classes::list,
        classroom::classes::create,
        classroom::classes::show,
        classroom::classes::change,
        classroom::classes::delete,
        classroom::codes::make,
        classroom::codes::take_back,
        classroom::codes::join,
        classroom::rosters::make,
        classroom::rosters::renew,
        classroom::rosters::sheet,
        classroom::rosters::export,
        classroom::imports::import,
        classroom::consent::list,
        classroom::consent::reply,
        moderation::active,
        reports::create,
        reports::list,
        reports::handle,
        pictures::picture,
        admin::session::login,
        admin::session::verify,
        admin::session::logout,
        admin::dashboard::stats,
        admin::dashboard::analytics,
        admin::users::list,
        admin::users::archived,
        admin::users::detail,
        admin::users::activity,
        admin::users::update,
        admin::barring::archive,
        admin::barring::restore,
        admin::barring::delete_for_good,
        admin::barring::suspend,
        admin::barring::unsuspend,
        admin::families::add,
        admin::families::remove,
        admin::stories::list,
        admin::stories::flagged,
        admin::moderation::story,
        admin::moderation::comment,
        admin::words::list,
        admin::words::stats,
        admin::words::add,
        admin::word_lists::add_many,
        admin::word_lists::import,
        admin::words::update,
        admin::words::delete,
        admin::announcements::announce,
        admin::export::export,
        admin::health::health,
        admin::record::list,
        admin::backups::list,
        admin::backups::create,
        admin::backups::delete,
        admin::services::list,
        admin::services::config,
    ),
    components(schemas(Problem)),
    modifiers(&Common),
    security(("bearer" = []))
)]
struct Document;

/// The one body of every answer that refuses.
#[derive(Serialize, ToSchema)]
struct Problem {
    /// Always false.
    success: bool,
    /// A sentence for people.
    error: String,
    /// The same sentence.
    message: String,
    /// The same sentence.
    detail: String,
    /// A word for programs.
    code: String,
    /// Sentences by field.
    details: Option<BTreeMap<String, Vec<String>>>,
}

/// What every operation has in common: the error body, the bearer token, an id of its own.
struct Common;

impl Modify for Common {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        env!("CARGO_PKG_VERSION").clone_into(&mut document.info.version);
        let components = document.components.get_or_insert_default();
        let bearer = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
        components.add_security_scheme("bearer", bearer);
        // Its own scheme word, `AdminBearer`, is no scheme that the document could name.
        let admin = ApiKeyValue::with_description("Authorization", "`AdminBearer <admin token>`");
        components.add_security_scheme("admin", SecurityScheme::ApiKey(ApiKey::Header(admin)));
        for (path, item) in &mut document.paths.paths {
            let methods = [
                ("get", &mut item.get),
                ("post", &mut item.post),
                ("put", &mut item.put),
                ("patch", &mut item.patch),
                ("delete", &mut item.delete),
            ];
            for (method, operation) in methods {
                if let Some(operation) = operation {
                    complete(operation, method, path);
                }
            }
        }
    }
}

fn complete(operation: &mut Operation, method: &str, path: &str) {
    let words = path
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty() && *word != "api");
    operation.operation_id = Some(std::iter::once(method).chain(words).collect::<Vec<_>>().join("_"));
    let body = ContentBuilder::new()
        .schema(Some(Ref::from_schema_name("Problem")))
        .build();
    let refused = ResponseBuilder::new()
        .description("Refused: 4xx or 5xx with the one error body.")
        .content("application/json", body)
        .build();
    operation
        .responses
        .responses
        .insert("default".to_owned(), RefOr::T(refused));
    let is_public = operation
        .security
        .as_ref()
        .is_some_and(|list| list.contains(&SecurityRequirement::default()));
    if !is_public {
        let is_for_administrators = path.starts_with("/api/admin/");
        let scheme = if is_for_administrators { "admin" } else { "bearer" };
        operation.security = Some(vec![SecurityRequirement::new(scheme, Vec::<String>::new())]);
    }
}

/// The document as JSON, ending with a newline.
pub fn generate() -> String {
    let mut text = Document::openapi()
        .to_pretty_json()
        .expect("the document is plain JSON");
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_snapshot_is_what_the_code_says() {
        assert!(
            include_str!("../docs/openapi.json") == generate(),
            "run: cargo run --example openapi > docs/openapi.json, and read what changed"
        );
    }
}
