-- Rewards: what each act paid, once, and what of it achievements go by. Instants are microseconds since 1970 (UTC).

-- The ledger of XP. A row for each act of each person and what it was done to: nothing is paid twice, and the sum of
-- somebody's rows is what they earned here. Objects are plain numbers: a row stays when its story goes.
CREATE TABLE xp_awards (
    user_id     INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    action      TEXT    NOT NULL,
    -- A story, a friend, a character, an achievement, …, as the action says.
    object_id   INTEGER NOT NULL,
    -- Who did it (a like), or which attempt it was (a game), when one object pays more than once; else 0.
    by_id       INTEGER NOT NULL DEFAULT 0,
    -- 0 for what came after a day's limit.
    xp          INTEGER NOT NULL CHECK (xp >= 0),
    awarded_at  INTEGER NOT NULL,
    PRIMARY KEY (user_id, action, object_id, by_id)
) WITHOUT ROWID;
-- What a day's limit looks at.
CREATE INDEX xp_awards_by_day ON xp_awards (user_id, action, by_id, awarded_at);
-- The newest achievements of people, and how many they have.
CREATE INDEX xp_awards_achievements ON xp_awards (user_id, awarded_at) WHERE action = 'achievement_earned';

-- What somebody's achievements go by, as running totals.
CREATE TABLE reward_counts (
    user_id                   INTEGER PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    total_stories             INTEGER NOT NULL DEFAULT 0,
    published_stories         INTEGER NOT NULL DEFAULT 0,
    manual_stories            INTEGER NOT NULL DEFAULT 0,
    ai_stories                INTEGER NOT NULL DEFAULT 0,
    total_words               INTEGER NOT NULL DEFAULT 0,
    friends                   INTEGER NOT NULL DEFAULT 0,
    -- What others did, not oneself.
    likes_received            INTEGER NOT NULL DEFAULT 0,
    comments_received         INTEGER NOT NULL DEFAULT 0,
    views_received            INTEGER NOT NULL DEFAULT 0,
    stories_read              INTEGER NOT NULL DEFAULT 0,
    characters_created        INTEGER NOT NULL DEFAULT 0,
    collaborations_completed  INTEGER NOT NULL DEFAULT 0,
    games_completed           INTEGER NOT NULL DEFAULT 0
);

-- Words of a story's text. Stories of before are counted by their blanks; the next save counts them exactly.
ALTER TABLE stories ADD COLUMN words INTEGER NOT NULL DEFAULT 0;
UPDATE stories SET words = COALESCE((
    SELECT LENGTH(TRIM(b.content)) - LENGTH(REPLACE(TRIM(b.content), ' ', '')) + 1
    FROM story_bodies b WHERE b.story_id = stories.id), 0);

INSERT INTO reward_counts (user_id, total_stories, published_stories, manual_stories, ai_stories, total_words, friends,
    likes_received, comments_received, views_received, stories_read, characters_created, collaborations_completed)
SELECT u.id,
    (SELECT COUNT(*) FROM stories s WHERE s.author_id = u.id),
    (SELECT COUNT(*) FROM stories s WHERE s.author_id = u.id AND s.is_published),
    (SELECT COUNT(*) FROM stories s WHERE s.author_id = u.id AND s.creation_type = 'manual'),
    (SELECT COUNT(*) FROM stories s WHERE s.author_id = u.id AND s.creation_type = 'ai_assisted'),
    (SELECT COALESCE(SUM(s.words), 0) FROM stories s WHERE s.author_id = u.id),
    (SELECT COUNT(*) FROM friendships f WHERE f.status = 'accepted' AND f.sender_id = u.id)
        + (SELECT COUNT(*) FROM friendships f WHERE f.status = 'accepted' AND f.receiver_id = u.id),
    (SELECT COUNT(*) FROM story_likes l JOIN stories s ON s.id = l.story_id
     WHERE s.author_id = u.id AND l.user_id <> u.id),
    (SELECT COUNT(*) FROM story_comments c JOIN stories s ON s.id = c.story_id
     WHERE s.author_id = u.id AND c.author_id <> u.id),
    (SELECT COALESCE(SUM(s.views), 0) FROM stories s WHERE s.author_id = u.id),
    (SELECT COUNT(*) FROM story_reads r WHERE r.user_id = u.id),
    (SELECT COUNT(*) FROM characters c WHERE c.creator_id = u.id),
    (SELECT COUNT(*) FROM story_authors a JOIN stories s ON s.id = a.story_id
     WHERE a.user_id = u.id AND s.is_collaborative AND s.is_published)
FROM users u;

-- They are counted: whoever publishes such a story once more is not paid for it.
INSERT INTO xp_awards (user_id, action, object_id, by_id, xp, awarded_at)
SELECT a.user_id, 'collaboration_completed', a.story_id, 0, 0, 0
FROM story_authors a JOIN stories s ON s.id = a.story_id
WHERE s.is_collaborative AND s.is_published;

-- The board of those who published, by how much.
CREATE INDEX users_by_published ON users (published_count, id)
    WHERE user_type = 'child' AND is_admin = FALSE AND published_count > 0
      AND suspended_at IS NULL AND archived_at IS NULL;

-- The newest of a friend's stories, and of the marks on a story: the feed looks at nothing else.
CREATE INDEX stories_published_by_author ON stories (author_id, date_created DESC, id DESC) WHERE is_published;
CREATE INDEX story_likes_by_story ON story_likes (story_id, date_created DESC, id DESC);
CREATE INDEX story_saves_by_story ON story_saves (story_id, date_saved DESC, id DESC);
