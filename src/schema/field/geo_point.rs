//! GeoPoint fields.
