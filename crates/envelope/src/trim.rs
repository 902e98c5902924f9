//! When free memory goes back to the kernel. Pure: knows neither allocator nor clock.

use std::time::Duration;

use crate::level::Level;

/// Trims are at least this far apart. What a crowd leaves behind has to be gone within a minute of its going, even if the
/// last trim came in the middle of it and what it had is held for half of that minute.
const PAUSE: Duration = Duration::from_secs(25);
/// And so far where memory is so short that idle connections are given up for it.
const PAUSE_IN_NEED: Duration = Duration::from_secs(10);
/// Less than this is not worth the allocator's locks.
const WORTHWHILE: u64 = 1024 * 1024;
/// So much less in use than at the last trim is a reason by itself: what is left of a crowd lies scattered, and as long as
/// it was there each piece of it kept a whole page.
const GONE: u64 = 64 * 1024;

/// For so long nobody has to be seen at work that holds a permit. What is given back between two saves of a class, which
/// come every five seconds, is touched for the first time again by the next.
const QUIET: Duration = Duration::from_secs(7);
/// So long after the last trim that is not waited for any more: some server is never quiet.
const LONGEST: Duration = Duration::from_secs(180);

/// How often the allocator is asked what is in use. It walks all that is free for that, with its locks held. A look each
/// second that asked took 4 to 14 ms of CPU on a machine where nothing else ran, about twice what it takes without.
const ASKED_EVERY: Duration = Duration::from_secs(5);

/// What is known of the process at one moment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Look {
    /// Time since some fixed instant.
    pub now: Duration,
    /// Bytes in memory.
    pub resident: u64,
    /// Bytes of the allocator's that are in use; `None` where it is not known, or was not asked.
    pub in_use: Option<u64>,
    /// Whether work that holds a permit is under way: then more memory is about to be free.
    pub is_busy: bool,
    pub level: Level,
}

/// Remembers the last trim.
#[derive(Debug, Default)]
pub(crate) struct Trim {
    last: Option<Last>,
    is_announced: bool,
    /// When the allocator was asked last.
    asked: Option<Duration>,
    /// When such work was seen last.
    busy: Option<Duration>,
}

/// What to do about free memory now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// There is nothing worth it, or it is too early.
    Wait,
    /// Tell the threads that a trim comes with the next look: what the allocator keeps for each of them it cannot find.
    Announce,
    /// Give it back.
    Trim,
}

#[derive(Debug)]
struct Last {
    at: Duration,
    /// What was left in memory that the allocator does not count: the program, stacks, halves of pages.
    besides: u64,
    /// What was in use after it.
    in_use: u64,
}

impl Trim {
    /// Whether the allocator is to be asked at `now` what is in use: not where the answer would change nothing.
    pub(crate) fn asks(&mut self, now: Duration, level: Level) -> bool {
        let was_asked = self
            .asked
            .is_some_and(|asked| now.saturating_sub(asked) < ASKED_EVERY);
        let may_come = self.is_rested(now, level) && (self.is_quiet(now) || level > Level::Green);
        let asks = self.is_announced || may_come && (!was_asked || level == Level::Red);
        if asks {
            self.asked = Some(now);
        }
        asks
    }

    /// Whether the last trim is long enough ago.
    fn is_rested(&self, now: Duration, level: Level) -> bool {
        let pause = if level == Level::Red { PAUSE_IN_NEED } else { PAUSE };
        self.last
            .as_ref()
            .is_none_or(|last| now.saturating_sub(last.at) >= pause)
    }

    /// Whether nobody was at work for a while, or not now and the last trim is too long ago.
    fn is_quiet(&self, now: Duration) -> bool {
        let Some(busy) = self.busy else { return true };
        let last = self.last.as_ref().map_or(Duration::ZERO, |last| last.at);
        now.saturating_sub(busy) >= QUIET || busy < now && now.saturating_sub(last) >= LONGEST
    }

    /// What is to be done at this look. A trim is announced by the look before it, unless memory is about to run out.
    pub(crate) fn step(&mut self, look: Look) -> Step {
        if look.is_busy {
            self.busy = Some(look.now);
        }
        if !self.is_due(look) {
            self.is_announced = false;
            return Step::Wait;
        }
        if std::mem::replace(&mut self.is_announced, true) || look.level == Level::Red {
            Step::Trim
        } else {
            Step::Announce
        }
    }

    /// Whether to trim. What the allocator counts as free does not tell: it counts what it has given back, too. But
    /// a trim leaves what is in use and what is no heap; so what is in memory beyond these has been freed since.
    fn is_due(&self, look: Look) -> bool {
        let Some(in_use) = look.in_use else {
            return false;
        };
        let is_worth_it = match &self.last {
            None => look.resident >= WORTHWHILE,
            Some(last) => {
                look.resident.saturating_sub(last.besides + in_use) >= WORTHWHILE
                    || last.in_use.saturating_sub(in_use) >= GONE
            }
        };
        let may_come = self.is_quiet(look.now) || look.level > Level::Green;
        self.is_rested(look.now, look.level) && is_worth_it && may_come
    }

    /// Notes a trim at `now` that left `resident` bytes, of which `in_use` are the allocator's.
    pub(crate) fn done(&mut self, now: Duration, resident: u64, in_use: Option<u64>) {
        let in_use = in_use.unwrap_or_default();
        self.last = Some(Last {
            at: now,
            besides: resident.saturating_sub(in_use),
            in_use,
        });
        self.is_announced = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: u64 = 1024 * 1024;

    /// Of the resident bytes 4 MiB are in use.
    fn look(seconds: u64, resident_mib: u64) -> Look {
        Look {
            now: Duration::from_secs(seconds),
            resident: resident_mib * MIB,
            in_use: Some(4 * MIB),
            is_busy: false,
            level: Level::Green,
        }
    }

    /// The first of all, after one second: 8 of 12 MiB are no heap.
    fn trimmed() -> Trim {
        let mut trim = Trim::default();
        assert!(trim.is_due(look(1, 34)));
        trim.done(Duration::from_secs(1), 12 * MIB, Some(4 * MIB));
        trim
    }

    #[test]
    fn it_trims_once_in_a_while_and_only_what_is_free() {
        let trim = trimmed();
        assert!(!trim.is_due(look(2, 40)));
        assert!(trim.is_due(look(27, 40)));
        assert!(!trim.is_due(look(27, 12)), "nothing is free");
        let used = Look {
            in_use: Some(32 * MIB),
            ..look(27, 40)
        };
        assert!(!trim.is_due(used), "all of it is used");
        let unknown = Look {
            in_use: None,
            ..look(27, 40)
        };
        assert!(!trim.is_due(unknown), "another allocator");
    }

    #[test]
    fn a_trim_is_announced_by_the_look_before_it() {
        let mut trim = trimmed();
        assert_eq!(trim.step(look(2, 40)), Step::Wait);
        assert_eq!(trim.step(look(30, 40)), Step::Announce);
        assert_eq!(trim.step(look(31, 40)), Step::Trim);
        trim.done(Duration::from_secs(31), 12 * MIB, Some(4 * MIB));
        assert_eq!(trim.step(look(60, 12)), Step::Wait);
        assert_eq!(trim.step(look(61, 40)), Step::Announce);
        let busy = Look {
            is_busy: true,
            ..look(62, 40)
        };
        assert_eq!(trim.step(busy), Step::Wait);
        assert_eq!(trim.step(look(68, 40)), Step::Wait, "too soon after that");
        assert_eq!(trim.step(look(69, 40)), Step::Announce, "too long ago");
        assert_eq!(trim.step(look(70, 40)), Step::Trim);
        let red = Look {
            level: Level::Red,
            ..look(62, 40)
        };
        assert_eq!(Trim::default().step(red), Step::Trim, "at once");
    }

    #[test]
    fn a_server_that_is_never_quiet_is_trimmed_all_the_same() {
        let mut trim = trimmed();
        let busy = |seconds| Look {
            is_busy: true,
            ..look(seconds, 40)
        };
        for seconds in (2..180).step_by(5) {
            assert_eq!(trim.step(busy(seconds)), Step::Wait);
            let next = seconds + 1;
            assert!(!trim.asks(Duration::from_secs(next), Level::Green), "in vain");
            assert_eq!(trim.step(look(next, 40)), Step::Wait);
        }
        assert_eq!(trim.step(busy(182)), Step::Wait, "not in the middle of it");
        assert!(trim.asks(Duration::from_secs(183), Level::Green));
        assert_eq!(trim.step(look(183, 40)), Step::Announce);
    }

    #[test]
    fn the_allocator_is_asked_when_a_trim_may_come_and_not_every_second() {
        let mut trim = Trim::default();
        let at = Duration::from_secs;
        assert!(trim.asks(at(1), Level::Green));
        assert_eq!(trim.step(look(1, 34)), Step::Announce);
        assert!(trim.asks(at(2), Level::Green), "what was announced comes");
        trim.done(at(2), 12 * MIB, Some(4 * MIB));
        let asked: Vec<u64> = (3..60).filter(|now| trim.asks(at(*now), Level::Green)).collect();
        assert_eq!(asked, [27, 32, 37, 42, 47, 52, 57]);
        assert!(trim.asks(at(60), Level::Red), "memory is about to run out");
    }

    #[test]
    fn what_was_used_during_the_last_trim_is_given_back_by_the_next() {
        let mut trim = trimmed();
        trim.done(Duration::from_secs(60), 20 * MIB, Some(12 * MIB));
        let later = look(120, 20);
        assert!(trim.is_due(later), "8 MiB of what was in use then is free now");
    }

    #[test]
    fn pages_that_were_kept_by_pieces_are_given_back_when_these_are_gone() {
        let mut trim = trimmed();
        trim.done(Duration::from_secs(60), 22 * MIB, Some(6 * MIB));
        let look = |in_use| Look {
            in_use: Some(in_use),
            ..look(120, 20)
        };
        assert!(!trim.is_due(look(6 * MIB)), "the same pieces keep the same pages");
        assert!(
            trim.is_due(look(5 * MIB)),
            "of 8 MiB that are scattered pages no byte may be used"
        );
    }

    #[test]
    fn it_waits_for_quiet_unless_memory_is_short() {
        let busy = Look {
            is_busy: true,
            ..look(1, 40)
        };
        assert_eq!(Trim::default().step(busy), Step::Wait);
        let short = Look {
            level: Level::Yellow,
            ..busy
        };
        assert_eq!(Trim::default().step(short), Step::Announce);
        let (trim, soon) = (trimmed(), look(12, 40));
        assert!(!trim.is_due(Look {
            level: Level::Orange,
            ..soon
        }));
        assert!(trim.is_due(Look {
            level: Level::Red,
            ..soon
        }));
    }
}
