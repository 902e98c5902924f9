-- Keeping order: who may do what, who was suspended or archived and why, reports, and what was done about them.
-- Instants are microseconds since 1970 (UTC).

-- An administrator who may make administrators and delete for good. Whoever was one before is one of these.
ALTER TABLE users ADD COLUMN is_superuser INTEGER NOT NULL DEFAULT FALSE;
UPDATE users SET is_superuser = is_admin;
ALTER TABLE users ADD COLUMN last_login INTEGER;
-- NULL with suspended_at: until somebody lifts it.
ALTER TABLE users ADD COLUMN suspended_until INTEGER;
ALTER TABLE users ADD COLUMN suspension_reason TEXT;
-- NULL with archived_at: by the server itself, or by somebody who is gone.
ALTER TABLE users ADD COLUMN archived_by_id INTEGER REFERENCES users (id) ON DELETE SET NULL;
ALTER TABLE users ADD COLUMN archive_reason TEXT;
ALTER TABLE users ADD COLUMN is_flagged INTEGER NOT NULL DEFAULT FALSE;
ALTER TABLE users ADD COLUMN flagged_reason TEXT NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN violation_count INTEGER NOT NULL DEFAULT 0;
ALTER TABLE users ADD COLUMN last_violation_at INTEGER;
CREATE INDEX users_by_archiver ON users (archived_by_id) WHERE archived_by_id IS NOT NULL;
CREATE INDEX users_archived ON users (archived_at DESC, id DESC) WHERE archived_at IS NOT NULL;
CREATE INDEX users_suspended ON users (suspended_until) WHERE suspended_at IS NOT NULL;
CREATE INDEX users_by_creation ON users (created_at DESC, id DESC);
CREATE INDEX users_by_last_seen ON users (last_seen);

ALTER TABLE stories ADD COLUMN is_flagged INTEGER NOT NULL DEFAULT FALSE;
ALTER TABLE stories ADD COLUMN flagged_reason TEXT NOT NULL DEFAULT '';
-- It was published and is not shown: its author is suspended or archived. Shown again when that ends.
ALTER TABLE stories ADD COLUMN hidden_at INTEGER;
CREATE INDEX stories_flagged ON stories (date_created DESC, id DESC) WHERE is_flagged = TRUE;
CREATE INDEX stories_hidden ON stories (author_id) WHERE hidden_at IS NOT NULL;
CREATE INDEX stories_by_creation ON stories (date_created DESC, id DESC);
CREATE INDEX stories_drafts ON stories (date_created DESC, id DESC) WHERE is_published = FALSE;

-- What people reported. A row outlives neither what it is about nor, in its name, who wrote it.
CREATE TABLE reports (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    reporter_id    INTEGER REFERENCES users (id) ON DELETE SET NULL,
    story_id       INTEGER REFERENCES stories (id) ON DELETE CASCADE,
    comment_id     INTEGER REFERENCES story_comments (id) ON DELETE CASCADE,
    user_id        INTEGER REFERENCES users (id) ON DELETE CASCADE,
    reason         TEXT NOT NULL,
    details        TEXT   NOT NULL DEFAULT '',
    status         TEXT NOT NULL CHECK (status IN ('open', 'upheld', 'dismissed')),
    created_at     INTEGER NOT NULL,
    handled_at     INTEGER,
    handled_by_id  INTEGER REFERENCES users (id) ON DELETE SET NULL,
    CHECK ((CASE WHEN story_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN comment_id IS NULL THEN 0 ELSE 1 END)
         + (CASE WHEN user_id IS NULL THEN 0 ELSE 1 END) = 1)
);
CREATE INDEX reports_open ON reports (id) WHERE status = 'open';
CREATE INDEX reports_by_reporter ON reports (reporter_id);
CREATE INDEX reports_by_story ON reports (story_id) WHERE story_id IS NOT NULL;
CREATE INDEX reports_by_comment ON reports (comment_id) WHERE comment_id IS NOT NULL;
CREATE INDEX reports_by_user ON reports (user_id) WHERE user_id IS NOT NULL;
CREATE INDEX reports_by_handler ON reports (handled_by_id) WHERE handled_by_id IS NOT NULL;

-- Who did what to keep order. Only ever added to; plain numbers and names, so that it outlives the accounts.
CREATE TABLE audit_log (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    at              INTEGER NOT NULL,
    admin_id        INTEGER,  -- NULL: the command line, or somebody who was not recognised
    admin_username  TEXT   NOT NULL,
    action          TEXT NOT NULL,
    resource        TEXT NOT NULL,
    target_id       INTEGER,
    details         TEXT   NOT NULL DEFAULT '',
    network         TEXT   NOT NULL DEFAULT '',
    user_agent      TEXT   NOT NULL DEFAULT '',
    status          TEXT NOT NULL CHECK (status IN ('success', 'failed'))
);
CREATE INDEX audit_log_by_action ON audit_log (action, id DESC);
CREATE TRIGGER audit_log_is_not_changed BEFORE UPDATE ON audit_log
BEGIN SELECT RAISE(ABORT, 'the audit log is only ever added to'); END;
CREATE TRIGGER audit_log_is_not_shortened BEFORE DELETE ON audit_log
BEGIN SELECT RAISE(ABORT, 'the audit log is only ever added to'); END;
INSERT INTO sqlite_sequence (name, seq) VALUES ('reports', 999999), ('audit_log', 999999);
