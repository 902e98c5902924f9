-- Games: what was made of the texts of stories, and how it was played. Instants are microseconds since 1970 (UTC).

-- From what the games of a story were made. A story without a row has not been read for games yet; one that is too short
-- for them has a row and no games.
CREATE TABLE game_makings (
    story_id   INTEGER PRIMARY KEY REFERENCES stories (id) ON DELETE CASCADE,
    -- The newest revision of the story whose text is known to be the one that was read.
    revision   INTEGER NOT NULL,
    -- The hash of what was read.
    text_hash  TEXT    NOT NULL,
    -- The version of what makes games.
    maker      INTEGER NOT NULL,
    made_at    INTEGER NOT NULL
);

-- One of each type for a story, with the same id for ever: devices keep it.
CREATE TABLE games (
    id               INTEGER PRIMARY KEY AUTOINCREMENT,
    story_id         INTEGER NOT NULL REFERENCES stories (id) ON DELETE CASCADE,
    game_type        TEXT    NOT NULL CHECK (game_type IN ('quiz', 'fill_blanks', 'word_search')),
    difficulty       TEXT    NOT NULL CHECK (difficulty IN ('easy', 'medium', 'hard')),
    -- False while the text of the story does not give this game.
    is_active        INTEGER NOT NULL,
    -- Those of one play.
    questions_count  INTEGER NOT NULL,
    UNIQUE (story_id, game_type)
);
CREATE INDEX games_active ON games (story_id) WHERE is_active;

-- A question that a later text still gives keeps its id. One that it does not give is no longer active, and stays for
-- those who are playing and for what was answered.
CREATE TABLE game_questions (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    game_id         INTEGER NOT NULL REFERENCES games (id) ON DELETE CASCADE,
    -- A hash of what is asked and answered.
    question_key    INTEGER NOT NULL,
    -- From 1, among the active ones.
    position        INTEGER NOT NULL,
    is_active       INTEGER NOT NULL,
    question_text   TEXT    NOT NULL,
    -- A JSON list of texts: what can be chosen, or the rows of a word search.
    options         TEXT    NOT NULL,
    correct_answer  TEXT    NOT NULL,
    hint            TEXT,
    context         TEXT,
    explanation     TEXT,
    points          INTEGER NOT NULL,
    UNIQUE (game_id, question_key)
);

CREATE TABLE game_attempts (
    id                  INTEGER PRIMARY KEY AUTOINCREMENT,
    game_id             INTEGER NOT NULL REFERENCES games (id) ON DELETE CASCADE,
    user_id             INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    state               TEXT    NOT NULL CHECK (state IN ('open', 'completed', 'abandoned')),
    -- A JSON list of the ids of its questions.
    questions           TEXT    NOT NULL,
    total_questions     INTEGER NOT NULL,
    max_points          INTEGER NOT NULL,
    answered_count      INTEGER NOT NULL DEFAULT 0,
    correct_answers     INTEGER NOT NULL DEFAULT 0,
    total_points        INTEGER NOT NULL DEFAULT 0,
    started_at          INTEGER NOT NULL,
    -- When its player last did something, and the microseconds that they had played until then.
    touched_at          INTEGER NOT NULL,
    played              INTEGER NOT NULL DEFAULT 0,
    completed_at        INTEGER,
    -- What it would pay if it were the first one, and what it paid.
    worth               INTEGER NOT NULL DEFAULT 0,
    xp_earned           INTEGER NOT NULL DEFAULT 0,
    -- Paid for practice, which is done so often a day.
    is_practice         INTEGER NOT NULL DEFAULT 0
);
-- Two who start at the same moment, on two devices, start one attempt.
CREATE UNIQUE INDEX game_attempts_open ON game_attempts (user_id, game_id) WHERE state = 'open';
CREATE INDEX game_attempts_by_user ON game_attempts (user_id, game_id, id);
CREATE INDEX game_attempts_by_game ON game_attempts (game_id);
-- Who is at a game whose questions may be forgotten.
CREATE INDEX game_attempts_open_by_game ON game_attempts (game_id) WHERE state = 'open';
-- The last one at a game.
CREATE INDEX game_attempts_completed ON game_attempts (user_id, game_id, completed_at) WHERE state = 'completed';
-- What games paid somebody within a day.
CREATE INDEX xp_awards_games ON xp_awards (user_id, awarded_at) WHERE action = 'game_completed';

CREATE TABLE game_answers (
    attempt_id     INTEGER NOT NULL REFERENCES game_attempts (id) ON DELETE CASCADE,
    question_id    INTEGER NOT NULL REFERENCES game_questions (id) ON DELETE CASCADE,
    user_answer    TEXT    NOT NULL,
    is_correct     INTEGER NOT NULL,
    points_earned  INTEGER NOT NULL,
    answered_at    INTEGER NOT NULL,
    PRIMARY KEY (attempt_id, question_id)
) WITHOUT ROWID;
CREATE INDEX game_answers_by_question ON game_answers (question_id);

INSERT INTO sqlite_sequence (name, seq) VALUES ('games', 999999), ('game_questions', 999999), ('game_attempts', 999999);
