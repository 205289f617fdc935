//! `@collection`: rows of other collections beside the caller and the record, under names of their own.

use crate::support::Client;
use crate::support::club::Club;

#[tokio::test]
async fn rows_of_another_collection_tie_caller_and_record() {
    let club = Club::open().await;
    // Columns: ann, bob, cid, the robot, a guest.
    for (rule, expected) in [
        (
            "@collection.memberships.person ?= @request.auth.id && @collection.memberships.club ?= club",
            ["n1 n5", "n2 n3", "n1 n5", "", ""],
        ),
        // Both conditions speak of the same row.
        (
            "@collection.memberships.person ?= @request.auth.id && @collection.memberships.club ?= club \
             && @collection.memberships.level ?> 1",
            ["n1 n5", "", "", "", ""],
        ),
        // Another name is another row: somebody's level is high.
        (
            "@collection.memberships:mine.person ?= @request.auth.id && @collection.memberships:mine.club ?= club \
             && @collection.memberships:any.level ?> 1",
            ["n1 n5", "n2 n3", "n1 n5", "", ""],
        ),
        // Who shares a club with the owner.
        (
            "@collection.memberships:mine.person ?= @request.auth.id && @collection.memberships:theirs.person ?= owner \
             && @collection.memberships:mine.club ?= @collection.memberships:theirs.club",
            ["n1 n2 n5", "n3", "n1 n2 n5", "", ""],
        ),
        // Without `?` every row must fit: nobody is in every membership.
        ("@collection.memberships.person = @request.auth.id", ["", "", "", "", ""]),
        ("@collection.memberships.level > 0 && owner = @request.auth.id && owner != ''", ["n1 n2", "n3", "n5", "", ""]),
        // By the collection's id, and through a relation of the row.
        ("@collection.c_memberships.person.name ?= @request.auth.name && rank = 1", ["n1", "n1", "n1", "", ""]),
        // The collection itself: the caller owns a note with the same club.
        (
            "@collection.notes.owner ?= @request.auth.id && @collection.notes.club ?= club && club != ''",
            ["n1 n2 n3 n5", "n2 n3", "n1 n5", "", ""],
        ),
    ] {
        club.rule(&["list"], rule).await;
        for ((name, client), expected) in club.everybody().into_iter().zip(expected) {
            let list = client.list("notes", &[("sort", "rank")]).await;
            assert_eq!(list.is(200).column("title"), expected, "{name}: {rule}");
            list.has("/totalItems", list.items().len());
        }
    }
}
