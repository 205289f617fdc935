//! Relation fields.

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
