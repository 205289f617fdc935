//! Streams end by themselves; those that can be resumed give signs of life until then.

use std::time::Duration;

use tuckbox::realtime::{Lifetimes, Realtime, Resume};

use super::room_of;

const MOMENT: Duration = Duration::from_millis(50);
const LONG: Duration = Duration::from_secs(600);

/// What a client reads until the end of its stream.
async fn read(realtime: &Realtime, resume: Resume<'_>) -> Vec<String> {
    let mut stream = realtime.connect(None, resume, || {}).expect("a place");
    let mut read = Vec::new();
    while let Some(bytes) = stream.next().await {
        read.push(String::from_utf8(bytes.to_vec()).expect("text"));
    }
    read
}

#[tokio::test]
async fn a_stream_without_messages_ends_and_so_does_an_old_one() {
    let defaults = Lifetimes::default();
    for lifetimes in
        [Lifetimes { idle: MOMENT, whole: LONG, ..defaults }, Lifetimes { idle: LONG, whole: MOMENT, ..defaults }]
    {
        let (_dir, app, realtime) = room_of(2, lifetimes).await;
        let read = read(&realtime, Resume::Never).await;
        assert_eq!(read.len(), 1, "nothing but its first message: {read:?}");
        assert!(read[0].contains("event:PB_CONNECT\n"));
        app.close().await;
    }
}

#[tokio::test]
async fn a_stream_that_can_be_resumed_says_that_it_lives_and_when_to_come_back() {
    let (_dir, app, realtime) = room_of(2, Lifetimes { idle: 4 * MOMENT, whole: LONG, alive: MOMENT / 5 }).await;
    let read = read(&realtime, Resume::Begin).await;
    let (last, middle) = read[1..].split_last().expect("signs of life");
    assert!(!middle.is_empty() && middle.iter().all(|sign| sign == ":\n\n"), "{middle:?}");
    assert_eq!(last, "retry:500\n\n");
    app.close().await;
}

#[tokio::test]
async fn there_is_room_for_so_many_and_none_once_it_stops() {
    let (_dir, app, realtime) = room_of(2, Lifetimes::default()).await;
    let first = realtime.connect(None, Resume::Never, || {}).expect("a place");
    let mut second = realtime.connect(None, Resume::Never, || {}).expect("a place");
    assert!(realtime.connect(None, Resume::Never, || {}).is_err());
    drop(first);
    drop(realtime.connect(None, Resume::Never, || {}).expect("a place again"));
    realtime.stop();
    assert!(second.next().await.is_some());
    assert!(second.next().await.is_none());
    assert!(realtime.connect(None, Resume::Never, || {}).is_err());
    app.close().await;
}
