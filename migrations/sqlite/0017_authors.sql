-- The board of authors is read from its orders, a few of each: from running totals of one table, not from everybody.
ALTER TABLE reward_counts ADD COLUMN achievements_earned INTEGER NOT NULL DEFAULT 0;

INSERT INTO reward_counts (user_id, achievements_earned)
SELECT user_id, COUNT(*) FROM xp_awards WHERE action = 'achievement_earned' GROUP BY user_id
ON CONFLICT (user_id) DO UPDATE SET achievements_earned = excluded.achievements_earned;

CREATE INDEX authors_by_stories ON reward_counts (published_stories DESC, user_id) WHERE published_stories > 0;
CREATE INDEX authors_by_likes ON reward_counts (likes_received DESC, user_id) WHERE published_stories > 0;
CREATE INDEX authors_by_achievements ON reward_counts (achievements_earned DESC, user_id) WHERE published_stories > 0;
-- By all together, as the apps add it up.
CREATE INDEX authors_by_all ON reward_counts
    ((10 * published_stories + 5 * achievements_earned + 3 * likes_received) DESC, user_id) WHERE published_stories > 0;
DROP INDEX users_authors;

-- The newest badges of somebody, in their order.
CREATE INDEX xp_awards_newest_achievements ON xp_awards (user_id, awarded_at DESC, object_id)
    WHERE action = 'achievement_earned';
DROP INDEX xp_awards_achievements;
