//! The server of a children's storybook platform. Where things are: `ARCHITECTURE.md`.

pub mod accounts;
pub mod app;
mod background;
pub mod cli;
pub mod clock;
pub mod config;
pub mod demo;
mod listener;
pub mod mail;
mod migrations;
pub mod moderation;
mod openapi;
mod ops;
pub mod pictures;
mod rewards;
mod routes;
pub mod stories;
pub mod tasks;
mod text;
mod web;
pub mod wire;
