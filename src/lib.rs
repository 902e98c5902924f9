//! The server of a children's storybook platform. Where things are: `ARCHITECTURE.md`.

pub mod accounts;
pub mod app;
pub mod background;
pub mod backup;
pub mod cli;
pub mod clock;
pub mod config;
pub mod demo;
pub mod listener;
pub mod live;
pub mod logging;
pub mod mail;
pub mod migrations;
pub mod moderation;
pub mod openapi;
pub mod ops;
pub mod pictures;
pub mod populate;
pub mod rewards;
pub mod routes;
pub mod statements;
pub mod stories;
pub mod tasks;
pub mod text;
pub mod web;
pub mod wire;
