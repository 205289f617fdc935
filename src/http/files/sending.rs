//! Sending a file: all of it, the part that is asked for, or word that the client has it already.

use std::ops::Range;

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use futures_util::TryStreamExt;
use http::header::{
    ACCEPT_RANGES, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_SECURITY_POLICY, ETAG, HeaderName, RANGE,
};
use http::{HeaderMap, HeaderValue, StatusCode};
use serde_json::Map;

use super::conditions::{Known, Verdict};
use super::range::{Part, part};
use crate::files::StoredFile;
use crate::http::envelope::refusal;

/// The file, or the part of it that was asked for, or what the client is told instead.
pub(in crate::http) fn send(file: StoredFile, asked: &HeaderMap, about: HeaderMap) -> Response {
    let tag = format!("\"{}\"", file.tag);
    let known = Known { tag: &tag, modified: file.modified };
    let size = file.size;
    let mut response = match known.judge(asked) {
        Verdict::Send => match asked_part(asked, &known, size) {
            Part::Whole => sent(file, 0..size),
            Part::Bytes(range) => {
                let place = format!("bytes {}-{}/{size}", range.start, range.end - 1);
                let mut response = sent(file, range);
                *response.status_mut() = StatusCode::PARTIAL_CONTENT;
                set(&mut response, CONTENT_RANGE, HeaderValue::from_str(&place).ok());
                response
            }
            Part::Beyond => {
                let mut response = refused(&about);
                set(&mut response, CONTENT_RANGE, HeaderValue::from_str(&format!("bytes */{size}")).ok());
                return response;
            }
            Part::Malformed => return refused(&about),
        },
        Verdict::NotModified => StatusCode::NOT_MODIFIED.into_response(),
        Verdict::Failed => StatusCode::PRECONDITION_FAILED.into_response(),
    };
    response.headers_mut().extend(about);
    set(&mut response, ETAG, HeaderValue::from_str(&tag).ok());
    response.headers_mut().insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    response
}

fn asked_part(asked: &HeaderMap, known: &Known<'_>, size: u64) -> Part {
    match asked.get(RANGE) {
        Some(range) if known.allows_range(asked) => part(range.to_str().unwrap_or_default(), size),
        _ => Part::Whole,
    }
}

fn sent(file: StoredFile, range: Range<u64>) -> Response {
    let length = range.end - range.start;
    let path = file.key.name().to_owned();
    let chunks = file.read(range).inspect_err(move |error| tracing::warn!(%error, path, "a download was cut off"));
    let mut response = Response::new(Body::from_stream(chunks));
    response.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(length));
    response
}

/// A range that cannot be sent: what is told of the whole file is no news of this answer.
fn refused(about: &HeaderMap) -> Response {
    let mut response = refusal(StatusCode::RANGE_NOT_SATISFIABLE, "Invalid range.", Map::new());
    for name in [CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY] {
        set(&mut response, name.clone(), about.get(name).cloned());
    }
    response
}

fn set(response: &mut Response, name: HeaderName, value: Option<HeaderValue>) {
    if let Some(value) = value {
        response.headers_mut().insert(name, value);
    }
}
