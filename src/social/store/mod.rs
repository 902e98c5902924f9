//! The SQL of friends and messages, by table.

pub mod friends;
pub mod messages;
pub mod profiles;

pub use friends::{are_friends, friends_of};

/// Every statement that this module and those below it put together, for the test that prepares them all.
pub fn all_statements() -> Vec<String> {
    let mut all = friends::all_statements();
    all.extend(profiles::all_statements());
    all
}
