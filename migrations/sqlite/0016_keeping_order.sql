-- Announcements on their way, stories that are kept from view, addresses that nobody has used yet. Instants are
-- microseconds since 1970 (UTC).

-- Since when the address is one that an administrator wrote down and with which nobody has signed in: no code that opens
-- the account goes there.
ALTER TABLE users ADD COLUMN email_unproven_since INTEGER;

-- Since when a moderator keeps it from view: its authors cannot publish it.
ALTER TABLE stories ADD COLUMN withheld_at INTEGER;

-- What is being announced: a row until everybody has their notification.
CREATE TABLE announcements (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    user_type   TEXT    NOT NULL,  -- '': everybody
    title       TEXT    NOT NULL,
    message     TEXT    NOT NULL,
    created_at  INTEGER NOT NULL,
    reached_id  INTEGER NOT NULL,  -- accounts up to this one have theirs
    last_id     INTEGER NOT NULL   -- those behind this one came later, and get none
);
INSERT INTO sqlite_sequence (name, seq) VALUES ('announcements', 999999);
