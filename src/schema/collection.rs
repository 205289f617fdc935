//! A collection as plain data, and what can be asked of it without a database.

use std::sync::Arc;

use super::auth_options::AuthOptions;
use super::field::{Field, FieldKind, text};
use super::index::{Index, IndexColumn};
use super::view::ViewOptions;
use crate::ids;

/// A table with an API. The default has nothing: no name, no fields, and rules that let superusers alone in.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Collection {
    /// The identity across renames.
    pub id: String,
    /// The table's name.
    pub name: String,
    /// Base, auth or view.
    pub kind: CollectionKind,
    /// Made by Tuckbox: name, rules and type are fixed.
    pub system: bool,
    /// The columns in the order in which they are shown.
    pub fields: Vec<Field>,
    /// `CREATE INDEX` statements.
    pub indexes: Vec<String>,
    /// Who may list; `None` is superusers only, empty is everyone.
    pub list_rule: Option<String>,
    /// Who may view.
    pub view_rule: Option<String>,
    /// Who may create.
    pub create_rule: Option<String>,
    /// Who may update.
    pub update_rule: Option<String>,
    /// Who may delete.
    pub delete_rule: Option<String>,
    /// When it was created, in the wire format.
    pub created: String,
    /// When it was last saved, in the wire format.
    pub updated: String,
}

/// What kind of collection it is, with the options of the kind.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum CollectionKind {
    /// A table.
    #[default]
    Base,
    /// A table whose records can log in.
    Auth(Box<AuthOptions>),
    /// A SELECT, whose rows can be read alone.
    View(ViewOptions),
}

pub use crate::context::SUPERUSERS;

impl Collection {
    /// A field by its name, exact case.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// A field's place by its name, exact case.
    pub fn field_index(&self, name: &str) -> Option<usize> {
        self.fields.iter().position(|field| field.name == name)
    }

    /// The options of an auth collection.
    pub fn auth(&self) -> Option<&AuthOptions> {
        match &self.kind {
            CollectionKind::Auth(options) => Some(options),
            CollectionKind::Base | CollectionKind::View(_) => None,
        }
    }

    /// The options of a view collection.
    pub fn view(&self) -> Option<&ViewOptions> {
        match &self.kind {
            CollectionKind::View(options) => Some(options),
            CollectionKind::Base | CollectionKind::Auth(_) => None,
        }
    }

    /// Whether it is a SELECT that keeps no records of its own.
    pub fn is_view(&self) -> bool {
        self.view().is_some()
    }

    /// Whether its records can log in.
    pub fn is_auth(&self) -> bool {
        self.auth().is_some()
    }

    /// Whether its records are superusers.
    pub fn is_superusers(&self) -> bool {
        self.name == SUPERUSERS
    }

    /// The five rules with the contract's keys.
    pub fn rules(&self) -> [(&'static str, Option<&str>); 5] {
        [
            ("listRule", self.list_rule.as_deref()),
            ("viewRule", self.view_rule.as_deref()),
            ("createRule", self.create_rule.as_deref()),
            ("updateRule", self.update_rule.as_deref()),
            ("deleteRule", self.delete_rule.as_deref()),
        ]
    }

    pub(super) fn rules_mut(&mut self) -> [(&'static str, &mut Option<String>); 5] {
        [
            ("listRule", &mut self.list_rule),
            ("viewRule", &mut self.view_rule),
            ("createRule", &mut self.create_rule),
            ("updateRule", &mut self.update_rule),
            ("deleteRule", &mut self.delete_rule),
        ]
    }

    /// The indexes whose texts can be read, in their order. Each call reads them anew.
    pub fn parsed_indexes(&self) -> impl Iterator<Item = Index> {
        self.indexes.iter().filter_map(|text| Index::parse(text))
    }

    /// The columns that have a unique index of their own. It may have a condition.
    pub fn unique_columns(&self) -> impl Iterator<Item = IndexColumn> {
        self.parsed_indexes().filter(|index| index.unique).filter_map(|index| index.single_column().cloned())
    }

    /// The column of a unique index that is on this field alone, if there is one. It may have a condition.
    pub fn unique_index(&self, field: &str) -> Option<IndexColumn> {
        self.unique_columns().find(|column| column.name.eq_ignore_ascii_case(field))
    }

    /// The options of the `id` field.
    pub fn id_options(&self) -> Option<&text::TextOptions> {
        match &self.field("id")?.kind {
            FieldKind::Text(options) => Some(options),
            _ => None,
        }
    }

    /// An id for a new record; empty where the `id` field has no pattern to generate one from.
    pub fn generate_id(&self) -> String {
        let Some(options) = self.id_options() else { return String::new() };
        if !self.system && !self.is_auth() && options.is_default_id() {
            return ids::ordered_record_id();
        }
        options.generate().unwrap_or_default()
    }

    /// The contract's word for the kind.
    pub fn type_name(&self) -> &'static str {
        match self.kind {
            CollectionKind::Base => "base",
            CollectionKind::Auth(_) => "auth",
            CollectionKind::View(_) => "view",
        }
    }
}

/// A shared, immutable collection.
pub type CollectionRef = Arc<Collection>;

#[cfg(test)]
mod tests {
    use super::super::wire::{Scaffold, scaffold};
    use super::*;

    #[test]
    fn a_unique_index_is_found_by_its_only_column() {
        let mut collection = scaffold(Scaffold::Base);
        collection.indexes = vec![
            "CREATE INDEX i0 ON t (d)".into(),
            "CREATE UNIQUE INDEX i1 ON t (a, b)".into(),
            "CREATE UNIQUE INDEX i2 ON t (lower(c))".into(),
            "CREATE UNIQUE INDEX i3 ON t (`Email` COLLATE NOCASE) WHERE email != ''".into(),
        ];
        for field in ["a", "b", "c", "d", "i1"] {
            assert_eq!(collection.unique_index(field), None, "{field}");
        }
        assert!(collection.unique_index("email").is_some_and(|column| column.ignores_case()));
    }

    #[test]
    fn ids_grow_with_time_only_on_plain_collections_of_the_default_pattern() {
        let base = scaffold(Scaffold::Base);
        let now = |id: &str| id[..4] == ids::ordered_record_id()[..4];
        assert!(now(&base.generate_id()));
        let auth = scaffold(Scaffold::Auth);
        let system = Collection { system: true, ..base.clone() };
        for other in [&auth, &system] {
            assert!((0..4).any(|_| !now(&other.generate_id())));
            assert_eq!(other.generate_id().len(), 15);
        }
        let mut own = base;
        if let FieldKind::Text(options) = &mut own.fields[0].kind {
            options.autogenerate_pattern = "x-[0-9]{3}".to_owned();
        }
        assert!(own.generate_id().starts_with("x-"));
        if let FieldKind::Text(options) = &mut own.fields[0].kind {
            options.autogenerate_pattern.clear();
        }
        assert_eq!(own.generate_id(), "");
    }
}
