//! Records that can log in: the checks of the form, and what a change brings with it.

use serde_json::{Value as Json, json};

use super::house::{House, code, codes, guest, input, superuser, text, user};

const PASSWORD: &str = "correct horse";

async fn with_user() -> (House, String) {
    let house = House::with_accounts().await;
    let record = house.create("users", account("a@example.com")).await.unwrap();
    let id = text(&record, "id").to_owned();
    (house, id)
}

fn account(email: &str) -> Json {
    json!({"email": email, "password": PASSWORD, "passwordConfirm": PASSWORD})
}

/// A row in each support collection.
async fn with_support(house: &House, id: &str) {
    let of = json!({"collectionRef": "_pb_users_auth_", "recordRef": id});
    let rows = [
        ("_otps", json!({"password": "12345678"})),
        ("_mfas", json!({"method": "password"})),
        ("_authOrigins", json!({"fingerprint": "f"})),
        ("_externalAuths", json!({"provider": "github", "providerId": "1"})),
    ];
    for (collection, more) in rows {
        let mut row = of.clone();
        row.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        house.create_as(&superuser(), collection, input(row)).await.unwrap();
    }
}

fn support(house: &House) -> [i64; 4] {
    ["_otps", "_mfas", "_authOrigins", "_externalAuths"].map(|name| house.count(name))
}

#[tokio::test]
async fn a_new_account_has_a_hash_a_token_key_and_no_password_in_its_answer() {
    let (house, id) = with_user().await;
    assert!(house.stored("users", &id, "password").unwrap().starts_with("$argon2id$"));
    assert_eq!(house.stored("users", &id, "tokenKey").unwrap().len(), 50);
    let answer = house.create("users", account("b@example.com")).await.unwrap();
    assert!(answer.get("password").is_none() && answer.get("tokenKey").is_none(), "{answer}");
}

#[tokio::test]
async fn the_form_is_checked_before_the_fields() {
    let house = House::with_accounts().await;
    let wrong = json!({"email": "no address", "password": PASSWORD, "passwordConfirm": "other"});
    assert_eq!(code(house.create("users", wrong).await), ("passwordConfirm".into(), "validation_values_mismatch"));
    let none = codes(house.create("users", json!({"email": "a@example.com"})).await);
    assert_eq!(none, [("password".into(), "validation_required"), ("passwordConfirm".into(), "validation_required")]);
    let fields = codes(house.create("users", json!({"email": "x", "password": "1", "passwordConfirm": "1"})).await);
    assert!(fields.contains(&("email".into(), "validation_is_email")), "{fields:?}");
    assert!(fields.contains(&("password".into(), "validation_min_text_constraint")), "{fields:?}");
}

#[tokio::test]
async fn nobody_verifies_themselves() {
    let house = House::with_accounts().await;
    let mut data = account("a@example.com");
    data["verified"] = json!(true);
    let expected = ("verified".to_owned(), "validation_values_mismatch");
    assert_eq!(code(house.create("users", data.clone()).await), expected);
    let made = house.create_as(&superuser(), "users", input(data)).await.unwrap();
    assert_eq!(made["verified"], true);
}

#[tokio::test]
async fn a_password_over_72_bytes_is_refused_at_its_field() {
    let house = House::with_accounts().await;
    let long = "ä".repeat(40);
    let data = json!({"email": "a@example.com", "password": long, "passwordConfirm": long});
    assert_eq!(code(house.create("users", data).await), ("password".into(), "validation_invalid_value"));
}

#[tokio::test]
async fn a_new_password_rotates_the_token_key_and_ends_half_done_sign_ins() {
    let (house, id) = with_user().await;
    with_support(&house, &id).await;
    let (key, hash) = (house.stored("users", &id, "tokenKey"), house.stored("users", &id, "password"));
    let data = json!({"oldPassword": PASSWORD, "password": "another one", "passwordConfirm": "another one"});
    house.update_as(&user(&id), "users", &id, input(data)).await.unwrap();
    assert_ne!(house.stored("users", &id, "tokenKey"), key);
    assert_ne!(house.stored("users", &id, "password"), hash);
    assert_eq!(support(&house), [0, 0, 0, 1], "linked accounts stay");
}

#[tokio::test]
async fn a_password_changes_only_for_who_knows_the_old_one() {
    let (house, id) = with_user().await;
    let change =
        |old: Json| input(json!({"oldPassword": old, "password": "another one", "passwordConfirm": "another one"}));
    let refused = house.update_as(&user(&id), "users", &id, change(json!("wrong"))).await;
    assert_eq!(code(refused), ("oldPassword".into(), "validation_invalid_old_password"));
    let refused = house.update_as(&user(&id), "users", &id, change(Json::Null)).await;
    assert_eq!(code(refused), ("oldPassword".into(), "validation_required"));
    house.update_as(&superuser(), "users", &id, change(Json::Null)).await.unwrap();
}

#[tokio::test]
async fn an_owner_changes_neither_address_nor_verification() {
    let (house, id) = with_user().await;
    house.update_as(&superuser(), "users", &id, input(json!({"verified": true}))).await.unwrap();
    let refused = house.update_as(&user(&id), "users", &id, input(json!({"email": "", "verified": false}))).await;
    assert_eq!(
        codes(refused),
        [("email".into(), "validation_values_mismatch"), ("verified".into(), "validation_values_mismatch")]
    );
}

#[tokio::test]
async fn verification_ends_accounts_elsewhere() {
    let (house, id) = with_user().await;
    with_support(&house, &id).await;
    let key = house.stored("users", &id, "tokenKey");
    house.update_as(&superuser(), "users", &id, input(json!({"verified": true}))).await.unwrap();
    assert_ne!(house.stored("users", &id, "tokenKey"), key);
    assert_eq!(support(&house), [0, 1, 1, 0]);
}

#[tokio::test]
async fn an_unrelated_change_leaves_the_token_key() {
    let (house, id) = with_user().await;
    let key = house.stored("users", &id, "tokenKey");
    house.update_as(&user(&id), "users", &id, input(json!({"name": "A", "tokenKey": "x".repeat(40)}))).await.unwrap();
    assert_eq!(house.stored("users", &id, "tokenKey"), key, "hidden fields of users are dropped");
    assert_eq!(house.stored("users", &id, "name").as_deref(), Some("A"));
}

#[tokio::test]
async fn support_rows_go_with_their_record_and_must_belong_to_one() {
    let (house, id) = with_user().await;
    with_support(&house, &id).await;
    house.records.delete(&user(&id), "users", &id).await.unwrap();
    assert_eq!(support(&house), [0, 0, 0, 0]);
    let row = json!({"collectionRef": "_pb_users_auth_", "recordRef": id, "provider": "nobody", "providerId": "1"});
    let refused = codes(house.create_as(&superuser(), "_externalAuths", input(row)).await);
    assert_eq!(
        refused,
        [("recordRef".into(), "validation_invalid_record"), ("provider".into(), "validation_in_invalid")]
    );
}

#[tokio::test]
async fn an_id_is_unique_among_all_accounts() {
    let (house, id) = with_user().await;
    let data = json!({"id": id, "email": "s@example.com", "password": PASSWORD, "passwordConfirm": PASSWORD});
    let refused = house.create_as(&superuser(), "_superusers", input(data)).await;
    assert_eq!(code(refused), ("id".into(), "validation_invalid_auth_id"));
}

#[tokio::test]
async fn the_first_real_superuser_ends_the_set_up_account() {
    let house = House::with_accounts().await;
    let set_up = tuckbox::records::INSTALLER_EMAIL;
    let made = house.create_as(&superuser(), "_superusers", input(account(set_up))).await.unwrap();
    assert_eq!(made["verified"], true, "superusers are always verified");
    house.create_as(&superuser(), "_superusers", input(account("real@example.com"))).await.unwrap();
    assert_eq!(house.stored("_superusers", text(&made, "id"), "email"), None);
    let refused = house.create_as(&guest(), "_superusers", input(account("x@example.com"))).await;
    assert!(matches!(refused, Err(tuckbox::error::Error::Forbidden(_))));
}
