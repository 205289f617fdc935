//! Names that the storage may hold though no record does: `_tb_uploads`.
//!
//! The name of a new file is listed and committed before its first byte is written, and taken from the list in the
//! transaction that stores it in a record. The names of dropped files are listed in the transaction that drops them.
//! So whatever a crash leaves behind stands in the list, and the sweep removes it.

use crate::error::{Error, Result};
use crate::store::{Tx, Value};

/// What a row has instead of the time once its file is being removed: it cannot be stored in a record any more.
const DOOMED: &str = "";

/// A listed file, or with an empty record and name everything of a collection.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Listed {
    pub(super) collection_id: String,
    pub(super) record_id: String,
    pub(super) name: String,
}

fn key(collection_id: &str, record_id: &str, name: &str) -> [Value; 3] {
    [collection_id.into(), record_id.into(), name.into()]
}

/// Lists a name.
pub(super) fn list(tx: &mut Tx<'_>, collection_id: &str, record_id: &str, name: &str, at: &str) -> Result<()> {
    unlist(tx, collection_id, record_id, name)?;
    let values: [Value; 4] = [collection_id.into(), record_id.into(), name.into(), at.into()];
    tx.execute(("INSERT INTO _tb_uploads (collection, record, name, at) VALUES (?, ?, ?, ?)", &values[..]))?;
    Ok(())
}

/// Takes a name from the list.
pub(super) fn unlist(tx: &mut Tx<'_>, collection_id: &str, record_id: &str, name: &str) -> Result<()> {
    let values = key(collection_id, record_id, name);
    tx.execute(("DELETE FROM _tb_uploads WHERE collection = ? AND record = ? AND name = ?", &values[..]))?;
    Ok(())
}

/// Takes the name of a file that a record holds from now on from the list.
///
/// # Errors
/// `Unavailable` where the file waited for so long that it is swept.
pub(super) fn settle(tx: &mut Tx<'_>, collection_id: &str, record_id: &str, name: &str) -> Result<()> {
    let text = "DELETE FROM _tb_uploads WHERE collection = ? AND record = ? AND name = ? AND at <> ''";
    match tx.execute((text, &key(collection_id, record_id, name)[..]))? {
        0 => Err(Error::Unavailable("The upload took too long.".into())),
        _ => Ok(()),
    }
}

/// Takes everything from the list.
pub(super) fn forget(tx: &mut Tx<'_>) -> Result<()> {
    tx.execute("DELETE FROM _tb_uploads").map(drop)
}

/// Marks a name, so that no record can store it any more; tells whether it is still listed.
pub(super) fn doom(tx: &mut Tx<'_>, collection_id: &str, record_id: &str, name: &str) -> Result<bool> {
    let [collection, record, name] = key(collection_id, record_id, name);
    let values: [Value; 4] = [DOOMED.into(), collection, record, name];
    let text = "UPDATE _tb_uploads SET at = ? WHERE collection = ? AND record = ? AND name = ?";
    Ok(tx.execute((text, &values[..]))? > 0)
}

/// Whether a name is listed, or everything of its collection is.
pub(super) fn is_listed(tx: &mut Tx<'_>, collection_id: &str, record_id: &str, name: &str) -> Result<bool> {
    let text = "SELECT 1 FROM _tb_uploads WHERE collection = ? AND ((record = ? AND name = ?) OR record = '') LIMIT 1";
    Ok(tx.row((text, &key(collection_id, record_id, name)[..]), |_| Ok(()))?.is_some())
}

/// Whether files of a record are listed that are on their way to it, or just left it.
pub(super) fn is_expecting(tx: &mut Tx<'_>, collection_id: &str, record_id: &str) -> Result<bool> {
    let text = "SELECT 1 FROM _tb_uploads WHERE collection = ? AND record = ? AND at <> '' LIMIT 1";
    Ok(tx.row((text, &[Value::from(collection_id), record_id.into()]), |_| Ok(()))?.is_some())
}

/// Marks what was listed before an instant; answers the next few of all that is marked, in their order. Collections that
/// are there again are let off.
pub(super) fn doom_before(tx: &mut Tx<'_>, before: &str, after: &Listed) -> Result<Vec<Listed>> {
    tx.execute("DELETE FROM _tb_uploads WHERE record = '' AND collection IN (SELECT id FROM _collections)")?;
    let values: [Value; 2] = [DOOMED.into(), before.into()];
    tx.execute(("UPDATE _tb_uploads SET at = ? WHERE at < ?", &values[..]))?;
    let mut found = Vec::new();
    let text = "SELECT collection, record, name FROM _tb_uploads WHERE at = '' AND (collection, record, name) > (?, ?, ?) \
                ORDER BY collection, record, name LIMIT 500";
    let after = key(&after.collection_id, &after.record_id, &after.name);
    tx.rows((text, &after[..]), |row| {
        let text = |at| row.get(at).as_text().to_owned();
        found.push(Listed { collection_id: text(0), record_id: text(1), name: text(2) });
        Ok(())
    })?;
    Ok(found)
}
