//! How much all topics may take, and which part of it is one's share.

use std::net::IpAddr;

use tuckbox::error::Error;
use tuckbox::realtime::{Lifetimes, Realtime, Resume, Stream};

use super::room_of;

/// A client at an address, and its id.
async fn connect(realtime: &Realtime, ip: &str) -> (Stream, String, Option<IpAddr>) {
    let ip = Some(ip.parse().expect("an address"));
    let mut stream = realtime.connect(ip, Resume::Never, || {}).expect("a place");
    let greeting = stream.next().await.expect("a first message");
    let greeting = String::from_utf8(greeting.to_vec()).expect("text");
    let id = greeting.lines().find_map(|line| line.strip_prefix("id:")).expect("an id").to_owned();
    (stream, id, ip)
}

/// As many topics as a client may have, as long as they may be.
fn most_topics() -> Vec<String> {
    (0..1000).map(|number| format!("{number:0>2500}")).collect()
}

#[tokio::test]
async fn one_address_cannot_take_the_room_of_all() {
    let (_dir, app, realtime) = room_of(1000, Lifetimes::default()).await;
    let topics = most_topics();
    let mut greedy = Vec::new();
    let refusal = loop {
        let (stream, id, ip) = connect(&realtime, "10.0.0.1").await;
        let answer = realtime.subscribe(&id, ip, None, &topics);
        greedy.push((stream, id, ip));
        if let Err(refusal) = answer {
            break refusal;
        }
        assert!(greedy.len() < 100, "an end");
    };
    assert!(matches!(refusal, Error::Unavailable(_)), "{refusal}");
    // Not one topic more, but as many as before, and fewer.
    let (_, last, ip) = greedy.last().expect("one");
    realtime.subscribe(last, *ip, None, &["posts/*".to_owned()]).expect("a little is left");
    let (_, first, ip) = &greedy[0];
    realtime.subscribe(first, *ip, None, &topics).expect("what it has");
    // Others have theirs; addresses of one IPv6 network are one.
    let (_other, id, ip) = connect(&realtime, "10.0.0.2").await;
    realtime.subscribe(&id, ip, None, &topics).expect("a share of its own");
    let mut neighbours = Vec::new();
    for number in 0.. {
        let (stream, id, ip) = connect(&realtime, &format!("2001:db8:0:1::{number:x}")).await;
        let answer = realtime.subscribe(&id, ip, None, &topics);
        neighbours.push(stream);
        if answer.is_err() {
            break;
        }
    }
    assert_eq!(neighbours.len(), greedy.len());
    let (_far, id, ip) = connect(&realtime, "2001:db8:0:2::1").await;
    realtime.subscribe(&id, ip, None, &topics).expect("another network");
    // What one leaves is free again.
    let (_, last, ip) = greedy.pop().expect("the refused one");
    assert!(realtime.subscribe(&last, ip, None, &topics).is_err(), "it has left meanwhile");
    greedy.truncate(1);
    let (_again, id, ip) = connect(&realtime, "10.0.0.1").await;
    realtime.subscribe(&id, ip, None, &topics).expect("room again");
    app.close().await;
}

#[tokio::test]
async fn short_topics_count_for_what_they_take() {
    let (_dir, app, realtime) = room_of(1000, Lifetimes::default()).await;
    let mut clients = Vec::new();
    loop {
        let topics: Vec<String> = (0..1000).map(|topic| format!("{}/{topic}", clients.len())).collect();
        let (stream, id, ip) = connect(&realtime, "10.0.0.1").await;
        clients.push(stream);
        if realtime.subscribe(&id, ip, None, &topics).is_err() {
            break;
        }
        assert!(clients.len() < 500, "half a million topics of one guest");
    }
    app.close().await;
}
