//! br and gzip for texts of some size; never for streams, ranges, files, or what is compressed already.

use std::convert::Infallible;
use std::future::ready;

use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use futures_util::FutureExt;
use http::header::{ACCEPT_ENCODING, CONTENT_DISPOSITION, CONTENT_TYPE};
use http::{Extensions, HeaderMap, HeaderValue, StatusCode, Version};
use tower::{Layer, ServiceExt, service_fn};
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{And, Predicate, SizeAbove};

/// Below it the effort costs more than the bytes.
const SMALLEST: u64 = 1024;

/// Marks an answer that goes out as it is.
#[derive(Clone, Copy)]
pub(in crate::http) struct AsItIs;

type IsText = fn(StatusCode, Version, &HeaderMap, &Extensions) -> bool;

/// What the client can decode, where it says so.
pub(super) fn accepted(request: &Request) -> Option<HeaderValue> {
    request.headers().get(ACCEPT_ENCODING).cloned()
}

/// The answer in one of the encodings that the client accepts; as it is where none is accepted or worth it.
pub(super) fn compressed(response: Response, encodings: Option<HeaderValue>) -> Response {
    let Some(encodings) = encodings.filter(|_| response.extensions().get::<AsItIs>().is_none()) else {
        return response;
    };
    let mut request = Request::new(Body::empty());
    request.headers_mut().insert(ACCEPT_ENCODING, encodings);
    let mut answer = Some(response);
    let answered = service_fn(move |_: Request| ready(Ok::<_, Infallible>(answer.take().unwrap_or_default())));
    // The answer is there: nothing is waited for, and no future has to keep room for the compressors.
    match layer().layer(answered).oneshot(request).now_or_never() {
        Some(Ok(response)) => response.map(Body::new),
        Some(Err(never)) => match never {},
        None => Response::default(),
    }
}

fn layer() -> CompressionLayer<And<SizeAbove, IsText>> {
    // Higher levels of brotli are for files that are compressed once.
    CompressionLayer::new()
        .quality(CompressionLevel::Precise(4))
        .compress_when(SizeAbove::new(SMALLEST).and(is_text as IsText))
}

fn is_text(_: StatusCode, _: Version, headers: &HeaderMap, _: &Extensions) -> bool {
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = content_type.split(';').next().unwrap_or_default().trim();
    let compressible = matches!(kind, "application/json" | "application/javascript" | "image/svg+xml")
        || (kind.starts_with("text/") && kind != "text/event-stream");
    compressible && !headers.contains_key(CONTENT_DISPOSITION)
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn texts_are_compressed_and_streams_and_files_are_not() {
        let compressed = |kind: &'static str, disposition: Option<&'static str>| {
            let mut headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(kind))]);
            if let Some(disposition) = disposition {
                headers.insert(CONTENT_DISPOSITION, HeaderValue::from_static(disposition));
            }
            is_text(StatusCode::OK, Version::HTTP_11, &headers, &Extensions::new())
        };
        assert!(compressed("application/json", None));
        assert!(compressed("text/html; charset=utf-8", None));
        assert!(!compressed("text/event-stream", None));
        assert!(!compressed("image/png", None));
        assert!(!compressed("application/octet-stream", None));
        assert!(!compressed("text/plain; charset=utf-8", Some("attachment; filename=a.txt")));
    }
}
