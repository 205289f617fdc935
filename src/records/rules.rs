//! Whether rows satisfy rules. Compiled conditions are kept by shape.
#![allow(dead_code)]

use std::collections::HashSet;

use crate::error::Result;
use crate::filter::Input;
use crate::schema::{CollectionRef, Record, Schema};
use crate::store::Tx;

/// The compiled conditions, by collection, schema version, text and kind of caller.
pub(super) struct Conditions {}

impl Conditions {
    pub(super) fn new() -> Self {
        Self {}
    }

    /// Whether the stored row with this id satisfies a rule. An empty rule is satisfied.
    ///
    /// # Errors
    /// `Invalid` where the rule cannot be evaluated.
    pub(super) fn admits(
        &self,
        _tx: &mut Tx<'_>,
        _schema: &Schema,
        _collection: &CollectionRef,
        _rule: &str,
        _id: &str,
        _input: &Input<'_>,
    ) -> Result<bool> {
        todo!()
    }

    /// Whether a record that is not stored yet satisfies a rule, as if it were the only row (contract: records, 6).
    pub(super) fn admits_candidate(
        &self,
        _tx: &mut Tx<'_>,
        _schema: &Schema,
        _candidate: &Record,
        _rule: &str,
        _input: &Input<'_>,
    ) -> Result<bool> {
        todo!()
    }

    /// Which of these stored rows satisfy a rule.
    pub(super) fn admitted(
        &self,
        _tx: &mut Tx<'_>,
        _schema: &Schema,
        _collection: &CollectionRef,
        _rule: &str,
        _ids: &[&str],
        _input: &Input<'_>,
    ) -> Result<HashSet<String>> {
        todo!()
    }
}
