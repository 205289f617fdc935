//! Orders.

use tuckbox::filter::FilterError;

use super::world::{Question, World};

#[tokio::test(flavor = "multi_thread")]
async fn sorts_order_by_whatever_a_name_stands_for() {
    let world = World::open().await;
    for (sort, expected) in [
        ("n", "p3 p4 p1 p2 p6 p5"),
        ("+n", "p3 p4 p1 p2 p6 p5"),
        ("-n", "p5 p6 p2 p1 p4 p3"),
        ("-active, -n ", "p5 p1 p3 p6 p2 p4"),
        ("@rowid", "p1 p2 p3 p4 p5 p6"),
        ("-@rowid", "p6 p5 p4 p3 p2 p1"),
        ("active,-@rowid", "p6 p4 p2 p5 p3 p1"),
        ("title:lower,n", "p4 p6 p1 p2 p3 p5"),
        ("-tags:length,n", "p5 p4 p1 p2 p6 p3"),
        ("-data.n,n", "p1 p3 p4 p2 p6 p5"),
        ("-place.lat,n", "p2 p1 p3 p4 p6 p5"),
        ("author.name,n", "p3 p5 p4 p1 p2 p6"),
        ("author.boss.name,-n", "p1 p4 p3 p6 p2 p5"),
        ("author.id,n", "p3 p4 p1 p2 p6 p5"),
        ("kind,n", "p3 p2 p5 p4 p1 p6"),
        ("-parent.n,n", "p6 p4 p3 p2 p1 p5"),
        ("-comments_via_post.votes,n", "p2 p1 p4 p3 p6 p5"),
        ("-posts_via_parent.n,n", "p5 p1 p2 p3 p4 p6"),
        ("readers.name,n", "p3 p6 p4 p5 p1 p2"),
        ("-readers.name,n", "p1 p2 p5 p6 p4 p3"),
        ("n,n,n,n,n,n,n,-n", "p3 p4 p1 p2 p6 p5"),
    ] {
        let found = world.ask(&Question { sort: Some(sort), superuser: true, ..Question::default() });
        assert_eq!(found.as_deref(), Ok(expected), "{sort}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn chance_orders_too() {
    let world = World::open().await;
    let question = Question { sort: Some("-@random,n"), ..Question::default() };
    let (compiled, _) = world.compile(&question).unwrap();
    assert!(compiled.volatile);
    let mut found: Vec<String> = world.ask(&question).unwrap().split(' ').map(str::to_owned).collect();
    found.sort();
    assert_eq!(found.join(" "), "p1 p2 p3 p4 p5 p6");
}

#[tokio::test(flavor = "multi_thread")]
async fn sorts_are_refused_that_name_no_column() {
    let world = World::open().await;
    let long = "x".repeat(256);
    for sort in [
        " ",
        ",",
        "n,",
        ",n",
        "n,,n",
        "-",
        "--n",
        "- n",
        "n desc",
        "nope",
        "author.nope",
        "null",
        "true",
        "1",
        "'n'",
        "@now",
        "@random:lower",
        "strftime('%Y')",
        "geoDistance(1",
        "title:nope",
        "n;n",
        "n,n,n,n,n,n,n,n,n",
        "note",
        "author.tokenKey",
        &long,
    ] {
        let found = world.ask(&Question { sort: Some(sort), ..Question::default() });
        assert!(matches!(found, Err(FilterError::Invalid(_))), "{sort}: {found:?}");
    }
    let values = Question { sort: Some("@request.auth.id"), superuser: true, ..Question::default() };
    assert!(matches!(world.ask(&values), Err(FilterError::Invalid(_))));
    let hidden = Question { sort: Some("-note,n"), superuser: true, ..Question::default() };
    assert_eq!(world.ask(&hidden).as_deref(), Ok("p1 p3 p4 p2 p6 p5"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sort_by_several_rows_sees_only_listable_ones() {
    let world = World::open().await;
    let question = Question { collection: "users", sort: Some("teams_via_lead.name"), ..Question::default() };
    assert_eq!(world.ask(&question).as_deref(), Ok("u2 u1"));
    assert_eq!(world.ask(&Question { superuser: true, ..question }).as_deref(), Ok("u2 u3 u1"));
}
