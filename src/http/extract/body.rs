//! What handlers ask for of a body, one type for each way to take what was submitted.

use std::convert::Infallible;

use axum::body::HttpBody;
use axum::extract::{FromRequest, FromRequestParts, Request};
use serde_json::{Map, Value as Json};

use super::context::of_whole;
use super::form::{infer, split, texts};
use super::multipart;
use super::submitted::Submitted;
use crate::app::App;
use crate::auth::Sent;
use crate::context::RequestContext;
use crate::error::{Error, Result};
use crate::files::Upload;
use crate::http::batch::unreadable;
use crate::records::RecordInput;
use crate::settings::Change;

/// The body that creates or updates a record.
pub(in crate::http) struct RecordBody(pub(in crate::http) RecordInput);

/// The body that creates or updates a collection.
pub(in crate::http) struct CollectionBody(pub(in crate::http) Map<String, Json>);

/// The body of a question that superusers ask.
pub(in crate::http) struct LoadedBody(pub(in crate::http) Map<String, Json>);

/// The body that imports collections.
pub(in crate::http) struct ImportBody {
    /// Each as a client would send it to create or change it.
    pub(in crate::http) collections: Vec<Map<String, Json>>,
    pub(in crate::http) delete_missing: bool,
}

/// The body of a sign-in, or why it cannot be read: that is told after what the collection says. The values of a form
/// stay texts, whatever they look like.
pub(in crate::http) struct CredentialsBody(pub(in crate::http) Sent);

/// The body of what is laid over something that is there: the values of a form are what the ones that they replace are.
pub(in crate::http) struct ChangeBody(pub(in crate::http) Change);

/// The body of several writes: the form, as JSON or as the payload of a multipart form with files beside it.
pub(in crate::http) struct BatchBody {
    pub(in crate::http) form: Map<String, Json>,
    pub(in crate::http) uploads: Vec<Upload>,
}

/// The files of a form, all of them on the disk; none where the body is no form.
pub(in crate::http) struct FilesBody(pub(in crate::http) Vec<Upload>);

/// A request whose body, if there is one, is there for rules alone.
pub(in crate::http) struct Asking(pub(in crate::http) RequestContext);

impl FromRequest<App> for RecordBody {
    type Rejection = Error;

    async fn from_request(request: Request, app: &App) -> Result<Self> {
        let (data, uploads) = match Submitted::read_with_files(request, app.files.intake()).await? {
            Submitted::Json(map) => (map, Vec::new()),
            Submitted::Form { pairs, uploads } => (infer(pairs)?, uploads),
        };
        Ok(Self(RecordInput { data, uploads }))
    }
}

impl FromRequest<App> for FilesBody {
    type Rejection = Error;

    async fn from_request(request: Request, app: &App) -> Result<Self> {
        match multipart::read(request, Some(app.files.intake_to_disk())).await {
            Ok(form) => Ok(Self(form.uploads)),
            Err(Error::Invalid(_)) => Ok(Self(Vec::new())),
            Err(error) => Err(error),
        }
    }
}

impl FromRequest<App> for Asking {
    type Rejection = Error;

    async fn from_request(request: Request, app: &App) -> Result<Self> {
        let (mut parts, body) = request.into_parts();
        if body.is_end_stream() {
            return of_whole(parts).map(Self);
        }
        let context = RequestContext::from_request_parts(&mut parts, app).await?;
        let data = Submitted::read(Request::from_parts(parts, body)).await?.data()?;
        Ok(Self(context.with_body(data)))
    }
}

impl FromRequest<App> for CollectionBody {
    type Rejection = Error;

    async fn from_request(request: Request, _: &App) -> Result<Self> {
        let creates = request.method() == http::Method::POST;
        let read = Submitted::read(request).await.and_then(Submitted::data);
        read.map(Self).map_err(|error| match error {
            Error::Invalid(_) if creates => {
                Error::bad_request("Failed to load the collection type data due to invalid formatting.")
            }
            Error::Invalid(_) => Error::bad_request("Failed to load the submitted data due to invalid formatting."),
            other => other,
        })
    }
}

impl FromRequest<App> for LoadedBody {
    type Rejection = Error;

    async fn from_request(request: Request, _: &App) -> Result<Self> {
        match Submitted::read(request).await.and_then(Submitted::data) {
            Ok(data) => Ok(Self(data)),
            Err(Error::Invalid(_)) => Err(Error::bad_request("An error occurred while loading the submitted data.")),
            Err(error) => Err(error),
        }
    }
}

impl FromRequest<App> for ImportBody {
    type Rejection = Error;

    async fn from_request(request: Request, _: &App) -> Result<Self> {
        let unreadable = || Error::bad_request("An error occurred while loading the submitted data.");
        let read = Submitted::read(request).await.and_then(Submitted::data);
        let mut body = read.map_err(|error| if matches!(error, Error::Invalid(_)) { unreadable() } else { error })?;
        let object = |one| if let Json::Object(map) = one { Ok(map) } else { Err(unreadable()) };
        let collections = match body.remove("collections") {
            None | Some(Json::Null) => Vec::new(),
            Some(Json::Array(list)) => list.into_iter().map(object).collect::<Result<_>>()?,
            Some(_) => return Err(unreadable()),
        };
        let delete_missing = match body.get("deleteMissing") {
            None | Some(Json::Null) => false,
            Some(Json::Bool(truth)) => *truth,
            Some(_) => return Err(unreadable()),
        };
        Ok(Self { collections, delete_missing })
    }
}

impl FromRequest<App> for CredentialsBody {
    type Rejection = Infallible;

    async fn from_request(request: Request, _: &App) -> Result<Self, Infallible> {
        let read = Submitted::read(request).await.and_then(|submitted| match submitted {
            Submitted::Json(map) => Ok(map),
            Submitted::Form { pairs, .. } => texts(pairs),
        });
        Ok(Self(read))
    }
}

impl FromRequest<App> for ChangeBody {
    type Rejection = Error;

    async fn from_request(request: Request, _: &App) -> Result<Self> {
        let read = Submitted::read(request).await.and_then(|submitted| match submitted {
            Submitted::Json(data) => Ok(Change { data, texts: Vec::new() }),
            Submitted::Form { pairs, .. } => split(pairs).map(|(texts, data)| Change { data, texts }),
        });
        read.map(Self).map_err(|error| match error {
            Error::Invalid(_) => Error::bad_request("An error occurred while loading the submitted data."),
            other => other,
        })
    }
}

impl FromRequest<App> for BatchBody {
    type Rejection = Error;

    async fn from_request(request: Request, app: &App) -> Result<Self> {
        let read =
            Submitted::read_with_files(request, app.files.intake()).await.and_then(|submitted| match submitted {
                Submitted::Json(form) => Ok(Self { form, uploads: Vec::new() }),
                Submitted::Form { pairs, uploads } => split(pairs).map(|(_, form)| Self { form, uploads }),
            });
        read.map_err(|error| match error {
            // By now the declared length was within the limit.
            Error::Invalid(_) | Error::TooLarge => unreadable(),
            // Only files are put away while a body is read.
            Error::Internal(cause) => {
                tracing::error!("a file of a batch could not be taken in: {cause:#}");
                Error::bad_request("Failed to read the submitted batch files data.")
            }
            other => other,
        })
    }
}
