-- Everybody who is on the board of authors, with all that it knows of them from their accounts: it is read by this index alone.
CREATE INDEX users_authors ON users (id, published_count)
    WHERE published_count > 0 AND is_admin = FALSE AND suspended_at IS NULL AND archived_at IS NULL;
