//! A checklist: lines that are right, worth a look, or wrong, each with its mend. Knows nothing of what is checked.

use serde_json::{Value, json};

/// How a line of a checklist came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// As it should be.
    Ok,
    /// Neither good nor bad: something to know.
    Note,
    /// Works, but somebody will be sorry.
    Warn,
    /// Wrong: mend it first.
    Fail,
}

impl State {
    fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Note => "note",
            Self::Warn => "warn",
            Self::Fail => "fail",
        }
    }

    fn mark(self) -> &'static str {
        match self {
            Self::Ok => "✔",
            Self::Note => "·",
            Self::Warn => "!",
            Self::Fail => "✘",
        }
    }
}

/// One line of a checklist. Never holds the value of a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What was looked at, in one word: stable, for scripts.
    pub id: &'static str,
    /// How it came out.
    pub state: State,
    /// What was found, in plain words.
    pub message: String,
    /// What to do about it, in one sentence; none when there is nothing to do.
    pub mend: Option<String>,
}

impl Finding {
    /// A line that is right.
    pub fn ok(id: &'static str, message: impl Into<String>) -> Self {
        Self::new(id, State::Ok, message.into(), None)
    }

    /// A line to know about.
    pub fn note(id: &'static str, message: impl Into<String>) -> Self {
        Self::new(id, State::Note, message.into(), None)
    }

    /// A line worth a look.
    pub fn warn(id: &'static str, message: impl Into<String>, mend: impl Into<String>) -> Self {
        Self::new(id, State::Warn, message.into(), Some(mend.into()))
    }

    /// A line that is wrong.
    pub fn fail(id: &'static str, message: impl Into<String>, mend: impl Into<String>) -> Self {
        Self::new(id, State::Fail, message.into(), Some(mend.into()))
    }

    fn new(id: &'static str, state: State, message: String, mend: Option<String>) -> Self {
        Self {
            id,
            state,
            message,
            mend,
        }
    }
}

/// The lines in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checklist(pub Vec<Finding>);

impl Checklist {
    /// Whether any line is wrong.
    pub fn fails(&self) -> bool {
        self.count(State::Fail) > 0
    }

    fn count(&self, state: State) -> usize {
        self.0.iter().filter(|finding| finding.state == state).count()
    }

    /// For people: a line each, its mend below it, and the sum.
    pub fn as_text(&self) -> String {
        let mut text = String::new();
        for finding in &self.0 {
            text += &format!("{} {}: {}\n", finding.state.mark(), finding.id, finding.message);
            if let Some(mend) = &finding.mend {
                text += &format!("    mend: {mend}\n");
            }
        }
        text + &format!(
            "{} right, {} worth a look, {} wrong\n",
            self.count(State::Ok),
            self.count(State::Warn),
            self.count(State::Fail)
        )
    }

    /// For scripts: `[{"id", "state": "ok"|"note"|"warn"|"fail", "message", "mend": text or null}]`.
    pub fn as_json(&self) -> String {
        let lines: Vec<Value> = self
            .0
            .iter()
            .map(|finding| {
                json!({
                    "id": finding.id,
                    "state": finding.state.name(),
                    "message": finding.message,
                    "mend": finding.mend,
                })
            })
            .collect();
        format!("{:#}\n", Value::Array(lines))
    }
}

/// Bytes for people: `512 MB`, `1.5 GB`; a MB is 1024 × 1024 bytes, as the hosts count.
pub fn readable_bytes(bytes: u64) -> String {
    const MIB: u64 = 1 << 20;
    match bytes {
        0..MIB => format!("{} KB", bytes >> 10),
        _ if bytes < 10 * MIB => format!("{:.1} MB", bytes as f64 / MIB as f64),
        _ if bytes < 1024 * MIB => format!("{} MB", bytes / MIB),
        _ => format!("{:.1} GB", bytes as f64 / (1024 * MIB) as f64),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list() -> Checklist {
        Checklist(vec![
            Finding::ok("debug", "DEBUG is off"),
            Finding::note("sockets", "not yet"),
            Finding::warn("hosts", "any", "set ALLOWED_HOSTS"),
        ])
    }

    #[test]
    fn people_read_marks_and_mends() {
        assert_eq!(
            list().as_text(),
            "✔ debug: DEBUG is off\n· sockets: not yet\n! hosts: any\n    mend: set ALLOWED_HOSTS\n1 right, 1 worth a look, 0 wrong\n"
        );
    }

    #[test]
    fn scripts_read_an_array() {
        let parsed: Value = serde_json::from_str(&list().as_json()).unwrap();
        assert_eq!(
            parsed[0],
            json!({"id": "debug", "state": "ok", "message": "DEBUG is off", "mend": null})
        );
        assert_eq!(parsed[1]["state"], "note");
        assert_eq!(parsed[2]["mend"], "set ALLOWED_HOSTS");
    }

    #[test]
    fn only_a_wrong_line_fails() {
        let mut list = list();
        assert!(!list.fails());
        list.0.push(Finding::fail("disk", "erased", "keep it elsewhere"));
        assert!(list.fails());
    }

    #[test]
    fn bytes_are_readable() {
        let readable = [500 << 10, 12_345_678, 512 << 20, 3 << 29].map(readable_bytes);
        assert_eq!(readable, ["500 KB", "11 MB", "512 MB", "1.5 GB"]);
    }
}
