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
