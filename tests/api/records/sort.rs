//! `?sort=`.

use crate::support::{Client, TestServer, blog, notes};

#[tokio::test]
async fn sorts() {
    let server = TestServer::with(blog()).await;
    let superuser = server.superuser();
    let table = [
        ("name", "p1 p2 p3 p4 p5"),
        ("+name", "p1 p2 p3 p4 p5"),
        ("-name", "p5 p4 p3 p2 p1"),
        ("views", "p5 p4 p1 p2 p3"),
        (" -views , name ", "p3 p2 p1 p4 p5"),
        ("kind,-name", "p4 p2 p3 p1 p5"),
        ("-published,views", "p5 p1 p3 p4 p2"),
        ("author.name,-name", "p5 p2 p1 p4 p3"),
        ("-author.born,name", "p3 p4 p1 p2 p5"),
        ("day", "p4 p1 p2 p3 p5"),
        ("meta.n,name", "p2 p3 p4 p5 p1"),
        ("-place.lon,name", "p1 p2 p3 p4 p5"),
        ("labels:length,-name", "p3 p5 p4 p2 p1"),
        ("name:lower", "p1 p2 p3 p4 p5"),
        ("author.profiles_via_author.bio,name", "p5 p3 p4 p1 p2"),
        ("-@rowid", "p5 p4 p3 p2 p1"),
        ("@rowid", "p1 p2 p3 p4 p5"),
        ("-draft,name", "p1 p2 p3 p4 p5"),
        ("", "p1 p2 p3 p4 p5"),
    ];
    for (sort, expected) in table {
        let answer = superuser.list("posts", &[("sort", sort)]).await;
        assert_eq!(answer.status, 200, "{sort}: {answer}");
        assert_eq!(answer.column("name"), expected, "{sort}");
        answer.has("/totalItems", 5);
    }
    let random = superuser.list("posts", &[("sort", "-@random")]).await;
    let mut names: Vec<_> = random.is(200).column("name").split(' ').map(str::to_owned).collect();
    names.sort();
    assert_eq!(names.join(" "), "p1 p2 p3 p4 p5");
    superuser.list("posts", &[("sort", "kind,@random")]).await.is(200);
}

#[tokio::test]
async fn sorts_that_are_refused() {
    let server = TestServer::with(blog()).await;
    let long = "x".repeat(256);
    let nine = ["name"; 9].join(",");
    let eight = ["name"; 8].join(",");
    for sort in [
        "missing",
        "name,,views",
        "name,",
        ",name",
        ",",
        "--name",
        "-",
        "+",
        "@now",
        "@nothing",
        "'name'",
        "5",
        "null",
        "true",
        "name DESC",
        "name;",
        "strftime('%Y',day)",
        "author.missing",
        "comments_via_zz.id",
        "Name",
        "@request.auth.id",
        "meta.a:lower",
        &long,
        &nine,
        "collectionName",
        "expand",
        "author.",
        ".name",
        "name)",
        "(name)",
    ] {
        let answer = server.superuser().list("posts", &[("sort", sort)]).await;
        // A superuser may use @request, but only as something to sort by; a constant sorts nothing and is refused.
        if sort == "@request.auth.id" {
            answer.is_no_failure();
            continue;
        }
        assert_eq!(answer.status, 400, "{sort}: {answer}");
        answer.is(400).message("Something went wrong while processing your request.").no_data();
    }
    server.superuser().list("posts", &[("sort", &eight)]).await.is(200);
}

#[tokio::test]
async fn hidden_fields_sort_for_superusers_only() {
    let server = TestServer::with(blog()).await;
    for sort in ["draft", "-draft", "author.pen", "author.posts_via_author.draft"] {
        server.guest().list("posts", &[("sort", sort)]).await.is(400).no_data();
    }
    server.superuser().list("posts", &[("sort", "author.pen")]).await.is(200);
    for sort in ["@request.auth.id", "@collection.members.id"] {
        server.guest().list("posts", &[("sort", sort)]).await.is(403);
    }
}

#[tokio::test]
async fn a_sort_over_a_multiple_relation_repeats_nobody() {
    let server = TestServer::with(blog()).await;
    let answer = server.guest().list("posts", &[("sort", "tags.name,name")]).await;
    answer.is(200).has("/totalItems", 5);
    let mut names: Vec<_> = answer.column("name").split(' ').map(str::to_owned).collect();
    names.sort();
    assert_eq!(names.join(" "), "p1 p2 p3 p4 p5");
}

#[tokio::test]
async fn text_sorts_by_its_bytes() {
    let server = TestServer::with(notes()).await;
    for title in ["ash", "Émile", "Zebra"] {
        server.guest().create("notes", serde_json::json!({"title": title})).await.is(200);
    }
    let answer = server.guest().list("notes", &[("sort", "title")]).await;
    assert_eq!(answer.is(200).column("title"), "Ash Birch Cedar Zebra ash Émile");
}
