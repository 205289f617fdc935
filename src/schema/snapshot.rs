//! The immutable snapshot of all collections.

use std::collections::HashMap;

use super::{Collection, CollectionRef, FieldKind};

/// All collections at one version. Published whole after each change; readers keep the one they began with.
#[derive(Debug, Default)]
pub struct Schema {
    /// Raised with each publication.
    pub version: u64,
    ordered: Vec<CollectionRef>,
    by_id: HashMap<String, usize>,
    by_name: HashMap<String, usize>,
}

impl Schema {
    /// A snapshot of these collections, which are in the order of their creation.
    pub fn new(version: u64, collections: Vec<Collection>) -> Self {
        Self::sharing(version, collections.into_iter().map(CollectionRef::new).collect())
    }

    /// A snapshot of collections that other snapshots may have too, in the order of their creation.
    pub fn sharing(version: u64, ordered: Vec<CollectionRef>) -> Self {
        let by_id = ordered.iter().enumerate().map(|(at, one)| (one.id.clone(), at)).collect();
        let by_name = ordered.iter().enumerate().map(|(at, one)| (one.name.to_ascii_lowercase(), at)).collect();
        Self { version, ordered, by_id, by_name }
    }

    /// A collection by id (exact) or name (any case).
    pub fn find(&self, name_or_id: &str) -> Option<&CollectionRef> {
        self.by_id(name_or_id).or_else(|| self.by_name(name_or_id))
    }

    /// A collection by id.
    pub fn by_id(&self, id: &str) -> Option<&CollectionRef> {
        self.by_id.get(id).map(|&at| &self.ordered[at])
    }

    /// A collection by name, in any case.
    pub fn by_name(&self, name: &str) -> Option<&CollectionRef> {
        let at = match self.by_name.get(name) {
            Some(at) => at,
            None => self.by_name.get(&name.to_ascii_lowercase())?,
        };
        Some(&self.ordered[*at])
    }

    /// All collections in the order of their creation.
    pub fn all(&self) -> &[CollectionRef] {
        &self.ordered
    }

    /// The collections whose records can log in, in the order of their creation.
    pub fn auth_collections(&self) -> impl Iterator<Item = &CollectionRef> {
        self.ordered.iter().filter(|collection| collection.is_auth())
    }

    /// The relation fields of tables that point to a collection, with their collections, by collection name. What
    /// a view shows changes by itself where rows change, and is none of them.
    pub fn references_to(&self, collection_id: &str) -> Vec<(&CollectionRef, usize)> {
        let mut found = Vec::new();
        for collection in self.ordered.iter().filter(|collection| !collection.is_view()) {
            for (at, field) in collection.fields.iter().enumerate() {
                if let FieldKind::Relation(options) = &field.kind
                    && options.collection_id == collection_id
                {
                    found.push((collection, at));
                }
            }
        }
        found.sort_by(|a, b| a.0.name.cmp(&b.0.name));
        found
    }
}
