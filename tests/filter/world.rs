//! A few collections with rows whose ids are easy to read, and somebody who asks.

use std::borrow::Cow;
use std::sync::Arc;

use serde_json::{Map, Value as Json, json};
use tempfile::TempDir;
use tuckbox::context::{Caller, HeaderLookup, Occasion, RequestContext};
use tuckbox::filter::{Asker, Bound, Compiled, Counting, FilterError, Input, Request, compile};
use tuckbox::schema::field::relation::RelationOptions;
use tuckbox::schema::field::select::SelectOptions;
use tuckbox::schema::{Collection, CollectionKind, Field, FieldKind, Schema, ViewOptions};
use tuckbox::store::{Sql, Store, StoreOptions, Value, WriteLane, quoted, tables};

/// An open store with collections and rows.
pub struct World {
    pub store: Store,
    pub schema: Schema,
    _dir: TempDir,
}

/// What is asked, and by whom.
#[derive(Debug, Clone)]
pub struct Question<'q> {
    pub collection: &'q str,
    pub rule: Option<&'q str>,
    pub filter: Option<&'q str>,
    pub sort: Option<&'q str>,
    pub superuser: bool,
    pub whole: bool,
    pub caller: Option<&'q str>,
    pub query: &'q [(&'q str, &'q str)],
    pub body: Json,
}

impl Default for Question<'_> {
    fn default() -> Self {
        Self {
            collection: "posts",
            rule: None,
            filter: None,
            sort: None,
            superuser: false,
            whole: false,
            caller: Some("u1"),
            query: &[],
            body: json!({}),
        }
    }
}

pub fn field(name: &str, kind: FieldKind) -> Field {
    Field::new(format!("f_{name}"), name, kind)
}

pub fn text(name: &str) -> Field {
    field(name, FieldKind::Text(Default::default()))
}

pub fn number(name: &str) -> Field {
    field(name, FieldKind::Number(Default::default()))
}

pub fn relation(name: &str, to: &str, max_select: i64) -> Field {
    let options = RelationOptions { collection_id: format!("{to}_id"), max_select, ..Default::default() };
    field(name, FieldKind::Relation(options))
}

fn select(name: &str, max_select: i64) -> Field {
    field(name, FieldKind::Select(SelectOptions { max_select, ..Default::default() }))
}

fn hidden(field: Field) -> Field {
    Field { hidden: true, ..field }
}

pub fn collection(name: &str, list_rule: Option<&str>, fields: Vec<Field>) -> Collection {
    Collection {
        id: format!("{name}_id"),
        name: name.to_owned(),
        fields: std::iter::once(text("id")).chain(fields).collect(),
        list_rule: list_rule.map(str::to_owned),
        ..Collection::default()
    }
}

fn collections() -> Vec<Collection> {
    let users = Collection {
        kind: CollectionKind::Auth(Box::default()),
        ..collection(
            "users",
            Some(""),
            vec![
                text("name"),
                field("email", FieldKind::Email(Default::default())),
                field("emailVisibility", FieldKind::Bool),
                field("verified", FieldKind::Bool),
                hidden(text("tokenKey")),
                number("age"),
                relation("teams", "teams", 9),
                relation("boss", "users", 1),
            ],
        )
    };
    let teams = collection("teams", Some("name != 'hidden'"), vec![text("name"), relation("lead", "users", 1)]);
    let vaults = collection("vaults", None, vec![text("key"), relation("post", "posts", 1)]);
    let posts = collection(
        "posts",
        Some(""),
        vec![
            text("title"),
            number("n"),
            field("active", FieldKind::Bool),
            field("day", FieldKind::Date(Default::default())),
            select("kind", 1),
            select("tags", 9),
            field("data", FieldKind::Json(Default::default())),
            field("place", FieldKind::GeoPoint),
            relation("author", "users", 1),
            relation("readers", "users", 9),
            relation("parent", "posts", 1),
            relation("team", "teams", 1),
            relation("vault", "vaults", 1),
            hidden(text("note")),
        ],
    );
    let comments = collection(
        "comments",
        Some(""),
        vec![text("text"), number("votes"), relation("post", "posts", 1), relation("about", "posts", 9)],
    );
    let mut profiles = collection("profiles", Some(""), vec![text("label"), relation("user", "users", 1)]);
    profiles.indexes.push("CREATE UNIQUE INDEX `one_profile` ON `profiles` (`user`)".to_owned());
    vec![users, teams, vaults, posts, comments, profiles, boards()]
}

/// A view that has NULL in all columns of a post that is not there, and columns without a type of their own.
fn boards() -> Collection {
    let clone = |field: Field| Field { id: format!("_clone_{}", field.name), ..field };
    let fields = vec![
        clone(text("title")),
        clone(number("n")),
        clone(field("active", FieldKind::Bool)),
        clone(select("kind", 1)),
        clone(select("tags", 9)),
        clone(relation("author", "users", 1)),
        clone(field("data", FieldKind::Json(Default::default()))),
        number("count"),
        text("word"),
    ];
    Collection {
        kind: CollectionKind::View(ViewOptions {
            query: "SELECT c.id, p.title, p.n, p.active, p.kind, p.tags, p.author, p.data, \
                    nullif(c.votes, 1) AS count, nullif('w' || c.votes, 'w1') AS word \
                    FROM comments c LEFT JOIN posts p ON p.id = c.post AND p.n > 0"
                .to_owned(),
        }),
        ..collection("boards", Some(""), fields)
    }
}

fn rows() -> Vec<(&'static str, Json)> {
    vec![
        (
            "users",
            json!({"id": "u1", "name": "Ann", "email": "ann@example.com", "emailVisibility": 1, "verified": 1,
            "tokenKey": "k1", "age": 30, "teams": ["t1", "t2"]}),
        ),
        (
            "users",
            json!({"id": "u2", "name": "Bob", "email": "bob@example.com", "age": 41, "tokenKey": "k2",
            "teams": ["t2"], "boss": "u1"}),
        ),
        (
            "users",
            json!({"id": "u3", "email": "cid@example.com", "emailVisibility": 1, "verified": 1, "tokenKey": "k3",
            "boss": "u2"}),
        ),
        ("teams", json!({"id": "t1", "name": "red", "lead": "u1"})),
        ("teams", json!({"id": "t2", "name": "blue", "lead": "u2"})),
        ("teams", json!({"id": "t3", "name": "hidden", "lead": "u3"})),
        ("vaults", json!({"id": "v1", "key": "open sesame", "post": "p1"})),
        (
            "posts",
            json!({"id": "p1", "title": "Alpha", "n": 1, "active": 1, "day": "2024-01-05 10:00:00.000Z",
            "kind": "news", "tags": ["a", "b"], "data": {"a": {"b": [10, 20]}, "n": 5, "s": "text", "t": true, "z": null},
            "place": {"lon": 8.54, "lat": 47.37}, "author": "u1", "readers": ["u1", "u2"], "team": "t1", "vault": "v1",
            "note": "psst"}),
        ),
        (
            "posts",
            json!({"id": "p2", "title": "beta", "n": 2.5, "day": "2024-02-10 00:00:00.000Z", "kind": "blog",
            "tags": ["a"], "data": "\"plain\"", "place": {"lon": 13.4, "lat": 52.52}, "author": "u2",
            "readers": ["u2"], "parent": "p1", "team": "t2"}),
        ),
        ("posts", json!({"id": "p3", "title": "Gamma 50%", "n": -3, "active": 1, "parent": "p1"})),
        (
            "posts",
            json!({"id": "p4", "day": "2023-12-31 23:59:59.999Z", "kind": "news", "tags": ["b", "c"],
            "data": [1, 2, 3], "author": "u1", "readers": ["u3"], "parent": "p2", "team": "t3"}),
        ),
        (
            "posts",
            json!({"id": "p5", "title": "under_score", "n": 123, "active": 1, "day": "2024-02-29 12:00:00.000Z",
            "kind": "blog", "tags": ["a", "b", "c"], "data": "5", "author": "u3", "readers": ["u1", "u2", "u3"],
            "parent": "gone", "team": "t1"}),
        ),
        (
            "posts",
            json!({"id": "p6", "title": "123", "n": 100, "day": "2025-06-01 00:00:00.000Z", "kind": "news",
            "tags": ["c"], "data": "\"\"", "author": "u2", "readers": ["gone", "u1"], "parent": "p5", "team": "t2"}),
        ),
        ("comments", json!({"id": "c1", "text": "good", "votes": 5, "post": "p1", "about": ["p1", "p2"]})),
        ("comments", json!({"id": "c2", "text": "bad", "votes": 1, "post": "p1", "about": ["p2"]})),
        ("comments", json!({"id": "c3", "text": "good", "votes": 9, "post": "p2"})),
        ("comments", json!({"id": "c4", "post": "p4", "about": ["p5"]})),
        ("profiles", json!({"id": "f1", "label": "Countess", "user": "u1"})),
        ("profiles", json!({"id": "f2", "label": "Builder", "user": "u2"})),
    ]
}

/// A JSON value as its column stores it; JSON columns are given as JSON or as their stored text.
fn stored(value: &Json) -> Value {
    match value {
        Json::Null => Value::Null,
        Json::Number(number) => number.as_i64().map_or_else(|| number.as_f64().into(), Value::Int),
        Json::String(text) => text.as_str().into(),
        other => other.to_string().into(),
    }
}

struct Headers;

impl HeaderLookup for Headers {
    fn header(&self, name: &str) -> Option<Cow<'_, str>> {
        (name == "x_token").then_some(Cow::Borrowed("AbC"))
    }
}

impl World {
    pub async fn open() -> Self {
        let dir = TempDir::new().unwrap();
        let store = Store::open(&StoreOptions::new(dir.path().join("data.db"))).unwrap();
        store
            .write(WriteLane::Exclusive, |tx| {
                for collection in collections() {
                    if let Some(view) = collection.view() {
                        let names: Vec<_> = collection.fields.iter().map(|field| field.name.as_str()).collect();
                        tx.define(&tables::create_view(&collection.name, &names, &view.query, None))?;
                        continue;
                    }
                    let columns: Vec<_> =
                        collection.fields.iter().map(|field| (field.name.as_str(), field.column())).collect();
                    tx.define(&tables::create_table(&collection.name, &columns))?;
                }
                for (table, row) in rows() {
                    let mut sql = Sql::raw(format!("INSERT INTO {} (", quoted(table)));
                    let row = row.as_object().unwrap();
                    for (at, name) in row.keys().enumerate() {
                        sql.push(if at == 0 { "" } else { ", " }).name(name);
                    }
                    sql.push(") VALUES (");
                    for (at, value) in row.values().enumerate() {
                        sql.push(if at == 0 { "" } else { ", " }).bind(stored(value));
                    }
                    sql.push(")");
                    tx.execute(&sql)?;
                }
                Ok(())
            })
            .await
            .unwrap();
        Self { store, schema: Schema::new(1, collections()), _dir: dir }
    }

    /// Compiles and binds.
    pub fn compile(&self, question: &Question<'_>) -> Result<(Compiled, Bound), FilterError> {
        let context = context(question);
        let body = question.body.as_object().cloned().unwrap_or_default();
        let input = Input { context: &context, body: &body };
        let compiled = compile(&self.request(question, input))?;
        let bound = compiled.bind(&input).expect("the same request has the same shape");
        Ok((compiled, bound))
    }

    pub fn request<'a>(&'a self, question: &'a Question<'_>, input: Input<'a>) -> Request<'a> {
        Request {
            schema: &self.schema,
            collection: self.schema.find(question.collection).unwrap(),
            rule: question.rule,
            filter: question.filter,
            sort: question.sort,
            asker: if question.superuser { Asker::Superuser } else { Asker::Client },
            candidate: false,
            whole: question.whole,
            input,
        }
    }

    /// The ids that answer a question, with one space between, in the sort's order or else by id. All forms of the
    /// condition must find the same.
    pub fn ask(&self, question: &Question<'_>) -> Result<String, FilterError> {
        let (compiled, bound) = self.compile(question)?;
        let table = quoted(&self.schema.find(question.collection).unwrap().name);
        let found = self.run(&compiled, bound, &table, &table);
        let (whole, bound) = self.compile(&Question { whole: true, ..question.clone() })?;
        if !whole.volatile {
            assert_eq!(self.run(&whole, bound.clone(), &table, &table), found, "{question:?}: {whole:?}");
        }
        if let Some(Counting { joins, condition }) = whole.counting.clone() {
            let mut counting = whole;
            (counting.joins, counting.condition, counting.order) = (joins, condition, String::new());
            let bound = Bound { condition: bound.counting.clone(), order: Vec::new(), ..bound };
            let mut counted: Vec<String> =
                self.run(&counting, bound, &table, &table).split(' ').map(str::to_owned).collect();
            let mut listed: Vec<String> = found.split(' ').map(str::to_owned).collect();
            counted.sort();
            listed.sort();
            assert_eq!(counted, listed, "{question:?}: {counting:?}");
        }
        Ok(found)
    }

    /// Runs a compiled question over the rows of `source`.
    pub fn run(&self, compiled: &Compiled, bound: Bound, source: &str, table: &str) -> String {
        let mut sql = Sql::raw(format!("SELECT {table}.\"id\" FROM {source} "));
        sql.push(&compiled.joins);
        if !compiled.condition.is_empty() {
            sql.push(" WHERE ").push(&compiled.condition);
        }
        if compiled.order.is_empty() {
            sql.push(&format!(" ORDER BY {table}.\"id\""));
        } else {
            sql.push(" ORDER BY ").push(&compiled.order);
        }
        sql.values = [bound.joins, bound.condition, bound.order].concat();
        let mut ids: Vec<String> = Vec::new();
        let read = self.store.read_here(|tx| {
            tx.rows(&sql, |row| {
                ids.push(row.get(0).as_text().to_owned());
                Ok(())
            })
        });
        read.unwrap_or_else(|error| panic!("{error}\n{}", sql.text));
        ids.join(" ")
    }
}

/// The request of a question.
pub fn context(question: &Question<'_>) -> RequestContext {
    let caller = question.caller.map(|id| {
        Arc::new(Caller {
            id: id.to_owned(),
            collection_id: "users_id".to_owned(),
            collection_name: "users".to_owned(),
            email: "ann@example.com".to_owned(),
            email_visibility: true,
            verified: true,
            token_key: String::new(),
            superuser: false,
        })
    });
    RequestContext {
        caller,
        occasion: Occasion::Default,
        method: Cow::Borrowed("PATCH"),
        path: Arc::from(""),
        query: question.query.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect(),
        headers: Arc::new(Headers),
        body: None,
        ip: None,
    }
}

/// An empty body.
pub fn nothing() -> Map<String, Json> {
    Map::new()
}
