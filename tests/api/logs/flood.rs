//! More entries than can be written: nobody waits, and what is missing is told.

use futures_util::{StreamExt, stream};

use super::{beside, found, readiness};
use crate::support::{Client, TestServer};

const REQUESTS: u64 = 10_000;

/// The requests of a flood.
const FLOOD: &str = "data.url = '/api/health'";

/// How many entries a filter finds.
async fn count(server: &TestServer, filter: &str) -> u64 {
    let superuser = server.superuser();
    let request = superuser.request(reqwest::Method::GET, "/api/logs").query(&[("filter", filter), ("perPage", "1")]);
    superuser.send(request).await.is(200).at("/totalItems").as_u64().expect("a number")
}

async fn ask(server: &TestServer, requests: u64) {
    let guest = server.guest();
    let asked = stream::iter(0..requests).for_each_concurrent(32, |_| async {
        guest.get("/api/health").await.is(200);
    });
    asked.await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_is_served_while_the_log_is_locked_and_each_dropped_entry_is_counted() {
    let server = TestServer::start().await;
    ask(&server, 10).await;
    assert_eq!(count(&server, FLOOD).await, 10);

    let other = beside(&server);
    other.execute_batch("BEGIN IMMEDIATE").expect("the lock");
    ask(&server, REQUESTS).await;
    let (state, detail) = readiness(&server).await;
    assert_eq!(state, "degraded", "{detail}");
    // That question is an entry too.
    let asked = REQUESTS + 1;
    other.execute_batch("ROLLBACK").expect("the lock is free");

    let settled = async {
        loop {
            let kept = count(&server, FLOOD).await - 10;
            let told = found(&server, "level = 4 && data.dropped > 0").await;
            let dropped: u64 = told.iter().filter_map(|entry| entry["data"]["dropped"].as_u64()).sum();
            assert!(kept + dropped <= asked, "{kept} kept, {dropped} dropped");
            if kept + dropped == asked {
                return (kept, dropped);
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    };
    let (kept, dropped) =
        tokio::time::timeout(std::time::Duration::from_secs(60), settled).await.expect("all are told");
    assert!(kept > 0 && dropped > 0, "{kept} kept, {dropped} dropped");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_that_can_be_written_is_written_whole_over_a_stop() {
    let mut server = TestServer::start().await;
    ask(&server, 3000).await;
    assert!(server.terminate().success());
    let query = "SELECT (SELECT count(*) FROM _logs WHERE message = 'GET /api/health')
                      + (SELECT coalesce(sum(json_extract(data, '$.dropped')), 0) FROM _logs WHERE level = 4)";
    let all: i64 = beside(&server).query_row(query, [], |row| row.get(0)).expect("a number");
    assert_eq!(all, 3000);
}
