//! What every layer promises, run on each of them.

mod interleavings;
mod layers;
mod local;
mod recorder;
