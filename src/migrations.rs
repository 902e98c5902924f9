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
        migration(
            3,
            "presence",
            include_str!("../migrations/sqlite/0003_presence.sql"),
        ),
        migration(4, "social", include_str!("../migrations/sqlite/0004_social.sql")),
        migration(
            5,
            "collaboration",
            include_str!("../migrations/sqlite/0005_collaboration.sql"),
        ),
        migration(
            6,
            "picture_holds",
            include_str!("../migrations/sqlite/0006_picture_holds.sql"),
        ),
        migration(
            7,
            "rewards",
            include_str!("../migrations/sqlite/0007_rewards.sql"),
        ),
        migration(8, "games", include_str!("../migrations/sqlite/0008_games.sql")),
        migration(9, "family", include_str!("../migrations/sqlite/0009_family.sql")),
        migration(
            10,
            "classroom",
            include_str!("../migrations/sqlite/0010_classroom.sql"),
        ),
        migration(
            11,
            "administration",
            include_str!("../migrations/sqlite/0011_administration.sql"),
        ),
        migration(
            12,
            "letters",
            include_str!("../migrations/sqlite/0012_letters.sql"),
        ),
        migration(13, "board", include_str!("../migrations/sqlite/0013_board.sql")),
        migration(
            14,
            "usual_people",
            include_str!("../migrations/sqlite/0014_usual_people.sql"),
        ),
        migration(
            15,
            "searches",
            include_str!("../migrations/sqlite/0015_searches.sql"),
        ),
        migration(
            16,
            "keeping_order",
            include_str!("../migrations/sqlite/0016_keeping_order.sql"),
        ),
        migration(
            17,
            "authors",
            include_str!("../migrations/sqlite/0017_authors.sql"),
        ),
        migration(
            18,
            "proven_addresses",
            include_str!("../migrations/sqlite/0018_proven_addresses.sql"),
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
        migration(
            3,
            "presence",
            include_str!("../migrations/postgres/0003_presence.sql"),
        ),
        migration(
            4,
            "social",
            include_str!("../migrations/postgres/0004_social.sql"),
        ),
        migration(
            5,
            "collaboration",
            include_str!("../migrations/postgres/0005_collaboration.sql"),
        ),
        migration(
            6,
            "picture_holds",
            include_str!("../migrations/postgres/0006_picture_holds.sql"),
        ),
        migration(
            7,
            "rewards",
            include_str!("../migrations/postgres/0007_rewards.sql"),
        ),
        migration(8, "games", include_str!("../migrations/postgres/0008_games.sql")),
        migration(
            9,
            "family",
            include_str!("../migrations/postgres/0009_family.sql"),
        ),
        migration(
            10,
            "classroom",
            include_str!("../migrations/postgres/0010_classroom.sql"),
        ),
        migration(
            11,
            "administration",
            include_str!("../migrations/postgres/0011_administration.sql"),
        ),
        migration(
            12,
            "letters",
            include_str!("../migrations/postgres/0012_letters.sql"),
        ),
        migration(13, "board", include_str!("../migrations/postgres/0013_board.sql")),
        migration(
            14,
            "usual_people",
            include_str!("../migrations/postgres/0014_usual_people.sql"),
        ),
        migration(
            15,
            "searches",
            include_str!("../migrations/postgres/0015_searches.sql"),
        ),
        migration(
            16,
            "keeping_order",
            include_str!("../migrations/postgres/0016_keeping_order.sql"),
        ),
        migration(
            17,
            "authors",
            include_str!("../migrations/postgres/0017_authors.sql"),
        ),
        migration(
            18,
            "proven_addresses",
            include_str!("../migrations/postgres/0018_proven_addresses.sql"),
        ),
    ],
};

const fn migration(number: u32, name: &'static str, sql: &'static str) -> Migration {
    Migration { number, name, sql }
}

/// Every table of the newest schema, each behind those that it refers to. What a backup holds: the search indexes of
/// SQLite are made again by their triggers, the ledger of migrations by the migrations. `ops_minutes` and `ops_runs` are
/// what one server went through, and say nothing about the one that takes over its data: a backup is made while its own
/// run is open, which would come back as an end without a word. `instances` and `presence` say who is connected now. The
/// bytes of the months count against one budget, so they stay.
pub const TABLES: [&str; 49] = [
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
    "picture_holds",
    "characters",
    "profanity_words",
    "collaborations",
    "collaborators",
    "collaboration_invites",
    "collaboration_votes",
    "collaboration_electors",
    "operations",
    "room_checkpoints",
    "room_canvases",
    "ops_months",
    "friendships",
    "messages",
    "conversations",
    "notifications",
    "notification_preferences",
    "announcements",
    "xp_awards",
    "reward_counts",
    "game_makings",
    "games",
    "game_questions",
    "game_attempts",
    "game_answers",
    "family_links",
    "family_codes",
    "classes",
    "class_links",
    "reports",
    "audit_log",
    "letters",
];
