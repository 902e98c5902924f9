//! Room for answers that are sent as fast as their client takes them, and who may have how much of it.
//!
//! Slow readers hold their room for long. So that they do not hold all of it: an account reads a few answers at a time;
//! guests, whole lists, and pictures have a part of the room each. What is left over is for the one story that somebody
//! opens.

use std::time::Duration;

use envelope::Envelope;
use envelope::permits::{Bytes, BytesPermit};

use crate::wire::Error;
use crate::wire::turns::{Turn, Turns};

/// What the kernel holds of an answer that is not taken: what may wait unsent (`listener`), and the piece that took it
/// over that mark.
const KERNEL: u64 = 96 * 1024;
/// Answers of one account at a time.
const MOST_OF_ONE: usize = 12;
/// What these have of all room together, in eighths: a quarter is left for the one story that somebody opens.
const LISTS: u64 = 3;
const GUESTS: u64 = 2;
const PICTURES: u64 = 1;
/// Who may wait for a part, and how long. The rows of a list wait with its reader.
const WAITING: usize = 64;
const LONGEST_WAIT: Duration = Duration::from_secs(10);

/// Who reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reader {
    /// Nobody in particular.
    Guest,
    /// Nobody in particular, who wants a picture: a page of covers must not wait for those who read stories slowly.
    Picture,
    /// Somebody who opens one thing.
    Account(i64),
    /// Somebody who takes a list of whole stories.
    Lister(i64),
}

impl From<Option<i64>> for Reader {
    fn from(account: Option<i64>) -> Self {
        account.map_or(Self::Guest, Self::Account)
    }
}

/// The room.
pub struct Answers {
    all: Bytes,
    lists: Bytes,
    guests: Bytes,
    pictures: Bytes,
    turns: Turns,
}

/// The right to send an answer. Given back on drop.
pub struct Room {
    _all: BytesPermit,
    _part: Option<BytesPermit>,
    _turn: Option<Turn>,
}

impl Answers {
    /// The room of this envelope.
    pub fn new(envelope: &Envelope) -> Self {
        let all = envelope.responses().clone();
        let part = |eighths| Bytes::new(all.total() / 8 * eighths, WAITING, LONGEST_WAIT);
        Self {
            lists: part(LISTS),
            guests: part(GUESTS),
            pictures: part(PICTURES),
            all,
            turns: Turns::new(MOST_OF_ONE),
        }
    }

    /// Waits until an answer that holds so many bytes at a time may be sent.
    pub async fn take(&self, reader: Reader, held: u64) -> Result<Room, Error> {
        let turn = match reader {
            Reader::Guest | Reader::Picture => None,
            Reader::Account(id) | Reader::Lister(id) => {
                Some(self.turns.begin(id).ok_or_else(|| Error::unavailable(1))?)
            }
        };
        let bytes = held + KERNEL;
        // The part first: who waits for it keeps nobody else from the rest.
        let part = match reader {
            Reader::Guest => Some(&self.guests),
            Reader::Picture => Some(&self.pictures),
            Reader::Lister(_) => Some(&self.lists),
            Reader::Account(_) => None,
        };
        let part = match part {
            Some(part) => Some(part.take(bytes.min(part.total())).await?),
            None => None,
        };
        Ok(Room {
            _all: self.all.take(bytes.min(self.all.total())).await?,
            _part: part,
            _turn: turn,
        })
    }

    /// Whether somebody waits for room.
    pub fn is_waited_for(&self) -> bool {
        [&self.all, &self.lists, &self.guests, &self.pictures]
            .iter()
            .any(|bytes| bytes.waiting() > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use envelope::limits::{Limits, Source};
    use envelope::{Options, Probe, Usage};
    use futures_util::FutureExt;

    const KIB: u64 = 1024;

    fn answers() -> Answers {
        let limits = Limits {
            memory_bytes: 512 << 20,
            memory_source: Source::Setting,
            cpu: 1.0,
            cpu_source: Source::Machine,
        };
        Answers::new(&Envelope::start(Options {
            limits,
            connections: 8,
            bound_addresses: false,
            probe: Probe::manual(Usage::default()),
        }))
    }

    /// Takes until nothing is given at once.
    fn take_all(answers: &Answers, reader: impl Fn(i64) -> Reader) -> Vec<Room> {
        let mut number = 0;
        std::iter::from_fn(|| {
            number += 1;
            answers.take(reader(number), 224 * KIB).now_or_never()?.ok()
        })
        .collect()
    }

    #[tokio::test]
    async fn nobody_takes_all_the_room() {
        let answers = answers();
        let guests = take_all(&answers, |_| Reader::Guest);
        let listers = take_all(&answers, Reader::Lister);
        let pictures = take_all(&answers, |_| Reader::Picture);
        let held = [guests.len(), listers.len(), pictures.len()];
        assert!(held.iter().all(|held| *held >= 12), "{held:?}");
        let others = take_all(&answers, Reader::Account);
        assert!(others.len() > 12, "{}", others.len());
        assert!(!answers.is_waited_for());
        let waits = answers.take(Reader::Guest, 224 * KIB);
        tokio::pin!(waits);
        assert!(futures_util::poll!(&mut waits).is_pending() && answers.is_waited_for());
    }

    #[tokio::test]
    async fn one_account_reads_a_few_at_a_time() {
        let answers = answers();
        assert_eq!(take_all(&answers, |_| Reader::Account(1)).len(), MOST_OF_ONE);
        let held = take_all(&answers, |_| Reader::Lister(1));
        assert_eq!(held.len(), MOST_OF_ONE);
        let refused = answers.take(Reader::Account(1), 1).await.err().unwrap();
        assert_eq!(refused.status().as_u16(), 503);
    }

    #[tokio::test]
    async fn more_than_there_is_takes_all_of_it() {
        let answers = answers();
        assert!(answers.take(Reader::Lister(1), 1 << 40).await.is_ok());
    }
}
