//! `/api/settings`: the stored settings, and what superusers make with their help.

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::{get, post};
use http::{Method, StatusCode};
use serde_json::{Value as Json, json};

use super::extract::{ChangeBody, CredentialsBody, LoadedBody, Superuser};
use super::fields::Fields;
use super::middleware::rate_limit;
use crate::app::App;
use crate::error::{Error, Fault, FieldErrors, Result};
use crate::settings::{AppleKey, RateLimit};

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/api/settings", get(view).patch(update))
        .route("/api/settings/apple/generate-client-secret", post(apple_client_secret))
        .route("/api/settings/test/email", post(test_email))
        .route("/api/settings/test/s3", post(test_s3))
        .route("/api/settings/test/rate-limit", post(test_rate_limit))
}

async fn view(State(app): State<App>, _: Superuser, fields: Fields) -> Result<Response> {
    fields.object(app.settings.current().public().to_string().into_bytes()).await
}

async fn update(
    State(app): State<App>,
    _: Superuser,
    fields: Fields,
    ChangeBody(change): ChangeBody,
) -> Result<Response> {
    let saved = app.settings.update(change).await?;
    fields.object(saved.public().to_string().into_bytes()).await
}

async fn apple_client_secret(_: Superuser, fields: Fields, ChangeBody(sent): ChangeBody) -> Result<Response> {
    let secret = AppleKey::read(&sent)?.client_secret()?;
    fields.object(json!({"secret": secret}).to_string().into_bytes()).await
}

async fn test_email(
    State(app): State<App>,
    _: Superuser,
    CredentialsBody(sent): CredentialsBody,
) -> Result<StatusCode> {
    app.auth.send_test_letter(sent).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn test_s3(State(app): State<App>, _: Superuser, LoadedBody(sent): LoadedBody) -> Result<StatusCode> {
    app.files.test_bucket(&sent).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Which rule a request would be counted under: among those that are sent along, else among the saved ones.
async fn test_rate_limit(
    State(app): State<App>,
    _: Superuser,
    fields: Fields,
    LoadedBody(mut sent): LoadedBody,
) -> Result<Response> {
    let saved = app.settings.current();
    let rules = match sent.remove("rules") {
        None | Some(Json::Null) => saved.rate_limits.rules.clone(),
        Some(rules) => serde_json::from_value::<Vec<RateLimit>>(rules).map_err(|_| Error::bad_request(UNREADABLE))?,
    };
    let text = |name: &str| sent.get(name).and_then(Json::as_str).unwrap_or_default();
    let mut errors = FieldErrors::new();
    let method = Method::from_bytes(text("method").to_ascii_uppercase().as_bytes()).ok();
    if method.is_none() {
        errors.add("method", no_value(text("method")));
    }
    let path = text("path").split(['?', '#']).next().unwrap_or_default();
    if !path.starts_with('/') {
        errors.add("path", no_value(path));
    }
    let signed_in = match text("audience") {
        "@auth" => true,
        "@guest" | "" => false,
        other => {
            errors.add("audience", no_value(other));
            false
        }
    };
    errors.into_result("An error occurred while validating the submitted data.")?;
    let (at, tags) = rate_limit::would_count(&app, &rules, &method.unwrap_or_default(), path, signed_in);
    let rule = at.and_then(|at| rules.get(at));
    let body = json!({"rule": rule, "at": at, "tags": tags, "enabled": saved.rate_limits.enabled});
    fields.object(body.to_string().into_bytes()).await
}

/// What is said of a body that has something else where rules should be.
const UNREADABLE: &str = "An error occurred while loading the submitted data.";

/// What is said of a value that is missing, or is none.
fn no_value(sent: &str) -> Fault {
    match sent {
        "" => Fault::required(),
        _ => Fault::new("validation_in_invalid", "Must be a valid value."),
    }
}
