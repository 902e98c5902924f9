//! In a process of its own: other tests' memory would blur the figures.
#![cfg(all(target_os = "linux", target_env = "gnu"))]

use std::hint::black_box;

use envelope::{allocator, memory};

const MIB: u64 = 1024 * 1024;

/// Seven pieces of each size that glibc keeps for a thread, each between two blocks that go back.
#[test]
fn what_the_allocator_keeps_for_a_thread_goes_back_when_the_thread_gives_it() {
    assert!(allocator::tune());
    let filled = |size| black_box(vec![1_u8; size]);
    let (pieces, blocks): (Vec<_>, Vec<_>) = (24..=1032_usize)
        .step_by(16)
        .flat_map(|size| [size; 7])
        .map(|size| (filled(size), filled(8 * 1024)))
        .unzip();
    // Holds the top of the heap.
    let last = black_box(Box::new([1_u8; 2048]));
    drop(blocks);
    drop(pieces);
    assert!(allocator::trim());
    let (kept, in_use) = (memory::resident().unwrap(), allocator::in_use().unwrap());

    allocator::give_back_cache().unwrap().join().unwrap();
    let used = allocator::in_use().unwrap();
    assert!(used + 200 * 1024 < in_use, "{in_use} bytes before, {used} after");
    assert!(allocator::trim());
    let trimmed = memory::resident().unwrap();
    assert!(trimmed + MIB < kept, "{kept} bytes before, {trimmed} after");
    drop(last);
}
