//! Url fields.
