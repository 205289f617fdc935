//! Queries that want more than to be read.

use serde_json::json;

use super::{has_view, view};
use crate::support::{Client, Database, TestServer, blog};

#[tokio::test]
async fn a_query_only_reads() {
    let server = TestServer::with(blog()).await;
    let superuser = server.superuser();
    let before = superuser.get("/api/collections?perPage=100").await.json;
    for query in [
        "delete from posts",
        "delete from posts returning id",
        "insert into tags (id) values ('x') returning id",
        "update posts set name = 'x' returning id",
        "with x as (select 1) delete from posts returning id",
        "drop table posts",
        "create table x (id)",
        "create view x as select 1 as id",
        "attach database 'x.db' as x",
        "attach database ':memory:' as id",
        "detach database main",
        "pragma writable_schema = on",
        "pragma query_only = off",
        "pragma table_info(posts)",
        "vacuum",
        "vacuum into 'copy.db'",
        "begin",
        "commit",
        "rollback",
        "savepoint x",
        "analyze",
        "reindex",
        "explain select id from posts",
        "explain query plan select id from posts",
        "select 1 as id) as x, (select 2 as n",
        "select id from posts) union select id from (select id from tags",
        "select id from posts; drop table posts",
        "select id from posts; -- \n delete from posts",
        "select id from posts where id = ?",
        "select id from posts where id = :id",
        "select id from posts where id = $id",
        "select id from posts /*",
        "select id from posts where load_extension('x') = 1",
        "select load_extension('evil') as id",
        "select 'a' as id, load_extension('evil') as x",
        "select writefile('x', 'y') as id",
        "select readfile('/etc/passwd') as id",
        "select edit('x') as id",
        "select fts3_tokenizer('x') as id, 1 as n",
        "select id from x.posts",
        "\u{0}",
        "select '1' as id \u{0} ; drop table posts",
        "select",
        ";",
        ";;;",
        "--",
        "()",
        "*",
        "'",
    ] {
        let answer = superuser.create_collection(view("v", query)).await;
        assert_eq!(answer.status, 400, "{query}: {answer}");
        superuser.post("/api/collections/meta/dry-run-view", json!({"query": query})).await.is(400);
    }
    assert_eq!(superuser.get("/api/collections?perPage=100").await.json, before);
    superuser.list("posts", &[]).await.is(200).has("/totalItems", 5);
    superuser.create("tags", json!({"name": "still"})).await.is(200);
    assert!(!server.root().join("copy.db").exists() && !server.root().join("x.db").exists());
}

#[tokio::test]
async fn a_query_without_an_end_is_stopped() {
    let server = TestServer::with(blog()).await;
    let superuser = server.superuser();
    let endless = "with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) as id from n";
    let dry = superuser.post("/api/collections/meta/dry-run-view", json!({"query": endless}));
    let made = superuser.create_collection(view("v", endless));
    let short = async {
        // Others are served meanwhile.
        superuser.create("tags", json!({"name": "meanwhile"})).await.is(200);
        superuser.update_collection("tags", json!({"listRule": null})).await.is(200);
    };
    let (dry, made, ()) = tokio::join!(dry, made, short);
    dry.is(400).message("Invalid view query. Raw error: \nthe query takes too long.");
    made.is(400).says("viewQuery", "Invalid query - the query takes too long.");
    superuser.get("/api/collections/v").await.is(404);
}

#[tokio::test]
async fn huge_and_deep_queries_are_refused_or_work() {
    let server = TestServer::with(blog()).await;
    let superuser = server.superuser();
    let deep = |open: &str, close: &str, depth: usize| {
        format!("select 'a' as id, {}1{} as x", open.repeat(depth), close.repeat(depth))
    };
    for query in [
        deep("(", ")", 50_000),
        deep("abs(", ")", 50_000),
        deep("(select ", ")", 90),
        deep("(select ", ")", 20_000),
        deep("not ", "", 50_000),
        deep("- ", "", 900),
        deep("case when 1 then ", " end", 2_000),
        deep("", " + 1", 990),
        deep("", " + 1", 40_000),
        format!("select 'a' as id, '{}' as x", "x".repeat(3_000_000)),
        format!("select 'a' as id{}", ", 1".repeat(40_000)),
        "select '1' as id;".repeat(5_000),
        vec!["select '1' as id"; 450].join(" union "),
        vec!["select '1' as id"; 5_000].join(" union "),
        format!("select 'a' as id from posts{}", ", posts".repeat(100)),
        format!("select id from {}posts{}", "(select id from ".repeat(95), ")".repeat(95)),
        format!("select id from {}posts{}", "(".repeat(95), ")".repeat(95)),
        format!(
            "with {} select id from x99",
            (0..100)
                .map(|n| format!(
                    "x{n} as (select id from {})",
                    if n == 0 { "posts".to_owned() } else { format!("x{}", n - 1) }
                ))
                .collect::<Vec<_>>()
                .join(", ")
        ),
        format!("select \"{}\" as id", "x".repeat(50_000)),
        format!("select 'a' as id, 1 as {}", "x".repeat(50_000)),
    ] {
        let shown = &query[..60.min(query.len())];
        let answer = superuser.create_collection(view("v", &query)).await;
        assert!([200, 400].contains(&answer.status), "{shown}: {}", answer.status);
        if answer.status == 200 {
            superuser.list("v", &[]).await.is(200);
            superuser.remove("/api/collections/v").await.is(204);
        }
    }
    superuser.list("posts", &[]).await.is(200).has("/totalItems", 5);
}

#[tokio::test]
async fn views_stand_twenty_deep_at_most() {
    let server = TestServer::with(blog()).await;
    let superuser = server.superuser();
    let over = |name: String, below: String| view(&name, &format!("select id, name from {below}"));
    for chain in ["a", "b"] {
        superuser.create_collection(over(format!("{chain}1"), "posts".into())).await.is(200);
        for at in 2..=20 {
            let body = over(format!("{chain}{at}"), format!("{chain}{}", at - 1));
            superuser.create_collection(body).await.is(200);
        }
    }
    let refused = superuser.create_collection(over("a21".into(), "a20".into())).await;
    refused.is(400).says("viewQuery", "Invalid query - views stand too deep in each other.");
    let refused = superuser.update_collection("b1", over("b1".into(), "a20".into())).await;
    refused.is(400).code("viewQuery", "validation_invalid_view_query");
    server.guest().list("a20", &[("filter", "name = 'p1'")]).await.is(200).has("/totalItems", 1);
}

#[tokio::test]
async fn names_and_values_of_a_query_become_nothing_else() {
    let server = TestServer::with(blog()).await;
    let superuser = server.superuser();
    for query in [
        "select id, name as \"a\"\"b\" from posts",
        "select id, name as \"x); drop table posts; --\" from posts",
        "select id, name as 'a b' from posts",
        "select id, name as [é] from posts",
    ] {
        let refused = superuser.create_collection(view("v", query)).await;
        refused.is(400).code("fields.1.name", "validation_match_invalid");
    }
    has_view(
        &superuser,
        "v",
        "select id, 'x''); drop table posts; --' as quoted, \"text in quotes\" as other from posts",
    )
    .await;
    server.guest().list("v", &[]).await.is(200).has("/items/0/quoted", "x'); drop table posts; --");
}

#[tokio::test]
async fn secrets_below_stay_secret() {
    let server = TestServer::with(blog()).await;
    let superuser = server.superuser();
    let query = "select id, email, password as pass, tokenKey as token, password from _superusers";
    let made = has_view(&superuser, "admins", query).await;
    made.has("/fields/2/hidden", true).has("/fields/3/hidden", true).has("/fields/4/hidden", true);
    let seen = server.guest().list("admins", &[]).await;
    seen.is(200).lacks("/items/0/pass").lacks("/items/0/token").lacks("/items/0/password");
    for filter in ["pass ~ '$'", "token != ''", "password:length > 0"] {
        server.guest().list("admins", &[("filter", filter)]).await.is(400);
        server.guest().list("admins", &[("sort", filter.split([' ', ':']).next().unwrap())]).await.is(400);
    }
    superuser.list("admins", &[]).await.is(200).has("/items/0/pass", "").has("/items/0/password", "");
}

#[tokio::test]
async fn what_another_process_changes_is_noticed() {
    let server = TestServer::with(blog()).await;
    let superuser = server.superuser();
    has_view(&superuser, "v", "select id, email from _superusers").await;
    server.guest().list("v", &[]).await.is(200).has("/totalItems", 1);
    let output = server.run(&["superuser", "create", "second@example.com", "a-long-password"]);
    assert!(output.status.success(), "{output:?}");
    server.guest().list("v", &[]).await.is(200).has("/totalItems", 2);
}

#[tokio::test]
async fn queries_that_multiply_are_refused_before_the_engine_writes_them_out() {
    let server = TestServer::with(blog()).await;
    let superuser = server.superuser();
    let mut parts = vec!["a0 as (select id from posts)".to_owned()];
    parts.extend((1..40).map(|level| format!("a{level} as (select p.id from a{0} p, a{0} q)", level - 1)));
    let query = format!("with {} select id from a39", parts.join(", "));
    let reason = "the statement is too complex: its views and WITH clauses multiply each other";
    let refused = superuser.create_collection(view("v", &query)).await;
    refused.is(400).says("viewQuery", &format!("Invalid query - {reason}."));
    let dry = superuser.post("/api/collections/meta/dry-run-view", json!({"query": query})).await;
    dry.is(400).message(&format!("Invalid view query. Raw error: \n{reason}."));
    // Views do so together: those that an import brings are counted with each other.
    let doubled =
        |level: usize| view(&format!("v{level}"), &format!("select distinct p.id from v{0} p, v{0} q", level - 1));
    let all: Vec<_> =
        std::iter::once(view("v0", "select id from posts where id = 'none'")).chain((1..40).map(doubled)).collect();
    let refused = superuser.import(json!(all), false).await;
    refused.is(400).says("viewQuery", &format!("Invalid query - {reason}."));
    superuser.list("v0", &[]).await.is(404);
}

#[tokio::test]
async fn views_made_by_hand_hold_no_collection_up() {
    let server = TestServer::with(blog()).await;
    let superuser = server.superuser();
    let database = Database::open(&server.dir());
    database.execute("create view w0 as select 1 as x");
    for level in 1..40 {
        database.execute(&format!("create view w{level} as select distinct p.x from w{0} p, w{0} q", level - 1));
    }
    superuser.update_collection("posts", json!({"name": "articles"})).await.is(200);
    superuser.list("articles", &[]).await.is(200).has("/totalItems", 5);
    assert_eq!(database.value("select count(*) from sqlite_schema where type = 'view' and name like 'w%'"), "40");
}
