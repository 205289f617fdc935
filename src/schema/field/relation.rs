//! Relation fields: ids of records of a collection. Whether they exist is asked where records are written.

use super::options::{Reader, Writer};
use super::{limits, select};
use crate::error::{Fault, FieldErrors};
use crate::schema::wire::Unreadable;

/// Options of a relation field.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RelationOptions {
    /// The id of the collection that is pointed to.
    pub collection_id: String,
    /// Whether a record goes with the last record that it points to.
    pub cascade_delete: bool,
    /// The least number of ids, where there are any.
    pub min_select: i64,
    /// How many ids; over 1 makes the field multiple.
    pub max_select: i64,
}

impl RelationOptions {
    pub(super) fn read(reader: Reader<'_>) -> Result<Self, Unreadable> {
        Ok(Self {
            collection_id: reader.text("collectionId")?,
            cascade_delete: reader.flag("cascadeDelete")?,
            min_select: reader.integer("minSelect")?,
            max_select: reader.integer("maxSelect")?,
        })
    }

    pub(super) fn write(&self, writer: &mut Writer<'_>) {
        writer
            .set("collectionId", self.collection_id.as_str())
            .set("cascadeDelete", self.cascade_delete)
            .set("minSelect", self.min_select)
            .set("maxSelect", self.max_select);
    }

    /// What can be said against a list of ids that is not empty.
    pub(super) fn check(&self, ids: &[String]) -> Option<Fault> {
        if (ids.len() as i64) < self.min_select {
            let message = format!("Select at least {}.", self.min_select);
            return Some(Fault::new("validation_not_enough_values", message).with("minSelect", self.min_select));
        }
        select::too_many(ids.len(), self.max_select)
    }

    pub(super) fn check_options(&self, errors: &mut FieldErrors) {
        if self.collection_id.is_empty() {
            errors.add("collectionId", Fault::required());
        }
        limits::at_least("minSelect", self.min_select, 0, errors);
        if self.min_select > 0 && self.max_select == 0 {
            errors.add("maxSelect", Fault::required());
        }
        limits::at_least("maxSelect", self.max_select, self.min_select.max(0), errors);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::testing::{answer, code, field, option_codes};

    #[test]
    fn the_number_of_ids_is_checked() {
        let many = field(json!({"type": "relation", "name": "r", "collectionId": "x", "minSelect": 2, "maxSelect": 3}));
        for (submitted, expected) in [
            (json!([]), None),
            (json!(["a"]), Some("validation_not_enough_values")),
            (json!(["a", "b"]), None),
            (json!(["a", "b", "c", "d"]), Some("validation_too_many_values")),
        ] {
            assert_eq!(code(many.check(&many.cast(&submitted))), expected, "{submitted}");
        }
        assert_eq!(answer(&many, &json!("a")), r#"["a"]"#);
        assert_eq!(many.check(&many.cast(&json!("a"))).unwrap().message, "Select at least 2.");
    }

    #[test]
    fn options_are_checked() {
        for (options, expected) in [
            (json!({}), vec!["collectionId validation_required"]),
            (json!({"collectionId": "x"}), vec![]),
            (json!({"collectionId": "x", "minSelect": 1}), vec!["maxSelect validation_required"]),
            (
                json!({"collectionId": "x", "minSelect": 3, "maxSelect": 2}),
                vec!["maxSelect validation_min_greater_equal_than_required"],
            ),
            (
                json!({"collectionId": "x", "minSelect": -1}),
                vec!["minSelect validation_min_greater_equal_than_required"],
            ),
        ] {
            assert_eq!(option_codes("relation", options.clone()), expected, "{options}");
        }
    }
}
