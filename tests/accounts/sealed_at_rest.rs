//! What waits on the disk and must not be read there: one-time codes of mails.

use serde_json::json;

use super::house::{house, request_otp, user, with_otp};

const ANN: &str = "ann@example.com";

#[tokio::test]
async fn a_one_time_code_never_lies_readable_in_the_database() {
    let mut server = house().await;
    user(&server, ANN).await;
    with_otp(&server, json!({"length": 20})).await;
    request_otp(&server, ANN).await;
    let code = server.mail_to(ANN).await.code();
    assert_eq!(code.len(), 20);
    // As a power cut leaves the files: the log still has every page that the waiting mail was written to.
    server.kill();
    for file in ["data.db", "data.db-wal"] {
        let bytes = std::fs::read(server.dir().join(file)).expect("a file");
        assert!(bytes.windows(ANN.len()).any(|part| part == ANN.as_bytes()) || file == "data.db", "{file} is empty");
        assert!(!bytes.windows(code.len()).any(|part| part == code.as_bytes()), "the code stands in {file}");
    }
    let key = server.dir().join("instance.key");
    assert_eq!(std::fs::read(&key).expect("a key").len(), 32);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&key).expect("a key").permissions().mode() & 0o777, 0o600);
    }
}
