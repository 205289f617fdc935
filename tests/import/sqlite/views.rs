//! Views: what they show is what they showed in the source.

use super::{House, import, notice};
use crate::support::{Client, Database, TestServer};

const SHOP: &str = "
    CREATE TABLE artist (id INTEGER PRIMARY KEY, name TEXT);
    CREATE TABLE album (id INTEGER PRIMARY KEY, title TEXT NOT NULL, artist INTEGER REFERENCES artist, made DATETIME, note TEXT);
    CREATE TABLE cover (album INTEGER PRIMARY KEY REFERENCES album, colour TEXT);
    CREATE TABLE scan (cover INTEGER REFERENCES cover (album), size REAL);
    INSERT INTO artist VALUES (1, 'Ann'), (2, 'Bob'), (3, NULL);
    INSERT INTO album VALUES (10, 'One', 1, '2020-01-02 00:00:00', NULL), (11, 'Two', 1, '2021-01-02 00:00:00', 'x'), (12, 'Three', NULL, NULL, NULL);
    INSERT INTO cover VALUES (10, 'red'), (11, 'blue');
    INSERT INTO scan VALUES (10, 1.5), (11, 2.5), (NULL, 9);
    CREATE VIEW by_artist AS SELECT a.name, count(b.id) AS albums FROM artist a LEFT JOIN album b ON b.artist = a.id GROUP BY a.id;
    CREATE VIEW keyed AS SELECT id, title, artist FROM album;
    CREATE VIEW shared AS SELECT b.artist AS id, b.title FROM album b WHERE b.artist IS NOT NULL;
    CREATE VIEW lonely AS SELECT title FROM album WHERE artist IS NULL AND note IS NULL AND made IS NULL;
    CREATE VIEW years (year, \"how many\") AS SELECT strftime('%Y', made), count(*) FROM album GROUP BY 1;
    CREATE VIEW everything AS SELECT * FROM album NATURAL JOIN (SELECT id, 'it''s' AS word FROM album);
    CREATE VIEW deep AS SELECT s.size, c.colour, b.title FROM scan s JOIN cover c ON c.album = s.cover JOIN album b ON b.id = s.cover;
    CREATE VIEW upon AS WITH k AS (SELECT title FROM keyed WHERE artist = 1) SELECT title FROM k ORDER BY title;";

#[test]
fn views_show_what_they_showed() {
    let house = House::with(SHOP);
    house
        .import(&[])
        .went_well()
        .says("by_artist: a view, made as by_artist, 3 records")
        .says("upon: a view, made as upon, 2 records");
    let (source, data) = (Database::open_file(&house.file()), house.data());
    for (view, ours, theirs) in [
        ("by_artist", "name, albums", "name, albums"),
        ("keyed", "id, title, artist", "id, title, artist"),
        ("shared", "source_id, title", "id, title"),
        ("lonely", "title", "title"),
        ("years", "year, how_many", "year, \"how many\""),
        ("deep", "size, colour, title", "size, colour, title"),
        ("upon", "title", "title"),
    ] {
        let rows = |database: &Database, columns: &str| {
            let mut rows = database.rows(&format!("SELECT {columns} FROM {view}"));
            rows.sort();
            rows
        };
        assert_eq!(rows(&data, ours), rows(&source, theirs), "{view}");
    }
    assert_eq!(data.rows("SELECT id, title, word FROM everything ORDER BY title")[0], ["10", "One", "it's"]);
    let ids = "SELECT group_concat(id) FROM (SELECT id FROM shared ORDER BY id)";
    assert_eq!(data.value(ids), "1,2", "rows that share a value are numbered");
    assert_eq!(house.fields("keyed"), ["title text", "artist number"]);
    house.import(&[]).went_well().says("keyed: a view, there already as keyed, 3 records");
}

#[tokio::test]
async fn views_are_served_filtered_and_follow_their_tables() {
    let house = House::with(SHOP);
    let server = TestServer::start().await;
    import(server.root(), &house.file(), &["--prefix", "p_"]).went_well();
    notice(&server).await;
    let superuser = server.superuser();
    let list = async |filter: &str| superuser.list("p_by_artist", &[("filter", filter), ("sort", "name")]).await;
    list("albums > 1").await.is(200).has("/totalItems", 1).has("/items/0/name", "Ann");
    superuser
        .create("p_album", serde_json::json!({"source_id": 13, "title": "Four", "artist": "n00000000000002"}))
        .await
        .is(200);
    list("name = 'Bob'").await.is(200).has("/items/0/albums", 1);
}

#[test]
fn views_that_cannot_come_are_told_with_the_reason() {
    let house = House::with(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT); INSERT INTO t VALUES (1, 'x');
         CREATE TABLE u (x); CREATE VIEW broken AS SELECT x FROM u; DROP TABLE u;
         CREATE VIEW own AS SELECT a FROM main.t;
         CREATE VIRTUAL TABLE docs USING fts5(body); CREATE VIEW found AS SELECT body FROM docs;
         CREATE VIEW fine AS SELECT a FROM t",
    );
    house
        .import(&[])
        .went_well()
        .says("broken does not come: its query cannot be said here: no such table: main.u")
        .says("own does not come: its query cannot be said here: it names a database")
        .says("found does not come: its query cannot be said here: it reads docs, which does not come now")
        .says("fine: a view, made as fine, 1 record");
}

#[test]
fn views_are_left_out_where_they_are_not_asked_for() {
    let house = House::with(SHOP);
    let views = |house: &House| house.data().column("SELECT name FROM _collections WHERE type = 'view' ORDER BY rowid");
    house.import(&["--no-views"]).went_well();
    assert_eq!(views(&house), [""; 0]);
    house.import(&["--tables", "album,artist,by_artist"]).went_well();
    assert_eq!(views(&house), ["by_artist"]);
    house
        .import(&["--tables", "lonely"])
        .went_well()
        .says("lonely does not come: its query cannot be said here: it reads album, which does not come now");
    house.import(&["--dry-run"]).went_well().says("deep → deep (view, new)").says("  how many → how_many");
}
