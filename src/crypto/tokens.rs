//! JSON web tokens (RFC 7519), HS256 alone.
