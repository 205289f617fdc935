//! `GET /api/collections`.

use serde_json::json;

use crate::support::{Client, TestServer, notes};

#[tokio::test]
async fn a_fresh_server_has_the_system_collections_in_their_order() {
    let server = TestServer::start().await;
    let list = server.superuser().get("/api/collections").await;
    list.is(200).has("/page", 1).has("/perPage", 30).has("/totalItems", 6).has("/totalPages", 1);
    assert_eq!(list.column("name"), "_mfas _otps _externalAuths _authOrigins _superusers users");
    assert_eq!(
        list.column("id"),
        "pbc_2279338944 pbc_1638494021 pbc_2281828961 pbc_4275539003 pbc_3142635823 _pb_users_auth_"
    );
}

#[tokio::test]
async fn lists_filter_sort_and_page() {
    let server = TestServer::with(notes()).await;
    let superuser = server.superuser();
    let names = async |query: &str| {
        let answer = superuser.get(&format!("/api/collections?{query}")).await;
        answer.is(200).column("name")
    };
    assert_eq!(names("filter=type='base'%26%26system=false").await, "notes");
    assert_eq!(names("filter=name~'auth'&sort=name").await, "_authOrigins _externalAuths");
    assert_eq!(names("sort=-name&perPage=2").await, "users notes");
    assert_eq!(names("sort=-@rowid&perPage=1").await, "notes");
    assert_eq!(names("filter=id='c_notes'").await, "notes");
    assert_eq!(names("filter=created>'2000-01-01'%26%26updated<=@now%26%26name='notes'").await, "notes");
    assert_eq!(names("page=3&perPage=3").await, "notes");
    superuser.get("/api/collections?sort=@random").await.is(200).has("/totalItems", 7);
    superuser.get("/api/collections?skipTotal=1").await.is(200).has("/totalItems", -1).has("/totalPages", -1);
}

#[tokio::test]
async fn other_identifiers_are_refused() {
    let server = TestServer::start().await;
    let superuser = server.superuser();
    for query in [
        "filter=fields~'a'",
        "filter=options!=''",
        "filter=listRule=''",
        "filter=viewQuery=''",
        "filter=nothing=1",
        "filter=@request.auth.id=''",
        "filter=@collection.users.id=''",
        "filter=name",
        "filter=(",
        "filter=name='",
        "sort=fields",
        "sort=options",
        "sort=a,,b",
        "sort=name,",
        "page=x",
        "perPage=1.5",
        "skipTotal=maybe",
    ] {
        let answer = superuser.get(&format!("/api/collections?{query}")).await;
        answer.is(400).message("Something went wrong while processing your request.").no_data();
    }
}

#[tokio::test]
async fn secrets_are_never_listed() {
    let server = TestServer::start().await;
    let superuser = server.superuser();
    superuser
        .update_collection("users", json!({"authToken": {"secret": "secret-".repeat(6)}}))
        .await
        .is(200)
        .never_says("secret-secret")
        .lacks("/authToken/secret");
    superuser.get("/api/collections").await.is(200).never_says("secret-secret");
}
