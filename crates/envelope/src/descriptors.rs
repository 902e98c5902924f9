//! Open files: how many there are, and how many may be.

use std::fs;

use rustix::process::{Resource, getrlimit, setrlimit};

/// Raises the limit of open files to what the system allows this process. The limit that holds then.
pub fn raise() -> u64 {
    let mut limit = getrlimit(Resource::Nofile);
    let before = limit.current;
    limit.current = limit.maximum;
    if setrlimit(Resource::Nofile, limit).is_err() {
        return before.unwrap_or(u64::MAX);
    }
    limit.current.unwrap_or(u64::MAX)
}

/// The limit of open files.
pub fn limit() -> u64 {
    getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX)
}

/// Open files. Counts them one by one on kernels before 6.2: not for every request.
pub fn open() -> u64 {
    const FOLDER: &str = "/proc/self/fd";
    match fs::metadata(FOLDER).map(|folder| folder.len()) {
        Ok(count) if count > 0 => count,
        _ => fs::read_dir(FOLDER).map_or(0, |entries| entries.count() as u64),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_open_file_is_counted_and_the_limit_allows_it() {
        let before = open();
        let _files: Vec<_> = (0..50)
            .map(|_| fs::File::open("/proc/self/stat").unwrap())
            .collect();
        assert!(open() >= before + 40, "{before} then {}", open());
        assert_eq!(raise(), limit());
        assert!(open() < limit());
    }
}
