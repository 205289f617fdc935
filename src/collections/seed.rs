//! The collections that every database has.

use super::{apply, stored};
use crate::error::Result;
use crate::schema::system::system_collections;
use crate::store::Tx;

/// Makes the system collections where the database has none yet. Nothing is published: see [`super::reload`].
///
/// # Errors
/// What the database answers.
pub fn seed(tx: &mut Tx<'_>) -> Result<()> {
    if stored::none_yet(tx)? {
        for collection in system_collections() {
            apply::write(tx, None, &collection)?;
        }
    }
    Ok(())
}
