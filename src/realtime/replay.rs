//! Telling a client what it missed: the changes between the place where it was and now, in order, after which it goes
//! on live. Beyond the contract; only for clients that ask for it.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use super::Parts;
use super::broadcaster::{Resyncs, Stretch, messages};
use super::client::{Client, Course, Id, Message};
use super::frame;
use super::teller::{Teller, Time};
use crate::changes::{self, Change};
use crate::error::{Error, Result};

/// How many changes are read at once.
const BATCH: i64 = 256;
/// After how long others get their turn.
const TURN: Duration = Duration::from_millis(500);
/// How many changes a client may have missed at most.
const MOST: i64 = 100_000;

/// Tells a client what it missed since a change, and lets it go on live.
pub(super) async fn run(parts: Arc<Parts>, client: Arc<Client>, after: i64, lost: bool) {
    if let Err(error) = catch_up(&parts, &client, after, lost).await {
        tracing::warn!(%error, "a client could not be told what it missed; it is disconnected");
        client.disconnect();
    }
}

async fn catch_up(parts: &Arc<Parts>, client: &Arc<Client>, after: i64, lost: bool) -> Result<()> {
    let mut at = after;
    let told = parts.told.load(Ordering::SeqCst);
    let oldest = parts.store.read_here(changes::oldest)?;
    if lost || at > told || told - at > MOST || at + 1 < oldest {
        at = told;
        let id = Id::Position(parts.places.seal(at));
        if !client.send_in_turn(Message { id, rest: frame::resync(None) }).await {
            return Ok(());
        }
    }
    loop {
        let (worker, listener) = (Arc::clone(parts), Arc::clone(client));
        let turn = parts.replays.acquire().await.map_err(|error| Error::Internal(error.into()))?;
        let step = tokio::task::spawn_blocking(move || step(&worker, &listener, at)).await;
        drop(turn);
        let Some((last, missed)) = step.map_err(|error| Error::Internal(error.into()))?? else { return Ok(()) };
        for message in missed {
            let Some(message) = message else {
                client.disconnect();
                return Ok(());
            };
            if !client.send_in_turn(message).await {
                return Ok(());
            }
        }
        at = last;
    }
}

/// The next messages and the change that they reach to; `None` once nothing is left and the client is live.
fn step(parts: &Parts, client: &Arc<Client>, at: i64) -> Result<Option<(i64, Vec<Option<Message>>)>> {
    let told = parts.told.load(Ordering::SeqCst);
    if at >= told {
        // Nobody is told of anything while this is held, so that what follows is neither missed nor doubled.
        let _turn = parts.turn.lock();
        if at >= parts.told.load(Ordering::SeqCst) {
            *client.course.lock() = Course::Live { after: at };
            return Ok(None);
        }
        return Ok(Some((at, Vec::new())));
    }
    let mut changes = parts.store.read_here(|tx| changes::after(tx, at, BATCH))?;
    changes.retain(|change| change.seq <= told);
    let mut last = changes.last().map_or(told, |change| change.seq);
    let schema = parts.schema.current();
    let wanted: Vec<&Change> = changes.iter().filter(|change| parts.watches(&schema, change)).collect();
    let mut missed = Vec::new();
    if !wanted.is_empty() {
        let stretch = Stretch::read(parts, &wanted)?;
        let (begun, mut resyncs) = (Instant::now(), Resyncs::new());
        for (number, change) in wanted.into_iter().enumerate() {
            if number > 0 && begun.elapsed() > TURN {
                // The next step goes on with this one.
                last = change.seq - 1;
                break;
            }
            let Some(record) = stretch.records.get(&change.seq) else { continue };
            let mut listeners = parts.clients.listeners(record, Some(client));
            listeners.retain(|one| one.after < change.seq);
            let mut teller = Teller::new(parts, &stretch.schema, change, record, &stretch.now, Time::Later);
            missed.extend(messages(parts, &mut teller, change, &listeners, &mut None, &mut resyncs));
        }
    }
    Ok(Some((last, missed)))
}
