//! The SQL of families.

pub mod children;
pub mod codes;
pub mod figures;
pub mod links;

/// Every statement that is put together in here, for the test that prepares them all.
pub fn all_statements() -> Vec<String> {
    children::all_statements()
}
