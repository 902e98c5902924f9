use super::*;

const LIMITS: Limits = Limits {
    memory: 512 << 20,
    cpu: Some(10),
};

fn read(version: Version, files: &[(&str, &str)]) -> std::result::Result<Memory, String> {
    Memory::read(version, |name| {
        let found = files.iter().find(|(file, _)| *file == name);
        found
            .map(|(_, text)| (*text).to_owned())
            .ok_or_else(|| format!("{name}: missing"))
    })
}

#[test]
fn the_files_of_version_1_are_understood() {
    let files = [
        ("memory.usage_in_bytes", "5000\n"),
        ("memory.max_usage_in_bytes", "9000\n"),
        (
            "memory.stat",
            "cache 10\ninactive_file 1\ntotal_cache 20\ntotal_inactive_file 2000\n",
        ),
        (
            "memory.oom_control",
            "oom_kill_disable 0\nunder_oom 0\noom_kill 3\n",
        ),
    ];
    let memory = read(Version::One, &files).unwrap();
    let expected = Memory {
        current: 5000,
        peak: 9000,
        inactive_file: 2000,
        kills: 3,
    };
    assert_eq!(memory, expected);
    assert_eq!(memory.working(), 3000);
    assert!(read(Version::One, &files[..3]).is_err());
}

#[test]
fn the_files_of_version_2_are_understood() {
    let files = [
        ("memory.current", "5000\n"),
        (
            "memory.stat",
            "anon 10\nfile 20\ninactive_anon 7\ninactive_file 2000\n",
        ),
        (
            "memory.events",
            "low 0\nhigh 0\nmax 12\noom 2\noom_kill 1\noom_group_kill 0\n",
        ),
        ("memory.peak", "9000\n"),
    ];
    let memory = read(Version::Two, &files).unwrap();
    assert_eq!((memory.peak, memory.kills, memory.working()), (9000, 1, 3000));
    let old_kernel = read(Version::Two, &files[..3]).unwrap();
    assert_eq!(old_kernel.peak, 5000);
    assert!(read(Version::Two, &[("memory.current", "max\n")]).is_err());
}

/// A tree that looks like the kernel's, as far as making a group needs it.
fn tree(files: &[(&str, &str)]) -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    for (file, text) in files {
        let path = root.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    root
}

#[test]
fn the_version_is_the_one_that_has_the_controllers() {
    let one = tree(&[
        ("memory/memory.limit_in_bytes", ""),
        ("cpu/cpu.cfs_quota_us", ""),
        ("cgroup.controllers", "hugetlb\n"),
    ]);
    let two = tree(&[("cgroup.controllers", "cpuset cpu io memory pids\n")]);
    assert_eq!(version_of(one.path()), Some(Version::One));
    assert_eq!(version_of(two.path()), Some(Version::Two));
    assert_eq!(version_of(tree(&[]).path()), None);
}

#[test]
fn limits_are_written_where_the_kernel_reads_them() {
    let one = tree(&[("memory/memory.limit_in_bytes", ""), ("cpu/cpu.cfs_quota_us", "")]);
    let group = Cgroup::make_under(one.path(), "g", LIMITS).unwrap();
    let read = |file: &str| fs::read_to_string(one.path().join(file)).unwrap();
    assert_eq!(read("memory/g/memory.limit_in_bytes"), "536870912");
    assert_eq!(read("cpu/g/cpu.cfs_quota_us"), "10000");
    assert_eq!(group.procs().len(), 2);
    // Files of this tree are real and would keep the folders.
    for folder in &group.folders {
        fs::remove_dir_all(folder).unwrap();
    }

    let two = tree(&[("cgroup.controllers", "cpu memory")]);
    let group = Cgroup::make_under(two.path(), "g", LIMITS).unwrap();
    let read = |file: &str| fs::read_to_string(two.path().join(file)).unwrap();
    assert_eq!(read("g/memory.max"), "536870912");
    assert_eq!(read("g/cpu.max"), "10000 100000");
    assert_eq!(read("cgroup.subtree_control"), "+memory +cpu");
    fs::remove_dir_all(&group.folders[0]).unwrap();
}

#[test]
fn where_no_group_can_be_made_the_reason_is_told_and_nothing_is_left() {
    let one = tree(&[
        ("memory/memory.limit_in_bytes", ""),
        ("memory/g/file", ""),
        ("cpu/cpu.cfs_quota_us", ""),
    ]);
    let error = Cgroup::make_under(one.path(), "g", LIMITS).unwrap_err();
    assert!(error.to_string().contains("nothing was measured"), "{error}");
    let none = tree(&[]);
    let error = Cgroup::make_under(none.path(), "g", LIMITS).unwrap_err();
    assert!(error.to_string().contains("neither controller"), "{error}");
}
