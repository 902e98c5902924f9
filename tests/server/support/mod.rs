//! What the tests stand on: a server per test ([`World`]), people who use it ([`Client`]), and their mail.

mod answer;
mod browser;
mod client;
mod connection;
mod database;
mod eventually;
mod mail;
mod people;
mod socket;
mod world;

pub use answer::Answer;
pub use browser::Browser;
pub use client::Client;
pub use connection::Connection;
pub use database::OwnDatabase;
pub use eventually::eventually;
pub use mail::Letter;
pub use people::{DJANGO_HASH, PASSWORD, password_hash};
pub use socket::{Knock, NOTIFICATIONS, Socket};
pub use world::{SECRET, World};
