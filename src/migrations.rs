//! The numbered changes of the schema, per engine, inside the binary. How to add one: `migrations/README.md`.

use database::{Migration, Migrations};

/// Every migration, oldest first.
pub const ALL: Migrations = Migrations {
    sqlite: &[
        migration(
            1,
            "foundation",
            include_str!("../migrations/sqlite/0001_foundation.sql"),
        ),
        migration(
            2,
            "operations",
            include_str!("../migrations/sqlite/0002_operations.sql"),
        ),
    ],
    postgres: &[
        migration(
            1,
            "foundation",
            include_str!("../migrations/postgres/0001_foundation.sql"),
        ),
        migration(
            2,
            "operations",
            include_str!("../migrations/postgres/0002_operations.sql"),
        ),
    ],
};

const fn migration(number: u32, name: &'static str, sql: &'static str) -> Migration {
    Migration { number, name, sql }
}

/// Every table of the newest schema, each behind those that it refers to. What a backup holds: the search indexes of
/// SQLite are made again by their triggers, the ledger of migrations by the migrations.
pub const TABLES: [&str; 19] = [
    "users",
    "sessions",
    "email_codes",
    "email_undos",
    "mail_outbox",
    "stories",
    "story_bodies",
    "story_search",
    "story_authors",
    "story_likes",
    "story_saves",
    "story_ratings",
    "story_reads",
    "story_comments",
    "pictures",
    "picture_pieces",
    "story_pictures",
    "characters",
    "profanity_words",
];
