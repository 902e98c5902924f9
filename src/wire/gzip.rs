//! Answers of plain JSON and text go out compressed where the client takes it: a free plan counts every byte.
//!
//! Only what is whole in memory and of a bounded size is compressed, at once and before it goes out: a compressor that
//! lives as long as its response would cost a third of a megabyte for each slow reader. Streams with pictures stay as
//! they are, base64 of compressed pictures has little to give.

use std::io::{Read, Write};

use axum::body::{Body, HttpBody};
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use http_body_util::BodyExt;

/// Less than this fits into one packet anyway.
const LEAST: u64 = 1024;
/// More than this would hold the I/O thread for more than about two milliseconds. Lists that are no longer come in one
/// piece, so that they can be compressed.
pub const MOST: usize = 160 * 1024;
/// Most of what there is to win for the least CPU.
const LEVEL: Compression = Compression::new(1);

/// Compresses the answer when the client takes gzip and it pays.
pub async fn compress(request: Request, next: Next) -> Response {
    let is_taken = takes_gzip(request.headers());
    let response = next.run(request).await;
    if !is_worth_it(&response) {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    // Whether it is compressed depends on the header even where it is not.
    parts
        .headers
        .append(header::VARY, HeaderValue::from_static("Accept-Encoding"));
    if !is_taken {
        return Response::from_parts(parts, body);
    }
    // Whole in memory, so there is nothing to wait for and nothing to fail.
    let Ok(whole) = body.collect().await else {
        return Response::from_parts(parts, Body::empty());
    };
    let whole = whole.to_bytes();
    let Ok(compressed) = gzip(&whole) else {
        return Response::from_parts(parts, Body::from(whole));
    };
    parts
        .headers
        .insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(compressed))
}

/// An answer that the program carries packed: as it is to who takes gzip, else unpacked.
pub fn packed(bytes: &'static [u8], asked: &HeaderMap) -> Response {
    let is_taken = takes_gzip(asked);
    let body = if is_taken {
        Body::from(bytes)
    } else {
        Body::from(unpack(bytes))
    };
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
    if is_taken {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    response
}

/// What the program carries packed.
pub fn unpack(bytes: &'static [u8]) -> Vec<u8> {
    let mut plain = Vec::new();
    GzDecoder::new(bytes)
        .read_to_end(&mut plain)
        .expect("the build packed it");
    plain
}

fn is_worth_it(response: &Response) -> bool {
    let headers = response.headers();
    let kind = headers.get(header::CONTENT_TYPE).map(HeaderValue::as_bytes);
    let is_text =
        kind.is_some_and(|kind| kind.starts_with(b"application/json") || kind.starts_with(b"text/"));
    let size = response.body().size_hint().exact();
    is_text
        && !headers.contains_key(header::CONTENT_ENCODING)
        && size.is_some_and(|size| (LEAST..=MOST as u64).contains(&size))
}

/// Whether `Accept-Encoding` names gzip, and not with a weight of nothing.
fn takes_gzip(headers: &HeaderMap) -> bool {
    let values = headers.get_all(header::ACCEPT_ENCODING).iter();
    let mut codings = values
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','));
    codings.any(|coding| {
        let mut parts = coding.split(';').map(str::trim);
        let is_gzip = parts.next().is_some_and(|name| name.eq_ignore_ascii_case("gzip"));
        is_gzip && !parts.any(|weight| weight.strip_prefix("q=").is_some_and(|q| q.parse() == Ok(0.0)))
    })
}

fn gzip(plain: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(plain.len() / 4), LEVEL);
    encoder.write_all(plain)?;
    encoder.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gzip_is_taken_where_it_is_named_and_has_weight() {
        let takes = |value: &'static str| {
            takes_gzip(&HeaderMap::from_iter([(
                header::ACCEPT_ENCODING,
                HeaderValue::from_static(value),
            )]))
        };
        assert!(takes("gzip") && takes("br, GZIP;q=0.5") && takes("deflate,gzip"));
        assert!(
            !takes("br") && !takes("gzip;q=0") && !takes("gzip; q=0.000") && !takes("") && !takes("xgzip")
        );
        assert!(!takes_gzip(&HeaderMap::new()));
    }

    #[test]
    fn bounded_texts_are_worth_it() {
        let response = |kind: &'static str, body: Body| {
            let mut response = Response::new(body);
            response
                .headers_mut()
                .insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
            response
        };
        let of = |bytes: usize| Body::from("x".repeat(bytes));
        assert!(is_worth_it(&response("application/json", of(1024))));
        assert!(is_worth_it(&response("text/html; charset=utf-8", of(MOST))));
        assert!(!is_worth_it(&response("application/json", of(1023))));
        assert!(!is_worth_it(&response("application/json", of(MOST + 1))));
        assert!(!is_worth_it(&response("image/png", of(5000))));
        let stream = futures_util::stream::iter([Ok::<_, std::convert::Infallible>("x".repeat(5000))]);
        assert!(!is_worth_it(&response(
            "application/json",
            Body::from_stream(stream)
        )));
    }
}
