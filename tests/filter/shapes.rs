//! The compiled text: stable, bound, served by indexes.

use serde_json::json;
use tuckbox::filter::Input;
use tuckbox::store::{Sql, WriteLane};

use super::world::{Question, World, context, nothing};

#[tokio::test(flavor = "multi_thread")]
async fn values_are_bound_and_the_text_is_the_same_for_all() {
    let world = World::open().await;
    let text = |filter: &str| {
        let (compiled, bound) = world.compile(&Question { filter: Some(filter), ..Question::default() }).unwrap();
        assert_eq!(compiled.condition.matches('?').count(), bound.condition.len());
        compiled.condition
    };
    assert_eq!(text("title = 'x'"), text("title = \"y' OR 1=1 --\""));
    assert_eq!(text("n > 5"), text("n > 6"));
    assert_eq!(text("title ~ 'a'"), text("title ~ '%b'"));
    assert_eq!(text("title = 'x'"), r#""posts"."title" = ?"#);
    assert_eq!(text("title ~ 'x'"), r#""posts"."title" LIKE ? ESCAPE '\'"#);
    assert!(text("data.secret.path = 1").matches("secret").next().is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_of_another_shape_is_compiled_anew() {
    let world = World::open().await;
    let rule = |rule| Question { rule: Some(rule), ..Question::default() };
    let binds = |question: &Question<'_>, caller: Option<&'static str>, body: serde_json::Value| {
        let (compiled, _) = world.compile(question).unwrap();
        let context = context(&Question { caller, ..Question::default() });
        let body = body.as_object().unwrap().clone();
        compiled.bind(&Input { context: &context, body: &body }).is_some()
    };
    // a column that is never NULL compares with the empty text just as well
    assert!(binds(&rule("author = @request.auth.id"), None, json!({})));
    assert!(binds(&rule("@request.auth.id != '' && title = @request.body.title"), None, json!({"title": "x"})));
    assert!(binds(&rule("data.n = @request.body.x"), Some("u1"), json!({"x": 5})));
    // a joined column may be NULL, and NULL is the empty text
    assert!(binds(&rule("author.name = @request.auth.id"), Some("u2"), json!({})));
    assert!(!binds(&rule("author.name = @request.auth.id"), None, json!({})));
    assert!(!binds(&rule("author.name = @request.body.name"), Some("u1"), json!({"name": "x"})));
    // the caller's record is of another table, or of none
    assert!(binds(&rule("@request.auth.name = title"), Some("u2"), json!({})));
    assert!(!binds(&rule("@request.auth.name = title"), None, json!({})));
}

#[tokio::test(flavor = "multi_thread")]
async fn conditions_say_what_they_read_and_whether_they_stay_true() {
    let world = World::open().await;
    let compiled = |rule| world.compile(&Question { rule: Some(rule), ..Question::default() }).unwrap().0;
    assert_eq!(compiled("n = 1").tables, ["posts"]);
    assert_eq!(compiled("readers.teams.name ?= author.name").tables, ["posts", "teams", "users"]);
    assert_eq!(
        compiled("@request.auth.name = title && @collection.comments.id ?= id").tables,
        ["comments", "posts", "users"]
    );
    for (rule, volatile) in [
        ("n = 1", false),
        ("day > @now", true),
        ("n = @year", true),
        ("strftime('%Y') = '2024'", true),
        ("strftime('%Y', 'now') = '2024'", true),
        ("strftime('%Y', day) = '2024'", false),
        ("title = @request.query.x", false),
    ] {
        assert_eq!(compiled(rule).volatile, volatile, "{rule}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn plain_comparisons_use_indexes() {
    let world = World::open().await;
    world
        .store
        .write(WriteLane::Exclusive, |tx| {
            tx.define(
                "CREATE INDEX posts_title ON posts (title); CREATE INDEX posts_author ON posts (author);
                 CREATE INDEX posts_day ON posts (day); CREATE INDEX comments_post ON comments (post);
                 CREATE INDEX posts_parent ON posts (parent); CREATE INDEX teams_lead ON teams (lead)",
            )
        })
        .await
        .unwrap();
    let plan = |rule: &str| {
        let (compiled, bound) = world.compile(&Question { rule: Some(rule), ..Question::default() }).unwrap();
        let mut sql = Sql::raw("EXPLAIN QUERY PLAN SELECT \"posts\".* FROM \"posts\" ");
        sql.push(&compiled.joins).push(" WHERE ").push(&compiled.condition);
        sql.values = [bound.joins, bound.condition].concat();
        let mut plan = Vec::new();
        let read = world.store.read_here(|tx| {
            tx.rows(&sql, |row| {
                plan.push(row.get(3).as_text().to_owned());
                Ok(())
            })
        });
        read.unwrap();
        plan.join("\n")
    };
    for (rule, index) in [
        ("title = 'x'", "posts_title (title=?)"),
        ("author = @request.auth.id", "posts_author (author=?)"),
        ("author = @request.auth.boss", "posts_author (author=?)"),
        ("day >= '2024' && day < '2025'", "posts_day (day>? AND day<?)"),
        ("title = 'x' && readers.name ?= 'x'", "posts_title (title=?)"),
        ("comments_via_post.votes ?> 3", "comments_post (post=?)"),
        ("comments_via_post.votes > 3", "comments_post (post=?)"),
        ("posts_via_parent.n ?= 3", "posts_parent (parent=?)"),
        ("@collection.teams.lead ?= @request.auth.id && @collection.teams.id ?= team", "teams_lead (lead=?)"),
        ("author.name = 'x'", "posts_author (author=?)"),
    ] {
        let plan = plan(rule);
        assert!(plan.contains(index), "{rule}\n{plan}");
    }
    assert!(!plan("author = @request.auth.id").contains("SCAN"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_related_rows_must_satisfy_is_found_once_for_all() {
    let world = World::open().await;
    let indexes = "CREATE INDEX posts_author ON posts (author); CREATE INDEX comments_post ON comments (post)";
    world.store.write(WriteLane::Exclusive, |tx| tx.define(indexes)).await.unwrap();
    let steps = |condition: &str, joins: &str, values: Vec<tuckbox::store::Value>| {
        let mut sql = Sql::raw("EXPLAIN QUERY PLAN SELECT \"posts\".* FROM \"posts\" ");
        sql.push(joins).push(" WHERE ").push(condition);
        sql.values = values;
        let mut steps: Vec<(i64, i64, String)> = Vec::new();
        let read = world.store.read_here(|tx| {
            tx.rows(&sql, |row| {
                steps.push((row.get(0).as_f64() as i64, row.get(1).as_f64() as i64, row.get(3).as_text().to_owned()));
                Ok(())
            })
        });
        read.unwrap();
        steps
    };
    // a table that is walked or looked up again for each row at hand
    let repeated = |steps: &[(i64, i64, String)]| {
        steps.iter().find_map(|(_, parent, text)| {
            let mut up = *parent;
            while let Some((_, next, above)) = steps.iter().find(|(id, ..)| *id == up) {
                if above.starts_with("LIST SUBQUERY") || above.starts_with("SCALAR SUBQUERY") {
                    return None;
                }
                if above.starts_with("CORRELATED") && !text.contains("VIRTUAL TABLE") && text.starts_with("S") {
                    return Some(text.clone());
                }
                up = *next;
            }
            None
        })
    };
    for (rule, page_too) in [
        ("readers.name ?= 'x'", false),
        ("readers.name = 'x'", false),
        ("readers.name != 'x'", false),
        ("readers.teams.name ?= 'x'", false),
        ("comments_via_post.votes ?> 3", false),
        ("comments_via_about.votes ?> 3", true),
        ("comments_via_about.votes > 3", true),
        ("comments_via_about.votes != 3", true),
        ("comments_via_about.post.title ?~ 'x'", true),
        ("@collection.comments.text ?= title && @collection.comments.votes ?> 3", true),
        ("@collection.users.id ?= author && @collection.users.age ?> 3", false),
    ] {
        let question = Question { rule: Some(rule), whole: true, ..Question::default() };
        let (compiled, bound) = world.compile(&question).unwrap();
        let counting = compiled.counting.clone();
        let counting =
            counting.map(|form| (form.joins, form.condition, [bound.joins.clone(), bound.counting].concat()));
        let page = (compiled.joins, compiled.condition, [bound.joins, bound.condition].concat());
        let counting = counting.unwrap_or_else(|| page.clone());
        for (joins, condition, values) in std::iter::once(counting).chain(page_too.then_some(page)) {
            let steps = steps(&condition, &joins, values);
            assert_eq!(repeated(&steps), None, "{rule}: {condition}\n{steps:#?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_single_hop_is_one_join() {
    let world = World::open().await;
    let question =
        Question { rule: Some("author.name = 'x' && author.age > 3 || author.boss = 'u1'"), ..Question::default() };
    let (compiled, _) = world.compile(&question).unwrap();
    assert_eq!(compiled.joins.matches("JOIN").count(), 1);
    let body = nothing();
    let context = context(&question);
    assert!(compiled.bind(&Input { context: &context, body: &body }).is_some());
}
