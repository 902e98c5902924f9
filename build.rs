//! Packs the OpenAPI document, which the program carries: a twentieth of it is enough.

use std::error::Error;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;

#[expect(
    clippy::disallowed_methods,
    reason = "where to write is told by the environment alone"
)]
fn main() -> Result<(), Box<dyn Error>> {
    writeln!(io::stdout(), "cargo::rerun-if-changed=docs/openapi.json")?;
    let directory = std::env::var_os("OUT_DIR").ok_or("cargo sets OUT_DIR")?;
    let packed = File::create(Path::new(&directory).join("openapi.json.gz"))?;
    let mut encoder = GzEncoder::new(packed, Compression::best());
    encoder.write_all(&fs::read("docs/openapi.json")?)?;
    encoder.finish()?;
    Ok(())
}
