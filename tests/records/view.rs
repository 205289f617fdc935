//! Single records.

use tuckbox::error::Error;

use super::house::House;

#[tokio::test]
async fn a_view_rule_decides_about_the_row() {
    let house = House::open().await;
    assert_eq!(house.guest().view("posts", "p1", &[]).await["title"], "One");
    assert!(matches!(house.guest().try_view("posts", "p3", &[]).await, Err(Error::NotFound(_))));
    assert_eq!(house.person("bob").view("posts", "p3", &[]).await["title"], "Three");
    assert_eq!(house.superuser().view("posts", "p3", &[]).await["title"], "Three");
}

#[tokio::test]
async fn what_is_not_there_and_what_may_not_be_seen_look_alike() {
    let house = House::open().await;
    for id in ["p3", "none", "", "P1", "p1'", "p1 OR 1=1"] {
        match house.guest().try_view("posts", id, &[]).await {
            Err(Error::NotFound(message)) => assert_eq!(message, "", "{id}"),
            other => panic!("{id}: {other:?}"),
        }
    }
    match house.guest().try_view("nothing", "p1", &[]).await {
        Err(Error::NotFound(message)) => assert_eq!(message, "Missing collection context."),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_collection_without_a_view_rule_is_for_superusers_whether_or_not_the_record_is_there() {
    let house = House::open().await;
    for id in ["v1", "none"] {
        assert!(matches!(house.person("ada").try_view("vaults", id, &[]).await, Err(Error::Forbidden(_))));
    }
    assert_eq!(house.superuser().view("vaults", "v1", &[]).await["key"], "open sesame");
}

#[tokio::test]
async fn a_rule_that_cannot_be_evaluated_hides_the_record() {
    let house = House::open().await;
    house.change(|collection| collection.view_rule = Some("gone = 1".into()));
    assert!(matches!(house.guest().try_view("posts", "p1", &[]).await, Err(Error::NotFound(_))));
    assert_eq!(house.superuser().view("posts", "p1", &[]).await["id"], "p1");
}

#[tokio::test]
async fn a_rule_through_relations_that_multiply_rows_shows_the_record_once() {
    let house = House::open().await;
    house.change(|collection| collection.view_rule = Some("editors.name ?!= 'nobody'".into()));
    let record = house.guest().view("posts", "p1", &[]).await;
    assert_eq!(record["editors"], serde_json::json!(["cyd", "bob"]));
}
