//! Is the file sound? Damage has no repair here: what is lost cannot be told from what is there.

use super::Finding;
use crate::error::Result;
use crate::store::{Tx, damage};

pub(super) fn look(tx: &mut Tx<'_>) -> Result<Vec<Finding>> {
    let damages = damage::find(tx)?;
    Ok(damages.into_iter().map(|damage| Finding::one("data.db", damage)).collect())
}
