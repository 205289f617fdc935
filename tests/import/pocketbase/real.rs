//! The real directory, which has been brought up to date since 2022.

use serde_json::{Value as Json, json};

use super::{House, are_the_same, contents, parsed, sign_in, superuser};
use crate::support::{Claims, Client, Database, run_command, sign_with};

#[tokio::test]
async fn its_collections_come_with_ids_rules_indexes_and_secrets() {
    let house = House::real();
    house.import(&[]).went_well();
    let columns = "id, system, type, name, listRule, viewRule, createRule, updateRule, deleteRule, created, updated";
    let query = format!("SELECT {columns} FROM _collections ORDER BY rowid");
    let source = Database::open_file(&house.source().join("data.db"));
    let here = house.data();
    assert_eq!(source.rows(&query), here.rows(&query));
    for column in ["fields", "options"] {
        let of = |database: &Database| -> Vec<Json> {
            let rows = database.column(&format!("SELECT {column} FROM _collections ORDER BY rowid"));
            rows.iter().map(|row| bare(parsed(row))).collect()
        };
        assert_eq!(of(&source), of(&here), "{column}");
    }
    let names = "SELECT name FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL AND name NOT LIKE '\\_tb\\_%' \
                 ESCAPE '\\' ORDER BY name";
    assert_eq!(source.column(names), here.column(names));
    assert_eq!(source.rows("SELECT * FROM _migrations"), here.rows("SELECT * FROM _migrations"));
    here.is_sound();
}

/// Without what stands for itself: absent and empty are the same.
fn bare(json: Json) -> Json {
    match json {
        Json::Object(map) => {
            let told = |value: &Json| !matches!(value, Json::Null) && *value != json!("") && *value != json!([]);
            map.into_iter().map(|(key, value)| (key, bare(value))).filter(|(_, value)| told(value)).collect()
        }
        Json::Array(list) => list.into_iter().map(bare).collect(),
        other => other,
    }
}

#[tokio::test]
async fn its_records_come_with_ids_dates_hashes_and_keys() {
    let house = House::real();
    house.import(&[]).went_well().says("users: 3 of 3 records").says("_authOrigins: 5 of 5 records");
    let (source, here) = (Database::open_file(&house.source().join("data.db")), house.data());
    for table in ["users", "clients", "nologin", "_superusers", "_externalAuths", "_mfas", "_otps", "_authOrigins"] {
        let columns = "SELECT group_concat(name) FROM pragma_table_info('TABLE') WHERE name <> 'rowid'";
        let columns = source.value(&columns.replace("TABLE", table));
        let query = format!("SELECT rowid, {columns} FROM {table} ORDER BY rowid");
        let rows = |database: &Database| database.rows(&query);
        let lists = |rows: Vec<Vec<String>>| -> Vec<Vec<String>> {
            // Several files were stored in a column of texts; none of them is an empty list here.
            rows.into_iter()
                .map(|row| row.into_iter().filter(|value| value != "[]" && !value.is_empty()).collect())
                .collect()
        };
        assert_eq!(lists(rows(&source)), lists(rows(&here)), "{table}");
    }
}

#[tokio::test]
async fn old_passwords_sign_in_and_old_tokens_are_accepted() {
    let house = House::real();
    house.import(&[]).went_well();
    let source = Database::open_file(&house.source().join("data.db"));
    let server = house.serve().await;
    sign_in(&server, "clients", "test@example.com").await.is(200).has("/record/id", "gk390qegs4y47wn");
    sign_in(&server, "_superusers", "test@example.com").await.is(200);
    // A second factor is asked for, so the first one was right.
    let first = sign_in(&server, "users", "test@example.com").await;
    assert_eq!((first.status, first.text("/mfaId").is_empty()), (401, false));
    sign_in(&server, "nologin", "test@example.com").await.is(403);
    for (collection, id, email) in [
        ("users", "4q1xlclmfloku33", "test@example.com"),
        ("clients", "gk390qegs4y47wn", "test@example.com"),
        ("_superusers", "sywbhecnh46rhm0", "test@example.com"),
    ] {
        let secret = source.value(&format!(
            "SELECT json_extract(options, '$.authToken.secret') FROM _collections WHERE name = '{collection}'"
        ));
        let key = source.value(&format!("SELECT tokenKey FROM {collection} WHERE id = '{id}'"));
        let collection_id = source.value(&format!("SELECT id FROM _collections WHERE name = '{collection}'"));
        let token =
            sign_with(jsonwebtoken::Algorithm::HS256, &format!("{key}{secret}"), &Claims::auth(&collection_id, id));
        let client = server.guest().with_token(token);
        let path = format!("/api/collections/{collection}/auth-refresh");
        client.post(&path, json!({})).await.is(200).has("/record/id", id).has("/record/email", email);
    }
}

#[tokio::test]
async fn old_files_and_thumbs_are_served_as_they_were() {
    let house = House::real();
    house.import(&[]).went_well().says("54 of 54 files");
    let before = contents(&house.source().join("storage"));
    are_the_same(&contents(&house.dir().join("storage")), &before);
    let server = house.serve().await;
    let superuser = superuser(&server).await;
    let token = superuser.post("/api/files/token", json!({})).await.text("/token").to_owned();
    for (path, bytes) in before.iter().filter(|(path, _)| !path.ends_with(".attrs")) {
        let parts: Vec<&str> = path.split('/').collect();
        let url = match parts[..] {
            [collection, record, name] => format!("/api/files/{collection}/{record}/{name}?token={token}"),
            [collection, record, folder, thumb] => {
                let name = folder.strip_prefix("thumbs_").unwrap();
                let size = thumb.strip_suffix(name).unwrap().trim_end_matches('_');
                format!("/api/files/{collection}/{record}/{name}?thumb={size}&token={token}")
            }
            _ => panic!("{path}"),
        };
        let answer = superuser.request(reqwest::Method::GET, &url).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{url}");
        let kind = answer.headers()["content-type"].to_str().unwrap().to_owned();
        assert_eq!(answer.bytes().await.unwrap(), bytes.as_slice(), "{url}");
        let attributes = before.iter().find(|(other, _)| *other == format!("{path}.attrs"));
        if let Some((_, attributes)) = attributes {
            let stored = parsed(std::str::from_utf8(attributes).unwrap());
            assert_eq!(kind, stored["user.content_type"].as_str().unwrap(), "{url}");
        }
    }
}

#[tokio::test]
async fn settings_and_views_come() {
    let house = House::real();
    house.import(&[]).went_well();
    let server = house.serve().await;
    let superuser = superuser(&server).await;
    let settings = superuser.get("/api/settings").await;
    settings.is(200).has("/meta/appName", "acme_test").has("/batch/timeout", 5).has("/logs/logIP", false);
    for (view, records) in [("view1", 3), ("view2", 3), ("numeric_id_view", 2)] {
        let answer = superuser.list(view, &[]).await;
        assert_eq!(answer.is(200).items().len(), records, "{view}");
    }
}

#[tokio::test]
async fn nothing_is_wrong_with_it_afterwards() {
    let house = House::real();
    house.import(&[]).went_well();
    let checked = run_command(house.root(), &["check", "--dir", "data"]);
    let said = String::from_utf8_lossy(&checked.stdout).into_owned();
    assert_eq!(checked.status.code(), Some(0), "{said}");
}

#[tokio::test]
async fn the_source_stays_as_it_is() {
    let house = House::real();
    let before = contents(&house.source());
    house.import(&[]).went_well();
    are_the_same(&contents(&house.source()), &before);
}
