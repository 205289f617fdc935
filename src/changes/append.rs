//! Adding a change to the feed.

use std::sync::LazyLock;

use super::data::{changed, is_secret, whole};
use crate::error::{Error, Result};
use crate::schema::field::encode;
use crate::schema::{Collection, Record};
use crate::store::{Borrowed, Sql, Tx, Value, ValueRef, expression};

/// What happened to a record, with what the feed keeps of it.
pub enum Op<'a> {
    /// It was created.
    Create,
    /// It was updated; the record as it was.
    Update(&'a Record),
    /// It was deleted; `record` is the state before.
    Delete,
}

/// Adds a change to the feed. `record` is the state after a create or an update, before a delete.
/// Password hashes and token keys never get in.
///
/// `actor` is `<collection id>/<record id>` of the caller, `None` for guests and the server itself.
///
/// # Errors
/// What the engine says.
pub fn append(tx: &mut Tx<'_>, record: &Record, op: Op<'_>, actor: Option<&str>) -> Result<()> {
    let data = op.data(record);
    tx.execute(Borrowed(INSERT, &row(record, &op, data.as_deref(), actor))).map(|_| ())
}

/// Adds changes to the feed, in this order, as [`append`] does one.
///
/// # Errors
/// What the engine says.
pub fn append_all<'r>(
    tx: &mut Tx<'_>,
    changes: impl Iterator<Item = (&'r Record, Op<'r>)>,
    actor: Option<&str>,
) -> Result<()> {
    let mut changes = changes.map(|(record, op)| (record, op.data(record), op));
    loop {
        let chunk: Vec<_> = changes.by_ref().take(AT_ONCE).collect();
        if chunk.len() < AT_ONCE {
            // a text of its own for each length would have to be prepared each time
            return chunk.iter().try_for_each(|(record, data, op)| {
                tx.execute(Borrowed(INSERT, &row(record, op, data.as_deref(), actor))).map(|_| ())
            });
        }
        let values: Vec<_> =
            chunk.iter().flat_map(|(record, data, op)| row(record, op, data.as_deref(), actor)).collect();
        tx.execute(Borrowed(&INSERT_MANY, &values))?;
    }
}

/// How many changes one statement adds.
const AT_ONCE: usize = 64;

const INSERT: &str = "INSERT INTO _tb_changes (collection, record, op, actor, at, data) VALUES (?, ?, ?, ?, ?, ?)";

static INSERT_MANY: LazyLock<String> =
    LazyLock::new(|| format!("{INSERT}{}", ", (?, ?, ?, ?, ?, ?)".repeat(AT_ONCE - 1)));

fn row<'v>(record: &'v Record, op: &Op<'_>, data: Option<&'v str>, actor: Option<&'v str>) -> [ValueRef<'v>; 6] {
    [
        ValueRef::Text(&record.collection.id),
        ValueRef::Text(record.id()),
        ValueRef::Text(op.word()),
        actor.map_or(ValueRef::Null, ValueRef::Text),
        ValueRef::Int(crate::time::now().timestamp_millis()),
        data.map_or(ValueRef::Null, ValueRef::Text),
    ]
}

impl Op<'_> {
    fn word(&self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update(_) => "update",
            Self::Delete => "delete",
        }
    }

    fn data(&self, record: &Record) -> Option<String> {
        match self {
            Self::Create => None,
            Self::Update(before) => Some(changed(before, record)),
            Self::Delete => Some(whole(record)),
        }
    }
}

/// Adds the deletes of all records of a collection that satisfy a condition, in one statement and as [`append_all`]
/// does; they must still be there. False, with nothing added, where the engine cannot put their rows together.
///
/// # Errors
/// What the engine says otherwise.
pub fn append_deletes(tx: &mut Tx<'_>, collection: &Collection, condition: &Sql, actor: Option<&str>) -> Result<bool> {
    let fields = || collection.fields.iter().filter(|field| !is_secret(collection, &field.name, &field.kind));
    if fields().count() > MOST_MEMBERS {
        return Ok(false);
    }
    let mut sql = Sql::raw("INSERT INTO _tb_changes (collection, record, op, actor, at, data) SELECT ");
    sql.bind(collection.id.as_str()).push(r#", "id", "#).bind(Op::Delete.word()).push(", ");
    sql.bind(actor.map_or(Value::Null, Value::from)).push(", ");
    sql.bind(crate::time::now().timestamp_millis()).push(", ");
    let members: Vec<(&str, &str)> = fields().map(|field| (field.name.as_str(), field.name.as_str())).collect();
    expression::push_object(&mut sql, &members);
    sql.push(" FROM ").name(&collection.name).push(" WHERE ").append(condition);
    match tx.execute(&sql) {
        Ok(_) => Ok(true),
        // A value that is neither text nor number: somebody else's work.
        Err(Error::Engine(_)) => Ok(false),
        Err(error) => Err(error),
    }
}

/// How many members an object has at most that the engine puts together.
const MOST_MEMBERS: usize = 50;

/// Adds the delete of a record that is gone without one, and of whose values nothing is known but the id.
///
/// # Errors
/// What the engine says.
pub fn append_lost(tx: &mut Tx<'_>, collection_id: &str, record_id: &str) -> Result<()> {
    let data = encode::text_of(|out| {
        out.extend_from_slice(b"{\"id\":");
        encode::string(record_id, out);
        out.push(b'}');
    });
    let values = [
        ValueRef::Text(collection_id),
        ValueRef::Text(record_id),
        ValueRef::Int(crate::time::now().timestamp_millis()),
        ValueRef::Text(&data),
    ];
    let insert = "INSERT INTO _tb_changes (collection, record, op, at, data) VALUES (?, ?, 'delete', ?, ?)";
    tx.execute(Borrowed(insert, &values)).map(|_| ())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::{Value as Json, json};
    use tempfile::TempDir;

    use super::super::{Change, after};
    use super::*;
    use crate::schema::auth_options::AuthOptions;
    use crate::schema::field::json::JsonOptions;
    use crate::schema::field::number::NumberOptions;
    use crate::schema::field::password::PasswordOptions;
    use crate::schema::field::text::TextOptions;
    use crate::schema::{CollectionKind, CollectionRef, Field, FieldKind};
    use crate::store::{Store, StoreOptions, WriteLane};

    fn users(kind: CollectionKind) -> CollectionRef {
        let field = |name: &str, kind| Field::new(format!("f_{name}"), name, kind);
        Arc::new(Collection {
            id: "c_users".into(),
            name: "users".into(),
            kind,
            fields: vec![
                field("id", FieldKind::Text(TextOptions::default())),
                field("password", FieldKind::Password(PasswordOptions::default())),
                field("tokenKey", FieldKind::Text(TextOptions::default())),
                field("na\"me", FieldKind::Text(TextOptions::default())),
                field("age", FieldKind::Number(NumberOptions::default())),
                field("extra", FieldKind::Json(JsonOptions::default())),
            ],
            ..Collection::default()
        })
    }

    fn record(collection: &CollectionRef) -> Record {
        let mut record = Record::new(Arc::clone(collection));
        for (name, value) in [
            ("id", Value::from("r1")),
            ("password", Value::from("$argon2id$secret")),
            ("tokenKey", Value::from("secret")),
            ("na\"me", Value::from("Zoë \"Z\"\n\u{0}")),
            ("age", Value::Real(4.5)),
            ("extra", Value::from("{\"a\": 1}")),
        ] {
            record.set(name, value);
        }
        record
    }

    /// What the feed holds after these changes.
    async fn feed(write: impl Fn(&mut Tx<'_>) -> Result<()> + Send + 'static) -> Vec<Change> {
        let dir = TempDir::new().unwrap();
        let store = Store::open(&StoreOptions::new(dir.path().join("data.db"))).unwrap();
        store.write(WriteLane::Grouped, write).await.unwrap();
        store.read_here(|tx| after(tx, 0, 100)).unwrap()
    }

    fn data(change: &Change) -> Json {
        serde_json::from_str(change.data.as_deref().unwrap()).unwrap()
    }

    #[tokio::test]
    async fn a_create_keeps_no_data_and_a_delete_the_whole_row_without_secrets() {
        let record = record(&users(CollectionKind::Auth(Box::<AuthOptions>::default())));
        let changes = feed(move |tx| {
            append(tx, &record, Op::Create, None)?;
            append(tx, &record, Op::Delete, Some("c_users/r2"))
        })
        .await;
        let first = &changes[0];
        assert_eq!((first.seq, first.op.as_str(), &first.data, &first.actor), (1, "create", &None, &None));
        assert_eq!((first.collection.as_str(), first.record.as_str()), ("c_users", "r1"));
        assert!((crate::time::now().timestamp_millis() - first.at).abs() < 60_000);
        assert_eq!((changes[1].op.as_str(), changes[1].actor.as_deref()), ("delete", Some("c_users/r2")));
        let whole = json!({"id": "r1", "na\"me": "Zoë \"Z\"\n\u{0}", "age": 4.5, "extra": "{\"a\": 1}"});
        assert_eq!(data(&changes[1]), whole);
    }

    #[tokio::test]
    async fn deletes_by_a_condition_are_told_as_one_by_one() {
        let collection = users(CollectionKind::Auth(Box::<AuthOptions>::default()));
        let rows = [
            [
                Value::from("r1"),
                Value::from("Zoë \"Z\"\n\u{1}\u{7f}\\ / \u{2028}"),
                Value::Real(0.1),
                Value::from("[1, 2]"),
            ],
            [Value::from("r2"), Value::from(""), Value::Int(i64::MIN), Value::Null],
            [Value::from("r3"), Value::from("1"), Value::Real(-1.234_567_890_123_456_7e-300), Value::from("null")],
            [Value::from("r4"), Value::from("x"), Value::Real(1e21), Value::from("\"\"")],
        ];
        let changes = feed(move |tx| {
            tx.define(
                r#"CREATE TABLE users (id TEXT, password TEXT, "tokenKey" TEXT, "na""me" TEXT, age, extra TEXT)"#,
            )?;
            for [id, name, age, extra] in &rows {
                let text = "INSERT INTO users VALUES (?, 'secret', 'secret', ?, ?, ?)";
                tx.execute((text, &[id.clone(), name.clone(), age.clone(), extra.clone()]))?;
                let mut record = record(&collection);
                for (at, value) in [(0, id), (3, name), (4, age), (5, extra)] {
                    record.values[at] = value.clone();
                }
                append(tx, &record, Op::Delete, Some("c_users/r9"))?;
            }
            assert!(append_deletes(tx, &collection, &Sql::raw("TRUE"), Some("c_users/r9"))?);
            tx.execute("UPDATE users SET extra = x'ffff' WHERE id = 'r4'")?;
            assert!(!append_deletes(tx, &collection, &Sql::raw("TRUE"), None)?);
            Ok(())
        })
        .await;
        let (one_by_one, together) = changes.split_at(4);
        assert_eq!(together.len(), 4);
        for (one, other) in one_by_one.iter().zip(together) {
            assert_eq!(data(one), data(other));
            let told = |change: &Change| {
                (change.collection.clone(), change.record.clone(), change.op.clone(), change.actor.clone())
            };
            assert_eq!(told(one), told(other));
        }
    }

    #[tokio::test]
    async fn an_update_keeps_the_old_values_of_what_changed() {
        let before = record(&users(CollectionKind::Auth(Box::<AuthOptions>::default())));
        let mut later = before.clone();
        later.set("age", 5.0);
        later.set("password", "$argon2id$other");
        later.set("tokenKey", "other");
        let mut stored_as_integer = later.clone();
        stored_as_integer.set("age", 5i64);
        let changes = feed(move |tx| {
            append(tx, &later, Op::Update(&before), None)?;
            append(tx, &stored_as_integer, Op::Update(&later), None)
        })
        .await;
        assert_eq!(data(&changes[0]), json!({"age": 4.5}));
        assert_eq!(data(&changes[1]), json!({}));
    }

    #[tokio::test]
    async fn a_token_key_of_a_base_collection_is_an_ordinary_field() {
        let record = record(&users(CollectionKind::Base));
        let changes = feed(move |tx| append(tx, &record, Op::Delete, None)).await;
        assert_eq!(data(&changes[0])["tokenKey"], json!("secret"));
        assert_eq!(data(&changes[0]).get("password"), None);
    }

    #[tokio::test]
    async fn fields_are_compared_by_name_where_the_collection_changed_meanwhile() {
        let old = record(&users(CollectionKind::Base));
        let mut collection = (*old.collection).clone();
        collection.fields.remove(3);
        let mut new = Record::new(Arc::new(collection));
        for field in ["id", "password", "tokenKey", "age", "extra"] {
            new.set(field, old.get(field).clone());
        }
        let changes = feed(move |tx| append(tx, &new, Op::Update(&old), None)).await;
        assert_eq!(data(&changes[0]), json!({"na\"me": "Zoë \"Z\"\n\u{0}"}));
    }
}
