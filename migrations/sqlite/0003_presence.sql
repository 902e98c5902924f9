-- Who is where, over all servers. Instants are microseconds since 1970 (UTC).

-- One row per server on which somebody is. It counts as long as it is alive; then its rows of `presence` are swept.
CREATE TABLE instances (
    id           TEXT PRIMARY KEY NOT NULL,
    alive_until  INTEGER NOT NULL
);

-- 'home' is a notification socket, any other place a session of drawing together.
CREATE TABLE presence (
    place     TEXT NOT NULL,
    user_id   INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    instance  TEXT NOT NULL,
    stamp     INTEGER NOT NULL,  -- counts the comings of its server: an older leaving takes no newer coming away
    PRIMARY KEY (place, user_id, instance)
) WITHOUT ROWID;
CREATE INDEX presence_by_instance ON presence (instance);
CREATE INDEX presence_by_user ON presence (user_id);
