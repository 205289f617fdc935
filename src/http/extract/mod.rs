//! What a handler may ask for; what is demanded of a request stands in the handler's signature.

mod body;
mod context;
mod form;
mod json;
mod multipart;
mod path;
mod query;
mod submitted;
mod superuser;

pub(super) use body::{
    Asking, BatchBody, ChangeBody, CollectionBody, CredentialsBody, FilesBody, ImportBody, LoadedBody, RecordBody,
};
pub(super) use context::{Guest, RequestId, Visitor, authorization};
pub(super) use form::{decode_pairs, decode_path};
pub(super) use path::Params;
pub(super) use query::Query;
pub(super) use superuser::Superuser;
