//! A token that names another algorithm than the server's, or none (Strapi CVE-2023-22893).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::Algorithm;
use serde_json::json;

use crate::support::{Claims, Client, TestServer, blog, comments_belong_to_their_writers, id, sign_with};

#[tokio::test]
async fn only_hs256_is_verified() {
    let server = TestServer::with(blog()).await;
    let user = server.user("members", &id("ann")).await;
    comments_belong_to_their_writers(&server.superuser()).await;
    let claims = Claims::auth(&user.collection_id, &user.id);
    let part = |json: &serde_json::Value| URL_SAFE_NO_PAD.encode(json.to_string());
    let good = sign_with(Algorithm::HS256, &user.key, &claims);
    let signature = good.rsplit('.').next().unwrap();
    let mut forged = vec![
        sign_with(Algorithm::HS384, &user.key, &claims),
        sign_with(Algorithm::HS512, &user.key, &claims),
        sign_with(Algorithm::HS256, "", &claims),
        sign_with(Algorithm::HS256, "another key", &claims),
    ];
    for algorithm in ["none", "None", "NONE", "nOnE", "", "RS256", "ES256", "EdDSA", "HS1", "hs256", "HS384"] {
        let head = part(&json!({"alg": algorithm, "typ": "JWT"}));
        for signature in ["", signature, "AAAA"] {
            forged.push(format!("{head}.{}.{signature}", part(&claims.0)));
        }
    }
    forged.push(format!("{}.{}.{signature}", part(&json!({"typ": "JWT"})), part(&claims.0)));
    forged.push(format!("{}.{}.{signature}", part(&json!({"alg": ["HS256"]})), part(&claims.0)));
    // The right head and signature, other claims.
    let head = good.split('.').next().unwrap();
    let other = Claims::auth(&user.collection_id, &id("bob"));
    forged.push(format!("{head}.{}.{signature}", part(&other.0)));
    let superuser = Claims::auth("pbc_3142635823", server.superuser_id());
    forged.push(format!("{head}.{}.{signature}", part(&superuser.0)));
    forged.push(sign_with(Algorithm::HS256, &user.key, &superuser));
    for token in forged {
        user.with_token(token.clone()).post("/api/collections/members/auth-refresh", json!({})).await.is(401).no_data();
        let nobody = user.with_token(token);
        nobody.get("/api/collections").await.is(401).no_data();
        nobody.list("comments", &[]).await.is(200).has("/totalItems", 0);
        nobody.update("comments", &id("c1"), json!({"text": "forged"})).await.is(404);
    }
    let user = user.with_token(good);
    user.post("/api/collections/members/auth-refresh", json!({})).await.is(200).has("/record/id", id("ann"));
    user.list("comments", &[]).await.is(200).has("/totalItems", 2);
}
