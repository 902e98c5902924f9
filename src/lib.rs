//! The server of a children's storybook platform. Where things are: `ARCHITECTURE.md`.

pub mod accounts;
pub mod app;
mod background;
pub mod cli;
pub mod clock;
pub mod config;
mod listener;
mod migrations;
pub mod moderation;
mod openapi;
mod ops;
mod rewards;
mod routes;
mod tasks;
mod text;
mod web;
mod wire;
