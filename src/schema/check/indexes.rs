//! The indexes of a collection as texts. What only an engine can find is found when they are made.

use std::collections::{HashMap, HashSet};

use super::{INTERNAL_TABLES, OWN_PREFIX};
use crate::error::{Fault, FieldErrors};
use crate::schema::{Collection, Index, Schema};

/// Indexes of the system that belong to no collection, with their tables.
const INTERNAL_INDEXES: [(&str, &str); 1] = [("idx__collections_type", INTERNAL_TABLES[1])];

/// All errors at `indexes`.
pub(super) fn check(collection: &Collection, old: Option<&Collection>, schema: &Schema, errors: &mut FieldErrors) {
    let mut found = FieldErrors::new();
    let mut known = Known::of_others(collection, schema);
    for (at, text) in collection.indexes.iter().enumerate() {
        if let Some(fault) = known.check(text) {
            found.add(at.to_string(), fault);
        }
    }
    if found.is_empty()
        && let Some(fault) = old.and_then(|old| check_system_fields(collection, old))
    {
        return errors.add("indexes", fault);
    }
    errors.nest("indexes", found);
}

/// The indexes that there are already: those of other tables, and those that were checked before.
struct Known {
    /// The tables of the others, by the name of the index in lower case.
    others: HashMap<String, String>,
    names: HashSet<String>,
    definitions: HashSet<String>,
}

impl Known {
    fn of_others(collection: &Collection, schema: &Schema) -> Self {
        let internal = INTERNAL_INDEXES.map(|(index, table)| (index.to_owned(), table.to_owned()));
        let mut others = HashMap::from(internal);
        for other in schema.all().iter().filter(|other| other.id != collection.id) {
            for index in other.parsed_indexes() {
                others.entry(index.name.to_ascii_lowercase()).or_insert_with(|| other.name.clone());
            }
        }
        Self { others, names: HashSet::new(), definitions: HashSet::new() }
    }

    /// What is wrong with the next index of the collection.
    fn check(&mut self, text: &str) -> Option<Fault> {
        let Some(index) = Index::parse(text) else {
            return Some(Fault::new("validation_invalid_index_expression", "Invalid CREATE INDEX expression."));
        };
        let name = index.name.to_ascii_lowercase();
        if let Some(table) = self.user_of(&name) {
            let message = format!("The index name is already used in {table} collection.");
            return Some(Fault::new("validation_existing_index_name", message).with("usedTableName", table));
        }
        if !self.names.insert(name) {
            return Some(Fault::new("validation_duplicated_index_name", "The index name already exists."));
        }
        if !self.definitions.insert(index.definition()) {
            return Some(Fault::new("validation_duplicated_index_definition", "The index definition already exists."));
        }
        None
    }

    /// The table of another collection, or of the system, that has an index of this name.
    fn user_of(&self, name: &str) -> Option<&str> {
        if name.starts_with(OWN_PREFIX) {
            return Some(OWN_PREFIX.trim_end_matches('_'));
        }
        self.others.get(name).map(String::as_str)
    }
}

/// Unique indexes over system fields stay, whatever they are called.
fn check_system_fields(collection: &Collection, old: &Collection) -> Option<Fault> {
    let keys = |collection: &Collection| -> Vec<Vec<String>> {
        collection.parsed_indexes().filter(|index| index.unique).map(|index| index.key()).collect()
    };
    let there: HashSet<Vec<String>> = keys(collection).into_iter().collect();
    for key in keys(old) {
        let is_system =
            |column: &String| old.fields.iter().any(|field| field.system && field.name.eq_ignore_ascii_case(column));
        let Some(column) = key.iter().find(|column| is_system(column)) else { continue };
        if there.contains(&key) {
            continue;
        }
        let field = old.fields.iter().find(|field| field.name.eq_ignore_ascii_case(column))?;
        let message = format!("Unique index definition on system fields ({}) is invalid or missing.", field.name);
        let fault = Fault::new("validation_invalid_unique_system_field_index", message);
        return Some(fault.with("fieldName", field.name.as_str()));
    }
    None
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::{create, schema, shaped, update};
    use crate::error::FieldError;
    use crate::schema::wire::Scaffold;

    fn of(indexes: &[&str]) -> Vec<String> {
        let fields = json!([{"name": "a", "type": "text"}, {"name": "b", "type": "text"}]);
        create(Scaffold::Base, json!({"name": "new", "fields": fields, "indexes": indexes}))
    }

    #[test]
    fn each_index_has_a_form_a_name_and_a_definition_of_its_own() {
        assert!(of(&["CREATE INDEX i1 ON new (a)", "CREATE UNIQUE INDEX i2 ON new (a)"]).is_empty());
        assert_eq!(
            of(&["CREATE INDEX i1 ON new (a)", "nonsense", "CREATE INDEX ON new (b)"]),
            ["indexes.1 validation_invalid_index_expression", "indexes.2 validation_invalid_index_expression",]
        );
        assert_eq!(
            of(&["CREATE INDEX i1 ON new (a)", "CREATE INDEX I1 ON new (b)"]),
            ["indexes.1 validation_duplicated_index_name"]
        );
        assert_eq!(
            of(&["CREATE INDEX i1 ON new (a)", "CREATE INDEX i2 ON `new` (`a`)"]),
            ["indexes.1 validation_duplicated_index_definition"]
        );
    }

    #[test]
    fn names_of_other_tables_are_taken() {
        let schema = schema();
        let indexes =
            ["CREATE INDEX IDX_OTPS_collectionRef_recordRef ON new (id)", "CREATE INDEX idx_posts ON new (id)"];
        let collection = shaped(Scaffold::Base, None, json!({"name": "new", "indexes": indexes}), &schema);
        let errors = super::super::check(&collection, None, &schema);
        let Some(FieldError::Nested(errors)) = errors.get("indexes") else { panic!("{errors:?}") };
        let Some(FieldError::Leaf(fault)) = errors.get("0") else { panic!("{errors:?}") };
        assert_eq!(fault.code, "validation_existing_index_name");
        assert_eq!(fault.message, "The index name is already used in _otps collection.");
        assert_eq!(fault.params["usedTableName"], "_otps");
        assert!(errors.get("1").is_some());
        for name in ["_tb_x", "idx__collections_type"] {
            let index = format!("CREATE INDEX IF NOT EXISTS {name} ON new (a)");
            assert_eq!(of(&[&index]), ["indexes.0 validation_existing_index_name"]);
        }
    }

    #[test]
    fn unique_indexes_of_system_fields_stay_whatever_their_name() {
        let missing = ["indexes validation_invalid_unique_system_field_index"];
        assert_eq!(update("_authOrigins", json!({"indexes": []})), missing);
        let other = "CREATE UNIQUE INDEX x ON _authOrigins (collectionRef, recordRef)";
        assert_eq!(update("_authOrigins", json!({"indexes": [other]})), missing);
        let plain = "CREATE INDEX x ON _authOrigins (collectionRef, recordRef, fingerprint)";
        assert_eq!(update("_authOrigins", json!({"indexes": [plain]})), missing);
        let same = "CREATE UNIQUE INDEX x ON _authOrigins (collectionRef, recordRef DESC, fingerprint) WHERE id != ''";
        assert!(update("_authOrigins", json!({"indexes": [same]})).is_empty());
        assert!(update("_mfas", json!({"indexes": []})).is_empty());
        assert!(update("users", json!({"indexes": []})).is_empty(), "auth indexes are put back");
        let nocase = "CREATE UNIQUE INDEX x ON users (email COLLATE NOCASE)";
        assert!(update("users", json!({"indexes": [nocase]})).is_empty());
    }
}
