//! `cargo xtask test`: everything that a change must pass, in the order in which it is cheapest to fail.
//!
//! The whole-server tests run twice, unchanged: on SQLite, and on a real PostgreSQL that is started for them. A real Redis
//! stands beside both.
//! A step that cannot run is a failure, never a silent gap.

use crate::postgres::{Cluster, Installation};
use crate::redis::{self, Redis};
use crate::steps::{self, Step};
use crate::workspace::{cargo, must_succeed};
use crate::{Result, moto, packages, schemathesis, tidy};

/// Tells the whole-server tests which PostgreSQL to use; unset, they use SQLite.
const DATABASE_OF_THE_TESTS: &str = "TEST_DATABASE_URL";
/// Tells the tests of channels which Redis to use; unset, they leave its part out, and say so.
const REDIS_OF_THE_TESTS: &str = "TEST_REDIS_URL";

#[derive(Clone, Copy, Debug, PartialEq)]
enum Engine {
    Sqlite,
    Postgres,
}

/// What the command line asked for.
#[derive(Debug, Default, PartialEq)]
struct Request {
    only: Option<Engine>,
    filter: Option<String>,
}

/// Runs all steps; with `--only` or a filter only the tests that these choose.
pub(crate) fn run(arguments: &[&str]) -> Result<()> {
    let request = Request::parse(arguments)?;
    let filter = request.filter.as_deref();
    steps::run(vec![
        request.step("format", None, || {
            must_succeed(&mut cargo(&["fmt", "--all", "--check"]))
        }),
        request.step("clippy", None, clippy),
        request.step("tidy", None, tidy::run),
        request.step("a browser is installed", None, packages::find_or_install_browser),
        request.step("Redis is installed", None, || redis::find_or_install().map(drop)),
        request.step("tests on SQLite", Some(Engine::Sqlite), || {
            tests_on_sqlite(filter)
        }),
        request.step("PostgreSQL is installed", Some(Engine::Postgres), || {
            Installation::find_or_install().map(drop)
        }),
        request.step("tests on PostgreSQL", Some(Engine::Postgres), || {
            tests_on_postgres(filter)
        }),
        request.step("backups to a bucket", None, moto::run),
        request.step("schemathesis", None, schemathesis::run),
    ])
}

impl Request {
    fn parse(arguments: &[&str]) -> Result<Self> {
        let mut request = Self::default();
        let mut rest = arguments.iter();
        while let Some(&argument) = rest.next() {
            match argument {
                "--only" => request.only = Some(Engine::parse(rest.next().copied())?),
                option if option.starts_with('-') => return Err(format!("unknown option {option}").into()),
                filter if request.filter.is_none() => request.filter = Some(filter.to_owned()),
                extra => return Err(format!("one filter at most, and {extra} is a second").into()),
            }
        }
        Ok(request)
    }

    /// A step of the run; `engine` is set for the steps that belong to one engine's tests.
    fn step<'a>(
        &self,
        name: &'static str,
        engine: Option<Engine>,
        work: impl FnOnce() -> Result<()> + 'a,
    ) -> Step<'a> {
        Step {
            name,
            work: if self.wants(engine) {
                Some(Box::new(work))
            } else {
                None
            },
        }
    }

    fn wants(&self, engine: Option<Engine>) -> bool {
        match engine {
            Some(engine) => self.only.is_none_or(|only| only == engine),
            None => self.only.is_none() && self.filter.is_none(),
        }
    }
}

impl Engine {
    fn parse(name: Option<&str>) -> Result<Self> {
        match name {
            Some("sqlite") => Ok(Self::Sqlite),
            Some("postgres") => Ok(Self::Postgres),
            _ => Err("--only takes sqlite or postgres".into()),
        }
    }
}

fn clippy() -> Result<()> {
    must_succeed(&mut cargo(&[
        "clippy",
        "--workspace",
        "--all-targets",
        "--",
        "-D",
        "warnings",
    ]))
}

fn tests_on_sqlite(filter: Option<&str>) -> Result<()> {
    let redis = Redis::start()?;
    must_succeed(
        cargo(&["test", "--workspace", "--no-fail-fast"])
            .args(filter)
            .env(REDIS_OF_THE_TESTS, redis.url())
            .env_remove(DATABASE_OF_THE_TESTS),
    )
}

/// The same command as on SQLite, so that nothing is built again; crates without a database repeat their quick tests.
/// Tests that SQLite has nothing for are ignored there, and run here.
fn tests_on_postgres(filter: Option<&str>) -> Result<()> {
    let cluster = Cluster::start(&Installation::find_or_install()?)?;
    let redis = Redis::start()?;
    must_succeed(
        cargo(&["test", "--workspace", "--no-fail-fast"])
            .args(filter)
            .args(["--", "--include-ignored"])
            .env(REDIS_OF_THE_TESTS, redis.url())
            .env(DATABASE_OF_THE_TESTS, cluster.url()),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_arguments_every_step_is_wanted() {
        let request = Request::parse(&[]).unwrap();
        assert!(
            request.wants(None)
                && request.wants(Some(Engine::Sqlite))
                && request.wants(Some(Engine::Postgres))
        );
    }

    #[test]
    fn only_one_engine_leaves_everything_else_out() {
        let request = Request::parse(&["--only", "postgres", "likes"]).unwrap();
        assert_eq!(
            request,
            Request {
                only: Some(Engine::Postgres),
                filter: Some("likes".to_owned())
            }
        );
        assert!(request.wants(Some(Engine::Postgres)));
        assert!(!request.wants(Some(Engine::Sqlite)) && !request.wants(None));
    }

    #[test]
    fn a_filter_runs_on_both_engines_and_nothing_else() {
        let request = Request::parse(&["likes"]).unwrap();
        assert!(request.wants(Some(Engine::Sqlite)) && request.wants(Some(Engine::Postgres)));
        assert!(!request.wants(None));
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        for arguments in [
            &["--only"][..],
            &["--only", "mysql"],
            &["--fast"],
            &["one", "two"],
        ] {
            assert!(Request::parse(arguments).is_err(), "{arguments:?}");
        }
    }
}
