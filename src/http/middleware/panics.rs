//! A panic is answered with 500 and takes nobody else along.

use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::Poll;

use axum::response::Response;
use http::StatusCode;
use serde_json::Map;

use crate::http::envelope::refusal;

/// The answer, or 500 where making it panics. It lies with the caller: moved in here it would have its room twice.
pub(super) async fn contained(mut answer: Pin<&mut impl Future<Output = Response>>) -> Response {
    poll_fn(|context| {
        // What panicked is dropped with the request: nobody meets its broken state.
        catch_unwind(AssertUnwindSafe(|| answer.as_mut().poll(context)))
            .unwrap_or_else(|_| Poll::Ready(refusal(StatusCode::INTERNAL_SERVER_ERROR, "", Map::new())))
    })
    .await
}

#[cfg(test)]
mod tests {
    use std::pin::pin;

    use super::*;

    #[tokio::test]
    async fn a_panic_becomes_an_answer() {
        let panics = async {
            tokio::task::yield_now().await;
            panic!("on purpose")
        };
        assert_eq!(contained(pin!(panics)).await.status(), 500);
    }
}
