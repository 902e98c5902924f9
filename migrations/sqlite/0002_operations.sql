-- What the console shows of the past: a minute a row for one day, each start of the server, bytes out by month.
-- Instants are microseconds since 1970 (UTC), times are microseconds, sizes are bytes.

-- A ring: slot is the minute since 1970, modulo 1,440. Memory is the highest of the minute, people are those at its end.
CREATE TABLE ops_minutes (
    slot      INTEGER PRIMARY KEY,  -- minutes since 1970, modulo 1,440
    at        INTEGER NOT NULL,  -- when it was noted
    resident  INTEGER NOT NULL,
    cgroup    INTEGER,  -- NULL where there is none
    people    INTEGER NOT NULL,
    requests  INTEGER NOT NULL,
    p50       INTEGER,  -- NULL in a minute without requests
    p95       INTEGER,
    p99       INTEGER,
    errors    INTEGER NOT NULL,
    refusals  INTEGER NOT NULL
);

-- One row per start of the server; the last 50 are kept.
CREATE TABLE ops_runs (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    version       TEXT NOT NULL,
    started_at    INTEGER NOT NULL,
    last_alive    INTEGER NOT NULL,
    stopped_at    INTEGER,  -- NULL: it runs, or it ended without a word
    peak          INTEGER NOT NULL,  -- the most memory it ever held
    memory_limit  INTEGER NOT NULL
);
CREATE INDEX ops_runs_by_start ON ops_runs (started_at, id);

-- Bytes out by month ('2026-03', UTC), all servers together.
CREATE TABLE ops_months (
    month      TEXT PRIMARY KEY NOT NULL,
    bytes_out  INTEGER NOT NULL
);

INSERT INTO sqlite_sequence (name, seq) VALUES ('ops_runs', 999999);
