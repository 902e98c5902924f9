//! The mail that the server wrote into its folder.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::world::World;

/// Mail that is not there by then does not come.
const PATIENCE: Duration = Duration::from_secs(30);

/// A mail.
#[derive(Clone, Debug, PartialEq)]
pub struct Letter {
    pub to: String,
    pub kind: String,
    /// The six digits in it.
    pub code: Option<String>,
    pub subject: String,
    pub text: String,
    /// Where such mails are switched off.
    pub unsubscribe: Option<String>,
}

impl World {
    /// All mail that was sent so far, oldest first; waits until nothing is on its way any more.
    pub fn mail(&self) -> Vec<Letter> {
        let deadline = Instant::now() + PATIENCE;
        while !self.app.errands.is_idle() || self.outbox_size() > 0 {
            // The server's own mailer does the same; whoever claims a mail first sends it.
            let step = self.run(self.app.mail.deliver_next());
            // Several who claim at once may get in each other's way; the next look finds what is left.
            assert!(
                matches!(step, Ok(_) | Err(database::Error::Busy)),
                "the outbox is within reach: {step:?}"
            );
            assert!(Instant::now() < deadline, "mail is stuck in the outbox");
            thread::yield_now();
        }
        self.letters()
    }

    /// All mail to an address.
    pub fn mail_to(&self, address: &str) -> Vec<Letter> {
        self.mail()
            .into_iter()
            .filter(|letter| letter.to == address)
            .collect()
    }

    /// The code in the newest mail of a kind (`verification`, `password_reset`) to an address.
    #[track_caller]
    pub fn code(&self, kind: &str, address: &str) -> String {
        let newest = self
            .mail_to(address)
            .into_iter()
            .rfind(|letter| letter.kind == kind);
        newest
            .and_then(|letter| letter.code)
            .unwrap_or_else(|| panic!("a {kind} code for {address}"))
    }

    fn outbox_size(&self) -> i64 {
        self.sql(|conn| {
            conn.one("SELECT CAST(COUNT(*) AS BIGINT) FROM mail_outbox", &[])?
                .take()
        })
    }

    fn letters(&self) -> Vec<Letter> {
        let Ok(folder) = fs::read_dir(self.folder().join("mail")) else {
            return Vec::new();
        };
        let mut files: Vec<_> = folder.map(|entry| entry.unwrap().path()).collect();
        files.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
        files.sort();
        files
            .iter()
            .map(|path| letter(&fs::read(path).unwrap()))
            .collect()
    }
}

fn letter(bytes: &[u8]) -> Letter {
    let value: Value = serde_json::from_slice(bytes).unwrap();
    let text = |name: &str| value[name].as_str().map(str::to_owned);
    Letter {
        to: text("to").unwrap(),
        kind: text("kind").unwrap(),
        code: text("code"),
        subject: text("subject").unwrap(),
        text: text("text").unwrap(),
        unsubscribe: text("unsubscribe"),
    }
}
