//! The dashboard at `/_/`, embedded in the executable.

use axum::Router;
use axum::body::Body;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use http::HeaderValue;
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use rust_embed::{EmbeddedFile, RustEmbed};

use super::extract::Params;
use crate::app::App;
use crate::error::Error;

/// What `build.rs` made of `admin-ui/`, or a placeholder page where Node was missing.
#[derive(RustEmbed)]
#[folder = "admin-ui/dist"]
struct Built;

const INDEX: &str = "index.html";
/// Only what came in the executable runs, and nothing is fetched from elsewhere. Blobs are previews of chosen files.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data: blob:; \
     media-src 'self' blob:; connect-src 'self'; worker-src 'self'; frame-src 'self' blob:; frame-ancestors 'none'; \
     base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; \
     trusted-types svelte-trusted-html dompurify",
);

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/_", get(|| async { Redirect::temporary("/_/") }))
        .route("/_/", get(|| async { file(INDEX) }))
        .route("/_/{*path}", get(|Params(path): Params<String>| async move { file(&path) }))
}

/// A file of the dashboard; the index for whatever looks like one of its pages.
fn file(path: &str) -> Response {
    match Built::get(path) {
        Some(found) => answer(path, found),
        // A missing picture or script is missing; a page without an extension is the dashboard's own affair.
        None if path.rsplit('/').next().is_some_and(|name| name.contains('.')) => Error::not_found().into_response(),
        None => Built::get(INDEX).map_or_else(|| Error::not_found().into_response(), |index| answer(INDEX, index)),
    }
}

fn answer(path: &str, file: EmbeddedFile) -> Response {
    let content_type = HeaderValue::from_str(&content_type(&file)).ok();
    let mut response = Response::new(match file.data {
        std::borrow::Cow::Borrowed(bytes) => Body::from(bytes),
        std::borrow::Cow::Owned(bytes) => Body::from(bytes),
    });
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, content_type.unwrap_or(HeaderValue::from_static("application/octet-stream")));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(life(path)));
    headers.insert(CONTENT_SECURITY_POLICY, POLICY);
    response
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

    #[test]
    fn there_is_an_index_and_pages_fall_back_to_it() {
        for path in [INDEX, "collections", "some/page"] {
            let response = file(path);
            assert_eq!(response.status(), 200, "{path}");
            assert_eq!(response.headers()[CACHE_CONTROL], "no-cache");
            assert_eq!(response.headers()[CONTENT_TYPE], "text/html; charset=utf-8");
            assert!(response.headers().contains_key(CONTENT_SECURITY_POLICY));
        }
        assert_eq!(file("assets/missing.js").status(), 404);
        assert_eq!(file("../Cargo.toml").status(), 404);
    }
}
