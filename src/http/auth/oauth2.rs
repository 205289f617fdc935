//! `POST /api/collections/{collection}/auth-with-oauth2`, where services send users back to (`/api/oauth2-redirect`),
//! and
//! `GET /api/collections/meta/oauth2-providers`.

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use http::header::LOCATION;
use http::{HeaderValue, StatusCode};
use serde_json::{Map, Value as Json};

use super::answer;
use crate::app::App;
use crate::auth::Returned;
use crate::context::RequestContext;
use crate::error::Result;
use crate::http::extract::{CredentialsBody, Params, Superuser};
use crate::http::fields::Fields;

const SUCCESS: HeaderValue = HeaderValue::from_static("../_/#/auth/oauth2-redirect-success");
const FAILURE: HeaderValue = HeaderValue::from_static("../_/#/auth/oauth2-redirect-failure");

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/api/collections/{collection}/auth-with-oauth2", post(with_oauth2))
        .route("/api/collections/meta/oauth2-providers", get(providers))
        .route("/api/oauth2-redirect", get(returned).post(returned_with_form))
}

async fn with_oauth2(
    State(app): State<App>,
    Params(collection): Params<String>,
    context: RequestContext,
    fields: Fields,
    CredentialsBody(sent): CredentialsBody,
) -> Result<Response> {
    let signed_in = app.auth.with_oauth2(&context, &collection, sent).await?;
    answer(fields, signed_in).await
}

async fn providers(State(app): State<App>, _: Superuser, fields: Fields) -> Result<Response> {
    fields.object(app.auth.oauth2_providers().to_string().into_bytes()).await
}

/// A query that cannot be read has no state that anybody waits for.
async fn returned(State(app): State<App>, context: Result<RequestContext>) -> Response {
    let good = context.is_ok_and(|context| {
        let value = |name: &str| context.query_value(name).unwrap_or_default().to_owned();
        let (state, code, error) = (value("state"), value("code"), value("error"));
        app.auth.oauth2_returned(&Returned { state, code, error, user: String::new() }, context.ip)
    });
    sent_on(StatusCode::TEMPORARY_REDIRECT, good)
}

/// The same by a form, which Apple posts.
async fn returned_with_form(
    State(app): State<App>,
    context: Result<RequestContext>,
    CredentialsBody(sent): CredentialsBody,
) -> Response {
    let good = match (context, sent) {
        (Ok(context), Ok(body)) => app.auth.oauth2_returned(&of_form(&body), context.ip),
        _ => false,
    };
    sent_on(StatusCode::SEE_OTHER, good)
}

fn of_form(body: &Map<String, Json>) -> Returned {
    let text = |name: &str| body.get(name).and_then(Json::as_str).unwrap_or_default().to_owned();
    Returned { state: text("state"), code: text("code"), error: text("error"), user: text("user") }
}

/// To the page that says how it went.
fn sent_on(status: StatusCode, good: bool) -> Response {
    (status, [(LOCATION, if good { SUCCESS } else { FAILURE })]).into_response()
}
