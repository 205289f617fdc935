//! A collection as plain data, and what can be asked of it without a database.

use std::sync::Arc;

use super::auth_options::AuthOptions;
use super::field::Field;

/// A table with an API.
#[derive(Debug, Clone, PartialEq)]
pub struct Collection {
    /// The identity across renames.
    pub id: String,
    /// The table's name.
    pub name: String,
    /// Base or auth.
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
#[derive(Debug, Clone, PartialEq)]
pub enum CollectionKind {
    /// A table.
    Base,
    /// A table whose records can log in.
    Auth(Box<AuthOptions>),
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
            CollectionKind::Base => None,
        }
    }

    /// Whether its records can log in.
    pub fn is_auth(&self) -> bool {
        self.auth().is_some()
    }

    /// Whether its records are superusers.
    pub fn is_superusers(&self) -> bool {
        self.name == SUPERUSERS
    }

    /// The contract's word for the kind.
    pub fn type_name(&self) -> &'static str {
        match self.kind {
            CollectionKind::Base => "base",
            CollectionKind::Auth(_) => "auth",
        }
    }
}

/// A shared, immutable collection.
pub type CollectionRef = Arc<Collection>;
