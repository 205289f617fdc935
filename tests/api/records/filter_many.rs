//! Filters through relations: every row must satisfy, or some row with `?`.

use super::{finds, found};
use crate::support::{Client, TestServer, blog, id};

const ALL: &str = "p1 p2 p3 p4 p5";

#[tokio::test]
async fn one_relation() {
    let server = TestServer::with(blog()).await;
    let (a1, quoted) = (format!("author = '{}'", id("a1")), format!("author.id = '{}'", id("a1")));
    finds(
        &server,
        &[
            ("author.name = 'Ann'", "p1 p2"),
            ("author.name ?= 'Ann'", "p1 p2"),
            (&a1, "p1 p2"),
            (&quoted, "p1 p2"),
            ("author.born > 1985", "p3 p4"),
            ("author.pen = 'quill'", "p1 p2"),
            ("author.profiles_via_author.bio = 'reads'", "p3 p4"),
            ("author.profiles_via_author.bio != 'reads'", "p1 p2 p5"),
            ("author.profiles_via_author.author.name = 'Ann'", "p1 p2"),
        ],
    )
    .await;
}

#[tokio::test]
async fn many_related_rows_must_all_satisfy() {
    let server = TestServer::with(blog()).await;
    let red = format!("tags.id ?= '{}'", id("red"));
    let each_red = format!("tags:each ?= '{}'", id("red"));
    finds(
        &server,
        &[
            ("tags.name = 'green'", "p2"),
            ("tags.name ?= 'green'", "p1 p2"),
            ("tags.name != 'green'", "p3 p4 p5"),
            ("tags.name ?!= 'green'", "p1 p3 p4 p5"),
            ("tags.name = ''", "p4"),
            ("tags.name != ''", "p1 p2 p3 p5"),
            ("tags.name ~ 'e'", "p1 p2 p3 p5"),
            ("tags.name ~ 'r'", "p1 p2"),
            ("tags.name ?~ 'r'", "p1 p2 p5"),
            ("tags.name !~ 'r'", "p3"),
            ("tags.name ?!~ 'r'", "p3 p5"),
            ("tags.weight > 1", "p2 p3"),
            ("tags.weight ?> 1", "p1 p2 p3 p5"),
            ("tags.weight >= 1", "p1 p2 p3 p5"),
            ("tags.weight ?< 2", "p1 p5"),
            ("tags.weight <= 2", "p1 p2"),
            ("tags.name ?= 'red' && tags.name ?= 'blue'", ""),
            ("tags.name ?= 'red' && tags.weight ?= 1", "p1 p5"),
            ("tags.name ?= 'red' && tags.weight ?= 3", ""),
            ("tags.name ?= 'red' || tags.name ?= 'blue'", "p1 p3 p5"),
            (&red, "p1 p5"),
            (&each_red, "p1 p5"),
            ("tags ~ 'red'", "p1 p5"),
            ("tags.weight >= tags.weight", "p2 p3"),
        ],
    )
    .await;
}

#[tokio::test]
async fn back_relations() {
    let server = TestServer::with(blog()).await;
    finds(
        &server,
        &[
            ("comments_via_post.stars = 5", "p2"),
            ("comments_via_post.stars ?= 5", "p1 p2"),
            ("comments_via_post.stars >= 3", "p1 p2"),
            ("comments_via_post.stars ?< 4", "p1 p3"),
            ("comments_via_post.stars != 5", "p3 p4 p5"),
            ("comments_via_post.id = ''", "p4 p5"),
            ("comments_via_post.id != ''", "p1 p2 p3"),
            ("c_comments_via_post.stars ?= 1", "p3"),
            ("Comments_via_post.stars ?= 1", "p3"),
            ("comments_via_post.by.nick = 'ann'", "p2"),
            ("comments_via_post.by.nick ?= 'ann'", "p1 p2"),
            ("comments_via_post.by.nick ?= ''", "p3 p4 p5"),
            ("comments_via_post.stars ?= 5 && comments_via_post.text ?= 'fine'", ""),
            ("comments_via_post.stars ?= 3 && comments_via_post.text ?= 'fine'", "p1"),
            ("author.posts_via_author.name ?= 'p2'", "p1 p2"),
            ("author.posts_via_author.tags.name ?= 'blue'", "p3 p4"),
            ("author.posts_via_author.comments_via_post.by.nick ?= 'bob'", "p1 p2"),
        ],
    )
    .await;
}

#[tokio::test]
async fn rows_of_other_collections() {
    let server = TestServer::with(blog()).await;
    finds(
        &server,
        &[
            ("@collection.tags.name ?= 'red'", ALL),
            ("@collection.tags.name = 'red'", ""),
            ("@collection.tags.weight > 0", ALL),
            ("@collection.c_tags.name ?= 'red'", ALL),
            ("@collection.TAGS.name ?= 'red'", ALL),
            ("@collection.tags.name ?= 'missing'", ""),
            ("@collection.comments.post ?= id", "p1 p2 p3"),
            ("@collection.comments.post ?= id && @collection.comments.stars ?= 1", "p3"),
            ("@collection.comments.post ?= id && @collection.comments:b.stars ?= 1", "p1 p2 p3"),
            ("@collection.comments:a.post ?= id && @collection.comments:a.by.nick ?= 'bob'", "p1"),
            ("@collection.profiles.author ?= author && @collection.profiles.bio ?= 'reads'", "p3 p4"),
        ],
    )
    .await;
}

#[tokio::test]
async fn joins_never_repeat_a_record_nor_count_it_twice() {
    let server = TestServer::with(blog()).await;
    let superuser = server.superuser();
    let filter = "comments_via_post.stars ?> 0 && tags.name ?!= 'x' && @collection.tags.weight ?> 0";
    assert_eq!(found(&superuser, filter).await, "p1 p2 p3");
    let page = superuser.list("posts", &[("filter", filter), ("perPage", "2"), ("sort", "name")]).await;
    page.is(200).has("/totalItems", 3).has("/totalPages", 2);
    assert_eq!(page.column("name"), "p1 p2");
}

#[tokio::test]
async fn the_longest_path_has_six_hops() {
    let server = TestServer::with(blog()).await;
    let path = |hops: usize| {
        let mut path = String::new();
        for hop in 0..hops {
            path.push_str(if hop % 2 == 0 { "author." } else { "posts_via_author." });
        }
        format!("{path}name ?!= ''")
    };
    let superuser = server.superuser();
    superuser.list("posts", &[("filter", &path(6))]).await.is(200);
    superuser.list("posts", &[("filter", &path(7))]).await.is(400).no_data();
}
