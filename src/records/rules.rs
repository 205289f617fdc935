//! Whether rows satisfy rules. Compiled conditions are kept by shape.

use std::collections::HashSet;

use super::candidate;
use super::plans::{Condition, IDS, Plans};
use crate::error::{Error, Result};
use crate::filter::{self, Asker, Input};
use crate::schema::{CollectionRef, Record, Schema};
use crate::store::{Tx, quoted};

/// The compiled conditions, by collection, schema version, text and kind of caller.
pub(super) struct Conditions {
    plans: Plans,
}

impl Conditions {
    pub(super) fn new() -> Self {
        Self { plans: Plans::new() }
    }

    /// Conditions of any kind.
    ///
    /// # Errors
    /// `Invalid` and `Forbidden`, as [`Plans::condition`] says.
    pub(super) fn compile(&self, request: &filter::Request<'_>) -> Result<Condition> {
        self.plans.condition(request)
    }

    /// A rule for rows that are stored. An empty one asks nothing.
    pub(super) fn rule(
        &self,
        schema: &Schema,
        collection: &CollectionRef,
        rule: &str,
        input: &Input<'_>,
    ) -> Result<Condition> {
        self.plans.condition(&request(schema, collection, rule, input, false))
    }

    /// Whether the stored row with this id satisfies a rule. An empty rule is satisfied.
    ///
    /// # Errors
    /// `Invalid` where the rule cannot be evaluated.
    pub(super) fn admits(
        &self,
        tx: &mut Tx<'_>,
        schema: &Schema,
        collection: &CollectionRef,
        rule: &str,
        id: &str,
        input: &Input<'_>,
    ) -> Result<bool> {
        if rule.is_empty() {
            return Ok(true);
        }
        let query = self.rule(schema, collection, rule, input)?.among("1", &quoted(&collection.name), &[id]);
        Ok(tx.row(&query, |_| Ok(())).map_err(unevaluable)?.is_some())
    }

    /// Whether a record that is not stored yet satisfies a rule, as if it were the only row (contract: records, 6).
    ///
    /// # Errors
    /// `Invalid` where the rule cannot be evaluated.
    pub(super) fn admits_candidate(
        &self,
        tx: &mut Tx<'_>,
        schema: &Schema,
        candidate: &Record,
        rule: &str,
        input: &Input<'_>,
    ) -> Result<bool> {
        if rule.is_empty() {
            return Ok(true);
        }
        let condition = self.plans.condition(&request(schema, &candidate.collection, rule, input, true))?;
        let query = condition.holds_for(&candidate::source(&candidate.collection), candidate::values(candidate));
        Ok(tx.row(&query, |_| Ok(())).map_err(unevaluable)?.is_some())
    }
}

/// Which of these stored rows satisfy a condition.
pub(super) fn admitted(tx: &mut Tx<'_>, condition: &Condition, table: &str, ids: &[&str]) -> Result<HashSet<String>> {
    let mut found = HashSet::new();
    for ids in ids.chunks(IDS) {
        let query = condition.among(&format!(r#"{table}."id""#), table, ids);
        let read = tx.rows(&query, |row| {
            found.insert(row.get(0).as_text().to_owned());
            Ok(())
        });
        read.map_err(unevaluable)?;
    }
    Ok(found)
}

/// What the engine refuses of a compiled condition is the condition's fault.
pub(super) fn unevaluable(error: Error) -> Error {
    match error {
        Error::Engine(text) => {
            tracing::debug!(%text, "a condition could not be evaluated");
            Error::bad_request("")
        }
        other => other,
    }
}

fn request<'a>(
    schema: &'a Schema,
    collection: &'a CollectionRef,
    rule: &'a str,
    input: &Input<'a>,
    candidate: bool,
) -> filter::Request<'a> {
    filter::Request {
        schema,
        collection,
        rule: Some(rule).filter(|rule| !rule.is_empty()),
        filter: None,
        sort: None,
        asker: Asker::Client,
        candidate,
        whole: false,
        input: *input,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::Map;

    use super::*;
    use crate::context::RequestContext;
    use crate::schema::field::number::NumberOptions;
    use crate::schema::field::select::SelectOptions;
    use crate::schema::{Collection, Field, FieldKind};
    use crate::store::{Store, StoreOptions, Value, WriteLane, tables};

    fn collection() -> Collection {
        let field = |name: &str, kind| Field::new(name, name, kind);
        let select = SelectOptions { values: vec!["a".into(), "b".into()], max_select: 2 };
        Collection {
            id: "things_id".into(),
            name: "things".into(),
            fields: vec![
                field("id", FieldKind::Text(Default::default())),
                field("t", FieldKind::Text(Default::default())),
                field("digits", FieldKind::Text(Default::default())),
                field("n", FieldKind::Number(NumberOptions::default())),
                field("b", FieldKind::Bool),
                field("d", FieldKind::Date(Default::default())),
                field("tags", FieldKind::Select(select)),
                field("j", FieldKind::Json(Default::default())),
                field("jn", FieldKind::Json(Default::default())),
                field("nothing", FieldKind::Json(Default::default())),
                field("place", FieldKind::GeoPoint),
            ],
            ..Collection::default()
        }
    }

    fn candidate(collection: &CollectionRef) -> Record {
        let mut record = Record::new(Arc::clone(collection));
        record.set("id", "x");
        record.set("t", "Text");
        record.set("digits", "123");
        record.set("n", 5.0);
        record.set("b", true);
        record.set("d", "2024-01-02 03:04:05.000Z");
        record.set("tags", r#"["a","b"]"#);
        record.set("j", r#"{"k":[1,"2",null]}"#);
        record.set("jn", "7");
        record.set("place", r#"{"lon":9.5,"lat":47.25}"#);
        record
    }

    #[rustfmt::skip]
    const RULES: &[&str] = &[
        "t = 'Text'", "t = 'text'", "t ~ 'text'", "t:lower = 'text'", "t > 1", "t != ''", "t = 5",
        "digits = 123", "digits = '123'", "digits > 5", "digits ~ 2",
        "n = 5", "n = '5'", "n = '5.0'", "n > '4'", "n ~ '5'", "n = digits", "n < 'a'", "n != ''", "n = ''",
        "b = true", "b = 1", "b = '1'", "b = 'true'", "b != false", "b = n",
        "d > '2024'", "d = ''", "d < @now",
        "tags = '[\"a\",\"b\"]'", "tags ~ 'a'", "tags:each = 'a'", "tags:each ?= 'a'", "tags:length = 2", "tags = ''",
        "j.k.0 = 1", "j.k.1 = 2", "j.k.1 = '2'", "j.k.2 = null", "j.k = '[1,\"2\",null]'", "j = ''",
        "jn = 7", "jn = '7'", "jn > 6", "jn = n", "nothing = null", "nothing = ''", "nothing != 1",
        "place.lat = 47.25", "place.lon > '9'", "geoDistance(place.lon, place.lat, 9.5, 47.25) < 1",
        "id = 'x'", "id != ''", "@request.auth.id = ''", "@collection.things.t ?= 'Stored'",
        "(t = 'Text' && n > 4) || b = false",
    ];

    #[tokio::test]
    async fn a_candidate_answers_every_rule_as_the_stored_row_does() {
        let dir = tempfile::tempdir().expect("a directory");
        let store = Store::open(&StoreOptions::new(dir.path().join("data.db"))).expect("a database");
        let schema = Schema::new(1, vec![collection()]);
        let things = Arc::clone(schema.find("things").expect("there"));
        let conditions = Conditions::new();
        let asked = store
            .write(WriteLane::Exclusive, move |tx| {
                let columns: Vec<_> = things.fields.iter().map(|field| (field.name.as_str(), field.column())).collect();
                tx.define(&tables::create_table("things", &columns))?;
                tx.execute("INSERT INTO things (id, t) VALUES ('other', 'Stored')")?;
                let record = candidate(&things);
                let context = RequestContext::guest();
                let input = Input { context: &context, body: &Map::new() };
                let before: Vec<bool> = RULES
                    .iter()
                    .map(|rule| conditions.admits_candidate(tx, &schema, &record, rule, &input))
                    .collect::<Result<_>>()?;
                let places = vec!["?"; record.values.len()].join(", ");
                let insert = format!("INSERT INTO things VALUES ({places})");
                tx.execute((insert.as_str(), &record.values[..]))?;
                let after: Vec<bool> = RULES
                    .iter()
                    .map(|rule| conditions.admits(tx, &schema, &things, rule, "x", &input))
                    .collect::<Result<_>>()?;
                Ok((before, after))
            })
            .await;
        let (before, after) = asked.expect("all rules can be evaluated");
        for ((rule, before), after) in RULES.iter().zip(before).zip(after) {
            assert_eq!(before, after, "{rule}");
        }
    }

    #[tokio::test]
    async fn rows_are_admitted_by_the_set() {
        let dir = tempfile::tempdir().expect("a directory");
        let store = Store::open(&StoreOptions::new(dir.path().join("data.db"))).expect("a database");
        let schema = Schema::new(1, vec![collection()]);
        let things = Arc::clone(schema.find("things").expect("there"));
        let conditions = Conditions::new();
        let found = store
            .write(WriteLane::Exclusive, move |tx| {
                let columns: Vec<_> = things.fields.iter().map(|field| (field.name.as_str(), field.column())).collect();
                tx.define(&tables::create_table("things", &columns))?;
                for number in 0..3000_i64 {
                    let values = [Value::from(format!("r{number}")), Value::from(number)];
                    tx.execute(("INSERT INTO things (id, n) VALUES (?, ?)", &values[..]))?;
                }
                let context = RequestContext::guest();
                let input = Input { context: &context, body: &Map::new() };
                let ids: Vec<String> = (0..3100).map(|number| format!("r{number}")).collect();
                let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
                let rule = conditions.rule(&schema, &things, "n >= 2990 || n = 3", &input)?;
                admitted(tx, &rule, "\"things\"", &ids)
            })
            .await;
        let found = found.expect("a rule");
        assert_eq!(found.len(), 11);
        assert!(found.contains("r3") && found.contains("r2999"));
    }
}
