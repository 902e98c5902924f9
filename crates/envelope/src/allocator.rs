//! Makes glibc's allocator give memory back. The only module of the workspace with unsafe code.
//!
//! Left alone, glibc raises its own thresholds as it sees large blocks come and go, and opens up to eight arenas
//! per core: both keep freed memory in the process for good. Elsewhere than on glibc these functions do nothing.

#[cfg(all(target_os = "linux", target_env = "gnu"))]
use std::thread;
use std::thread::JoinHandle;

/// Blocks of at least this many bytes are mapped by themselves and go back to the kernel when they are freed.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const MMAP_THRESHOLD: libc::c_int = 128 * 1024;

/// More than this many free bytes at the top of the heap go back to the kernel.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const TRIM_THRESHOLD: libc::c_int = 256 * 1024;

/// Arenas; each keeps free memory of its own.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const ARENAS: libc::c_int = 2;

/// The longest piece that glibc keeps for a thread, in bytes; sizes are 16 bytes apart from 24 on.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const CACHED_LONGEST: usize = 1032;

/// How many pieces of a size it keeps. Where it should keep more, this many go back.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const CACHED_PIECES: usize = 7;

/// The stack of a thread that only frees.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const GIVE_BACK_STACK: usize = 16 * 1024;

/// Pins the thresholds and the number of arenas. Call it once, first thing in `main`, before any thread exists.
/// Answers whether the allocator took all of it (`false` where it is not glibc).
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[expect(unsafe_code, reason = "glibc's switches have no safe binding")]
pub fn tune() -> bool {
    let switches = [
        (libc::M_MMAP_THRESHOLD, MMAP_THRESHOLD),
        (libc::M_TRIM_THRESHOLD, TRIM_THRESHOLD),
        (libc::M_ARENA_MAX, ARENAS),
    ];
    // SAFETY: mallopt takes two integers, sets a parameter under glibc's own lock and touches no memory of ours.
    switches
        .into_iter()
        .all(|(switch, value)| unsafe { libc::mallopt(switch, value) } == 1)
}

/// Gives all free pages of the heap back to the kernel. Takes milliseconds and the allocator's locks: call it from
/// a quiet thread, rarely. Answers whether anything was released (`false` where the allocator is not glibc).
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[expect(unsafe_code, reason = "glibc's switches have no safe binding")]
pub fn trim() -> bool {
    // SAFETY: malloc_trim takes an integer, locks each arena and releases only pages that are free.
    unsafe { libc::malloc_trim(0) == 1 }
}

/// Gives the heap what the allocator keeps for the calling thread alone, so that a later [`trim`] finds it.
///
/// glibc keeps seven free pieces of each small size for each thread (its "tcache"), from wherever they were when they were
/// freed. They count as in use, each keeps its page, and only the end of a thread gives them back. So they are taken out
/// here and freed by a thread that ends: the one that is answered, for whoever wants to wait for it. Takes some 100
/// microseconds. Where fewer than seven are kept, others come from the heap; where no thread can be started (and where the
/// allocator is not glibc) nothing is given back.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
pub fn give_back_cache() -> Option<JoinHandle<()>> {
    let pieces: Vec<Vec<u8>> = (24..=CACHED_LONGEST)
        .step_by(16)
        .flat_map(|size| std::iter::repeat_n(size, CACHED_PIECES))
        .map(Vec::with_capacity)
        .collect();
    thread::Builder::new()
        .name("give-back".to_owned())
        .stack_size(GIVE_BACK_STACK)
        .spawn(move || drop(pieces))
        .ok()
}

/// Another allocator: nothing is known of what it keeps.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub fn give_back_cache() -> Option<JoinHandle<()>> {
    None
}

/// Bytes in use: those of the heap and of blocks that are mapped by themselves. `None` where the allocator is not glibc.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[expect(unsafe_code, reason = "glibc's switches have no safe binding")]
pub fn in_use() -> Option<u64> {
    // SAFETY: mallinfo2 takes nothing, locks each arena and adds up its own counters.
    let info = unsafe { libc::mallinfo2() };
    Some((info.uordblks + info.hblkhd) as u64)
}

/// Another allocator: nothing is known of it.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub fn in_use() -> Option<u64> {
    None
}

/// Another allocator: nothing to pin.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub fn tune() -> bool {
    false
}

/// Another allocator: nothing to give back.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub fn trim() -> bool {
    false
}
