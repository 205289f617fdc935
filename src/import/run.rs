//! An import from its first byte to its report: where the collection is not there, a first pass over all rows chooses
//! its fields; then a thread reads and maps rows, the next chunk is prepared, and the one before is committed, all at
//! the same time.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::mpsc::error::TryRecvError;
use tokio::sync::{mpsc, watch};

use super::data::{Cancellable, Data, Source};
use super::feeder::{Around, Batch, Feeder, secrets};
use super::infer::{Inferred, Observer};
use super::mapping::Mapping;
use super::report::{BadRow, MOST_TOLD, Phase, Progress, Report};
use super::rows::{Bad, Counted, Format, Rows};
use super::{Import, OnError};
use crate::context::RequestContext;
use crate::error::{Error, Result};
use crate::records::{Bulk, BulkOptions, Chunk, Existing, Links, Outcome};
use crate::schema::CollectionRef;

/// How many batches wait to be prepared.
const WAITING: usize = 2;
/// How many rows a batch of a dry run has where there is no collection yet.
const PRETENDED: usize = 500;

/// What an import is asked to do.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The collection's name or id.
    pub collection: String,
    /// How the data is read.
    pub format: Format,
    /// Whether a collection that is not there is made, with fields inferred from all rows.
    pub create: bool,
    /// What happens at a bad row.
    pub on_error: OnError,
    /// What becomes of a row whose id is there already.
    pub existing: Existing,
    /// Whether nothing is written.
    pub dry_run: bool,
}

/// What is told of bad rows while they are met.
pub type OnBad = Box<dyn FnMut(&BadRow) -> Result<()> + Send>;

/// Who watches an import, and who may stop it.
#[derive(Default)]
pub struct Watch {
    /// How far it is.
    pub progress: Arc<Progress>,
    /// Told each bad row, with its content.
    pub on_bad: Option<OnBad>,
    /// Ends it, once true, behind the chunk that is being written.
    pub stop: Option<watch::Receiver<bool>>,
}

/// Rows that wait for their commit.
struct Prepared {
    chunk: Chunk,
    around: Around,
}

/// An import under way. Where it is dropped, the reading thread ends, and the log says where the import did not come
/// to its end.
struct Running<'a> {
    import: &'a Import,
    context: &'a RequestContext,
    asked: Asked,
    watch: Watch,
    report: Report,
    cancelled: Arc<AtomicBool>,
    is_done: bool,
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.cancelled.store(true, Ordering::Relaxed);
        if !self.is_done {
            let (collection, created) = (&self.report.collection, self.report.created);
            tracing::warn!(collection, created, "an import was given up; what it had created stays");
        }
    }
}

impl Import {
    /// Imports data into a collection.
    ///
    /// # Errors
    /// What stands in the way before the first row is written: no such collection, no rows to infer one from, data
    /// that cannot be read. What ends it later stands in the report.
    pub async fn run(&self, context: &RequestContext, asked: Asked, source: Source, watch: Watch) -> Result<Report> {
        if !context.is_superuser() {
            return Err(Error::Forbidden("Only superusers can perform this action.".into()));
        }
        let report = Report { collection: asked.collection.clone(), dry_run: asked.dry_run, ..Report::default() };
        let mut running =
            Running { import: self, context, asked, watch, report, cancelled: Arc::default(), is_done: false };
        let done = running.run(source.into()).await;
        running.is_done = true;
        done.map(|()| std::mem::take(&mut running.report))
    }
}

impl Running<'_> {
    async fn run(&mut self, mut data: Data) -> Result<()> {
        let known = self.import.schema.current().find(&self.asked.collection).cloned();
        let collection = match known {
            Some(collection) => collection,
            None if !self.asked.create => {
                let text = format!("There is no collection {}.", self.asked.collection);
                return Err(Error::NotFound(text.into()));
            }
            None => {
                self.make_readable_twice(&mut data).await?;
                let inferred = self.infer(&mut data).await?;
                let made = self.make(&inferred).await?;
                self.report.inferred = Some(inferred);
                made
            }
        };
        self.report.collection.clone_from(&collection.name);
        self.load(&collection, data).await
    }

    /// What comes once is taken in.
    async fn make_readable_twice(&mut self, data: &mut Data) -> Result<()> {
        let Some(stream) = data.coming_once()? else { return Ok(()) };
        self.watch.progress.begin(Phase::TakingIn);
        let stream = Counted::new(stream, Arc::clone(&self.watch.progress.bytes));
        let (spools, stream) = (self.import.spools.clone(), Cancellable::new(stream, &self.cancelled));
        let taking = blocking(move || Data::take_in(&spools, stream));
        *data = or_stopped(&mut self.watch.stop, taking).await??;
        Ok(())
    }

    /// The fields that all rows ask for.
    async fn infer(&mut self, data: &mut Data) -> Result<Inferred> {
        self.watch.progress.begin(Phase::LookingAt);
        let source = Counted::new(data.read()?, Arc::clone(&self.watch.progress.bytes));
        let source = Cancellable::new(source, &self.cancelled);
        let (format, progress) = (self.asked.format, Arc::clone(&self.watch.progress));
        let observed = blocking(move || {
            let mut rows = Rows::open(Box::new(source), format)?;
            let mut observer = Observer::new(matches!(format, Format::Csv { .. }));
            let mut first_bad = None;
            observer.header(rows.header().unwrap_or_default())?;
            while let Some(row) = rows.read()? {
                match row {
                    Ok(row) => observer.see(&row.values)?,
                    Err(bad) => first_bad = first_bad.or(Some(bad)),
                }
                progress.looked_at.fetch_add(1, Ordering::Relaxed);
            }
            Ok((observer.infer(), first_bad))
        });
        let (inferred, first_bad) = or_stopped(&mut self.watch.stop, observed).await??;
        if inferred.rows == 0 || inferred.columns.is_empty() {
            let why = first_bad.map(|Bad { line, reason, .. }| format!(" Line {line}: {reason}")).unwrap_or_default();
            let text = format!("There is no row to make the collection {} from.{why}", self.asked.collection);
            return Err(Error::bad_request(text));
        }
        Ok(inferred)
    }

    /// The new collection; in a dry run, as it would be.
    async fn make(&mut self, inferred: &Inferred) -> Result<CollectionRef> {
        let collection = inferred.collection(&self.asked.collection);
        if self.asked.dry_run {
            return self.import.collections.would_create(collection).await;
        }
        self.import.collections.create(collection).await?;
        let made = self.import.schema.current().find(&self.asked.collection).cloned();
        made.ok_or_else(|| Error::internal("a collection that was made is not there"))
    }

    async fn load(&mut self, collection: &CollectionRef, mut data: Data) -> Result<()> {
        let stops = self.asked.on_error == OnError::Stop;
        let options = BulkOptions {
            links: Links::Checked,
            existing: self.asked.existing,
            keep_dates: true,
            dry_run: self.asked.dry_run,
            stop_at_refusal: stops,
        };
        // A dry run has no table for a collection that would be new: its rows are read and matched, no more.
        let bulk = match self.report.inferred.is_some() && self.asked.dry_run {
            true => None,
            false => Some(self.import.records.bulk(self.context, &collection.id, options)?),
        };
        let names = self.report.inferred.iter().flat_map(|inferred| &inferred.columns);
        let names: HashMap<String, String> = names.map(|one| (one.source.clone(), one.name.clone())).collect();
        let is_csv = matches!(self.asked.format, Format::Csv { .. });
        let feeder = Feeder {
            mapping: Mapping::new(Arc::clone(collection), names, is_csv),
            format: self.asked.format,
            stops,
            keeps: self.watch.on_bad.is_some(),
            rows: bulk.as_ref().map_or(PRETENDED, Bulk::chunk_size),
            secrets: secrets(collection),
        };
        self.watch.progress.begin(Phase::Importing);
        let source = Counted::new(data.read()?, Arc::clone(&self.watch.progress.bytes));
        let source = Box::new(Cancellable::new(source, &self.cancelled));
        let (sender, mut batches) = mpsc::channel(WAITING);
        let feeding = tokio::task::spawn_blocking(move || feeder.run(source, &sender));
        let outcome = match &bulk {
            Some(bulk) => self.write(bulk, &mut batches).await,
            None => self.pretend(&mut batches).await,
        };
        // A thread that still has rows ends when nobody takes them; one that waits for its client is not waited for.
        drop(batches);
        match outcome {
            Ok(true) => {
                let end = feeding.await.map_err(|error| Error::internal(format!("reading rows failed: {error}")))?;
                self.report.ignored = end.ignored;
                self.report.columns = end.columns;
                self.report.ended = end.ended;
            }
            Ok(false) => self.report.stopped = true,
            Err(error) => {
                if let Some(bulk) = bulk.filter(|_| !self.asked.dry_run) {
                    self.report.created = bulk.created();
                }
                self.report.ended = Some(error);
            }
        }
        Ok(())
    }

    /// Prepares and commits batches as they come; whether all of them were wanted.
    async fn write(&mut self, bulk: &Bulk, batches: &mut mpsc::Receiver<Batch>) -> Result<bool> {
        let mut waiting: Option<Prepared> = None;
        loop {
            let next = or_stopped(&mut self.watch.stop, async { batches.try_recv() }).await?;
            let batch = match (next, waiting.is_some()) {
                (Ok(batch), _) => Some(batch),
                // What is ready does not wait for a slow client.
                (Err(_), true) => None,
                (Err(TryRecvError::Empty), false) => or_stopped(&mut self.watch.stop, batches.recv()).await?,
                (Err(TryRecvError::Disconnected), false) => None,
            };
            waiting = match (batch, waiting.take()) {
                (Some(batch), None) => Some(prepare(bulk, batch).await?),
                (Some(batch), Some(ready)) => {
                    let (next, done) = tokio::join!(prepare(bulk, batch), bulk.commit(ready.chunk));
                    if !self.settle(done?, ready.around)? {
                        return Ok(false);
                    }
                    Some(next?)
                }
                (None, Some(ready)) => {
                    let done = bulk.commit(ready.chunk).await?;
                    if !self.settle(done, ready.around)? {
                        return Ok(false);
                    }
                    None
                }
                (None, None) => return Ok(true),
            };
        }
    }

    /// Takes batches without a collection to write them to.
    async fn pretend(&mut self, batches: &mut mpsc::Receiver<Batch>) -> Result<bool> {
        while let Some(batch) = or_stopped(&mut self.watch.stop, batches.recv()).await? {
            let outcomes = batch.rows.iter().map(|_| Ok(Outcome::Created(String::new()))).collect();
            if !self.settle(outcomes, batch.around)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Counts what became of a batch; whether the import goes on.
    fn settle(&mut self, outcomes: Vec<Result<Outcome>>, around: Around) -> Result<bool> {
        let stops = self.asked.on_error == OnError::Stop;
        let mut bad = Vec::new();
        self.report.rows += outcomes.len() as u64;
        self.watch.progress.rows.fetch_add(outcomes.len() as u64, Ordering::Relaxed);
        let mut sources = around.sources.into_iter();
        for (outcome, line) in outcomes.into_iter().zip(around.lines) {
            let source = sources.next().unwrap_or_default();
            match outcome {
                Ok(Outcome::Created(_)) => self.report.created += 1,
                Ok(Outcome::Existing(_)) => self.report.existing += 1,
                Err(error) => bad.push(BadRow::refused(line, error, source)),
            }
        }
        // Where it stops at a bad row, those that the reading found come behind the one that was refused.
        if !stops || bad.is_empty() {
            self.report.rows += around.bad.len() as u64;
            bad.extend(around.bad);
        }
        bad.sort_by_key(|row| row.line);
        let goes_on = !stops || bad.is_empty();
        for row in bad {
            self.report.bad += 1;
            if let Some(tell) = &mut self.watch.on_bad {
                tell(&row)?;
            }
            if self.report.told.len() < MOST_TOLD {
                self.report.told.push(row);
            }
        }
        Ok(goes_on)
    }
}

async fn prepare(bulk: &Bulk, batch: Batch) -> Result<Prepared> {
    Ok(Prepared { chunk: bulk.prepare(batch.rows).await?, around: batch.around })
}

/// Runs work on a thread for such.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| Error::internal(format!("a part of an import failed: {error}")))?
}

/// Waits for something, unless the import is to stop.
async fn or_stopped<T>(stop: &mut Option<watch::Receiver<bool>>, work: impl Future<Output = T>) -> Result<T> {
    let Some(stop) = stop else { return Ok(work.await) };
    tokio::select! {
        biased;
        _ = stop.wait_for(|&stop| stop) => Err(Error::Unavailable("The server is stopping.".into())),
        done = work => Ok(done),
    }
}
