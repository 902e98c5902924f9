//! Messages in a room, as many as somebody says: what comes to the others is what is measured.

use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use super::crowd::{COLLABORATION, collaboration_path};
use super::{Flood, session};
use crate::person::Person;
use crate::socket::Closed;
use crate::visit::Over;

/// Messages go out in bursts of one beat.
const BEAT: Duration = Duration::from_millis(50);

impl Flood {
    /// Sends the ends of previews, which no server may leave out, at its rate until the run is over.
    pub(super) async fn visit(&self, person: &mut Person) -> Result<(), Over> {
        person.token = person.account().map(|account| account.access.clone());
        let Some(session) = session::enter(person, person.seat(self.room)).await? else {
            return Ok(());
        };
        person.hang_up();
        let Some(mut door) = person.door() else {
            return Ok(());
        };
        let path = collaboration_path(&session.id);
        let Some(mut socket) = door.open(COLLABORATION, &path).await? else {
            return Ok(());
        };
        person.enter();
        let over = person.visit.is_over();
        tokio::pin!(over);
        let mut due = Instant::now() + BEAT.mul_f64(person.rng.f64());
        // What a beat owes, in thousandths of a message.
        let (mut owed, mut sent) = (0, 0_u64);
        loop {
            tokio::select! {
                biased;
                () = &mut over => break,
                () = sleep_until(due) => {
                    owed += u64::from(self.rate) * 50;
                    while owed >= 1_000 {
                        owed -= 1_000;
                        sent += 1;
                        if let Err(Closed { .. }) = socket.say(preview_end(sent)).await {
                            return Ok(());
                        }
                    }
                    // A beat that was missed is left out: more than that nobody could send.
                    due = (due + BEAT).max(Instant::now());
                }
                heard = socket.hear() => if heard.is_err() { return Ok(()) },
            }
        }
        socket.leave().await;
        Err(Over)
    }
}

fn preview_end(number: u64) -> String {
    let item = format!(
        r#"{{"type":"draw_batch_end","strokeId":"s{number}","tool":"brush","layerId":"layer-1","page_index":0}}"#
    );
    format!(
        r#"{{"type":"draw_batch","batch":[{item}],"page_id":"page_0","page_index":0,"is_cover_image":false}}"#
    )
}
