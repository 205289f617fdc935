//! The language of collections: collections, fields and records as plain data, what can be checked about them
//! without a database, and the published snapshot of them all. Saving them is the room `collections`.

pub mod auth_options;
pub mod collection;
pub mod field;
mod record;
mod snapshot;

pub use collection::{Collection, CollectionKind, CollectionRef, SUPERUSERS};
pub use field::{Field, FieldKind};
pub use record::Record;
pub use snapshot::Schema;
