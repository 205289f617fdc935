//! Path parameters; a path that cannot be decoded leads nowhere.

use axum::extract::{FromRequestParts, Path};
use http::request::Parts;
use serde::de::DeserializeOwned;

use crate::app::App;
use crate::error::{Error, Result};

/// The parameters of the path, decoded.
pub(in crate::http) struct Params<T>(pub(in crate::http) T);

impl<T: DeserializeOwned + Send> FromRequestParts<App> for Params<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        let path = Path::<T>::from_request_parts(parts, app).await;
        path.map(|Path(params)| Self(params)).map_err(|_| Error::not_found())
    }
}
