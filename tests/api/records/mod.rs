//! `/api/collections/{collection}/records`.

mod auth_records;
mod casts;
mod create;
mod delete;
mod etags;
mod expand;
mod feed;
mod fields;
mod files;
mod filter;
mod filter_identifiers;
mod filter_many;
mod forms;
mod list;
mod modifiers;
mod rules;
mod sort;
mod totals;
mod update;
mod validation;
mod view;
mod visibility;

use crate::support::{Client, TestServer};

/// The names of the posts that a filter finds, for a client, sorted by name.
async fn found(client: &impl Client, filter: &str) -> String {
    let answer = client.list("posts", &[("filter", filter), ("sort", "name")]).await;
    assert_eq!(answer.status, 200, "{filter}: {answer}");
    let names = answer.column("name");
    assert_eq!(answer.at("/totalItems"), names.split_whitespace().count(), "{filter}: the count differs: {answer}");
    names
}

/// Demands what each filter finds among the posts, for a superuser.
async fn finds(server: &TestServer, table: &[(&str, &str)]) {
    let superuser = server.superuser();
    let mut wrong = Vec::new();
    for (filter, expected) in table {
        let answer = superuser.list("posts", &[("filter", filter), ("sort", "name")]).await;
        let got = if answer.status == 200 { answer.column("name") } else { format!("{answer}") };
        if got != *expected {
            wrong.push(format!("{filter}\n    expected {expected:?}\n    got      {got:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {} filters:\n{}", wrong.len(), table.len(), wrong.join("\n"));
}

/// Demands that each filter is refused, for a superuser.
async fn are_refused(server: &TestServer, filters: &[&str]) {
    let superuser = server.superuser();
    let mut wrong = Vec::new();
    for filter in filters {
        let answer = superuser.list("posts", &[("filter", filter)]).await;
        if answer.status != 400 {
            wrong.push(format!("{filter} → {answer}"));
            continue;
        }
        answer.is(400).no_data();
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
