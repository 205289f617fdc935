//! Files of records: names, types by content, and where the bytes lie.

mod upload;

pub use upload::Upload;
