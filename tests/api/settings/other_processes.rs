//! Settings that another process saves beside a running server.

use std::time::{Duration, Instant};

use super::SETTINGS;
use crate::support::{Client, TestServer};

#[tokio::test]
async fn addresses_saved_by_the_command_line_count_for_the_running_server() {
    let server = TestServer::start().await;
    let output = server.run(&["superuser", "ips", "10.0.0.0/8", "192.168.1.1"]);
    assert!(output.status.success());
    assert!(String::from_utf8_lossy(&output.stdout).contains("from 10.0.0.0/8, 192.168.1.1 alone"));
    until(&server, 403).await;
    let output = server.run(&["superuser", "ips"]);
    assert!(String::from_utf8_lossy(&output.stdout).contains("from anywhere"));
    until(&server, 200).await;
}

/// Asks until the superuser gets this answer.
async fn until(server: &TestServer, status: u16) {
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        let answer = server.superuser().get(SETTINGS).await;
        if answer.status == status {
            return;
        }
        assert!(Instant::now() < deadline, "still {answer}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn a_wrong_address_is_refused_on_the_command_line() {
    let server = TestServer::start().await;
    let output = server.run(&["superuser", "ips", "10.0.0.1", "nowhere"]);
    assert!(!output.status.success());
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("not saved") && said.contains("IP address or subnet"), "{said}");
    server.superuser().get(SETTINGS).await.is(200).has("/superuserIPs", serde_json::json!([]));
}
