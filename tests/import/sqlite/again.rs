//! Running an import again: what is there is found, what is new comes, what was changed is left alone.

use serde_json::json;

use super::{House, notice};
use crate::support::{Client, TestServer};

const BOOKS: &str = "
    CREATE TABLE author (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
    CREATE TABLE book (isbn TEXT PRIMARY KEY, title TEXT, author INTEGER REFERENCES author, pages INTEGER);
    INSERT INTO author VALUES (1, 'Ann'), (2, 'Bob');
    INSERT INTO book VALUES ('a', 'One', 1, 10), ('b', 'Two', 2, 20), ('c', 'Three', NULL, NULL);";

#[test]
fn rows_that_were_added_to_the_source_come_and_point_to_what_was_there() {
    let house = House::with(BOOKS);
    house.import(&[]).went_well().says("5 made, 0 there already");
    house
        .source()
        .execute_batch(
            "INSERT INTO author VALUES (3, 'Cid'); INSERT INTO book VALUES ('d', 'Four', 1, 1), ('e', 'Five', 3, 1)",
        )
        .unwrap();
    house.import(&[]).went_well().says("3 made, 5 there already");
    let query = "SELECT b.title, a.name FROM book b JOIN author a ON a.id = b.author ORDER BY b.isbn";
    assert_eq!(house.data().rows(query), [["One", "Ann"], ["Two", "Bob"], ["Four", "Ann"], ["Five", "Cid"]]);
}

#[tokio::test]
async fn records_that_were_changed_since_stay_and_are_counted() {
    let house = House::with(BOOKS);
    let server = TestServer::start().await;
    let import = || super::import(server.root(), &house.file(), &[]);
    import().went_well();
    notice(&server).await;
    let superuser = server.superuser();
    let id = superuser.list("book", &[("filter", "isbn = 'a'")]).await.is(200).text("/items/0/id").to_owned();
    superuser.update("book", &id, json!({"title": "Uno"})).await.is(200);
    superuser.create("book", json!({"isbn": "mine", "title": "Mine"})).await.is(200);
    house.source().execute_batch("UPDATE book SET pages = 21 WHERE isbn = 'b'").unwrap();
    import()
        .went_well()
        .says("book: 2 records that were there already differ from their rows, and were left as they are")
        .says("book: the collection has 1 record more than the table rows");
    superuser.view("book", &id, &[]).await.is(200).has("/title", "Uno");
    // What was deleted comes back.
    superuser.delete("book", &id).await.is(204);
    import().went_well().says("1 made, 4 there already");
    superuser.view("book", &id, &[]).await.is(200).has("/title", "One");
}

#[tokio::test]
async fn a_collection_is_found_under_its_new_name() {
    let house = House::with(BOOKS);
    let server = TestServer::start().await;
    let import = || super::import(server.root(), &house.file(), &[]);
    import().went_well();
    notice(&server).await;
    server.superuser().update_collection("book", json!({"name": "volumes"})).await.is(200);
    import().went_well().says("0 made, 5 there already");
    server.superuser().list("volumes", &[]).await.is(200).has("/totalItems", 3);
    server.superuser().list("book", &[]).await.is(404);
}

#[test]
fn longer_texts_raise_the_limit_of_their_field() {
    let house = House::with(BOOKS);
    house.import(&[]).went_well();
    house.source().execute_batch("INSERT INTO book (isbn, title) VALUES ('z', printf('%06000d', 1))").unwrap();
    house.import(&[]).went_well().says("1 made");
    assert_eq!(house.data().value("SELECT length(title) FROM book WHERE isbn = 'z'"), "6000");
}

#[test]
fn values_that_a_field_cannot_hold_are_told_and_nothing_of_the_table_is_written() {
    let house = House::with(BOOKS);
    house.import(&[]).went_well();
    house
        .source()
        .execute_batch("INSERT INTO book (isbn, pages) VALUES ('x', 'many'); INSERT INTO author VALUES (9, 'Zoe')")
        .unwrap();
    house
        .import(&[])
        .failed()
        .says("book does not come: its column pages has values that the field pages of its collection, a number since")
        .says("author  author         3     1      2        3");
    assert_eq!(house.data().value("SELECT count(*) FROM book"), "3");
}

#[test]
fn a_field_that_was_removed_stays_away() {
    let house = House::with(BOOKS);
    house.import(&[]).went_well();
    house
        .source()
        .execute_batch("ALTER TABLE book ADD COLUMN extra TEXT; INSERT INTO book VALUES ('n', 'New', 1, 1, 'e')")
        .unwrap();
    house.import(&[]).went_well().says("book: extra: left out, since the collection has no field extra").says("1 made");
}

#[test]
fn databases_of_the_same_form_stand_side_by_side_under_prefixes() {
    let (north, south) = (House::with(BOOKS), House::with(BOOKS));
    south.source().execute_batch("UPDATE author SET name = 'South ' || name").unwrap();
    north.import(&["--prefix", "n_"]).went_well();
    super::import(north.root(), &south.file(), &["--prefix", "s_"]).went_well().says("5 made");
    let query = "SELECT a.name FROM s_book b JOIN s_author a ON a.id = b.author ORDER BY b.isbn";
    assert_eq!(north.data().column(query), ["South Ann", "South Bob"]);
}
