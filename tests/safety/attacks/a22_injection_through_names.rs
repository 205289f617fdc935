//! SQL through the names of fields, JSON paths and dots (Parse CVE-2026-31840, GHSA-c2hr-cqg6-8j6r, GHSA-6927-3vr9-fxf2).

use crate::support::{Client, TestServer, blog};

#[tokio::test]
async fn names_and_paths_are_never_sql() {
    let server = TestServer::with(blog()).await;
    let clients = [server.superuser(), server.guest().with_token("none")];
    for name in [
        "meta.a') FROM posts--",
        "meta.a' OR '1'='1",
        "meta.\"a\"",
        "meta.a\"",
        "meta.$",
        "meta.$.a",
        "meta.a[0]",
        "meta.a->b",
        "meta.*",
        "meta.#",
        "meta.a,b",
        "meta.a;b",
        "meta.a b",
        "meta.a/b",
        "meta.a-b",
        "meta.`a`",
        "name`",
        "\"name\"",
        "[name]",
        "name--",
        "name/**/",
        "posts.name",
        "main.posts.name",
        "author.name`",
        "author.`name`",
        "author.name) --",
        "__join.name",
        "comments_via_post`.id",
        "comments_via_post.id`",
        "rowid",
        "oid",
        "_rowid_",
        "sqlite_version()",
        "name,(select 1)",
        "(select tokenKey from members)",
        "case when 1 then 1 end",
        "name collate nocase",
        "1,name",
        "'name'",
        "name asc",
    ] {
        for client in &clients {
            for filter in [
                format!("{name} = 1"),
                format!("{name} ?~ 'a'"),
                format!("1 = {name}"),
                format!("strftime('%Y', {name}) = ''"),
            ] {
                let answer = client.list("posts", &[("filter", &filter)]).await;
                if name.starts_with(['"', '\'']) {
                    // A quoted name is a text to compare with, and no name.
                    answer.is(200);
                    continue;
                }
                assert_eq!(answer.status, 400, "{filter}: {answer}");
                answer.is(400).message("Something went wrong while processing your request.").no_data();
            }
            for sort in [name.to_owned(), format!("-{name}"), format!("name,{name}"), format!("{name}:lower")] {
                // A comma splits a sort; each part must still be a name.
                let answer = client.list("posts", &[("sort", &sort)]).await;
                assert_eq!(answer.status, 400, "{sort}: {answer}");
                answer.is(400).no_data();
            }
            client.list("posts", &[("expand", name)]).await.is(200).has("/totalItems", 5);
            client.list("posts", &[("fields", &format!("id,{name}"))]).await.is_no_failure();
        }
    }
    // What is odd but a path is only a path.
    for path in
        ["meta.a.b.c.d.e.f.g.h.i.j", "meta.0.0.0.0", "meta.select", "meta.null", "meta.__proto__", "meta.constructor"]
    {
        clients[1]
            .list("posts", &[("filter", &format!("{path} = 'x'")), ("sort", path)])
            .await
            .is(200)
            .has("/totalItems", 0);
    }
    clients[1].list("posts", &[]).await.is(200).has("/totalItems", 5);
}
