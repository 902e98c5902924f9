//! In a process of its own: other tests' memory would blur the figures.
#![cfg(all(target_os = "linux", target_env = "gnu"))]

use std::hint::black_box;

use envelope::{allocator, memory};

const MIB: u64 = 1024 * 1024;

/// 64 MiB in small blocks, then all but the last are freed: that one holds the top of the heap, so that glibc by
/// itself gives nothing back.
#[test]
fn trim_gives_free_memory_back_to_the_kernel() {
    assert!(allocator::tune());
    let mut blocks: Vec<Box<[u8; 1024]>> = (0..64 * 1024).map(|_| black_box(Box::new([1; 1024]))).collect();
    let used = allocator::in_use().unwrap();
    assert!(used > 64 * MIB, "what is in use is known: {used}");
    let last = blocks.pop();
    drop(blocks);
    let freed = memory::resident().unwrap();
    let used = allocator::in_use().unwrap();
    assert!(used < 8 * MIB, "what is free does not count: {used}");

    assert!(allocator::trim());
    let trimmed = memory::resident().unwrap();
    assert!(
        trimmed + 48 * MIB < freed,
        "{freed} bytes before, {trimmed} after"
    );
    drop(black_box(last));
}
