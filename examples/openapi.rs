//! Prints the OpenAPI document, as the handlers make it. `docs/openapi.json` is what it printed last.

use std::io::Write;

fn main() -> std::io::Result<()> {
    std::io::stdout().write_all(tinytales::openapi::generate().as_bytes())
}
