//! Values that the types of their fields cannot hold.

use super::Directory;
use crate::support::{blog, id, notes};

#[tokio::test]
async fn what_a_type_cannot_hold_is_counted_by_field() {
    let directory = Directory::with(blog()).await;
    directory.damage(
        "UPDATE posts SET tags = 'no list', views = 'many' WHERE name = 'p1';
         UPDATE posts SET labels = '{}', published = 7, day = '2024-01-01' WHERE name IN ('p2', 'p3');
         UPDATE posts SET name = x'00' WHERE name = 'p4'",
    );
    let report = directory.check();
    let findings: Vec<String> = report.findings().into_iter().filter(|finding| finding.starts_with("values")).collect();
    assert_eq!(
        findings,
        [
            "values: 1 posts.name: values that a field of type text cannot hold [-]",
            "values: 1 posts.tags: values that a field of type relation with many values cannot hold [-]",
            "values: 1 posts.views: values that a field of type number cannot hold [-]",
            "values: 2 posts.labels: values that a field of type select with many values cannot hold [-]",
            "values: 2 posts.published: values that a field of type bool cannot hold [-]",
            "values: 2 posts.day: values that a field of type date cannot hold [-]",
        ]
    );
    assert_eq!(report.examples("posts.labels"), [id("p2"), id("p3")]);
    assert_eq!(report.code, 1);
}

#[tokio::test]
async fn null_is_nothing_that_a_text_holds() {
    let directory = Directory::with(notes()).await;
    directory.damage(
        "ALTER TABLE notes RENAME TO old; CREATE TABLE notes (id TEXT PRIMARY KEY, title TEXT, secret TEXT, rank, done);
         INSERT INTO notes SELECT id, NULL, secret, '1', done FROM old; DROP TABLE old",
    );
    directory.check().found(&[
        "values: 3 notes.title: values that a field of type text cannot hold [-]",
        "values: 3 notes.rank: values that a field of type number cannot hold [-]",
    ]);
}
