//! Files of records: names, replacing, merging, removing, limits, and what lies on the disk.

use serde_json::json;

use crate::support::{Client, TestServer, collection, id, multipart};

async fn server() -> TestServer {
    let fields = json!([
        {"name": "name", "type": "text", "max": 5},
        {"name": "one", "type": "file"},
        {"name": "many", "type": "file", "maxSelect": 3, "maxSize": 100},
        {"name": "image", "type": "file", "mimeTypes": ["image/png", "image/jpeg"]},
    ]);
    TestServer::with_collections([collection("docs", fields)]).await
}

/// The names of the stored files of a record, without what the store keeps beside them.
fn stored(server: &TestServer, record: &str) -> Vec<String> {
    let folder = server.dir().join("storage/c_docs").join(record);
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.retain(|name| !name.ends_with(".attrs"));
    names.sort();
    names
}

/// Waits until a record has exactly these files on disk; removal is done after the commit.
async fn has_stored(server: &TestServer, record: &str, names: &[&str]) {
    let mut expected: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
    expected.sort();
    for _ in 0..200 {
        if stored(server, record) == expected {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    assert_eq!(stored(server, record), expected);
}

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89";

#[tokio::test]
async fn stored_names_follow_the_clients() {
    let server = server().await;
    let guest = server.guest();
    for (sent, pattern) in [
        ("My File (1).tar.gz", r"^my_file_1_[a-z0-9]{10}\.tar\.gz$"),
        ("a.txt", r"^a[a-z0-9]{10}_[a-z0-9]{10}\.txt$"),
        ("noext", r"^noext_[a-z0-9]{10}\.txt$"),
        ("REPORT.PDF", r"^report_[a-z0-9]{10}\.PDF$"),
        ("../../etc/passwd", r"^passwd_[a-z0-9]{10}\.txt$"),
        ("..", r"^[a-z0-9_]+\.?[a-z]*$"),
        (".htaccess", r"^[a-z0-9_]+\.[a-zA-Z]+$"),
        ("sub/dir/file.txt", r"^file_[a-z0-9]{10}\.txt$"),
        ("'; DROP TABLE docs; --.txt", r"^[a-z0-9_]+_[a-z0-9]{10}\.txt$"),
    ] {
        let answer = guest.create_form("docs", multipart(&[], &[("one", sent, b"plain text")])).await;
        let name = answer.is(200).text("/one").to_owned();
        assert!(regex::Regex::new(pattern).unwrap().is_match(&name), "{sent} became {name}");
        assert_eq!(stored(&server, &answer.id()), [name.as_str()]);
        let path = server.dir().join("storage/c_docs").join(answer.id()).join(&name);
        assert_eq!(std::fs::read(path).unwrap(), b"plain text");
    }
    let long = format!("{}.txt", "x".repeat(400));
    let answer = guest.create_form("docs", multipart(&[], &[("one", &long, b"text")])).await;
    assert!(answer.is(200).text("/one").len() <= 150, "{answer}");
}

#[tokio::test]
async fn several_files_under_one_key() {
    let server = server().await;
    let files: &[(&str, &str, &[u8])] = &[("many", "aaa.txt", b"1"), ("many", "bbb.txt", b"2")];
    let answer = server.guest().create_form("docs", multipart(&[("name", "x")], files)).await;
    let names = answer.is(200).at("/many").as_array().unwrap();
    assert!(
        names[0].as_str().unwrap().starts_with("aaa_") && names[1].as_str().unwrap().starts_with("bbb_"),
        "{answer}"
    );
    answer.has("/name", "x").has("/one", "");
    // Of two for one place the last stays.
    let files: &[(&str, &str, &[u8])] = &[("one", "aaa.txt", b"1"), ("one", "bbb.txt", b"2")];
    let answer = server.guest().create_form("docs", multipart(&[], files)).await;
    assert!(answer.is(200).text("/one").starts_with("bbb_"), "{answer}");
    has_stored(&server, &answer.id(), &[answer.text("/one")]).await;
}

#[tokio::test]
async fn replacing_appending_prepending_removing() {
    let server = server().await;
    let guest = server.guest();
    let made = guest.create_form("docs", multipart(&[], &[("many", "aaa.txt", b"1")])).await;
    let record = made.is(200).id();
    let a = made.text("/many/0").to_owned();

    let appended = guest.update_form("docs", &record, multipart(&[], &[("many+", "bbb.txt", b"2")])).await;
    let b = appended.is(200).has("/many/0", a.clone()).text("/many/1").to_owned();
    let prepended = guest.update_form("docs", &record, multipart(&[], &[("+many", "ccc.txt", b"3")])).await;
    let c = prepended.is(200).has("/many/1", a.clone()).has("/many/2", b.clone()).text("/many/0").to_owned();
    has_stored(&server, &record, &[&a, &b, &c]).await;

    guest.update("docs", &record, json!({"many-": a})).await.is(200).has("/many", json!([c, b]));
    has_stored(&server, &record, &[&b, &c]).await;
    guest.update("docs", &record, json!({"many-": ["unknown.txt"]})).await.is(200).has("/many", json!([c, b]));
    guest.update("docs", &record, json!({"many": [b, c]})).await.is(200).has("/many", json!([b, c]));
    guest.update("docs", &record, json!({"name": "y"})).await.is(200).has("/many", json!([b, c]));

    // Names and uploads together: the names stay, the uploads follow.
    let merged = guest.update_form("docs", &record, multipart(&[("many", &c)], &[("many", "ddd.txt", b"4")])).await;
    let d = merged.is(200).has("/many/0", c.clone()).text("/many/1").to_owned();
    has_stored(&server, &record, &[&c, &d]).await;
    // Uploads alone replace.
    let replaced = guest.update_form("docs", &record, multipart(&[], &[("many", "eee.txt", b"5")])).await;
    let e = replaced.is(200).text("/many/0").to_owned();
    assert_eq!(replaced.at("/many").as_array().unwrap().len(), 1);
    has_stored(&server, &record, &[&e]).await;
    for empty in [json!([]), json!(""), json!(null)] {
        guest.update_form("docs", &record, multipart(&[], &[("many", "fff.txt", b"6")])).await.is(200);
        guest.update("docs", &record, json!({"many": empty})).await.is(200).has("/many", json!([]));
    }
    has_stored(&server, &record, &[]).await;
}

#[tokio::test]
async fn what_is_refused_leaves_no_bytes() {
    let server = server().await;
    let guest = server.guest();
    let many: &[(&str, &str, &[u8])] =
        &[("many", "a.txt", b"1"), ("many", "b.txt", b"2"), ("many", "c.txt", b"3"), ("many", "d.txt", b"4")];
    let answer = guest.create_form("docs", multipart(&[], many)).await;
    answer.is(400).codes(&[("many", "validation_too_many_files")]).params("many", json!({"maxSelect": 3}));
    answer.says("many", "The maximum allowed files is 3.");

    let big = [b'x'; 101];
    let answer = guest.create_form("docs", multipart(&[], &[("many", "big.txt", &big)])).await;
    answer
        .is(400)
        .codes(&[("many", "validation_file_size_limit")])
        .params("many", json!({"file": "big.txt", "maxSize": 100}));
    answer.says("many", "Failed to upload big.txt - the maximum allowed file size is 100 bytes.");
    guest.create_form("docs", multipart(&[], &[("many", "big.txt", &big[..100])])).await.is(200);

    let answer = guest.create_form("docs", multipart(&[], &[("image", "fake.png", b"not an image")])).await;
    answer.is(400).codes(&[("image", "validation_invalid_mime_type")]);
    let message = answer.text("/data/image/message");
    assert!(
        message.starts_with("\"fake_") && message.ends_with("mime type must be one of: image/png, image/jpeg."),
        "{message}"
    );
    answer.lacks("/data/image/params");
    guest.create_form("docs", multipart(&[], &[("image", "real.txt", PNG)])).await.is(200);

    // Another field is wrong: the upload goes with the refusal.
    let answer = guest
        .create_form("docs", multipart(&[("id", &id("z1")), ("name", "too long")], &[("one", "a.txt", b"1")]))
        .await;
    answer.is(400).codes(&[("name", "validation_max_text_constraint")]);
    has_stored(&server, &id("z1"), &[]).await;
    let answer = guest.create_form("docs", multipart(&[("id", &id("z2"))], &[("one", "a.txt", b"1")])).await;
    answer.is(200);
    let again = guest.create_form("docs", multipart(&[("id", &id("z2"))], &[("one", "b.txt", b"2")])).await;
    again.is(400).codes(&[("id", "validation_not_unique")]);
    has_stored(&server, &id("z2"), &[answer.text("/one")]).await;
}

#[tokio::test]
async fn names_that_nobody_stored_are_refused() {
    let server = server().await;
    let guest = server.guest();
    for (body, shown) in [
        (json!({"one": "a.txt"}), "a.txt"),
        (json!({"one": "../../data.db"}), "../../data.db"),
        (json!({"one": 5}), "5"),
        (json!({"one": "data:text/plain;base64,AAAA"}), "data:text/plain;base64,AAAA"),
        (json!({"one": "https://example.com/a.png"}), "https://example.com/a.png"),
    ] {
        let answer = guest.create("docs", body).await;
        answer
            .is(400)
            .codes(&[("one", "validation_invalid_file")])
            .says("one", &format!("Invalid new files: [{shown}]."));
        answer.params("one", json!({"invalidFiles": [shown]}));
    }
    guest
        .create("docs", json!({"many": ["a.png", "b.png"]}))
        .await
        .is(400)
        .says("many", "Invalid new files: [a.png b.png].");
    guest.create("docs", json!({"one": {"a": 1}})).await.is(200).has("/one", "");
    // Another record's file is not this one's.
    let made = guest.create_form("docs", multipart(&[], &[("one", "a.txt", b"1")])).await;
    guest.create("docs", json!({"one": made.text("/one")})).await.is(400).codes(&[("one", "validation_invalid_file")]);
    guest.update("docs", &made.id(), json!({"one": made.text("/one")})).await.is(200);
}

#[tokio::test]
async fn an_empty_file_is_a_file_and_an_empty_name_a_value() {
    let server = server().await;
    let guest = server.guest();
    let answer = guest.create_form("docs", multipart(&[], &[("one", "empty.bin", b"")])).await;
    assert!(answer.is(200).text("/one").starts_with("empty_"), "{answer}");
    let body = "--x\r\nContent-Disposition: form-data; name=\"name\"; filename=\"\"\r\n\r\nhere\r\n--x--\r\n";
    let answer = guest.post_text("/api/collections/docs/records", "multipart/form-data; boundary=x", body).await;
    answer.is(200).has("/name", "here");
}

#[tokio::test]
async fn a_name_that_side_files_have_is_refused() {
    let server = server().await;
    let guest = server.guest();
    for name in ["x.attrs", ".attrs"] {
        let answer = guest.create_form("docs", multipart(&[], &[("one", name, b"1")])).await;
        answer.is(400).message("Failed to create record.").codes(&[("one", "validation_invalid_file")]);
    }
}

#[tokio::test]
async fn rules_see_uploads_and_payloads_go_along() {
    let server = server().await;
    let rule = "@request.body.one:isset = true && @request.body.many:length = 2 && @request.body.name = '0001'";
    server.superuser().update_collection("docs", json!({"createRule": rule})).await.is(200);
    let files: &[(&str, &str, &[u8])] = &[("one", "a.txt", b"1"), ("many", "b.txt", b"2"), ("many", "c.txt", b"3")];
    let payload = [("@jsonPayload", r#"{"name":"0001"}"#)];
    server.guest().create_form("docs", multipart(&payload, files)).await.is(200).has("/name", "0001");
    server.guest().create_form("docs", multipart(&payload, &files[..2])).await.is(400).no_data();
}

#[tokio::test]
async fn a_removed_upload_list_is_clean_afterwards() {
    let mut server = server().await;
    let guest = server.guest();
    for number in 0..5 {
        let name = if number % 2 == 0 { "fine" } else { "too long" };
        let answer = guest.create_form("docs", multipart(&[("name", name)], &[("one", "a.txt", b"1")])).await;
        assert_eq!(answer.status, if number % 2 == 0 { 200 } else { 400 });
    }
    assert_eq!(server.stopped_database().value("SELECT count(*) FROM _tb_uploads"), "0");
}
