//! The README's settings table is what the server prints about itself.

use super::{Finding, Tree};
use crate::workspace::{cargo, output_of};

const README: &str = "README.md";
const BEGIN: &str = "<!-- settings -->";
const END: &str = "<!-- /settings -->";
/// Prints the table of all settings that `src/config` declares, as Markdown.
const COMMAND: &str = "cargo run --quiet -- settings --markdown";

/// The README's block between the markers is what the command prints.
pub(super) fn table(tree: &Tree) -> Vec<Finding> {
    let text = match tree.file(README) {
        Ok(text) => text,
        Err(missing) => return missing,
    };
    let Some(written) = block(text) else {
        return vec![Finding::new(
            README,
            format!("has no settings table between {BEGIN} and {END}"),
        )];
    };
    let words: Vec<&str> = COMMAND.split(' ').skip(1).collect();
    match output_of(&mut cargo(&words)) {
        Ok(printed) => difference(written, &printed).into_iter().collect(),
        Err(error) => vec![Finding::new(README, format!("cannot be compared: {error}"))],
    }
}

fn block(readme: &str) -> Option<&str> {
    let (_, rest) = readme.split_once(BEGIN)?;
    let (block, _) = rest.split_once(END)?;
    Some(block)
}

/// The first line in which the README differs from what the server prints.
fn difference(written: &str, printed: &str) -> Option<Finding> {
    let (mut written, mut printed) = (written.trim().lines(), printed.trim().lines());
    loop {
        let what = match (written.next(), printed.next()) {
            (None, None) => return None,
            (one, other) if one == other => continue,
            (_, Some(line)) => format!("lacks this line of `{COMMAND}`: {line}"),
            (Some(line), None) => format!("has a setting that `{COMMAND}` does not print: {line}"),
        };
        return Some(Finding::new(README, what));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_stands_between_its_markers() {
        assert_eq!(
            block("a\n<!-- settings -->\nb\n<!-- /settings -->\nc"),
            Some("\nb\n")
        );
        assert_eq!(block("a\n<!-- settings -->\nb\n"), None);
        assert!(
            table(&Tree::of(&[(README, "no table")]))[0]
                .what
                .contains("no settings table")
        );
        assert!(table(&Tree::of(&[]))[0].what.contains("is missing"));
    }

    #[test]
    fn a_table_that_differs_is_found() {
        assert_eq!(difference("\n| A |\n| B |\n", "| A |\n| B |\n"), None);
        let lacks = |written, printed| {
            difference(written, printed)
                .map(|finding| finding.what)
                .unwrap_or_default()
        };
        assert!(lacks("| A |", "| A |\n| B |").ends_with("| B |"));
        assert!(lacks("| A |\n| C |", "| A |").ends_with("| C |"));
        assert!(lacks("", "| A |").contains("lacks"));
    }
}
