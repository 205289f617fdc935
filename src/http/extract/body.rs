//! Bodies: one JSON object, a multipart form or a urlencoded one (contract: records, 5).

use std::convert::Infallible;

use axum::body::{Body, HttpBody};
use axum::extract::{FromRequest, FromRequestParts, Request};
use bytes::{Bytes, BytesMut};
use http::header::CONTENT_TYPE;
use http_body_util::BodyExt;
use serde::Deserialize;
use serde_json::{Map, Value as Json};

use super::form::{decode_pairs, infer, shortest, split, texts};
use super::{Query, multipart};
use crate::app::App;
use crate::auth::Sent;
use crate::context::RequestContext;
use crate::error::{Error, Result};
use crate::files::{Intake, Upload};
use crate::http::batch::unreadable;
use crate::http::middleware::body_limit::BodyError;
use crate::records::RecordInput;
use crate::settings::Change;

/// Bodies over this size are parsed where they hold up nobody.
const LONG: usize = 256 * 1024;

/// The body that creates or updates a record.
pub(in crate::http) struct RecordBody(pub(in crate::http) RecordInput);

/// The body that creates or updates a collection.
pub(in crate::http) struct CollectionBody(pub(in crate::http) Map<String, Json>);

/// The body of a question that superusers ask.
pub(in crate::http) struct LoadedBody(pub(in crate::http) Map<String, Json>);

/// The body that imports collections.
pub(in crate::http) struct ImportBody {
    /// Each as a client would send it to create or change it.
    pub(in crate::http) collections: Vec<Map<String, Json>>,
    pub(in crate::http) delete_missing: bool,
}

/// The body of a sign-in, or why it cannot be read: that is told after what the collection says. The values of a form
/// stay texts, whatever they look like.
pub(in crate::http) struct CredentialsBody(pub(in crate::http) Sent);

/// The body of what is laid over something that is there: the values of a form are what the ones that they replace are.
pub(in crate::http) struct ChangeBody(pub(in crate::http) Change);

/// The body of several writes: the form, as JSON or as the payload of a multipart form with files beside it.
pub(in crate::http) struct BatchBody {
    pub(in crate::http) form: Map<String, Json>,
    pub(in crate::http) uploads: Vec<Upload>,
}

/// The files of a form, all of them on the disk; none where the body is no form.
pub(in crate::http) struct FilesBody(pub(in crate::http) Vec<Upload>);

/// A request whose body, if there is one, is there for rules alone.
pub(in crate::http) struct Asking(pub(in crate::http) RequestContext);

impl FromRequest<App> for RecordBody {
    type Rejection = Error;

    async fn from_request(request: Request, app: &App) -> Result<Self> {
        let (data, uploads) = match Submitted::read_with_files(request, app.files.intake()).await? {
            Submitted::Json(map) => (map, Vec::new()),
            Submitted::Form { pairs, uploads } => (infer(pairs)?, uploads),
        };
        Ok(Self(RecordInput { data, uploads }))
    }
}

impl FromRequest<App> for FilesBody {
    type Rejection = Error;

    async fn from_request(request: Request, app: &App) -> Result<Self> {
        match multipart::read(request, Some(app.files.intake_to_disk())).await {
            Ok(form) => Ok(Self(form.uploads)),
            Err(Error::Invalid(_)) => Ok(Self(Vec::new())),
            Err(error) => Err(error),
        }
    }
}

impl FromRequest<App> for Asking {
    type Rejection = Error;

    async fn from_request(request: Request, app: &App) -> Result<Self> {
        let (mut parts, body) = request.into_parts();
        let context = RequestContext::from_request_parts(&mut parts, app).await?;
        if body.is_end_stream() {
            return Ok(Self(context));
        }
        let data = Submitted::read(Request::from_parts(parts, body)).await?.data()?;
        Ok(Self(context.with_body(data)))
    }
}

impl FromRequest<App> for CollectionBody {
    type Rejection = Error;

    async fn from_request(request: Request, _: &App) -> Result<Self> {
        let creates = request.method() == http::Method::POST;
        let read = Submitted::read(request).await.and_then(Submitted::data);
        read.map(Self).map_err(|error| match error {
            Error::Invalid(_) if creates => {
                Error::bad_request("Failed to load the collection type data due to invalid formatting.")
            }
            Error::Invalid(_) => Error::bad_request("Failed to load the submitted data due to invalid formatting."),
            other => other,
        })
    }
}

impl FromRequest<App> for LoadedBody {
    type Rejection = Error;

    async fn from_request(request: Request, _: &App) -> Result<Self> {
        match Submitted::read(request).await.and_then(Submitted::data) {
            Ok(data) => Ok(Self(data)),
            Err(Error::Invalid(_)) => Err(Error::bad_request("An error occurred while loading the submitted data.")),
            Err(error) => Err(error),
        }
    }
}

impl FromRequest<App> for ImportBody {
    type Rejection = Error;

    async fn from_request(request: Request, _: &App) -> Result<Self> {
        let unreadable = || Error::bad_request("An error occurred while loading the submitted data.");
        let read = Submitted::read(request).await.and_then(Submitted::data);
        let mut body = read.map_err(|error| if matches!(error, Error::Invalid(_)) { unreadable() } else { error })?;
        let object = |one| if let Json::Object(map) = one { Ok(map) } else { Err(unreadable()) };
        let collections = match body.remove("collections") {
            None | Some(Json::Null) => Vec::new(),
            Some(Json::Array(list)) => list.into_iter().map(object).collect::<Result<_>>()?,
            Some(_) => return Err(unreadable()),
        };
        let delete_missing = match body.get("deleteMissing") {
            None | Some(Json::Null) => false,
            Some(Json::Bool(truth)) => *truth,
            Some(_) => return Err(unreadable()),
        };
        Ok(Self { collections, delete_missing })
    }
}

impl FromRequest<App> for CredentialsBody {
    type Rejection = Infallible;

    async fn from_request(request: Request, _: &App) -> Result<Self, Infallible> {
        let read = Submitted::read(request).await.and_then(|submitted| match submitted {
            Submitted::Json(map) => Ok(map),
            Submitted::Form { pairs, .. } => texts(pairs),
        });
        Ok(Self(read))
    }
}

impl FromRequest<App> for ChangeBody {
    type Rejection = Error;

    async fn from_request(request: Request, _: &App) -> Result<Self> {
        let read = Submitted::read(request).await.and_then(|submitted| match submitted {
            Submitted::Json(data) => Ok(Change { data, texts: Vec::new() }),
            Submitted::Form { pairs, .. } => split(pairs).map(|(texts, data)| Change { data, texts }),
        });
        read.map(Self).map_err(|error| match error {
            Error::Invalid(_) => Error::bad_request("An error occurred while loading the submitted data."),
            other => other,
        })
    }
}

impl FromRequest<App> for BatchBody {
    type Rejection = Error;

    async fn from_request(request: Request, app: &App) -> Result<Self> {
        let read =
            Submitted::read_with_files(request, app.files.intake()).await.and_then(|submitted| match submitted {
                Submitted::Json(form) => Ok(Self { form, uploads: Vec::new() }),
                Submitted::Form { pairs, uploads } => split(pairs).map(|(_, form)| Self { form, uploads }),
            });
        read.map_err(|error| match error {
            // By now the declared length was within the limit.
            Error::Invalid(_) | Error::TooLarge => unreadable(),
            other => other,
        })
    }
}

/// What was sent, before anybody says what its texts stand for.
enum Submitted {
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
    async fn read(request: Request) -> Result<Self> {
        Self::take(request, None).await
    }

    /// Reads a body with its files.
    async fn read_with_files(request: Request, intake: Intake) -> Result<Self> {
        Self::take(request, Some(intake)).await
    }

    /// The values, with those of a form as what they look like.
    fn data(self) -> Result<Map<String, Json>> {
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
                let mut pairs = decode_pairs(&bytes).ok_or_else(|| Error::bad_request(""))?;
                pairs.extend(query.iter().cloned());
                Ok(Self::Form { pairs, uploads: Vec::new() })
            }
            Kind::Other if is_empty(body).await? => Ok(Self::Json(Map::new())),
            Kind::Other => Err(Error::bad_request("Unsupported Content-Type.")),
        }
    }
}

/// Parameters after `;` do not matter; the rest is compared exactly.
fn kind(content_type: &str) -> Kind {
    match content_type.split(';').next().unwrap_or_default().trim() {
        "application/json" => Kind::Json,
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
    let parse = move || object_of(&bytes).map(Option::unwrap_or_default);
    if is_long {
        return tokio::task::spawn_blocking(parse).await.map_err(|error| Error::Internal(error.into()))?;
    }
    parse()
}

/// The JSON object that a text begins with, or `None` for `null`; what follows is ignored.
///
/// # Errors
/// `Invalid` for anything else.
pub(super) fn object_of(bytes: &[u8]) -> Result<Option<Map<String, Json>>> {
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let object = Option::<Map<String, Json>>::deserialize(&mut deserializer).map_err(|_| Error::bad_request(""))?;
    Ok(object.map(|mut map| {
        map.values_mut().for_each(as_floats);
        map
    }))
}

/// Numbers are 64-bit floats; integers beyond 2^53 lose their last digits, and `1.0` is `1`.
fn as_floats(value: &mut Json) {
    match value {
        Json::Number(number) => {
            if let Some(same) = number.as_f64().and_then(shortest) {
                *number = same;
            }
        }
        Json::Array(list) => list.iter_mut().for_each(as_floats),
        Json::Object(map) => map.values_mut().for_each(as_floats),
        _ => {}
    }
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
