//! The clock: has the rows looked through at the beginning of every minute, when somebody rings, and when the settings
//! are saved.
//!
//! The minutes are told by `tokio_cron_scheduler`, in UTC. It keeps in memory when it is to tell of the next one, so
//! that it falls silent where the machine's clock jumps back; it is then started anew.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::sync::{Notify, watch};
use tokio::time::Instant;
use tokio_cron_scheduler::{Job, JobScheduler, JobSchedulerError};

use super::due::{self, Step};
use super::table::{self, Stored};
use super::{Parts, Schedule, now};
use crate::error::Result;
use crate::settings::Values;
use crate::store::{Tx, WriteLane};

/// The beginnings of minutes.
const MINUTES: &str = "0 * * * * *";

/// How long it may be silent.
const SILENCE: Duration = Duration::from_secs(75);

/// How long it waits where the database does not answer.
const TROUBLE: Duration = Duration::from_secs(5);

/// Looks after the rows until the room is stopped.
pub(super) async fn run(parts: Arc<Parts>, mut settings: watch::Receiver<Arc<Values>>) {
    let mut stopping = parts.stopping.subscribe();
    let mut ticker = Ticker::start().await;
    while !*stopping.borrow() {
        let again_at =
            if parts.in_trouble.load(Ordering::Relaxed) { Instant::now() + TROUBLE } else { ticker.silent_at };
        tokio::select! {
            _ = stopping.changed() => break,
            () = parts.bell.notified() => {}
            () = ticker.ticks.notified() => ticker.silent_at = Instant::now() + SILENCE,
            Ok(()) = settings.changed() => {
                let values = Arc::clone(&settings.borrow_and_update());
                follow(&parts, &values);
            }
            () = tokio::time::sleep_until(again_at) => {}
        }
        if Instant::now() >= ticker.silent_at {
            ticker.stop().await;
            ticker = Ticker::start().await;
        }
        if let Err(error) = look(&parts).await {
            tracing::warn!(%error, "it could not be seen which schedules are due; it is looked again soon");
        }
    }
    ticker.stop().await;
}

/// Takes expressions over from the settings.
pub(super) fn follow(parts: &Parts, values: &Values) {
    for schedule in parts.schedules.write().iter_mut() {
        if let Some(setting) = schedule.setting {
            schedule.expression = setting(values);
        }
    }
}

/// Looks through the rows, and stores runs of what is due.
pub(super) async fn look(parts: &Arc<Parts>) -> Result<()> {
    let looked = look_through(parts).await;
    parts.in_trouble.store(looked.is_err(), Ordering::Relaxed);
    *parts.looked.lock() = Some(std::time::Instant::now());
    looked
}

async fn look_through(parts: &Arc<Parts>) -> Result<()> {
    let schedules = parts.schedules.read().clone();
    let rows = parts.store.read_here(table::all)?;
    let now = now();
    if schedules.iter().all(|schedule| step(schedule, &rows, now) == Step::Wait) {
        return Ok(());
    }
    let parts = Arc::clone(parts);
    let store = parts.store.clone();
    store.write(WriteLane::Grouped, move |tx| advance(&parts, tx, &schedules)).await
}

fn step(schedule: &Schedule, rows: &[Stored], now: i64) -> Step {
    let known = rows.iter().find(|row| *row.id == *schedule.id).map(Stored::known);
    due::step(schedule.expression.as_ref(), known, now)
}

fn advance(parts: &Parts, tx: &mut Tx<'_>, schedules: &[Schedule]) -> Result<()> {
    let rows = table::all(tx)?;
    let now = now();
    for schedule in schedules {
        let id = &*schedule.id;
        match step(schedule, &rows, now) {
            Step::Wait => {}
            Step::Set(next) => {
                let expression = schedule.expression.as_ref().map(|expression| expression.as_str());
                table::schedule(tx, id, expression, next)?;
            }
            Step::Run { due, next } => {
                table::move_on(tx, id, next, now)?;
                let job = rows.iter().find(|row| row.id == id).and_then(|row| row.job);
                if job.map(|job| parts.jobs.is_stored(tx, job)).transpose()?.unwrap_or(false) {
                    let id = id.to_owned();
                    tx.after_commit(move || {
                        tracing::warn!(schedule = id, "a due time was passed over: the run before has not ended");
                    });
                } else {
                    parts.enqueue(tx, id, Some(due))?;
                }
            }
        }
    }
    Ok(())
}

/// What tells of minutes.
struct Ticker {
    scheduler: Option<JobScheduler>,
    ticks: Arc<Notify>,
    /// When it has been silent for too long.
    silent_at: Instant,
}

impl Ticker {
    /// Starts it. Where that does not go well, rows are looked through when it has been silent for too long, and it is
    /// tried again then.
    async fn start() -> Self {
        let ticks = Arc::new(Notify::new());
        let scheduler = match Self::scheduler(Arc::clone(&ticks)).await {
            Ok(scheduler) => Some(scheduler),
            Err(error) => {
                tracing::error!(%error, "the clock of schedules could not be started; it is tried again soon");
                None
            }
        };
        Self { scheduler, ticks, silent_at: Instant::now() + SILENCE }
    }

    async fn scheduler(ticks: Arc<Notify>) -> Result<JobScheduler, JobSchedulerError> {
        let scheduler = JobScheduler::new().await?;
        let tell = move |_, _| {
            let ticks = Arc::clone(&ticks);
            Box::pin(async move { ticks.notify_one() }) as _
        };
        scheduler.add(Job::new_async(MINUTES, tell)?).await?;
        scheduler.start().await?;
        Ok(scheduler)
    }

    async fn stop(&mut self) {
        if let Some(mut scheduler) = self.scheduler.take()
            && let Err(error) = scheduler.shutdown().await
        {
            tracing::warn!(%error, "the clock of schedules could not be stopped");
        }
    }
}
