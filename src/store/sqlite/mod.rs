//! SQLite: one writer thread with a grouped and an exclusive lane, short reads on thread-local connections, long
//! reads on threads of their own.

use super::{OnExternalChange, ReadLane, Sql, StoreOptions, Tx, WriteLane};
use crate::error::Result;

/// The open database.
pub(super) struct Engine;

impl Engine {
    pub(super) fn open(_options: &StoreOptions) -> Result<Self> {
        todo!()
    }
    pub(super) fn read_here<T>(&self, _f: impl FnOnce(&mut Tx<'_>) -> Result<T>) -> Result<T> {
        todo!()
    }
    pub(super) async fn read_elsewhere<T, F>(&self, _f: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Tx<'_>) -> Result<T> + Send + 'static,
    {
        todo!()
    }
    pub(super) async fn write<T, F>(&self, _lane: WriteLane, _f: F) -> Result<T>
    where
        T: Send + 'static,
        F: Fn(&mut Tx<'_>) -> Result<T> + Send + 'static,
    {
        todo!()
    }
    pub(super) fn lane_of(&self, _query: &Sql, _filtered: bool) -> Result<ReadLane> {
        todo!()
    }
    pub(super) fn on_external_change(&self, _f: OnExternalChange) {
        todo!()
    }
    pub(super) fn close(&self) {
        todo!()
    }
}
