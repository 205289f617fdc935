//! SQL through the names of fields, JSON paths and dots (Parse CVE-2026-31840, GHSA-c2hr-cqg6-8j6r,
//! GHSA-6927-3vr9-fxf2).

use serde_json::json;

use crate::support::club::{Club, PASSWORD};
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

#[tokio::test]
async fn what_is_sent_to_sign_in_is_never_sql() {
    let club = Club::open().await;
    club.rules("people", json!({"otp": {"enabled": true}, "mfa": {"enabled": true, "rule": "role = 'admin'"}})).await;
    for text in [
        "ann@example.com' OR '1'='1",
        "ann@example.com'--",
        "' OR 1=1 --",
        "') OR ('1'='1",
        "%",
        "_nn@example.com",
        "ann@example.com\0",
        "\\",
        "\"ann@example.com\"",
        "` OR ``=`",
        "email",
        "(SELECT email FROM people LIMIT 1)",
        "ann@example.com; DROP TABLE people",
    ] {
        let post = |route: &str, body: serde_json::Value| {
            let path = format!("/api/collections/people/{route}");
            let guest = club.guest.clone();
            async move { guest.post(&path, body).await }
        };
        for body in [
            json!({"identity": text, "password": PASSWORD}),
            json!({"identity": "ann@example.com", "password": text}),
            json!({"identity": "ann@example.com", "password": PASSWORD, "identityField": text.replace("email", "name, email")}),
            json!({"identity": "ann@example.com", "password": PASSWORD, "mfaId": text}),
        ] {
            post("auth-with-password", body).await.is(400).never_says("token\":");
        }
        for body in [json!({"otpId": text, "password": "1"}), json!({"otpId": "x", "password": text, "mfaId": text})] {
            post("auth-with-otp", body).await.is(400).never_says("token\":");
        }
        for route in ["request-otp", "request-verification", "request-password-reset"] {
            let answer = post(route, json!({"email": text})).await;
            // One of them is an address, which nobody has: `_` is no wildcard.
            if text.starts_with("_nn") {
                assert!([200, 204].contains(&answer.status), "{answer}");
            } else {
                answer.is(400).code("email", "validation_is_email");
            }
        }
        for route in ["confirm-verification", "confirm-password-reset", "confirm-email-change"] {
            post(route, json!({"token": text, "password": PASSWORD, "passwordConfirm": PASSWORD})).await.is(400);
        }
        let inside: String =
            url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20");
        let path = format!("/api/collections/{inside}/auth-with-password");
        club.guest.post(&path, json!({"identity": "ann@example.com", "password": PASSWORD})).await.is(404);
        club.superuser.post(&format!("/api/collections/people/impersonate/{inside}"), json!({})).await.is(404);
    }
    club.superuser.list("people", &[]).await.is(200).has("/totalItems", 3);
    club.superuser.list("_otps", &[]).await.is(200).has("/totalItems", 0);
    club.superuser.list("_mfas", &[]).await.is(200).has("/totalItems", 0);
}
