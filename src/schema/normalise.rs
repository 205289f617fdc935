//! What is put right before a collection is checked: ids, system fields, index texts, forced options.

use super::{Collection, Schema};

/// Brings a collection into shape (contract: collections, section 8, steps 1 and 2). `old` is the stored one on an
/// update. Timestamps are the caller's.
pub fn normalise(_collection: &mut Collection, _old: Option<&Collection>, _schema: &Schema) {
    todo!()
}
