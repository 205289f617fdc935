//! A panic is answered with 500 and takes nobody else along.

use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::Poll;

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use http::StatusCode;
use serde_json::Map;

use crate::http::envelope::refusal;

pub(in crate::http) async fn panics(request: Request, next: Next) -> Response {
    let mut answer = pin!(next.run(request));
    poll_fn(|context| {
        // What panicked is dropped with the request: nobody meets its broken state.
        catch_unwind(AssertUnwindSafe(|| answer.as_mut().poll(context)))
            .unwrap_or_else(|_| Poll::Ready(refusal(StatusCode::INTERNAL_SERVER_ERROR, "", Map::new())))
    })
    .await
}
