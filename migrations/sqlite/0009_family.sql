-- Parents and children, and parents who look at the world as their child. Instants are microseconds since 1970 (UTC).

-- Whose account it is when a parent or a teacher made it for a child; its address is NULL then.
ALTER TABLE users ADD COLUMN managed_by_id INTEGER REFERENCES users (id) ON DELETE SET NULL;
CREATE INDEX users_by_keeper ON users (managed_by_id) WHERE managed_by_id IS NOT NULL;

-- A parent who looks at the world as a child: who it is, and the parent's own session, with which this one ends.
ALTER TABLE sessions ADD COLUMN actor_id INTEGER REFERENCES users (id) ON DELETE CASCADE;
ALTER TABLE sessions ADD COLUMN actor_session_id TEXT REFERENCES sessions (id) ON DELETE CASCADE;
CREATE INDEX sessions_by_actor ON sessions (actor_id, user_id) WHERE actor_id IS NOT NULL;
CREATE INDEX sessions_by_actor_session ON sessions (actor_session_id) WHERE actor_session_id IS NOT NULL;

-- Who may see a child's doings and act for it: nobody while it is 'pending' or 'ended'.
CREATE TABLE family_links (
    parent_id     INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    child_id      INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    status        TEXT NOT NULL CHECK (status IN ('active', 'pending', 'ended')),
    created_at    INTEGER NOT NULL,
    confirmed_at  INTEGER,  -- NULL while it is pending, and where nobody ever said yes
    ended_at      INTEGER,  -- NULL unless it is ended
    PRIMARY KEY (parent_id, child_id)
) WITHOUT ROWID;
CREATE INDEX family_links_by_child ON family_links (child_id, status);

-- What a child tells an adult who is to be linked to them: one code, the newest, for a quarter of an hour. Used once.
CREATE TABLE family_codes (
    child_id     INTEGER PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    code_hash    TEXT    NOT NULL,
    wrong_tries  INTEGER NOT NULL DEFAULT 0,
    expires_at   INTEGER NOT NULL
);
