//! A record: one row with the collection that gives its values a meaning.

use super::{CollectionRef, Field};
use crate::store::Value;

/// One row. Values are as stored and in the order of the collection's fields.
#[derive(Debug, Clone)]
pub struct Record {
    /// The collection that it belongs to.
    pub collection: CollectionRef,
    /// One stored value a field.
    pub values: Vec<Value>,
}

impl Record {
    /// A record with the zero value of each field.
    pub fn new(collection: CollectionRef) -> Self {
        let values = collection.fields.iter().map(Field::zero).collect();
        Self { collection, values }
    }

    /// The record's id.
    pub fn id(&self) -> &str {
        // The id nearly always comes first.
        match self.collection.fields.first() {
            Some(first) if first.name == "id" => self.values[0].as_text(),
            _ => self.text("id"),
        }
    }

    /// The stored value of a field; NULL for a field that does not exist.
    pub fn get(&self, name: &str) -> &Value {
        const NULL: &Value = &Value::Null;
        self.collection.field_index(name).map_or(NULL, |at| &self.values[at])
    }

    /// The text of a field, empty where it has none.
    pub fn text(&self, name: &str) -> &str {
        self.get(name).as_text()
    }

    /// The truth of a bool field.
    pub fn flag(&self, name: &str) -> bool {
        self.get(name).as_bool()
    }

    /// Sets the stored value of a field; nothing happens for a field that does not exist.
    pub fn set(&mut self, name: &str, value: impl Into<Value>) {
        if let Some(at) = self.collection.field_index(name) {
            self.values[at] = value.into();
        }
    }
}
