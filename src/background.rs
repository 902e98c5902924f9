//! What the server does by itself: noting who was seen and what was looked at, looking after places on the board of
//! authors, sweeping what has expired, giving memory back, lifting suspensions, going on with announcements, writing
//! letters, sending mail, making games and backups.

use std::sync::Arc;
use std::time::Duration;

use envelope::allocator;

use crate::accounts::store::{people, sessions};
use crate::admin::standing;
use crate::app::App;
use crate::backup;
use crate::games;
use crate::live::collaboration;
use crate::mail::letters;
use crate::notifications::announcing;
use crate::ops::history;
use crate::pictures;
use crate::rewards::climbers;
use crate::stories::flush_views;

/// How often people who were seen are noted.
const SEEN_EVERY: Duration = Duration::from_secs(20);
/// How often looks at stories are written.
const VIEWS_EVERY: Duration = Duration::from_secs(5);
/// How often places on the board of authors are looked after.
const PLACES_EVERY: Duration = Duration::from_secs(5);
/// How often expired sessions and codes are swept.
const SWEEP_EVERY: Duration = Duration::from_secs(600);
/// How often the log says what it has counted.
const LOG_EVERY: Duration = Duration::from_secs(5);
/// How many people are noted in one transaction.
const SEEN_AT_ONCE: usize = 500;

/// Starts the background work of a server.
pub fn start(app: &Arc<App>) {
    let seen = Arc::clone(app);
    app.tasks.spawn("note who was seen", async move {
        while pause(&seen, SEEN_EVERY).await {
            note_seen(&seen).await;
        }
        note_seen(&seen).await;
    });
    let views = Arc::clone(app);
    app.tasks.spawn("write views", async move {
        while pause(&views, VIEWS_EVERY).await {
            flush_views(&views).await;
        }
    });
    let places = Arc::clone(app);
    app.tasks.spawn("look after places", async move {
        while pause(&places, PLACES_EVERY).await {
            climbers::look_after(&places).await;
        }
    });
    let sweep = Arc::clone(app);
    app.tasks.spawn("sweep expired sessions", async move {
        while pause(&sweep, SWEEP_EVERY).await {
            sweep_expired(&sweep).await;
        }
    });
    let log = Arc::clone(app);
    app.tasks.spawn("look after the log", async move {
        while pause(&log, LOG_EVERY).await {
            log.log.tick();
        }
        log.log.flush();
    });
    let memory = Arc::clone(app);
    app.tasks.spawn("give memory back", async move {
        while trim_comes(&memory).await {
            // Nobody waits for it: the trim is a second away.
            drop(allocator::give_back_cache());
        }
    });
    let mail = Arc::clone(app);
    app.tasks.spawn(
        "send mail",
        async move { mail.mail.run(mail.tasks.stopping()).await },
    );
    letters::start(app);
    standing::start(app);
    announcing::start(app);
    pictures::start(app);
    games::start(app);
    history::start(app);
    backup::start(app);
    collaboration::sweep::start(app);
}

/// Waits; false when the server is to stop.
pub async fn pause(app: &App, time: Duration) -> bool {
    tokio::select! {
        () = app.tasks.stopping() => false,
        () = app.clock.sleep(time) => true,
    }
}

/// Waits for the next trim; false when the server is to stop.
async fn trim_comes(app: &App) -> bool {
    tokio::select! {
        () = app.tasks.stopping() => false,
        () = app.envelope.trim_comes() => true,
    }
}

async fn note_seen(app: &App) {
    app.sessions.tidy(app.clock.now());
    let seen = app.sessions.take_seen();
    for some in seen.chunks(SEEN_AT_ONCE) {
        let some = some.to_vec();
        let noted: Result<(), database::Error> = app
            .database
            .write(move |conn| people::mark_seen(conn, &some))
            .await;
        if let Err(error) = noted {
            tracing::debug!(%error, "could not note who was seen");
        }
    }
}

async fn sweep_expired(app: &App) {
    let now = app.clock.now();
    let swept: Result<(), database::Error> = app
        .database
        .write(move |conn| {
            sessions::sweep(conn, now)?;
            letters::store::sweep(conn, now)
        })
        .await;
    if let Err(error) = swept {
        tracing::warn!(%error, "could not sweep expired sessions");
    }
}
