//! br and gzip for texts of some size; never for streams, ranges, files, or what is compressed already.

use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use http::{Extensions, HeaderMap, StatusCode, Version};
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{And, Predicate, SizeAbove};

/// Below it the effort costs more than the bytes.
const SMALLEST: u64 = 1024;

type IsText = fn(StatusCode, Version, &HeaderMap, &Extensions) -> bool;

/// The layer. Answers with an encoding or a range are left alone by it anyway.
pub(in crate::http) fn compression() -> CompressionLayer<And<SizeAbove, IsText>> {
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
