//! `/api/realtime`: `GET` opens the stream of a client, `POST` says what it wants to hear, and as whom.

use std::convert::Infallible;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Extension, Router};
use futures_util::stream::unfold;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use serde_json::{Map, Value as Json};

use super::connections::Connection;
use super::extract::{Guest, Query, RecordBody, authorization};
use crate::app::App;
use crate::context::RequestContext;
use crate::error::{Error, Fault, FieldErrors, Result};
use crate::realtime::Resume;

const EVENT_STREAM: HeaderValue = HeaderValue::from_static("text/event-stream");
const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");
/// Keeps a proxy from holding messages back.
const BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");
const NO: HeaderValue = HeaderValue::from_static("no");
/// What was heard last, in the words of event streams.
const LAST_HEARD: &str = "last-event-id";

/// The longest id of a client.
const LONGEST_ID: usize = 255;
/// How many topics a client may have.
const MOST_TOPICS: usize = 1000;
/// The longest topic.
const LONGEST_TOPIC: usize = 2500;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/api/realtime", get(connect).post(subscribe))
}

async fn connect(
    State(app): State<App>,
    Query(query): Query,
    Guest(context): Guest,
    headers: HeaderMap,
    connection: Option<Extension<Arc<Connection>>>,
) -> Result<Response> {
    let replays = query.iter().any(|(name, value)| name == "replay" && value == "1");
    let last_heard = headers.get(LAST_HEARD).and_then(|value| value.to_str().ok()).filter(|value| !value.is_empty());
    let resume = match last_heard {
        _ if !replays => Resume::Never,
        None => Resume::Begin,
        Some(place) => Resume::From(place),
    };
    let connection = connection.map(|Extension(connection)| connection);
    let streaming = connection.as_ref().map(Connection::stream);
    let cut = move || {
        if let Some(connection) = &connection {
            connection.dismiss();
        }
    };
    let stream = app.realtime.connect(context.ip, resume, cut)?;
    let frames = unfold((stream, streaming), async |(mut stream, streaming)| {
        let bytes = stream.next().await?;
        Some((Ok::<_, Infallible>(bytes), (stream, streaming)))
    });
    let headers = [(CONTENT_TYPE, EVENT_STREAM), (CACHE_CONTROL, NO_STORE), (BUFFERING, NO)];
    Ok((headers, Body::from_stream(frames)).into_response())
}

async fn subscribe(
    State(app): State<App>,
    context: RequestContext,
    headers: HeaderMap,
    body: Result<RecordBody>,
) -> Result<StatusCode> {
    let RecordBody(input) = body.map_err(unreadable)?;
    let (client_id, topics) = read(input.data)?;
    let session = authorization(&headers).and_then(|token| app.auth.session(token));
    app.realtime.subscribe(&client_id, context.ip, session, &topics)?;
    Ok(StatusCode::NO_CONTENT)
}

/// A body that is none of ours is refused in one way, whatever is wrong with it.
fn unreadable(error: Error) -> Error {
    if matches!(error, Error::Invalid(_)) { Error::bad_request("") } else { error }
}

/// The client's id and the topics, checked.
fn read(mut data: Map<String, Json>) -> Result<(String, Vec<String>)> {
    let client_id = text(data.remove("clientId").unwrap_or_default())?;
    let topics: Vec<String> = match data.remove("subscriptions").unwrap_or_default() {
        Json::Null => Vec::new(),
        Json::Array(list) => list.into_iter().map(text).collect::<Result<_>>()?,
        // A form with one topic.
        one => vec![text(one)?],
    };
    let mut faults = FieldErrors::new();
    if client_id.is_empty() {
        faults.add("clientId", Fault::required());
    } else if client_id.len() > LONGEST_ID {
        let message = format!("The length must be between 1 and {LONGEST_ID}.");
        let fault = Fault::new("validation_length_out_of_range", message).with("min", 1).with("max", LONGEST_ID);
        faults.add("clientId", fault);
    }
    if topics.len() > MOST_TOPICS {
        faults.add("subscriptions", Fault::too_long(MOST_TOPICS));
    } else {
        let mut of_topics = FieldErrors::new();
        for (at, _) in topics.iter().enumerate().filter(|(_, topic)| topic.len() > LONGEST_TOPIC) {
            of_topics.add(at.to_string(), Fault::too_long(LONGEST_TOPIC));
        }
        faults.nest("subscriptions", of_topics);
    }
    faults.into_result("")?;
    Ok((client_id, topics))
}

/// Forms know no types: what looks like a number or a truth came as a text there.
fn text(value: Json) -> Result<String> {
    match value {
        Json::Null => Ok(String::new()),
        Json::String(text) => Ok(text),
        Json::Number(number) => Ok(number.to_string()),
        Json::Bool(flag) => Ok(flag.to_string()),
        Json::Array(_) | Json::Object(_) => Err(Error::bad_request("")),
    }
}
