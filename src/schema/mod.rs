//! The language of collections: collections, fields and records as plain data, what can be checked about them
//! without a database, and the published snapshot of them all. Saving them is the room `collections`.

pub mod auth_options;
pub mod check;
pub mod collection;
mod defaults;
pub mod field;
pub mod index;
pub mod normalise;
mod published;
mod record;
mod snapshot;
pub mod system;
pub mod view;
pub mod wire;

pub use collection::{Collection, CollectionKind, CollectionRef, SUPERUSERS};
pub use field::{Field, FieldKind, Modifier};
pub use index::Index;
pub use published::Published;
pub use record::Record;
pub use snapshot::Schema;
pub use view::ViewOptions;
