//! `POST /api/collections/{collection}/import`, for superusers: the body is worked on while it comes.

use std::io::{self, Read};

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::Response;
use axum::routing::post;
use bytes::{Buf, Bytes};
use http::HeaderMap;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use http_body_util::BodyExt;
use tokio::sync::mpsc;

use super::envelope::json;
use super::extract::{Params, Query, Superuser};
use super::middleware::limited_body::BodyError;
use crate::app::App;
use crate::error::{Error, Result};
use crate::import::{Asked, Delimiter, Format, OnError, Report, Source, Watch};
use crate::records::Existing;

/// How many pieces of a body wait to be read.
const WAITING: usize = 4;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/api/collections/{collection}/import", post(import))
}

async fn import(
    State(app): State<App>,
    Superuser(context): Superuser,
    Params(collection): Params<String>,
    query: Query,
    request: Request,
) -> Result<Response> {
    let asked = asked(collection, &query)?;
    refuse_wrapped(request.headers())?;
    let watch = Watch { stop: Some(app.stopping.subscribe()), ..Watch::default() };
    let source = Source::Stream(Box::new(Pieces::of(request.into_body())));
    let report = app.import.run(&context, asked, source, watch).await?;
    answer(report)
}

fn asked(collection: String, query: &Query) -> Result<Asked> {
    let delimiter = query.first("delimiter").map(str::parse::<Delimiter>).transpose().map_err(Error::bad_request)?;
    Ok(Asked {
        collection,
        format: match query.first("format") {
            None | Some("json" | "jsonl") => Format::Json,
            Some("csv") => Format::Csv { delimiter },
            Some(_) => return Err(Error::bad_request("The format is json or csv.")),
        },
        create: flag(query, "create")?,
        on_error: match query.first("onError") {
            None | Some("skip") => OnError::Skip,
            Some("stop") => OnError::Stop,
            Some(_) => return Err(Error::bad_request("The parameter onError is skip or stop.")),
        },
        existing: match query.first("existing") {
            None | Some("refuse") => Existing::Refuse,
            Some("skip") => Existing::Skip,
            Some(_) => return Err(Error::bad_request("The parameter existing is refuse or skip.")),
        },
        dry_run: flag(query, "dryRun")?,
    })
}

/// The body is the data itself. What is packed into something else would be read as bad rows.
fn refuse_wrapped(headers: &HeaderMap) -> Result<()> {
    let header = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if header(CONTENT_TYPE).to_ascii_lowercase().starts_with("multipart/") {
        return Err(Error::bad_request("Send the data as the body itself, not as a part of a form."));
    }
    match header(CONTENT_ENCODING).to_ascii_lowercase().as_str() {
        "" | "identity" => Ok(()),
        other => Err(Error::bad_request(format!("Send the data as it is, without Content-Encoding: {other}."))),
    }
}

fn flag(query: &Query, name: &str) -> Result<bool> {
    match query.first(name) {
        None | Some("false" | "0") => Ok(false),
        Some("true" | "1") => Ok(true),
        Some(_) => Err(Error::bad_request(format!("The parameter {name} is true or false."))),
    }
}

/// The report; where the import ended early, why, and what stays.
fn answer(mut report: Report) -> Result<Response> {
    let Some(error) = report.ended.take() else { return Ok(json(report.to_json().to_string().into_bytes())) };
    let (collection, created) = (&report.collection, report.created);
    tracing::warn!(collection, created, "an import ended early; what it had created stays: {error}");
    let stays = |message: &str| match created {
        0 => message.to_owned(),
        1 => format!("{message} 1 record was created before, and stays."),
        _ => format!("{message} {created} records were created before, and stay."),
    };
    Err(match error {
        Error::Invalid(invalid) => Error::invalid(stays(&invalid.message), invalid.fields),
        Error::Unavailable(message) => Error::Unavailable(stays(&message).into()),
        other => other,
    })
}

/// The pieces of a body as a stream for a thread. While nobody reads, nothing more is taken from the client.
struct Pieces {
    pieces: mpsc::Receiver<Result<Bytes, io::Error>>,
    current: Bytes,
}

impl Pieces {
    fn of(body: Body) -> Self {
        let (sender, pieces) = mpsc::channel(WAITING);
        tokio::spawn(hand_over(body, sender));
        Self { pieces, current: Bytes::new() }
    }
}

/// Hands a body over piece by piece, until it ends or nobody wants it any more.
async fn hand_over(mut body: Body, pieces: mpsc::Sender<Result<Bytes, io::Error>>) {
    loop {
        let frame = tokio::select! {
            frame = body.frame() => frame,
            () = pieces.closed() => return,
        };
        let piece = match frame {
            None => return,
            Some(Ok(frame)) => match frame.into_data() {
                Ok(piece) => Ok(piece),
                Err(_) => continue,
            },
            Some(Err(error)) => Err(io::Error::other(told(&error))),
        };
        let ended = piece.is_err();
        if pieces.send(piece).await.is_err() || ended {
            return;
        }
    }
}

/// Why a body was not read to its end, for a person.
fn told(error: &axum::Error) -> String {
    let mut source: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(one) = source {
        if let Some(known) = one.downcast_ref::<BodyError>() {
            return known.to_string();
        }
        source = one.source();
    }
    "the connection broke".to_owned()
}

impl Read for Pieces {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.current.is_empty() {
            match self.pieces.blocking_recv() {
                None => return Ok(0),
                Some(piece) => self.current = piece?,
            }
        }
        let length = into.len().min(self.current.len());
        self.current.copy_to_slice(&mut into[..length]);
        Ok(length)
    }
}
