//! Which fields of a record who sees.

use serde_json::Value as Json;

use super::house::House;

fn sees(record: &Json, key: &str) -> bool {
    record.get(key).is_some()
}

#[tokio::test]
async fn hidden_fields_are_for_superusers() {
    let house = House::open().await;
    assert!(!sees(&house.person("ada").view("posts", "p1", &[]).await, "draft"));
    assert_eq!(house.superuser().view("posts", "p1", &[]).await["draft"], "psst");
}

#[tokio::test]
async fn passwords_and_token_keys_are_for_nobody() {
    let house = House::open().await;
    for asker in [house.guest(), house.person("ada"), house.superuser()] {
        let record = asker.view("people", "ada", &[]).await;
        assert!(!sees(&record, "password") && !sees(&record, "tokenKey"), "{record}");
        assert!(sees(&record, "emailVisibility") && sees(&record, "verified"), "{record}");
    }
}

#[tokio::test]
async fn an_address_is_left_out_where_it_is_not_visible() {
    let house = House::open().await;
    // Who asks, and whose addresses of ada, bob and cyd they see: ada's is public, and ada manages writers.
    for (asker, expected) in [
        (house.guest(), [true, false, false]),
        (house.person("bob"), [true, true, false]),
        (house.person("cyd"), [true, false, true]),
        (house.person("ada"), [true, true, false]),
        (house.superuser(), [true, true, true]),
    ] {
        let (items, _) = asker.list("people", &[("sort", "name")]).await;
        assert_eq!(items.iter().map(|item| sees(item, "email")).collect::<Vec<_>>(), expected);
        for (id, expected) in ["ada", "bob", "cyd"].into_iter().zip(expected) {
            let record = asker.view("people", id, &[]).await;
            assert_eq!(sees(&record, "email"), expected, "{id}");
            assert!(!expected || record["email"] == format!("{id}@x.org"));
        }
    }
}

#[tokio::test]
async fn addresses_in_expands_follow_the_same_rules() {
    let house = House::open().await;
    for (asker, expected) in [
        (house.guest(), false),
        (house.person("bob"), true),
        (house.person("cyd"), false),
        (house.person("ada"), true),
        (house.superuser(), true),
    ] {
        let record = asker.view("posts", "p2", &[("expand", "author")]).await;
        assert_eq!(record["expand"]["author"]["id"], "bob");
        assert_eq!(sees(&record["expand"]["author"], "email"), expected, "{record}");
        assert!(!sees(&record["expand"]["author"], "password"));
    }
}

#[tokio::test]
async fn a_manage_rule_that_is_empty_or_broken_shows_nothing() {
    let house = House::open().await;
    for rule in [None, Some("gone = 1".to_owned()), Some(String::new())] {
        house.change(|collection| {
            if let tuckbox::schema::CollectionKind::Auth(options) = &mut collection.kind {
                options.manage_rule = rule.clone();
            }
        });
        assert!(!sees(&house.person("ada").view("people", "bob", &[]).await, "email"), "{rule:?}");
        assert!(sees(&house.person("ada").view("people", "ada", &[]).await, "email"));
    }
}

#[tokio::test]
async fn a_record_that_was_read_before_its_collection_changed_is_shown_as_it_is_now() {
    let house = House::open().await;
    let old = house.schema.current();
    let posts = old.find("posts").expect("there").clone();
    let record = house.store.read_here(|tx| tuckbox::records::load(tx, &posts, "p1")).expect("a read").expect("there");
    house.change(|collection| {
        if collection.name == "posts" {
            collection.name = "articles".into();
            collection.fields.retain(|field| field.name != "views");
            for field in &mut collection.fields {
                if field.name == "title" {
                    field.name = "headline".into();
                }
            }
            collection.fields.push(super::house::text("fresh"));
        }
    });
    let context = tuckbox::context::RequestContext::guest();
    let rendered = house.records.render(&context, &record).await.expect("rendered");
    let shown: Json = serde_json::from_slice(&rendered.0).expect("an object");
    assert_eq!(
        (&shown["headline"], &shown["collectionName"], &shown["fresh"]),
        (&"One".into(), &"articles".into(), &"".into())
    );
    assert!(!sees(&shown, "title") && !sees(&shown, "views"));
}
