//! The environment of the process, and the `.env` file that stands in for it in development.

use std::path::Path;
use std::{fs, io};

use super::reader::as_flag;

/// A file of settings is shorter than this, in bytes.
const LONGEST: u64 = 64 << 10;

/// Variables by name. What the process was given wins over the file.
pub(super) struct Environment<P> {
    process: P,
    file: Vec<(String, String)>,
    /// There is a file, and it was left alone.
    pub(super) is_file_ignored: bool,
}

impl<P: Fn(&str) -> Option<String>> Environment<P> {
    /// Reads `.env` in `folder`, in development only: where it or the process says `DEBUG=true`, and never on the
    /// hosting platform, which sets `RENDER`. The faults name lines, never values.
    pub(super) fn read(process: P, folder: &Path) -> Result<Self, Vec<String>> {
        let none = |process, is_file_ignored| Self {
            process,
            file: Vec::new(),
            is_file_ignored,
        };
        let Some(text) = read_file(&folder.join(".env")).map_err(|fault| vec![fault])? else {
            return Ok(none(process, false));
        };
        let (file, faults) = parse(&text);
        let environment = Self {
            process,
            file,
            is_file_ignored: false,
        };
        if !environment.is_true("DEBUG") || (environment.process)("RENDER").is_some() {
            return Ok(none(environment.process, true));
        }
        if faults.is_empty() {
            Ok(environment)
        } else {
            Err(faults)
        }
    }

    /// The value of a variable.
    pub(super) fn get(&self, name: &str) -> Option<String> {
        // A name that stands twice: the last one counts, as in a shell.
        let in_file = || self.file.iter().rev().find(|(key, _)| key == name);
        (self.process)(name).or_else(|| in_file().map(|(_, value)| value.clone()))
    }

    fn is_true(&self, name: &str) -> bool {
        self.get(name).is_some_and(|value| as_flag(&value) == Some(true))
    }
}

fn read_file(path: &Path) -> Result<Option<String>, String> {
    match fs::metadata(path) {
        Ok(file) if file.len() > LONGEST => {
            return Err(".env is too long to be a file of settings".to_owned());
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        _ => {}
    }
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) => Err(format!(".env cannot be read: {error}")),
    }
}

/// Lines `NAME=value`, with `export` before and quotation marks around the value where somebody likes them; `#` begins
/// a comment. What is none of this is a fault.
fn parse(text: &str) -> (Vec<(String, String)>, Vec<String>) {
    let (mut variables, mut faults) = (Vec::new(), Vec::new());
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        match assignment(line) {
            Some(variable) => variables.push(variable),
            None => faults.push(format!(".env, line {}: NAME=value is needed", index + 1)),
        }
    }
    (variables, faults)
}

fn assignment(line: &str) -> Option<(String, String)> {
    let line = line.strip_prefix("export ").unwrap_or(line);
    let (name, value) = line.split_once('=')?;
    let name = name.trim_end();
    let is_name = name
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    (is_name && !name.is_empty()).then_some(())?;
    Some((name.to_owned(), unquoted(value.trim())?))
}

fn unquoted(value: &str) -> Option<String> {
    let Some(quote) = value.chars().next().filter(|first| matches!(first, '"' | '\'')) else {
        let bare = value.find(" #").map_or(value, |comment| &value[..comment]);
        return Some(bare.trim_end().to_owned());
    };
    let (inside, after) = value[1..].split_once(quote)?;
    let after = after.trim_start();
    (after.is_empty() || after.starts_with('#')).then(|| inside.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(
        process: &'static [(&str, &str)],
        file: &str,
    ) -> Result<Environment<impl Fn(&str) -> Option<String>>, Vec<String>> {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(".env"), file).unwrap();
        let process = |name: &str| {
            let found = process.iter().find(|(key, _)| *key == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        Environment::read(process, folder.path())
    }

    #[test]
    fn in_development_the_file_stands_in_for_the_process() {
        let file = "# of the class\nDEBUG=True\nexport PORT = 9000 # mine\nMAIL_FROM=\"a # b\"\nHOST='::1'\nEMPTY=\n";
        let environment = environment(&[("PORT", "7000")], file).unwrap();
        assert_eq!(environment.get("DEBUG").as_deref(), Some("True"));
        assert_eq!(
            environment.get("PORT").as_deref(),
            Some("7000"),
            "the process wins"
        );
        assert_eq!(environment.get("MAIL_FROM").as_deref(), Some("a # b"));
        assert_eq!(environment.get("HOST").as_deref(), Some("::1"));
        assert_eq!(environment.get("EMPTY").as_deref(), Some(""));
        assert_eq!(environment.get("ABSENT"), None);
    }

    #[test]
    fn in_production_the_file_is_left_alone() {
        const EMPTY: &[(&str, &str)] = &[];
        for (process, file) in [
            (EMPTY, "SECRET_KEY=x"),
            (&[("DEBUG", "false")], "DEBUG=true\nSECRET_KEY=x"),
            (&[("RENDER", "true")], "DEBUG=true\nSECRET_KEY=x"),
            (EMPTY, "junk"),
        ] {
            let environment = environment(process, file).unwrap();
            assert_eq!(environment.get("SECRET_KEY"), None, "{process:?} {file}");
            assert!(environment.is_file_ignored);
        }
    }

    #[test]
    fn a_fault_names_the_line_and_not_what_stands_there() {
        let faults = environment(&[], "DEBUG=true\nhunter2\nSMTP_PASSWORD='hunter2\n\n=hunter2").err();
        let faults = faults.unwrap().join("\n");
        assert_eq!(faults.matches("NAME=value").count(), 3, "{faults}");
        assert!(
            faults.contains("line 2") && !faults.contains("hunter2"),
            "{faults}"
        );
    }

    #[test]
    fn without_a_file_there_is_the_process_alone() {
        let folder = tempfile::tempdir().unwrap();
        let environment = Environment::read(|_| Some("here".to_owned()), folder.path()).unwrap();
        assert_eq!(environment.get("ANY").as_deref(), Some("here"));
        assert!(!environment.is_file_ignored);
    }
}
