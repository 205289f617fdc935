//! Whose eyes a record is written for.

use crate::context::RequestContext;
use crate::schema::Collection;

/// Who reads, as far as visibility asks.
#[derive(Debug, Clone)]
pub(super) struct Viewer {
    /// Sees hidden fields and all e-mail addresses.
    pub(super) superuser: bool,
    /// The id of the record that is signed in.
    id: Option<String>,
}

impl Viewer {
    pub(super) fn of(context: &RequestContext) -> Self {
        Self { superuser: context.is_superuser(), id: context.caller.as_ref().map(|caller| caller.id.clone()) }
    }

    /// Whether a record is the viewer's own. Ids alone are compared: they are unique across auth collections.
    pub(super) fn is(&self, id: &str) -> bool {
        self.id.as_deref().is_some_and(|own| !own.is_empty() && own == id)
    }

    /// Whether the viewer could be a manager of records of a collection, if its rule says so of a record.
    pub(super) fn may_manage(&self, collection: &Collection) -> bool {
        self.manage_rule(collection).is_some()
    }

    /// The rule that makes the viewer a manager, where there is one to ask.
    pub(super) fn manage_rule<'c>(&self, collection: &'c Collection) -> Option<&'c str> {
        if self.superuser || self.id.is_none() {
            return None;
        }
        collection.auth()?.manage_rule.as_deref().filter(|rule| !rule.is_empty())
    }
}
