//! Files over HTTP.

mod thumbs;
