//! `cargo xtask schemathesis`: thousands of requests made from the OpenAPI file, most of them bad, against a demo server.
//!
//! Whatever they ask, the server must answer with a status, a content type, headers and a body that its OpenAPI file
//! names, and never with a 5xx. Two runs: everything as one signed-in account, and apart from it, as another account, the
//! calls that may end the account that makes them.

use std::fs;
use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};

use crate::http::{Client, Request};
use crate::process::{Launch, Running, Server, StopBy, tied};
use crate::{Result, output, packages};

const VERSION: &str = "4.32.5";
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,\
                      response_headers_conformance,response_schema_conformance";
/// For each operation, in the fuzzing phase; the coverage phase is bounded by the schema.
const EXAMPLES: &str = "20";
/// The same requests in every run.
const SEED: &str = "20260801";
const AT_MOST: Duration = Duration::from_secs(180);
/// What may take the account that is signed in away from under the run.
const ENDS_ITS_ACCOUNT: &str = "/auth/(delete-account|logout|change-password|change-email)";
/// Written by a demo server into its data folder, for its owner only: `[{"role", "email", "password"}]`.
const DEMO_ACCOUNTS: &str = "demo-accounts.json";

/// Which operations a run tries.
enum Operations {
    AllButThoseThatEndTheirAccount,
    ThoseThatEndTheirAccount,
}

/// Builds and starts a demo server, and lets Schemathesis at it; installs Schemathesis first when it is missing.
pub(crate) fn run() -> Result<()> {
    let program = packages::python_program("schemathesis", VERSION, "schemathesis")?;
    let data = tempfile::Builder::new()
        .prefix("tinytales-schemathesis-")
        .tempdir()?;
    let server = Server::start(&Launch::demo(data.path())?)?;
    let accounts = fs::read_to_string(data.path().join(DEMO_ACCOUNTS))
        .map_err(|error| format!("the demo server left no {DEMO_ACCOUNTS} in its data folder: {error}"))?;

    let token = |role: &str| sign_in(&server, &credentials(&accounts, role)?);
    attack(
        &program,
        &server,
        &token("child")?,
        &Operations::AllButThoseThatEndTheirAccount,
    )?;
    attack(
        &program,
        &server,
        &token("parent")?,
        &Operations::ThoseThatEndTheirAccount,
    )?;
    let status = server.stop()?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("the server ended badly afterwards: {status}").into())
    }
}

/// The body of a sign-in for the first demo account of this role.
fn credentials(accounts: &str, role: &str) -> Result<Value> {
    let accounts: Value =
        serde_json::from_str(accounts).map_err(|error| format!("{DEMO_ACCOUNTS}: {error}"))?;
    let mut all = accounts.as_array().into_iter().flatten();
    let account = all.find(|account| account["role"] == role);
    let account = account.ok_or_else(|| format!("{DEMO_ACCOUNTS} has no {role}"))?;
    Ok(json!({"email": account["email"], "password": account["password"]}))
}

fn sign_in(server: &Server, credentials: &Value) -> Result<String> {
    let mut client = Client::connect(server.port())?;
    let answer = client.send(&Request::new("POST", "/api/auth/login/", None, Some(credentials)))?;
    let body: Value = serde_json::from_slice(answer.body).unwrap_or_default();
    match body["access"].as_str() {
        Some(token) => Ok(token.to_owned()),
        None => Err(format!("a demo account cannot sign in: {} {body}", answer.status).into()),
    }
}

fn attack(program: &Path, server: &Server, token: &str, operations: &Operations) -> Result<()> {
    let folder = tempfile::Builder::new()
        .prefix("tinytales-schemathesis-")
        .tempdir()?;
    let mut command = tied(program, StopBy::Interrupt, None)?;
    command.args(arguments(server.port(), token, operations));
    // Its own folder, so that no configuration file is picked up; no proxy between us and ourselves.
    command
        .current_dir(&folder)
        .env("NO_PROXY", "127.0.0.1")
        .env("no_proxy", "127.0.0.1");
    output::say(&format!(
        "$ schemathesis run http://127.0.0.1:{}/api/openapi.json …",
        server.port()
    ));
    let status = Running::start(command, StopBy::Interrupt)?
        .wait(AT_MOST)
        .map_err(|error| format!("Schemathesis {error}"))?;
    if status.success() {
        return Ok(());
    }
    let last_lines = server.last_lines();
    Err(format!("Schemathesis found what the lines above say; the server's last lines:{last_lines}").into())
}

fn arguments(port: u16, token: &str, operations: &Operations) -> Vec<String> {
    let filter = match operations {
        Operations::AllButThoseThatEndTheirAccount => "--exclude-path-regex",
        Operations::ThoseThatEndTheirAccount => "--include-path-regex",
    };
    let location = format!("http://127.0.0.1:{port}/api/openapi.json");
    let authorization = format!("Authorization: Bearer {token}");
    let words = [
        "run",
        &location,
        "--header",
        &authorization,
        filter,
        ENDS_ITS_ACCOUNT,
        "--checks",
        CHECKS,
        "--phases",
        "examples,coverage,fuzzing",
        "--max-examples",
        EXAMPLES,
        "--seed",
        SEED,
        "--workers",
        "1",
        "--max-redirects",
        "0",
        "--request-timeout",
        "10",
        "--continue-on-failure",
        "--generation-database",
        "none",
        "--suppress-health-check",
        "all",
        "--no-color",
    ];
    words.map(str::to_owned).to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_account_of_a_role_signs_in() {
        let accounts = r#"[{"role": "parent", "email": "p@x", "password": "1"}, {"role": "child", "email": "c@x", "password": "2"},
                           {"role": "child", "email": "d@x", "password": "3"}]"#;
        assert_eq!(
            credentials(accounts, "child").unwrap(),
            json!({"email": "c@x", "password": "2"})
        );
        assert!(credentials(accounts, "teacher").is_err());
        assert!(credentials("{}", "child").is_err());
        assert!(credentials("not JSON", "child").is_err());
    }

    #[test]
    fn what_may_end_the_account_is_tried_apart() {
        let all = arguments(1, "t", &Operations::AllButThoseThatEndTheirAccount).join(" ");
        let apart = arguments(1, "t", &Operations::ThoseThatEndTheirAccount).join(" ");
        assert!(
            all.contains("--exclude-path-regex /auth/(delete-account|")
                && !all.contains("--include-path-regex")
        );
        assert!(
            apart.contains("--include-path-regex /auth/(delete-account|")
                && !apart.contains("--exclude-path-regex")
        );
    }
}
