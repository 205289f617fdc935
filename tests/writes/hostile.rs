//! What nobody means well: wrong types for every field, keys and ids that try to be SQL, bodies that are large.

use serde_json::{Map, Value as Json, json};
use tuckbox::error::{Error, Result};

use super::house::{House, base, field, guest, input, relation, superuser, text, with_files};

async fn with_every_field() -> House {
    let fields = json!([
        field("t", "text", json!({"pattern": "^[^x]*$"})),
        field("e", "editor", json!({})),
        field("n", "number", json!({"max": 1000})),
        field("b", "bool", json!({})),
        field("m", "email", json!({})),
        field("u", "url", json!({})),
        field("d", "date", json!({})),
        field("a", "autodate", json!({"onCreate": true, "onUpdate": true})),
        field("s", "select", json!({"values": ["a", "b"], "maxSelect": 2})),
        field("f", "file", json!({"maxSelect": 2})),
        relation("r", "all", json!({"maxSelect": 2})),
        field("j", "json", json!({})),
        field("p", "password", json!({})),
        field("g", "geoPoint", json!({})),
    ]);
    House::with(vec![base("all", fields)]).await
}

fn hostile_values() -> Vec<Json> {
    let mut deep = json!("x");
    for _ in 0..100 {
        deep = json!([deep]);
    }
    vec![
        json!(null),
        json!(true),
        json!(-1),
        json!(1e308),
        json!(-1e-308),
        json!(i64::MAX),
        json!(u64::MAX),
        json!(""),
        json!("'; DROP TABLE \"all\"; --"),
        json!("\" OR 1=1 --"),
        json!("\u{0}"),
        json!("a\u{0}b"),
        json!("[\"a\",\"b\",\"c\"]"),
        json!("[1,2"),
        json!("{\"lon\":\"x\"}"),
        json!("NaN"),
        json!("Infinity"),
        json!("-0"),
        json!("9999-99-99 99:99:99"),
        json!("../../etc/passwd"),
        json!("𝕏\u{202e}\u{feff}"),
        json!([]),
        json!([null, true, 1, "a", [], {}]),
        json!(["a", "a", "a", "b", "c"]),
        json!({}),
        json!({"lon": f64::MAX, "lat": -1e300}),
        json!({"LON": "1", "lat": [1]}),
        deep,
    ]
}

/// A refusal is the caller's, and told as such.
fn is_orderly(result: &Result<Json>) -> bool {
    matches!(result, Ok(_) | Err(Error::Invalid(_) | Error::NotFound(_)))
}

#[tokio::test]
async fn no_value_of_any_type_breaks_a_write() {
    let house = with_every_field().await;
    let stored = house.create("all", json!({})).await.unwrap();
    let id = text(&stored, "id");
    let names = ["id", "t", "e", "n", "b", "m", "u", "d", "a", "s", "f", "r", "j", "p", "g", "unknown"];
    for value in hostile_values() {
        for name in names {
            for key in [name.to_owned(), format!("{name}+"), format!("+{name}"), format!("{name}-")] {
                let body = json!({ key.as_str(): value });
                let created = house.create("all", body.clone()).await;
                assert!(is_orderly(&created), "creating {body} gave {created:?}");
                let updated = house.update("all", id, body.clone()).await;
                assert!(is_orderly(&updated), "updating with {body} gave {updated:?}");
            }
            let body = json!({format!("{name}:autogenerate"): value});
            let created = house.create("all", body.clone()).await;
            assert!(is_orderly(&created), "creating {body} gave {created:?}");
        }
    }
    assert!(house.count("all") > 1);
}

#[tokio::test]
async fn no_id_or_collection_reaches_another_table_or_the_disk() {
    let house = with_every_field().await;
    let hostile = ["", "'", "\"", "a\u{0}b", "' OR '1'='1", "..", "../../x", "%", "_", "\u{0}", "all", "😀"];
    for id in hostile {
        assert!(matches!(house.update("all", id, json!({"t": "y"})).await, Err(Error::NotFound(_))));
        assert!(matches!(house.records.delete(&guest(), "all", id).await, Err(Error::NotFound(_))));
        assert!(matches!(house.records.file(&superuser(), "all", id, "x").await, Err(Error::NotFound(_))));
        assert!(matches!(house.create(id, json!({})).await, Err(Error::NotFound(_)) | Ok(_)), "{id}");
        let upload = with_files(json!({"id": id}), &[("f", "x.txt", "x")]);
        let created = house.create_as(&guest(), "all", upload).await;
        assert!(is_orderly(&created), "{created:?}");
    }
}

#[tokio::test]
async fn a_hundred_thousand_keys_are_no_long_work() {
    let house = with_every_field().await;
    let mut data = Map::new();
    for at in 0..100_000 {
        data.insert(format!("key{at}+"), json!(at));
    }
    data.insert("t".into(), json!("here"));
    let started = std::time::Instant::now();
    let record = house.create_as(&guest(), "all", input(Json::Object(data))).await.unwrap();
    assert_eq!(record["t"], "here");
    assert!(started.elapsed() < std::time::Duration::from_secs(5), "{:?}", started.elapsed());
}

#[tokio::test]
async fn a_hundred_thousand_ids_are_told_to_be_too_many() {
    let house = with_every_field().await;
    let ids: Vec<String> = (0..100_000).map(|at| format!("{at:015}")).collect();
    let started = std::time::Instant::now();
    for key in ["r", "f", "s"] {
        let refused = house.create("all", json!({ key: ids })).await;
        assert!(matches!(refused, Err(Error::Invalid(_))), "{key}");
    }
    assert!(started.elapsed() < std::time::Duration::from_secs(10), "{:?}", started.elapsed());
}
