//! Totals of lists stay right while records change, whoever asks, and pages are the same however they are found.

use std::collections::BTreeSet;
use std::task::Poll;

use futures_util::future::{join_all, maybe_done};
use serde_json::json;
use tuckbox::schema::FieldKind;
use tuckbox::store::WriteLane;

use super::house::{Asker, House, base, field, relation, text};

async fn total(asker: &Asker<'_>, query: &[(&str, &str)]) -> u64 {
    let query: Vec<_> = query.iter().copied().chain([("perPage", "1")]).collect();
    asker.list("posts", &query).await.1.total.expect("a total")
}

async fn run(house: &House, text: &'static str) {
    house.store.write(WriteLane::Grouped, move |tx| tx.execute(text)).await.expect("it runs");
}

#[tokio::test]
async fn a_total_follows_every_change_of_what_it_counts() {
    let house = House::open().await;
    let superuser = house.superuser();
    let queries: [&[(&str, &str)]; 4] =
        [&[], &[("filter", "views > 5")], &[("filter", "views > 5"), ("sort", "title")], &[("sort", "-title")]];
    let mut expected = Vec::new();
    for query in queries {
        expected.push(total(&superuser, query).await);
    }
    assert_eq!(expected[0], 3);
    for (change, all, some) in [
        ("INSERT INTO posts (id, title, views) VALUES ('new', 'New', 99)", 1, 1),
        ("UPDATE posts SET views = 0 WHERE id = 'new'", 0, -1),
        ("INSERT INTO posts (id, title, views) VALUES ('low', 'Low', 1), ('high', 'High', 7)", 2, 1),
        ("DELETE FROM posts WHERE id IN ('new', 'high')", -2, -1),
    ] {
        run(&house, change).await;
        for (query, expected) in queries.iter().zip(&mut expected) {
            let change = if query.iter().any(|(name, _)| *name == "filter") { some } else { all };
            *expected = expected.checked_add_signed(change).expect("no list is that short");
            // once counted, once remembered
            assert_eq!(total(&superuser, query).await, *expected, "{query:?}");
            assert_eq!(total(&superuser, query).await, *expected, "{query:?}");
        }
    }
}

#[tokio::test]
async fn a_total_follows_changes_of_other_collections_that_its_filter_reads() {
    let house = House::open().await;
    let query: &[(&str, &str)] = &[("filter", "author.name = 'Ada'")];
    let before = total(&house.superuser(), query).await;
    assert!(before > 0);
    run(&house, "UPDATE people SET name = 'Adele' WHERE name = 'Ada'").await;
    assert_eq!(total(&house.superuser(), query).await, 0);
    run(&house, "UPDATE people SET name = 'Ada' WHERE name = 'Adele'").await;
    assert_eq!(total(&house.superuser(), query).await, before);
}

#[tokio::test]
async fn nobody_is_told_the_total_of_another_caller() {
    let house = House::open().await;
    for _ in 0..3 {
        assert_eq!(total(&house.guest(), &[]).await, 2);
        assert_eq!(total(&house.person("bob"), &[]).await, 3);
        assert_eq!(total(&house.person("cyd"), &[]).await, 2);
        assert_eq!(total(&house.superuser(), &[]).await, 3);
        assert_eq!(total(&house.guest(), &[("filter", "views >= 0")]).await, 2);
        assert_eq!(total(&house.superuser(), &[("filter", "views >= 0")]).await, 3);
    }
}

#[tokio::test]
async fn an_order_through_a_relation_does_not_change_the_total() {
    let house = House::open().await;
    for asker in [house.guest(), house.person("bob"), house.superuser()] {
        for filter in ["views >= 0", "author.name != ''", "title ~ 'o'"] {
            let plain = asker.list("posts", &[("filter", filter)]).await.0.len() as u64;
            assert!(plain > 0);
            for sort in ["author.name", "-author.name,title", "@random"] {
                let (items, page) = asker.list("posts", &[("filter", filter), ("sort", sort)]).await;
                assert_eq!(page.total, Some(items.len() as u64));
                let asked = total(&asker, &[("filter", filter), ("sort", sort)]).await;
                assert_eq!(asked, items.len() as u64, "{filter} {sort}");
            }
        }
    }
}

/// `many`: 2,500 rows with texts and numbers that come several times, and a relation.
async fn many() -> House {
    let fields = vec![
        text("title"),
        field("rank", FieldKind::Number(Default::default())),
        field("place", FieldKind::Number(Default::default())),
        relation("author", "people_id", 1),
    ];
    let mut many = base("many", fields);
    many.indexes.push("CREATE INDEX many_place ON many (place)".into());
    let person = |id: &str| ("people", json!({"id": id, "name": id.to_uppercase()}));
    let row = |row: usize| {
        let author = ["ada", "bob", "cyd", ""][row % 4];
        let title = format!("Title {}", row * 7919 % 50);
        let values =
            json!({"id": format!("m{row}"), "title": title, "rank": row * 31 % 17, "place": row / 3, "author": author});
        ("many", values)
    };
    let rows = ["ada", "bob", "cyd"].map(person).into_iter().chain((0..2500).map(row)).collect();
    House::with(vec![base("people", vec![text("name")]), many], rows).await
}

#[tokio::test]
async fn pages_of_an_order_follow_each_other_however_deep() {
    let house = many().await;
    let superuser = house.superuser();
    for sort in ["title", "-rank", "place", "-place,title", "author.name", "", "@rowid"] {
        for filter in ["", "rank > 3"] {
            let mut all = Vec::new();
            for page in 1.. {
                let page = page.to_string();
                let query = [("sort", sort), ("filter", filter), ("perPage", "300"), ("page", page.as_str())];
                let (items, answer) = superuser.list("many", &query).await;
                if items.is_empty() {
                    assert_eq!(answer.total, Some(all.len() as u64));
                    break;
                }
                all.extend(items.iter().map(|item| item["id"].as_str().expect("an id").to_owned()));
            }
            let whole = in_order(&house, sort, filter);
            assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len());
            assert_eq!(all, whole, "{sort} {filter}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_through_relations_follow_each_other_whichever_way_they_are_found() {
    let fields = vec![
        text("title"),
        field("rank", FieldKind::Number(Default::default())),
        field("place", FieldKind::Number(Default::default())),
        relation("author", "people_id", 1),
    ];
    let mut many = base("many", fields);
    many.indexes.push("CREATE INDEX many_place ON many (place)".into());
    let notes = base("notes", vec![text("text"), relation("of", "many_id", 1)]);
    let house = House::with(vec![base("people", vec![text("name")]), many, notes], Vec::new()).await;
    for rows in [
        "INSERT INTO people (id, name) WITH RECURSIVE n(x) AS (SELECT 0 UNION ALL SELECT x + 1 FROM n LIMIT 400)
         SELECT 'p' || x, 'N' || (x % 100) FROM n",
        "INSERT INTO many (id, title, rank, place, author)
         WITH RECURSIVE n(x) AS (SELECT 0 UNION ALL SELECT x + 1 FROM n LIMIT 20000)
         SELECT 'm' || x, 'Title ' || (x * 7919 % 50), x * 31 % 17, x / 3, 'p' || (x * 7 % 400) FROM n",
        "INSERT INTO notes (id, text, of) WITH RECURSIVE n(x) AS (SELECT 0 UNION ALL SELECT x + 1 FROM n LIMIT 20000)
         SELECT 'n' || x, 'T' || (x * 7 % 500), 'm' || (x * 31 % 20000) FROM n",
    ] {
        run(&house, rows).await;
    }
    let superuser = house.superuser();
    let filters = [
        ("author.name = 'N7'", "author IN (SELECT id FROM people WHERE name = 'N7')"),
        ("notes_via_of.text ?= 'T5'", "id IN (SELECT of FROM notes WHERE text = 'T5')"),
        ("notes_via_of.text ?= 'T5' && rank > 3", "rank > 3 AND id IN (SELECT of FROM notes WHERE text = 'T5')"),
    ];
    let sorts = [
        ("", "rowid"),
        ("-rank", "rank DESC, rowid DESC"),
        ("-place", "place DESC, rowid DESC"),
        ("place,title", "place, title, rowid"),
    ];
    for (filter, condition) in filters {
        for (sort, order) in sorts {
            let mut all = Vec::new();
            for page in 1.. {
                let page = page.to_string();
                let query = [("sort", sort), ("filter", filter), ("perPage", "17"), ("page", page.as_str())];
                let (items, answer) = superuser.list("many", &query).await;
                if items.is_empty() {
                    assert_eq!(answer.total, Some(all.len() as u64), "{sort} {filter}");
                    break;
                }
                all.extend(items.iter().map(|item| item["id"].as_str().expect("an id").to_owned()));
            }
            let text = format!("SELECT id FROM many WHERE {condition} ORDER BY {order}");
            let mut expected = Vec::new();
            let read = house.store.read_here(|tx| {
                tx.rows(text.as_str(), |row| {
                    expected.push(row.get(0).as_text().to_owned());
                    Ok(())
                })
            });
            read.expect("a query");
            assert!(!expected.is_empty());
            assert_eq!(all, expected, "{sort} {filter}");
        }
    }
}

/// The ids in the order of a sort, rows that are equal in it in the order in which they were made.
fn in_order(house: &House, sort: &str, filter: &str) -> Vec<String> {
    let order = match sort {
        "title" => "title, rowid",
        "-rank" => "rank DESC, rowid",
        "place" => "place, rowid",
        "-place,title" => "place DESC, title, rowid",
        "author.name" => "(SELECT name FROM people WHERE people.id = many.author), rowid",
        _ => "rowid",
    };
    let condition = if filter.is_empty() { "TRUE" } else { "rank > 3" };
    let text = format!("SELECT id FROM many WHERE {condition} ORDER BY {order}");
    let mut ids = Vec::new();
    let read = house.store.read_here(|tx| {
        tx.rows(text.as_str(), |row| {
            ids.push(row.get(0).as_text().to_owned());
            Ok(())
        })
    });
    read.expect("a query");
    ids
}

#[tokio::test(flavor = "multi_thread")]
async fn many_callers_of_one_dear_total_are_all_answered() {
    let house = many().await;
    let superuser = house.superuser();
    let query: &[(&str, &str)] = &[("filter", "title ~ 'Title 1' && rank >= 0"), ("perPage", "1")];
    let all = join_all((0..40).map(|_| superuser.list("many", query))).await;
    let expected = all[0].1.total;
    assert!(expected.is_some_and(|total| total > 100));
    assert!(all.iter().all(|(_, page)| page.total == expected));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_who_leaves_takes_nobody_along() {
    let house = many().await;
    let superuser = house.superuser();
    let query: &[(&str, &str)] = &[("filter", "title ~ 'Title 1' && rank >= 0"), ("perPage", "1")];
    for polls in 0..6 {
        // The first asks and goes away after some steps; the others wait for the same count.
        let mut first = Box::pin(maybe_done(superuser.list("many", query)));
        let mut others = Box::pin(maybe_done(join_all((0..8).map(|_| superuser.list("many", query)))));
        for _ in 0..polls {
            let both = std::future::poll_fn(|context| {
                let _ = (first.as_mut().poll(context), others.as_mut().poll(context));
                Poll::Ready(())
            });
            both.await;
            tokio::task::yield_now().await;
        }
        drop(first);
        others.as_mut().await;
        let answers = others.as_mut().take_output().expect("all are answered");
        assert!(answers.iter().all(|(_, page)| page.total == answers[0].1.total && page.total > Some(100)));
        run(&house, "UPDATE many SET rank = rank").await;
    }
}
