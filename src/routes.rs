//! Every route of the product on one page. Paths carry the trailing slash; the form without it means the same.

use std::sync::Arc;

use axum::Router;
use axum::routing::{delete, get, post, put};
use tower_http::catch_panic::CatchPanicLayer;

use crate::accounts::api as accounts;
use crate::admin::api as admin;
use crate::app::App;
use crate::classroom::api as classroom;
use crate::family::api as families;
use crate::games::api as games;
use crate::live;
use crate::live::collaboration::api as collaboration;
use crate::moderation::api as moderation;
use crate::moderation::reports::api as reports;
use crate::notifications::api as notifications;
use crate::ops::{console, health, metrics, traffic};
use crate::pictures::api as pictures;
use crate::rewards::api as rewards;
use crate::social::api as social;
use crate::stories::api as stories;
use crate::web;
use crate::wire::{Error, gzip, layers};

/// The routes with all that surrounds them.
pub fn all(app: &Arc<App>) -> Router {
    let public_url = app.config.public_url.as_deref();
    let by_https = public_url.is_some_and(|url| url.starts_with("https://"));
    let hosts = Arc::new(app.config.allowed_hosts.clone());
    let routes = for_everybody()
        .merge(for_accounts())
        .merge(for_stories())
        .merge(for_friends())
        .merge(for_sessions())
        .merge(for_rewards())
        .merge(for_games())
        .merge(for_families())
        .merge(for_classes())
        .merge(for_order())
        .merge(for_administrators())
        .merge(for_sockets())
        .fallback(async || Error::not_found())
        .method_not_allowed_fallback(async || Error::method_not_allowed())
        // A HEAD loses its body behind the routes, and its head is that of the GET.
        .layer(axum::middleware::from_fn(gzip::compress))
        .layer(axum::middleware::from_fn(traffic::note_route))
        .with_state(Arc::clone(app));
    // Around all of them at once: a layer of the routes themselves is made anew for each of four hundred handlers, and stays
    // in memory as often.
    Router::new()
        .fallback_service(routes)
        .layer(CatchPanicLayer::custom(layers::panicked))
        .layer(axum::middleware::from_fn(move |request, next| {
            layers::known_host(Arc::clone(&hosts), request, next)
        }))
        .layer(layers::cors(&app.config.cors_origins))
        .layer(axum::middleware::from_fn(move |request, next| {
            layers::security_headers(by_https, request, next)
        }))
        // Outermost: whatever becomes of a request, it is counted.
        .layer(axum::middleware::from_fn_with_state(
            Arc::clone(app),
            traffic::watch,
        ))
}

/// Sockets.
#[rustfmt::skip]
fn for_sockets() -> Router<Arc<App>> {
    Router::new()
        .route("/ws/check/", get(live::check::check))
        .route("/ws/notifications/", get(live::notifications::open))
        .route("/ws/collaborate/{session_id}/", get(live::collaboration::room::open))
}

/// Pages, documents and health.
#[rustfmt::skip] // one line for each address
fn for_everybody() -> Router<Arc<App>> {
    Router::new()
        .route("/", get(web::front_door))
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz))
        .route("/metrics", get(metrics::metrics))
        .route("/ops", get(console::console))
        .route("/ops/", get(console::console))
        .route("/ops/panel", get(console::panel))
        .route("/ops/sign-in", post(console::sign_in))
        .route("/ops/sign-out", post(console::sign_out))
        .route("/ops/log", post(console::log))
        .route("/ops/style.css", get(console::style))
        .route("/ops/script.js", get(console::script))
        .route("/account/undo-email/{token}", get(web::undo_email).post(web::undo_email_now))
        .route("/account/confirm-email/{token}", get(web::confirm_email).post(web::confirm_email_now))
        .route("/account/unsubscribe/{token}", get(web::unsubscribe).post(web::unsubscribe_now))
        .route("/api/", get(web::index))
        .route("/api/openapi.json", get(web::openapi))
        .route("/api/docs/", get(web::docs))
}

#[rustfmt::skip]
fn for_accounts() -> Router<Arc<App>> {
    Router::new()
        .route("/api/auth/register/", post(accounts::sign_up::register))
        .route("/api/auth/verify-email/", post(accounts::sign_up::verify_email))
        .route("/api/auth/resend-verification/", post(accounts::sign_up::resend_verification))
        .route("/api/auth/login/", post(accounts::sign_in::login))
        .route("/api/auth/refresh/", post(accounts::sign_in::refresh))
        .route("/api/auth/logout/", post(accounts::sign_in::logout))
        .route("/api/auth/verify-password/", post(accounts::sign_in::verify_password))
        .route("/api/auth/create-session/", post(accounts::sign_in::create_session))
        .route("/api/auth/password-reset/send/", post(accounts::reset::send))
        .route("/api/auth/password-reset/verify/", post(accounts::reset::verify))
        .route("/api/auth/password-reset/reset/", post(accounts::reset::reset))
        .route("/api/auth/change-password/", post(accounts::credentials::change_password))
        .route("/api/auth/change-email/", post(accounts::credentials::change_email))
        .route("/api/auth/delete-account/", post(accounts::credentials::delete_account))
        .route("/api/auth/profile/", get(accounts::profile::own_account).put(accounts::profile::change_own_account).patch(accounts::profile::change_own_account))
        .route("/api/users/profile/", get(accounts::profile::own_profile))
        .route("/api/users/profile/update/", put(accounts::profile::change_own_profile).patch(accounts::profile::change_own_profile))
        .route("/api/users/search/", get(accounts::search::search))
}

#[rustfmt::skip]
fn for_stories() -> Router<Arc<App>> {
    Router::new()
        .route("/api/stories/", get(stories::lists::list))
        .route("/api/stories/create/", post(stories::writing::create))
        .route("/api/stories/saved/", get(stories::lists::saved))
        .route("/api/stories/user/{id}/", get(stories::lists::of_user))
        .route("/api/stories/{id}/", get(stories::detail::detail))
        .route("/api/stories/{id}/update/", put(stories::writing::update).patch(stories::writing::update))
        .route("/api/stories/{id}/delete/", delete(stories::publishing::delete))
        .route("/api/stories/{id}/publish/", post(stories::publishing::publish))
        .route("/api/stories/{id}/unpublish/", post(stories::publishing::unpublish))
        .route("/api/stories/{id}/publish-collaborative/", post(stories::publishing::publish_together))
        .route("/api/stories/{id}/like/", post(stories::marks::like))
        .route("/api/stories/{id}/save/", post(stories::marks::save))
        .route("/api/stories/{id}/rate/", post(stories::marks::rate))
        .route("/api/stories/{id}/stats/", get(stories::marks::stats))
        .route("/api/stories/{id}/comments/", get(stories::comments::list))
        .route("/api/stories/{id}/comments/create/", post(stories::comments::create))
        .route("/api/comments/{id}/edit/", put(stories::comments::edit))
        .route("/api/comments/{id}/delete/", delete(stories::comments::delete))
        .route("/api/characters/", get(stories::characters::list))
        .route("/api/characters/create/", post(stories::characters::create))
        .route("/api/characters/{id}/", get(stories::characters::one))
        .route("/api/characters/{id}/update/", put(stories::characters::update).patch(stories::characters::update))
        .route("/api/characters/{id}/delete/", delete(stories::characters::delete))
        .route("/media/pictures/{name}", get(pictures::picture))
}

/// Writing together. A path with a word in the place of a session's id goes before the one with the id.
#[rustfmt::skip]
fn for_sessions() -> Router<Arc<App>> {
    Router::new()
        .route("/api/collaborate/create/", post(collaboration::sessions::create))
        .route("/api/collaborate/join-by-code/", post(collaboration::joining::by_code))
        .route("/api/collaborate/invite/", post(collaboration::invites::invite))
        .route("/api/collaborate/invites/", get(collaboration::invites::waiting))
        .route("/api/collaborate/invites/list/", get(collaboration::invites::none))
        .route("/api/collaborate/invites/{id}/respond/", post(collaboration::invites::answer))
        .route("/api/collaborate/stories/", get(collaboration::stories::list))
        .route("/api/collaborate/sessions/list/", get(collaboration::lists::by_kind))
        .route("/api/collaborate/sessions/user/", get(collaboration::lists::own))
        .route("/api/collaborate/sessions/{session_id}/participants/", get(collaboration::presence::participants))
        .route("/api/collaborate/sessions/{session_id}/story/", post(collaboration::stories::link))
        .route("/api/collaborate/{session_id}/", get(collaboration::sessions::detail))
        .route("/api/collaborate/{session_id}/start/", post(collaboration::conduct::start))
        .route("/api/collaborate/{session_id}/lobby/close/", post(collaboration::conduct::close_lobby))
        .route("/api/collaborate/{session_id}/end/", post(collaboration::conduct::end))
        .route("/api/collaborate/{session_id}/kick/", post(collaboration::conduct::kick))
        .route("/api/collaborate/{session_id}/vote/", post(collaboration::votes::start))
        .route("/api/collaborate/{session_id}/vote/cast/", post(collaboration::votes::cast))
        .route("/api/collaborate/{session_id}/draft/", get(collaboration::drafts::show))
        .route("/api/collaborate/{session_id}/draft/update/", post(collaboration::drafts::update))
        .route("/api/collaborate/{session_id}/operations/", get(collaboration::log::operations))
        .route("/api/collaborate/{session_id}/presence/", get(collaboration::presence::presence))
}

#[rustfmt::skip]
fn for_friends() -> Router<Arc<App>> {
    Router::new()
        .route("/api/friends/", get(social::friends::list))
        .route("/api/friends/requests/", get(social::friends::requests))
        .route("/api/friends/send-request/", post(social::friends::send_request))
        .route("/api/friends/respond/{id}/", put(social::friends::answer))
        .route("/api/friends/unfriend/{id}/", delete(social::friends::unfriend))
        .route("/api/social/activity-feed/", get(social::people::activity_feed))
        .route("/api/social/leaderboard/", get(social::people::leaderboard))
        .route("/api/social/profile/{id}/", get(social::people::profile))
        .route("/api/messages/conversations/", get(social::messages::conversations))
        .route("/api/messages/send/", post(social::messages::send))
        .route("/api/messages/mark-read/{id}/", put(social::messages::mark_read))
        .route("/api/messages/{id}/", get(social::messages::history))
        .route("/api/messages/{id}/edit/", put(social::messages::edit))
        .route("/api/messages/{id}/delete/", delete(social::messages::delete))
        .route("/api/notifications/", get(notifications::stored::list))
        .route("/api/notifications/mark-all-read/", put(notifications::stored::read_all))
        .route("/api/notifications/{id}/read/", put(notifications::stored::read))
        .route("/api/notifications/preferences/", get(notifications::preferences::show))
        .route("/api/notifications/preferences/update/", put(notifications::preferences::change).patch(notifications::preferences::change))
        .route("/api/notifications/send-test-email/", post(notifications::mail::send_test))
        .route("/api/notifications/register-token/", post(notifications::preferences::register_device))
}

#[rustfmt::skip]
fn for_rewards() -> Router<Arc<App>> {
    Router::new()
        .route("/api/users/rewards/", get(rewards::rewards))
        .route("/api/achievements/", get(rewards::achievements))
        .route("/api/achievements/progress/", get(rewards::progress))
        .route("/api/achievements/user/", get(rewards::earned))
}

/// Games. A path with a word in the place of a game's id is that word's.
#[rustfmt::skip]
fn for_games() -> Router<Arc<App>> {
    Router::new()
        .route("/api/games/available_stories/", get(games::lists::available_stories))
        .route("/api/games/story/{id}/", get(games::lists::of_story))
        .route("/api/games/check/{id}/", get(games::lists::check))
        .route("/api/games/generate/", post(games::making::generate))
        .route("/api/games/submit_answer/", post(games::playing::submit_answer))
        .route("/api/games/complete/", post(games::playing::complete))
        .route("/api/games/my_stats/", get(games::results::my_stats))
        .route("/api/games/attempt/{id}/", get(games::results::attempt))
        .route("/api/games/{id}/preview/", get(games::lists::preview))
        .route("/api/games/{id}/start_game/", post(games::playing::start))
        .route("/api/games/{id}/clear_incomplete/", post(games::playing::clear_incomplete))
}

/// Families. A path with a word in the place of a child's id is that word's.
#[rustfmt::skip]
fn for_families() -> Router<Arc<App>> {
    Router::new()
        .route("/api/parent/children/", get(families::children::list))
        .route("/api/parent/children/create/", post(families::children::create))
        .route("/api/parent/children/add/", post(families::linking::add))
        .route("/api/parent/children/{id}/update/", put(families::children::update).patch(families::children::update))
        .route("/api/parent/children/{id}/remove/", delete(families::children::remove))
        .route("/api/parent/children/{id}/stats/", get(families::watching::stats))
        .route("/api/parent/children/{id}/activities/", get(families::watching::activities))
        .route("/api/parent/children/{id}/goals/", get(families::watching::goals))
        .route("/api/parent/children/{id}/analytics/", get(families::watching::analytics))
        .route("/api/parent/children/{id}/stories/", get(families::watching::stories))
        .route("/api/parent/children/{id}/switch-view/", post(families::switching::switch_view))
        .route("/api/parent/children/{id}/sign-in/", post(families::password::set).delete(families::password::take_away))
        .route("/api/family/code/", post(families::code::make))
        .route("/api/family/links/", get(families::links::list))
        .route("/api/family/links/{parent_id}/", delete(families::links::end))
        .route("/api/family/links/{parent_id}/respond/", post(families::links::answer))
}

#[rustfmt::skip]
fn for_classes() -> Router<Arc<App>> {
    Router::new()
        .route("/api/teacher/students/", get(classroom::students::watched))
        .route("/api/teacher/students/{id}/stories/", get(classroom::students::stories))
        .route("/api/teacher/students/{id}/stats/", get(families::watching::stats_of_student))
        .route("/api/teacher/all-students/", get(classroom::students::all))
        .route("/api/teacher/available-students/", get(classroom::students::available))
        .route("/api/teacher/add-student/", post(classroom::students::add_to_none))
        .route("/api/teacher/dashboard-stats/", get(classroom::figures::dashboard))
        .route("/api/teacher/reports/", get(classroom::figures::reports))
        .route("/api/teacher/classes/", get(classroom::classes::list).post(classroom::classes::create))
        .route("/api/teacher/classes/{id}/", get(classroom::classes::show).put(classroom::classes::change).patch(classroom::classes::change).delete(classroom::classes::delete))
        .route("/api/teacher/classes/{id}/students/", get(classroom::students::of_class))
        .route("/api/teacher/classes/{id}/students/{student_id}/", delete(classroom::students::take_out))
        .route("/api/teacher/classes/{id}/add-student/", post(classroom::students::add_to_class))
        .route("/api/teacher/classes/{id}/code/", post(classroom::codes::make).delete(classroom::codes::take_back))
        .route("/api/teacher/classes/{id}/roster/", post(classroom::rosters::make))
        .route("/api/teacher/classes/{id}/roster/passwords/", post(classroom::rosters::renew))
        .route("/api/teacher/classes/{id}/roster/sheet/", get(classroom::rosters::sheet))
        .route("/api/teacher/classes/{id}/roster/import/", post(classroom::imports::import))
        .route("/api/teacher/classes/{id}/roster/export/", get(classroom::rosters::export))
        .route("/api/classes/join/", post(classroom::codes::join))
        .route("/api/family/class-links/", get(classroom::consent::list))
        .route("/api/family/class-links/{id}/respond/", post(classroom::consent::reply))
}

#[rustfmt::skip]
fn for_order() -> Router<Arc<App>> {
    Router::new()
        .route("/api/profanity/active/", get(moderation::active))
        .route("/api/reports/", post(reports::create))
        .route("/api/admin/reports/", get(reports::list))
        .route("/api/admin/reports/{id}/handle/", post(reports::handle))
}

/// Administrators. A path with a word in the place of an id is that word's.
#[rustfmt::skip]
fn for_administrators() -> Router<Arc<App>> {
    Router::new()
        .route("/api/admin/auth/login/", post(admin::session::login))
        .route("/api/admin/auth/verify/", post(admin::session::verify))
        .route("/api/admin/auth/logout/", post(admin::session::logout))
        .route("/api/admin/dashboard/stats/", get(admin::dashboard::stats))
        .route("/api/admin/analytics/", get(admin::dashboard::analytics))
        .route("/api/admin/users/", get(admin::users::list))
        .route("/api/admin/users/archived/", get(admin::users::archived))
        .route("/api/admin/users/{id}/", get(admin::users::detail))
        .route("/api/admin/users/{id}/activity/", get(admin::users::activity))
        .route("/api/admin/users/{id}/update/", put(admin::users::update).patch(admin::users::update))
        .route("/api/admin/users/{id}/delete/", delete(admin::barring::archive))
        .route("/api/admin/users/{id}/restore/", post(admin::barring::restore))
        .route("/api/admin/users/{id}/hard_delete/", delete(admin::barring::delete_for_good))
        .route("/api/admin/users/{id}/suspend/", post(admin::barring::suspend))
        .route("/api/admin/users/{id}/unsuspend/", post(admin::barring::unsuspend))
        .route("/api/admin/relationships/add/", post(admin::families::add))
        .route("/api/admin/relationships/{parent_id}/{child_id}/remove/", delete(admin::families::remove))
        .route("/api/admin/stories/", get(admin::stories::list))
        .route("/api/admin/moderation/flagged/", get(admin::stories::flagged))
        .route("/api/admin/moderation/story/{id}/", post(admin::moderation::story))
        .route("/api/admin/moderation/comment/{id}/", delete(admin::moderation::comment))
        .route("/api/admin/profanity/", get(admin::words::list))
        .route("/api/admin/profanity/stats/", get(admin::words::stats))
        .route("/api/admin/profanity/add/", post(admin::words::add))
        .route("/api/admin/profanity/bulk-add/", post(admin::word_lists::add_many))
        .route("/api/admin/profanity/import/", post(admin::word_lists::import))
        .route("/api/admin/profanity/{id}/update/", put(admin::words::update).patch(admin::words::update))
        .route("/api/admin/profanity/{id}/delete/", delete(admin::words::delete))
        .route("/api/admin/announcement/", post(admin::announcements::announce))
        .route("/api/admin/export/", get(admin::export::export))
        .route("/api/admin/system/health/", get(admin::health::health))
        .route("/api/admin/audit-logs/", get(admin::record::list))
        .route("/api/admin/backups/", get(admin::backups::list))
        .route("/api/admin/backups/create/", post(admin::backups::create))
        .route("/api/admin/backups/{filename}/delete/", delete(admin::backups::delete))
        .route("/api/admin/ai-services/", get(admin::services::list))
        .route("/api/admin/ai-services/config/", get(admin::services::config))
}
