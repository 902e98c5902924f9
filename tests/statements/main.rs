//! The SQL of the server, all of it, on each engine: it can be prepared, and the two schemas mean the same.
//!
//! On SQLite, and with `TEST_DATABASE_URL` also on a PostgreSQL server where databases may be made.

#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

mod engine;
mod literals;
mod schema;
mod source;
mod upgrade;

use std::collections::BTreeSet;

use database::Dialect;
use tinytales::statements::put_together;

use engine::Engine;

#[tokio::test]
async fn every_statement_can_be_prepared_and_its_columns_read() {
    let written = source::statements();
    let whole: Vec<_> = written.iter().filter(|found| !found.is_template()).collect();
    assert!(whole.len() > 80, "only {} statements in the source", whole.len());
    for engine in Engine::all() {
        let mut faults = BTreeSet::new();
        for found in &whole {
            if let Err(fault) = engine.check(&found.sql).await {
                faults.insert(format!("{}: {fault}", found.place));
            }
        }
        for sql in put_together(engine.dialect()) {
            if let Err(fault) = engine.check(&sql).await {
                faults.insert(format!("{fault}: {sql}"));
            }
        }
        assert!(faults.is_empty(), "on {:?}: {faults:#?}", engine.dialect());
    }
}

#[test]
fn every_template_is_in_the_list_of_what_is_put_together() {
    let listed: Vec<String> = [Dialect::Sqlite, Dialect::Postgres]
        .into_iter()
        .flat_map(put_together)
        .collect();
    let written = source::statements();
    let templates: Vec<_> = written.iter().filter(|found| found.is_template()).collect();
    assert!(
        templates.len() > 8,
        "only {} templates in the source",
        templates.len()
    );
    let unlisted: Vec<_> = templates
        .into_iter()
        .filter(|template| !listed.iter().any(|sql| template.could_become(sql)))
        .map(|template| &template.place)
        .collect();
    assert!(
        unlisted.is_empty(),
        "put together, but by no `all_statements`: {unlisted:?}"
    );
}

#[tokio::test]
async fn the_check_finds_what_cannot_be_prepared_or_read() {
    for engine in Engine::all() {
        assert!(
            engine
                .check("SELECT title FROM stories WHERE id = $1")
                .await
                .is_ok()
        );
        assert!(engine.check("SELECT nothing FROM stories").await.is_err());
        // SQLite gives a type to each value, not to a column.
        let needs_cast = engine.dialect() == Dialect::Postgres;
        for sql in ["SELECT SUM(views) FROM stories", "SELECT AVG(views) FROM stories"] {
            assert_eq!(engine.check(sql).await.is_err(), needs_cast, "{sql}");
        }
    }
}
