-- Mails that go out by themselves: what was queued already, so that nothing is sent twice. Instants are microseconds
-- since 1970 (UTC).

-- Written in the transaction that queues the mail. `about_id` is a child for what is about one, else 0; `period` is an ISO
-- week, a month, an hour, …, as the kind says.
CREATE TABLE letters (
    user_id    INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    kind       TEXT NOT NULL,
    about_id   INTEGER NOT NULL DEFAULT 0,
    period     TEXT NOT NULL,
    queued_at  INTEGER NOT NULL,
    PRIMARY KEY (user_id, kind, about_id, period)
) WITHOUT ROWID;
CREATE INDEX letters_by_date ON letters (queued_at);

-- What is announced to people in the mail program's own button; NULL: this mail is not one to be switched off.
ALTER TABLE mail_outbox ADD COLUMN unsubscribe_url TEXT;

-- Whose children earned something within an hour.
CREATE INDEX xp_awards_achievements_by_date ON xp_awards (awarded_at) WHERE action = 'achievement_earned';
