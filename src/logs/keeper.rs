//! The task that writes what waits, in batches, and removes what is older than it should be kept. Nobody waits for it
//! but those who want to read.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

use super::entry::{Entry, Level};
use super::file;
use super::queue::Taken;
use super::{Logs, TARGET};
use crate::error::{Error, Result};
use crate::settings;
use crate::store::{Borrowed, Sql, Store, Tx, ValueRef, WriteLane, damage};
use crate::{ids, time};

/// How long the next try waits after one that failed.
const PAUSE: Duration = Duration::from_secs(3);
/// How often a failure is told at most.
const TELL_EVERY: Duration = Duration::from_secs(60);
/// How often a damaged database is made anew at most.
const RENEW_EVERY: Duration = Duration::from_secs(60 * 60);
/// How many rows go in one transaction.
const STEP: i64 = 5000;
/// How long the end waits for the last entries.
const END: Duration = Duration::from_secs(5);

/// How many entries one statement writes. It keeps its places in the table and its indexes from one to the next.
const AT_ONCE: usize = 50;

static INSERT: LazyLock<String> = LazyLock::new(|| insertion(1));
static INSERT_MANY: LazyLock<String> = LazyLock::new(|| insertion(AT_ONCE));

/// What the task is asked for.
pub(super) enum Asked {
    /// To write what waits, now.
    Flush(oneshot::Sender<()>),
    /// The same, and to end.
    End(oneshot::Sender<()>),
}

/// The task.
pub(super) struct Keeper {
    pub(super) logs: Logs,
    pub(super) asked: mpsc::Receiver<Asked>,
    paused: Option<Instant>,
    told: Option<Instant>,
    renewed: Option<Instant>,
}

impl Keeper {
    pub(super) fn new(logs: Logs, asked: mpsc::Receiver<Asked>) -> Self {
        Self { logs, asked, paused: None, told: None, renewed: None }
    }

    /// Runs until it is asked to end.
    pub(super) async fn run(mut self) {
        let mut changes = self.logs.parts.settings.changes();
        // What another process set while no server ran.
        let mut known = None;
        loop {
            let current = Arc::clone(&changes.borrow_and_update());
            if known.as_ref() != Some(&current.logs) {
                self.apply(&current.logs).await;
                known = Some(current.logs.clone());
            }
            let due = self.due();
            let asked = tokio::select! {
                biased;
                asked = self.asked.recv() => asked,
                Ok(()) = changes.changed() => continue,
                () = due => {
                    self.write().await;
                    continue;
                }
            };
            match asked {
                Some(Asked::Flush(done)) => {
                    // Settings that were saved before somebody asks count for the answer.
                    let current = Arc::clone(&changes.borrow_and_update());
                    if known.as_ref() != Some(&current.logs) {
                        self.apply(&current.logs).await;
                        known = Some(current.logs.clone());
                    }
                    self.write().await;
                    let _ = done.send(());
                }
                Some(Asked::End(done)) => {
                    self.end().await;
                    let _ = done.send(());
                    return;
                }
                None => return,
            }
        }
    }

    /// When it is time to write.
    fn due(&self) -> impl Future<Output = ()> + use<> {
        let (logs, paused) = (self.logs.clone(), self.paused);
        async move {
            if let Some(paused) = paused {
                tokio::time::sleep_until(paused).await;
            }
            logs.parts.queue.due().await;
        }
    }

    /// Removes what settings that are new do not want kept.
    async fn apply(&mut self, wanted: &settings::Logs) {
        let Some(store) = self.logs.store() else { return };
        let done = match wanted.max_days {
            0 => empty(&store).await,
            days => trim(&store, Some(oldest(days)), Some(wanted.min_level)).await.map(drop),
        };
        if let Err(error) = done {
            self.failed(&error, "logs that are not wanted any more could not be removed").await;
        }
    }

    async fn end(&mut self) {
        let before = self.logs.parts.queue.unwritten();
        let in_time = tokio::time::timeout(END, self.write()).await.is_ok();
        let entries = if in_time { self.logs.parts.queue.unwritten() } else { before };
        if entries > 0 {
            tracing::warn!(target: TARGET, entries, "the last entries of the log could not be written");
        }
    }

    /// Writes what waits. What cannot be written now waits on.
    async fn write(&mut self) {
        let queue = &self.logs.parts.queue;
        let wanted = self.logs.parts.settings.current().logs.clone();
        let Taken { mut entries, dropped } = queue.take();
        // They were let in by settings that may be old.
        entries.retain(|entry| entry.level as i64 >= wanted.min_level);
        let Some(store) = self.logs.store().filter(|_| wanted.max_days != 0) else { return };
        if dropped > 0 && wanted.min_level <= Level::Warn as i64 {
            entries.push(told_of(dropped));
        }
        if entries.is_empty() {
            return;
        }
        let entries = Arc::new(entries);
        let writes = Arc::clone(&entries);
        let written = store.write(WriteLane::Grouped, move |tx| insert(tx, &writes)).await;
        let Err(error) = written else {
            self.paused = None;
            self.logs.parts.trouble.lock().take();
            return;
        };
        // The writer may still hold its closure for an instant.
        let mut entries = Arc::unwrap_or_clone(entries);
        if dropped > 0 && entries.last().is_some_and(is_told_of) {
            entries.pop();
        }
        match &error {
            // The statement itself is at fault: it will not be better next time.
            Error::Engine(_) | Error::Unique { .. } => queue.lost(entries.len() as u64 + dropped),
            _ => queue.give_back(Taken { entries, dropped }),
        }
        self.failed(&error, "the log could not be written; requests are served, and it is tried again").await;
    }

    /// Tells of a failure, but not each time, and replaces a database that is damaged.
    async fn failed(&mut self, error: &Error, what: &str) {
        let now = Instant::now();
        self.paused = Some(now + PAUSE);
        *self.logs.parts.trouble.lock() = Some(error.to_string());
        if self.told.is_none_or(|told| now > told + TELL_EVERY) {
            self.told = Some(now);
            tracing::error!(target: TARGET, %error, "{what}");
        }
        if damage::is_told_by(error) && self.renewed.is_none_or(|renewed| now > renewed + RENEW_EVERY) {
            self.renewed = Some(now);
            self.logs.renew().await;
        }
    }
}

const DROPPED: &str = "entries of the log were dropped, since they came faster than they could be written";

/// The entry that tells how many others there are not.
fn told_of(dropped: u64) -> Entry {
    Entry::event(Level::Warn, DROPPED, &serde_json::Map::from_iter([("dropped".to_owned(), dropped.into())]))
}

fn is_told_of(entry: &Entry) -> bool {
    entry.message == DROPPED
}

/// The statement that adds so many entries.
fn insertion(rows: usize) -> String {
    let rows = vec!["(?, ?, ?, ?, ?)"; rows].join(", ");
    format!(r#"INSERT INTO "_logs" ("id", "level", "message", "data", "created") VALUES {rows} ON CONFLICT DO NOTHING"#)
}

fn insert(tx: &mut Tx<'_>, entries: &[Entry]) -> Result<()> {
    // In order, so that each is put behind the one before it.
    let mut ids: Vec<String> = entries.iter().map(|_| ids::ordered_record_id()).collect();
    ids.sort_unstable();
    let created: Vec<String> = entries.iter().map(|entry| time::format(entry.at)).collect();
    let rows: Vec<[ValueRef<'_>; 5]> = entries
        .iter()
        .zip(ids.iter().zip(&created))
        .map(|(entry, (id, created))| {
            [
                ValueRef::Text(id),
                ValueRef::Int(entry.level as i64),
                ValueRef::Text(&entry.message),
                ValueRef::Text(&entry.data),
                ValueRef::Text(created),
            ]
        })
        .collect();
    let (many, rest) = rows.as_chunks::<AT_ONCE>();
    for rows in many {
        tx.execute(Borrowed(&INSERT_MANY, rows.as_flattened()))?;
    }
    for row in rest {
        tx.execute(Borrowed(&INSERT, row))?;
    }
    Ok(())
}

/// When what is still kept was made at the earliest.
pub(super) fn oldest(days: i64) -> DateTime<Utc> {
    let days = TimeDelta::try_days(days).unwrap_or(TimeDelta::MAX);
    time::now().checked_sub_signed(days).unwrap_or(DateTime::UNIX_EPOCH)
}

/// Removes what is not later than an instant, and what is below a level, step by step, so that what is new is written
/// in between.
pub(super) async fn trim(store: &Store, oldest: Option<DateTime<Utc>>, least: Option<i64>) -> Result<usize> {
    let mut removed = 0;
    loop {
        let step = store.write(WriteLane::Grouped, move |tx| {
            let mut rows = 0;
            if let Some(oldest) = oldest {
                let until = time::format(oldest);
                let mut old = Sql::raw("strftime('%Y-%m-%d %H:00:00', created) <= strftime('%Y-%m-%d %H:00:00', ");
                old.bind(until.as_str()).push(") AND created <= ").bind(until.as_str());
                rows += delete(tx, &old)?;
            }
            if let Some(least) = least {
                let mut below = Sql::raw("level < ");
                below.bind(least);
                rows += delete(tx, &below)?;
            }
            Ok(rows)
        });
        match step.await? {
            0 => return Ok(removed),
            rows => removed += rows,
        }
    }
}

fn delete(tx: &mut Tx<'_>, which: &Sql) -> Result<usize> {
    let mut statement = Sql::raw(r#"DELETE FROM "_logs" WHERE _rowid_ IN (SELECT _rowid_ FROM "_logs" WHERE "#);
    statement.append(which).push(" LIMIT ").bind(STEP).push(")");
    tx.execute(&statement)
}

/// Removes everything, and gives the room back.
pub(super) async fn empty(store: &Store) -> Result<()> {
    store.write(WriteLane::Exclusive, |tx| tx.execute(r#"DELETE FROM "_logs""#).map(drop)).await?;
    store.compact().await
}

impl Logs {
    /// Sets the database aside and goes on with a new one.
    async fn renew(&self) {
        if let Some(store) = self.parts.store.swap(None) {
            store.close().await;
        }
        let (path, time) = (self.parts.path.clone(), self.parts.query_timeout);
        let opened = tokio::task::spawn_blocking(move || file::reopen(&path, time)).await;
        self.opened(opened.unwrap_or_else(|error| Err(Error::Internal(error.into()))));
    }
}
