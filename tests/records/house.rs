//! A small publishing house: people, posts and what hangs on them, with callers who may see different parts of it.

use std::sync::Arc;

use serde_json::{Value as Json, json};
use tempfile::TempDir;
use tokio::sync::watch;
use tuckbox::context::{Caller, RequestContext};
use tuckbox::crypto::passwords::Passwords;
use tuckbox::error::Result;
use tuckbox::files::Files;
use tuckbox::records::{Page, Records};
use tuckbox::schema::auth_options::AuthOptions;
use tuckbox::schema::field::relation::RelationOptions;
use tuckbox::schema::field::select::SelectOptions;
use tuckbox::schema::{Collection, CollectionKind, Field, FieldKind, Published, Schema};
use tuckbox::store::{Store, StoreOptions, Value, WriteLane, quoted, tables};

/// The open house.
pub struct House {
    pub store: Store,
    pub schema: Arc<Published>,
    pub records: Records,
    _dir: TempDir,
}

/// Someone who asks.
pub struct Asker<'h> {
    house: &'h House,
    context: RequestContext,
}

/// What the collections are made of.
pub fn field(name: &str, kind: FieldKind) -> Field {
    Field::new(format!("f_{name}"), name, kind)
}

pub fn hidden(field: Field) -> Field {
    Field { hidden: true, ..field }
}

pub fn text(name: &str) -> Field {
    field(name, FieldKind::Text(Default::default()))
}

pub fn relation(name: &str, to: &str, max_select: i64) -> Field {
    let options = RelationOptions { collection_id: to.to_owned(), max_select, ..Default::default() };
    field(name, FieldKind::Relation(options))
}

/// A base collection that everyone may list and view; its id is its name with `_id`.
pub fn base(name: &str, fields: Vec<Field>) -> Collection {
    let mut all = vec![text("id")];
    all.extend(fields);
    Collection {
        id: format!("{name}_id"),
        name: name.to_owned(),
        fields: all,
        list_rule: Some(String::new()),
        view_rule: Some(String::new()),
        ..Collection::default()
    }
}

fn people() -> Collection {
    let fields = vec![
        hidden(field("password", FieldKind::Password(Default::default()))),
        hidden(text("tokenKey")),
        field("email", FieldKind::Email(Default::default())),
        field("emailVisibility", FieldKind::Bool),
        field("verified", FieldKind::Bool),
        text("name"),
        text("role"),
    ];
    let options = AuthOptions {
        manage_rule: Some("@request.auth.role = 'chief' && role = 'writer'".into()),
        ..Default::default()
    };
    Collection { kind: CollectionKind::Auth(Box::new(options)), ..base("people", fields) }
}

fn posts() -> Collection {
    let select = |max_select| SelectOptions { values: ["a", "b", "c"].map(str::to_owned).to_vec(), max_select };
    let fields = vec![
        text("title"),
        field("views", FieldKind::Number(Default::default())),
        field("published", FieldKind::Bool),
        field("tags", FieldKind::Select(select(3))),
        field("meta", FieldKind::Json(Default::default())),
        field("place", FieldKind::GeoPoint),
        hidden(text("draft")),
        relation("author", "people_id", 1),
        relation("editors", "people_id", 5),
        hidden(relation("vault", "vaults_id", 1)),
        relation("parent", "posts_id", 1),
    ];
    let rule = Some("published = true || author = @request.auth.id".to_owned());
    Collection { list_rule: rule.clone(), view_rule: rule, ..base("posts", fields) }
}

fn collections() -> Vec<Collection> {
    let mut profiles = base("profiles", vec![text("about"), relation("person", "people_id", 1)]);
    profiles.indexes.push("CREATE UNIQUE INDEX `one_profile` ON `profiles` (`person`)".into());
    let comments = Collection {
        view_rule: Some("post.published = true".into()),
        ..base("comments", vec![text("text"), relation("post", "posts_id", 1)])
    };
    let vaults = Collection { list_rule: None, view_rule: None, ..base("vaults", vec![text("key")]) };
    vec![people(), posts(), profiles, comments, vaults]
}

/// The rows: collection, then values by field.
fn rows() -> Vec<(&'static str, Json)> {
    let place = json!({"lon": 9.5, "lat": 47.25}).to_string();
    vec![
        (
            "people",
            json!({"id": "ada", "email": "ada@x.org", "emailVisibility": 1, "name": "Ada", "role": "chief", "password": "hash", "tokenKey": "key"}),
        ),
        (
            "people",
            json!({"id": "bob", "email": "bob@x.org", "name": "Bob", "role": "writer", "password": "hash", "tokenKey": "key"}),
        ),
        (
            "people",
            json!({"id": "cyd", "email": "cyd@x.org", "name": "Cyd", "role": "reader", "password": "hash", "tokenKey": "key"}),
        ),
        ("vaults", json!({"id": "v1", "key": "open sesame"})),
        (
            "posts",
            json!({"id": "p1", "title": "One", "views": 10, "published": 1, "tags": "[\"a\",\"b\"]", "meta": "{\"k\":[1,2]}", "place": place, "author": "ada", "editors": "[\"cyd\",\"bob\"]", "vault": "v1", "draft": "psst"}),
        ),
        (
            "posts",
            json!({"id": "p2", "title": "Two", "views": 2.5, "published": 1, "author": "bob", "editors": "[\"ada\"]", "parent": "p1"}),
        ),
        ("posts", json!({"id": "p3", "title": "Three", "published": 0, "author": "bob", "parent": "p2"})),
        ("profiles", json!({"id": "r1", "about": "Countess", "person": "ada"})),
        ("comments", json!({"id": "c1", "text": "first", "post": "p1"})),
        ("comments", json!({"id": "c2", "text": "second", "post": "p1"})),
        ("comments", json!({"id": "c3", "text": "on a draft", "post": "p3"})),
    ]
}

impl House {
    pub async fn open() -> Self {
        Self::with(collections(), rows()).await
    }

    /// A house with other collections and rows.
    pub async fn with(collections: Vec<Collection>, rows: Vec<(&'static str, Json)>) -> Self {
        let dir = TempDir::new().expect("a directory");
        let store = Store::open(&StoreOptions::new(dir.path().join("data.db"))).expect("a database");
        let schema = Arc::new(Published::new(Schema::new(1, collections)));
        let current = schema.current();
        store
            .write(WriteLane::Exclusive, move |tx| {
                for collection in current.all() {
                    let columns: Vec<_> =
                        collection.fields.iter().map(|field| (field.name.as_str(), column(field))).collect();
                    tx.define(&tables::create_table(&collection.name, &columns))?;
                    for index in &collection.indexes {
                        tx.define(index)?;
                    }
                }
                rows.iter().try_for_each(|(collection, row)| insert(tx, collection, row))
            })
            .await
            .expect("tables and rows");
        let files = Files::new(dir.path(), watch::channel(Arc::default()).1);
        let records = Records::new(store.clone(), Arc::clone(&schema), files, Passwords::new(1));
        Self { store, schema, records, _dir: dir }
    }

    /// Adds rows.
    pub async fn add(&self, rows: Vec<(&'static str, Json)>) {
        self.store
            .write(WriteLane::Exclusive, move |tx| {
                rows.iter().try_for_each(|(collection, row)| insert(tx, collection, row))
            })
            .await
            .expect("rows");
    }

    /// Changes the collections in the snapshot alone.
    pub fn change(&self, change: impl Fn(&mut Collection)) {
        let current = self.schema.current();
        let mut collections: Vec<Collection> = current.all().iter().map(|one| (**one).clone()).collect();
        collections.iter_mut().for_each(change);
        self.schema.publish(Arc::new(Schema::new(current.version + 1, collections)));
    }

    pub fn guest(&self) -> Asker<'_> {
        Asker { house: self, context: RequestContext::guest() }
    }

    pub fn superuser(&self) -> Asker<'_> {
        Asker { house: self, context: RequestContext::internal() }
    }

    /// One of the people.
    pub fn person(&self, id: &str) -> Asker<'_> {
        let caller = Caller {
            id: id.to_owned(),
            collection_id: "people_id".to_owned(),
            collection_name: "people".to_owned(),
            email: format!("{id}@x.org"),
            email_visibility: false,
            verified: false,
            token_key: String::new(),
            superuser: false,
        };
        Asker { house: self, context: RequestContext { caller: Some(Arc::new(caller)), ..RequestContext::guest() } }
    }
}

fn column(field: &Field) -> tuckbox::store::Column {
    if field.name == "id" { tuckbox::store::Column::Id } else { field.column() }
}

fn insert(tx: &mut tuckbox::store::Tx<'_>, collection: &str, row: &Json) -> Result<()> {
    let row = row.as_object().expect("an object");
    let names: Vec<String> = row.keys().map(|name| quoted(name)).collect();
    let values: Vec<Value> = row
        .values()
        .map(|value| match value {
            Json::String(text) => Value::from(text.as_str()),
            other => Value::Real(other.as_f64().expect("a number")),
        })
        .collect();
    let places = vec!["?"; values.len()].join(", ");
    let text = format!("INSERT INTO {} ({}) VALUES ({places})", quoted(collection), names.join(", "));
    tx.execute((text.as_str(), values.as_slice()))?;
    Ok(())
}

impl Asker<'_> {
    fn asking(&self, query: &[(&str, &str)]) -> RequestContext {
        let query: Vec<_> = query.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        RequestContext { query: Arc::from(query), ..self.context.clone() }
    }

    pub async fn try_list(&self, collection: &str, query: &[(&str, &str)]) -> Result<Page> {
        self.house.records.list(&self.asking(query), collection).await
    }

    /// The items of a list, and the page.
    pub async fn list(&self, collection: &str, query: &[(&str, &str)]) -> (Vec<Json>, Page) {
        let page = self.try_list(collection, query).await.expect("a page");
        (serde_json::from_slice(&page.items).expect("a JSON array of items"), page)
    }

    /// The ids of a list, in its order.
    pub async fn ids(&self, collection: &str, query: &[(&str, &str)]) -> Vec<String> {
        let (items, _) = self.list(collection, query).await;
        items.iter().map(|item| item["id"].as_str().expect("an id").to_owned()).collect()
    }

    pub async fn try_view(&self, collection: &str, id: &str, query: &[(&str, &str)]) -> Result<Json> {
        let rendered = self.house.records.view(&self.asking(query), collection, id).await?.rendered;
        Ok(serde_json::from_slice(&rendered.0).expect("a JSON object"))
    }

    pub async fn view(&self, collection: &str, id: &str, query: &[(&str, &str)]) -> Json {
        self.try_view(collection, id, query).await.expect("a record")
    }
}
