//! What the packages depend on, and where it comes from.

use super::{Finding, Tree};

/// Each group of dependencies stands under a comment that says what it is for. The workspace's own table and the tests'
/// tools need none: what they hold is explained where it is used.
pub(super) fn reasons(tree: &Tree) -> Vec<Finding> {
    let manifests = tree
        .files
        .iter()
        .filter(|(path, _)| path == "Cargo.toml" || path.ends_with("/Cargo.toml"));
    manifests
        .flat_map(|(path, text)| unexplained(path, text))
        .collect()
}

fn unexplained(path: &str, text: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut inside = false;
    let mut explained = false;
    for (number, line) in text.lines().enumerate() {
        match line.trim() {
            header if header.starts_with('[') => {
                inside = header == "[dependencies]"
                    || header.ends_with(".dependencies]") && !header.contains("workspace");
                explained = false;
            }
            "" => explained = false,
            comment if comment.starts_with('#') => explained = true,
            dependency if inside && !explained => {
                let name = dependency.split([' ', '=', '.']).next().unwrap_or_default();
                findings.push(Finding::at(
                    path,
                    number + 1,
                    format!("no comment says what {name} is for"),
                ));
            }
            _ => {}
        }
    }
    findings
}

/// The lock file and cargo's configuration lead to the public index and nowhere else.
pub(super) fn sources(tree: &Tree) -> Vec<Finding> {
    const PUBLIC: &str = "source = \"registry+https://github.com/rust-lang/crates.io-index\"";
    let lock = match tree.file("Cargo.lock") {
        Ok(lock) => lock,
        Err(missing) => return missing,
    };
    let elsewhere = lock
        .lines()
        .enumerate()
        .filter(|(_, line)| line.starts_with("source = ") && *line != PUBLIC);
    let mut findings: Vec<Finding> = elsewhere
        .map(|(number, line)| Finding::at("Cargo.lock", number + 1, format!("is not public: {line}")))
        .collect();

    let configuration = tree.file(".cargo/config.toml").unwrap_or_default();
    let private = ["[source", "[registry", "[registries"];
    let named = configuration
        .lines()
        .enumerate()
        .filter(|(_, line)| private.iter().any(|word| line.starts_with(word)));
    findings.extend(named.map(|(number, line)| {
        Finding::at(
            ".cargo/config.toml",
            number + 1,
            format!("belongs to one machine: {line}"),
        )
    }));
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::places;

    #[test]
    fn a_group_of_dependencies_says_what_it_is_for() {
        let manifest = "[package]\nname = \"a\"\n[dependencies]\n# HTTP.\naxum = \"1\"\nhyper = \"1\"\n\nserde = \"1\"\n\
                        [dev-dependencies]\ntempfile = \"3\"\n[target.'cfg(unix)'.dependencies]\nlibc = \"0\"\n";
        let tree = Tree::of(&[("crates/a/Cargo.toml", manifest)]);
        assert_eq!(
            places(&reasons(&tree)),
            ["crates/a/Cargo.toml:8", "crates/a/Cargo.toml:12"]
        );
    }

    #[test]
    fn packages_come_from_the_public_index() {
        let public = "source = \"registry+https://github.com/rust-lang/crates.io-index\"\n";
        let other = "source = \"git+https://example.com/a\"\n";
        let lock = format!("{public}{other}");
        let tree = Tree::of(&[
            ("Cargo.lock", &lock),
            (".cargo/config.toml", "[alias]\n[source.crates-io]\n"),
        ]);
        assert_eq!(places(&sources(&tree)), ["Cargo.lock:2", ".cargo/config.toml:2"]);
        assert_eq!(places(&sources(&Tree::of(&[]))), ["Cargo.lock"]);
    }
}
