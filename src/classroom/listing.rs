//! Lists of a teacher's students on their way out. They are rows in memory, a thousand at most, and written as the client
//! takes them: in one piece where that is small, else in chunks, when there is room for them.

use std::convert::Infallible;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use serde::Serialize;

use crate::app::App;
use crate::pictures::Reader;
use crate::wire::{ETag, Error};

/// A chunk of a list.
const CHUNK: usize = 64 * 1024;
/// What a row takes that waits to be written.
const ROW_BYTES: usize = 1024;

/// A list that is to be sent.
pub(super) struct Listing<T> {
    /// What it is.
    pub(super) content_type: &'static str,
    /// What stands before its rows.
    pub(super) head: String,
    pub(super) rows: Vec<T>,
    /// Writes a row; true for the first one.
    pub(super) write: fn(&T, bool, &mut Vec<u8>),
    /// What stands behind them.
    pub(super) tail: String,
}

impl<T: Serialize> Listing<T> {
    /// A list of JSON, which stands between these.
    pub(super) fn json(head: impl Into<String>, rows: Vec<T>, tail: impl Into<String>) -> Self {
        Self {
            content_type: "application/json",
            head: head.into(),
            rows,
            write: write_json,
            tail: tail.into(),
        }
    }
}

fn write_json<T: Serialize>(row: &T, is_first: bool, out: &mut Vec<u8>) {
    if !is_first {
        out.push(b',');
    }
    serde_json::to_writer(out, row).expect("our own shapes are plain JSON");
}

impl<T: Send + 'static> Listing<T> {
    /// The answer to `reader`, who asks for it again and again: 304 when they hold it already.
    pub(super) async fn polled(self, app: &App, reader: i64, headers: &HeaderMap) -> Result<Response, Error> {
        let mut row = Vec::new();
        let tag = ETag::of(|parts| {
            for next in &self.rows {
                row.clear();
                (self.write)(next, true, &mut row);
                parts.bytes(&row);
            }
        });
        if tag.matches(headers) {
            return Ok(tag.not_modified());
        }
        Ok(tag.on(self.response(app, reader).await?))
    }

    /// The answer to `reader`.
    pub(super) async fn response(self, app: &App, reader: i64) -> Result<Response, Error> {
        let held = self.rows.len() * ROW_BYTES + CHUNK;
        let mut chunks = Chunks {
            out: self.head.into_bytes(),
            rows: self.rows.into_iter(),
            write: self.write,
            is_first: true,
            tail: self.tail,
        };
        let first = chunks.next().unwrap_or_default();
        let body = if chunks.is_at_end() {
            Body::from(first)
        } else {
            let room = app.pictures.answers.take(Reader::Lister(reader), held as u64);
            let room = room.await?;
            let rest = chunks.inspect(move |_| {
                let _held = &room;
            });
            let all = std::iter::once(first).chain(rest).map(Ok::<_, Infallible>);
            Body::from_stream(futures_util::stream::iter(all))
        };
        let mut response = Response::new(body);
        response
            .headers_mut()
            .insert(header::CONTENT_TYPE, HeaderValue::from_static(self.content_type));
        Ok(response)
    }
}

/// A list, chunk by chunk.
struct Chunks<T> {
    /// Written and not yet sent.
    out: Vec<u8>,
    rows: std::vec::IntoIter<T>,
    write: fn(&T, bool, &mut Vec<u8>),
    is_first: bool,
    /// Empty when it is written.
    tail: String,
}

impl<T> Chunks<T> {
    fn is_at_end(&self) -> bool {
        self.out.is_empty() && self.rows.len() == 0 && self.tail.is_empty()
    }
}

impl<T> Iterator for Chunks<T> {
    type Item = Bytes;

    fn next(&mut self) -> Option<Bytes> {
        while self.out.len() < CHUNK
            && let Some(row) = self.rows.next()
        {
            (self.write)(&row, std::mem::take(&mut self.is_first), &mut self.out);
        }
        if self.rows.len() == 0 {
            self.out
                .extend_from_slice(std::mem::take(&mut self.tail).as_bytes());
        }
        let rest = self.out.split_off(self.out.len().min(CHUNK));
        let chunk = std::mem::replace(&mut self.out, rest);
        (!chunk.is_empty()).then(|| Bytes::from(chunk))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunks(count: usize, row: &str) -> Vec<Bytes> {
        let rows = vec![row.to_owned(); count].into_iter();
        let chunks = Chunks {
            out: b"[".to_vec(),
            rows,
            write: write_json,
            is_first: true,
            tail: "]".to_owned(),
        };
        chunks.collect()
    }

    #[test]
    fn a_list_is_whole_json_in_chunks_of_a_bounded_size() {
        for (count, row) in [(0, ""), (1, "é"), (1000, "short"), (1000, &*"é\n".repeat(200))] {
            let chunks = chunks(count, row);
            assert!(chunks.iter().all(|chunk| (1..=CHUNK).contains(&chunk.len())));
            let list: Vec<String> = serde_json::from_slice(&chunks.concat()).unwrap();
            assert_eq!(list, vec![row.to_owned(); count]);
        }
    }
}
