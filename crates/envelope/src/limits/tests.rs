use std::fs;

use tempfile::TempDir;

use super::*;

const MIB: u64 = 1024 * 1024;

/// A machine with 2 GiB and 4 cores, and these files on top.
fn machine(files: &[(&str, &str)]) -> TempDir {
    let root = bare(&[
        (
            "proc/meminfo",
            "MemTotal:        2097152 kB\nMemFree:          100 kB\n",
        ),
        ("proc/self/status", "Name:\tserver\nCpus_allowed_list:\t0-2,6\n"),
    ]);
    write(&root, files);
    root
}

fn bare(files: &[(&str, &str)]) -> TempDir {
    let root = TempDir::new().unwrap();
    write(&root, files);
    root
}

fn write(root: &TempDir, files: &[(&str, &str)]) {
    for (name, text) in files {
        let path = root.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

#[track_caller]
fn assert_limits(root: &TempDir, memory: (u64, Source), cpu: (f64, Source)) {
    let limits = Limits::read_under(root.path(), None);
    assert_eq!((limits.memory_bytes, limits.memory_source), memory);
    assert!((limits.cpu - cpu.0).abs() < 1e-9, "{limits:?}");
    assert_eq!(limits.cpu_source, cpu.1);
}

#[test]
fn version_2_limits_the_own_group() {
    let root = machine(&[
        ("proc/self/cgroup", "0::/app/web\n"),
        ("sys/fs/cgroup/app/web/memory.max", "536870912\n"),
        ("sys/fs/cgroup/app/web/cpu.max", "10000 100000\n"),
    ]);
    assert_limits(&root, (512 * MIB, Source::CgroupV2), (0.1, Source::CgroupV2));
}

#[test]
fn a_lower_limit_further_up_holds() {
    let root = machine(&[
        ("proc/self/cgroup", "0::/app/web\n"),
        ("sys/fs/cgroup/app/web/memory.max", "536870912\n"),
        ("sys/fs/cgroup/app/memory.max", "268435456\n"),
        ("sys/fs/cgroup/app/web/cpu.max", "150000 100000\n"),
        ("sys/fs/cgroup/app/cpu.max", "50000 100000\n"),
    ]);
    assert_limits(&root, (256 * MIB, Source::CgroupV2), (0.5, Source::CgroupV2));
}

#[test]
fn in_a_container_the_mount_point_is_the_own_group() {
    let root = machine(&[
        (
            "proc/self/cgroup",
            "4:memory:/docker/abc\n3:cpu,cpuacct:/docker/abc\n",
        ),
        ("sys/fs/cgroup/memory/memory.limit_in_bytes", "536870912\n"),
        ("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "10000\n"),
        ("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000\n"),
    ]);
    assert_limits(&root, (512 * MIB, Source::CgroupV1), (0.1, Source::CgroupV1));
}

#[test]
fn version_1_controllers_are_found_under_their_own_name_too() {
    let root = machine(&[
        ("proc/self/cgroup", "4:memory:/a/b\n3:cpu,cpuacct:/a\n0::/\n"),
        ("sys/fs/cgroup/memory/a/b/memory.limit_in_bytes", "134217728\n"),
        ("sys/fs/cgroup/memory/a/memory.limit_in_bytes", "67108864\n"),
        ("sys/fs/cgroup/cpu/a/cpu.cfs_quota_us", "200000\n"),
        ("sys/fs/cgroup/cpu/a/cpu.cfs_period_us", "100000\n"),
    ]);
    assert_limits(&root, (64 * MIB, Source::CgroupV1), (2.0, Source::CgroupV1));
}

#[test]
fn version_2_beside_version_1_is_found() {
    let root = machine(&[
        ("proc/self/cgroup", "1:name=systemd:/\n0::/web\n"),
        ("sys/fs/cgroup/unified/web/memory.max", "67108864\n"),
    ]);
    assert_limits(&root, (64 * MIB, Source::CgroupV2), (4.0, Source::Machine));
}

#[test]
fn no_limit_means_the_machine() {
    let root = machine(&[
        ("proc/self/cgroup", "4:memory:/\n1:cpu:/\n0::/\n"),
        ("sys/fs/cgroup/memory.max", "max\n"),
        ("sys/fs/cgroup/cpu.max", "max 100000\n"),
        (
            "sys/fs/cgroup/memory/memory.limit_in_bytes",
            "9223372036854771712\n",
        ),
        ("sys/fs/cgroup/cpu/cpu.cfs_quota_us", "-1\n"),
        ("sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n"),
    ]);
    assert_limits(&root, (2048 * MIB, Source::Machine), (4.0, Source::Machine));
}

#[test]
fn a_limit_above_the_machine_is_the_machine() {
    let root = machine(&[
        ("proc/self/cgroup", "0::/\n"),
        ("sys/fs/cgroup/memory.max", "8589934592\n"),
        ("sys/fs/cgroup/cpu.max", "800000 100000\n"),
    ]);
    assert_limits(&root, (2048 * MIB, Source::Machine), (4.0, Source::Machine));
}

#[test]
fn where_nothing_can_be_read_a_small_machine_is_assumed() {
    assert_limits(&bare(&[]), (512 * MIB, Source::Assumed), (1.0, Source::Assumed));

    let garbage = bare(&[
        ("proc/meminfo", "MemTotal: lots\n"),
        ("proc/self/status", "Cpus_allowed_list:\t3-1\n"),
        ("proc/self/cgroup", "nonsense\n0::/../..\n0::\n"),
        ("sys/fs/cgroup/memory.max", "-5\n"),
        ("sys/fs/cgroup/cpu.max", "10000 0\n"),
    ]);
    assert_limits(&garbage, (512 * MIB, Source::Assumed), (1.0, Source::Assumed));
}

#[test]
fn the_setting_decides_about_memory_only() {
    let root = machine(&[
        ("proc/self/cgroup", "0::/\n"),
        ("sys/fs/cgroup/memory.max", "536870912\n"),
        ("sys/fs/cgroup/cpu.max", "10000 100000\n"),
    ]);
    let limits = Limits::read_under(root.path(), Some(100 * MIB));
    assert_eq!(
        (limits.memory_bytes, limits.memory_source),
        (100 * MIB, Source::Setting)
    );
    assert_eq!(limits.cpu_source, Source::CgroupV2);
}

#[test]
fn the_setting_does_not_lift_the_limit_of_a_group() {
    let root = machine(&[
        ("proc/self/cgroup", "0::/\n"),
        ("sys/fs/cgroup/memory.max", "536870912\n"),
    ]);
    let limits = Limits::read_under(root.path(), Some(1024 * MIB));
    assert_eq!(
        (limits.memory_bytes, limits.memory_source),
        (512 * MIB, Source::CgroupV2)
    );
}

#[test]
fn the_group_with_the_limit_tells_what_is_used_and_killed() {
    let root = machine(&[
        ("proc/self/cgroup", "0::/app/web\n"),
        ("sys/fs/cgroup/app/memory.max", "536870912\n"),
        ("sys/fs/cgroup/app/memory.current", "104857600\n"),
        (
            "sys/fs/cgroup/app/memory.stat",
            "active_file 4000000\ninactive_file 1000000\nfile_dirty 140000\nfile_writeback 2400\n",
        ),
        (
            "sys/fs/cgroup/app/memory.events",
            "oom 3\noom_kill 2\noom_group_kill 1\n",
        ),
    ]);
    let group = memory_group(root.path()).unwrap();
    assert_eq!((group.used(), group.kills()), (Some(100_000_000), Some(2)));

    let old = machine(&[
        ("proc/self/cgroup", "4:memory:/a\n"),
        ("sys/fs/cgroup/memory/a/memory.limit_in_bytes", "536870912\n"),
        ("sys/fs/cgroup/memory/a/memory.usage_in_bytes", "2000\n"),
        (
            "sys/fs/cgroup/memory/a/memory.stat",
            "inactive_file 1\ntotal_inactive_file 1500\ntotal_active_file 1500\ntotal_dirty 0\n",
        ),
    ]);
    let group = memory_group(old.path()).unwrap();
    assert_eq!((group.used(), group.kills()), (Some(0), None));
    assert_eq!(memory_group(machine(&[]).path()), None);
}

#[test]
fn this_very_process_has_limits() {
    let limits = Limits::read(None);
    assert!(limits.memory_bytes > MIB && limits.cpu > 0.0, "{limits:?}");
    assert_ne!(limits.memory_source, Source::Assumed);
}
