//! Files of records: stored, kept, dropped, and never left behind.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value as Json, json};
use tokio::sync::watch;
use tuckbox::error::Error;
use tuckbox::files::{Files, NewFile};
use tuckbox::store::{Value, WriteLane};

use super::house::{House, base, code, field, guest, input, superuser, text, with_files};

async fn with_docs() -> House {
    let fields = json!([
        field("title", "text", json!({"max": 5})),
        field("docs", "file", json!({"maxSelect": 3, "maxSize": 20})),
        field("avatar", "file", json!({"maxSelect": 1, "mimeTypes": ["image/png"]})),
        field("secret", "file", json!({"maxSelect": 1, "protected": true})),
        field("note", "file", json!({})),
    ]);
    let mut house = base("items", fields);
    house.view_rule = Some("title = 'open'".into());
    House::with(vec![house]).await
}

fn names(record: &Json) -> Vec<String> {
    record["docs"].as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned()).collect()
}

async fn create(house: &House, data: Json, files: &[(&str, &str, &'static str)]) -> Json {
    house.create_as(&guest(), "items", with_files(data, files)).await.unwrap()
}

async fn update(house: &House, record: &Json, data: Json, files: &[(&str, &str, &'static str)]) -> Json {
    house.update_as(&guest(), "items", text(record, "id"), with_files(data, files)).await.unwrap()
}

#[tokio::test]
async fn an_upload_is_read_back_with_its_type() {
    let house = with_docs().await;
    let record = create(&house, json!({}), &[("docs", "My Notes.TXT", "hello"), ("other", "x.txt", "ignored")]).await;
    let [name] = &names(&record)[..] else { panic!("{record}") };
    assert!(name.starts_with("my_notes_") && name.ends_with(".TXT"), "{name}");
    let file = house.records.file(&guest(), "items", text(&record, "id"), name).await.unwrap();
    assert_eq!(file.content_type, "text/plain; charset=utf-8");
    assert_eq!(file.bytes().await.unwrap(), b"hello");
    assert_eq!(house.count("_tb_uploads"), 0, "nothing is pending");
    for (id, name) in [(text(&record, "id"), "other.txt"), ("nobody", name.as_str()), (text(&record, "id"), "../x")] {
        assert!(matches!(house.records.file(&guest(), "items", id, name).await, Err(Error::NotFound(_))));
    }
}

#[tokio::test]
async fn uploads_replace_append_prepend_and_merge() {
    let house = with_docs().await;
    let record = create(&house, json!({}), &[("docs", "aaa.txt", "a")]).await;
    let id = text(&record, "id");
    let old = names(&record)[0].clone();

    let record = update(&house, &record, json!({}), &[("docs+", "bbb.txt", "b")]).await;
    assert!(names(&record)[0] == old && names(&record)[1].starts_with("bbb_"), "{record}");
    let record = update(&house, &record, json!({}), &[("+docs", "ccc.txt", "c")]).await;
    assert!(names(&record)[0].starts_with("ccc_") && names(&record)[1] == old, "{record}");

    let refused = house.update_as(&guest(), "items", id, with_files(json!({}), &[("docs+", "d.txt", "d")])).await;
    assert_eq!(code(refused), ("docs".into(), "validation_too_many_files"));

    let kept = update(&house, &record, json!({"docs": [old]}), &[("docs", "ddd.txt", "d")]).await;
    assert!(names(&kept)[0] == old && names(&kept)[1].starts_with("ddd_") && names(&kept).len() == 2, "{kept}");
    house.file_goes("items", id, &names(&record)[0]).await;

    let removed = update(&house, &kept, json!({"docs-": [old, "unknown.txt"]}), &[]).await;
    assert_eq!(names(&removed).len(), 1);
    house.file_goes("items", id, &old).await;
    let replaced = update(&house, &removed, json!({}), &[("docs", "eee.txt", "e")]).await;
    assert_eq!(names(&replaced).len(), 1);
    let emptied = update(&house, &replaced, json!({"docs": ""}), &[]).await;
    assert_eq!(emptied["docs"], json!([]));
    house.file_goes("items", id, &names(&replaced)[0]).await;
}

#[tokio::test]
async fn of_two_files_for_a_single_field_the_last_stays() {
    let house = with_docs().await;
    let record = create(&house, json!({}), &[("note", "first.txt", "1"), ("note", "second.txt", "2")]).await;
    assert!(text(&record, "note").starts_with("second_"));
    let folder = house.dir.path().join("storage/pbc_items").join(text(&record, "id"));
    assert_eq!(std::fs::read_dir(folder).unwrap().count(), 2, "one file with its side file");
    let kept = update(&house, &record, json!({}), &[("+note", "third.txt", "3")]).await;
    assert_eq!(kept["note"], record["note"]);
}

#[tokio::test]
async fn what_a_field_does_not_accept_is_refused_and_nothing_is_left() {
    let house = with_docs().await;
    let send = |data: Json, key: &'static str, content: &'static str| {
        let input = with_files(data, &[(key, "x.png", content)]);
        let house = &house;
        async move { code(house.create_as(&guest(), "items", input).await) }
    };
    let long = "longer than twenty bytes";
    assert_eq!(send(json!({}), "docs", long).await, ("docs".into(), "validation_file_size_limit"));
    assert_eq!(send(json!({}), "avatar", "text").await, ("avatar".into(), "validation_invalid_mime_type"));
    assert_eq!(send(json!({"docs": "foreign.txt"}), "docs", "x").await, ("docs".into(), "validation_invalid_file"));
    assert_eq!(
        send(json!({"title": "too long"}), "docs", "x").await,
        ("title".into(), "validation_max_text_constraint")
    );
    assert!(!house.dir.path().join("storage").exists(), "checks come before the first byte");
    assert_eq!((house.count("items"), house.count("_tb_uploads")), (0, 0));
}

#[tokio::test]
async fn a_write_that_fails_takes_its_files_back() {
    let house = with_docs().await;
    let id = "abcdefghijklmno";
    let first = create(&house, json!({"id": id}), &[("docs", "first.txt", "1")]).await;
    let again = with_files(json!({"id": id}), &[("docs", "second.txt", "2")]);
    assert_eq!(code(house.create_as(&guest(), "items", again).await), ("id".into(), "validation_not_unique"));
    let folder = house.dir.path().join("storage/pbc_items").join(id);
    for _ in 0..500 {
        if std::fs::read_dir(&folder).unwrap().count() == 2 && house.count("_tb_uploads") == 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(house.has_file("items", id, &names(&first)[0]));
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 2, "the first file and its side file");
}

#[tokio::test]
async fn a_deleted_record_takes_its_files_along_and_a_new_one_of_its_id_keeps_its_own() {
    let house = with_docs().await;
    let id = "abcdefghijklmno";
    for round in 0..10 {
        let record = create(&house, json!({"id": id}), &[("docs", "old.txt", "1")]).await;
        assert!(house.has_file("items", id, &names(&record)[0]), "in round {round}");
        house.records.delete(&guest(), "items", id).await.unwrap();
        let again = create(&house, json!({"id": id}), &[("docs", "new.txt", "2")]).await;
        house.file_goes("items", id, &names(&record)[0]).await;
        assert!(house.has_file("items", id, &names(&again)[0]), "in round {round}");
        house.records.delete(&guest(), "items", id).await.unwrap();
        house.file_goes("items", id, &names(&again)[0]).await;
    }
}

#[tokio::test]
async fn the_sweep_removes_what_an_earlier_run_left_and_nothing_else() {
    let house = with_docs().await;
    let record = create(&house, json!({}), &[("docs", "kept.txt", "1")]).await;
    let id = text(&record, "id").to_owned();
    let orphan = house.dir.path().join("storage/pbc_items").join(&id).join("orphan_1.txt");
    std::fs::write(&orphan, "x").unwrap();
    let listed = id.clone();
    house
        .store
        .write(WriteLane::Grouped, move |tx| {
            for (name, at) in
                [("orphan_1.txt", "2020-01-01 00:00:00.000Z"), ("running_1.txt", "9999-01-01 00:00:00.000Z")]
            {
                let values: [Value; 4] = ["pbc_items".into(), listed.as_str().into(), name.into(), at.into()];
                tx.execute((
                    "INSERT INTO _tb_uploads (collection, record, name, at) VALUES (?, ?, ?, ?)",
                    &values[..],
                ))?;
            }
            Ok(())
        })
        .await
        .unwrap();
    let next_run = Files::new(house.dir.path(), watch::channel(Arc::default()).1);
    assert_eq!(next_run.sweep(&house.store).await.unwrap(), 1);
    assert!(!orphan.exists());
    assert!(house.has_file("items", &id, &names(&record)[0]));
    assert_eq!(house.count("_tb_uploads"), 1, "an upload that is under way stays");
}

#[tokio::test]
async fn where_one_of_several_files_cannot_be_stored_none_stays_and_no_sweep_is_held_up() {
    let house = with_docs().await;
    let (id, files) = ("abcdefghijklmno", Files::new(house.dir.path(), watch::channel(Arc::default()).1));
    let folder = house.dir.path().join("storage/pbc_items").join(id);
    std::fs::create_dir_all(folder.join("second.txt/in the way")).unwrap();
    let new = |name: &str| NewFile {
        name: name.into(),
        original_name: String::new(),
        content_type: "text/plain",
        content: "x".into(),
    };
    let new = ["first.txt", "second.txt", "third.txt"].map(new);
    assert!(files.store(&house.store, "pbc_items", id, &new).await.is_err());
    assert!(!folder.join("first.txt").exists() && !folder.join("third.txt").exists());
    assert_eq!(house.count("_tb_uploads"), 1, "what cannot be removed stays listed");

    std::fs::write(folder.join("later.txt"), "x").unwrap();
    let list = "INSERT INTO _tb_uploads (collection, record, name, at) VALUES ('pbc_items', ?, 'later.txt', '2020')";
    house.store.write(WriteLane::Grouped, move |tx| tx.execute((list, &[Value::from(id)][..]))).await.unwrap();
    assert_eq!(files.sweep(&house.store).await.unwrap(), 1);
    assert!(!folder.join("later.txt").exists());
    std::fs::remove_dir_all(folder.join("second.txt")).unwrap();
    assert_eq!(files.sweep(&house.store).await.unwrap(), 1);
    assert!(!folder.exists() && house.count("_tb_uploads") == 0);
}

#[tokio::test]
async fn a_protected_file_is_under_the_view_rule() {
    let house = with_docs().await;
    let record = create(&house, json!({}), &[("secret", "s.txt", "1"), ("note", "n.txt", "2")]).await;
    let (id, secret) = (text(&record, "id"), text(&record, "secret"));
    assert!(matches!(house.records.file(&guest(), "items", id, secret).await, Err(Error::NotFound(_))));
    house.records.file(&superuser(), "items", id, secret).await.unwrap();
    house.records.file(&guest(), "items", id, text(&record, "note")).await.unwrap();
    house.update_as(&guest(), "items", id, input(json!({"title": "open"}))).await.unwrap();
    house.records.file(&guest(), "items", id, secret).await.unwrap();
}

#[tokio::test]
async fn rules_see_uploads() {
    let mut items = base("items", json!([field("docs", "file", json!({"maxSelect": 3}))]));
    items.create_rule = Some("@request.body.docs:isset = true && @request.body.docs:length = 2".into());
    let house = House::with(vec![items]).await;
    let one = house.create_as(&guest(), "items", with_files(json!({}), &[("docs", "a.txt", "a")])).await;
    assert!(one.is_err());
    let two = with_files(json!({}), &[("docs", "a.txt", "a"), ("docs", "b.txt", "b")]);
    house.create_as(&guest(), "items", two).await.unwrap();
}

#[tokio::test]
async fn a_body_may_have_what_its_fields_ask_for() {
    let house = with_docs().await;
    let (single, secret, note) = (5 << 20, 5 << 20, 5 << 20);
    let expected = (32 << 20) + 3 * 20 + single + secret + note;
    assert_eq!(house.records.body_limit("items").unwrap(), expected);
    assert!(matches!(house.records.body_limit("nowhere"), Err(Error::NotFound(_))));
}
