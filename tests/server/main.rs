//! The whole server, through real sockets: each test starts one with a database of its own and speaks HTTP to it.
//!
//! On SQLite, or, with `TEST_DATABASE_URL`, on a PostgreSQL server where databases may be made.

#![expect(clippy::unwrap_used, reason = "a failed test may panic")]
#![expect(
    unreachable_pub,
    reason = "nobody uses a test binary as a library; `pub` marks what a module offers"
)]

mod drawings;
mod earnings;
mod held_up;
mod meetings;
mod playground;
mod support;
mod together;

mod accounts_codes;
mod accounts_credentials;
mod accounts_limits;
mod accounts_profile;
mod accounts_queries;
mod accounts_search;
mod accounts_sessions;
mod accounts_sign_in;
mod accounts_sign_up;
mod bad_input;
mod collaboration_conduct;
mod collaboration_drafts;
mod collaboration_events;
mod collaboration_invites;
mod collaboration_joining;
mod collaboration_log;
mod collaboration_polling;
mod collaboration_stories;
mod collaboration_votes;
mod envelope_bodies;
mod envelope_connections;
mod games_lists;
mod games_makers;
mod games_making;
mod games_pay;
mod games_playing;
mod games_queries;
mod games_refusals;
mod games_storms;
mod harness;
mod hosts;
mod live_bounds;
mod live_door;
mod live_endings;
mod live_notifications;
mod memory;
mod notifications_preferences;
mod notifications_stored;
mod ops_browser;
mod ops_console;
mod ops_history;
mod ops_metrics;
mod outage;
mod pictures_media;
mod pictures_store;
mod pictures_streams;
mod pictures_uploads;
mod populate;
mod rewards_achievements;
mod rewards_levels;
mod rewards_limits;
mod rewards_order;
mod rewards_places;
mod rewards_queries;
mod rewards_storms;
mod rewards_xp;
mod rooms_bounds;
mod rooms_canvases;
mod rooms_drawing;
mod rooms_ending;
mod rooms_entering;
mod rooms_locks;
mod rooms_races;
mod rooms_servers;
mod social_feed;
mod social_friends;
mod social_live;
mod social_messages;
mod social_people;
mod social_polling;
mod stories_autosave;
mod stories_canvas;
mod stories_characters;
mod stories_comments;
mod stories_costs;
mod stories_facts;
mod stories_leaving;
mod stories_lists;
mod stories_marks;
mod stories_permissions;
mod stories_polling;
mod stories_queries;
mod stories_shapes;
mod stories_views;
mod stories_writing;
mod transcripts;
mod visitors;
mod wire;
mod wire_bodies;
