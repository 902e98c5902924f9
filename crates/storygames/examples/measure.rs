//! How long making the games of stories of 500 and of 2,000 words takes, and how much memory, at most, at once. Run with `--release`.

use std::io::Write as _;
use std::time::Instant;

use peak_alloc::PeakAlloc;
use storygames::{MAX_TEXT, Story};

#[global_allocator]
static ALLOCATED: PeakAlloc = PeakAlloc;

const ROUNDS: u32 = 200;
const WORDS: usize = 500;
/// For a long story: a sentence that stands twice is not asked about, and costs nothing.
const LONG: [&str; 6] = [
    include_str!("../tests/golden/long_river.txt"),
    include_str!("../tests/golden/lighthouse.txt"),
    include_str!("../tests/golden/robot_bakery.txt"),
    include_str!("../tests/golden/lola_garden.txt"),
    include_str!("../tests/golden/lost_tooth.txt"),
    include_str!("../tests/golden/dialogue.txt"),
];

fn main() -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    for (name, file) in [
        ("English", include_str!("../tests/golden/long_river.txt")),
        ("Tagalog", include_str!("../tests/golden/kalapati_mahaba.txt")),
    ] {
        let pages = pages(file, WORDS);
        writeln!(out, "{name}, {WORDS} words: {}", measured(&pages))?;
    }
    let stories: Vec<&str> = LONG.iter().flat_map(|file| file.split("\n---\n")).collect();
    writeln!(
        out,
        "English, 2000 words: {}",
        measured(&pages(&stories.join("\n---\n"), 2_000))
    )?;
    let long = pages(
        &include_str!("../tests/golden/long_river.txt").repeat(20),
        usize::MAX,
    );
    writeln!(
        out,
        "the longest text, {} KiB: {}",
        MAX_TEXT / 1024,
        measured(&long)
    )
}

/// The pages of a story, over and over, until there are so many words.
fn pages(file: &str, words: usize) -> Vec<String> {
    let pages: Vec<&str> = file.split("\n---\n").collect();
    let mut taken = 0;
    let enough = pages.iter().cycle().take(pages.len() * 2).take_while(|page| {
        let before = taken;
        taken += page.split_whitespace().count();
        before < words
    });
    enough.map(|page| (*page).to_owned()).collect()
}

fn measured(pages: &[String]) -> String {
    let pages: Vec<&str> = pages.iter().map(String::as_str).collect();
    let story = |seed| Story {
        title: "A Measured Story",
        pages: &pages,
        language: None,
        seed,
        rude: &[],
    };
    storygames::make(&story(0));
    let before = ALLOCATED.current_usage();
    ALLOCATED.reset_peak_usage();
    let start = Instant::now();
    let mut slowest = 0;
    for seed in 0..ROUNDS {
        let one = Instant::now();
        storygames::make(&story(u64::from(seed)));
        slowest = slowest.max(one.elapsed().as_micros());
    }
    let mean = start.elapsed().as_micros() / u128::from(ROUNDS);
    let memory = (ALLOCATED.peak_usage() - before) / 1024;
    format!("{mean} µs, {slowest} µs at most; {memory} KiB at most at once")
}
