//! Whether the database's file is sound.

use rusqlite::ErrorCode;

use super::Tx;
use crate::error::{Error, Result};

/// How many damages of a file are told; the rest is of the same kind.
const MOST_DAMAGES: usize = 100;

/// What is wrong with the file, in the engine's words: every page is read, and every index held against its table.
/// At most a hundred of them.
///
/// # Errors
/// What the engine says where it cannot even look.
pub fn find(tx: &mut Tx<'_>) -> Result<Vec<String>> {
    let mut found = Vec::new();
    let looked = tx.rows(format!("PRAGMA integrity_check({MOST_DAMAGES})").as_str(), |row| {
        // One row may hold several lines.
        found.extend(row.get(0).as_text().lines().filter(|line| !line.is_empty()).map(str::to_owned));
        Ok(())
    });
    found.retain(|line| line != "ok");
    match looked {
        // Some damage keeps the engine from looking any further.
        Err(error) if is_damage(&error) => found.push(error_text(&error)),
        looked => looked?,
    }
    Ok(found)
}

/// Whether an error says that the file's content is no sound database.
pub fn is_told_by(error: &Error) -> bool {
    matches!(code(error), Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase))
}

/// Whether an error says that the file is damaged, or cannot be read where it lies.
fn is_damage(error: &Error) -> bool {
    is_told_by(error) || code(error) == Some(ErrorCode::SystemIoFailure)
}

fn code(error: &Error) -> Option<ErrorCode> {
    let Error::Internal(cause) = error else { return None };
    cause.downcast_ref::<rusqlite::Error>().and_then(rusqlite::Error::sqlite_error_code)
}

fn error_text(error: &Error) -> String {
    match error {
        Error::Internal(cause) => cause.to_string(),
        other => other.to_string(),
    }
}
