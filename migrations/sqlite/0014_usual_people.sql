-- What administrators page through, of one kind or of all: counted and read from this index alone.
CREATE INDEX users_usual ON users (created_at DESC, id DESC, user_type) WHERE is_admin = FALSE AND archived_at IS NULL;
DROP INDEX users_by_creation;
