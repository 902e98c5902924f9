//! What making games costs: memory here, since it is the same on every machine; `examples/measure.rs` prints times as well.

mod support;

use peak_alloc::PeakAlloc;

#[global_allocator]
static ALLOCATED: PeakAlloc = PeakAlloc;

const MEGABYTE: usize = 1 << 20;

#[test]
fn no_story_takes_a_megabyte() {
    let stories = support::golden();
    // What is read once, the words of the languages, is not counted.
    let first = &stories[0];
    support::make(&first.title, &first.pages, 1);
    for story in &stories {
        let most = most(&story.pages);
        assert!(most < MEGABYTE / 4, "{}: {most} bytes", story.title);
    }
    let everything: Vec<String> = stories
        .iter()
        .flat_map(|story| story.pages.clone())
        .cycle()
        .take(4_000)
        .collect();
    let longest = most(&everything);
    assert!(longest < MEGABYTE, "the longest story: {longest} bytes");
    // Nobody tells such a story, but somebody may send it.
    let shortest_words = most(&["the a b. ".repeat(10_000)]);
    assert!(
        shortest_words < 3 * MEGABYTE,
        "all words short: {shortest_words} bytes"
    );
}

/// The most memory that the games of a text take at once, bytes.
fn most(pages: &[String]) -> usize {
    let before = ALLOCATED.current_usage();
    ALLOCATED.reset_peak_usage();
    support::make("A Title", pages, 1);
    ALLOCATED.peak_usage() - before
}
