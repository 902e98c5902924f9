//! What the deploy files say is true of the program: settings, commands, addresses, paths.

#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Command;

use tinytales::config::{Config, SETTINGS};
use yaml_rust2::{Yaml, YamlLoader};

const KEPT: &str = "render.yaml";
const DEMO: &str = "deploy/render-demo.yaml";
const UNIT: &str = "deploy/tinytales.service";

fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn blueprint(path: &str) -> Yaml {
    YamlLoader::load_from_str(&read(path)).unwrap().remove(0)
}

fn service(path: &str) -> Yaml {
    blueprint(path)["services"][0].clone()
}

/// What the program says of itself.
fn says(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_tinytales"))
        .args(arguments)
        .env_clear()
        .output()
        .unwrap();
    assert!(output.status.success(), "{arguments:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// A command that exists, with flags that it knows: `serve --demo`.
fn assert_command(place: &str, words: &[&str]) {
    let commands = says(&["--help"]);
    let (name, flags) = words
        .split_first()
        .unwrap_or_else(|| panic!("{place}: no command"));
    assert!(
        commands.contains(&format!("  tinytales {name}")),
        "{place}: there is no command {name}"
    );
    let help = says(&[name, "--help"]);
    for flag in flags.iter().filter(|flag| flag.starts_with("--")) {
        assert!(help.contains(flag), "{place}: {name} does not know {flag}");
    }
}

fn assert_setting(place: &str, name: &str) {
    assert!(
        SETTINGS.iter().any(|setting| setting.name == name),
        "{place}: there is no setting {name}"
    );
}

/// What Render makes of the variables: values as they stand, generated secrets, the database's address.
fn environment(service: &Yaml) -> Vec<(String, String)> {
    let mut variables = vec![
        ("RENDER".to_owned(), "true".to_owned()),
        ("PORT".to_owned(), "10000".to_owned()),
        (
            "RENDER_EXTERNAL_URL".to_owned(),
            "https://tinytales-ab1c.onrender.com".to_owned(),
        ),
    ];
    for variable in service["envVars"].as_vec().unwrap() {
        let name = variable["key"].as_str().unwrap();
        let value = if variable["generateValue"].as_bool() == Some(true) {
            // 256 bits in base64.
            "q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA=".to_owned()
        } else if variable["sync"].as_bool() == Some(false) {
            // Asked for, and left empty.
            String::new()
        } else if variable["fromDatabase"]["property"].as_str() == Some("connectionString") {
            "postgresql://tinytales:secret@dpg-ab1c-a/tinytales".to_owned()
        } else {
            let value = variable["value"].as_str();
            value
                .unwrap_or_else(|| panic!("{name} is not a text: write it in quotes"))
                .to_owned()
        };
        variables.push((name.to_owned(), value));
    }
    variables
}

#[test]
fn the_blueprints_give_settings_that_the_server_takes() {
    for (path, demo) in [(KEPT, false), (DEMO, true)] {
        let service = service(path);
        let environment = environment(&service);
        for (name, _) in &environment {
            assert_setting(path, name);
        }
        let config = Config::read(demo, |name| {
            let found = environment.iter().find(|(key, _)| key == name);
            found.map(|(_, value)| value.clone())
        });
        let config = config.unwrap_or_else(|faults| panic!("{path}: {faults:?}"));
        assert_eq!(config.listen, ("0.0.0.0".to_owned(), 10000));
        assert!(!config.debug && config.rate_limits && config.memory_limit == Some(512 << 20));
    }
}

#[test]
fn the_blueprints_ask_for_addresses_that_exist_and_wait_for_an_orderly_stop() {
    let document: serde_json::Value = serde_json::from_str(include_str!("../docs/openapi.json")).unwrap();
    for path in [KEPT, DEMO] {
        let service = service(path);
        let health = service["healthCheckPath"].as_str().unwrap();
        assert_eq!(
            health, "/healthz",
            "{path}: answered from memory, whatever the database does"
        );
        assert!(document["paths"].get(health).is_some(), "{path}");
        assert!((6..=300).contains(&service["maxShutdownDelaySeconds"].as_i64().unwrap()));
        assert_eq!(service["plan"].as_str(), Some("free"));
    }
}

#[test]
fn the_kept_variant_has_a_database_and_no_secret_of_its_own() {
    let blueprint = blueprint(KEPT);
    let databases: BTreeSet<&str> = blueprint["databases"]
        .as_vec()
        .unwrap()
        .iter()
        .map(|database| database["name"].as_str().unwrap())
        .collect();
    let variables = blueprint["services"][0]["envVars"].as_vec().unwrap();
    let variable = |name: &str| {
        variables
            .iter()
            .find(|variable| variable["key"].as_str() == Some(name))
            .unwrap()
    };
    let database = variable("DATABASE_URL")["fromDatabase"]["name"].as_str().unwrap();
    assert!(databases.contains(database));
    for secret in ["SECRET_KEY", "METRICS_TOKEN"] {
        assert_eq!(
            variable(secret)["generateValue"].as_bool(),
            Some(true),
            "{secret}"
        );
    }
    for variable in variables {
        let name = variable["key"].as_str().unwrap();
        let hidden = ["SECRET", "KEY", "TOKEN", "PASSWORD"]
            .iter()
            .any(|word| name.contains(word));
        assert!(
            !hidden || variable["value"].is_badvalue(),
            "{name} stands in the file"
        );
    }
    assert_eq!(service(KEPT)["dockerfilePath"].as_str(), Some("./Dockerfile"));
}

#[test]
fn the_demo_variant_starts_the_demo_and_says_what_it_forgets() {
    let service = service(DEMO);
    let start = service["startCommand"].as_str().unwrap();
    let words: Vec<&str> = start.split(' ').collect();
    assert_eq!(words[0], "./target/release/tinytales");
    assert_command(DEMO, &words[1..]);
    assert!(
        service["buildCommand"]
            .as_str()
            .unwrap()
            .contains("--bin tinytales")
    );
    assert!(read(DEMO).contains("FORGETS EVERYTHING"));
    assert!(
        service["envVars"]
            .as_vec()
            .unwrap()
            .iter()
            .all(|variable| variable["key"].as_str() != Some("DATABASE_URL"))
    );
}

/// The words of `["a", "b"]` at the end of an instruction.
fn words(instruction: &str) -> Vec<String> {
    let list = &instruction[instruction.find('[').unwrap()..];
    serde_json::from_str(list).unwrap()
}

#[test]
fn the_container_starts_what_it_has_built() {
    let text = read("Dockerfile").replace("\\\n", " ");
    let instruction = |name: &str| {
        let mut found = text
            .lines()
            .filter_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        found.next_back().unwrap_or_else(|| panic!("no {name}"))
    };
    let program = words(instruction("ENTRYPOINT")).remove(0);
    assert!(text.contains(&format!("cp target/release/tinytales {program} ")));
    assert!(text.contains(&format!("COPY --from=build {program} {program}")));
    let start = words(instruction("CMD"));
    assert_command("CMD", &start.iter().map(String::as_str).collect::<Vec<_>>());
    let health = words(instruction("HEALTHCHECK"));
    assert_eq!(health[0], program);
    assert_command(
        "HEALTHCHECK",
        &health[1..].iter().map(String::as_str).collect::<Vec<_>>(),
    );

    let settings: Vec<(&str, &str)> = instruction("ENV")
        .split(' ')
        .map(|pair| pair.split_once('=').unwrap())
        .collect();
    for (name, _) in &settings {
        assert_setting("Dockerfile", name);
    }
    let setting = |wanted: &str| settings.iter().find(|(name, _)| *name == wanted).unwrap().1;
    assert_eq!(setting("HOST"), "0.0.0.0");
    assert_eq!(setting("PORT"), instruction("EXPOSE"));
    assert_eq!(setting("DATA_DIR"), instruction("VOLUME"));
    assert!(instruction("FROM").ends_with(":nonroot"));
}

#[test]
fn the_container_is_built_from_all_that_the_build_reads() {
    let ignored = read(".dockerignore");
    let ignored: Vec<&str> = ignored
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty())
        .collect();
    for needed in [
        "/Cargo.toml",
        "/Cargo.lock",
        "/src",
        "/crates",
        "/xtask",
        "/migrations",
        "/docs",
    ] {
        assert!(
            Path::new(env!("CARGO_MANIFEST_DIR")).join(&needed[1..]).exists(),
            "{needed}"
        );
        assert!(!ignored.contains(&needed), "{needed} is needed");
    }
    for secret in ["/.git", "/data", "/target", ".env"] {
        assert!(ignored.contains(&secret), "{secret} has no place in an image");
    }
}

#[test]
fn the_unit_starts_the_server_and_locks_it_in() {
    let text = read(UNIT);
    let line = |name: &str| {
        let found = text
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
        found.unwrap_or_else(|| panic!("no {name}"))
    };
    let words: Vec<&str> = line("ExecStart").split(' ').collect();
    assert!(words[0].ends_with("/tinytales"));
    assert_command(UNIT, &words[1..]);
    for pair in line("Environment").split(' ') {
        assert_setting(UNIT, pair.split_once('=').unwrap().0);
    }
    for (name, value) in [
        ("User", "tinytales"),
        ("NoNewPrivileges", "yes"),
        ("ProtectSystem", "strict"),
        ("MemoryMax", "512M"),
        ("Restart", "always"),
        ("TimeoutStopSec", "10"),
        ("StateDirectory", "tinytales"),
    ] {
        assert_eq!(line(name), value, "{name}");
    }
    assert!(text.contains("DATA_DIR=/var/lib/tinytales"));
    // The secret stands in a file of root's alone, not in the unit, which everybody may read.
    assert_eq!(line("EnvironmentFile"), "/etc/tinytales/env");
    assert!(text.contains("chmod 600 /etc/tinytales/env"));
    assert!(!line("Environment").contains("SECRET_KEY"));
}

#[test]
fn systemd_understands_the_unit() {
    let folder = tempfile::tempdir().unwrap();
    // It looks whether the program is there.
    let unit = read(UNIT).replace("/usr/local/bin/tinytales", env!("CARGO_BIN_EXE_tinytales"));
    let file = folder.path().join("tinytales.service");
    fs::write(&file, unit).unwrap();
    let verified = Command::new("systemd-analyze").arg("verify").arg(&file).output();
    let Ok(verified) = verified else {
        // Past the capture of the test runner: whoever reads the run must see that something was left out.
        let word = "SKIPPED: systemd-analyze is not there; type: apt-get install systemd\n";
        std::io::stderr().write_all(word.as_bytes()).unwrap();
        return;
    };
    // A line that it does not understand is a word on the side, not an error.
    let said = String::from_utf8_lossy(&verified.stderr);
    assert!(
        verified.status.success() && !said.contains("tinytales.service"),
        "{said}"
    );
}

#[test]
fn the_documents_name_commands_and_settings_that_exist() {
    for path in [
        "docs/OPERATIONS.md",
        "docs/BACKUPS.md",
        "docs/LOGGING.md",
        "docs/CONSOLE.md",
        "README.md",
    ] {
        let text = read(path);
        // What stands between backticks, in a line or in a block.
        for code in text.split('`').skip(1).step_by(2).flat_map(str::lines) {
            let command = code.split('#').next().unwrap_or_default();
            let mut words = command.split_whitespace().skip_while(|word| word.contains('='));
            if words.next() == Some("tinytales") {
                let words: Vec<&str> = words.take_while(|word| *word != "&&" && *word != "|").collect();
                if words.first().is_some_and(|word| !word.starts_with('-')) {
                    assert_command(path, &words);
                }
            }
            if let Some((name, _)) = code.split_once('=') {
                let is_name =
                    name.len() > 3 && name.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_');
                if is_name {
                    assert_setting(path, name);
                }
            }
        }
    }
}
