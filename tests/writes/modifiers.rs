//! Keys with modifiers, against the stored value.

use serde_json::{Value as Json, json};

use super::house::{House, base, field, text};

#[tokio::test]
async fn modifiers_change_what_is_stored() {
    let fields = json!([
        field("n", "number", json!({})),
        field("tags", "select", json!({"values": ["a", "b", "c", "d"], "maxSelect": 4})),
        field("one", "select", json!({"values": ["a", "b"], "maxSelect": 1})),
        field("slug", "text", json!({"autogeneratePattern": "[0-9]{4}"})),
        field("made", "autodate", json!({"onCreate": true})),
    ]);
    let house = House::with(vec![base("things", fields)]).await;
    let start = json!({"n": 10, "tags": ["a", "b"], "one": "a", "slug": "s"});
    let table: [(Json, &str, Json); 16] = [
        (json!({"n+": 2}), "n", json!(12)),
        (json!({"n-": "2.5"}), "n", json!(7.5)),
        (json!({"n": 1, "n-": 5, "n+": 2}), "n", json!(-2)),
        (json!({"n+": "x"}), "n", json!(10)),
        (json!({"+n": 5}), "n", json!(10)),
        (json!({"tags+": "c"}), "tags", json!(["a", "b", "c"])),
        (json!({"tags+": ["c", "a"]}), "tags", json!(["a", "b", "c"])),
        (json!({"+tags": ["b", "d"]}), "tags", json!(["b", "d", "a"])),
        (json!({"tags-": ["a", "nothing"]}), "tags", json!(["b"])),
        (json!({"tags": ["d"], "tags+": "a"}), "tags", json!(["d", "a"])),
        (json!({"tags": null}), "tags", json!([])),
        (json!({"one+": "b"}), "one", json!("b")),
        (json!({"+one": "b"}), "one", json!("a")),
        (json!({"one-": "a"}), "one", json!("")),
        (json!({"Tags": ["c"], "unknown+": 1}), "tags", json!(["a", "b"])),
        (json!({"made": "2020-01-01", "made+": 1}), "n", json!(10)),
    ];
    for (sent, name, expected) in table {
        let record = house.create("things", start.clone()).await.unwrap();
        let updated = house.update("things", text(&record, "id"), sent.clone()).await.unwrap();
        assert_eq!(updated[name], expected, "after {sent}");
        assert_eq!(updated["made"], record["made"], "autodates are not written by clients");
    }
}

#[tokio::test]
async fn a_text_is_generated_behind_its_prefix() {
    let fields = json!([field("slug", "text", json!({"autogeneratePattern": "[0-9]{4}"}))]);
    let house = House::with(vec![base("things", fields)]).await;
    let made = house.create("things", json!({"slug:autogenerate": "post-"})).await.unwrap();
    assert!(text(&made, "slug").starts_with("post-") && text(&made, "slug").len() == 9, "{made}");
    let made = house.create("things", json!({})).await.unwrap();
    assert_eq!(text(&made, "slug").len(), 4);
    let emptied = house.update("things", text(&made, "id"), json!({"slug": ""})).await.unwrap();
    assert_eq!(emptied["slug"], "", "only a create generates");
}
