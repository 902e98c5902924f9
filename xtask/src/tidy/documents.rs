//! What the documents must say, and what they must not give away.

use std::collections::BTreeSet;

use super::{Finding, Tree, extension};

const MAP: &str = "ARCHITECTURE.md";
const MAP_LINES: usize = 300;

/// ARCHITECTURE.md has less than 300 lines and names every folder of `src/` as `name/`.
pub(super) fn map(tree: &Tree) -> Vec<Finding> {
    let text = match tree.file(MAP) {
        Ok(text) => text,
        Err(missing) => return missing,
    };
    let mut findings = Vec::new();
    let lines = text.lines().count();
    if lines >= MAP_LINES {
        findings.push(Finding::new(
            MAP,
            format!("{lines} lines, and it stays under {MAP_LINES}"),
        ));
    }
    let inside = tree
        .sources
        .iter()
        .filter_map(|source| source.path.strip_prefix("src/")?.split_once('/'));
    let folders: BTreeSet<&str> = inside.map(|(folder, _)| folder).collect();
    let unnamed = folders
        .iter()
        .filter(|folder| !text.contains(&format!("{folder}/")));
    findings
        .extend(unnamed.map(|folder| Finding::new(MAP, format!("does not name the folder src/{folder}/"))));
    findings
}

/// Documents name no folder of the machine that they were written on, and no host that only it can reach.
pub(super) fn machines(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in tree
        .files
        .iter()
        .filter(|(path, _)| ["md", "txt"].contains(&extension(path)))
    {
        for (number, line) in text.lines().enumerate() {
            for folder in ["/home/", "/tmp/", "/root/"]
                .iter()
                .filter(|folder| line.contains(**folder))
            {
                findings.push(Finding::at(
                    path,
                    number + 1,
                    format!("names a folder of one machine: {folder}"),
                ));
            }
            for host in hosts(line).filter(|host| is_private(host)) {
                findings.push(Finding::at(
                    path,
                    number + 1,
                    format!("names a host of one network: {host}"),
                ));
            }
        }
    }
    findings
}

/// The hosts of the web addresses in a line, without user and port.
fn hosts(line: &str) -> impl Iterator<Item = &str> {
    line.split("://").skip(1).map(|rest| {
        let end = |c: char| !(c.is_alphanumeric() || "-._@:".contains(c));
        let authority = rest.split(end).next().unwrap_or_default();
        let host = authority.rsplit('@').next().unwrap_or_default();
        host.split(':').next().unwrap_or_default()
    })
}

/// Addresses by number other than the machine itself, names of private networks, and package mirrors.
fn is_private(host: &str) -> bool {
    let by_number = host
        .parse::<std::net::Ipv4Addr>()
        .is_ok_and(|ip| !ip.is_loopback() && !ip.is_unspecified());
    let labels: Vec<&str> = host.split('.').collect();
    let private = ["internal", "corp", "lan", "intranet"]
        .iter()
        .any(|name| labels.last() == Some(name));
    let mirror = ["artifactory", "nexus", "mirror", "jfrog"]
        .iter()
        .any(|name| host.contains(name));
    by_number || private || mirror
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::places;

    #[test]
    fn the_map_names_every_folder_and_stays_short() {
        let sources = [
            ("src/accounts/mod.rs", ""),
            ("src/wire/mod.rs", ""),
            ("src/main.rs", ""),
        ];
        let with = |text: &str| {
            let mut files = sources.to_vec();
            files.push((MAP, text));
            map(&Tree::of(&files))
        };
        assert_eq!(with("`src/accounts/` and `wire/`"), []);
        assert!(with("`src/accounts/`")[0].what.contains("src/wire/"));
        assert!(
            with(&"accounts/ wire/\n".repeat(300))[0]
                .what
                .contains("300 lines")
        );
        assert_eq!(places(&map(&Tree::of(&sources))), [MAP]);
    }

    #[test]
    fn documents_give_no_machine_away() {
        let public =
            "http://127.0.0.1:8000/ https://crates.io/x postgres://user:secret@db.example.com/tinytales\n";
        let private =
            "cp /tmp/x\nhttp://10.1.2.3/\nhttps://me@nexus.example.com:8443/x\nhttp://db.internal:1\n";
        let tree = Tree::of(&[
            ("README.md", public),
            ("docs/a.md", private),
            ("Cargo.toml", private),
        ]);
        assert_eq!(
            places(&machines(&tree)),
            ["docs/a.md:1", "docs/a.md:2", "docs/a.md:3", "docs/a.md:4"]
        );
    }
}
