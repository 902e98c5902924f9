-- Accounts, stories, pictures, mail. Instants are microseconds since 1970 (UTC).
-- Identity columns begin at 1,000,000: devices in the field still hold ids of the old server.

CREATE TABLE users (
    id                      INTEGER PRIMARY KEY AUTOINCREMENT,
    username                TEXT    NOT NULL,
    username_folded         TEXT    NOT NULL UNIQUE,
    email                   TEXT,
    email_folded            TEXT    UNIQUE,
    password_hash           TEXT    NOT NULL,
    first_name              TEXT    NOT NULL DEFAULT '',
    last_name               TEXT    NOT NULL DEFAULT '',
    user_type               TEXT    NOT NULL DEFAULT 'child' CHECK (user_type IN ('child', 'parent', 'teacher')),
    display_name            TEXT    NOT NULL,
    display_name_folded     TEXT    NOT NULL,
    avatar_emoji            TEXT    NOT NULL DEFAULT '📚',
    selected_avatar_border  TEXT    NOT NULL DEFAULT 'basic',
    bio                     TEXT,
    date_of_birth           TEXT,
    experience_points       INTEGER NOT NULL DEFAULT 0 CHECK (experience_points >= 0),
    is_admin                INTEGER NOT NULL DEFAULT 0,
    email_verified_at       INTEGER,
    suspended_at            INTEGER,
    archived_at             INTEGER,
    last_seen               INTEGER NOT NULL,
    created_at              INTEGER NOT NULL,
    updated_at              INTEGER NOT NULL,
    -- Rises when a name or picture that others see changes: part of every list's ETag.
    profile_version         INTEGER NOT NULL DEFAULT 1,
    published_count         INTEGER NOT NULL DEFAULT 0
);

-- The listing order of the user search.
CREATE INDEX users_by_display_name ON users (display_name_folded, id);

CREATE VIRTUAL TABLE users_fts USING fts5 (
    username_folded, display_name_folded, content = 'users', content_rowid = 'id', tokenize = 'trigram'
);
CREATE TRIGGER users_fts_insert AFTER INSERT ON users BEGIN
    INSERT INTO users_fts (rowid, username_folded, display_name_folded)
    VALUES (new.id, new.username_folded, new.display_name_folded);
END;
CREATE TRIGGER users_fts_delete AFTER DELETE ON users BEGIN
    INSERT INTO users_fts (users_fts, rowid, username_folded, display_name_folded)
    VALUES ('delete', old.id, old.username_folded, old.display_name_folded);
END;
CREATE TRIGGER users_fts_update AFTER UPDATE OF username_folded, display_name_folded ON users BEGIN
    INSERT INTO users_fts (users_fts, rowid, username_folded, display_name_folded)
    VALUES ('delete', old.id, old.username_folded, old.display_name_folded);
    INSERT INTO users_fts (rowid, username_folded, display_name_folded)
    VALUES (new.id, new.username_folded, new.display_name_folded);
END;

-- One row per sign-in; its id rides in both tokens. No row: the tokens are worth nothing.
CREATE TABLE sessions (
    id          TEXT    PRIMARY KEY,
    user_id     INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at  INTEGER NOT NULL,
    expires_at  INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX sessions_by_user ON sessions (user_id, created_at);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

-- The newest code per account and purpose is the only one.
CREATE TABLE email_codes (
    user_id     INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    purpose     TEXT    NOT NULL CHECK (purpose IN ('verification', 'password_reset')),
    code_hash   TEXT    NOT NULL,
    wrong_tries INTEGER NOT NULL DEFAULT 0,
    expires_at  INTEGER NOT NULL,
    PRIMARY KEY (user_id, purpose)
) WITHOUT ROWID;

-- The way back from a change of e-mail address that its owner did not make.
CREATE TABLE email_undos (
    token_hash  TEXT    PRIMARY KEY,
    user_id     INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    old_email   TEXT    NOT NULL,
    expires_at  INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX email_undos_by_user ON email_undos (user_id);

CREATE TABLE mail_outbox (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    recipient       TEXT    NOT NULL,
    recipient_name  TEXT    NOT NULL,
    kind            TEXT    NOT NULL,
    code            TEXT,
    subject         TEXT    NOT NULL,
    body_text       TEXT    NOT NULL,
    body_html       TEXT    NOT NULL,
    attempts        INTEGER NOT NULL DEFAULT 0,
    next_attempt_at INTEGER NOT NULL,
    claimed_until   INTEGER NOT NULL DEFAULT 0,
    created_at      INTEGER NOT NULL
);
CREATE INDEX mail_outbox_due ON mail_outbox (next_attempt_at);

-- Lists read this table alone; texts and drawings stand apart.
CREATE TABLE stories (
    id               INTEGER PRIMARY KEY AUTOINCREMENT,
    author_id        INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    title            TEXT    NOT NULL,
    summary          TEXT,
    category         TEXT    NOT NULL,
    genres           TEXT    NOT NULL DEFAULT '[]',
    language         TEXT    NOT NULL,
    creation_type    TEXT    NOT NULL,
    -- The cover as others see it: a URL, or the reference of a stored picture; '' when there is none.
    public_cover     TEXT    NOT NULL DEFAULT '',
    is_published     INTEGER NOT NULL DEFAULT 0,
    is_collaborative INTEGER NOT NULL DEFAULT 0,
    published_by_id  INTEGER REFERENCES users (id) ON DELETE SET NULL,
    -- The hash of the client-made page ids: recognises a create that a timed-out client repeats.
    page_key         TEXT,
    views            INTEGER NOT NULL DEFAULT 0,
    likes_count      INTEGER NOT NULL DEFAULT 0,
    saves_count      INTEGER NOT NULL DEFAULT 0,
    comments_count   INTEGER NOT NULL DEFAULT 0,
    ratings_count    INTEGER NOT NULL DEFAULT 0,
    ratings_sum      INTEGER NOT NULL DEFAULT 0,
    -- Bytes of text and canvas as stored, and of the whole story as it is sent with its pictures.
    body_bytes       INTEGER NOT NULL DEFAULT 0,
    wire_bytes       INTEGER NOT NULL DEFAULT 0,
    -- Rises with every change that a list shows, views left out: part of every list's ETag.
    version          INTEGER NOT NULL DEFAULT 1,
    -- Rises with what its authors do alone: a change that was made from an older one is refused.
    revision         INTEGER NOT NULL DEFAULT 1,
    date_created     INTEGER NOT NULL,
    date_updated     INTEGER NOT NULL
);
-- With is_published, which SQLite would look up in every row otherwise: the list is counted by this index alone.
CREATE INDEX stories_public ON stories (date_created DESC, id DESC, is_published) WHERE is_published;
CREATE INDEX stories_by_author ON stories (author_id, date_created DESC, id DESC);
-- A deletion of an account looks for what it published.
CREATE INDEX stories_by_publisher ON stories (published_by_id);
CREATE INDEX stories_by_page_key ON stories (author_id, page_key) WHERE page_key IS NOT NULL;

CREATE TABLE story_bodies (
    story_id  INTEGER PRIMARY KEY REFERENCES stories (id) ON DELETE CASCADE,
    -- The cover as written, a stored picture replaced by its reference; '' when there is none.
    cover     TEXT    NOT NULL DEFAULT '',
    content   TEXT    NOT NULL,
    -- The canvas text with every stored picture replaced by its reference.
    canvas    TEXT    NOT NULL
);

CREATE TABLE story_search (
    story_id        INTEGER PRIMARY KEY REFERENCES stories (id) ON DELETE CASCADE,
    title_folded    TEXT NOT NULL,
    content_folded  TEXT NOT NULL
);
CREATE VIRTUAL TABLE stories_fts USING fts5 (
    title_folded, content_folded, content = 'story_search', content_rowid = 'story_id', tokenize = 'trigram'
);
CREATE TRIGGER stories_fts_insert AFTER INSERT ON story_search BEGIN
    INSERT INTO stories_fts (rowid, title_folded, content_folded)
    VALUES (new.story_id, new.title_folded, new.content_folded);
END;
CREATE TRIGGER stories_fts_delete AFTER DELETE ON story_search BEGIN
    INSERT INTO stories_fts (stories_fts, rowid, title_folded, content_folded)
    VALUES ('delete', old.story_id, old.title_folded, old.content_folded);
END;
CREATE TRIGGER stories_fts_update AFTER UPDATE ON story_search BEGIN
    INSERT INTO stories_fts (stories_fts, rowid, title_folded, content_folded)
    VALUES ('delete', old.story_id, old.title_folded, old.content_folded);
    INSERT INTO stories_fts (rowid, title_folded, content_folded)
    VALUES (new.story_id, new.title_folded, new.content_folded);
END;

-- The co-authors of a collaborative story, its author among them.
CREATE TABLE story_authors (
    story_id  INTEGER NOT NULL REFERENCES stories (id) ON DELETE CASCADE,
    user_id   INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    PRIMARY KEY (story_id, user_id)
) WITHOUT ROWID;
CREATE INDEX story_authors_by_user ON story_authors (user_id, story_id);

CREATE TABLE story_likes (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    story_id      INTEGER NOT NULL REFERENCES stories (id) ON DELETE CASCADE,
    user_id       INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    date_created  INTEGER NOT NULL,
    UNIQUE (story_id, user_id)
);
CREATE INDEX story_likes_by_user ON story_likes (user_id, story_id);

CREATE TABLE story_saves (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    story_id    INTEGER NOT NULL REFERENCES stories (id) ON DELETE CASCADE,
    user_id     INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    date_saved  INTEGER NOT NULL,
    UNIQUE (story_id, user_id)
);
CREATE INDEX story_saves_by_user ON story_saves (user_id, date_saved DESC, id DESC);

CREATE TABLE story_ratings (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    story_id      INTEGER NOT NULL REFERENCES stories (id) ON DELETE CASCADE,
    user_id       INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    value         INTEGER NOT NULL CHECK (value BETWEEN 1 AND 5),
    date_created  INTEGER NOT NULL,
    UNIQUE (story_id, user_id)
);
CREATE INDEX story_ratings_by_user ON story_ratings (user_id);

CREATE TABLE story_reads (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    story_id   INTEGER NOT NULL REFERENCES stories (id) ON DELETE CASCADE,
    user_id    INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    date_read  INTEGER NOT NULL,
    UNIQUE (story_id, user_id)
);
CREATE INDEX story_reads_by_user ON story_reads (user_id);

CREATE TABLE story_comments (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    story_id      INTEGER NOT NULL REFERENCES stories (id) ON DELETE CASCADE,
    author_id     INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    body          TEXT    NOT NULL,
    date_created  INTEGER NOT NULL
);
CREATE INDEX story_comments_by_story ON story_comments (story_id, date_created DESC, id DESC);
CREATE INDEX story_comments_by_author ON story_comments (author_id);

-- Pictures by the BLAKE3 of their bytes (64 hex digits), in pieces of 96 KiB.
CREATE TABLE pictures (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    hash         TEXT    NOT NULL UNIQUE,
    kind         TEXT    NOT NULL CHECK (kind IN ('png', 'jpeg', 'webp', 'gif')),
    bytes        INTEGER NOT NULL,
    created_at   INTEGER NOT NULL,
    -- Since when no story shows it; NULL while one does.
    released_at  INTEGER
);
CREATE INDEX pictures_released ON pictures (released_at) WHERE released_at IS NOT NULL;

CREATE TABLE picture_pieces (
    picture_id  INTEGER NOT NULL REFERENCES pictures (id) ON DELETE CASCADE,
    number      INTEGER NOT NULL,
    data        BLOB    NOT NULL,
    PRIMARY KEY (picture_id, number)
);

CREATE TABLE story_pictures (
    story_id    INTEGER NOT NULL REFERENCES stories (id) ON DELETE CASCADE,
    picture_id  INTEGER NOT NULL REFERENCES pictures (id),
    PRIMARY KEY (story_id, picture_id)
) WITHOUT ROWID;
CREATE INDEX story_pictures_by_picture ON story_pictures (picture_id, story_id);

CREATE TABLE characters (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    creator_id    INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name          TEXT    NOT NULL,
    description   TEXT,
    date_created  INTEGER NOT NULL,
    canvas_data   TEXT    NOT NULL
);
CREATE INDEX characters_by_creator ON characters (creator_id, date_created DESC, id DESC);

CREATE TABLE profanity_words (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    word        TEXT    NOT NULL UNIQUE,
    language    TEXT    NOT NULL CHECK (language IN ('en', 'tl', 'both')),
    severity    TEXT    NOT NULL CHECK (severity IN ('mild', 'moderate', 'severe')),
    is_active   INTEGER NOT NULL DEFAULT 1,
    created_at  INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL
);

INSERT INTO sqlite_sequence (name, seq) VALUES
    ('users', 999999), ('mail_outbox', 999999), ('stories', 999999), ('story_likes', 999999),
    ('story_saves', 999999), ('story_ratings', 999999), ('story_reads', 999999), ('story_comments', 999999),
    ('pictures', 999999), ('characters', 999999), ('profanity_words', 999999);
