//! Listing collections.

use serde_json::{Value as Json, json};
use tuckbox::error::Error;

use super::{House, context};

async fn names(house: &House, query: &[(&str, &str)]) -> (Vec<String>, Option<u64>) {
    let page = house.collections.list(&context(query)).await.expect("a page");
    let items: Vec<Json> = serde_json::from_slice(&page.items).expect("an array");
    (items.iter().map(|item| item["name"].as_str().expect("a name").to_owned()).collect(), page.total)
}

#[tokio::test]
async fn collections_come_in_the_order_of_their_creation() {
    let house = House::new().await;
    house.has(json!({"name": "b"})).await;
    house.has(json!({"name": "a"})).await;
    let all = ["_mfas", "_otps", "_externalAuths", "_authOrigins", "_superusers", "users", "b", "a"];
    assert_eq!(names(&house, &[]).await, (all.map(String::from).to_vec(), Some(8)));
    assert_eq!(names(&house, &[("perPage", "3"), ("page", "3"), ("skipTotal", "1")]).await.0, ["b", "a"]);
    assert_eq!(names(&house, &[("skipTotal", "1")]).await.1, None);
}

#[tokio::test]
async fn items_are_what_a_view_answers() {
    let house = House::new().await;
    let page = house.collections.list(&context(&[("filter", "name = 'users'")])).await.expect("a page");
    let items: Vec<Json> = serde_json::from_slice(&page.items).expect("an array");
    assert_eq!(items, [house.collections.view("users").expect("it is there")]);
}

#[tokio::test]
async fn filters_and_sorts_see_the_six_columns() {
    let house = House::new().await;
    house.has(json!({"name": "b"})).await;
    house.has(json!({"name": "a"})).await;
    let query = [("filter", "system = false && type = 'base'"), ("sort", "name")];
    assert_eq!(names(&house, &query).await, (vec!["a".into(), "b".into()], Some(2)));
    let query = [("filter", "system = true && type = 'auth'")];
    assert_eq!(names(&house, &query).await.0, ["_superusers"]);
    assert_eq!(names(&house, &[("sort", "-@rowid"), ("perPage", "1")]).await.0, ["a"]);
    assert_eq!(names(&house, &[("filter", "created <= @now && updated > '2020-01-01'")]).await.1, Some(8));
    assert_eq!(names(&house, &[("sort", "@random")]).await.0.len(), 8);
}

#[tokio::test]
async fn anything_else_is_refused() {
    let house = House::new().await;
    for query in [
        ("filter", "listRule = ''"),
        ("filter", "options ~ 'secret'"),
        ("filter", "@request.auth.id != ''"),
        ("filter", "@collection.users.id != ''"),
        ("filter", "name ="),
        ("sort", "fields"),
        ("sort", "name,,id"),
        ("page", "x"),
        ("perPage", "1.5"),
    ] {
        let refused = house.collections.list(&context(&[query])).await;
        assert!(matches!(refused, Err(Error::Invalid(_))), "{query:?}: {refused:?}");
    }
}
