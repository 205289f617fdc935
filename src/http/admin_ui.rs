//! The dashboard at `/_/`, embedded in the executable.

use axum::Router;
use axum::body::Body;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY,
};
use http::{HeaderMap, HeaderValue, StatusCode};
use rust_embed::{EmbeddedFile, RustEmbed};

use super::extract::Params;
use crate::app::App;
use crate::error::Error;

/// What `build.rs` made of `admin-ui/`, or a placeholder page where Node was missing.
#[derive(RustEmbed)]
#[folder = "admin-ui/dist"]
struct Built;

const INDEX: &str = "index.html";
/// Only what came in the executable runs, and nothing is fetched from elsewhere. Blobs are previews of chosen files; the
/// last policy is the one that names the dashboard's own workers.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data: blob:; \
     media-src 'self' blob:; connect-src 'self'; worker-src 'self'; frame-src 'self' blob:; frame-ancestors 'none'; \
     base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; \
     trusted-types svelte-trusted-html dompurify tuckbox-worker",
);

/// The files that the build wrote in small beside the texts, best first.
const ENCODINGS: [(&str, &str); 2] = [("br", "br"), ("gzip", "gz")];

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/_", get(|| async { Redirect::temporary("/_/") }))
        .route("/_/", get(|headers: HeaderMap| async move { file(INDEX, &headers) }))
        .route(
            "/_/{*path}",
            get(|Params(path): Params<String>, headers: HeaderMap| async move { file(&path, &headers) }),
        )
}

/// A file of the dashboard; the index for whatever looks like one of its pages.
fn file(path: &str, headers: &HeaderMap) -> Response {
    match Built::get(path) {
        Some(found) => answer(path, found, headers),
        // A missing picture or script is missing; a page without an extension is the dashboard's own affair.
        None if path.rsplit('/').next().is_some_and(|name| name.contains('.')) => Error::not_found().into_response(),
        None => {
            Built::get(INDEX).map_or_else(|| Error::not_found().into_response(), |index| answer(INDEX, index, headers))
        }
    }
}

fn answer(path: &str, file: EmbeddedFile, asked: &HeaderMap) -> Response {
    let content_type = HeaderValue::from_str(&content_type(&file)).ok();
    let tag = tag(&file);
    let (encoding, file) = in_small(path, asked).map_or((None, file), |(encoding, small)| (Some(encoding), small));
    let is_known = asked.get_all(IF_NONE_MATCH).iter().any(|sent| names(sent, &tag));
    let mut response = Response::new(match file.data {
        _ if is_known => Body::empty(),
        std::borrow::Cow::Borrowed(bytes) => Body::from(bytes),
        std::borrow::Cow::Owned(bytes) => Body::from(bytes),
    });
    if is_known {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    }
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, content_type.unwrap_or(HeaderValue::from_static("application/octet-stream")));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(life(path)));
    headers.insert(CONTENT_SECURITY_POLICY, POLICY);
    headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(ETAG, tag);
    }
    if let Some(encoding) = encoding {
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    response
}

/// The file in an encoding that the client can read, where the build wrote one.
fn in_small(path: &str, asked: &HeaderMap) -> Option<(&'static str, EmbeddedFile)> {
    let accepted = asked.get(ACCEPT_ENCODING)?.to_str().ok()?;
    ENCODINGS.into_iter().find_map(|(encoding, extension)| {
        let takes = accepted.split(',').any(|one| {
            let (name, quality) = one.split_once(";q=").unwrap_or((one, "1"));
            name.trim().eq_ignore_ascii_case(encoding)
                && quality.trim().parse::<f32>().is_ok_and(|quality| quality > 0.0)
        });
        let small = takes.then(|| Built::get(&format!("{path}.{extension}"))).flatten()?;
        Some((encoding, small))
    })
}

/// A weak tag of a file (RFC 9110, section 8.8.3): it is the same in each encoding.
fn tag(file: &EmbeddedFile) -> String {
    let hash: String = file.metadata.sha256_hash().iter().take(12).map(|byte| format!("{byte:02x}")).collect();
    format!("W/\"{hash}\"")
}

/// Whether an `If-None-Match` names a tag.
fn names(sent: &HeaderValue, tag: &str) -> bool {
    let opaque = |one: &str| one.trim().trim_start_matches("W/").to_owned();
    sent.to_str().is_ok_and(|sent| sent.split(',').any(|one| one.trim() == "*" || opaque(one) == opaque(tag)))
}

fn content_type(file: &EmbeddedFile) -> String {
    match file.metadata.mimetype() {
        text if text.starts_with("text/") => format!("{text}; charset=utf-8"),
        other => other.to_owned(),
    }
}

/// Names of assets have a hash of their content in them, so that they never change; the rest is asked for again.
fn life(path: &str) -> &'static str {
    match path {
        INDEX => "no-cache",
        _ if path.starts_with("assets/") => "public, max-age=31536000, immutable",
        _ => "max-age=1209600, stale-while-revalidate=86400",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(headers: &[(http::HeaderName, &'static str)]) -> HeaderMap {
        headers.iter().map(|(name, value)| (name.clone(), HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn there_is_an_index_and_pages_fall_back_to_it() {
        for path in [INDEX, "collections", "some/page"] {
            let response = file(path, &HeaderMap::new());
            assert_eq!(response.status(), 200, "{path}");
            assert_eq!(response.headers()[CACHE_CONTROL], "no-cache");
            assert_eq!(response.headers()[CONTENT_TYPE], "text/html; charset=utf-8");
            assert!(response.headers().contains_key(CONTENT_SECURITY_POLICY));
            assert!(!response.headers().contains_key(CONTENT_ENCODING));
        }
        assert_eq!(file("assets/missing.js", &HeaderMap::new()).status(), 404);
        assert_eq!(file("../Cargo.toml", &HeaderMap::new()).status(), 404);
    }

    #[test]
    fn who_has_a_file_already_is_told_so() {
        let tag = file(INDEX, &HeaderMap::new()).headers()[ETAG].clone();
        let mut headers = HeaderMap::new();
        headers.insert(IF_NONE_MATCH, tag.clone());
        let response = file(INDEX, &headers);
        assert_eq!((response.status().as_u16(), &response.headers()[ETAG]), (304, &tag));
        assert_eq!(file(INDEX, &asked(&[(IF_NONE_MATCH, "\"another\"")])).status(), 200);
    }

    #[test]
    fn texts_come_in_small_to_who_can_read_it() {
        let Some(script) = Built::iter().find(|path| path.ends_with(".js.br")) else {
            // A build without Node has a placeholder, and nothing in small.
            return;
        };
        let script = script.trim_end_matches(".br");
        for (accepted, encoding) in [
            ("gzip, deflate, br", Some("br")),
            ("gzip", Some("gzip")),
            ("br;q=0, gzip;q=0.5", Some("gzip")),
            ("identity", None),
        ] {
            let response = file(script, &asked(&[(ACCEPT_ENCODING, accepted)]));
            let sent = response.headers().get(CONTENT_ENCODING).map(|value| value.to_str().unwrap_or_default());
            assert_eq!(sent, encoding, "{accepted}");
            assert_eq!(response.headers()[CONTENT_TYPE], "text/javascript; charset=utf-8");
        }
    }
}
