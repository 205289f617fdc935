//! What rules ask of the request.

use serde_json::{Map, Value as Json, json};
use tuckbox::filter::{Asker, FilterError, Input, Request, compile};
use tuckbox::store::{Sql, Value, quoted};

use super::world::{Question, World, context, nothing};

const ALL: &str = "p1 p2 p3 p4 p5 p6";

/// Asks rules with a query, headers, a caller and a body.
async fn answers(caller: Option<&str>, body: Json, table: &[(&str, &str)]) {
    let world = World::open().await;
    let query = [("page", "2"), ("n", "100"), ("q", "ALPHA"), ("q", "second"), ("empty", "")];
    let mut wrong = Vec::new();
    for &(rule, expected) in table {
        let expected = match expected {
            "all" => ALL,
            "-" => "",
            ids => ids,
        };
        let question = Question { rule: Some(rule), caller, query: &query, body: body.clone(), ..Question::default() };
        let found = world.ask(&question);
        if found.as_deref() != Ok(expected) {
            wrong.push(format!("{rule}\n  expected {expected:?}\n  found    {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_request_itself_is_known() {
    answers(
        Some("u1"),
        json!({}),
        &[
            ("@request.method = 'PATCH'", "all"),
            ("@request.context = 'default'", "all"),
            ("@request.context != 'expand'", "all"),
            ("@request.query.page = '2'", "all"),
            ("@request.query.page = 2", "-"),
            ("@request.query.n = 100", "all"),
            ("n = @request.query.n", "p6"),
            ("n = @request.query.page", "-"),
            ("title:lower = @request.query.q:lower", "p1"),
            ("title ~ @request.query.q", "p1"),
            ("title = @request.query.q", "-"),
            ("title ~ @request.query.none", "-"),
            ("title ~ @request.query.empty", "all"),
            ("@request.query.none = ''", "all"),
            ("@request.query.none:isset = false", "all"),
            ("@request.query.empty:isset = true", "all"),
            ("@request.query.page.more = null", "all"),
            ("@request.query.page.more:isset = false", "all"),
            ("@request.headers.x_token = 'AbC'", "all"),
            ("@request.headers.x_token:lower = 'abc'", "all"),
            ("@request.headers.x_token:isset = true && n = 1", "p1"),
            ("@request.headers.x_other:isset = true", "-"),
            ("title = @request.query.none", "p4"),
            ("author.name = @request.query.none", "p3 p5"),
            ("author.name != @request.query.none", "p1 p2 p4 p6"),
            ("data.n = @request.query.none", "p2 p3 p4 p5 p6"),
        ],
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_caller_is_known() {
    answers(
        Some("u1"),
        json!({}),
        &[
            ("author = @request.auth.id", "p1 p4"),
            ("author != @request.auth.id", "p2 p3 p5 p6"),
            ("@request.auth.id != ''", "all"),
            ("@request.auth.id = 'u1'", "all"),
            ("@request.auth.collectionId = 'users_id'", "all"),
            ("@request.auth.collectionName = 'users'", "all"),
            ("@request.auth.email = 'ann@example.com'", "all"),
            ("@request.auth.email:lower ~ 'ANN'", "all"),
            ("@request.auth.verified = true", "all"),
            ("@request.auth.emailVisibility = true", "all"),
            ("@request.auth.verified:isset = true", "all"),
            ("@request.auth.name = 'Ann'", "all"),
            ("@request.auth.name:lower = 'ann'", "all"),
            ("@request.auth.age = 30", "all"),
            ("@request.auth.age > n", "p1 p2 p3 p4"),
            ("@request.auth.tokenKey = 'k1'", "all"),
            ("author.name = @request.auth.name", "p1 p4"),
            ("@request.auth.boss.name = ''", "all"),
            ("@request.auth.teams.id ?= team", "p1 p2 p5 p6"),
            ("@request.auth.teams.name = 'red'", "-"),
            ("@request.auth.teams.name ?= 'red'", "all"),
            ("@request.auth.teams.lead.name ?= 'Bob'", "all"),
            ("@request.auth.teams:each ?= 't2'", "all"),
            ("@request.auth.teams:each = 't2'", "-"),
            ("@request.auth.teams:length = 2", "all"),
            ("@request.auth.posts_via_author.id ?= id", "p1 p4"),
            ("@request.auth.users_via_boss.name ?= 'Bob'", "all"),
            ("@request.auth.missing = null", "all"),
            ("@request.auth.boss.missing.more = ''", "all"),
            ("readers.id ?= @request.auth.id", "p1 p5 p6"),
            ("readers.boss ?= @request.auth.id", "p1 p2 p5"),
            ("@collection.teams.id ?= team && @collection.teams.lead ?= @request.auth.id", "p1 p5"),
            ("@request.auth.teams:length > 1 && @request.auth.teams.name ?= 'blue' && n = 1", "p1"),
        ],
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guest_has_nothing() {
    answers(
        None,
        json!({}),
        &[
            ("@request.auth.id = ''", "all"),
            ("@request.auth.id != ''", "-"),
            ("author = @request.auth.id", "p3"),
            ("author != @request.auth.id", "p1 p2 p4 p5 p6"),
            ("author.name = @request.auth.id", "p3 p5"),
            ("@request.auth.verified = true", "-"),
            ("@request.auth.name = null", "all"),
            ("@request.auth.teams.name ?= 'red'", "-"),
            ("@request.auth.teams:length > 0", "-"),
            ("@request.auth.teams:each ?= 't1'", "-"),
            ("author.name = @request.auth.name", "p3 p5"),
            ("title ~ @request.auth.id", "-"),
            ("readers.id ?= @request.auth.id", "p3 p6"),
        ],
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_body_is_known() {
    let body = json!({
        "title": "Alpha", "n": 2.5, "active": false, "tags": ["a", "b"], "author": "u2", "readers": ["u1", "u2", "gone"],
        "kind": "News", "data": {"k": [1, {"z": "deep"}]}, "place": {"lon": 1.5, "lat": 2}, "unknown": "7", "team": null,
        "extra": {"n": "12", "list": [1, 2]}, "day": "2024-01-05 10:00:00.000Z", "parent": "", "truth": true
    });
    answers(
        Some("u1"),
        body,
        &[
            ("@request.body.title = 'Alpha'", "all"),
            ("@request.body.title:lower = 'alpha'", "all"),
            ("title = @request.body.title", "p1"),
            ("n = @request.body.n", "p2"),
            ("@request.body.n = 2.5", "all"),
            ("@request.body.n = '2.5'", "-"),
            ("@request.body.n > 2", "all"),
            ("@request.body.active = false", "all"),
            ("@request.body.truth = true", "all"),
            ("@request.body.unknown = '7'", "all"),
            ("@request.body.unknown = 7", "-"),
            ("@request.body.nothing = null", "all"),
            ("@request.body.team = ''", "all"),
            ("@request.body.team:isset = true", "all"),
            ("@request.body.nothing:isset = false", "all"),
            ("@request.body.extra.n = 12", "all"),
            ("@request.body.extra.list = '[1,2]'", "all"),
            ("@request.body.extra.list.1 = 2", "all"),
            ("@request.body.extra.list:isset = true", "all"),
            ("@request.body.extra.more:isset = true", "-"),
            ("@request.body.data.k.1.z = 'deep'", "all"),
            (r#"@request.body.data = '{"k":[1,{"z":"deep"}]}'"#, "all"),
            (r#"@request.body.place = '{"lon":1.5,"lat":2}'"#, "all"),
            (r#"@request.body.tags = '["a","b"]'"#, "all"),
            ("@request.body.tags:length = 2", "all"),
            ("@request.body.kind:length = 1", "all"),
            ("@request.body.parent:length = 0", "all"),
            ("@request.body.team:length = 0", "all"),
            ("@request.body.tags:each ?= 'b'", "all"),
            ("@request.body.tags:each = 'b'", "-"),
            ("@request.body.tags:each ~ '%'", "all"),
            ("@request.body.kind:each = 'News'", "all"),
            ("@request.body.kind:lower = 'news'", "all"),
            ("@request.body.tags:lower = ''", "all"),
            ("@request.body.tags:each ?= tags:each", "p1 p2 p4 p5"),
            ("@request.body.author.name = 'Bob'", "all"),
            ("@request.body.author.boss.name = 'Ann'", "all"),
            ("@request.body.author.missing = null", "all"),
            ("@request.body.author.id = 'u2'", "all"),
            ("@request.body.readers.name ?= 'Bob'", "all"),
            ("@request.body.readers.name = 'Bob'", "-"),
            ("@request.body.readers.age > 20", "all"),
            ("@request.body.readers.teams.name ?= 'red'", "all"),
            ("@request.body.parent.title = ''", "all"),
            ("@request.body.author.teams:each = 't2'", "all"),
            ("@request.body.day = day", "p1"),
            ("@request.body.title:changed = true", "p2 p3 p4 p5 p6"),
            ("@request.body.title:changed = false", "p1"),
            ("@request.body.title:changed != true", "p1"),
            ("@request.body.n:changed = false", "p2"),
            ("@request.body.tags:changed = false", "p1"),
            ("@request.body.author:changed = false", "p2 p6"),
            ("@request.body.active:changed = true", "p1 p3 p5"),
            ("@request.body.place:changed = true", "all"),
            ("@request.body.data:changed = true", "all"),
            ("@request.body.team:changed = false", "p3"),
            ("@request.body.note:changed = false", "all"),
            ("@request.body.vault:changed = true", "-"),
        ],
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn unchanged_json_is_unchanged_however_it_was_written() {
    answers(
        None,
        json!({"data": {"t": true, "s": "text", "n": 5.0, "z": null, "a": {"b": [10, 20]}}, "place": {"lat": 47.37, "lon": 8.54}}),
        &[("@request.body.data:changed = false", "p1"), ("@request.body.place:changed = false", "p1")],
    )
    .await;
    answers(None, json!({"data": "plain"}), &[("@request.body.data:changed = false", "p2")]).await;
    answers(None, json!({"data": null}), &[("@request.body.data:changed = false", "p3")]).await;
    answers(None, json!({"data": 5}), &[("@request.body.data:changed = false", "p5")]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_uses_of_the_request_are_refused() {
    let world = World::open().await;
    for rule in [
        "@request.auth = ''",
        "@request.query = ''",
        "@request.body = ''",
        "@request.nope = ''",
        "@request.nope.x = ''",
        "@request.context:lower = 'x'",
        "@request.method:isset = true",
        "@request.query.x:each = 'a'",
        "@request.headers.x:each = 'a'",
        "@request.query.x:length = 1",
        "@request.body.title:length = 1",
        "@request.body.unknown:each = 1",
        "@request.body.unknown:changed = true",
        "@request.body.author.name:changed = true && @request.body.a.b:changed = true",
        "@request.body.title:upper = 'x'",
        "@request.auth.name:upper = 'x'",
        "@request.auth..name = 'x'",
    ] {
        let found = world.ask(&Question { rule: Some(rule), ..Question::default() });
        assert!(matches!(found, Err(FilterError::Invalid(_))), "{rule}: {found:?}");
    }
}

/// Whether a record that is not stored satisfies a rule.
fn admits(world: &World, rule: &str, record: &[(&str, Value)]) -> Result<bool, FilterError> {
    let (collection, context, body) =
        (world.schema.by_name("posts").unwrap(), context(&Question::default()), nothing());
    admits_with(world, rule, record, &Input { context: &context, body: &body }, collection)
}

fn admits_with(
    world: &World,
    rule: &str,
    record: &[(&str, Value)],
    input: &Input<'_>,
    collection: &tuckbox::schema::CollectionRef,
) -> Result<bool, FilterError> {
    let compiled = compile(&Request {
        schema: &world.schema,
        collection,
        rule: Some(rule),
        filter: None,
        sort: None,
        asker: Asker::Client,
        candidate: true,
        whole: false,
        input: *input,
    })?;
    let bound = compiled.bind(input).expect("the same request has the same shape");
    let mut sql = Sql::raw("SELECT 1 FROM (SELECT ");
    for (at, field) in collection.fields.iter().enumerate() {
        let value = record.iter().find(|(name, _)| *name == field.name);
        sql.push(if at == 0 { "" } else { ", " });
        sql.bind(value.map_or_else(|| field.zero(), |(_, value)| value.clone())).push(" AS ").name(&field.name);
    }
    sql.push(&format!(") AS {} {} WHERE {}", quoted(&collection.name), compiled.joins, compiled.condition));
    sql.values.extend(bound.joins);
    sql.values.extend(bound.condition);
    Ok(world.store.read_here(|tx| tx.row(&sql, |_| Ok(()))).unwrap().is_some())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_candidate_is_tested_as_if_it_were_the_only_row() {
    let world = World::open().await;
    let record = [
        ("id", Value::from("new")),
        ("title", "5".into()),
        ("n", Value::Real(5.0)),
        ("author", "u2".into()),
        ("readers", r#"["u1","u2"]"#.into()),
        ("parent", "p1".into()),
        ("tags", r#"["a"]"#.into()),
        ("data", r#"{"k":1}"#.into()),
    ];
    for (rule, expected) in [
        ("title = '5'", true),
        ("title = 5", false),
        ("n = 5", true),
        ("n = '5'", true),
        ("n = ''", false),
        ("active = false", true),
        ("day = ''", true),
        ("id = ''", false),
        ("author.name = 'Bob'", true),
        ("author = @request.auth.id", false),
        ("readers.id ?= @request.auth.id", true),
        ("readers.name = 'Bob'", false),
        ("readers.name ?= 'Bob'", true),
        ("parent.title = 'Alpha'", true),
        ("parent.comments_via_post.text ?= 'bad'", true),
        ("tags:each = 'a'", true),
        ("tags:length = 1", true),
        ("data.k = 1", true),
        ("place.lon = 0", true),
        ("@collection.posts.id ?= id", false),
        ("@collection.posts.id ?= parent", true),
        ("@collection.posts.title ?= 'Alpha'", true),
        ("@request.body.title:changed = false", true),
        ("@request.body.title:changed = true", false),
        ("title = n", false),
    ] {
        assert_eq!(admits(&world, rule, &record), Ok(expected), "{rule}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_candidate_has_no_back_relations() {
    let world = World::open().await;
    for rule in ["comments_via_post.text = 'x'", "posts_via_parent.id ?= ''", "n = 1 || comments_via_about.id = ''"] {
        assert!(matches!(admits(&world, rule, &[]), Err(FilterError::Invalid(_))), "{rule}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn headers_and_bodies_may_be_absent() {
    let world = World::open().await;
    let context = tuckbox::context::RequestContext::guest();
    let body = Map::new();
    let input = Input { context: &context, body: &body };
    let posts = world.schema.by_name("posts").unwrap();
    assert_eq!(admits_with(&world, "@request.headers.x_token = ''", &[], &input, posts), Ok(true));
    assert_eq!(
        admits_with(&world, "@request.method = 'GET' && @request.body.a.b = null", &[], &input, posts),
        Ok(true)
    );
}
