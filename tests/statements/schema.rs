//! The two schemas mean the same.

use std::collections::BTreeSet;

use database::Dialect;

use crate::engine::Engine;

/// Queries that describe a schema in lines, the same lines on both engines. Search indexes are each engine's own.
struct Description {
    sqlite: &'static str,
    postgres: &'static str,
}

/// `stories.title text not null`. A boolean is an integer on SQLite, and so is one here.
const COLUMNS: Description = Description {
    sqlite: "SELECT t.name || '.' || c.name || CASE c.type
                    WHEN 'TEXT' THEN ' text' WHEN 'BLOB' THEN ' bytes'
                    WHEN 'INTEGER' THEN ' integer' WHEN 'BIGINT' THEN ' integer'
                    ELSE ' of a type that the other engine lacks: ' || c.type END
                || CASE WHEN c.\"notnull\" OR c.pk > 0 THEN ' not null' ELSE '' END
             FROM sqlite_schema t JOIN pragma_table_info(t.name) c
             WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND t.name NOT LIKE '%\\_fts%' ESCAPE '\\'",
    postgres: "SELECT table_name || '.' || column_name || CASE data_type
                    WHEN 'text' THEN ' text' WHEN 'bytea' THEN ' bytes'
                    WHEN 'bigint' THEN ' integer' WHEN 'boolean' THEN ' integer'
                    ELSE ' of a type that the other engine lacks: ' || data_type END
                || CASE is_nullable WHEN 'NO' THEN ' not null' ELSE '' END
             FROM information_schema.columns WHERE table_schema = 'public'",
};

/// `story_likes (story_id, user_id)`: what no two rows share, primary keys too.
const UNIQUE: Description = Description {
    sqlite: "SELECT t.name || ' (' || (
                 SELECT group_concat(i.name, ', ' ORDER BY i.seqno) FROM pragma_index_info(l.name) i) || ')'
             FROM sqlite_schema t JOIN pragma_index_list(t.name) l
             WHERE t.type = 'table' AND t.name NOT LIKE '%\\_fts%' ESCAPE '\\' AND l.\"unique\" AND NOT l.partial
             UNION
             SELECT t.name || ' (' || group_concat(c.name, ', ' ORDER BY c.pk) || ')'
             FROM sqlite_schema t JOIN pragma_table_info(t.name) c
             WHERE t.type = 'table' AND t.name NOT LIKE '%\\_fts%' ESCAPE '\\' AND c.pk > 0 GROUP BY t.name",
    postgres: "SELECT t.relname || ' (' || (
                   SELECT string_agg(a.attname, ', ' ORDER BY k.place)
                   FROM unnest(x.indkey) WITH ORDINALITY k (number, place)
                   JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.number) || ')'
               FROM pg_index x JOIN pg_class t ON t.oid = x.indrelid
               WHERE x.indisunique AND x.indpred IS NULL AND t.relnamespace = 'public'::regnamespace",
};

/// `stories.author_id belongs to users.id, CASCADE`: what becomes of a row whose owner goes.
const REFERENCES: Description = Description {
    sqlite: "SELECT t.name || '.' || f.\"from\" || ' belongs to ' || f.\"table\" || '.' || f.\"to\" || ', ' || f.on_delete
             FROM sqlite_schema t JOIN pragma_foreign_key_list(t.name) f WHERE t.type = 'table'",
    postgres: "SELECT k.table_name || '.' || k.column_name || ' belongs to ' || o.table_name || '.' || o.column_name
                   || ', ' || r.delete_rule
               FROM information_schema.referential_constraints r
               JOIN information_schema.key_column_usage k ON k.constraint_name = r.constraint_name
               JOIN information_schema.key_column_usage o ON o.constraint_name = r.unique_constraint_name
                   AND o.ordinal_position = k.position_in_unique_constraint
               WHERE r.constraint_schema = 'public'",
};

/// `stories begins at 1000000`: the first id that the engine gives by itself.
const IDENTITIES: Description = Description {
    sqlite: "SELECT t.name || ' begins at '
                 || (1 + COALESCE((SELECT s.seq FROM sqlite_sequence s WHERE s.name = t.name), 0))
             FROM sqlite_schema t WHERE t.type = 'table' AND t.sql LIKE '%AUTOINCREMENT%'",
    postgres: "SELECT c.table_name || ' begins at ' || COALESCE(s.last_value + 1, s.start_value)
               FROM information_schema.columns c
               JOIN pg_sequences s ON s.schemaname = c.table_schema
                   AND s.sequencename = c.table_name || '_' || c.column_name || '_seq'
               WHERE c.table_schema = 'public' AND c.is_identity = 'YES'",
};

impl Description {
    async fn of(&self, engine: &Engine) -> BTreeSet<String> {
        let sql = match engine.dialect() {
            Dialect::Sqlite => self.sqlite,
            Dialect::Postgres => self.postgres,
        };
        engine.texts(sql).await.into_iter().collect()
    }
}

#[tokio::test]
async fn both_engines_have_the_same_schema() {
    let Some(postgres) = Engine::postgres() else {
        return;
    };
    let sqlite = Engine::sqlite();
    for description in [COLUMNS, UNIQUE, REFERENCES, IDENTITIES] {
        let (here, there) = (description.of(&sqlite).await, description.of(&postgres).await);
        assert!(here.len() > 8, "too few to be all: {here:?}");
        let differences: Vec<_> = here.symmetric_difference(&there).collect();
        assert!(differences.is_empty(), "on one engine only: {differences:#?}");
    }
}

#[tokio::test]
async fn every_identity_begins_above_the_old_ids() {
    for engine in Engine::all() {
        let identities = IDENTITIES.of(&engine).await;
        assert!(identities.len() > 8, "too few to be all: {identities:?}");
        for identity in identities {
            assert!(identity.ends_with(" begins at 1000000"), "{identity}");
        }
    }
}
