//! The headers that tell browsers not to guess and not to frame.

use axum::response::Response;
use http::HeaderValue;
use http::header::{X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS, X_XSS_PROTECTION};

/// Marks an answer that pages elsewhere may frame: files.
#[derive(Clone, Copy)]
pub(in crate::http) struct MayBeFramed;

/// Adds them to an answer.
pub(super) fn add(response: &mut Response) {
    let framed = response.extensions().get::<MayBeFramed>().is_some();
    let headers = response.headers_mut();
    headers.insert(X_XSS_PROTECTION, HeaderValue::from_static("1; mode=block"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if !framed {
        headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("SAMEORIGIN"));
    }
}
