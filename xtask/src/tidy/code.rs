//! What the code must not do, or only in one place.

use std::collections::BTreeSet;

use super::source::{Source, words};
use super::{Finding, Tree};

/// Every Rust file outside tests begins with what it owns.
pub(super) fn module_docs(tree: &Tree) -> Vec<Finding> {
    let product = tree.sources.iter().filter(|source| !source.is_test());
    let silent = product.filter(|source| !source.text.starts_with("//!"));
    silent
        .map(|source| Finding::at(&source.path, 1, "does not begin with //! and what it owns"))
        .collect()
}

/// Only `config` reads the environment; a `main.rs` may read its arguments.
pub(super) fn environment(tree: &Tree) -> Vec<Finding> {
    let what = "only src/config reads the environment (main.rs may call std::env::args)";
    let server = tree
        .sources
        .iter()
        .filter(|source| source.is_server() && !source.is_module("config"));
    let mut findings = Vec::new();
    for source in server {
        let main = source.path.ends_with("/main.rs");
        // `std::env::var` holds two of the words: one finding per line.
        let mut lines = BTreeSet::new();
        for word in ["std::env", "env::var", "env::vars", "env::var_os"] {
            for offset in words(&source.product, word) {
                let after = &source.product[offset + word.len()..];
                let compile_time = after.starts_with('!');
                let arguments = main && after.starts_with("::args");
                if !compile_time && !arguments {
                    lines.insert(source.line_of(offset));
                }
            }
        }
        findings.extend(
            lines
                .into_iter()
                .map(|line| Finding::at(&source.path, line, what)),
        );
    }
    findings
}

/// No print macro anywhere, tests and chores included.
pub(super) fn printing(tree: &Tree) -> Vec<Finding> {
    let macros = ["println!", "eprintln!", "print!", "eprint!", "dbg!"];
    let all = || tree.sources.iter();
    macros
        .iter()
        .flat_map(|word| found(all(), |source| &source.code, word, "prints past the one writer"))
        .collect()
}

/// `unsafe` is one module's business.
pub(super) fn unsafe_code(tree: &Tree) -> Vec<Finding> {
    const HOME: &str = "crates/envelope/src/allocator";
    let elsewhere = tree
        .sources
        .iter()
        .filter(|source| !source.path.starts_with(HOME));
    found(
        elsewhere,
        |source| &source.code,
        "unsafe",
        "unsafe outside of the allocator's module",
    )
}

/// Rules and stores are synchronous.
pub(super) fn waiting(tree: &Tree) -> Vec<Finding> {
    let layers = ["rules", "store", "rules.rs", "store.rs"];
    let synchronous =
        |source: &&Source| source.is_server() && source.path.split('/').any(|part| layers.contains(&part));
    let sources = tree.sources.iter().filter(synchronous);
    found(
        sources,
        |source| &source.product,
        ".await",
        "waits, and rules and stores are synchronous",
    )
}

/// No unbounded channel.
pub(super) fn unbounded(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for source in tree.sources.iter().filter(|source| source.is_server()) {
        for (number, line) in source.product.lines().enumerate() {
            if line.to_ascii_lowercase().contains("unbounded") {
                findings.push(Finding::at(&source.path, number + 1, "every queue has a bound"));
            }
        }
    }
    findings
}

/// Tasks are spawned by the one module that owns, names and stops them. (`spawn_blocking` is not meant: who calls it waits.)
pub(super) fn spawning(tree: &Tree) -> Vec<Finding> {
    let server = || {
        tree.sources
            .iter()
            .filter(|source| source.is_server() && !source.is_module("tasks"))
    };
    let calls = ["tokio::spawn", "task::spawn", "task::spawn_local"];
    let what = "only src/tasks spawns";
    calls
        .iter()
        .flat_map(|call| found(server(), |source| &source.product, call, what))
        .collect()
}

/// A finding for each place where the word stands in the chosen view of the sources.
fn found<'a>(
    sources: impl Iterator<Item = &'a Source>,
    view: impl Fn(&'a Source) -> &'a str,
    word: &str,
    what: &str,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for source in sources {
        for offset in words(view(source), word) {
            findings.push(Finding::at(&source.path, source.line_of(offset), what));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::places;

    #[test]
    fn a_file_begins_with_its_documentation() {
        let tree = Tree::of(&[
            ("src/a.rs", "//! A.\n"),
            ("src/b.rs", "use a;\n"),
            ("src/b/tests.rs", "use a;\n"),
        ]);
        assert_eq!(places(&module_docs(&tree)), ["src/b.rs:1"]);
    }

    #[test]
    fn the_environment_is_read_in_one_place() {
        let tree = Tree::of(&[
            ("src/config.rs", "std::env::var(a)"),
            (
                "src/main.rs",
                "std::env::args()\nstd::env::var(a)\nstd::env::temp_dir()",
            ),
            (
                "src/a.rs",
                "// std::env\nenv!(\"A\")\nstd::env!(\"A\")\nuse std::env;\n#[cfg(test)]\nmod t { std::env::var(a) }",
            ),
            ("tests/a.rs", "std::env::var(a)"),
            ("xtask/src/main.rs", "std::env::var(a)"),
        ]);
        assert_eq!(
            places(&environment(&tree)),
            ["src/main.rs:2", "src/main.rs:3", "src/a.rs:4"]
        );
    }

    #[test]
    fn nothing_prints_not_even_a_test() {
        let tree = Tree::of(&[
            ("src/a.rs", "println!(\"dbg!\")\nsay(\"println!\")\n"),
            ("tests/a.rs", "dbg!(a)"),
        ]);
        assert_eq!(places(&printing(&tree)), ["src/a.rs:1", "tests/a.rs:1"]);
    }

    #[test]
    fn unsafe_has_one_home() {
        let tree = Tree::of(&[
            ("crates/envelope/src/allocator.rs", "unsafe { a() }"),
            ("src/a.rs", "#![deny(unsafe_code)]\nunsafe { a() }"),
        ]);
        assert_eq!(places(&unsafe_code(&tree)), ["src/a.rs:2"]);
    }

    #[test]
    fn rules_and_stores_never_wait() {
        let waits = "a()\n    .await\n";
        let tree = Tree::of(&[
            ("src/a/rules.rs", waits),
            ("src/a/store/b.rs", waits),
            ("src/a/api.rs", waits),
        ]);
        assert_eq!(
            places(&waiting(&tree)),
            ["src/a/rules.rs:2", "src/a/store/b.rs:2"]
        );
    }

    #[test]
    fn queues_without_a_bound_are_found() {
        let tree = Tree::of(&[(
            "src/a.rs",
            "// unbounded\nmpsc::unbounded_channel()\nx: UnboundedSender\n",
        )]);
        assert_eq!(places(&unbounded(&tree)), ["src/a.rs:2", "src/a.rs:3"]);
    }

    #[test]
    fn only_the_tasks_module_spawns() {
        let spawns =
            "tokio::spawn(a);\ntokio::task::spawn(a);\ntask::spawn_blocking(a);\nstd::thread::spawn(a);\n";
        let tree = Tree::of(&[
            ("src/tasks.rs", spawns),
            ("src/a.rs", spawns),
            ("crates/b/src/lib.rs", spawns),
        ]);
        let expected = [
            "src/a.rs:1",
            "crates/b/src/lib.rs:1",
            "src/a.rs:2",
            "crates/b/src/lib.rs:2",
        ];
        assert_eq!(places(&spawning(&tree)), expected);
    }
}
