//! Options of auth collections.

use serde_json::json;

use crate::support::{Client, TestServer};

#[tokio::test]
async fn options_are_checked() {
    let server = TestServer::start().await;
    let superuser = server.superuser();
    let long = "x".repeat(256);
    let template = json!({"subject": "", "body": ""});
    let google = json!({"name": "google", "clientId": "a", "clientSecret": "b"});
    let table: Vec<(serde_json::Value, Vec<(&str, &str)>)> = vec![
        (json!({"authRule": "zz = 1"}), vec![("authRule", "validation_invalid_rule")]),
        (json!({"manageRule": "zz = 1"}), vec![("manageRule", "validation_invalid_rule")]),
        (json!({"manageRule": ""}), vec![("manageRule", "validation_nil_or_not_empty_required")]),
        (
            json!({"mfa": {"enabled": true, "rule": "zz = 1"}, "otp": {"enabled": true}}),
            vec![("mfa.rule", "validation_invalid_rule")],
        ),
        (json!({"authToken": {"secret": ""}}), vec![("authToken.secret", "validation_required")]),
        (
            json!({"authToken": {"secret": "x".repeat(29)}}),
            vec![("authToken.secret", "validation_length_out_of_range")],
        ),
        (json!({"authToken": {"secret": long}}), vec![("authToken.secret", "validation_length_out_of_range")]),
        (json!({"authToken": {"duration": 0}}), vec![("authToken.duration", "validation_required")]),
        (
            json!({"authToken": {"duration": 9}}),
            vec![("authToken.duration", "validation_min_greater_equal_than_required")],
        ),
        (
            json!({"fileToken": {"duration": 94_670_857}}),
            vec![("fileToken.duration", "validation_max_less_equal_than_required")],
        ),
        (
            json!({"passwordResetToken": {"duration": -1}}),
            vec![("passwordResetToken.duration", "validation_min_greater_equal_than_required")],
        ),
        (
            json!({"emailChangeToken": {"duration": 1}}),
            vec![("emailChangeToken.duration", "validation_min_greater_equal_than_required")],
        ),
        (
            json!({"verificationToken": {"secret": "short"}}),
            vec![("verificationToken.secret", "validation_length_out_of_range")],
        ),
        (
            json!({"otp": {"enabled": true, "duration": 9}}),
            vec![("otp.duration", "validation_min_greater_equal_than_required")],
        ),
        (
            json!({"otp": {"enabled": true, "duration": 86_401}}),
            vec![("otp.duration", "validation_max_less_equal_than_required")],
        ),
        (
            json!({"otp": {"enabled": true, "length": 3}}),
            vec![("otp.length", "validation_min_greater_equal_than_required")],
        ),
        (
            json!({"mfa": {"enabled": true, "duration": 9}, "otp": {"enabled": true}}),
            vec![("mfa.duration", "validation_min_greater_equal_than_required")],
        ),
        (json!({"mfa": {"enabled": true}}), vec![("mfa.enabled", "validation_mfa_not_enough_auths")]),
        (json!({"passwordAuth": {"identityFields": []}}), vec![("passwordAuth.identityFields", "validation_required")]),
        (
            json!({"passwordAuth": {"identityFields": ["missing"]}}),
            vec![("passwordAuth.identityFields", "validation_missing_field")],
        ),
        (
            json!({"passwordAuth": {"identityFields": ["email", "name"]}}),
            vec![("passwordAuth.identityFields", "validation_missing_unique_constraint")],
        ),
        (json!({"verificationTemplate": template}), vec![("verificationTemplate", "validation_required")]),
        (
            json!({"verificationTemplate": {"subject": ""}}),
            vec![("verificationTemplate.subject", "validation_required")],
        ),
        (json!({"resetPasswordTemplate": {"body": ""}}), vec![("resetPasswordTemplate.body", "validation_required")]),
        (
            json!({"confirmEmailChangeTemplate": {"body": ""}}),
            vec![("confirmEmailChangeTemplate.body", "validation_required")],
        ),
        (
            json!({"authAlert": {"emailTemplate": {"subject": ""}}}),
            vec![("authAlert.emailTemplate.subject", "validation_required")],
        ),
        (
            json!({"oauth2": {"enabled": true, "providers": [google, google]}}),
            vec![("oauth2.providers.1.name", "validation_duplicated_provider")],
        ),
        (
            json!({"oauth2": {"enabled": true, "providers": [{"name": "nowhere", "clientId": "a", "clientSecret": "b"}]}}),
            vec![("oauth2.providers.0.name", "validation_missing_provider")],
        ),
        (
            json!({"oauth2": {"enabled": true, "providers": [{"name": "google"}]}}),
            vec![
                ("oauth2.providers.0.clientId", "validation_required"),
                ("oauth2.providers.0.clientSecret", "validation_required"),
            ],
        ),
        (
            json!({"oauth2": {"enabled": true, "providers": [{"name": "google", "clientId": "a", "clientSecret": "b", "authURL": "not a url"}]}}),
            vec![("oauth2.providers.0.authURL", "validation_is_url")],
        ),
    ];
    for (body, codes) in table {
        let answer = superuser.update_collection("users", body.clone()).await;
        assert_eq!(answer.status, 400, "{body} → {answer}");
        answer.message("Failed to update collection.").codes(&codes);
    }
}

#[tokio::test]
async fn options_that_are_fine() {
    let server = TestServer::start().await;
    let superuser = server.superuser();
    for body in [
        json!({"authRule": null}),
        json!({"authRule": "verified = true"}),
        json!({"manageRule": "@request.auth.verified = true"}),
        json!({"manageRule": null}),
        json!({"authToken": {"secret": "x".repeat(30), "duration": 10}}),
        json!({"authToken": {"secret": "x".repeat(255), "duration": 94_670_856}}),
        json!({"otp": {"enabled": false, "duration": 1}}),
        json!({"otp": {"enabled": true, "duration": 10, "length": 4}}),
        json!({"mfa": {"enabled": true, "duration": 86_400}}),
        json!({"mfa": {"enabled": false}, "passwordAuth": {"enabled": false, "identityFields": []}}),
        json!({"oauth2": {"enabled": false, "providers": [{"name": "nowhere"}]}}),
        json!({"oauth2": {"enabled": true, "providers": []}}),
    ] {
        let answer = superuser.update_collection("users", body.clone()).await;
        assert_eq!(answer.status, 200, "{body} → {answer}");
    }
}

#[tokio::test]
async fn an_identity_field_needs_a_unique_index_of_its_own() {
    let server = TestServer::start().await;
    let superuser = server.superuser();
    let current = superuser.get("/api/collections/users").await;
    let mut indexes = current.at("/indexes").as_array().unwrap().clone();
    indexes.push(json!("CREATE UNIQUE INDEX idx_name ON users (name) WHERE name != ''"));
    let body = json!({"passwordAuth": {"identityFields": ["email", "name"]}, "indexes": indexes});
    superuser
        .update_collection("users", body)
        .await
        .is(200)
        .has("/passwordAuth/identityFields", json!(["email", "name"]));
    // Taking the index away breaks what stands on it.
    indexes.pop();
    superuser
        .update_collection("users", json!({"indexes": indexes}))
        .await
        .is(400)
        .codes(&[("passwordAuth.identityFields", "validation_missing_unique_constraint")]);
}

#[tokio::test]
async fn client_secrets_are_kept_by_name_and_never_shown() {
    let server = TestServer::start().await;
    let superuser = server.superuser();
    let provider = |name: &str, rest: serde_json::Value| {
        let mut provider = json!({"name": name, "clientId": "id"});
        provider.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
        provider
    };
    let first = json!({"oauth2": {"enabled": true, "providers": [
        provider("google", json!({"clientSecret": "secret-of-google"})), provider("github", json!({"clientSecret": "secret-of-github"})),
    ]}});
    let answer = superuser.update_collection("users", first).await;
    answer.is(200).never_says("secret-of").lacks("/oauth2/providers/0/clientSecret");
    answer.has(
        "/oauth2/providers/0",
        json!({
            "name": "google", "clientId": "id", "authURL": "", "tokenURL": "", "userInfoURL": "", "displayName": "",
            "pkce": null, "extra": null,
        }),
    );
    // Re-sent in another order without their secrets: still complete, so still fine.
    let again = json!({"oauth2": {"providers": [provider("github", json!({})), provider("google", json!({}))]}});
    superuser.update_collection("users", again).await.is(200).has("/oauth2/providers/0/name", "github");
    let new = json!({"oauth2": {"providers": [provider("github", json!({})), provider("gitlab", json!({}))]}});
    superuser
        .update_collection("users", new)
        .await
        .is(400)
        .codes(&[("oauth2.providers.1.clientSecret", "validation_required")]);
    let emptied = json!({"oauth2": {"providers": [provider("github", json!({"clientSecret": ""}))]}});
    superuser
        .update_collection("users", emptied)
        .await
        .is(400)
        .codes(&[("oauth2.providers.0.clientSecret", "validation_required")]);
    let mut server = server;
    let stored = server.stopped_database().value("SELECT options FROM _collections WHERE name = 'users'");
    let stored: serde_json::Value = serde_json::from_str(&stored).unwrap();
    let secrets: Vec<_> = stored["oauth2"]["providers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|provider| (provider["name"].as_str().unwrap(), provider["clientSecret"].as_str().unwrap()))
        .collect();
    assert_eq!(secrets, [("github", "secret-of-github"), ("google", "secret-of-google")]);
}

#[tokio::test]
async fn mapped_fields_that_are_gone_are_reset() {
    let server = TestServer::start().await;
    let superuser = server.superuser();
    let body = json!({"oauth2": {"mappedFields": {"name": "name", "username": "nothing", "avatarURL": "avatar"}}});
    let answer = superuser.update_collection("users", body).await;
    answer.is(200).has("/oauth2/mappedFields/name", "name").has("/oauth2/mappedFields/username", "");
}
