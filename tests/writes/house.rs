//! A database with collections made by hand, without a server around it.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value as Json, json};
use tempfile::TempDir;
use tokio::sync::watch;
use tuckbox::context::{Caller, RequestContext};
use tuckbox::crypto::passwords::Passwords;
use tuckbox::error::{Error, FieldError, Result};
use tuckbox::files::{Files, Upload};
use tuckbox::records::{RecordInput, Records};
use tuckbox::schema::system::system_collections;
use tuckbox::schema::{Collection, CollectionKind, Field, Published, Schema};
use tuckbox::store::{Store, StoreOptions, Synchronous, Value, WriteLane, tables};

pub struct House {
    pub dir: TempDir,
    pub store: Store,
    pub schema: Arc<Published>,
    pub records: Records,
}

/// A base collection that everyone may use.
pub fn base(name: &str, fields: Json) -> Collection {
    let mut all = vec![json!({
        "id": "text3208210256", "name": "id", "type": "text", "system": true, "required": true, "primaryKey": true,
        "min": 15, "max": 15, "pattern": "^[a-z0-9]+$", "autogeneratePattern": "[a-z0-9]{15}",
    })];
    all.extend(fields.as_array().cloned().unwrap_or_default());
    Collection {
        id: format!("pbc_{name}"),
        name: name.to_owned(),
        kind: CollectionKind::Base,
        system: false,
        fields: all.iter().map(|field| Field::from_json(field.as_object().unwrap()).unwrap()).collect(),
        indexes: Vec::new(),
        list_rule: Some(String::new()),
        view_rule: Some(String::new()),
        create_rule: Some(String::new()),
        update_rule: Some(String::new()),
        delete_rule: Some(String::new()),
        created: String::new(),
        updated: String::new(),
    }
}

/// A field of a type; `options` are added to it.
pub fn field(name: &str, kind: &str, options: Json) -> Json {
    let mut field = json!({"id": format!("{kind}_{name}"), "name": name, "type": kind});
    field.as_object_mut().unwrap().extend(options.as_object().cloned().unwrap_or_default());
    field
}

pub fn relation(name: &str, to: &str, options: Json) -> Json {
    let mut field = field(name, "relation", options);
    field["collectionId"] = json!(format!("pbc_{to}"));
    field
}

impl House {
    /// The system collections and `users`.
    pub async fn with_accounts() -> Self {
        Self::with(system_collections()).await
    }

    /// These collections alone.
    pub async fn with(all: Vec<Collection>) -> Self {
        Self::standing_still(all, Duration::from_secs(60)).await
    }

    /// These collections, where an exclusive write may stand still for so long.
    pub async fn standing_still(all: Vec<Collection>, exclusive_timeout: Duration) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(&StoreOptions {
            synchronous: Synchronous::Normal,
            slow_readers: 2,
            query_timeout: Duration::from_secs(30),
            exclusive_timeout,
            ..StoreOptions::new(dir.path().join("data.db"))
        })
        .unwrap();
        let made = all.clone();
        store.write(WriteLane::Exclusive, move |tx| made.iter().try_for_each(|one| make(tx, one))).await.unwrap();
        let schema = Arc::new(Published::new(Schema::new(1, all)));
        let files = Files::new(dir.path(), watch::channel(Arc::default()).1);
        let records = Records::new(store.clone(), Arc::clone(&schema), files, Passwords::new(2));
        Self { dir, store, schema, records }
    }

    pub async fn create(&self, collection: &str, data: Json) -> Result<Json> {
        self.create_as(&guest(), collection, input(data)).await
    }

    pub async fn create_as(&self, who: &RequestContext, collection: &str, input: RecordInput) -> Result<Json> {
        let rendered = self.records.create(who, collection, input).await?.rendered;
        Ok(serde_json::from_slice(&rendered.0).unwrap())
    }

    pub async fn update(&self, collection: &str, id: &str, data: Json) -> Result<Json> {
        self.update_as(&guest(), collection, id, input(data)).await
    }

    pub async fn update_as(
        &self,
        who: &RequestContext,
        collection: &str,
        id: &str,
        input: RecordInput,
    ) -> Result<Json> {
        let rendered = self.records.update(who, collection, id, input).await?.rendered;
        Ok(serde_json::from_slice(&rendered.0).unwrap())
    }

    /// The stored text of a column, or nothing where the record is gone.
    pub fn stored(&self, collection: &str, id: &str, column: &str) -> Option<String> {
        let text = format!(r#"SELECT "{column}" FROM "{collection}" WHERE "id" = ?"#);
        self.store
            .read_here(|tx| {
                tx.row((text.as_str(), &[Value::from(id)][..]), |row| {
                    Ok(match row.get(0).to_value() {
                        Value::Null => "null".to_owned(),
                        Value::Int(number) => number.to_string(),
                        Value::Real(number) => number.to_string(),
                        Value::Text(text) => text,
                    })
                })
            })
            .unwrap()
    }

    pub fn count(&self, table: &str) -> i64 {
        let text = format!(r#"SELECT count(*) FROM "{table}""#);
        let count = self.store.read_here(|tx| tx.row(text.as_str(), |row| Ok(row.get(0).as_f64())));
        count.unwrap().unwrap_or_default() as i64
    }

    /// Whether a file of a record is on the disk.
    pub fn has_file(&self, collection: &str, id: &str, name: &str) -> bool {
        self.dir.path().join("storage").join(format!("pbc_{collection}")).join(id).join(name).is_file()
    }

    /// Waits until a file that is removed in the background is gone.
    pub async fn file_goes(&self, collection: &str, id: &str, name: &str) {
        for _ in 0..500 {
            if !self.has_file(collection, id, name) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("{name} is still there");
    }
}

fn make(tx: &mut tuckbox::store::Tx<'_>, collection: &Collection) -> Result<()> {
    let columns: Vec<_> = collection.fields.iter().map(|field| (field.name.as_str(), field.column())).collect();
    tx.define(&tables::create_table(&collection.name, &columns))?;
    collection.indexes.iter().try_for_each(|index| tx.define(index))
}

pub fn guest() -> RequestContext {
    RequestContext::guest()
}

pub fn superuser() -> RequestContext {
    RequestContext::internal()
}

/// The request of a record of `users`.
pub fn user(id: &str) -> RequestContext {
    let caller = Caller {
        id: id.to_owned(),
        collection_id: "_pb_users_auth_".to_owned(),
        collection_name: "users".to_owned(),
        email: String::new(),
        email_visibility: false,
        verified: false,
        token_key: String::new(),
        superuser: false,
    };
    RequestContext { caller: Some(Arc::new(caller)), ..RequestContext::guest() }
}

pub fn input(data: Json) -> RecordInput {
    RecordInput { data: object(data), uploads: Vec::new() }
}

pub fn with_files(data: Json, files: &[(&str, &str, &'static str)]) -> RecordInput {
    let upload = |&(key, name, content): &(&str, &str, &'static str)| Upload {
        key: key.to_owned(),
        file_name: name.to_owned(),
        content: content.into(),
    };
    RecordInput { data: object(data), uploads: files.iter().map(upload).collect() }
}

fn object(data: Json) -> Map<String, Json> {
    match data {
        Json::Object(map) => map,
        other => panic!("a body is an object, not {other}"),
    }
}

/// The codes of an error by field.
pub fn codes(result: Result<Json>) -> Vec<(String, &'static str)> {
    match result {
        Err(Error::Invalid(invalid)) => invalid
            .fields
            .iter()
            .map(|(field, error)| match error {
                FieldError::Leaf(fault) => (field.to_owned(), fault.code),
                FieldError::Nested(_) => (field.to_owned(), "nested"),
            })
            .collect(),
        other => panic!("not refused for its fields: {other:?}"),
    }
}

/// The only code of an error, with its field.
pub fn code(result: Result<Json>) -> (String, &'static str) {
    let mut all = codes(result);
    assert_eq!(all.len(), 1, "{all:?}");
    all.remove(0)
}

/// The text of a field of an answer.
pub fn text<'a>(record: &'a Json, field: &str) -> &'a str {
    record[field].as_str().unwrap_or_else(|| panic!("no text {field} in {record}"))
}
