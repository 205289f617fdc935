//! Is the last word of the feed about each record what its table says? Raw SQL changes tables and tells nobody; the
//! repair adds what followers of the feed need to come to the same state.

use super::{BATCH, Finding, Repair, World, again, ids_of, tally};
use crate::changes::{self, Op};
use crate::error::Result;
use crate::records;
use crate::schema::Collection;
use crate::store::{Sql, Store, Tx, WriteLane};

/// For how many records the feed is walked through once.
const PAGE: i64 = 20_000;

/// A way in which feed and table differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Difference {
    /// The table has the record, the last change is its delete.
    Kept,
    /// The table has not the record, the last change is none.
    Gone,
    /// The table has the record, and there is no change.
    Unheard,
}

impl Difference {
    const ALL: [Self; 3] = [Self::Kept, Self::Gone, Self::Unheard];

    fn query(self, collection: &Collection) -> Sql {
        match self {
            Self::Kept => changes::kept(collection),
            Self::Gone => changes::gone(collection),
            Self::Unheard => changes::unheard(collection),
        }
    }

    fn problem(self) -> &'static str {
        match self {
            Self::Kept => "records that are there, and deleted as the feed has it",
            Self::Gone => "records that are gone, and there as the feed has it",
            Self::Unheard => "records that the feed never heard of",
        }
    }
}

pub(super) fn look(tx: &mut Tx<'_>, world: &World) -> Result<Vec<Finding>> {
    let range = changes::range(tx)?;
    let mut found = Vec::new();
    for collection in &world.whole {
        world.tell(&format!("feed of {}", collection.name));
        for difference in Difference::ALL {
            // Once it was trimmed, a record without a change is an old one.
            if difference != Difference::Unheard || range.is_whole() {
                let finding = tally(tx, &difference.query(collection))?.finding(&collection.name, difference.problem());
                found.extend(finding.map(|finding| finding.with(Repair::Feed)));
            }
        }
    }
    if range.holes() > 0 {
        let mut finding = Finding::one("the feed", "numbers of changes are missing; followers have not seen what went");
        finding.count = range.holes().unsigned_abs();
        found.push(finding);
    }
    Ok(found)
}

/// Adds the missing changes, some hundred in a transaction.
pub(super) async fn complete(store: &Store, world: &World) -> Result<Vec<String>> {
    let whole = store.read_apart(super::TIME, changes::range).await?.is_whole();
    let mut done = Vec::new();
    for collection in &world.whole {
        world.tell(&format!("feed of {}", collection.name));
        let mut added = 0;
        for difference in Difference::ALL {
            if difference == Difference::Unheard && !whole {
                continue;
            }
            added += level(store, collection, difference).await?;
        }
        if added > 0 {
            done.push(format!("{}: {added} changes were added to the feed.", collection.name));
        }
    }
    Ok(done)
}

/// Adds the changes of one kind. What differs is looked for beside the writer, since that walks through the whole feed;
/// what the feed has heard meanwhile is left out.
async fn level(store: &Store, collection: &Collection, difference: Difference) -> Result<usize> {
    let mut added = 0;
    loop {
        let query = difference.query(collection);
        let look = move |tx: &mut Tx<'_>| Ok((changes::newest(tx)?, ids_of(tx, &query, PAGE)?));
        let (newest, ids) = store.read_apart(super::TIME, look).await?;
        let before = added;
        for ids in ids.chunks(BATCH as usize) {
            let (id, ids) = (collection.id.clone(), ids.to_vec());
            let write = move |tx: &mut Tx<'_>| add_some(tx, &id, &ids, newest);
            added += store.write(WriteLane::Exclusive, write).await?;
        }
        if added == before {
            return Ok(added);
        }
    }
}

fn add_some(tx: &mut Tx<'_>, id: &str, ids: &[String], newest: i64) -> Result<usize> {
    let (_, collection) = again(tx, id)?;
    let heard = changes::records_behind(tx, id, newest)?;
    let mut added = 0;
    for id in ids.iter().filter(|id| !heard.contains(*id)) {
        match records::load(tx, &collection, id)? {
            Some(record) => changes::append(tx, &record, Op::Create, None)?,
            None => changes::append_lost(tx, &collection.id, id)?,
        }
        added += 1;
    }
    Ok(added)
}
