-- Who is where, over all servers. Instants are microseconds since 1970 (UTC).

-- One row per server on which somebody is. It counts as long as it is alive; then its rows of `presence` are swept.
CREATE TABLE instances (
    id           TEXT COLLATE "C" PRIMARY KEY,
    alive_until  BIGINT NOT NULL
);

-- 'home' is a notification socket, any other place a session of drawing together.
CREATE TABLE presence (
    place     TEXT COLLATE "C" NOT NULL,
    user_id   BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    instance  TEXT COLLATE "C" NOT NULL,
    stamp     BIGINT NOT NULL,  -- counts the comings of its server: an older leaving takes no newer coming away
    PRIMARY KEY (place, user_id, instance)
);
CREATE INDEX presence_by_instance ON presence (instance);
CREATE INDEX presence_by_user ON presence (user_id);
