//! Putting records right that raw SQL left pointing to nothing.

use super::{read, validate, write};
use crate::changes::{self, Op};
use crate::error::Result;
use crate::schema::CollectionRef;
use crate::store::Tx;

/// Takes the ids that point to no record of `target` out of a relation field: an ordinary update, with its dates and
/// its change in the feed. How many ids went; none where the record is gone or points to records alone.
///
/// # Errors
/// What the engine says.
pub fn drop_dangling(
    tx: &mut Tx<'_>,
    collection: &CollectionRef,
    field: usize,
    target: &CollectionRef,
    id: &str,
) -> Result<usize> {
    let Some(before) = read::load(tx, collection, id)? else { return Ok(0) };
    let mut kept = Vec::new();
    let ids = collection.fields[field].elements(before.values[field].borrow());
    for one in &ids {
        if validate::exists(tx, target, one)? {
            kept.push(one.clone());
        }
    }
    let dropped = ids.len() - kept.len();
    if dropped > 0 {
        let mut record = before.clone();
        record.values[field] = collection.fields[field].from_elements(&kept);
        write::set_dates(&mut record, false);
        write::change(tx, &before, &record)?;
        changes::append(tx, &record, Op::Update(&before), None)?;
    }
    Ok(dropped)
}
