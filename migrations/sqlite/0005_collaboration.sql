-- Drawing and writing together: sessions, who belongs to them, invitations, votes, and what a room is rebuilt from.
-- Instants are microseconds since 1970 (UTC).

CREATE TABLE collaborations (
    id                  INTEGER PRIMARY KEY AUTOINCREMENT,
    -- A random UUID: the name of the session on the wire.
    session_id          TEXT    NOT NULL UNIQUE,
    -- Five of A-Z without I and O and 2-9; given back 30 days after the end.
    join_code           TEXT    UNIQUE,
    host_id             INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    canvas_name         TEXT    NOT NULL,
    is_lobby_open       INTEGER NOT NULL DEFAULT 1,
    max_participants    INTEGER NOT NULL,
    created_at          INTEGER NOT NULL,
    expires_at          INTEGER NOT NULL,
    -- Set once: an ended session does not come back.
    ended_at            INTEGER,
    ended_by            TEXT    CHECK (ended_by IN ('host', 'vote', 'expiry')),
    -- When its log and its drawings were forgotten, a day after the end.
    cleared_at          INTEGER,
    -- The story that is written here. A plain number: it stays when the story goes.
    story_id            INTEGER,
    -- The story that came out of it; set once.
    finalized_story_id  INTEGER,
    -- The newest number of the operation log.
    last_number         INTEGER NOT NULL DEFAULT 0,
    -- Rises with every change that its members are shown, the log left out: part of the ETags of what they poll.
    version             INTEGER NOT NULL DEFAULT 1
);
CREATE INDEX collaborations_by_host ON collaborations (host_id, created_at DESC, id DESC);
CREATE INDEX collaborations_open ON collaborations (expires_at) WHERE ended_at IS NULL;
CREATE INDEX collaborations_uncleared ON collaborations (ended_at) WHERE ended_at IS NOT NULL AND cleared_at IS NULL;
CREATE INDEX collaborations_coded ON collaborations (ended_at) WHERE ended_at IS NOT NULL AND join_code IS NOT NULL;

-- Everybody who ever joined.
CREATE TABLE collaborators (
    collaboration_id  INTEGER NOT NULL REFERENCES collaborations (id) ON DELETE CASCADE,
    user_id           INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    role              TEXT    NOT NULL CHECK (role IN ('host', 'participant')),
    -- #RRGGBB, the same for the whole session.
    color             TEXT    NOT NULL,
    is_active         INTEGER NOT NULL,
    -- Kicked since then; an invitation of the host lifts it.
    kicked_at         INTEGER,
    joined_at         INTEGER NOT NULL,
    last_seen         INTEGER NOT NULL,
    -- The newest number of the log that this person was shown.
    seen_number       INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (collaboration_id, user_id)
) WITHOUT ROWID;
CREATE INDEX collaborators_by_user ON collaborators (user_id, collaboration_id);

-- The newest invitation of each person to each session.
CREATE TABLE collaboration_invites (
    collaboration_id  INTEGER NOT NULL REFERENCES collaborations (id) ON DELETE CASCADE,
    user_id           INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    inviter_id        INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- The stored notification, which is the invitation's id on the wire.
    notification_id   INTEGER NOT NULL,
    story_title       TEXT    NOT NULL,
    invited_at        INTEGER NOT NULL,
    answered_at       INTEGER,
    accepted          INTEGER,
    PRIMARY KEY (collaboration_id, user_id)
) WITHOUT ROWID;
CREATE INDEX collaboration_invites_by_user ON collaboration_invites (user_id, notification_id);
CREATE INDEX collaboration_invites_by_inviter ON collaboration_invites (inviter_id);

CREATE TABLE collaboration_votes (
    id                INTEGER PRIMARY KEY AUTOINCREMENT,
    vote_id           TEXT    NOT NULL UNIQUE,
    collaboration_id  INTEGER NOT NULL REFERENCES collaborations (id) ON DELETE CASCADE,
    initiator_id      INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    started_at        INTEGER NOT NULL,
    -- Who has not voted by then does not count.
    deadline          INTEGER NOT NULL,
    closed_at         INTEGER,
    approved          INTEGER,
    -- When a story was made by it.
    used_at           INTEGER
);
CREATE UNIQUE INDEX collaboration_votes_open ON collaboration_votes (collaboration_id) WHERE closed_at IS NULL;
CREATE INDEX collaboration_votes_due ON collaboration_votes (deadline) WHERE closed_at IS NULL;
CREATE INDEX collaboration_votes_by_session ON collaboration_votes (collaboration_id, id DESC);
CREATE INDEX collaboration_votes_by_initiator ON collaboration_votes (initiator_id);

-- Who may vote; who leaves before having voted leaves this list, too.
CREATE TABLE collaboration_electors (
    vote_id  INTEGER NOT NULL REFERENCES collaboration_votes (id) ON DELETE CASCADE,
    user_id  INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    agree    INTEGER,
    PRIMARY KEY (vote_id, user_id)
) WITHOUT ROWID;
CREATE INDEX collaboration_electors_by_user ON collaboration_electors (user_id);

-- The log of a room: what was done, in the order that everybody sees. Authors are plain numbers: the log is short-lived
-- and must not be searched when an account goes.
CREATE TABLE operations (
    collaboration_id  INTEGER NOT NULL REFERENCES collaborations (id) ON DELETE CASCADE,
    number            INTEGER NOT NULL,
    user_id           INTEGER NOT NULL,
    kind              TEXT    NOT NULL,
    -- The canvas or page that it belongs to, by its canonical id.
    slot              TEXT,
    -- From 0; -1 is the cover.
    page              INTEGER NOT NULL,
    data              TEXT    NOT NULL,
    created_at        INTEGER NOT NULL,
    PRIMARY KEY (collaboration_id, number)
) WITHOUT ROWID;

-- A room's model, all operations up to `number` in it.
CREATE TABLE room_checkpoints (
    collaboration_id  INTEGER PRIMARY KEY REFERENCES collaborations (id) ON DELETE CASCADE,
    number            INTEGER NOT NULL,
    model             TEXT    NOT NULL
);

-- The newest whole drawing of each canvas, all operations up to `number` in it.
CREATE TABLE room_canvases (
    collaboration_id  INTEGER NOT NULL REFERENCES collaborations (id) ON DELETE CASCADE,
    slot              TEXT    NOT NULL,
    -- Rises when the canvas is cleared.
    epoch             INTEGER NOT NULL,
    number            INTEGER NOT NULL,
    state             TEXT,
    state_hash        TEXT    NOT NULL DEFAULT '',
    -- The reference of a stored picture.
    snapshot_ref      TEXT,
    PRIMARY KEY (collaboration_id, slot)
) WITHOUT ROWID;

INSERT INTO sqlite_sequence (name, seq) VALUES ('collaborations', 999999), ('collaboration_votes', 999999);
