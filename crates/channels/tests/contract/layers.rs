//! The layers that there are here.

use channels::Channels;

/// Runs a promise that concerns one instance on each layer.
pub(crate) fn on_each(promise: impl Fn(&Channels)) {
    promise(&Channels::memory());
}
