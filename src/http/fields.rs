//! The `fields` parameter: which keys of an answer its reader wants. Answers are rendered already; what is kept is
//! copied as it stands, so that numbers and whole subtrees come out byte for byte.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::response::Response;
use http::request::Parts;

use super::envelope;
use super::extract::Query;
use crate::app::App;
use crate::error::{Error, Result};
use crate::pick;
use crate::records::Page;

/// Answers over this size are picked from where that holds up nobody.
const LONG: usize = 64 * 1024;

/// What the `fields` parameter asks for; checked before anything is done.
#[derive(Default)]
pub(super) struct Fields(Option<Arc<pick::Wanted>>);

impl FromRequestParts<App> for Fields {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        let query = Query::from_request_parts(parts, app).await?;
        Self::of(query.first("fields"))
    }
}

impl Fields {
    /// What a value of the parameter asks for.
    ///
    /// # Errors
    /// `Invalid` for a modifier that is none.
    pub(super) fn of(parameter: Option<&str>) -> Result<Self> {
        let wanted = parameter.map(pick::wanted).transpose()?;
        Ok(Self(wanted.map(Arc::new)))
    }

    /// Answers with a JSON object, or what is wanted of it.
    pub(super) async fn object(self, body: Vec<u8>) -> Result<Response> {
        self.pick(body).await.map(envelope::json)
    }

    /// Answers with a page; what is wanted is said of its items.
    pub(super) async fn page(self, page: Page) -> Result<Response> {
        let items = self.pick(page.items).await?;
        Ok(envelope::json(envelope::page(Page { items, ..page })))
    }

    /// What is wanted of rendered JSON.
    pub(super) async fn pick(self, body: Vec<u8>) -> Result<Vec<u8>> {
        let Some(wanted) = self.0 else { return Ok(body) };
        if body.len() <= LONG {
            return pick::pick(&body, &wanted);
        }
        let picked = tokio::task::spawn_blocking(move || pick::pick(&body, &wanted)).await;
        picked.map_err(|error| Error::Internal(error.into()))?
    }
}
