//! What belongs to accounts.

use super::Directory;
use crate::support::{blog, id};

#[tokio::test]
async fn what_belongs_to_nobody_is_found_and_removed() {
    let directory = Directory::with(blog()).await;
    directory.damage(&format!(
        "INSERT INTO _authOrigins (id, collectionRef, recordRef, fingerprint) VALUES
           ('o1', 'c_members', '{ann}', 'a'), ('o2', 'c_members', 'gone', 'a'), ('o3', 'c_tags', '{red}', 'a');
         INSERT INTO _mfas (id, collectionRef, recordRef, method) VALUES ('m1', 'lost', '{ann}', 'x');
         INSERT INTO _otps (id, collectionRef, recordRef) VALUES ('p1', 'c_members', '{ann}')",
        ann = id("ann"),
        red = id("red"),
    ));
    let report = directory.check();
    report.found(&[
        "accounts: 1 _mfas: rows whose account is gone [accounts]",
        "accounts: 2 _authOrigins: rows whose account is gone [accounts]",
        "feed: 1 _mfas: records that the feed never heard of [feed]",
        "feed: 1 _otps: records that the feed never heard of [feed]",
        "feed: 3 _authOrigins: records that the feed never heard of [feed]",
    ]);
    assert_eq!(report.examples("_mfas"), ["m1"]);
    directory.is_clean_after("accounts,feed");
    let left = directory
        .database()
        .column("SELECT id FROM _authOrigins UNION SELECT id FROM _mfas UNION SELECT id FROM _otps");
    assert_eq!(left, ["o1", "p1"]);
}

#[tokio::test]
async fn an_id_of_two_accounts_is_told() {
    let directory = Directory::with(blog()).await;
    directory
        .damage(&format!("INSERT INTO users (id, tokenKey, email) VALUES ('{}', 'k', 'e@example.com')", id("ann")));
    let report = directory.repair("accounts,feed");
    report.found(&["accounts: 1 users and members: ids that both collections have; tokens of one cannot be told from those of the other [-]"]);
    assert_eq!(report.examples("users and members"), [id("ann")]);
}
