//! The query, decoded strictly: a broken escape or bytes that are no UTF-8 are refused rather than dropped, since a
//! filter that silently vanishes shows more than was asked for.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use http::request::Parts;

use super::form::decode_pairs;
use crate::app::App;
use crate::error::{Error, Result};

/// The decoded query parameters, in order.
#[derive(Clone)]
pub(in crate::http) struct Query(pub(in crate::http) Arc<[(String, String)]>);

impl Query {
    /// The first value of a parameter, `None` also where it is empty.
    pub(in crate::http) fn first(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }

    /// Decodes the query once a request.
    pub(super) fn of(parts: &mut Parts) -> Result<Self> {
        if let Some(query) = parts.extensions.get::<Self>() {
            return Ok(query.clone());
        }
        let Some(query) = parts.uri.query() else { return Ok(Self(Arc::default())) };
        let pairs = decode_pairs(query.as_bytes());
        let pairs = pairs.ok_or_else(|| Error::bad_request("The query is not properly encoded."))?;
        let query = Self(pairs.into());
        parts.extensions.insert(query.clone());
        Ok(query)
    }
}

impl FromRequestParts<App> for Query {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self> {
        Self::of(parts)
    }
}
