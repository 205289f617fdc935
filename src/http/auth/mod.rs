//! `/api/collections/{collection}/…` and `/api/files/token`: signing in, one file a way, and what comes with
//! accounts.

mod email_change;
mod file_token;
mod impersonate;
mod methods;
mod oauth2;
mod otp;
mod password;
mod password_reset;
mod refresh;
mod verification;

use axum::Router;
use axum::response::Response;
use serde_json::json;

use super::fields::Fields;
use crate::app::App;
use crate::auth::SignedIn;
use crate::error::Result;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .merge(methods::routes())
        .merge(password::routes())
        .merge(oauth2::routes())
        .merge(otp::routes())
        .merge(refresh::routes())
        .merge(verification::routes())
        .merge(password_reset::routes())
        .merge(email_change::routes())
        .merge(impersonate::routes())
        .merge(file_token::routes())
}

/// The answer to a sign-in.
async fn answer(fields: Fields, signed_in: SignedIn) -> Result<Response> {
    let mut body = b"{".to_vec();
    if let Some(meta) = signed_in.meta {
        body.extend_from_slice(format!("\"meta\":{meta},").as_bytes());
    }
    body.extend_from_slice(b"\"record\":");
    body.extend_from_slice(&signed_in.record);
    body.extend_from_slice(format!(",\"token\":{}}}", json!(signed_in.token)).as_bytes());
    fields.object(body).await
}
