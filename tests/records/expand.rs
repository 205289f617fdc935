//! Related records.

use serde_json::{Value as Json, json};

use super::house::{Asker, House, base, relation, text};

async fn expanded(asker: Asker<'_>, collection: &str, id: &str, expand: &str) -> Json {
    asker.view(collection, id, &[("expand", expand)]).await["expand"].clone()
}

fn ids(records: &Json) -> Vec<&str> {
    records.as_array().expect("a list").iter().map(|record| record["id"].as_str().expect("an id")).collect()
}

#[tokio::test]
async fn a_single_relation_is_an_object_and_a_multiple_one_a_list_in_stored_order() {
    let house = House::open().await;
    let expand = expanded(house.guest(), "posts", "p1", "author,editors").await;
    assert_eq!(expand["author"]["name"], "Ada");
    assert_eq!(expand["author"]["collectionName"], "people");
    assert_eq!(ids(&expand["editors"]), ["cyd", "bob"]);
    assert_eq!(ids(&expanded(house.guest(), "posts", "p2", "editors").await["editors"]), ["ada"]);
}

#[tokio::test]
async fn without_targets_expand_is_empty_and_without_a_valid_path_it_is_absent() {
    let house = House::open().await;
    assert_eq!(expanded(house.guest(), "posts", "p1", "parent").await, json!({}));
    for unknown in ["nothing", "title", "Author", "author_via_posts", "a..b", ",.,", "vault", "comments_via_nothing"] {
        let record = house.guest().view("posts", "p1", &[("expand", unknown)]).await;
        assert!(record.get("expand").is_none(), "{unknown}: {record}");
    }
}

#[tokio::test]
async fn back_relations_are_lists_unless_an_index_makes_them_unique() {
    let house = House::open().await;
    let expand = expanded(house.guest(), "posts", "p1", "comments_via_post,posts_via_parent").await;
    assert_eq!(ids(&expand["comments_via_post"]), ["c1", "c2"]);
    assert_eq!(ids(&expand["posts_via_parent"]), ["p2"]);
    let expand = expanded(house.guest(), "people", "ada", "profiles_via_person,Posts_via_editors").await;
    assert_eq!(expand["profiles_via_person"]["about"], "Countess");
    assert_eq!(ids(&expand["Posts_via_editors"]), ["p2"]);
    assert_eq!(expanded(house.guest(), "people", "bob", "profiles_via_person").await, json!({}));
}

#[tokio::test]
async fn targets_are_shown_under_their_view_rule() {
    let house = House::open().await;
    let expand = expanded(house.guest(), "people", "bob", "posts_via_author").await;
    assert_eq!(ids(&expand["posts_via_author"]), ["p2"]);
    let expand = expanded(house.person("bob"), "people", "bob", "posts_via_author").await;
    assert_eq!(ids(&expand["posts_via_author"]), ["p2", "p3"]);
    assert_eq!(expanded(house.superuser(), "posts", "p1", "vault").await["vault"]["key"], "open sesame");
}

#[tokio::test]
async fn a_rule_can_tell_an_expand_by_its_context() {
    let house = House::open().await;
    house.change(|collection| {
        if collection.name == "people" {
            collection.view_rule = Some("@request.context = 'expand'".into());
        }
    });
    assert_eq!(expanded(house.guest(), "posts", "p1", "author").await["author"]["id"], "ada");
    assert!(house.guest().try_view("people", "ada", &[]).await.is_err());
}

#[tokio::test]
async fn nested_paths_of_one_root_share_its_objects() {
    let house = House::open().await;
    let expand = expanded(house.guest(), "posts", "p2", "parent.author,parent.editors,parent,author").await;
    assert_eq!(expand["parent"]["expand"]["author"]["name"], "Ada");
    assert_eq!(ids(&expand["parent"]["expand"]["editors"]), ["cyd", "bob"]);
    assert_eq!(expand["author"]["name"], "Bob");
    assert!(expand["author"].get("expand").is_none());
}

#[tokio::test]
async fn a_failure_deeper_down_discards_its_whole_path_and_no_other() {
    let house = House::open().await;
    for path in ["parent.nothing", "parent.vault", "parent.title.x"] {
        let record = house.guest().view("posts", "p2", &[("expand", path)]).await;
        assert!(record.get("expand").is_none(), "{path}: {record}");
        let expand = expanded(house.guest(), "posts", "p2", &format!("{path},parent.author,author")).await;
        assert_eq!(expand["parent"]["expand"]["author"]["id"], "ada", "{path}");
        assert!(expand["parent"]["expand"].get("vault").is_none());
        assert_eq!(expand["author"]["id"], "bob", "{path}");
    }
    // Where the relation has no target the rest of the path is not looked at.
    assert_eq!(expanded(house.guest(), "posts", "p1", "parent.nothing").await, json!({}));
}

#[tokio::test]
async fn six_levels_are_followed_and_no_more() {
    let rows = (0..9).map(|n| ("nodes", json!({"id": format!("n{n}"), "next": format!("n{}", n + 1)}))).collect();
    let house = House::with(vec![base("nodes", vec![relation("next", "nodes_id", 1)])], rows).await;
    let path = ["next"; 8].join(".");
    let mut record = house.guest().view("nodes", "n0", &[("expand", &path)]).await;
    for level in 1..=6 {
        record = record["expand"]["next"].clone();
        assert_eq!(record["id"], format!("n{level}"));
    }
    assert!(record.get("expand").is_none());
}

#[tokio::test]
async fn lists_expand_all_their_items() {
    let house = House::open().await;
    let query = [("expand", "author,comments_via_post"), ("sort", "title")];
    let (items, page) = house.superuser().list("posts", &query).await;
    assert_eq!(page.total, Some(3));
    let authors: Vec<_> = items.iter().map(|item| item["expand"]["author"]["id"].as_str().unwrap()).collect();
    assert_eq!(authors, ["ada", "bob", "bob"]);
    assert_eq!(ids(&items[0]["expand"]["comments_via_post"]), ["c1", "c2"]);
    assert!(items[2]["expand"].get("comments_via_post").is_none());
    assert_eq!(house.guest().list("posts", &[("expand", "author"), ("filter", "title = 'x'")]).await.0.len(), 0);
}

#[tokio::test]
async fn a_back_relation_shows_a_thousand_records() {
    let mut rows = vec![("owners", json!({"id": "o"}))];
    rows.extend((0..1500).map(|n| ("things", json!({"id": format!("t{n:04}"), "owner": "o", "owners": "[\"o\"]"}))));
    let things = base("things", vec![relation("owner", "owners_id", 1), relation("owners", "owners_id", 9)]);
    let house = House::with(vec![base("owners", vec![text("name")]), things], rows).await;
    for name in ["things_via_owner", "things_via_owners"] {
        let expand = expanded(house.guest(), "owners", "o", name).await;
        let found = ids(&expand[name]);
        assert_eq!((found.len(), found[0], found[999]), (1000, "t0000", "t0999"), "{name}");
    }
}

#[tokio::test]
async fn an_expand_that_would_multiply_without_end_is_left_out() {
    let mut rows = vec![("owners", json!({"id": "o"}))];
    rows.extend((0..1000).map(|n| ("things", json!({"id": format!("t{n:04}"), "owner": "o"}))));
    let things = base("things", vec![relation("owner", "owners_id", 1), relation("next", "things_id", 1)]);
    let house = House::with(vec![base("owners", vec![text("name")]), things], rows).await;
    // 1,000 × 1,000 × 1,000 places for a thousand records.
    let path = ["things_via_owner.owner"; 3].join(".");
    let started = std::time::Instant::now();
    let record = house.guest().view("owners", "o", &[("expand", &path)]).await;
    assert!(record.get("expand").is_none());
    assert!(started.elapsed().as_secs() < 5, "{:?}", started.elapsed());
    // Paths before it that fit are kept.
    let record = house.guest().view("owners", "o", &[("expand", &format!("things_via_owner.next,{path}"))]).await;
    assert_eq!(ids(&record["expand"]["things_via_owner"]).len(), 1000);
    assert_eq!(record["expand"]["things_via_owner"][0]["expand"], json!({}));
}

#[tokio::test]
async fn thousands_of_useless_paths_cost_little() {
    let house = House::open().await;
    let mut paths: Vec<String> = (0..5000).map(|n| format!("author.x{n},editors.posts_via_author.y{n}")).collect();
    paths.push("author".into());
    let started = std::time::Instant::now();
    house.guest().list("posts", &[("expand", &paths.join(","))]).await;
    assert!(started.elapsed().as_secs() < 2, "{:?}", started.elapsed());
}

#[tokio::test]
async fn a_target_that_is_gone_is_left_out() {
    let house = House::open().await;
    house
        .add(vec![("posts", json!({"id": "p9", "published": 1, "author": "nobody", "editors": "[\"x\",\"ada\"]"}))])
        .await;
    let expand = expanded(house.guest(), "posts", "p9", "author,editors").await;
    assert!(expand.get("author").is_none());
    assert_eq!(ids(&expand["editors"]), ["ada"]);
}
