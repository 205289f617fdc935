//! Bodies as they were submitted: one JSON object, a multipart form or a urlencoded one (contract: records, 5).

use axum::body::{Body, HttpBody};
use axum::extract::Request;
use bytes::{Bytes, BytesMut};
use http::header::CONTENT_TYPE;
use http_body_util::BodyExt;
use serde_json::{Map, Value as Json};

use super::form::{decode_pairs, infer};
use super::json::{Room, TOO_MANY_VALUES, object_of};
use super::{Query, multipart};
use crate::error::{Error, Result};
use crate::files::{Intake, Upload};
use crate::http::middleware::limited_body::BodyError;

/// Bodies over this size are parsed where they hold up nobody.
const LONG: usize = 256 * 1024;
/// How many values a urlencoded form may have: short ones take many times the memory of their text.
const MOST_PAIRS: usize = 500_000;

/// What was sent, before anybody says what its texts stand for.
pub(super) enum Submitted {
    Json(Map<String, Json>),
    Form { pairs: Vec<(String, String)>, uploads: Vec<Upload> },
}

/// The content types that are understood.
enum Kind {
    Json,
    Multipart,
    Urlencoded,
    Other,
}

impl Submitted {
    /// Reads a body whose files nobody wants.
    pub(super) async fn read(request: Request) -> Result<Self> {
        Self::take(request, None).await
    }

    /// Reads a body with its files.
    pub(super) async fn read_with_files(request: Request, intake: Intake) -> Result<Self> {
        Self::take(request, Some(intake)).await
    }

    /// The values, with those of a form as what they look like.
    pub(super) fn data(self) -> Result<Map<String, Json>> {
        match self {
            Self::Json(map) => Ok(map),
            Self::Form { pairs, .. } => infer(pairs),
        }
    }

    async fn take(request: Request, intake: Option<Intake>) -> Result<Self> {
        let (mut parts, body) = request.into_parts();
        let content_type = parts.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        match kind(content_type) {
            Kind::Multipart => {
                let Query(query) = Query::of(&mut parts)?;
                // A body that is known to be empty is an empty object, not a form without its end.
                if body.is_end_stream() {
                    return Ok(Self::Json(Map::new()));
                }
                let form = multipart::read(Request::from_parts(parts, body), intake).await?;
                let pairs = query.iter().cloned().chain(form.pairs).collect();
                Ok(Self::Form { pairs, uploads: form.uploads })
            }
            Kind::Json => object(read_whole(body).await?).await.map(Self::Json),
            Kind::Urlencoded => {
                let Query(query) = Query::of(&mut parts)?;
                let bytes = read_whole(body).await?;
                if bytes.is_empty() {
                    return Ok(Self::Json(Map::new()));
                }
                if bytes.iter().filter(|byte| **byte == b'&').count() >= MOST_PAIRS {
                    return Err(Error::bad_request(TOO_MANY_VALUES));
                }
                let mut pairs = decode_pairs(&bytes).ok_or_else(|| Error::bad_request(""))?;
                pairs.extend(query.iter().cloned());
                Ok(Self::Form { pairs, uploads: Vec::new() })
            }
            Kind::Other if is_empty(body).await? => Ok(Self::Json(Map::new())),
            Kind::Other => Err(Error::bad_request("Unsupported Content-Type.")),
        }
    }
}

/// JSON is what begins so. Of others, parameters after `;` do not matter; the rest is compared exactly.
fn kind(content_type: &str) -> Kind {
    if content_type.starts_with("application/json") {
        return Kind::Json;
    }
    match content_type.split(';').next().unwrap_or_default().trim() {
        "multipart/form-data" => Kind::Multipart,
        "application/x-www-form-urlencoded" => Kind::Urlencoded,
        _ => Kind::Other,
    }
}

async fn object(bytes: Bytes) -> Result<Map<String, Json>> {
    if bytes.is_empty() {
        return Ok(Map::new());
    }
    let is_long = bytes.len() > LONG;
    let parse = move || object_of(&bytes, &Room::default()).map(Option::unwrap_or_default);
    if is_long {
        return tokio::task::spawn_blocking(parse).await.map_err(|error| Error::Internal(error.into()))?;
    }
    parse()
}

async fn read_whole(mut body: Body) -> Result<Bytes> {
    let mut first = Bytes::new();
    let mut rest = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| refused(&error))?;
        let Ok(data) = frame.into_data() else { continue };
        // Most bodies come in one piece, which needs no copy.
        if first.is_empty() {
            first = data;
        } else {
            rest.extend_from_slice(&data);
        }
    }
    if rest.is_empty() {
        return Ok(first);
    }
    let mut whole = BytesMut::with_capacity(first.len() + rest.len());
    whole.extend_from_slice(&first);
    whole.extend_from_slice(&rest);
    Ok(whole.freeze())
}

async fn is_empty(mut body: Body) -> Result<bool> {
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| refused(&error))?;
        if frame.data_ref().is_some_and(|data| !data.is_empty()) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Why a body could not be read: too large or too slow, as the limits say; anything else is malformed.
pub(super) fn refused(error: &(dyn std::error::Error + 'static)) -> Error {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if let Some(limit) = error.downcast_ref::<BodyError>() {
            return limit.into();
        }
        cause = error.source();
    }
    Error::bad_request("")
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;

    use super::*;
    use crate::files::Files;

    async fn read(content_type: &str, body: impl Into<Body>) -> Result<Json> {
        let request = Request::post("/x?t=q").header(CONTENT_TYPE, content_type).body(body.into()).expect("a request");
        let dir = tempfile::tempdir().expect("a directory");
        let files = Files::new(dir.path(), tokio::sync::watch::channel(Arc::default()).1);
        match Submitted::read_with_files(request, files.intake()).await? {
            Submitted::Json(map) => Ok(Json::Object(map)),
            Submitted::Form { pairs, uploads } => {
                let mut map = infer(pairs)?;
                for upload in uploads {
                    map.insert(upload.key, json!([upload.file_name, String::from_utf8_lossy(upload.content.head())]));
                }
                Ok(Json::Object(map))
            }
        }
    }

    async fn read_json(body: &'static [u8]) -> Result<Json> {
        read("application/json; charset=utf-8", body).await
    }

    #[tokio::test]
    async fn a_json_body_is_one_object() {
        assert_eq!(read_json(br#"{"a":1,"a":2} what follows is ignored"#).await.expect("read"), json!({"a": 2}));
        assert_eq!(read_json(b"null").await.expect("read"), json!({}));
        assert_eq!(read_json(b"").await.expect("read"), json!({}));
        for broken in ["[1]", "5", "\"a\"", "   ", "{", "{\"a\":}", "{\"a\":1e400}", "{\"a\":\"\\ud800\"}", "nul"] {
            assert!(read_json(broken.as_bytes()).await.is_err(), "{broken}");
        }
        assert!(read_json(b"{\"a\":\"\xff\"}").await.is_err());
    }

    #[tokio::test]
    async fn deep_nesting_is_refused() {
        let nested = |depth: usize| format!("{{\"a\":{}{}}}", "[".repeat(depth), "]".repeat(depth));
        assert!(read("application/json", nested(100)).await.is_ok());
        assert!(read("application/json", nested(200)).await.is_err());
        assert!(read("application/json", nested(100_000)).await.is_err());
    }

    #[tokio::test]
    async fn numbers_pass_through_floats() {
        let body = read_json(br#"{"a":9007199254740993,"b":1.0,"c":[1e2,-0.0],"d":1e300,"e":18446744073709551615}"#);
        let body = body.await.expect("read");
        assert_eq!(
            body.to_string(),
            r#"{"a":9007199254740992,"b":1,"c":[100,0],"d":1e+300,"e":1.8446744073709552e+19}"#
        );
    }

    #[tokio::test]
    async fn a_urlencoded_form_has_a_limit_on_its_values() {
        let values = |count: usize| "a&".repeat(count - 1) + "a";
        assert!(read("application/x-www-form-urlencoded", values(MOST_PAIRS)).await.is_ok());
        let error = read("application/x-www-form-urlencoded", values(MOST_PAIRS + 1)).await.expect_err("refused");
        assert_eq!(error.to_string(), TOO_MANY_VALUES);
    }

    #[tokio::test]
    async fn other_types_are_refused_unless_empty() {
        for other in ["text/json", "application/vnd.api+json", "Application/Json", "", "text/plain"] {
            assert_eq!(read(other, "").await.expect("read"), json!({}), "{other}");
            let error = read(other, "{}").await.expect_err("refused");
            assert_eq!(error.to_string(), "Unsupported Content-Type.", "{other}");
        }
    }

    #[tokio::test]
    async fn a_urlencoded_body_takes_the_query_in() {
        let body = read("application/x-www-form-urlencoded", "a=1&t=2&b=x%20y").await.expect("read");
        assert_eq!(body, json!({"a": 1, "t": [2, "q"], "b": "x y"}));
        assert!(read("application/x-www-form-urlencoded", "a=%zz").await.is_err());
    }

    fn form(parts: &[&str]) -> String {
        let parts: String =
            parts.iter().map(|part| format!("--B\r\nContent-Disposition: form-data; {part}\r\n")).collect();
        format!("{parts}--B--\r\n")
    }

    const MULTIPART: &str = "multipart/form-data; boundary=B";

    #[tokio::test]
    async fn a_multipart_body_has_texts_and_files() {
        let body = form(&[
            "name=\"n\"\r\n\r\n12",
            "name=\"s\"; filename=\"\"\r\n\r\nplain",
            "name=\"doc\"; filename=\"a/b.txt\"\r\nContent-Type: text/x\r\n\r\nbytes",
            "name=\"@jsonPayload\"\r\n\r\n{\"o\":{\"k\":[1]}}",
            "name=\"\"\r\n\r\nnameless",
        ]);
        let read = read(MULTIPART, body).await.expect("read");
        assert_eq!(read, json!({"t": "q", "n": 12, "s": "plain", "o": {"k": [1]}, "doc": ["b.txt", "bytes"]}));
    }

    #[tokio::test]
    async fn a_broken_multipart_body_is_refused() {
        assert!(read("multipart/form-data", "x").await.is_err(), "no boundary");
        assert!(read(MULTIPART, "--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nno end").await.is_err());
        assert!(read(MULTIPART, "nothing of the kind").await.is_err());
        assert_eq!(read(MULTIPART, "").await.expect("empty"), json!({}));
    }
}
