//! A real music shop: Chinook, loaded through the API, and questions that its owner would ask. The answers are
//! compared with plain SQL on the original file.

use std::path::Path;

use futures_util::{StreamExt, stream};
use serde_json::{Value as Json, json};

use crate::support::{Client, Database, Superuser, TestServer, collection};

fn original() -> Database {
    Database::open_file(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/chinook.sqlite"))
}

/// A record's id: the letter of its kind and the original number.
fn key(kind: char, number: &str) -> String {
    if number == "-" { String::new() } else { format!("{kind}{number:0>14}") }
}

fn number(text: &str) -> Json {
    json!(text.parse::<f64>().unwrap_or(0.0))
}

fn text(value: &str) -> Json {
    json!(if value == "-" { "" } else { value })
}

fn relation(name: &str, target: &str) -> Json {
    json!({"name": name, "type": "relation", "collectionId": format!("c_{target}"), "maxSelect": 1})
}

async fn load(superuser: &Superuser, name: &str, fields: Json, records: Vec<Json>) {
    superuser.create_collection(collection(name, fields)).await.is(200);
    let mut answers =
        stream::iter(records.into_iter().map(|record| superuser.create(name, record))).buffer_unordered(64);
    while let Some(answer) = answers.next().await {
        answer.is(200);
    }
}

/// The shop, without what the questions do not ask about.
async fn shop() -> (TestServer, Database) {
    let (server, source) = (TestServer::start().await, original());
    let superuser = server.superuser();
    let rows = |sql: &str| source.rows(sql);
    let name = json!({"name": "name", "type": "text"});
    load(
        &superuser,
        "artists",
        json!([name]),
        rows("SELECT ArtistId, Name FROM Artist")
            .iter()
            .map(|row| json!({"id": key('a', &row[0]), "name": text(&row[1])}))
            .collect(),
    )
    .await;
    load(
        &superuser,
        "genres",
        json!([name]),
        rows("SELECT GenreId, Name FROM Genre")
            .iter()
            .map(|row| json!({"id": key('g', &row[0]), "name": text(&row[1])}))
            .collect(),
    )
    .await;
    load(
        &superuser,
        "albums",
        json!([{"name": "title", "type": "text"}, relation("artist", "artists")]),
        rows("SELECT AlbumId, Title, ArtistId FROM Album")
            .iter()
            .map(|row| json!({"id": key('b', &row[0]), "title": row[1], "artist": key('a', &row[2])}))
            .collect(),
    )
    .await;
    let fields = json!([
        name, relation("album", "albums"), relation("genre", "genres"), {"name": "composer", "type": "text"},
        {"name": "milliseconds", "type": "number", "onlyInt": true}, {"name": "price", "type": "number"},
    ]);
    load(&superuser, "tracks", fields, rows("SELECT TrackId, Name, AlbumId, GenreId, Composer, Milliseconds, UnitPrice FROM Track").iter()
        .map(|row| json!({
            "id": key('t', &row[0]), "name": row[1], "album": key('b', &row[2]), "genre": key('g', &row[3]), "composer": text(&row[4]),
            "milliseconds": number(&row[5]), "price": number(&row[6]),
        })).collect()).await;
    load(
        &superuser,
        "customers",
        json!([name, {"name": "country", "type": "text"}]),
        rows("SELECT CustomerId, FirstName || ' ' || LastName, Country FROM Customer")
            .iter()
            .map(|row| json!({"id": key('c', &row[0]), "name": row[1], "country": text(&row[2])}))
            .collect(),
    )
    .await;
    let fields = json!([
        relation("customer", "customers"), {"name": "day", "type": "date"}, {"name": "total", "type": "number"},
        {"name": "tracks", "type": "relation", "collectionId": "c_tracks", "maxSelect": 50},
    ]);
    load(&superuser, "invoices", fields, rows(
        "SELECT InvoiceId, CustomerId, InvoiceDate, Total,
           (SELECT group_concat(TrackId) FROM InvoiceLine l WHERE l.InvoiceId = i.InvoiceId) FROM Invoice i",
    ).iter().map(|row| {
        let tracks: Vec<_> = row[4].split(',').map(|track| key('t', track)).collect();
        json!({"id": key('i', &row[0]), "customer": key('c', &row[1]), "day": row[2], "total": number(&row[3]), "tracks": tracks})
    }).collect()).await;
    (server, source)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_music_shop_answers_its_owners_questions() {
    let (server, source) = shop().await;
    let guest = server.guest();
    let counts = async |collection: &str, filter: &str| {
        let answer = guest.list(collection, &[("filter", filter), ("perPage", "1")]).await;
        answer.is(200).at("/totalItems").to_string()
    };

    // Everything arrived.
    for (collection, table) in [
        ("artists", "Artist"),
        ("albums", "Album"),
        ("tracks", "Track"),
        ("customers", "Customer"),
        ("invoices", "Invoice"),
    ] {
        let answer = guest.list(collection, &[("perPage", "1")]).await;
        assert_eq!(
            answer.is(200).at("/totalItems").to_string(),
            source.value(&format!("SELECT count(*) FROM {table}")),
            "{collection}"
        );
    }

    // The ten longest Rock tracks with album and artist, in one call.
    let answer = guest
        .list(
            "tracks",
            &[
                ("filter", "genre.name = 'Rock'"),
                ("sort", "-milliseconds,id"),
                ("perPage", "10"),
                ("expand", "album.artist"),
                ("fields", "name,milliseconds,expand.album.title,expand.album.expand.artist.name"),
            ],
        )
        .await;
    let longest: Vec<_> = answer
        .is(200)
        .items()
        .iter()
        .map(|track| {
            [&track["name"], &track["expand"]["album"]["title"], &track["expand"]["album"]["expand"]["artist"]["name"]]
                .map(|value| value.as_str().unwrap_or("?").to_owned())
                .to_vec()
        })
        .collect();
    assert_eq!(longest, source.rows(
        "SELECT t.Name, b.Title, a.Name FROM Track t JOIN Album b USING (AlbumId) JOIN Artist a USING (ArtistId) JOIN Genre g USING (GenreId)
         WHERE g.Name = 'Rock' ORDER BY t.Milliseconds DESC, t.TrackId LIMIT 10",
    ));

    // Through two relations.
    for artist in ["AC/DC", "Iron Maiden", "Antônio Carlos Jobim", "Guns N' Roses"] {
        let quoted = artist.replace('\'', "\\'");
        assert_eq!(
            counts("tracks", &format!("album.artist.name = '{quoted}'")).await,
            source.value(&format!(
                "SELECT count(*) FROM Track JOIN Album USING (AlbumId) JOIN Artist a USING (ArtistId) WHERE a.Name = '{}'",
                artist.replace('\'', "''")
            )),
            "{artist}"
        );
    }

    // Backwards through two: artists with some Jazz; and albums of nothing but Rock.
    assert_eq!(
        counts("artists", "albums_via_artist.tracks_via_album.genre.name ?= 'Jazz'").await,
        source.value(
            "SELECT count(DISTINCT b.ArtistId) FROM Track JOIN Album b USING (AlbumId) JOIN Genre g USING (GenreId) WHERE g.Name = 'Jazz'",
        )
    );
    assert_eq!(
        counts("albums", "tracks_via_album.genre.name = 'Rock'").await,
        source.value(
            "SELECT count(*) FROM Album b WHERE EXISTS (SELECT 1 FROM Track t WHERE t.AlbumId = b.AlbumId)
             AND NOT EXISTS (SELECT 1 FROM Track t JOIN Genre g USING (GenreId) WHERE t.AlbumId = b.AlbumId AND g.Name <> 'Rock')",
        )
    );
    assert_eq!(
        counts("artists", "albums_via_artist.id = ''").await,
        source.value(
            "SELECT count(*) FROM Artist a WHERE NOT EXISTS (SELECT 1 FROM Album b WHERE b.ArtistId = a.ArtistId)"
        )
    );

    // Who bought something of a band: five hops, one of them a list.
    assert_eq!(
        counts("customers", "invoices_via_customer.tracks.album.artist.name ?= 'Queen'").await,
        source.value(
            "SELECT count(DISTINCT i.CustomerId) FROM Invoice i JOIN InvoiceLine USING (InvoiceId) JOIN Track USING (TrackId)
             JOIN Album USING (AlbumId) JOIN Artist a USING (ArtistId) WHERE a.Name = 'Queen'",
        )
    );

    // Ranges, texts, and what nobody wrote down.
    assert_eq!(
        counts("invoices", "total > 10 && day >= '2010-01-01' && day < '2012-01-01' && customer.country = 'USA'").await,
        source.value(
            "SELECT count(*) FROM Invoice JOIN Customer c USING (CustomerId) WHERE Total > 10 AND InvoiceDate >= '2010-01-01'
             AND InvoiceDate < '2012-01-01' AND c.Country = 'USA'",
        )
    );
    assert_eq!(
        counts("tracks", "composer = ''").await,
        source.value("SELECT count(*) FROM Track WHERE Composer IS NULL")
    );
    assert_eq!(
        counts("tracks", "name ~ 'love'").await,
        source.value("SELECT count(*) FROM Track WHERE Name LIKE '%love%'")
    );
    assert_eq!(
        counts("invoices", "tracks:length >= 10").await,
        source.value("SELECT count(*) FROM (SELECT 1 FROM InvoiceLine GROUP BY InvoiceId HAVING count(*) >= 10)")
    );

    // The whole catalogue, page by page, each track once.
    let mut names = Vec::new();
    for page in 1.. {
        let page = page.to_string();
        let answer = guest
            .list(
                "tracks",
                &[("page", &page), ("perPage", "700"), ("sort", "name,id"), ("skipTotal", "1"), ("fields", "id")],
            )
            .await;
        let items = answer.is(200).items();
        names.extend(items.iter().map(|item| item["id"].as_str().unwrap().to_owned()));
        if items.len() < 700 {
            break;
        }
    }
    let expected: Vec<_> =
        source.column("SELECT TrackId FROM Track ORDER BY Name, TrackId").iter().map(|id| key('t', id)).collect();
    assert_eq!(names, expected);

    // An artist leaves: albums stay without one, and nothing else moves.
    let queen = source.value("SELECT ArtistId FROM Artist WHERE Name = 'Queen'");
    server.superuser().delete("artists", &key('a', &queen)).await.is(204);
    assert_eq!(counts("tracks", "album.artist.name = 'Queen'").await, "0");
    assert_eq!(
        counts("albums", "artist = ''").await,
        source.value(&format!("SELECT count(*) FROM Album WHERE ArtistId = {queen}"))
    );
}
