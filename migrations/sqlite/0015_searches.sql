-- What administrators search through, read from these indexes alone: accounts with all that they are found by, in place of
-- the index that only paged through them, and titles without the texts that stand beside them.
CREATE INDEX users_searched ON users (created_at DESC, id DESC, user_type, username_folded, display_name_folded,
    email_folded, is_admin, archived_at) WHERE is_admin = FALSE AND archived_at IS NULL;
DROP INDEX users_usual;
CREATE INDEX story_search_titles ON story_search (title_folded);
