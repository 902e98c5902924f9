//! A child who draws: the app saves the whole story every few seconds, with one drawing changed.

use std::time::Duration;

use serde::Deserialize;
use tokio::time::Instant;

use super::app::come_in;
use super::{Artist, Phases};
use crate::call::Call;
use crate::person::Person;
use crate::story::Story;
use crate::visit::Over;

const AUTOSAVE: &str = "autosave";

#[derive(Deserialize)]
struct Created {
    story: Id,
}

#[derive(Deserialize)]
struct Id {
    id: i64,
}

impl Artist {
    /// Puts a story on the server and saves it again and again.
    pub(super) async fn visit(&self, person: &mut Person) -> Result<(), Over> {
        if !come_in(person, self.tokens_only).await? {
            return Ok(());
        }
        let mut story = Story::new(person.visit.plan.seed, person.number, self.drawings);
        let create = Call::post("create", "/api/stories/create/").with(story.body(&person.visit.drawings));
        let Some(created) = person.ask::<Created>(create).await?.fresh() else {
            return Ok(());
        };
        person.enter();
        let path = format!("/api/stories/{}/update/", created.story.id);
        let every = person.visit.paced(self.every);
        let mut due = self.first_save(person, every);
        loop {
            person.pause_until(due).await?;
            story.draw(person.rng.usize(..self.drawings));
            let save = Call::patch(AUTOSAVE, path.as_str()).with(story.body(&person.visit.drawings));
            person.send_due(save, due).await?;
            due = next_save(person, due, every);
        }
    }

    fn first_save(&self, person: &mut Person, every: Duration) -> Instant {
        let now = Instant::now();
        match self.phases {
            Phases::Random => now + every.mul_f64(person.rng.f64()),
            Phases::Together => round_after(person.visit.began, every, now).0,
        }
    }
}

/// The save after the one that was due. Rounds that passed while that one was under way are left out, and counted.
fn next_save(person: &Person, due: Instant, every: Duration) -> Instant {
    let (next, missed) = round_after(due, every, Instant::now());
    if let Ok(stage) = person.visit.stage()
        && missed > 0
    {
        person.visit.ledger.skipped(stage, AUTOSAVE, missed);
    }
    next
}

/// The first of the rounds after `start` that is still to come, and how many have passed.
fn round_after(start: Instant, every: Duration, now: Instant) -> (Instant, u64) {
    let mut next = start + every;
    let mut missed = 0;
    while next <= now {
        next += every;
        missed += 1;
    }
    (next, missed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds_keep_their_beat() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs_f64(seconds);
        let every = Duration::from_secs(5);
        assert_eq!(round_after(start, every, at(0.3)), (at(5.0), 0));
        assert_eq!(round_after(start, every, at(5.0)), (at(10.0), 1));
        assert_eq!(round_after(start, every, at(17.0)), (at(20.0), 3));
    }
}
