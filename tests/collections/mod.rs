//! The room of collections on a real database, without HTTP: what happens to tables, data and snapshots.

mod alter;
mod create;
mod delete;
mod full_tables;
mod list;
mod plan;

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value as Json, json};
use tokio::sync::watch;
use tuckbox::collections::{Collections, reload, seed};
use tuckbox::context::{Caller, RequestContext};
use tuckbox::error::{Error, FieldError, Result};
use tuckbox::files::Files;
use tuckbox::schema::Published;
use tuckbox::settings::Settings;
use tuckbox::store::{ReadLane, Store, StoreOptions, Synchronous, Value, WriteLane};

/// The room over a fresh database with the system collections.
struct House {
    collections: Collections,
    schema: Arc<Published>,
    store: Store,
    dir: tempfile::TempDir,
}

impl House {
    async fn new() -> Self {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let options = StoreOptions {
            synchronous: Synchronous::Normal,
            slow_readers: 1,
            query_timeout: Duration::from_secs(10),
            exclusive_timeout: Duration::from_secs(60),
            ..StoreOptions::new(dir.path().join("data.db"))
        };
        let store = Store::open(&options).expect("the store opens");
        store.write(WriteLane::Exclusive, seed).await.expect("the system collections are made");
        let schema = Arc::new(Published::default());
        reload(&store, &schema).expect("the collections are read");
        let files = Files::new(dir.path(), watch::channel(Arc::default()).1);
        let settings = Settings::open(&store, None).await.expect("the settings are read");
        let collections = Collections::new(store.clone(), Arc::clone(&schema), files, settings);
        Self { collections, schema, store, dir }
    }

    /// Makes a collection.
    async fn has(&self, body: Json) -> Json {
        self.collections.create(object(body)).await.expect("the collection is made")
    }

    /// Changes a collection.
    async fn update(&self, name: &str, body: Json) -> Result<Json> {
        self.collections.update(name, object(body)).await
    }

    /// What a change of a collection would come to.
    async fn plan(&self, name: &str, body: Json) -> Json {
        let plan = self.collections.plan(Some(name), object(body)).await.expect("the change is planned");
        serde_json::to_value(plan).expect("a plan is plain data")
    }

    /// Deletes a collection, as the superuser `boss`.
    async fn delete(&self, name: &str) -> Result<()> {
        let mut context = RequestContext::internal();
        let boss = Caller {
            id: "boss".into(),
            collection_id: "su".into(),
            ..Caller::clone(context.caller.as_ref().expect("a superuser"))
        };
        context.caller = Some(Arc::new(boss));
        self.collections.delete(&context, name).await
    }

    /// Runs statements.
    async fn run(&self, statements: &'static [&'static str]) {
        let write = self.store.write(WriteLane::Grouped, move |tx| {
            for statement in statements {
                tx.execute(*statement)?;
            }
            Ok(())
        });
        write.await.expect("the statements run");
    }

    /// The rows of a query.
    async fn rows(&self, query: &str) -> Vec<Vec<Value>> {
        let (query, width) = (query.to_owned(), query.split(" FROM ").next().unwrap_or("").split(", ").count());
        let read = self.store.read(ReadLane::Slow, move |tx| {
            let mut rows = Vec::new();
            tx.rows(query.as_str(), |row| {
                rows.push((0..width).map(|at| row.get(at).to_value()).collect());
                Ok(())
            })?;
            Ok(rows)
        });
        read.await.expect("the query runs")
    }

    /// The only column of the rows of a query, as text.
    async fn texts(&self, query: &str) -> Vec<String> {
        self.rows(query).await.into_iter().map(|row| row[0].as_text().to_owned()).collect()
    }

    /// What the engine says that the tables and indexes are.
    async fn tables(&self) -> Vec<Vec<Value>> {
        self.rows("SELECT name, sql, rootpage FROM sqlite_schema ORDER BY name").await
    }
}

fn object(body: Json) -> Map<String, Json> {
    match body {
        Json::Object(map) => map,
        other => panic!("no object: {other}"),
    }
}

fn context(query: &[(&str, &str)]) -> RequestContext {
    let query: Vec<_> = query.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    RequestContext { query: Arc::from(query), ..RequestContext::internal() }
}

/// Code and message at a path of the errors of a refusal.
#[track_caller]
fn fault(result: Result<Json>, path: &[&str]) -> (&'static str, String) {
    let Err(Error::Invalid(invalid)) = result else { panic!("no refusal: {result:?}") };
    let mut errors = &invalid.fields;
    for (at, name) in path.iter().enumerate() {
        match errors.get(name) {
            Some(FieldError::Nested(inner)) => errors = inner,
            Some(FieldError::Leaf(fault)) if at + 1 == path.len() => return (fault.code, fault.message.clone()),
            _ => panic!("nothing at {path:?}: {invalid:?}"),
        }
    }
    panic!("no leaf at {path:?}: {invalid:?}");
}

#[track_caller]
fn message<T: std::fmt::Debug>(result: Result<T>) -> String {
    match result {
        Err(Error::Invalid(invalid)) => invalid.message.to_string(),
        other => panic!("no refusal: {other:?}"),
    }
}

fn text(id: &str, name: &str) -> Json {
    json!({"id": id, "name": name, "type": "text"})
}
