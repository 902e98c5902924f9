//! The SQL of families.

pub mod children;
pub mod codes;
pub mod figures;
pub mod links;
pub mod relatives;

/// Every statement that is put together in here, for the test that prepares them all.
pub fn all_statements() -> Vec<String> {
    let mut all = children::all_statements();
    all.extend(relatives::all_statements());
    all
}

/// A query for all links that hold now: the adult, the child, and since when (`adult_id`, `child_id`, `since`).
pub fn active_links() -> &'static str {
    "SELECT parent_id AS adult_id, child_id, COALESCE(confirmed_at, created_at) AS since
     FROM family_links WHERE status = 'active'"
}
