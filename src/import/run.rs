//! An import from its first byte to its report: where the collection is not there, a first pass over all rows chooses
//! its fields; then a thread reads and maps rows, the next chunk is prepared, and the one before is committed, all at
//! the same time.

use std::collections::HashMap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::{Map, Value as Json};
use tokio::sync::{mpsc, watch};

use super::infer::{Inferred, Observer};
use super::mapping::{Mapping, Unfit};
use super::report::{BadRow, MOST_TOLD, Progress, Report};
use super::rows::{Counted, Format, Row, Rows};
use super::spool::Spool;
use super::{Import, OnError};
use crate::context::RequestContext;
use crate::error::{Error, FieldErrors, Result};
use crate::records::{Bulk, BulkOptions, Chunk, Existing, Links, Outcome};
use crate::schema::{CollectionRef, FieldKind};

/// How much memory the rows of a batch take, about.
const BATCH_BYTES: usize = 4 << 20;
/// How many batches wait to be prepared.
const WAITING: usize = 2;

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

/// Where the data is.
pub enum Source {
    /// A file, which is read twice where the collection must be inferred.
    File(PathBuf),
    /// What comes once: a pipe, the body of a request.
    Stream(Box<dyn Read + Send>),
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

/// Where data comes from once it can be read as often as needed.
enum Data {
    File(PathBuf),
    Spooled(Spool),
    Once(Option<Box<dyn Read + Send>>),
}

/// Rows on their way from the reading thread.
#[derive(Default)]
struct Batch {
    rows: Vec<Map<String, Json>>,
    around: Around,
}

/// Rows that wait for their commit.
struct Prepared {
    chunk: Chunk,
    around: Around,
}

/// What is known about the rows of a batch.
#[derive(Default)]
struct Around {
    /// The line of each row.
    lines: Vec<u64>,
    /// The rows as they stood in the file, where somebody is told of bad ones.
    sources: Vec<Json>,
    /// The rows among them that could not be read or matched.
    bad: Vec<BadRow>,
}

/// What the reading thread ends with.
struct End {
    ignored: Vec<String>,
    ended: Option<Error>,
}

/// Ends the reading thread with the import, and says so where the import did not come to its end.
struct Running {
    cancelled: Arc<AtomicBool>,
    collection: String,
    created: u64,
    is_done: bool,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.cancelled.store(true, Ordering::Relaxed);
        if !self.is_done {
            let (collection, created) = (&self.collection, self.created);
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
    pub async fn run(
        &self,
        context: &RequestContext,
        asked: Asked,
        source: Source,
        mut watch: Watch,
    ) -> Result<Report> {
        if !context.is_superuser() {
            return Err(Error::Forbidden("Only superusers can perform this action.".into()));
        }
        let mut running =
            Running { cancelled: Arc::default(), collection: asked.collection.clone(), created: 0, is_done: false };
        let result = self.run_within(context, &asked, source, &mut watch, &mut running).await;
        running.is_done = true;
        result
    }

    async fn run_within(
        &self,
        context: &RequestContext,
        asked: &Asked,
        source: Source,
        watch: &mut Watch,
        running: &mut Running,
    ) -> Result<Report> {
        let known = self.schema.current().find(&asked.collection).cloned();
        let mut data = match source {
            Source::File(path) => Data::File(path),
            Source::Stream(stream) => Data::Once(Some(stream)),
        };
        let mut report = Report {
            collection: known.as_ref().map_or(&asked.collection, |one| &one.name).clone(),
            inferred: None,
            dry_run: asked.dry_run,
            rows: 0,
            created: 0,
            existing: 0,
            bad: 0,
            told: Vec::new(),
            ignored: Vec::new(),
            stopped: false,
            ended: None,
        };
        let collection = match known {
            Some(collection) => collection,
            None if !asked.create => {
                let text = format!("There is no collection {}.", asked.collection);
                return Err(Error::NotFound(text.into()));
            }
            None => {
                data = self.again(data, watch, running).await?;
                let inferred = self.infer(&mut data, asked, watch, running).await?;
                let made = match asked.dry_run {
                    true => self.collections.would_create(inferred.collection(&asked.collection)).await?,
                    false => {
                        self.collections.create(inferred.collection(&asked.collection)).await?;
                        let made = self.schema.current().find(&asked.collection).cloned();
                        made.ok_or_else(|| Error::internal("a collection that was made is not there"))?
                    }
                };
                report.inferred = Some(inferred);
                made
            }
        };
        self.load(context, asked, &collection, data, watch, running, &mut report).await?;
        Ok(report)
    }

    /// Data that can be read again: what comes once is taken in.
    async fn again(&self, data: Data, watch: &mut Watch, running: &Running) -> Result<Data> {
        let source: Box<dyn Read + Send> = match data {
            // A pipe has a name too.
            Data::File(path) if !path.is_file() => Box::new(open(&path)?),
            Data::Once(Some(stream)) => stream,
            other => return Ok(other),
        };
        let (spools, cancelled) = (self.spools.clone(), Arc::clone(&running.cancelled));
        let taking = blocking(move || {
            let taken = spools.take_in(Cancellable { inner: source, cancelled });
            taken.map_err(|error| Error::bad_request(format!("The data could not be taken in: {error}.")))
        });
        Ok(Data::Spooled(or_stopped(&mut watch.stop, taking).await??))
    }

    /// The fields that all rows ask for.
    async fn infer(&self, data: &mut Data, asked: &Asked, watch: &mut Watch, running: &Running) -> Result<Inferred> {
        let source = data.read_again()?;
        let (format, progress) = (asked.format, Arc::clone(&watch.progress));
        let source = Counted::new(source, Arc::clone(&progress.bytes));
        let source = Cancellable { inner: source, cancelled: Arc::clone(&running.cancelled) };
        let observed = blocking(move || {
            let mut rows = Rows::open(Box::new(source), format)?;
            let mut observer = Observer::new(matches!(format, Format::Csv { .. }));
            observer.header(rows.header().unwrap_or_default())?;
            while let Some(row) = rows.read()? {
                if let Ok(row) = row {
                    observer.see(&row.values)?;
                }
                progress.looked_at.fetch_add(1, Ordering::Relaxed);
            }
            Ok(observer.infer())
        });
        let inferred = or_stopped(&mut watch.stop, observed).await??;
        if inferred.rows == 0 || inferred.columns.is_empty() {
            let text = format!("There is no row to make the collection {} from.", asked.collection);
            return Err(Error::bad_request(text));
        }
        Ok(inferred)
    }

    #[allow(clippy::too_many_arguments)]
    async fn load(
        &self,
        context: &RequestContext,
        asked: &Asked,
        collection: &CollectionRef,
        mut data: Data,
        watch: &mut Watch,
        running: &mut Running,
        report: &mut Report,
    ) -> Result<()> {
        let is_new = report.inferred.is_some();
        let options = BulkOptions {
            links: Links::Checked,
            existing: asked.existing,
            keep_dates: true,
            dry_run: asked.dry_run,
            stop_at_refusal: asked.on_error == OnError::Stop,
        };
        // A dry run has no table for a collection that would be new: its rows are read and matched, no more.
        let bulk = match is_new && asked.dry_run {
            true => None,
            false => Some(self.records.bulk(context, &collection.id, options)?),
        };
        let names = report.inferred.iter().flat_map(|inferred| &inferred.columns);
        let names: HashMap<String, String> = names.map(|one| (one.source.clone(), one.name.clone())).collect();
        let feeder = Feeder {
            mapping: Mapping::new(Arc::clone(collection), names, matches!(asked.format, Format::Csv { .. })),
            format: asked.format,
            stops: asked.on_error == OnError::Stop,
            keeps: watch.on_bad.is_some(),
            rows: bulk.as_ref().map_or(500, Bulk::chunk_size),
            secrets: secrets(collection),
        };
        let source = Counted::new(data.read()?, Arc::clone(&watch.progress.bytes));
        let source = Box::new(Cancellable { inner: source, cancelled: Arc::clone(&running.cancelled) });
        let (sender, mut batches) = mpsc::channel(WAITING);
        let feeding = tokio::task::spawn_blocking(move || feeder.run(source, &sender));
        let stops = asked.on_error == OnError::Stop;
        let mut sink = Sink { report, watch, running, stops };
        let outcome = match &bulk {
            Some(bulk) => write(bulk, &mut batches, &mut sink).await,
            None => pretend(&mut batches, &mut sink).await,
        };
        // A thread that still has rows ends when nobody takes them; one that waits for its client is not waited for.
        drop(batches);
        match outcome {
            Ok(true) => {
                let end = feeding.await.map_err(|error| Error::internal(format!("reading rows failed: {error}")))?;
                report.ignored = end.ignored;
                report.ended = end.ended;
            }
            Ok(false) => report.stopped = true,
            Err(error) => {
                if let Some(bulk) = bulk.filter(|_| !asked.dry_run) {
                    report.created = bulk.created();
                }
                report.ended = Some(error);
            }
        }
        Ok(())
    }
}

/// Prepares and commits batches as they come; whether all of them were wanted.
async fn write(bulk: &Bulk, batches: &mut mpsc::Receiver<Batch>, sink: &mut Sink<'_>) -> Result<bool> {
    let mut waiting: Option<Prepared> = None;
    let mut stop = sink.watch.stop.clone();
    while let Some(batch) = or_stopped(&mut stop, batches.recv()).await? {
        let preparing = prepare(bulk, batch);
        waiting = Some(match waiting.take() {
            None => preparing.await?,
            Some(ready) => {
                let (next, done) = tokio::join!(preparing, bulk.commit(ready.chunk));
                if !sink.settle(done?, ready.around)? {
                    return Ok(false);
                }
                next?
            }
        });
    }
    match waiting {
        Some(last) => sink.settle(bulk.commit(last.chunk).await?, last.around),
        None => Ok(true),
    }
}

async fn prepare(bulk: &Bulk, batch: Batch) -> Result<Prepared> {
    Ok(Prepared { chunk: bulk.prepare(batch.rows).await?, around: batch.around })
}

/// Takes batches without a collection to write them to.
async fn pretend(batches: &mut mpsc::Receiver<Batch>, sink: &mut Sink<'_>) -> Result<bool> {
    let mut stop = sink.watch.stop.clone();
    while let Some(batch) = or_stopped(&mut stop, batches.recv()).await? {
        let outcomes = batch.rows.iter().map(|_| Ok(Outcome::Created(String::new()))).collect();
        if !sink.settle(outcomes, batch.around)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Where outcomes are counted.
struct Sink<'a> {
    report: &'a mut Report,
    watch: &'a mut Watch,
    running: &'a mut Running,
    /// Whether the first bad row is the last.
    stops: bool,
}

impl Sink<'_> {
    /// Counts what became of a batch; whether the import goes on.
    fn settle(&mut self, outcomes: Vec<Result<Outcome>>, around: Around) -> Result<bool> {
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
        self.running.created = self.report.created;
        // Where it stops at a bad row, those that the reading found come behind the one that was refused.
        if !self.stops || bad.is_empty() {
            self.report.rows += around.bad.len() as u64;
            bad.extend(around.bad);
        }
        bad.sort_by_key(|row| row.line);
        let goes_on = !self.stops || bad.is_empty();
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

/// The thread that reads rows and matches them with fields.
struct Feeder {
    mapping: Mapping,
    format: Format,
    stops: bool,
    /// Whether rows are kept as they stood in the file.
    keeps: bool,
    /// How many rows a batch has.
    rows: usize,
    /// The names of fields whose values are repeated nowhere.
    secrets: Vec<String>,
}

impl Feeder {
    fn run(mut self, source: Box<dyn Read + Send>, batches: &mpsc::Sender<Batch>) -> End {
        let ended = self.feed(source, batches).err();
        End { ignored: self.mapping.ignored.into_iter().collect(), ended }
    }

    fn feed(&mut self, source: Box<dyn Read + Send>, batches: &mpsc::Sender<Batch>) -> Result<()> {
        let mut rows = Rows::open(source, self.format)?;
        let mut batch = Batch::default();
        let mut bytes = 0;
        loop {
            let read = match rows.read() {
                Ok(Some(read)) => read,
                end => {
                    // What was read before the end is good, whatever the end is.
                    let _ = batches.blocking_send(batch);
                    return end.map(drop);
                }
            };
            match read {
                Ok(row) => {
                    bytes += row.bytes;
                    self.take(row, &mut batch);
                }
                Err(bad) => {
                    let fields = FieldErrors::new();
                    let row = Json::String(bad.text);
                    batch.around.bad.push(BadRow { line: bad.line, reason: bad.reason, fields, row });
                }
            }
            let stops = self.stops && !batch.around.bad.is_empty();
            let is_full = batch.rows.len() >= self.rows || bytes >= BATCH_BYTES || batch.around.bad.len() >= self.rows;
            if stops || is_full {
                bytes = 0;
                let gone = batches.blocking_send(std::mem::take(&mut batch)).is_err();
                if stops || gone {
                    return Ok(());
                }
            }
        }
    }

    fn take(&mut self, row: Row, batch: &mut Batch) {
        let Row { line, values, .. } = row;
        let source = if self.keeps { self.shown(&values) } else { Json::Null };
        let around = &mut batch.around;
        match self.mapping.apply(values) {
            Ok(row) => {
                batch.rows.push(row);
                around.lines.push(line);
                if self.keeps {
                    around.sources.push(source);
                }
            }
            Err(Unfit::Faults(errors)) => around.bad.push(BadRow::refused(line, Error::invalid("", errors), source)),
            Err(Unfit::Twice(name)) => {
                let text = format!("Two columns of the row are for the field {name}.");
                around.bad.push(BadRow::refused(line, Error::bad_request(text), source));
            }
        }
    }

    /// The row for those who are told of bad ones, without passwords.
    fn shown(&self, values: &[(String, Json)]) -> Json {
        let shown = values.iter().filter(|(name, _)| !self.secrets.contains(name));
        Json::Object(shown.map(|(name, value)| (name.clone(), value.clone())).collect())
    }
}

fn secrets(collection: &CollectionRef) -> Vec<String> {
    let passwords = collection.fields.iter().filter(|field| matches!(field.kind, FieldKind::Password(_)));
    let mut names: Vec<String> = passwords.map(|field| field.name.clone()).collect();
    names.extend(["passwordConfirm", "tokenKey"].map(str::to_owned));
    names
}

impl Data {
    /// The data from its beginning, more than once.
    fn read_again(&self) -> Result<Box<dyn Read + Send>> {
        match self {
            Self::File(path) => Ok(Box::new(open(path)?)),
            Self::Spooled(spool) => Ok(Box::new(spool.read()?)),
            Self::Once(_) => Err(Error::internal("what comes once was to be read twice")),
        }
    }

    /// The data from its beginning, for the last time.
    fn read(&mut self) -> Result<Box<dyn Read + Send>> {
        match self {
            Self::Once(stream) => stream.take().ok_or_else(|| Error::internal("what comes once was read already")),
            other => other.read_again(),
        }
    }
}

fn open(path: &Path) -> Result<File> {
    let told = |error: std::io::Error| Error::bad_request(format!("{} cannot be read: {error}.", path.display()));
    if path.is_dir() {
        return Err(Error::bad_request(format!("{} is a folder; name a file.", path.display())));
    }
    File::open(path).map_err(told)
}

/// A stream that ends with an error once nobody wants it any more.
struct Cancellable<R> {
    inner: R,
    cancelled: Arc<AtomicBool>,
}

impl<R: Read> Read for Cancellable<R> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        if self.cancelled.load(Ordering::Relaxed) {
            return Err(std::io::Error::other("the import was given up"));
        }
        self.inner.read(into)
    }
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
