//! `GET /api/collections/{collection}/export`, for superusers: sent chunk by chunk, each read when the one before is
//! on its way.

use std::pin::Pin;
use std::task::{Context, Poll};

use axum::Router;
use axum::body::{Body, HttpBody};
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use bytes::Bytes;
use http::HeaderValue;
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use hyper::body::Frame;
use tokio::sync::mpsc;

use super::extract::{Params, Query, Superuser};
use crate::app::App;
use crate::error::{Error, Result};
use crate::records::{Export, ExportFormat, ExportOptions};

/// How many chunks wait for the client.
const WAITING: usize = 2;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/api/collections/{collection}/export", get(export))
}

async fn export(
    State(app): State<App>,
    Superuser(context): Superuser,
    Params(collection): Params<String>,
    query: Query,
) -> Result<Response> {
    let text = |name: &str| query.first(name).map(str::to_owned);
    let format = match query.first("format") {
        None | Some("jsonl" | "json") => ExportFormat::JsonLines,
        Some("csv") => ExportFormat::Csv { guard: query.first("formulas") == Some("guard") },
        Some(_) => return Err(Error::bad_request("The format is jsonl or csv.")),
    };
    let options = ExportOptions { format, filter: text("filter"), sort: text("sort"), fields: text("fields") };
    let mut export = app.records.export(&context, &collection, options).await?;
    // What is wrong with filter or fields is told by the first chunk, as long as there is a status to tell it with.
    let first = export.next().await?;
    Ok(sent(export, first, format))
}

fn sent(export: Export, first: Option<Vec<u8>>, format: ExportFormat) -> Response {
    let (content_type, ending) = match format {
        ExportFormat::JsonLines => ("application/x-ndjson", "jsonl"),
        ExportFormat::Csv { .. } => ("text/csv; charset=utf-8", "csv"),
    };
    // Names of collections are letters, digits and `_`.
    let disposition = format!("attachment; filename=\"{}.{ending}\"", export.collection());
    let (sender, chunks) = mpsc::channel(WAITING);
    tokio::spawn(read(export, first, sender));
    let mut response = Response::new(Body::new(Chunks(chunks)));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    if let Ok(disposition) = HeaderValue::try_from(disposition) {
        headers.insert(CONTENT_DISPOSITION, disposition);
    }
    response
}

/// Reads chunks as fast as the client takes them, until it has all or is gone.
async fn read(mut export: Export, first: Option<Vec<u8>>, chunks: mpsc::Sender<Result<Bytes>>) {
    let mut next = Ok(first);
    loop {
        let chunk = match next {
            Ok(None) => return,
            Ok(Some(chunk)) => Ok(Bytes::from(chunk)),
            Err(error) => {
                // The answer breaks off, so that nobody takes a part for the whole.
                tracing::warn!(collection = export.collection(), "an export ended early: {error}");
                Err(error)
            }
        };
        let ended = chunk.is_err();
        if chunks.send(chunk).await.is_err() || ended {
            return;
        }
        next = export.next().await;
    }
}

/// The body of an answer whose chunks are still being read.
struct Chunks(mpsc::Receiver<Result<Bytes>>);

impl HttpBody for Chunks {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>>>> {
        self.0.poll_recv(context).map(|chunk| chunk.map(|chunk| chunk.map(Frame::data)))
    }
}
