//! What each service tells of a user, by answers as the services document them.

use serde_json::{Value as Json, json};

use super::special::{bitbucket_email, gitee_email, github_email, microsoft_email};
use super::*;
use crate::auth::oauth2::kinds::Kind;

fn read(name: &str, raw: Json) -> Result<ExternalUser, String> {
    let user = Kind::find(name).expect("a known service").user.read(raw.clone())?;
    assert_eq!(user.raw, raw, "the whole answer is kept");
    Ok(user)
}

/// Id, name, user name, picture and address of a user.
#[track_caller]
fn tells(name: &str, raw: Json, expected: [&str; 5]) {
    let user = read(name, raw).expect("a user");
    assert_eq!([&user.id, &user.name, &user.username, &user.avatar_url, &user.email], expected);
}

/// The same answer with another value at a pointer.
fn but(raw: &Json, pointer: &str, value: Json) -> Json {
    let mut raw = raw.clone();
    *raw.pointer_mut(pointer).expect("a place in the answer") = value;
    raw
}

#[track_caller]
fn refused(name: &str, raw: Json) {
    assert!(read(name, raw).is_err());
}

#[test]
fn apple() {
    let claims = json!({"iss": "https://appleid.apple.com", "sub": "001.ab", "email": "a@example.com", "email_verified": "true"});
    tells("apple", claims.clone(), ["001.ab", "", "", "", "a@example.com"]);
    tells("apple", but(&claims, "/email_verified", json!(true)), ["001.ab", "", "", "", "a@example.com"]);
    tells("apple", but(&claims, "/email_verified", json!("false")), ["001.ab", "", "", "", ""]);
}

#[test]
fn google() {
    let raw = json!({"sub": "110", "name": "Ann Lee", "picture": "https://p.example/a", "email": "a@example.com", "email_verified": true});
    tells("google", raw.clone(), ["110", "Ann Lee", "", "https://p.example/a", "a@example.com"]);
    for unproven in [json!(false), json!(null), json!("false")] {
        tells("google", but(&raw, "/email_verified", unproven), ["110", "Ann Lee", "", "https://p.example/a", ""]);
    }
}

#[test]
fn microsoft() {
    let raw =
        json!({"id": "ms-1", "displayName": "Ann Lee", "mail": "a@example.com", "userPrincipalName": "b@example.com"});
    tells("microsoft", raw.clone(), ["ms-1", "Ann Lee", "", "", "a@example.com"]);
    tells("microsoft", but(&raw, "/mail", json!(null)), ["ms-1", "Ann Lee", "", "", ""]);
}

#[test]
fn microsoft_by_a_claim_of_the_id_token() {
    let claims = json!({"email": "e@example.com", "verified_primary_email": ["p@example.com"], "xms_edov": true});
    let without = json!({"email": "e@example.com", "verified_primary_email": [], "xms_edov": "1"});
    let unproven = json!({"email": "e@example.com", "xms_edov": false});
    for (which, expected) in [
        ("any_verified", ["p@example.com", "e@example.com", ""]),
        ("verified_primary_email", ["p@example.com", "", ""]),
        ("email_and_xms_edov", ["e@example.com", "e@example.com", ""]),
        ("email", ["e@example.com", "e@example.com", "e@example.com"]),
        ("something else", ["", "", ""]),
    ] {
        let found = [&claims, &without, &unproven].map(|claims| microsoft_email(claims, which));
        assert_eq!(found, expected, "{which}");
    }
}

#[test]
fn yandex() {
    let raw = json!({"id": "7", "real_name": "Ann Lee", "login": "ann", "default_avatar_id": "12/x", "is_avatar_empty": false, "default_email": "a@example.com"});
    let avatar = "https://avatars.yandex.net/get-yapic/12/x/islands-200";
    tells("yandex", raw.clone(), ["7", "Ann Lee", "ann", avatar, "a@example.com"]);
    tells("yandex", but(&raw, "/is_avatar_empty", json!(true)), ["7", "Ann Lee", "ann", "", "a@example.com"]);
}

#[test]
fn facebook() {
    let raw = json!({"id": "12", "name": "Ann Lee", "email": "a@example.com", "picture": {"data": {"url": "https://p.example/a"}}});
    tells("facebook", raw, ["12", "Ann Lee", "", "https://p.example/a", "a@example.com"]);
}

#[test]
fn instagram() {
    let raw = json!({"id": "1", "user_id": "99", "username": "ann", "name": "Ann Lee", "profile_picture_url": "https://p.example/a", "email": "a@example.com"});
    tells("instagram2", raw.clone(), ["99", "Ann Lee", "ann", "https://p.example/a", ""]);
    let told = json!({"permissions": ["instagram_business_basic"]});
    let tokens = told.as_object().expect("an object");
    assert_eq!(with_permissions(raw.clone(), tokens)["permissions"], told["permissions"]);
    let own = with_permissions(json!({"permissions": "own"}), tokens);
    assert_eq!(own["permissions"], "own", "what the service tells itself stays");
}

#[test]
fn github() {
    let raw = json!({"id": 583231, "login": "ann", "name": "Ann Lee", "avatar_url": "https://p.example/a", "email": "public@example.com"});
    tells("github", raw, ["583231", "Ann Lee", "ann", "https://p.example/a", ""]);
    let emails = json!([
        {"email": "x@example.com", "verified": true, "primary": false},
        {"email": "y@example.com", "verified": false, "primary": true},
        {"email": "a@example.com", "verified": true, "primary": true},
    ]);
    assert_eq!(github_email(&emails), "a@example.com");
    assert_eq!(github_email(&json!([{"email": "y@example.com", "verified": false, "primary": true}])), "");
    assert_eq!(github_email(&json!({"message": "no list"})), "");
}

#[test]
fn gitlab() {
    let raw = json!({"id": 5, "name": "Ann Lee", "username": "ann", "avatar_url": "https://p.example/a", "email": "a@example.com", "confirmed_at": "2020-01-02T03:04:05.678Z"});
    tells("gitlab", raw.clone(), ["5", "Ann Lee", "ann", "https://p.example/a", "a@example.com"]);
    for never in [json!(null), json!(""), json!("yes")] {
        tells("gitlab", but(&raw, "/confirmed_at", never), ["5", "Ann Lee", "ann", "https://p.example/a", ""]);
    }
}

#[test]
fn bitbucket() {
    let raw = json!({"uuid": "{u-1}", "display_name": "Ann Lee", "username": "ann", "account_status": "active", "links": {"avatar": {"href": "https://p.example/a"}}});
    tells("bitbucket", raw.clone(), ["{u-1}", "Ann Lee", "ann", "https://p.example/a", ""]);
    refused("bitbucket", but(&raw, "/account_status", json!("inactive")));
    let emails = json!({"values": [
        {"email": "x@example.com", "is_primary": true, "is_confirmed": false},
        {"email": "a@example.com", "is_primary": true, "is_confirmed": true},
    ]});
    assert_eq!(bitbucket_email(&emails), "a@example.com");
    assert_eq!(bitbucket_email(&json!({"values": []})), "");
}

#[test]
fn gitee() {
    let raw = json!({"id": 3, "name": "Ann Lee", "login": "ann", "avatar_url": "https://p.example/a", "email": "a@example.com"});
    tells("gitee", raw.clone(), ["3", "Ann Lee", "ann", "https://p.example/a", "a@example.com"]);
    tells("gitee", but(&raw, "/email", json!("not public")), ["3", "Ann Lee", "ann", "https://p.example/a", ""]);
    let emails = json!([
        {"email": "x@example.com", "state": "unconfirmed", "scope": ["primary"]},
        {"email": "y@example.com", "state": "confirmed", "scope": ["committed"]},
        {"email": "a@example.com", "state": "confirmed", "scope": ["notified", "primary"]},
    ]);
    assert_eq!(gitee_email(&emails), "a@example.com");
}

#[test]
fn gitea() {
    let raw = json!({"id": 8, "full_name": "Ann Lee", "login": "ann", "avatar_url": "https://p.example/a", "active": true, "email": "public@example.com"});
    tells("gitea", raw.clone(), ["8", "Ann Lee", "ann", "https://p.example/a", ""]);
    refused("gitea", but(&raw, "/active", json!(false)));
}

#[test]
fn discord() {
    let raw = json!({"id": "80", "username": "ann", "global_name": "Ann Lee", "discriminator": "0", "avatar": "ff", "email": "a@example.com", "verified": true});
    let avatar = "https://cdn.discordapp.com/avatars/80/ff.png";
    tells("discord", raw.clone(), ["80", "Ann Lee", "ann", avatar, "a@example.com"]);
    tells("discord", but(&raw, "/verified", json!(false)), ["80", "Ann Lee", "ann", avatar, ""]);
    let unnamed = but(&raw, "/global_name", json!(null));
    tells("discord", unnamed.clone(), ["80", "ann", "ann", avatar, "a@example.com"]);
    let numbered = but(&but(&unnamed, "/discriminator", json!("1337")), "/avatar", json!(null));
    tells("discord", numbered, ["80", "ann#1337", "ann", "", "a@example.com"]);
}

#[test]
fn twitter() {
    let raw = json!({"data": {"id": "44", "name": "Ann Lee", "username": "ann", "profile_image_url": "https://p.example/a", "confirmed_email": "a@example.com"}});
    tells("twitter", raw, ["44", "Ann Lee", "ann", "https://p.example/a", "a@example.com"]);
}

#[test]
fn kakao() {
    let raw = json!({"id": 123, "properties": {"nickname": "ann", "profile_image": "https://p.example/a"}, "kakao_account": {"email": "a@example.com", "is_email_valid": true, "is_email_verified": true}});
    tells("kakao", raw.clone(), ["123", "", "ann", "https://p.example/a", "a@example.com"]);
    for flag in ["/kakao_account/is_email_valid", "/kakao_account/is_email_verified"] {
        tells("kakao", but(&raw, flag, json!(false)), ["123", "", "ann", "https://p.example/a", ""]);
    }
}

#[test]
fn vk() {
    let raw = json!({"response": [{"id": 6, "first_name": "Ann", "last_name": "Lee", "screen_name": "ann", "photo_max": "https://p.example/a"}]});
    tells("vk", raw.clone(), ["6", "Ann Lee", "ann", "https://p.example/a", ""]);
    tells("vk", but(&raw, "/response/0/last_name", json!("")), ["6", "Ann", "ann", "https://p.example/a", ""]);
    refused("vk", json!({"response": []}));
}

#[test]
fn linear() {
    let raw = json!({"data": {"viewer": {"id": "l-1", "name": "Ann Lee", "displayName": "ann", "avatarUrl": "https://p.example/a", "email": "a@example.com", "active": true}}});
    tells("linear", raw.clone(), ["l-1", "Ann Lee", "ann", "https://p.example/a", "a@example.com"]);
    refused("linear", but(&raw, "/data/viewer/active", json!(false)));
}

#[test]
fn notion() {
    let raw = json!({"bot": {"owner": {"user": {"id": "n-1", "name": "Ann Lee", "avatar_url": "https://p.example/a", "person": {"email": "a@example.com"}}}}});
    tells("notion", raw, ["n-1", "Ann Lee", "", "https://p.example/a", "a@example.com"]);
}

#[test]
fn monday() {
    let raw = json!({"data": {"me": {"id": "77", "enabled": true, "name": "Ann Lee", "email": "a@example.com", "is_verified": true, "photo_small": "https://p.example/a"}}});
    tells("monday", raw.clone(), ["77", "Ann Lee", "", "https://p.example/a", "a@example.com"]);
    tells("monday", but(&raw, "/data/me/is_verified", json!(false)), ["77", "Ann Lee", "", "https://p.example/a", ""]);
    refused("monday", but(&raw, "/data/me/enabled", json!(false)));
}

#[test]
fn lark() {
    let raw = json!({"code": 0, "data": {"union_id": "on-1", "name": "Ann Lee", "avatar_url": "https://p.example/a", "email": "a@example.com"}});
    tells("lark", raw, ["on-1", "Ann Lee", "", "https://p.example/a", ""]);
}

#[test]
fn a_box() {
    let raw = json!({"id": "17", "name": "Ann Lee", "login": "a@example.com", "status": "active", "avatar_url": "https://p.example/a"});
    tells("box", raw.clone(), ["17", "Ann Lee", "", "https://p.example/a", "a@example.com"]);
    refused("box", but(&raw, "/status", json!("inactive")));
}

#[test]
fn spotify() {
    let raw = json!({"id": "ann", "display_name": "Ann Lee", "images": [{"url": "https://p.example/a"}], "email": "a@example.com"});
    tells("spotify", raw.clone(), ["ann", "Ann Lee", "", "https://p.example/a", ""]);
    tells("spotify", but(&raw, "/images", json!([])), ["ann", "Ann Lee", "", "", ""]);
}

#[test]
fn trakt() {
    let raw = json!({"user": {"username": "ann", "name": "Ann Lee", "ids": {"uuid": "t-1"}, "images": {"avatar": {"full": "https://p.example/a"}}}});
    tells("trakt", raw, ["t-1", "Ann Lee", "ann", "https://p.example/a", ""]);
}

#[test]
fn twitch() {
    let raw = json!({"data": [{"id": "4", "login": "ann", "display_name": "Ann", "profile_image_url": "https://p.example/a", "email": "a@example.com"}]});
    tells("twitch", raw, ["4", "Ann", "ann", "https://p.example/a", "a@example.com"]);
    refused("twitch", json!({"data": []}));
}

#[test]
fn patreon() {
    let raw = json!({"data": {"id": "p-1", "attributes": {"full_name": "Ann Lee", "vanity": "ann", "image_url": "https://p.example/a", "email": "a@example.com", "is_email_verified": true}}});
    tells("patreon", raw.clone(), ["p-1", "Ann Lee", "ann", "https://p.example/a", "a@example.com"]);
    let unproven = but(&raw, "/data/attributes/is_email_verified", json!(false));
    tells("patreon", unproven, ["p-1", "Ann Lee", "ann", "https://p.example/a", ""]);
}

#[test]
fn strava() {
    let raw =
        json!({"id": 9, "firstname": "Ann", "lastname": "Lee", "username": "ann", "profile": "https://p.example/a"});
    tells("strava", raw.clone(), ["9", "Ann Lee", "ann", "https://p.example/a", ""]);
    tells("strava", but(&raw, "/id", json!(0)), ["", "Ann Lee", "ann", "https://p.example/a", ""]);
}

#[test]
fn wakatime() {
    let raw = json!({"data": {"id": "w-1", "display_name": "Ann Lee", "username": "ann", "email": "a@example.com", "is_email_confirmed": true, "photo": "https://p.example/a", "photo_public": true}});
    tells("wakatime", raw.clone(), ["w-1", "Ann Lee", "ann", "https://p.example/a", "a@example.com"]);
    tells("wakatime", but(&raw, "/data/photo_public", json!(false)), ["w-1", "Ann Lee", "ann", "", "a@example.com"]);
    let unproven = but(&raw, "/data/is_email_confirmed", json!(false));
    tells("wakatime", unproven, ["w-1", "Ann Lee", "ann", "https://p.example/a", ""]);
}

#[test]
fn livechat() {
    let raw = json!({"account_id": "lc-1", "name": "Ann Lee", "email": "a@example.com", "email_verified": true, "avatar_url": "https://p.example/a"});
    tells("livechat", raw.clone(), ["lc-1", "Ann Lee", "", "https://p.example/a", "a@example.com"]);
    tells("livechat", but(&raw, "/email_verified", json!(false)), ["lc-1", "Ann Lee", "", "https://p.example/a", ""]);
}

#[test]
fn mailcow() {
    let raw = json!({"id": "a@example.com", "full_name": "Ann Lee", "username": "ann@example.com", "email": "a@example.com", "active": 1});
    tells("mailcow", raw.clone(), ["a@example.com", "Ann Lee", "ann", "", "a@example.com"]);
    refused("mailcow", but(&raw, "/active", json!(0)));
}

#[test]
fn planning_center() {
    let raw = json!({"data": {"id": "pc-1", "attributes": {"name": "Ann Lee", "avatar": "https://p.example/a", "status": "active"}}});
    tells("planningcenter", raw.clone(), ["pc-1", "Ann Lee", "", "https://p.example/a", ""]);
    refused("planningcenter", but(&raw, "/data/attributes/status", json!("inactive")));
}

#[test]
fn oidc() {
    let raw = json!({"sub": "o-1", "name": "Ann Lee", "preferred_username": "ann", "picture": "https://p.example/a", "email": "a@example.com", "email_verified": true});
    for name in ["oidc", "oidc2", "oidc3"] {
        tells(name, raw.clone(), ["o-1", "Ann Lee", "ann", "https://p.example/a", "a@example.com"]);
        tells(
            name,
            but(&raw, "/email_verified", json!("true")),
            ["o-1", "Ann Lee", "ann", "https://p.example/a", "a@example.com"],
        );
        tells(name, but(&raw, "/email_verified", json!(null)), ["o-1", "Ann Lee", "ann", "https://p.example/a", ""]);
    }
}

#[test]
fn answers_of_another_shape_are_refused_or_tell_nobody() {
    for kind in Kind::all() {
        for raw in [json!(null), json!([]), json!("x"), json!(5)] {
            assert!(kind.user.read(raw).is_err(), "{}", kind.name);
        }
        if let Ok(user) = kind.user.read(json!({"id": {"a": 1}, "sub": [], "data": {"id": null}})) {
            assert_eq!((user.id.as_str(), user.email.as_str()), ("", ""), "{}", kind.name);
        }
    }
}

#[test]
fn an_address_and_its_proof_come_from_the_same_source() {
    let map = |json: Json| json.as_object().expect("an object").clone();
    let token = map(json!({"sub": "o-1", "name": "Ann", "email": "mine@example.com", "email_verified": true}));
    let of = |told: Json| read("oidc", Json::Object(merged(token.clone(), map(told)))).expect("a user");
    assert_eq!(of(json!({"sub": "o-1", "email": "yours@example.com"})).email, "");
    assert_eq!(of(json!({"sub": "o-1", "email_verified": true})).email, "");
    assert_eq!(of(json!({"sub": "o-1", "name": "Ann Lee"})).email, "mine@example.com");
    assert_eq!(of(json!({"sub": "o-1", "name": "Ann Lee"})).name, "Ann Lee");
    assert_eq!(of(json!({"sub": "o-1", "email": "new@example.com", "email_verified": true})).email, "new@example.com");
}
