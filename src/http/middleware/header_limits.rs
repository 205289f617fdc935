//! How many headers a request may have, and how long they and the address may be together. The connection itself
//! has limits above these; here it still gets the envelope.

use axum::extract::Request;
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use serde_json::Map;

use crate::http::envelope::refusal;

/// How many bytes of headers the connection reads at most.
pub(in crate::http) const MOST_BYTES_READ: usize = 256 * 1024;

const MOST: usize = 80;
const MOST_BYTES: usize = 64 * 1024;
const LONGEST_ADDRESS: usize = 60 * 1024;

/// Whether the request keeps to the limits; the answer to one that does not.
pub(super) fn check(request: &Request) -> Result<(), Box<Response>> {
    let refused = |status, message| Err(Box::new(refusal(status, message, Map::new())));
    let address = request.uri().path_and_query().map_or(0, |address| address.as_str().len());
    if address > LONGEST_ADDRESS {
        return refused(StatusCode::URI_TOO_LONG, "The address of the request is too long.");
    }
    if request.headers().len() > MOST || bytes(request.headers()) > MOST_BYTES {
        let message = "The headers of the request are too many or too large.";
        return refused(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, message);
    }
    Ok(())
}

fn bytes(headers: &HeaderMap) -> usize {
    headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum()
}
