//! What may be asked of a batch.

use std::sync::Arc;

use crate::context::RequestContext;
use crate::error::{Error, Result};
use crate::records::save::Save;
use crate::records::{RecordInput, Records, gate};

/// One of the writes of a batch.
pub struct BatchItem {
    /// The request that it stands for.
    pub context: RequestContext,
    /// The collection, by name or id.
    pub collection: String,
    /// What is to be done.
    pub action: BatchAction,
    /// With what.
    pub input: RecordInput,
}

/// What is to be done with a record.
pub enum BatchAction {
    /// It is created.
    Create,
    /// The record with this id is updated.
    Update(String),
    /// The record with this id is updated if it is there when the turn comes, whoever may see it; else it is created.
    Upsert {
        /// The id.
        id: String,
        /// The request that it stands for where it is an update.
        update: RequestContext,
    },
    /// The record with this id is deleted.
    Delete(String),
}

/// An item, ready to be run any number of times.
pub(super) enum Item {
    /// It fails, whatever those before it do.
    Refused(Error),
    Save(Arc<Save>),
    Upsert {
        id: String,
        create: Arc<Save>,
        update: Arc<Save>,
    },
    Delete {
        context: RequestContext,
        /// The collection's id.
        collection: String,
        id: String,
    },
}

impl Item {
    pub(super) fn new(records: &Records, asked: Result<BatchItem>) -> Self {
        asked.and_then(|asked| Self::of(records, asked)).unwrap_or_else(Self::Refused)
    }

    fn of(records: &Records, asked: BatchItem) -> Result<Self> {
        let BatchItem { context, collection, action, input } = asked;
        let schema = records.parts.schema.current();
        let collection = schema.find(&collection).ok_or(Error::NotFound(gate::MISSING_COLLECTION.into()))?;
        gate::writable(collection)?;
        let save = |target: Option<&str>, input| Save::new(records, &context, collection, target, input);
        Ok(match action {
            BatchAction::Create => Self::Save(Arc::new(save(None, input))),
            BatchAction::Update(id) => Self::Save(Arc::new(save(Some(&id), input))),
            BatchAction::Upsert { id, update } => {
                let create = save(None, input);
                let update = create.as_update(update, id.clone());
                Self::Upsert { id, create: Arc::new(create), update: Arc::new(update) }
            }
            BatchAction::Delete(id) => {
                let context = context.with_body(input.data);
                Self::Delete { context, collection: collection.id.clone(), id }
            }
        })
    }

    /// The save that it is, or may be.
    pub(super) fn save(&self) -> Option<&Save> {
        match self {
            Self::Save(save) | Self::Upsert { create: save, .. } => Some(save),
            Self::Refused(_) | Self::Delete { .. } => None,
        }
    }
}
