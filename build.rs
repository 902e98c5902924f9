//! Packs the OpenAPI document, which the program carries, and the program's relocations.

use std::env;
use std::error::Error;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;
use std::process::Command;

use flate2::Compression;
use flate2::write::GzEncoder;

/// The first glibc whose loader unpacks relocations.
const UNPACKS_RELOCATIONS: (u32, u32) = (2, 36);

#[expect(
    clippy::disallowed_methods,
    reason = "what to build for, and where, is told by the environment alone"
)]
fn main() -> Result<(), Box<dyn Error>> {
    writeln!(io::stdout(), "cargo::rerun-if-changed=docs/openapi.json")?;
    let directory = env::var_os("OUT_DIR").ok_or("cargo sets OUT_DIR")?;
    let packed = File::create(Path::new(&directory).join("openapi.json.gz"))?;
    // A twentieth of it is enough.
    let mut encoder = GzEncoder::new(packed, Compression::best());
    encoder.write_all(&fs::read("docs/openapi.json")?)?;
    encoder.finish()?;

    // A bit for each instead of 24 bytes, all of which are read at every start: 0.4 MB of the program and of its memory.
    let is_for_here = env::var_os("TARGET") == env::var_os("HOST");
    if is_for_here && glibc().is_some_and(|version| version >= UNPACKS_RELOCATIONS) {
        writeln!(
            io::stdout(),
            "cargo::rustc-link-arg-bins=-Wl,-z,pack-relative-relocs"
        )?;
    }
    Ok(())
}

/// The glibc of this machine: `glibc 2.36`. Nothing where the C library is another one.
fn glibc() -> Option<(u32, u32)> {
    let told = Command::new("getconf").arg("GNU_LIBC_VERSION").output().ok()?;
    let told = String::from_utf8(told.stdout).ok()?;
    let (major, minor) = told.trim().strip_prefix("glibc ")?.split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}
