//! What making games costs: memory here, since it is the same on every machine; `examples/measure.rs` prints times as well.

mod support;

use peak_alloc::PeakAlloc;

#[global_allocator]
static ALLOCATED: PeakAlloc = PeakAlloc;

const MEGABYTE: usize = 1 << 20;

#[test]
fn the_longest_text_takes_a_few_megabytes_and_a_story_less_than_one() {
    let stories = support::golden();
    // What is read once, the words of the languages, is not counted.
    let first = &stories[0];
    support::make(&first.title, &first.pages, 1);
    for story in &stories {
        let before = ALLOCATED.current_usage();
        ALLOCATED.reset_peak_usage();
        support::make(&story.title, &story.pages, 1);
        let most = ALLOCATED.peak_usage() - before;
        assert!(most < MEGABYTE, "{}: {most} bytes", story.title);
    }
    let everything: Vec<String> = stories.iter().flat_map(|story| story.pages.clone()).cycle().take(4_000).collect();
    let before = ALLOCATED.current_usage();
    ALLOCATED.reset_peak_usage();
    support::make("Everything", &everything, 1);
    let most = ALLOCATED.peak_usage() - before;
    assert!(most < 6 * MEGABYTE, "the longest text: {most} bytes");
}
