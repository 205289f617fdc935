//! The guard of routes for superusers alone.

use axum::extract::FromRequestParts;
use http::request::Parts;

use crate::app::App;
use crate::context::RequestContext;
use crate::error::{Error, Result};

/// A request of a superuser; everybody else is refused.
pub(in crate::http) struct Superuser(pub(in crate::http) RequestContext);

impl FromRequestParts<App> for Superuser {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        let context = RequestContext::from_request_parts(parts, app).await?;
        match &context.caller {
            Some(caller) if caller.superuser => Ok(Self(context)),
            Some(_) => Err(Error::Forbidden("The authorized record is not allowed to perform this action.".into())),
            None => Err(Error::Unauthorized("The request requires valid record authorization token.".into())),
        }
    }
}
