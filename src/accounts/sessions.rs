//! Who is signed in: a bounded memory of account states, and who was seen lately.
//!
//! A request costs no query while its session is remembered. Memory: two generations of at most 10,000 entries; a
//! revocation on this server is felt at once, one made elsewhere within half a minute.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::clock::{MINUTE, SECOND};

/// How long an account's state is believed.
const BELIEVED_FOR: i64 = 30 * SECOND;
/// The same for an administrator at the console, while the database does not answer.
const ADMIN_BELIEVED_FOR: i64 = 15 * MINUTE;
/// How long it is remembered that somebody was seen.
const REMEMBERED_FOR: i64 = 10 * MINUTE;
const GENERATION: usize = 10_000;
const MOST_SEEN: usize = 20_000;

/// The account behind a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The account's id.
    pub id: i64,
    /// Its login name.
    pub username: String,
    /// The id of the session that the token names.
    pub session: String,
    /// Child, parent or teacher.
    pub user_type: String,
    /// Keeps order.
    pub is_admin: bool,
    /// Makes administrators, and deletes for good.
    pub is_superuser: bool,
    /// The adult who looks at the world as this child; nothing: it is the owner.
    pub acting: Option<i64>,
}

#[derive(Clone, Debug)]
struct Entry {
    account: Account,
    believed_until: i64,
}

#[derive(Debug, Default)]
struct Memory {
    young: HashMap<String, Entry>,
    old: HashMap<String, Entry>,
    seen: HashMap<i64, i64>,
    /// When people were last seen; what [`Sessions::seen_since`] counts. Numbers alone, in one piece of memory.
    people: HashMap<i64, i64>,
    /// How often something was forgotten.
    forgotten: u64,
}

impl Memory {
    fn see(&mut self, user_id: i64, now: i64) {
        if self.seen.len() < MOST_SEEN {
            self.seen.insert(user_id, now);
        }
        if self.people.len() < MOST_SEEN || self.people.contains_key(&user_id) {
            self.people.insert(user_id, now);
        }
    }
}

/// Taken before a session is looked up: what is read then may be remembered only if nothing was forgotten since.
#[derive(Clone, Copy, Debug)]
pub struct Ticket(u64);

/// Remembers sessions.
#[derive(Debug, Default)]
pub struct Sessions(Mutex<Memory>);

impl Sessions {
    fn memory(&self) -> MutexGuard<'_, Memory> {
        // Every change under this lock is a single insert or remove: a panic elsewhere leaves nothing half done.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The account of a session, if it is remembered and still to be believed.
    pub fn recall(&self, session: &str, now: i64) -> Option<Account> {
        let memory = self.memory();
        let entry = memory.young.get(session).or_else(|| memory.old.get(session))?;
        (entry.believed_until > now).then(|| entry.account.clone())
    }

    /// The administrator of a session while the database does not answer: believed for longer, because the console is
    /// wanted most then.
    pub fn recall_admin(&self, session: &str, now: i64) -> Option<Account> {
        let memory = self.memory();
        let entry = memory.young.get(session).or_else(|| memory.old.get(session))?;
        let believed_until = entry.believed_until - BELIEVED_FOR + ADMIN_BELIEVED_FOR;
        (entry.account.is_admin && believed_until > now).then(|| entry.account.clone())
    }

    /// The ticket for a look into the database that begins now.
    pub fn ticket(&self) -> Ticket {
        Ticket(self.memory().forgotten)
    }

    /// Remembers a session that was looked up with `ticket`, and that its owner was seen. Does nothing if any session
    /// was forgotten meanwhile: it may have been this one, and the next request looks again.
    pub fn remember(&self, account: Account, now: i64, ticket: Ticket) {
        let mut memory = self.memory();
        if memory.forgotten != ticket.0 {
            return;
        }
        // A child whose parent looks around was not here.
        if account.acting.is_none() {
            memory.see(account.id, now);
        }
        if memory.young.len() >= GENERATION {
            memory.old = std::mem::take(&mut memory.young);
        }
        let entry = Entry {
            believed_until: now + BELIEVED_FOR,
            account,
        };
        memory.young.insert(entry.account.session.clone(), entry);
    }

    /// Somebody was seen who has not called: at a socket.
    pub fn saw(&self, user_id: i64, now: i64) {
        self.memory().see(user_id, now);
    }

    /// Gives back what is remembered in vain: accounts that are not believed any more, people who were seen long ago.
    /// Between the memory of others even a few short texts keep whole pages from going back.
    pub fn tidy(&self, now: i64) {
        let mut memory = self.memory();
        let Memory {
            young, old, people, ..
        } = &mut *memory;
        let is_of_use = |entry: &Entry| {
            let believed_for = if entry.account.is_admin {
                ADMIN_BELIEVED_FOR
            } else {
                BELIEVED_FOR
            };
            entry.believed_until - BELIEVED_FOR + believed_for > now
        };
        for generation in [young, old] {
            generation.retain(|_, entry| is_of_use(entry));
            generation.shrink_to_fit();
        }
        people.retain(|_, at| now - *at <= REMEMBERED_FOR);
        people.shrink_to_fit();
    }

    /// Forgets one session.
    pub fn forget(&self, session: &str) {
        let mut memory = self.memory();
        memory.forgotten += 1;
        memory.young.remove(session);
        memory.old.remove(session);
    }

    /// Forgets all sessions of an account, and all in which its owner looks at the world as somebody else.
    pub fn forget_account(&self, user_id: i64) {
        let mut memory = self.memory();
        memory.forgotten += 1;
        let is_other = |_: &String, entry: &mut Entry| {
            entry.account.id != user_id && entry.account.acting != Some(user_id)
        };
        memory.young.retain(is_other);
        memory.old.retain(is_other);
    }

    /// How many people were seen at `since` or later, which is not longer ago than they are remembered: ten minutes.
    pub fn seen_since(&self, since: i64) -> usize {
        self.memory().people.values().filter(|at| **at >= since).count()
    }

    /// Takes the accounts that were seen since the last call, each with its instant, in the order of their ids: whoever
    /// writes to several accounts does it in this order, and never waits in a circle.
    pub fn take_seen(&self) -> Vec<(i64, i64)> {
        let mut seen: Vec<(i64, i64)> = std::mem::take(&mut self.memory().seen).into_iter().collect();
        seen.sort_unstable();
        seen
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(id: i64, session: &str) -> Account {
        Account {
            id,
            username: format!("user{id}"),
            session: session.to_owned(),
            user_type: "child".to_owned(),
            is_admin: false,
            is_superuser: false,
            acting: None,
        }
    }

    #[test]
    fn an_account_is_believed_for_half_a_minute() {
        let sessions = Sessions::default();
        sessions.remember(account(7, "a"), 0, sessions.ticket());
        assert!(sessions.recall("a", 29 * SECOND).is_some());
        assert!(sessions.recall("a", 30 * SECOND).is_none());
    }

    #[test]
    fn forgetting_takes_one_or_all() {
        let sessions = Sessions::default();
        for session in ["a", "b", "c"] {
            sessions.remember(account(7, session), 0, sessions.ticket());
        }
        sessions.remember(account(8, "d"), 0, sessions.ticket());
        sessions.forget("a");
        assert!(sessions.recall("a", 0).is_none() && sessions.recall("b", 0).is_some());
        sessions.forget_account(7);
        assert!(sessions.recall("b", 0).is_none() && sessions.recall("d", 0).is_some());
    }

    #[test]
    fn a_view_is_forgotten_with_its_adult_and_leaves_the_child_unseen() {
        let sessions = Sessions::default();
        let view = |session| Account {
            acting: Some(7),
            ..account(8, session)
        };
        sessions.remember(view("a"), 0, sessions.ticket());
        sessions.remember(account(8, "b"), 1, sessions.ticket());
        assert_eq!(sessions.take_seen(), [(8, 1)]);
        sessions.forget_account(7);
        assert!(sessions.recall("a", 0).is_none() && sessions.recall("b", 1).is_some());
    }

    #[test]
    fn what_was_read_before_a_forgetting_is_not_remembered_after_it() {
        for forget in [(|sessions| sessions.forget("a")) as fn(&Sessions), |sessions| {
            sessions.forget_account(7);
        }] {
            let sessions = Sessions::default();
            let ticket = sessions.ticket();
            forget(&sessions);
            sessions.remember(account(7, "a"), 0, ticket);
            assert!(sessions.recall("a", 0).is_none());
            sessions.remember(account(7, "a"), 0, sessions.ticket());
            assert!(sessions.recall("a", 0).is_some());
        }
    }

    #[test]
    fn memory_is_bounded() {
        let sessions = Sessions::default();
        for id in 0..50_000 {
            sessions.remember(account(id, &id.to_string()), 0, sessions.ticket());
        }
        let memory = sessions.memory();
        assert!(memory.young.len() + memory.old.len() <= 2 * GENERATION);
        assert_eq!(memory.seen.len(), MOST_SEEN);
    }

    #[test]
    fn people_online_are_counted_once() {
        let sessions = Sessions::default();
        for (id, session, at) in [(7, "a", 0), (8, "b", 10), (8, "c", 20)] {
            sessions.remember(account(id, session), at, sessions.ticket());
        }
        assert_eq!(sessions.seen_since(0), 2);
        assert_eq!(sessions.seen_since(1), 1);
        assert_eq!(sessions.seen_since(21), 0);
    }

    #[test]
    fn what_is_of_no_use_any_more_is_given_back() {
        let sessions = Sessions::default();
        let admin = Account {
            is_admin: true,
            ..account(9, "admin")
        };
        for account in [account(7, "a"), admin] {
            sessions.remember(account, 0, sessions.ticket());
        }
        sessions.tidy(30 * SECOND);
        assert_eq!(sessions.memory().young.len(), 1);
        assert!(sessions.recall_admin("admin", 14 * MINUTE).is_some());
        assert_eq!(sessions.seen_since(0), 2);
        sessions.tidy(16 * MINUTE);
        assert_eq!(sessions.seen_since(0), 0);
        let memory = sessions.memory();
        assert_eq!(memory.young.capacity() + memory.people.capacity(), 0);
    }

    #[test]
    fn each_account_is_seen_once() {
        let sessions = Sessions::default();
        sessions.remember(account(7, "a"), 1, sessions.ticket());
        sessions.remember(account(7, "b"), 2, sessions.ticket());
        assert_eq!(sessions.take_seen(), [(7, 2)]);
        assert!(sessions.take_seen().is_empty());
    }
}
