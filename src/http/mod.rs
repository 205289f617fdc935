//! HTTP: routes, middleware, extractors, envelope, status codes. Nothing below knows HTTP.
