//! How a session of drawing together comes about: the host makes it, the others join by its code.

use serde::Deserialize;
use serde_json::json;

use crate::call::Call;
use crate::person::{Answer, Person};
use crate::plan::Seat;
use crate::rooms::{Host, Session};
use crate::visit::Over;

/// What the app asks for.
const PEOPLE: usize = 5;
const HOURS: u32 = 24;

#[derive(Deserialize)]
struct Created {
    session: Made,
}

#[derive(Deserialize)]
struct Made {
    session_id: String,
    join_code: String,
}

/// Makes the session of this seat's room, or joins it; nothing when that fails.
pub(super) async fn enter(person: &mut Person, seat: Seat) -> Result<Option<Session>, Over> {
    if person.number == seat.host {
        return make(person, seat).await;
    }
    let Some(session) = await_host(person, seat).await? else {
        return Ok(None);
    };
    let body = json!({"join_code": session.join_code}).to_string().into_bytes();
    let join = Call::post("join", "/api/collaborate/join-by-code/").with(body);
    let is_in = !person.send(join).await?.is_failed();
    Ok(is_in.then_some(session))
}

async fn make(person: &mut Person, seat: Seat) -> Result<Option<Session>, Over> {
    let body = json!({
        "canvas_name": format!("Moon cats {}", seat.host),
        "max_participants": seat.members.max(PEOPLE),
        "duration_hours": HOURS,
    });
    let create = Call::post("session", "/api/collaborate/create/").with(body.to_string().into_bytes());
    let made: Result<Option<Created>, Over> = person.ask(create).await.map(Answer::fresh);
    let session = match &made {
        Ok(Some(Created { session })) if is_plain(&session.session_id) => Some(Session {
            id: session.session_id.clone(),
            join_code: session.join_code.clone(),
        }),
        _ => None,
    };
    // Also when it failed, and when the run is over: the others do not wait any longer.
    let host = session.clone().map_or(Host::Absent, Host::Ready);
    person.visit.rooms.announce(seat, host);
    made.map(|_| session)
}

/// Whether it can stand in a path.
fn is_plain(id: &str) -> bool {
    !id.is_empty()
        && id
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

async fn await_host(person: &mut Person, seat: Seat) -> Result<Option<Session>, Over> {
    let mut host = person.visit.rooms.host_of(seat);
    tokio::select! {
        biased;
        () = person.visit.is_over() => Err(Over),
        host = host.wait_for(|host| *host != Host::Awaited) => Ok(match host.as_deref() {
            Ok(Host::Ready(session)) => Some(session.clone()),
            _ => None,
        }),
    }
}

/// The app opens the session's page: what the host's start dialog and the editor ask for.
pub(super) async fn open(person: &mut Person, session: &Session, seat: Seat) -> Result<(), Over> {
    let path = format!("/api/collaborate/{}/", session.id);
    person.send(Call::get("session detail", path.as_str())).await?;
    if person.number == seat.host {
        person.send(Call::post("start", format!("{path}start/"))).await?;
    }
    Ok(())
}
