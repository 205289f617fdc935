//! What can be said against a collection without a database: names, ids, fields and their options, auth options,
//! indexes as text, references. Rules are checked by the room `collections`, which knows the filter language.

use super::{Collection, Schema};
use crate::error::FieldErrors;

/// All errors of a collection that is about to be saved; `old` is the stored one on an update.
/// Which rules may change on system collections is checked here; whether rules compile is not.
pub fn check(_collection: &Collection, _old: Option<&Collection>, _schema: &Schema) -> FieldErrors {
    todo!()
}
