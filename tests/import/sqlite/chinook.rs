//! The music shop, whole, as a new user would import it.

use std::path::{Path, PathBuf};

use serde_json::json;

use super::{import, notice};
use crate::support::{Client, Database, TestServer};

const TABLES: [&str; 11] = [
    "Album",
    "Artist",
    "Customer",
    "Employee",
    "Genre",
    "Invoice",
    "InvoiceLine",
    "MediaType",
    "Playlist",
    "PlaylistTrack",
    "Track",
];

fn file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/chinook.sqlite")
}

#[tokio::test]
async fn the_shop_is_served_while_it_comes_and_answers_its_owners_questions() {
    let server = TestServer::start().await;
    import(server.root(), &file(), &[]).went_well().says("15,607 made");
    notice(&server).await;
    let (superuser, original) = (server.superuser(), Database::open_file(&file()));
    server.guest().list("Track", &[]).await.is(403);

    for table in TABLES {
        let answer = superuser.list(table, &[("perPage", "1")]).await;
        let rows = original.value(&format!("SELECT count(*) FROM {table}"));
        assert_eq!(answer.is(200).at("/totalItems").to_string(), rows, "{table}");
    }

    let query = [
        ("filter", "GenreId.Name = 'Rock'"),
        ("sort", "-Milliseconds,TrackId"),
        ("perPage", "10"),
        ("expand", "AlbumId.ArtistId"),
    ];
    let answer = superuser.list("Track", &query).await;
    let longest: Vec<Vec<String>> = answer
        .is(200)
        .items()
        .iter()
        .map(|track| {
            let album = &track["expand"]["AlbumId"];
            [&track["Name"], &album["Title"], &album["expand"]["ArtistId"]["Name"]]
                .map(|text| text.as_str().unwrap_or("?").to_owned())
                .to_vec()
        })
        .collect();
    let rows = "SELECT t.Name, b.Title, a.Name FROM Track t JOIN Album b USING (AlbumId) JOIN Artist a USING (ArtistId)
                JOIN Genre g USING (GenreId) WHERE g.Name = 'Rock' ORDER BY t.Milliseconds DESC, t.TrackId LIMIT 10";
    assert_eq!(longest, original.rows(rows));

    let answer = superuser.list("Invoice", &[("perPage", "1000"), ("sort", "InvoiceId")]).await;
    let dates = answer.is(200).items().iter().map(|invoice| invoice["InvoiceDate"].as_str().unwrap().to_owned());
    let expected = original.column("SELECT InvoiceDate || '.000Z' FROM Invoice ORDER BY InvoiceId");
    assert_eq!(dates.collect::<Vec<_>>(), expected);

    // Through a join table, backwards, to the customers of a country.
    let query = [("filter", "PlaylistTrack_via_TrackId.PlaylistId.Name ?= 'Grunge'"), ("perPage", "1")];
    let rows =
        "SELECT count(DISTINCT TrackId) FROM PlaylistTrack JOIN Playlist p USING (PlaylistId) WHERE p.Name = 'Grunge'";
    assert_eq!(superuser.list("Track", &query).await.is(200).at("/totalItems").to_string(), original.value(rows));
    let query = [("filter", "ReportsTo.ReportsTo.Title = 'General Manager'"), ("sort", "EmployeeId")];
    let rows = "SELECT e.FirstName FROM Employee e JOIN Employee m ON m.EmployeeId = e.ReportsTo
                JOIN Employee g ON g.EmployeeId = m.ReportsTo WHERE g.Title = 'General Manager' ORDER BY e.EmployeeId";
    assert_eq!(superuser.list("Employee", &query).await.column("FirstName"), original.column(rows).join(" "));

    // What came is like any other collection.
    superuser.update_collection("Track", json!({"listRule": ""})).await.is(200);
    server.guest().list("Track", &[("filter", "TrackId = 1")]).await.is(200).has("/totalItems", 1);
    superuser
        .create("Genre", json!({"GenreId": 1, "Name": "Rock again"}))
        .await
        .is(400)
        .codes(&[("GenreId", "validation_not_unique")]);
    superuser.create("Genre", json!({"GenreId": 26, "Name": "Polka"})).await.is(200);
}

#[test]
fn a_second_run_doubles_nothing() {
    let root = tempfile::tempdir().unwrap();
    import(root.path(), &file(), &[]).went_well();
    let all = |data: &Database| TABLES.map(|table| data.rows(&format!("SELECT * FROM {table} ORDER BY id")));
    let before = all(&Database::open(&root.path().join("data")));
    import(root.path(), &file(), &[]).went_well().says("0 made, 15,607 there already");
    let data = Database::open(&root.path().join("data"));
    assert!(before == all(&data));
    assert_eq!(data.value("SELECT count(*) FROM _tb_changes"), "15607");
    data.is_sound();
}

#[test]
fn every_value_is_the_originals() {
    let root = tempfile::tempdir().unwrap();
    import(root.path(), &file(), &[]).went_well();
    let (data, original) = (Database::open(&root.path().join("data")), Database::open_file(&file()));
    let query =
        "SELECT TrackId, Name, coalesce(Composer, ''), Milliseconds, Bytes, UnitPrice FROM Track ORDER BY TrackId";
    assert!(data.rows(query) == original.rows(query));
    let lines =
        "SELECT l.InvoiceLineId, i.InvoiceId, t.TrackId FROM InvoiceLine l JOIN Invoice i ON i.KEY = l.InvoiceId
                 JOIN Track t ON t.KEY2 = l.TrackId ORDER BY 1";
    let ours = lines.replace("KEY2", "id").replace("KEY", "id");
    let theirs = lines.replace("KEY2", "TrackId").replace("KEY", "InvoiceId");
    assert!(data.rows(&ours) == original.rows(&theirs));
}

#[test]
fn some_tables_come_first_and_the_others_find_them() {
    let root = tempfile::tempdir().unwrap();
    let said = import(root.path(), &file(), &["--tables", "artist,Album", "--prefix", "shop_"]);
    said.went_well().says("622 rows of 2 tables");
    let data = || Database::open(&root.path().join("data"));
    assert_eq!(
        data().column("SELECT name FROM _collections WHERE name LIKE 'shop%' ORDER BY rowid"),
        ["shop_Artist", "shop_Album"]
    );
    import(root.path(), &file(), &["--tables", "Track,Genre,MediaType", "--prefix", "shop_"]).went_well();
    let joined = "SELECT count(*) FROM shop_Track t JOIN shop_Album b ON b.id = t.AlbumId";
    assert_eq!(data().value(joined), "3503");
}

#[test]
fn a_dry_run_tells_what_would_come_and_writes_nothing() {
    let root = tempfile::tempdir().unwrap();
    let said = import(root.path(), &file(), &["--dry-run"]);
    said.went_well()
        .says("Track → Track (new), 3,503 rows")
        .says("AlbumId      → AlbumId       relation to Album\n")
        .says("InvoiceDate       → InvoiceDate        date, required")
        .says("nothing was written");
    assert!(!root.path().join("data").exists());

    import(root.path(), &file(), &["--tables", "Genre"]).went_well();
    let data = root.path().join("data/data.db");
    let before = std::fs::read(&data).unwrap();
    import(root.path(), &file(), &["--dry-run"]).went_well().says("Genre → Genre (there already), 25 rows");
    assert!(before == std::fs::read(&data).unwrap());
    assert_eq!(
        Database::open(&root.path().join("data")).value("SELECT count(*) FROM _collections WHERE NOT system"),
        "2"
    );
}

#[test]
fn the_original_and_its_folder_stay_as_they_are() {
    let root = tempfile::tempdir().unwrap();
    let copy = root.path().join("shop.db");
    std::fs::copy(file(), &copy).unwrap();
    import(root.path(), &copy, &[]).went_well();
    assert!(std::fs::read(file()).unwrap() == std::fs::read(&copy).unwrap());
    let mut names: Vec<_> = std::fs::read_dir(root.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, ["data", "shop.db"]);
}
