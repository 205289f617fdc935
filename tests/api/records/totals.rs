//! The total of a list is the number of records after every acknowledged write, whoever writes and whatever way.

use std::fmt::Write as _;
use std::time::Duration;

use futures_util::future::join_all;
use serde_json::{Value as Json, json};

use crate::support::{Answer, Client, Database, Superuser, TestServer, blog, collection, id, notes};

async fn total(client: &impl Client, of: &str, query: &[(&str, &str)]) -> u64 {
    let query: Vec<_> = query.iter().copied().chain([("perPage", "1")]).collect();
    client.list(of, &query).await.is(200).at("/totalItems").as_u64().expect("a total")
}

async fn sql(superuser: &Superuser, query: &str) -> Answer {
    superuser.post("/api/sql", json!({"query": query})).await
}

async fn count(superuser: &Superuser, from: &str) -> u64 {
    let answer = sql(superuser, &format!("SELECT count(*) FROM {from}")).await;
    answer.is(200).text("/rows/0/0").parse().expect("a number")
}

/// A list, its query, and the same as SQL: what to select from and under which condition.
struct Question {
    list: &'static str,
    query: &'static [(&'static str, &'static str)],
    from: &'static str,
}

const fn question(list: &'static str, query: &'static [(&'static str, &'static str)], from: &'static str) -> Question {
    Question { list, query, from }
}

/// Lists without and with filters, through relations, over views of several tables, in orders that join.
const QUESTIONS: &[Question] = &[
    question("songs", &[], "songs"),
    question("songs", &[("sort", "band.name,-plays")], "songs"),
    question("bands", &[], "bands"),
    question("words", &[], "words"),
    question("songs", &[("filter", "plays > 4")], "songs WHERE plays > 4"),
    question("songs", &[("filter", "plays > 4"), ("sort", "-band.name")], "songs WHERE plays > 4"),
    question(
        "songs",
        &[("filter", "band.name = 'B1'")],
        "songs WHERE band IN (SELECT id FROM bands WHERE name = 'B1')",
    ),
    question(
        "songs",
        &[("filter", "words.word ?= 'w1'"), ("sort", "band.name")],
        "songs WHERE EXISTS (SELECT 1 FROM json_each(songs.words) e JOIN words w ON w.id = e.value WHERE w.word = 'w1')",
    ),
    question(
        "bands",
        &[("filter", "songs_via_band.plays ?> 6")],
        "bands WHERE id IN (SELECT band FROM songs WHERE plays > 6)",
    ),
    question("ruled", &[], "ruled WHERE plays > 4"),
    question("wide", &[], "songs LEFT JOIN bands ON bands.id = songs.band"),
    question("wide", &[("filter", "band = 'B1'")], "songs JOIN bands ON bands.id = songs.band WHERE bands.name = 'B1'"),
    question("wide", &[("filter", "plays > 4"), ("sort", "-band")], "songs WHERE plays > 4"),
    question("above", &[], "songs JOIN bands ON bands.id = songs.band"),
    question("busy", &[], "(SELECT band FROM songs WHERE band != '' GROUP BY band HAVING count(*) > 1)"),
];

/// The collections of [`QUESTIONS`]: `ruled` has a rule for guests; the views read tables and each other.
async fn music() -> TestServer {
    let relation = |name: &str, to: &str, most: u32, cascade: bool| json!({"name": name, "type": "relation", "collectionId": format!("c_{to}"), "maxSelect": most, "cascadeDelete": cascade});
    let number = || json!({"name": "plays", "type": "number"});
    let mut ruled = collection("ruled", json!([number()]));
    ruled["listRule"] = "plays > 4".into();
    let view = |name: &str, query: &str| json!({"id": format!("c_{name}"), "name": name, "type": "view", "viewQuery": query, "listRule": "", "viewRule": ""});
    TestServer::with_collections([
        collection("bands", json!([{"name": "name", "type": "text"}])),
        collection("words", json!([{"name": "word", "type": "text"}])),
        collection(
            "songs",
            json!([number(), {"name": "title", "type": "text"}, relation("band", "bands", 1, true), relation("words", "words", 9, false)]),
        ),
        ruled,
        view("wide", "SELECT songs.id, songs.plays, bands.name AS band FROM songs LEFT JOIN bands ON bands.id = songs.band"),
        view("above", "SELECT wide.id, wide.band FROM wide WHERE wide.band IS NOT NULL"),
        view("busy", "SELECT band AS id, count(*) AS n FROM songs WHERE band != '' GROUP BY band HAVING count(*) > 1"),
    ])
    .await
}

/// Demands every total twice: counted, and remembered.
async fn all_are_right(server: &TestServer, after: &str) {
    let (superuser, guest) = (server.superuser(), server.guest());
    for Question { list, query, from } in QUESTIONS {
        let expected = count(&superuser, from).await;
        for _ in 0..2 {
            assert_eq!(total(&guest, list, query).await, expected, "{list} {query:?} after {after}");
        }
    }
}

/// Numbers that look random and are the same in each run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

/// One write of some kind; many are refused.
async fn write(server: &TestServer, mut dice: Dice) -> String {
    let superuser = server.superuser();
    let short = |kind: &str, dice: &mut Dice| id(&format!("{kind}{}", dice.roll(8)));
    let (band, song, plays) = (short("b", &mut dice), short("s", &mut dice), dice.roll(10));
    let word = short("w", &mut dice);
    let name = format!("B{}", dice.roll(3));
    let kind = dice.roll(16);
    let answer = match kind {
        0 => superuser.create("bands", json!({"id": band, "name": name})).await,
        1..=4 => {
            let body = json!({"id": song, "plays": plays, "band": band, "words": [word]});
            match superuser.create("songs", body).await {
                taken if taken.status == 400 => superuser.create("songs", json!({"plays": plays})).await,
                made => made,
            }
        }
        5 => superuser.create("words", json!({"id": word, "word": format!("w{}", dice.roll(2))})).await,
        6 => superuser.create("ruled", json!({"plays": plays})).await,
        7 => superuser.update("songs", &song, json!({"plays": plays, "band": ""})).await,
        8 => superuser.update("bands", &band, json!({"name": name})).await,
        9 => superuser.delete("songs", &song).await,
        10 => superuser.delete("bands", &band).await,
        11 => superuser.delete("words", &word).await,
        12 => {
            let mut lines = String::new();
            for _ in 0..dice.roll(5) {
                writeln!(lines, "{}", json!({"plays": dice.roll(10), "title": "imported"})).expect("text");
            }
            lines.push_str("{\"plays\": \"none\"}\n");
            let path = "/api/collections/songs/import?format=json&onError=skip";
            superuser.post_text(path, "application/octet-stream", lines).await
        }
        13 => {
            let statement = match dice.roll(5) {
                0 => format!("INSERT INTO songs (id, plays, band) VALUES (hex(randomblob(7)), {plays}, '{band}')"),
                1 => format!("REPLACE INTO songs (id, plays) VALUES ('{song}', {plays}), ('{song}', {plays})"),
                2 => "DELETE FROM songs WHERE plays = 3; INSERT INTO nowhere VALUES (1)".into(),
                3 => format!("UPDATE bands SET name = '{name}'; DELETE FROM songs WHERE band = '{band}'"),
                _ => "DELETE FROM ruled".into(),
            };
            sql(&superuser, &statement).await
        }
        14 => {
            superuser
                .remove(&format!("/api/collections/{}/truncate", ["ruled", "songs", "words"][dice.roll(3) as usize]))
                .await
        }
        _ => match dice.roll(2) {
            0 => superuser.update_collection("ruled", json!({"name": "ruled"})).await,
            _ => {
                let index = format!("CREATE INDEX idx_plays ON songs (plays) WHERE plays > {plays}");
                superuser.update_collection("songs", json!({"indexes": [index]})).await
            }
        },
    };
    answer.is_no_failure();
    format!("{kind} ({})", answer.status)
}

#[tokio::test(flavor = "multi_thread")]
async fn totals_are_right_after_each_storm_of_writes() {
    let server = music().await;
    let mut dice = Dice(20);
    for round in 0..30 {
        let clients = 1 + dice.roll(12);
        let writes = join_all((0..clients).map(|_| write(&server, Dice(dice.roll(1 << 30))))).await;
        all_are_right(&server, &format!("round {round}: {}", writes.join(", "))).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_finds_what_he_wrote_while_others_write() {
    let server = TestServer::with_collections([
        collection("marks", json!([{"name": "owner", "type": "text"}, {"name": "n", "type": "number"}])),
        json!({"id": "c_seen", "name": "seen", "type": "view", "viewQuery": "SELECT id, owner FROM marks", "listRule": ""}),
    ])
    .await;
    let all = (0..6).map(|client| {
        let guest = server.guest();
        async move {
            let owner = format!("owner{client}");
            let (mine, others) = (format!("owner = '{owner}'"), format!("owner != '{owner}'"));
            let mut ids: Vec<String> = Vec::new();
            for round in 0..25 {
                if round % 4 == 3 {
                    guest.delete("marks", &ids.pop().expect("three were made")).await.is(204);
                } else {
                    ids.push(guest.create("marks", json!({"owner": owner, "n": round})).await.is(200).id());
                }
                for list in ["marks", "seen"] {
                    assert_eq!(total(&guest, list, &[("filter", &mine)]).await, ids.len() as u64);
                    let at_least = total(&guest, list, &[]).await;
                    assert!(at_least >= ids.len() as u64);
                    total(&guest, list, &[("filter", &others), ("sort", "-owner")]).await;
                }
            }
            ids.len() as u64
        }
    });
    let made: u64 = join_all(all).await.into_iter().sum();
    for list in ["marks", "seen"] {
        assert_eq!(total(&server.guest(), list, &[]).await, made);
    }
}

#[tokio::test]
async fn totals_of_views_follow_the_tables_below_them() {
    let server = TestServer::with(blog()).await;
    let superuser = server.superuser();
    let view = |name: &str, query: &str| json!({"name": name, "type": "view", "viewQuery": query, "listRule": ""});
    let by = "SELECT posts.id, posts.name, authors.name AS writer FROM posts JOIN authors ON authors.id = posts.author";
    superuser.create_collection(view("by", by)).await.is(200);
    superuser.create_collection(view("news", "SELECT id, name FROM by WHERE writer = 'Ann'")).await.is(200);
    let guest = server.guest();
    let totals = async || {
        let mut found = Vec::new();
        for (list, filter) in [("by", ""), ("by", "writer = 'Bob'"), ("news", ""), ("news", "name != 'p1'")] {
            let filter = [("filter", filter)];
            found.push(total(&guest, list, &filter[usize::from(filter[0].1.is_empty())..]).await);
        }
        found
    };
    assert_eq!(totals().await, [4, 2, 2, 1]);
    assert_eq!(totals().await, [4, 2, 2, 1]);
    superuser.update("authors", &id("a2"), json!({"name": "Ann"})).await.is(200);
    assert_eq!(totals().await, [4, 0, 4, 3]);
    superuser.create("posts", json!({"name": "new", "author": id("a1")})).await.is(200);
    assert_eq!(totals().await, [5, 0, 5, 4]);
    sql(&superuser, "UPDATE authors SET name = 'Bob'").await.is(200);
    assert_eq!(totals().await, [5, 5, 0, 0]);
    // Another query under the same name, over another table.
    let other = "SELECT id, name, 'Ann' AS writer FROM tags";
    superuser.update_collection("by", json!({"viewQuery": other})).await.is(200);
    assert_eq!(totals().await, [3, 0, 3, 3]);
    superuser.create("tags", json!({"name": "white"})).await.is(200);
    assert_eq!(totals().await, [4, 0, 4, 4]);
}

#[tokio::test]
async fn a_view_of_time_or_chance_is_counted_each_time() {
    let server = TestServer::with(notes()).await;
    let superuser = server.superuser();
    let soon = "SELECT id, title FROM notes WHERE julianday('now') * 86400 < julianday(title) * 86400";
    let body = json!({"name": "soon", "type": "view", "viewQuery": soon, "listRule": ""});
    superuser.create_collection(body).await.is(200);
    // Of the two rows one is over in a moment, the other in a thousand years.
    sql(&superuser, "UPDATE notes SET title = strftime('%Y-%m-%d %H:%M:%f', 'now', '+1 seconds') WHERE rank = 1")
        .await
        .is(200);
    sql(&superuser, "UPDATE notes SET title = '3000-01-01' WHERE rank = 2").await.is(200);
    let guest = server.guest();
    let over = async { while total(&guest, "soon", &[]).await != 1 {} };
    tokio::time::timeout(Duration::from_secs(60), over).await.expect("a total of that moment");
}

#[tokio::test]
async fn what_another_process_wrote_is_counted_after_the_next_write() {
    let server = TestServer::with(notes()).await;
    let (guest, beside) = (server.guest(), Database::open(&server.dir()));
    let queries: [&[(&str, &str)]; 3] = [&[], &[("filter", "rank > 1")], &[("sort", "-title")]];
    let totals = async || {
        let mut found = Vec::new();
        for query in queries {
            found.push(total(&guest, "notes", query).await);
        }
        found
    };
    assert_eq!(totals().await, [3, 2, 3]);
    for (statement, expected) in [
        ("INSERT INTO notes (id, title, rank) VALUES ('x1', 'X', 9), ('x2', 'Y', 0)", [5, 3, 5]),
        ("DELETE FROM notes WHERE id = 'x1'", [4, 2, 4]),
        ("UPDATE notes SET rank = 5", [4, 4, 4]),
        ("DELETE FROM notes WHERE id LIKE 'x%'", [3, 3, 3]),
    ] {
        beside.execute(statement);
        guest.update("notes", &id("n1"), json!({"done": true})).await.is(200);
        assert_eq!(totals().await, expected, "{statement}");
        assert_eq!(totals().await, expected, "{statement}");
    }
    let shown: Json = guest.list("notes", &[]).await.json.clone();
    assert_eq!(shown["totalItems"], 3);
}
