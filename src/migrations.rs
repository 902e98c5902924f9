//! The numbered changes of the schema, per engine, inside the binary. How to add one: `migrations/README.md`.

use database::{Migration, Migrations};

/// Every migration, oldest first.
pub const ALL: Migrations = Migrations {
    sqlite: &[Migration {
        number: 1,
        name: "foundation",
        sql: include_str!("../migrations/sqlite/0001_foundation.sql"),
    }],
    postgres: &[Migration {
        number: 1,
        name: "foundation",
        sql: include_str!("../migrations/postgres/0001_foundation.sql"),
    }],
};
