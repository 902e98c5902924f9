-- Friends, messages, stored notifications. Instants are microseconds since 1970 (UTC).

-- One row per pair, whoever asked: two who ask each other at the same moment cannot make two.
CREATE TABLE friendships (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    sender_id     INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    receiver_id   INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- The same two, the smaller id first.
    low_id        INTEGER NOT NULL,
    high_id       INTEGER NOT NULL,
    status        TEXT    NOT NULL CHECK (status IN ('pending', 'accepted', 'rejected')),
    date_created  INTEGER NOT NULL,  -- when it was asked
    answered_at   INTEGER,  -- NULL while it is pending
    UNIQUE (low_id, high_id),
    CHECK (low_id < high_id AND ((low_id = sender_id AND high_id = receiver_id)
                              OR (low_id = receiver_id AND high_id = sender_id)))
);
CREATE INDEX friendships_by_sender ON friendships (sender_id, status, receiver_id);
CREATE INDEX friendships_by_receiver ON friendships (receiver_id, status, id);

CREATE TABLE messages (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    sender_id    INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    receiver_id  INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    content      TEXT    NOT NULL,
    created_at   INTEGER NOT NULL
);
CREATE INDEX messages_by_sender ON messages (sender_id, receiver_id, id);
-- A deletion of an account looks for what was written to it.
CREATE INDEX messages_by_receiver ON messages (receiver_id);

-- What each of two people sees of what they wrote to each other: a row for each of them, kept with every message, so
-- that the list and its counts, which the apps ask for every half minute, never look at the messages themselves.
CREATE TABLE conversations (
    user_id          INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    other_id         INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    last_message_id  INTEGER NOT NULL,
    last_message_at  INTEGER NOT NULL,
    -- What the other one wrote up to this message has been read by this one.
    read_id          INTEGER NOT NULL DEFAULT 0,
    unread_count     INTEGER NOT NULL DEFAULT 0 CHECK (unread_count >= 0),
    -- Rises with everything that changes what either of them is shown: part of every ETag.
    version          INTEGER NOT NULL DEFAULT 1,
    PRIMARY KEY (user_id, other_id)
) WITHOUT ROWID;
CREATE INDEX conversations_by_date ON conversations (user_id, last_message_id DESC);
CREATE INDEX conversations_by_other ON conversations (other_id);

CREATE TABLE notifications (
    id                 INTEGER PRIMARY KEY AUTOINCREMENT,
    recipient_id       INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    sender_id          INTEGER REFERENCES users (id) ON DELETE SET NULL,  -- NULL: the server itself
    notification_type  TEXT    NOT NULL,
    title              TEXT    NOT NULL,
    message            TEXT    NOT NULL,
    data               TEXT,  -- a JSON object
    story_id           INTEGER REFERENCES stories (id) ON DELETE SET NULL,
    is_read            INTEGER NOT NULL DEFAULT 0,
    created_at         INTEGER NOT NULL
);
CREATE INDEX notifications_by_recipient ON notifications (recipient_id, id DESC);
CREATE INDEX notifications_unread ON notifications (recipient_id, notification_type, id) WHERE is_read = FALSE;
-- Deletions of accounts and of stories look for what names them.
CREATE INDEX notifications_by_sender ON notifications (sender_id);
CREATE INDEX notifications_by_story ON notifications (story_id);

-- What somebody changed; who has no row has the defaults.
CREATE TABLE notification_preferences (
    user_id             INTEGER PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    weekly_reports      INTEGER NOT NULL DEFAULT 1,
    achievement_alerts  INTEGER NOT NULL DEFAULT 1,
    goal_completion     INTEGER NOT NULL DEFAULT 1,
    realtime_updates    INTEGER NOT NULL DEFAULT 0,
    push_token          TEXT,
    device_type         TEXT CHECK (device_type IN ('ios', 'android', 'web')),
    share_usage_data    INTEGER NOT NULL DEFAULT 1,
    allow_analytics     INTEGER NOT NULL DEFAULT 1,
    public_profile      INTEGER NOT NULL DEFAULT 0
);

INSERT INTO sqlite_sequence (name, seq) VALUES ('friendships', 999999), ('messages', 999999), ('notifications', 999999);
