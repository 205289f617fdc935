//! The feed against the tables.

use super::Directory;
use crate::support::{Client, TestServer, id, notes};

const GONE: &str = "feed: 1 notes: records that are gone, and there as the feed has it [feed]";
const KEPT: &str = "feed: 1 notes: records that are there, and deleted as the feed has it [feed]";
const UNHEARD: &str = "feed: 1 notes: records that the feed never heard of [feed]";

#[tokio::test]
async fn what_raw_sql_did_is_found_and_told_to_followers() {
    let server = TestServer::with(notes()).await;
    server.superuser().delete("notes", &id("n3")).await.is(204);
    let directory = Directory::of(server);
    directory.damage(&format!(
        "DELETE FROM notes WHERE id = '{}'; INSERT INTO notes (id) VALUES ('{}'), ('{}')",
        id("n1"),
        id("n3"),
        id("n9"),
    ));
    directory.check().found(&[GONE, KEPT, UNHEARD]);
    directory.is_clean_after("feed").repaired(&["notes: 3 changes were added to the feed."]);
    // Who follows the feed from its begin comes to the state of the table.
    let database = directory.database();
    let mut followed = std::collections::BTreeSet::new();
    for change in database.rows("SELECT record, op FROM _tb_changes WHERE collection = 'c_notes' ORDER BY seq") {
        if change[1] == "delete" {
            followed.remove(&change[0])
        } else {
            followed.insert(change[0].clone())
        };
    }
    assert_eq!(followed.into_iter().collect::<Vec<_>>(), database.column("SELECT id FROM notes ORDER BY id"));
    let lost = database.value(&format!("SELECT data FROM _tb_changes WHERE record = '{}' AND op = 'delete'", id("n1")));
    assert_eq!(lost, format!("{{\"id\":\"{}\"}}", id("n1")));
}

#[tokio::test]
async fn a_feed_that_was_trimmed_need_not_know_old_records() {
    let directory = Directory::with(notes()).await;
    directory.damage("DELETE FROM _tb_changes WHERE seq < (SELECT max(seq) FROM _tb_changes)");
    directory.check().is_clean();
    directory.damage("INSERT INTO _tb_changes (seq, collection, record, op, at) SELECT max(seq) + 5, 'c_other', 'x', 'create', 0 FROM _tb_changes");
    directory
        .check()
        .found(&["feed: 4 the feed: numbers of changes are missing; followers have not seen what went [-]"]);
}

#[tokio::test]
async fn tens_of_thousands_are_told_in_steps_and_each_once() {
    let directory = Directory::with(notes()).await;
    directory.damage(
        "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 20600)
         INSERT INTO notes (id) SELECT printf('%015d', x) FROM n",
    );
    directory.is_clean_after("feed").repaired(&["notes: 20600 changes were added to the feed."]);
    let doubles = "SELECT count(*) FROM (SELECT 1 FROM _tb_changes GROUP BY record HAVING count(*) > 1)";
    assert_eq!(directory.database().value(doubles), "0");
    directory.repair("feed").repaired(&["feed: there was nothing to repair."]);
    directory.damage("DELETE FROM notes WHERE id < '000000000020501'");
    directory.is_clean_after("feed").repaired(&["notes: 20500 changes were added to the feed."]);
}
