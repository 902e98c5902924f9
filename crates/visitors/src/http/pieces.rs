//! A request's body as pieces that are shared, not copied: a story of 2 MB costs what is new in it.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

/// Pieces that are sent one after the other. Clones share them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pieces(VecDeque<Bytes>);

impl Pieces {
    pub(crate) fn push(&mut self, piece: impl Into<Bytes>) {
        self.0.push_back(piece.into());
    }

    pub(crate) fn length(&self) -> u64 {
        self.0.iter().map(|piece| piece.len() as u64).sum()
    }

    /// The whole body as text.
    pub(crate) fn to_text(&self) -> String {
        self.0
            .iter()
            .map(|piece| String::from_utf8_lossy(piece))
            .collect()
    }

    /// The whole body in one piece.
    #[cfg(test)]
    pub(crate) fn joined(&self) -> Vec<u8> {
        self.0.iter().flatten().copied().collect()
    }
}

impl From<Vec<u8>> for Pieces {
    fn from(whole: Vec<u8>) -> Self {
        Self(VecDeque::from([whole.into()]))
    }
}

impl Body for Pieces {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.0.pop_front().map(|piece| Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.length())
    }
}
