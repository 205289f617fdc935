//! `/api/files`: downloads.

mod conditions;
mod range;
mod sending;

use std::time::SystemTime;

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, LAST_MODIFIED, RANGE};
use http::{HeaderMap, HeaderValue, Method};

pub(super) use self::sending::send;
use super::extract::{Guest, Params};
use super::middleware::security_headers::MayBeFramed;
use crate::app::App;
use crate::context::RequestContext;
use crate::error::Result;
use crate::files::{Expected, StoredFile};

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
    method: Method,
    headers: HeaderMap,
    Guest(context): Guest,
) -> Result<Response> {
    let context = RequestContext { caller: app.auth.file_caller(&context), ..context };
    let file = app.records.file_to_read(&context, &collection, &id, &name, expected(&method, &headers)).await?;
    let (content_type, disposition) = shown(file.key.name(), &file.content_type, forced(&context));
    let about = about(content_type, &disposition, file.modified);
    Ok(framed(send(file, &headers, about)))
}

/// The answer with a backup: always something to save, under a name that may be anything.
pub(super) fn saved(file: StoredFile, asked: &HeaderMap) -> Response {
    let about = about(&file.content_type, &format!("attachment; {}", as_parameter(file.key.name())), file.modified);
    framed(send(file, asked, about))
}

/// Pages elsewhere may show files.
fn framed(mut response: Response) -> Response {
    response.extensions_mut().insert(MayBeFramed);
    response
}

/// A name as the parameter of a disposition: as it stands where it can, else quoted, and in full beside it.
fn as_parameter(name: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~@".contains(&byte);
    if name.bytes().all(plain) {
        return format!("filename={name}");
    }
    let told: String = name.chars().map(|one| if one == ' ' || one.is_ascii_graphic() { one } else { '_' }).collect();
    let quoted = told.replace('\\', "\\\\").replace('"', "\\\"");
    let full: String = url::form_urlencoded::byte_serialize(name.as_bytes()).collect();
    format!("filename=\"{quoted}\"; filename*=UTF-8''{}", full.replace('+', "%20").replace('*', "%2A"))
}

/// What is read of the file, before anything is known of it.
fn expected(method: &Method, headers: &HeaderMap) -> Expected {
    let is_whole = method == Method::GET && !headers.contains_key(RANGE) && !conditions::are_in(headers);
    if is_whole { Expected::Whole } else { Expected::Unknown }
}

/// Whether the query says that the file is to be saved rather than shown.
fn forced(context: &RequestContext) -> bool {
    matches!(context.query_value("download"), Some("1" | "t" | "T" | "true" | "TRUE" | "True"))
}

/// What is told of a file, whichever part of it is sent.
fn about(content_type: &str, disposition: &str, modified: SystemTime) -> HeaderMap {
    let values = [
        (CONTENT_TYPE, HeaderValue::from_str(content_type).ok()),
        (CONTENT_DISPOSITION, HeaderValue::from_str(disposition).ok()),
        (CONTENT_SECURITY_POLICY, Some(POLICY)),
        (CACHE_CONTROL, Some(LIFE)),
        (LAST_MODIFIED, HeaderValue::from_str(&httpdate::fmt_http_date(modified)).ok()),
    ];
    // Names and types that we store are plain ASCII.
    values.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
}

/// The type that a file is sent with, and where a browser puts it.
fn shown<'f>(name: &str, stored: &'f str, download: bool) -> (&'f str, String) {
    let found = stored.split(';').next().unwrap_or_default().trim();
    let place = if SHOWN.contains(&found) && !download { "inline" } else { "attachment" };
    let by_ending = BY_ENDING.iter().find(|(ending, _)| name.ends_with(ending)).map(|(_, kind)| *kind);
    (by_ending.unwrap_or(stored), format!("{place}; filename={name}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_backups_stay_one_parameter() {
        for (name, expected) in [
            ("pb_backup_acme_20240501100000.zip", "filename=pb_backup_acme_20240501100000.zip"),
            ("@a.zip", "filename=@a.zip"),
            ("a b;c.zip", "filename=\"a b;c.zip\"; filename*=UTF-8''a%20b%3Bc.zip"),
            ("a\"\\.zip", "filename=\"a\\\"\\\\.zip\"; filename*=UTF-8''a%22%5C.zip"),
            ("ä*.zip", "filename=\"_*.zip\"; filename*=UTF-8''%C3%A4%2A.zip"),
        ] {
            assert_eq!(as_parameter(name), expected);
            assert!(HeaderValue::from_str(&as_parameter(name)).is_ok());
        }
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
            let shown = shown(name, content_type, download);
            assert_eq!(shown, (expected_type, expected_place.to_owned()), "{name}");
        }
    }
}
