//! Reports: somebody says that a story, a comment or a person is not as it should be, and somebody who keeps order decides.
//!
//! A story or a person with an open report is flagged, which nobody else sees; nothing is hidden until a moderator says so.
//! All open reports about one thing are decided together, and whoever is behind it is counted one violation for that.
//! For the queue of those who decide this reads stories, comments and accounts beside its own table ([`store`]), and
//! writes none of them.

pub mod api;
mod limits;
pub mod rules;
pub mod shapes;
pub mod store;
