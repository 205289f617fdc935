//! `/api/files`: downloads.

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use chrono::{DateTime, Utc};
use http::HeaderValue;
use http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, LAST_MODIFIED};

use super::extract::{Guest, Params};
use super::middleware::security_headers::MayBeFramed;
use crate::app::App;
use crate::context::RequestContext;
use crate::error::Result;
use crate::files::StoredFile;

/// What a browser may do with a file that it opens: nothing but show it.
const POLICY: HeaderValue =
    HeaderValue::from_static("default-src 'none'; media-src 'self'; style-src 'unsafe-inline'; sandbox");
const LIFE: HeaderValue = HeaderValue::from_static("max-age=2592000, stale-while-revalidate=86400");

/// Types that browsers show in place; everything else is a download.
const SHOWN: [&str; 25] = [
    "image/png",
    "image/jpg",
    "image/jpeg",
    "image/gif",
    "image/webp",
    "image/x-icon",
    "image/bmp",
    "video/webm",
    "video/mp4",
    "video/3gpp",
    "video/quicktime",
    "video/x-ms-wmv",
    "audio/basic",
    "audio/aiff",
    "audio/mpeg",
    "audio/midi",
    "audio/mp3",
    "audio/wave",
    "audio/wav",
    "audio/x-wav",
    "audio/x-mpeg",
    "audio/x-m4a",
    "audio/aac",
    "application/pdf",
    "application/x-pdf",
];

/// Types that the content alone does not tell; by the ending of the stored name, case and all.
const BY_ENDING: [(&str, &str); 7] = [
    (".svg", "image/svg+xml"),
    (".css", "text/css"),
    (".js", "text/javascript"),
    (".mjs", "text/javascript"),
    (".docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    (".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    (".pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
];

pub(super) fn routes() -> Router<App> {
    Router::new().route("/api/files/{collection}/{id}/{name}", get(download))
}

async fn download(
    State(app): State<App>,
    Params((collection, id, name)): Params<(String, String, String)>,
    Guest(context): Guest,
) -> Result<Response> {
    let context = RequestContext { caller: app.auth.file_caller(&context), ..context };
    let file = app.records.file(&context, &collection, &id, &name).await?;
    Ok(answer(file, forced(&context)))
}

/// Whether the query says that the file is to be saved rather than shown.
fn forced(context: &RequestContext) -> bool {
    matches!(context.query_value("download"), Some("1" | "t" | "T" | "true" | "TRUE" | "True"))
}

fn answer(file: StoredFile, download: bool) -> Response {
    let found = file.content_type.split(';').next().unwrap_or_default().trim();
    let place = if SHOWN.contains(&found) && !download { "inline" } else { "attachment" };
    let disposition = format!("{place}; filename={}", file.name);
    let by_ending = BY_ENDING.iter().find(|(ending, _)| file.name.ends_with(ending)).map(|(_, kind)| *kind);
    let content_type = by_ending.unwrap_or(&file.content_type);
    let modified = DateTime::<Utc>::from(file.modified).format("%a, %d %b %Y %H:%M:%S GMT").to_string();
    let values = [
        (CONTENT_TYPE, HeaderValue::from_str(content_type).ok()),
        (CONTENT_DISPOSITION, HeaderValue::from_str(&disposition).ok()),
        (CONTENT_SECURITY_POLICY, Some(POLICY)),
        (CACHE_CONTROL, Some(LIFE)),
        (LAST_MODIFIED, HeaderValue::from_str(&modified).ok()),
    ];
    let mut response = Response::new(Body::from(file.bytes));
    for (name, value) in values {
        // Names and types that we store are plain ASCII.
        if let Some(value) = value {
            response.headers_mut().insert(name, value);
        }
    }
    response.extensions_mut().insert(MayBeFramed);
    response
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use super::*;

    fn headers(name: &str, content_type: &str, download: bool) -> (String, String) {
        let modified = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777);
        let file =
            StoredFile { name: name.into(), content_type: content_type.into(), modified, bytes: b"content".to_vec() };
        let response = answer(file, download);
        assert_eq!(response.headers()[LAST_MODIFIED], "Sun, 06 Nov 1994 08:49:37 GMT");
        let text = |name| response.headers()[name].to_str().expect("text").to_owned();
        (text(CONTENT_TYPE), text(CONTENT_DISPOSITION))
    }

    #[test]
    fn only_harmless_types_are_shown_in_place() {
        for (name, content_type, download, expected_type, expected_place) in [
            ("a.png", "image/png", false, "image/png", "inline; filename=a.png"),
            ("a.png", "image/png", true, "image/png", "attachment; filename=a.png"),
            ("a.svg", "text/plain; charset=utf-8", false, "image/svg+xml", "attachment; filename=a.svg"),
            ("a.html", "text/html; charset=utf-8", false, "text/html; charset=utf-8", "attachment; filename=a.html"),
            ("a.css", "text/plain", false, "text/css", "attachment; filename=a.css"),
            ("a.SVG", "text/plain", false, "text/plain", "attachment; filename=a.SVG"),
            ("a.js", "image/png", false, "text/javascript", "inline; filename=a.js"),
        ] {
            let (found_type, found_place) = headers(name, content_type, download);
            assert_eq!((found_type.as_str(), found_place.as_str()), (expected_type, expected_place), "{name}");
        }
    }
}
