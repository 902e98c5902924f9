use database::{Conn, Database, Error, Options, Target};
use tempfile::TempDir;

use super::store::{active, seed_if_empty};
use super::words::seeds;
use crate::migrations;

fn open() -> (TempDir, Database) {
    let folder = TempDir::new().unwrap();
    let target = Target::Sqlite(folder.path().join("words.db"));
    let database = Database::open(target, Options::default()).unwrap();
    database.migrate(&migrations::ALL).unwrap();
    (folder, database)
}

async fn seed(database: &Database) -> u64 {
    database
        .write(|conn: &mut Conn<'_>| seed_if_empty(conn, 7))
        .await
        .unwrap()
}

#[tokio::test]
async fn an_empty_list_is_filled_once() {
    let (_folder, database) = open();
    assert_eq!(seed(&database).await, seeds().count() as u64);
    assert_eq!(seed(&database).await, 0);
}

#[tokio::test]
async fn a_list_that_somebody_made_is_left_alone() {
    let (_folder, database) = open();
    let made = database.write(|conn: &mut Conn<'_>| {
        conn.execute(
            "INSERT INTO profanity_words (word, language, severity, is_active, created_at, updated_at)
             VALUES ('drat', 'en', 'mild', FALSE, 1, 1)",
            &[],
        )
    });
    made.await.unwrap();
    assert_eq!(seed(&database).await, 0);
    assert_eq!(database.read(active).await, Ok(Vec::new()));
}

#[tokio::test]
async fn active_words_come_alphabetically_by_one_query() {
    let (_folder, database) = open();
    seed(&database).await;
    let hidden = database.write(|conn: &mut Conn<'_>| -> Result<u64, Error> {
        conn.execute(
            "UPDATE profanity_words SET is_active = FALSE WHERE word = $1",
            &[&"damn"],
        )
    });
    assert_eq!(hidden.await, Ok(1));

    let before = database.statements();
    let found = database.read(active).await.unwrap();
    assert_eq!(database.statements() - before, 1);

    let mut expected: Vec<_> = seeds().filter(|seed| seed.word != "damn").collect();
    expected.sort_by_key(|seed| seed.word);
    let found: Vec<_> = found
        .iter()
        .map(|word| (word.word.as_str(), word.language.as_str()))
        .collect();
    let expected: Vec<_> = expected
        .iter()
        .map(|seed| (seed.word, seed.language.as_str()))
        .collect();
    assert_eq!(found, expected);
}
