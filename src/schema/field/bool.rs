//! Bool fields.
