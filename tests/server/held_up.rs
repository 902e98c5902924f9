//! A database that keeps somebody waiting, so that something else can happen first.

use std::sync::{Arc, Condvar, Mutex};
use std::thread::{self, ScopedJoinHandle};
use std::time::{Duration, Instant};

use database::{Conn, Dialect};

use crate::support::World;

/// A database that takes longer than this hangs.
const PATIENCE: Duration = Duration::from_secs(20);

#[derive(Default)]
struct Gate {
    is_open: Mutex<bool>,
    opened: Condvar,
    waiting: Mutex<usize>,
}

impl Gate {
    fn wait(&self) {
        *self.waiting.lock().unwrap() += 1;
        let is_open = self.is_open.lock().unwrap();
        let _ = self
            .opened
            .wait_timeout_while(is_open, PATIENCE, |is_open| !*is_open);
    }

    fn open(&self) {
        *self.is_open.lock().unwrap() = true;
        self.opened.notify_all();
    }
}

/// Waits for something that has to happen.
pub fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < deadline, "{what}");
        thread::sleep(Duration::from_millis(1));
    }
}

/// How somebody's changes get on with those of others, where there is more than one writer.
#[derive(Clone, Copy)]
pub enum Isolation {
    /// As most are written.
    Usual,
    /// By the locks of their rows.
    Ordered,
}

/// Keeps others waiting until it goes on: on SQLite all writes or all reads, on PostgreSQL whoever needs one table.
pub struct HeldUp<'scope> {
    gate: Arc<Gate>,
    holders: Vec<ScopedJoinHandle<'scope, ()>>,
}

impl<'scope> HeldUp<'scope> {
    /// Keeps every write waiting.
    pub fn writes<'env>(world: &'scope World, scope: &'scope thread::Scope<'scope, 'env>) -> Self {
        let gate = Arc::<Gate>::default();
        let holder = {
            let gate = Arc::clone(&gate);
            scope.spawn(move || {
                // It may be late in the end; nothing is asked of it.
                let _: Result<(), database::Error> = world.run(world.app.database.write(move |_| {
                    gate.wait();
                    Ok(())
                }));
            })
        };
        until("the writer is held", || *gate.waiting.lock().unwrap() == 1);
        Self {
            gate,
            holders: vec![holder],
        }
    }

    /// Keeps every read waiting.
    pub fn reads<'env>(world: &'scope World, scope: &'scope thread::Scope<'scope, 'env>) -> Self {
        let gate = Arc::<Gate>::default();
        let readers = database::Options::default().readers;
        let holders = (0..readers).map(|_| {
            let gate = Arc::clone(&gate);
            scope.spawn(move || {
                let _: Result<(), database::Error> = world.run(world.app.database.read(move |_| {
                    gate.wait();
                    Ok(())
                }));
            })
        });
        let holders = holders.collect();
        until("the readers are held", || {
            *gate.waiting.lock().unwrap() == readers
        });
        Self { gate, holders }
    }

    /// Locks a table of PostgreSQL.
    pub fn table<'env>(
        world: &'scope World,
        scope: &'scope thread::Scope<'scope, 'env>,
        lock: &'static str,
    ) -> Self {
        Self::after(world, scope, Isolation::Usual, move |conn| {
            conn.execute(lock, &[]).map(drop)
        })
    }

    /// Has done something that it keeps to itself: it commits when it goes on.
    pub fn after<'env>(
        world: &'scope World,
        scope: &'scope thread::Scope<'scope, 'env>,
        isolation: Isolation,
        work: impl Fn(&mut Conn<'_>) -> Result<(), database::Error> + Send + 'static,
    ) -> Self {
        let gate = Arc::<Gate>::default();
        let holder = {
            let gate = Arc::clone(&gate);
            let work = move |conn: &mut Conn<'_>| {
                work(conn)?;
                gate.wait();
                Ok(())
            };
            scope.spawn(move || {
                let database = &world.app.database;
                let _: Result<(), database::Error> = match isolation {
                    Isolation::Usual => world.run(database.write(work)),
                    Isolation::Ordered => world.run(database.write_ordered(0, work)),
                };
            })
        };
        until("it has been done", || *gate.waiting.lock().unwrap() == 1);
        Self {
            gate,
            holders: vec![holder],
        }
    }

    /// Opens the gate.
    pub fn go_on(self) {
        self.gate.open();
        for holder in self.holders {
            holder.join().unwrap();
        }
    }
}

/// Whether something waits for the gate.
pub fn is_held_up(world: &World) -> bool {
    if world.app.database.dialect() == Dialect::Sqlite {
        let gauges = world.app.database.gauges();
        return gauges.reads_waiting + gauges.writes_waiting > 0;
    }
    // Whoever waits for a row waits for a transaction, which belongs to no database.
    world.number(
        "SELECT CAST(COUNT(*) AS BIGINT) FROM pg_stat_activity
         WHERE wait_event_type = 'Lock' AND datname = current_database()",
    ) > 0
}
