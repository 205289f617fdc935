//! `GET /api/collections/meta/scaffolds`.

use serde_json::json;

use super::field_names;
use crate::support::{Client, TestServer};

#[tokio::test]
async fn there_is_one_of_each_type() {
    let server = TestServer::start().await;
    let answer = server.superuser().get("/api/collections/meta/scaffolds").await;
    answer.is(200);
    for kind in ["base", "auth"] {
        for (key, value) in [
            ("id", json!("")),
            ("name", json!("")),
            ("created", json!("")),
            ("updated", json!("")),
            ("type", json!(kind)),
            ("system", json!(false)),
            ("listRule", json!(null)),
            ("viewRule", json!(null)),
            ("createRule", json!(null)),
            ("updateRule", json!(null)),
            ("deleteRule", json!(null)),
        ] {
            answer.has(&format!("/{kind}/{key}"), value);
        }
    }
    assert_eq!(field_names(answer.at("/base")), "id");
    assert_eq!(field_names(answer.at("/auth")), "id password tokenKey email emailVisibility verified");
    answer
        .has("/auth/authRule", "")
        .has("/auth/manageRule", json!(null))
        .has("/auth/authToken", json!({"duration": 432_000}));
    let name = regex::Regex::new("`idx_tokenKey_[A-Za-z0-9]{10}`").unwrap();
    assert!(name.is_match(answer.text("/auth/indexes/0")), "{answer}");
    answer.never_says("\"secret\"");
}

#[tokio::test]
async fn a_scaffold_becomes_a_collection() {
    let server = TestServer::start().await;
    let superuser = server.superuser();
    let scaffolds = superuser.get("/api/collections/meta/scaffolds").await;
    for kind in ["base", "auth"] {
        let mut body = scaffolds.at(&format!("/{kind}")).clone();
        body["name"] = json!(format!("from_{kind}"));
        superuser.create_collection(body).await.is(200).has("/type", kind);
    }
}
