//! Collections that take long to check.

use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};

use crate::support::{Client, TestServer};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_waits_while_collections_are_checked() {
    let server = TestServer::start().await;
    // Expressions beyond the limit are the dearest thing to check.
    let save = |at: usize| {
        let superuser = server.superuser();
        async move {
            let fields: Vec<Json> = (0..3)
                .map(|n| json!({"name": format!("f{n}"), "type": "text", "pattern": format!("\\pL{{900}}{at}{n}")}))
                .collect();
            superuser.create_collection(json!({"name": format!("t{at}"), "fields": fields})).await.is(400);
        }
    };
    // As many as would hold every thread that serves, and more.
    let threads = std::thread::available_parallelism().map_or(2, usize::from);
    let saves: Vec<_> = (0..threads * 2).map(|at| tokio::spawn(save(at))).collect();
    let guest = server.guest();
    let mut answers = 0;
    let mut slowest = Duration::ZERO;
    while !saves.iter().any(tokio::task::JoinHandle::is_finished) {
        let began = Instant::now();
        guest.get("/api/health").await.is(200);
        slowest = slowest.max(began.elapsed());
        answers += 1;
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    for save in saves {
        save.await.expect("an answer");
    }
    assert!(answers > 5, "{answers} others were answered before the first save was");
    assert!(slowest < Duration::from_secs(2), "somebody waited for {slowest:?}");
}
