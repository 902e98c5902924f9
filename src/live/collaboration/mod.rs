//! Writing and drawing together: sessions, who belongs to them, invitations, votes.
//!
//! Owns the rows of a session and its REST addresses. What happens inside a room while people are in it, the drawing
//! itself, is not known here: it is reached by [`room`].

pub mod events;
pub mod room;
pub mod rules;
pub mod store;
