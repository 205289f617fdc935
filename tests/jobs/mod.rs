//! The job queue, through the public `tuckbox::jobs`.

mod ending;
mod running;
mod stopping;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use futures_util::future::BoxFuture;
use parking_lot::Mutex;
use serde_json::json;
use tempfile::TempDir;
use tuckbox::error::{Error, Result};
use tuckbox::jobs::{Backoff, Failure, Handler, Job, Jobs, JobsOptions, NewJob, Outcome};
use tuckbox::store::{Store, StoreOptions, Synchronous, Tx, ValueRef, WriteLane};

/// The kind of job that most tests use.
const KIND: &str = "test";

/// What a handler does with a job.
type Work = dyn Fn(&Job) -> BoxFuture<'static, Result<(), Failure>> + Send + Sync;

/// A queue on a database of its own. What handlers settle is in the table `outcomes (job, text)`.
struct Queue {
    dir: TempDir,
    store: Store,
    jobs: Jobs,
}

/// A handler that notes its attempts and outcomes.
struct Worker {
    work: Box<Work>,
    /// Job and attempt, in the order of their beginnings.
    begun: Mutex<Vec<(i64, u32)>>,
    parallel: usize,
    limit: Duration,
    /// How often settling fails before it goes well.
    unsettled: AtomicUsize,
}

impl Worker {
    fn new(work: impl Fn(&Job) -> BoxFuture<'static, Result<(), Failure>> + Send + Sync + 'static) -> Self {
        Self {
            work: Box::new(work),
            begun: Mutex::default(),
            parallel: 4,
            limit: Duration::from_secs(60),
            unsettled: AtomicUsize::new(0),
        }
    }

    /// It does at once what `f` says.
    fn at_once(f: impl Fn(&Job) -> Result<(), Failure> + Send + Sync + 'static) -> Arc<Self> {
        Arc::new(Self::new(move |job| {
            let result = f(job);
            Box::pin(async move { result })
        }))
    }

    /// It never comes to an end.
    fn endless() -> Arc<Self> {
        Arc::new(Self::new(|_| Box::pin(std::future::pending())))
    }

    fn attempts(&self) -> Vec<u32> {
        self.begun.lock().iter().map(|(_, attempt)| *attempt).collect()
    }
}

impl Handler for Worker {
    fn run<'a>(&'a self, job: &'a Job) -> BoxFuture<'a, Result<(), Failure>> {
        self.begun.lock().push((job.id, job.attempt));
        (self.work)(job)
    }

    fn settle(&self, tx: &mut Tx<'_>, job: &Job, outcome: &Outcome) -> Result<()> {
        let text = format!("{outcome:?}");
        tx.execute(("INSERT INTO outcomes (job, text) VALUES (?, ?)", &[job.id.into(), text.into()]))?;
        if self.unsettled.load(Ordering::SeqCst) > 0 {
            self.unsettled.fetch_sub(1, Ordering::SeqCst);
            return Err(Error::internal("on purpose"));
        }
        Ok(())
    }

    fn parallel(&self) -> usize {
        self.parallel
    }

    fn limit(&self) -> Duration {
        self.limit
    }
}

impl Queue {
    async fn new() -> Self {
        Self::with(quick()).await
    }

    async fn with(options: JobsOptions) -> Self {
        let dir = TempDir::new().unwrap();
        let store = open(&dir);
        let queue = Self { jobs: Jobs::with(store.clone(), options), store, dir };
        let table = "CREATE TABLE outcomes (job INTEGER, text TEXT)";
        queue.store.write(WriteLane::Exclusive, |tx| tx.define(table)).await.unwrap();
        queue
    }

    /// Runs jobs of the usual kind from now on.
    async fn start(&self, worker: &Arc<Worker>) {
        self.jobs.handle(KIND, Arc::clone(worker) as Arc<dyn Handler>);
        self.jobs.start().await.unwrap();
    }

    async fn add(&self, job: NewJob) -> i64 {
        let jobs = self.jobs.clone();
        self.store.write(WriteLane::Grouped, move |tx| jobs.enqueue(tx, &job)).await.unwrap()
    }

    /// What handlers settled, in order.
    fn outcomes(&self) -> Vec<String> {
        texts(&self.store, "SELECT text FROM outcomes ORDER BY rowid")
    }

    /// How many jobs have not ended.
    fn left(&self) -> i64 {
        number(&self.store, "SELECT count(*) FROM _tb_jobs")
    }

    /// Waits until so many outcomes are settled.
    async fn settled(&self, count: usize) -> Vec<String> {
        until("outcomes", || self.outcomes().len() >= count).await;
        self.outcomes()
    }
}

/// A job of the usual kind.
fn job() -> NewJob {
    NewJob::new(KIND, json!({"n": 1}))
}

/// A queue that comes back to failed jobs soon, and looks for itself never.
fn quick() -> JobsOptions {
    JobsOptions {
        backoff: Backoff { first: Duration::from_millis(10), longest: Duration::from_millis(50) },
        poll: Duration::from_secs(3600),
        stop: Duration::from_secs(20),
        lease: Duration::from_secs(300),
    }
}

fn open(dir: &TempDir) -> Store {
    let path = dir.path().join("data.db");
    Store::open(&StoreOptions { synchronous: Synchronous::Normal, ..StoreOptions::new(path) }).unwrap()
}

/// Now, in milliseconds since 1970.
fn now() -> i64 {
    tuckbox::time::now().timestamp_millis()
}

/// Waits until a condition holds.
async fn until(what: &str, condition: impl Fn() -> bool) {
    let began = Instant::now();
    while !condition() {
        assert!(began.elapsed() < Duration::from_secs(60), "waited in vain for {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

fn texts(store: &Store, query: &str) -> Vec<String> {
    let mut found = Vec::new();
    let read = store.read_here(|tx| {
        tx.rows(query, |row| {
            found.push(row.get(0).as_text().to_owned());
            Ok(())
        })
    });
    read.unwrap();
    found
}

fn number(store: &Store, query: &str) -> i64 {
    let read = store.read_here(|tx| {
        tx.row(query, |row| match row.get(0) {
            ValueRef::Int(number) => Ok(number),
            other => panic!("no integer: {other:?}"),
        })
    });
    read.unwrap().unwrap()
}
