//! Conversations as text files, replayed against the real server over real sockets: `tests/transcripts/*.txt`, whose
//! README says how they are written. One test for each file.

mod line;
mod pattern;
mod play;
mod script;

use std::fs;
use std::path::{Path, PathBuf};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/transcripts")
}

/// Replays a file in a world of its own.
#[track_caller]
fn replay(name: &str) {
    let path = folder().join(format!("{name}.txt"));
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let steps = script::parse(&text).unwrap_or_else(|error| panic!("{name}.txt:{error}"));
    if let Err(error) = play::play(&steps) {
        panic!("{name}.txt:{error}");
    }
}

#[test]
fn notifications_door() {
    replay("notifications_door");
}

#[test]
fn notifications_friends() {
    replay("notifications_friends");
}

#[test]
fn race_01_edits_of_several() {
    replay("race_01_edits_of_several");
}

#[test]
fn race_03_votes() {
    replay("race_03_votes");
}

#[test]
fn race_03_votes_of_those_who_leave() {
    replay("race_03_votes_of_those_who_leave");
}

#[test]
fn race_03_votes_that_run_out() {
    replay("race_03_votes_that_run_out");
}

#[test]
fn race_04_two_ends() {
    replay("race_04_two_ends");
}

#[test]
fn race_04_who_may_finalise() {
    replay("race_04_who_may_finalise");
}

#[test]
fn race_05_pages_of_many_names() {
    replay("race_05_pages_of_many_names");
}

#[test]
fn race_06_lines_while_they_are_drawn() {
    replay("race_06_lines_while_they_are_drawn");
}

#[test]
fn race_07_added_pages() {
    replay("race_07_added_pages");
}

#[test]
fn race_08_wrong_indexes() {
    replay("race_08_wrong_indexes");
}

#[test]
fn race_09_clear() {
    replay("race_09_clear");
}

#[test]
fn race_10_blank_newcomers() {
    replay("race_10_blank_newcomers");
}

#[test]
fn race_11_kick() {
    replay("race_11_kick");
}

#[test]
fn race_12_who_is_there() {
    replay("race_12_who_is_there");
}

#[test]
fn race_13_ended_is_final() {
    replay("race_13_ended_is_final");
}

#[test]
fn race_14_every_page_in_its_place() {
    replay("race_14_every_page_in_its_place");
}

#[test]
fn race_15_participants() {
    replay("race_15_participants");
}

#[test]
fn race_16_typing() {
    replay("race_16_typing");
}

#[test]
fn race_17_one_story() {
    replay("race_17_one_story");
}

#[test]
fn race_18_layers() {
    replay("race_18_layers");
}

#[test]
fn race_19_accepting_late() {
    replay("race_19_accepting_late");
}

#[test]
fn race_20_literal_routes() {
    replay("race_20_literal_routes");
}

#[test]
fn talk_create_to_publish() {
    replay("talk_create_to_publish");
}

#[test]
fn talk_join_by_code() {
    replay("talk_join_by_code");
}

#[test]
fn talk_reconnect() {
    replay("talk_reconnect");
}

/// A file without a test above is not replayed, and would be forgotten.
#[test]
fn every_transcript_is_replayed() {
    let tests = include_str!("mod.rs");
    for file in fs::read_dir(folder()).unwrap() {
        let name = file.unwrap().file_name().into_string().unwrap();
        let Some(name) = name.strip_suffix(".txt") else {
            continue;
        };
        assert!(
            tests.contains(&format!("replay(\"{name}\")")),
            "{name} is not replayed"
        );
    }
}
