//! Which parents and children are linked now, as other nouns may read it.

/// A query for all links that hold now: the adult, the child, and since when (`adult_id`, `child_id`, `since`).
pub fn active_links() -> &'static str {
    "SELECT parent_id AS adult_id, child_id, COALESCE(confirmed_at, created_at) AS since
     FROM family_links WHERE status = 'active'"
}
