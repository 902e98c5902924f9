//! A database of before gets what newer tables hold of it.

use database::Migrations;
use tinytales::migrations::ALL;

use crate::engine::Engine;

/// Before there were rewards.
const BEFORE_REWARDS: Migrations = Migrations {
    sqlite: ALL.sqlite.split_at(6).0,
    postgres: ALL.postgres.split_at(6).0,
};

/// Mila wrote two stories, one of them published and another with Theo; Theo likes, comments, reads, and is a friend.
const WORLD: &str = "
    INSERT INTO users (id, username, username_folded, password_hash, display_name, display_name_folded, last_seen,
        created_at, updated_at)
    VALUES (1, 'mila', 'mila', '', 'Mila', 'mila', 0, 0, 0), (2, 'theo', 'theo', '', 'Theo', 'theo', 0, 0, 0);
    INSERT INTO stories (id, author_id, title, category, language, creation_type, is_published, is_collaborative,
        views, date_created, date_updated)
    VALUES (11, 1, 'Kettle', 'other', 'en', 'manual', TRUE, FALSE, 7, 0, 0),
        (12, 1, 'Whale', 'other', 'en', 'ai_assisted', TRUE, TRUE, 2, 0, 0),
        (13, 2, 'Pan', 'other', 'en', 'manual', FALSE, FALSE, 0, 0, 0);
    INSERT INTO story_bodies (story_id, content, canvas)
    VALUES (11, ' Once upon a time. ', '[]'), (12, 'Whale', '[]'), (13, 'Hot pan', '[]');
    INSERT INTO story_authors (story_id, user_id) VALUES (12, 1), (12, 2);
    INSERT INTO story_likes (story_id, user_id, date_created) VALUES (11, 1, 0), (11, 2, 0), (12, 2, 0);
    INSERT INTO story_comments (story_id, author_id, body, date_created) VALUES (11, 1, '', 0), (11, 2, '', 0);
    INSERT INTO story_reads (story_id, user_id, date_read) VALUES (11, 2, 0);
    INSERT INTO characters (creator_id, name, date_created, canvas_data) VALUES (2, 'Pip', 0, '');
    INSERT INTO friendships (sender_id, receiver_id, low_id, high_id, status, date_created)
    VALUES (2, 1, 1, 2, 'accepted', 0);
";

#[tokio::test]
async fn totals_of_rewards_begin_with_what_was_there() {
    for engine in Engine::all_at(&BEFORE_REWARDS) {
        engine.run(WORLD).await;
        engine.migrate();
        let totals = engine
            .texts(
                "SELECT user_id || ': ' || total_stories || ' ' || published_stories || ' ' || manual_stories || ' '
                     || ai_stories || ' ' || total_words || ' ' || friends || ' ' || likes_received || ' '
                     || comments_received || ' ' || views_received || ' ' || stories_read || ' '
                     || characters_created || ' ' || collaborations_completed || ' ' || games_completed
                 FROM reward_counts ORDER BY user_id",
            )
            .await;
        assert_eq!(
            totals,
            ["1: 2 2 1 1 5 1 2 1 9 0 0 1 0", "2: 1 0 1 0 2 1 0 0 0 1 1 1 0"],
            "on {:?}",
            engine.dialect()
        );
    }
}
