//! The task that has jobs run: it leases what is due, a few of each kind at a time, and sleeps until there is more to
//! do. It wakes when a job is added, when one ends, when the next is due, and every now and then, since another
//! process may have added some.
//!
//! It renews the leases of what it runs: work may take hours, and a clock that jumps forward ends no lease early.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::Instant;

use super::queue::{self, Leased};
use super::{Handler, Parts, attempt, model};
use crate::error::Result;
use crate::store::WriteLane;

/// How long it waits where the database does not answer.
const TROUBLE: Duration = Duration::from_secs(1);

/// How long tasks that were told to end may take to do so.
const ABORT: Duration = Duration::from_millis(500);

struct Dispatcher {
    parts: Arc<Parts>,
    /// The tasks of jobs.
    tasks: JoinSet<()>,
    /// What each task runs.
    running: BTreeMap<tokio::task::Id, Running>,
    /// Kinds that nobody runs, of which the log was told.
    told: HashSet<String>,
    polled: Instant,
}

/// A job that is being run.
struct Running {
    kind: &'static str,
    id: i64,
    /// When the lease is over, in milliseconds since 1970.
    lease_end: i64,
}

/// Runs jobs until the queue is stopped.
pub(super) async fn run(parts: Arc<Parts>) {
    let polled = Instant::now();
    let mut stopping = parts.stopping.subscribe();
    let mut dispatcher =
        Dispatcher { parts, tasks: JoinSet::new(), running: BTreeMap::new(), told: HashSet::new(), polled };
    dispatcher.tell_of_unknown_kinds();
    while !*stopping.borrow() {
        let wake_at = dispatcher.dispatch().await;
        let parts = Arc::clone(&dispatcher.parts);
        tokio::select! {
            _ = stopping.changed() => {}
            () = parts.bell.notified() => {}
            Some(ended) = dispatcher.tasks.join_next_with_id(), if !dispatcher.tasks.is_empty() => {
                dispatcher.ended(ended);
                // Those that ended meanwhile make room for one lease of several jobs.
                while let Some(ended) = dispatcher.tasks.try_join_next_with_id() {
                    dispatcher.ended(ended);
                }
            }
            () = tokio::time::sleep_until(wake_at) => dispatcher.poll(),
        }
    }
    dispatcher.finish().await;
}

impl Dispatcher {
    /// Begins what is due and has room; when to look again.
    async fn dispatch(&mut self) -> Instant {
        if let Err(error) = self.renew_leases().await {
            tracing::warn!(%error, "leases of running jobs could not be renewed; it is tried again soon");
        }
        let mut wake_at = self.polled + self.parts.options.poll;
        let handlers: Vec<_> =
            self.parts.handlers.read().iter().map(|(kind, handler)| (*kind, Arc::clone(handler))).collect();
        for (kind, handler) in handlers {
            let busy = self.running.values().filter(|running| running.kind == kind).count();
            let room = handler.parallel().max(1).saturating_sub(busy);
            if room == 0 {
                // The end of one of them is what wakes us.
                continue;
            }
            match self.begin(kind, &handler, room).await {
                Ok(Some(due)) => wake_at = wake_at.min(instant(due)),
                Ok(None) => {}
                Err(error) => {
                    tracing::warn!(kind, %error, "jobs that are due could not be taken; they wait");
                    wake_at = wake_at.min(Instant::now() + TROUBLE);
                }
            }
        }
        wake_at
    }

    /// Begins jobs of one kind; when the next of them is due where there was room for all.
    async fn begin(&mut self, kind: &'static str, handler: &Arc<dyn Handler>, room: usize) -> Result<Option<i64>> {
        let next = self.parts.store.read_here(|tx| queue::next_due(tx, kind))?;
        if next.is_none_or(|due| due > model::now()) {
            return Ok(next);
        }
        let (leased, lease_end) = self.lease(kind, handler.as_ref(), room).await?;
        let full = leased.len() >= room;
        for leased in leased {
            let running = Running { kind, id: leased.job.id, lease_end };
            let task = attempt::make(Arc::clone(&self.parts), kind, Arc::clone(handler), leased);
            let id = self.tasks.spawn(task).id();
            self.running.insert(id, running);
        }
        if full { Ok(None) } else { self.parts.store.read_here(|tx| queue::next_due(tx, kind)) }
    }

    /// Leases jobs; they, and when the lease is over.
    async fn lease(&self, kind: &'static str, handler: &dyn Handler, room: usize) -> Result<(Vec<Leased>, i64)> {
        let owner = self.parts.owner.clone();
        let length = self.lease_length(handler.limit());
        let here: Vec<i64> = self.running.values().filter(|one| one.kind == kind).map(|one| one.id).collect();
        let lease = move |tx: &mut crate::store::Tx<'_>| {
            let now = model::now();
            let lease_end = now.saturating_add(length);
            // What runs here is not taken for something that nobody runs any more, whatever the clock says.
            queue::renew(tx, &here, &owner, lease_end)?;
            Ok((queue::lease(tx, kind, room, &owner, now, lease_end)?, lease_end))
        };
        self.parts.store.write(WriteLane::Grouped, lease).await
    }

    /// How long a lease is for work of this limit, in milliseconds.
    fn lease_length(&self, limit: Duration) -> i64 {
        let length = limit.min(self.parts.options.lease).saturating_add(attempt::MARGIN);
        i64::try_from(length.as_millis()).unwrap_or(i64::MAX)
    }

    /// Renews the leases that end before the next look.
    async fn renew_leases(&mut self) -> Result<()> {
        let soon = model::now().saturating_add(self.lease_length(Duration::ZERO));
        let ids: Vec<i64> = self.running.values().filter(|one| one.lease_end <= soon).map(|one| one.id).collect();
        if ids.is_empty() {
            return Ok(());
        }
        let (owner, length) = (self.parts.owner.clone(), self.lease_length(Duration::MAX));
        let renew = self.parts.store.write(WriteLane::Grouped, move |tx| {
            let lease_end = model::now().saturating_add(length);
            queue::renew(tx, &ids, &owner, lease_end)?;
            Ok((ids.clone(), lease_end))
        });
        let (ids, lease_end) = renew.await?;
        for one in self.running.values_mut().filter(|one| ids.contains(&one.id)) {
            one.lease_end = lease_end;
        }
        Ok(())
    }

    fn ended(&mut self, ended: Result<(tokio::task::Id, ()), tokio::task::JoinError>) {
        let id = match ended {
            Ok((id, ())) => id,
            Err(error) => {
                // Handlers' panics are caught before; the job's lease runs out, and it is tried again.
                tracing::error!("the task of a job ended by a panic");
                error.id()
            }
        };
        self.running.remove(&id);
    }

    /// What is done every now and then.
    fn poll(&mut self) {
        if self.polled.elapsed() >= self.parts.options.poll {
            self.polled = Instant::now();
            self.tell_of_unknown_kinds();
        }
    }

    /// Jobs of kinds that nobody runs wait: they may be of a version or an extension that comes back. The log is told
    /// once of each kind.
    fn tell_of_unknown_kinds(&mut self) {
        let kinds = self.parts.store.read_here(queue::kinds).unwrap_or_default();
        let handlers = self.parts.handlers.read();
        for kind in kinds {
            if !handlers.contains_key(kind.as_str()) && !self.told.contains(&kind) {
                tracing::warn!(kind, "there are jobs of a kind that nobody runs; they wait");
                self.told.insert(kind);
            }
        }
    }

    /// Waits for running jobs for a while, ends the others and lets go of them.
    async fn finish(mut self) {
        let tasks = &mut self.tasks;
        let all = async { while tasks.join_next().await.is_some() {} };
        if tokio::time::timeout(self.parts.options.stop, all).await.is_ok() {
            return;
        }
        self.tasks.abort_all();
        let tasks = &mut self.tasks;
        let ended = async { while tasks.join_next().await.is_some() {} };
        // One that never waits cannot be ended; it will find that its job is no longer its own.
        let _ = tokio::time::timeout(ABORT, ended).await;
        let owner = self.parts.owner.clone();
        let released = self.parts.store.write(WriteLane::Grouped, move |tx| queue::release(tx, &owner, model::now()));
        match released.await {
            Ok(jobs) => tracing::info!(jobs, "jobs that did not end in time run again at the next start"),
            Err(error) => tracing::warn!(%error, "running jobs could not be let go; they run again at the next start"),
        }
    }
}

/// The instant of a time in milliseconds since 1970, from now on.
fn instant(due_ms: i64) -> Instant {
    let wait = u64::try_from(due_ms.saturating_sub(model::now())).unwrap_or(0);
    Instant::now() + Duration::from_millis(wait.min(u64::from(u32::MAX)))
}
