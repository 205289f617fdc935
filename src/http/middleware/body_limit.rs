//! How large a body may be: what its route says.

use std::sync::Arc;

use axum::body::{Body, HttpBody};
use axum::extract::Request;
use axum::response::Response;
use http::header::{CONNECTION, CONTENT_LENGTH, EXPECT};
use http::{HeaderValue, Method, StatusCode, Version};

use super::body_memory::Budget;
use super::limited_body::Limited;
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::connections::Connection;
use crate::http::extract::decode_path;
use crate::http::{backups, batch};

/// What a body may have where its route says nothing else.
const DEFAULT: u64 = 32 * 1024 * 1024;

/// The limits of bodies.
#[derive(Clone)]
pub(in crate::http) struct BodyLimits {
    app: App,
    budget: Budget,
}

impl BodyLimits {
    /// The limits of the app's routes.
    pub(in crate::http) fn new(app: App) -> Self {
        Self { app, budget: Budget::default() }
    }

    /// The request with its body limited.
    ///
    /// # Errors
    /// `TooLarge` where the declared length is over the limit, before anything is read; `NotFound` where the
    /// collection that sets the limit is not there, `Forbidden` where the route is switched off.
    pub(super) fn limit(&self, request: Request) -> Result<Request> {
        let headers = request.headers();
        let declared = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
        if declared.is_none() && request.body().is_end_stream() {
            return Ok(request);
        }
        let waits = headers.contains_key(EXPECT);
        let limit = self.of(&request);
        let connection = request.extensions().get::<Arc<Connection>>().cloned();
        let (mut parts, body) = request.into_parts();
        let streamed = is_worked_on(&parts.method, parts.uri.path());
        let mut body = Limited::new(body, DEFAULT, &self.budget, connection, !waits);
        body.streamed = streamed;
        body.limit = if streamed { u64::MAX } else { limit? };
        if declared.is_some_and(|length| length > body.limit) {
            return Err(Error::TooLarge);
        }
        parts.extensions.insert(body.memory.clone());
        Ok(Request::from_parts(parts, Body::new(body)))
    }

    /// Throws the body of a request away that is refused before anybody looks at it.
    pub(super) fn discard(&self, request: Request) {
        drop(self.limit(request));
    }

    /// Records that are created or updated may be as large as the fields of their collection say; several at once have
    /// a limit of their own.
    fn of(&self, request: &Request) -> Result<u64> {
        if request.method() == Method::POST && request.uri().path() == batch::PATH {
            return batch::body_limit(&self.app);
        }
        let mut segments = request.uri().path().split('/').skip(1);
        let mut next = || segments.next().unwrap_or_default();
        let (api, collections, name, records, id, rest) = (next(), next(), next(), next(), next(), next());
        let creates = request.method() == Method::POST && id.is_empty();
        let updates = request.method() == Method::PATCH && !id.is_empty();
        if (api, collections, records, rest) != ("api", "collections", "records", "") || !(creates || updates) {
            return Ok(DEFAULT);
        }
        let name = decode_path(name).ok_or_else(Error::not_found)?;
        self.app.records.body_limit(&name)
    }
}

/// Whether a request brings data to import, or a backup. It is worked on while it comes, so that its size is no matter,
/// and its time is only that between two pieces.
fn is_worked_on(method: &Method, path: &str) -> bool {
    if path == backups::UPLOAD {
        return method == Method::POST;
    }
    let mut segments = path.split('/').skip(1);
    let mut next = || segments.next().unwrap_or_default();
    let (api, collections, name, import, rest) = (next(), next(), next(), next(), segments.next());
    method == Method::POST
        && (api, collections, import, rest) == ("api", "collections", "import", None)
        && !name.is_empty()
}

/// Tells that the connection ends where a body was refused. HTTP/2 has no such header: there a stream ends alone.
pub(super) fn close_after_refusal(response: &mut Response, version: Version) {
    if response.status() == StatusCode::PAYLOAD_TOO_LARGE && version <= Version::HTTP_11 {
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_imports_of_data_and_backups_are_worked_on_while_they_come() {
        for (method, path, expected) in [
            (Method::POST, "/api/collections/notes/import", true),
            (Method::POST, "/api/backups/upload", true),
            (Method::POST, "/api/backups", false),
            (Method::PUT, "/api/collections/notes/import", false),
            (Method::PUT, "/api/collections/import", false),
            (Method::POST, "/api/collections//import", false),
            (Method::POST, "/api/collections/notes/import/x", false),
            (Method::POST, "/api/collections/notes/records", false),
        ] {
            assert_eq!(is_worked_on(&method, path), expected, "{method} {path}");
        }
    }
}
