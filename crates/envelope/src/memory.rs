//! How much memory this process holds, as the kernel counts it.
//!
//! Knows nothing of limits: what is much is decided elsewhere.

use std::fs;

/// Bytes of this process that are in memory now (resident set, shared pages included).
/// `None` where there is no `/proc`.
pub fn resident() -> Option<u64> {
    let pages = resident_pages(&fs::read_to_string("/proc/self/statm").ok()?)?;
    Some(pages * page_size())
}

/// The most bytes of this process that ever were in memory at once. `None` where there is no `/proc`.
pub fn peak() -> Option<u64> {
    peak_bytes(&fs::read_to_string("/proc/self/status").ok()?)
}

/// The second number of statm: `size resident shared text lib data dt`, all in pages.
fn resident_pages(statm: &str) -> Option<u64> {
    statm.split_ascii_whitespace().nth(1)?.parse().ok()
}

/// The line `VmHWM:     2096 kB` of status; the kernel's kB are 1,024 bytes.
fn peak_bytes(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim_end().parse().ok()?;
    Some(kib * 1024)
}

fn page_size() -> u64 {
    rustix::param::page_size() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernels_texts_are_read() {
        assert_eq!(resident_pages("3821 411 372 5 0 130 0\n"), Some(411));
        assert_eq!(resident_pages(""), None);
        assert_eq!(
            peak_bytes("Name:\tx\nVmHWM:\t    2096 kB\nVmRSS:\t 1 kB\n"),
            Some(2096 * 1024)
        );
        assert_eq!(peak_bytes("Name:\tx\n"), None);
    }

    #[test]
    fn memory_that_is_touched_is_counted() {
        const BLOCK: usize = 32 * 1024 * 1024;
        let before = resident().unwrap();
        let block = std::hint::black_box(vec![1_u8; BLOCK]);
        let with_block = resident().unwrap();
        assert!(
            with_block >= before + BLOCK as u64 / 2,
            "{before} then {with_block}"
        );
        drop(block);
        assert!(peak().unwrap() >= with_block.min(before + BLOCK as u64 / 2));
    }
}
