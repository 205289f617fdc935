//! `/api/batch`: several writes in one request. `form.rs` reads what was sent, `action.rs` says what each item is.

mod action;
mod form;

use axum::Router;
use axum::extract::{FromRequest, FromRequestParts, Request, State};
use axum::response::Response;
use axum::routing::post;

pub(super) use form::unreadable;

use super::envelope;
use super::extract::BatchBody;
use super::fields::Fields;
use super::middleware::rate_limit;
use crate::app::App;
use crate::context::RequestContext;
use crate::error::{Error, Result};
use crate::records::Rendered;

/// The path; the limit of bodies knows it.
pub(super) const PATH: &str = "/api/batch";

pub(super) fn routes() -> Router<App> {
    Router::new().route(PATH, post(batch))
}

/// How many bytes the body of a batch may have.
///
/// # Errors
/// `Forbidden` where batches are not offered, whatever the body is.
pub(super) fn body_limit(app: &App) -> Result<u64> {
    let settings = app.settings.current();
    match settings.batch.is_offered() {
        true => Ok(settings.batch.body_limit()),
        false => Err(Error::Forbidden("Batch requests are not allowed.".into())),
    }
}

async fn batch(State(app): State<App>, request: Request) -> Result<Response> {
    // A request without a body has met no limit.
    body_limit(&app)?;
    let settings = app.settings.current();
    let (mut parts, body) = request.into_parts();
    let fields = Fields::from_request_parts(&mut parts, &app).await?;
    let context = RequestContext::from_request_parts(&mut parts, &app).await?;
    let BatchBody { form, uploads } = BatchBody::from_request(Request::from_parts(parts, body), &app).await?;

    let sent = form::read(form, uploads, settings.batch.most())?;
    let (items, wanted): (Vec<_>, Vec<_>) = sent.into_iter().map(|sent| action::item(&context, sent)).unzip();
    let rates = app.clone();
    let admission = Box::new(move |context: &_, collection: &_| rate_limit::charge(&rates, context, collection));
    let written = app.records.batch(items, settings.batch.time(), admission).await?;
    let answers = answers(written, wanted).await?;
    Ok(envelope::json(fields.pick(answers).await?))
}

/// The answers to all items as one list.
async fn answers(written: Vec<Option<Rendered>>, wanted: Vec<Fields>) -> Result<Vec<u8>> {
    let mut out = b"[".to_vec();
    for (written, fields) in written.into_iter().zip(wanted) {
        if out.len() > 1 {
            out.push(b',');
        }
        match written {
            Some(record) => {
                out.extend_from_slice(br#"{"body":"#);
                out.extend_from_slice(&fields.pick(record.0).await?);
                out.extend_from_slice(br#","status":200}"#);
            }
            None => out.extend_from_slice(br#"{"body":null,"status":204}"#),
        }
    }
    out.push(b']');
    Ok(out)
}
