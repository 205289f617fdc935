//! A thousand real films, imported as a new user would, and questions about them. With `TUCKBOX_TEST_DATA` it takes
//! the full file.

use std::collections::{BTreeMap, HashSet};
use std::path::PathBuf;

use serde_json::{Value as Json, json};

use super::house::{becomes_known, fixture, went_well};
use crate::support::{Client, TestServer};

fn films() -> PathBuf {
    match std::env::var_os("TUCKBOX_TEST_DATA") {
        Some(folder) => PathBuf::from(folder).join("movies.jsonl"),
        None => fixture("films.jsonl"),
    }
}

fn rows() -> Vec<Json> {
    let text = std::fs::read_to_string(films()).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

async fn cinema() -> (TestServer, String) {
    let server = TestServer::start().await;
    let path = films();
    let told = went_well(&server.run(&["import", "json", path.to_str().unwrap(), "--collection", "films"]));
    becomes_known(&server, "films").await;
    (server, told)
}

fn has_genre(film: &Json, genre: &str) -> bool {
    film["genres"].as_array().unwrap().iter().any(|one| one == genre)
}

#[tokio::test]
async fn films_get_the_fields_that_keep_them() {
    let (server, told) = cinema().await;
    let count = rows().len();
    assert!(told.contains(&format!("{count} rows read, {count} created, 0 bad")), "{told}");
    let films = server.superuser().get("/api/collections/films").await;
    let kinds: BTreeMap<String, String> = films
        .at("/fields")
        .as_array()
        .unwrap()
        .iter()
        .map(|field| {
            let text = |key: &str| field[key].as_str().unwrap().to_owned();
            (text("name"), text("type"))
        })
        .collect();
    for (name, kind) in [
        ("title", "text"),
        ("year", "number"),
        ("cast", "json"),
        ("genres", "select"),
        ("href", "text"),
        ("thumbnail", "url"),
        ("thumbnail_width", "number"),
        ("created", "autodate"),
        ("updated", "autodate"),
        ("id", "text"),
    ] {
        assert_eq!(kinds.get(name).map(String::as_str), Some(kind), "{name}: {kinds:?}");
    }
}

#[tokio::test]
async fn questions_are_answered_as_the_file_would() {
    let (server, _) = cinema().await;
    let (superuser, films) = (server.superuser(), rows());
    let total = async |filter: &str| {
        superuser
            .list("films", &[("filter", filter), ("perPage", "1")])
            .await
            .is(200)
            .at("/totalItems")
            .as_u64()
            .unwrap() as usize
    };
    let count = |wanted: &dyn Fn(&Json) -> bool| films.iter().filter(|film| wanted(film)).count();
    let western = |film: &Json| has_genre(film, "Western");
    assert!(count(&western) > 50);
    assert_eq!(total("genres:each ?= 'Western'").await, count(&western));
    assert_eq!(
        total("genres:each ?= 'Western' && genres ~ 'Comedy'").await,
        count(&|film| western(film) && has_genre(film, "Comedy"))
    );
    assert_eq!(
        total("genres:each ?= 'Western' && year >= 1950").await,
        count(&|film| western(film) && film["year"].as_f64().unwrap() >= 1950.0)
    );
    assert_eq!(total("genres:length = 0").await, count(&|film| film["genres"].as_array().unwrap().is_empty()));
    let in_title = |film: &Json| film["title"].as_str().unwrap().to_ascii_lowercase().contains("love");
    assert!(count(&in_title) > 5);
    assert_eq!(total("title ~ 'love'").await, count(&in_title));
    assert_eq!(
        total("cast ~ 'Chaplin'").await,
        count(&|film| film["cast"].to_string().to_ascii_lowercase().contains("chaplin"))
    );
}

#[tokio::test]
async fn all_films_are_paged_in_both_directions_without_a_gap_or_a_double_while_others_are_written() {
    let (server, _) = cinema().await;
    let superuser = server.superuser();
    let expected = rows().len();
    let first = superuser.list("films", &[("sort", "-@rowid"), ("perPage", "1")]).await.text("/items/0/id").to_owned();
    for (sort, pages) in [("@rowid", 0), ("-@rowid", 1)] {
        let (mut seen, mut page, mut written) = (HashSet::new(), 1, 0);
        loop {
            // Old films in the order of their insertion; each page is followed by a new film and a change.
            let filter = "year < 3000";
            let query = [
                ("sort", sort),
                ("perPage", "100"),
                ("page", &page.to_string()),
                ("filter", filter),
                ("skipTotal", "1"),
            ];
            let list = superuser.list("films", &query).await;
            for item in list.is(200).items() {
                assert!(seen.insert(item["id"].as_str().unwrap().to_owned()), "{item} came twice, {sort}");
            }
            if list.items().len() < 100 {
                break;
            }
            superuser.create("films", json!({"title": format!("new {pages} {written}"), "year": 3000})).await.is(200);
            superuser.update("films", &first, json!({"href": format!("changed_{written}")})).await.is(200);
            (page, written) = (page + 1, written + 1);
        }
        assert_eq!(seen.len(), expected, "{sort}");
    }
}
