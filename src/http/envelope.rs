//! The shapes of answers: records and pages as they are, and the one table from [`Error`] to status and body.

use std::borrow::Cow;
use std::time::Duration;

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderValue, StatusCode};
use serde_json::{Map, Value as Json, json};

use crate::error::{Error, Fault, FieldError, FieldErrors};
use crate::logs::{Failure, REQUESTS};
use crate::records::Page;

/// How many headers an answer has about.
const HEADERS: usize = 9;
const JSON: HeaderValue = HeaderValue::from_static("application/json");
const BATCH_FAILED: &str = "Batch transaction failed.";
const GENERIC: &str = "Something went wrong while processing your request.";

/// 200 with a JSON body that is rendered already.
pub(super) fn json(mut body: Vec<u8>) -> Response {
    body.push(b'\n');
    with_status(StatusCode::OK, body)
}

/// 204.
pub(super) fn no_content() -> Response {
    StatusCode::NO_CONTENT.into_response()
}

fn with_status(status: StatusCode, body: Vec<u8>) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    // With those that come on the way out; otherwise the map grows twice.
    response.headers_mut().reserve(HEADERS);
    response.headers_mut().insert(CONTENT_TYPE, JSON);
    response
}

/// The list envelope.
pub(super) fn page(page: Page) -> Vec<u8> {
    let per_page = page.per_page.max(1) as u64;
    let (total, pages) = match page.total {
        Some(total) => (total.to_string(), total.div_ceil(per_page).to_string()),
        None => ("-1".to_owned(), "-1".to_owned()),
    };
    let mut out = Vec::with_capacity(page.items.len() + 96);
    out.extend_from_slice(b"{\"items\":");
    out.extend_from_slice(&page.items);
    let rest = format!(
        ",\"page\":{},\"perPage\":{},\"totalItems\":{total},\"totalPages\":{pages}}}",
        page.page, page.per_page
    );
    out.extend_from_slice(rest.as_bytes());
    out
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        log(&self);
        let cause = cause(&self);
        let mut response = self.answer();
        let error = cause.error.unwrap_or_else(|| default_message(response.status()).to_owned());
        response.extensions_mut().insert(Failure { error, details: cause.details });
        response
    }
}

/// What the log's entry of a request says about its failure.
struct Cause {
    /// The sentence; none for the status's own.
    error: Option<String>,
    details: Option<Json>,
}

/// The message that is answered, and behind it the cause, which is nobody's business outside.
fn cause(error: &Error) -> Cause {
    let said = |text: &str| (!text.trim().is_empty()).then(|| sentence(text).into_owned());
    let (error, details) = match error {
        Error::Invalid(invalid) => (said(&invalid.message), Some(Json::Object(fields(&invalid.fields)))),
        Error::Unauthorized(message)
        | Error::Forbidden(message)
        | Error::NotFound(message)
        | Error::Unavailable(message) => (said(message), None),
        Error::OneOf { at, error } => {
            let inner = cause(error);
            let said = inner.error.unwrap_or_else(|| error.to_string());
            (Some(BATCH_FAILED.to_owned()), Some(json!({at.to_string(): {"error": said, "details": inner.details}})))
        }
        Error::Broken(cause) | Error::Internal(cause) => (None, Some(format!("{cause:#}").into())),
        Error::Outdated | Error::SecondFactor(_) | Error::TooLarge | Error::TooMany | Error::TooOften(_) => {
            (said(&error.to_string()), None)
        }
        other => (None, Some(other.to_string().into())),
    };
    Cause { error, details }
}

impl Error {
    fn answer(self) -> Response {
        match self {
            // The one answer of another shape.
            Self::SecondFactor(id) => {
                with_status(StatusCode::UNAUTHORIZED, format!("{}\n", json!({"mfaId": id})).into_bytes())
            }
            Self::TooOften(wait) => {
                let (status, message, data) = Self::TooOften(wait).told();
                let mut response = refusal(status, &message, data);
                response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds(wait)));
                response
            }
            error => {
                let (status, message, data) = error.told();
                refusal(status, &message, data)
            }
        }
    }

    /// The status, the message (empty for the status's own) and what is said of the fields.
    fn told(self) -> (StatusCode, Cow<'static, str>, Map<String, Json>) {
        match self {
            Self::Invalid(invalid) => (StatusCode::BAD_REQUEST, invalid.message, fields(&invalid.fields)),
            Self::SecondFactor(_) => (StatusCode::UNAUTHORIZED, Cow::Borrowed(""), Map::new()),
            Self::Unauthorized(message) => (StatusCode::UNAUTHORIZED, message, Map::new()),
            Self::Forbidden(message) => (StatusCode::FORBIDDEN, message, Map::new()),
            Self::NotFound(message) => (StatusCode::NOT_FOUND, message, Map::new()),
            Self::Outdated => (StatusCode::PRECONDITION_FAILED, Cow::Borrowed(""), Map::new()),
            Self::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, Cow::Borrowed(""), Map::new()),
            Self::TooMany | Self::TooOften(_) => (StatusCode::TOO_MANY_REQUESTS, Cow::Borrowed(""), Map::new()),
            Self::Unavailable(message) => (StatusCode::SERVICE_UNAVAILABLE, message, Map::new()),
            Self::OneOf { at, error } => {
                let data = Map::from_iter([("requests".to_owned(), json!({at.to_string(): failed_item(*error)}))]);
                (StatusCode::BAD_REQUEST, Cow::Borrowed(BATCH_FAILED), data)
            }
            Self::Broken(_) => (StatusCode::INTERNAL_SERVER_ERROR, Cow::Borrowed(""), Map::new()),
            // The contract: what has no class of its own is a 400, without a word about the cause.
            Self::Unique { .. }
            | Self::StaleSchema(_)
            | Self::Engine(_)
            | Self::Deadline
            | Self::Setup(_)
            | Self::Internal(_) => (StatusCode::BAD_REQUEST, Cow::Borrowed(""), Map::new()),
        }
    }
}

/// What is said of an item of a batch: the answer that it would have had alone.
fn failed_item(error: Error) -> Json {
    let (status, message, data) = error.told();
    let response = envelope(status, &message, data);
    json!({"code": "batch_request_failed", "message": "Batch request failed.", "response": response})
}

/// Whole seconds, as headers tell them: never too early, and never none.
pub(super) fn seconds(time: Duration) -> u64 {
    (time.as_secs() + u64::from(time.subsec_nanos() > 0)).max(1)
}

/// An error envelope; an empty message stands for the status's own.
pub(super) fn refusal(status: StatusCode, message: &str, data: Map<String, Json>) -> Response {
    let body = envelope(status, message, data);
    let mut response = with_status(status, format!("{body}\n").into_bytes());
    if matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE) {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1"));
    }
    response
}

fn envelope(status: StatusCode, message: &str, data: Map<String, Json>) -> Json {
    let message = if message.trim().is_empty() { Cow::Borrowed(default_message(status)) } else { sentence(message) };
    json!({"data": data, "message": message, "status": status.as_u16()})
}

/// Causes that are nobody's business outside are told to the log here, once, within the request's span.
fn log(error: &Error) {
    match error {
        Error::OneOf { error, .. } => log(error),
        Error::Broken(cause) | Error::Internal(cause) => {
            tracing::error!(target: REQUESTS, "a request failed: {cause:#}")
        }
        Error::Setup(cause) => tracing::error!(target: REQUESTS, "a request failed: {cause}"),
        Error::Unavailable(_) | Error::Deadline => tracing::warn!(target: REQUESTS, "a request was given up: {error}"),
        Error::Unique { .. } | Error::StaleSchema(_) | Error::Engine(_) => {
            tracing::warn!(target: REQUESTS, "the engine refused a request: {error}");
        }
        _ => {}
    }
}

pub(super) fn default_message(status: StatusCode) -> &'static str {
    match status {
        StatusCode::UNAUTHORIZED => "Missing or invalid authentication.",
        StatusCode::FORBIDDEN => "You are not allowed to perform this request.",
        StatusCode::NOT_FOUND => "The requested resource wasn't found.",
        StatusCode::PRECONDITION_FAILED => "The record has changed since it was read.",
        StatusCode::PAYLOAD_TOO_LARGE => "Request entity too large.",
        StatusCode::TOO_MANY_REQUESTS => "Too Many Requests.",
        StatusCode::SERVICE_UNAVAILABLE => "The server cannot take the request now. Try again in a moment.",
        _ => GENERIC,
    }
}

fn fields(errors: &FieldErrors) -> Map<String, Json> {
    errors.iter().map(|(name, error)| (name.to_owned(), field(error))).collect()
}

fn field(error: &FieldError) -> Json {
    match error {
        FieldError::Leaf(fault) => leaf(fault),
        FieldError::Nested(errors) => Json::Object(fields(errors)),
    }
}

fn leaf(fault: &Fault) -> Json {
    let mut entry = json!({"code": fault.code, "message": sentence(&fault.message)});
    if !fault.params.is_empty() {
        entry["params"] = Json::Object(fault.params.clone());
    }
    entry
}

/// The text as a sentence: the first letter in upper case, a dot at the end unless there is `.`, `?` or `!`.
fn sentence(text: &str) -> Cow<'_, str> {
    let text = text.trim();
    let Some(first) = text.chars().next() else { return Cow::Borrowed("") };
    let ends = text.ends_with(['.', '?', '!']);
    if ends && !first.is_lowercase() {
        return Cow::Borrowed(text);
    }
    let mut out: String = first.to_uppercase().collect();
    out.push_str(&text[first.len_utf8()..]);
    if !ends {
        out.push('.');
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt;

    use super::*;

    async fn answer(error: Error) -> (u16, Json) {
        let response = error.into_response();
        assert_eq!(response.headers()[CONTENT_TYPE], "application/json");
        let status = response.status().as_u16();
        let body = response.into_body().collect().await.expect("a body").to_bytes();
        (status, serde_json::from_slice(&body).expect("JSON"))
    }

    #[test]
    fn messages_become_sentences() {
        for (text, expected) in [
            ("failed to save", "Failed to save."),
            ("Is it?", "Is it?"),
            ("stop!", "Stop!"),
            ("  é tudo ", "É tudo."),
            ("Done.", "Done."),
            ("5 is too few", "5 is too few."),
            ("", ""),
        ] {
            assert_eq!(sentence(text), expected);
        }
    }

    #[tokio::test]
    async fn each_kind_of_error_has_its_status_and_default_message() {
        for (error, status, message) in [
            (Error::bad_request(""), 400, GENERIC),
            (Error::Unauthorized("".into()), 401, "Missing or invalid authentication."),
            (Error::Forbidden("".into()), 403, "You are not allowed to perform this request."),
            (Error::not_found(), 404, "The requested resource wasn't found."),
            (Error::NotFound("missing context".into()), 404, "Missing context."),
            (Error::Outdated, 412, "The record has changed since it was read."),
            (Error::TooLarge, 413, "Request entity too large."),
            (Error::TooMany, 429, "Too Many Requests."),
            (Error::Unavailable("too busy".into()), 503, "Too busy."),
            (Error::internal("secret cause"), 400, GENERIC),
            (Error::StaleSchema("no such column: secret".into()), 400, GENERIC),
            (Error::Engine("near \"secret\"".into()), 400, GENERIC),
            (Error::Deadline, 400, GENERIC),
        ] {
            let (found, body) = answer(error).await;
            assert_eq!(found, status);
            assert_eq!(body, json!({"data": {}, "message": message, "status": status}));
        }
    }

    #[tokio::test]
    async fn field_errors_nest_and_carry_params_only_where_there_are_some() {
        let mut errors = FieldErrors::new();
        errors.add("title", Fault::new("validation_required", "cannot be blank"));
        errors.add_at(&["fields", "0", "name"], Fault::new("validation_x", "too short").with("min", 3));
        let (_, body) = answer(Error::invalid("failed to create record", errors)).await;
        assert_eq!(
            body,
            json!({"status": 400, "message": "Failed to create record.", "data": {
                "title": {"code": "validation_required", "message": "Cannot be blank."},
                "fields": {"0": {"name": {"code": "validation_x", "message": "Too short.", "params": {"min": 3}}}},
            }})
        );
    }

    #[tokio::test]
    async fn one_of_several_is_told_as_it_would_be_alone() {
        let (_, alone) = answer(Error::Forbidden("only superusers".into())).await;
        let error = Error::Forbidden("only superusers".into());
        let (status, body) = answer(Error::OneOf { at: 2, error: Box::new(error) }).await;
        assert_eq!(status, 400);
        let item = json!({"code": "batch_request_failed", "message": "Batch request failed.", "response": alone});
        assert_eq!(
            body,
            json!({"status": 400, "message": "Batch transaction failed.", "data": {"requests": {"2": item}}})
        );
    }

    #[tokio::test]
    async fn who_must_wait_is_told_so() {
        for error in [Error::TooMany, Error::Unavailable("".into())] {
            assert!(error.into_response().headers().contains_key(RETRY_AFTER));
        }
    }

    #[test]
    fn pages_count_up_and_say_minus_one_where_nothing_was_counted() {
        let with = |total| {
            let items = br#"[{"n":1.50}]"#.to_vec();
            String::from_utf8(page(Page { items, page: 2, per_page: 30, total })).expect("text")
        };
        assert_eq!(with(Some(61)), r#"{"items":[{"n":1.50}],"page":2,"perPage":30,"totalItems":61,"totalPages":3}"#);
        assert!(with(Some(0)).ends_with(r#""totalItems":0,"totalPages":0}"#));
        assert!(with(None).ends_with(r#""totalItems":-1,"totalPages":-1}"#));
    }
}
