//! Schedules, through the public `tuckbox::crons`.

mod clock;
mod endings;
mod once;

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::future::BoxFuture;
use parking_lot::Mutex;
use tempfile::TempDir;
use tokio::sync::Semaphore;
use tuckbox::cron::Expression;
use tuckbox::crons::{Crons, Listed, Outcome, Task};
use tuckbox::error::{Error, Result};
use tuckbox::jobs::{Backoff, Jobs, JobsOptions};
use tuckbox::settings::Settings;
use tuckbox::store::{Store, StoreOptions, Synchronous, WriteLane};

/// The schedule that most tests use.
const ID: &str = "test";

/// The rooms of one process on a data directory.
struct House {
    store: Store,
    jobs: Jobs,
    crons: Crons,
    settings: Settings,
}

/// What a run does.
type Work = dyn Fn(usize) -> BoxFuture<'static, Result<()>> + Send + Sync;

/// A task that counts its runs; each is given its number, from 1 on.
struct Counting {
    begun: Mutex<usize>,
    limit: Duration,
    work: Box<Work>,
}

impl Counting {
    fn new(work: impl Fn(usize) -> BoxFuture<'static, Result<()>> + Send + Sync + 'static) -> Arc<Self> {
        Arc::new(Self { begun: Mutex::default(), limit: Duration::from_secs(60), work: Box::new(work) })
    }

    fn at_once() -> Arc<Self> {
        Self::new(|_| Box::pin(async { Ok(()) }))
    }

    fn endless() -> Arc<Self> {
        Self::new(|_| Box::pin(std::future::pending()))
    }

    /// Each run takes a permit before it ends.
    fn gated() -> (Arc<Self>, Arc<Semaphore>) {
        let gate = Arc::new(Semaphore::new(0));
        let inner = Arc::clone(&gate);
        let task = Self::new(move |_| {
            let gate = Arc::clone(&inner);
            Box::pin(async move {
                gate.acquire().await.map_err(|_| Error::internal("closed"))?.forget();
                Ok(())
            })
        });
        (task, gate)
    }

    fn begun(&self) -> usize {
        *self.begun.lock()
    }
}

impl Task for Counting {
    fn run(&self) -> BoxFuture<'_, Result<()>> {
        let mut begun = self.begun.lock();
        *begun += 1;
        (self.work)(*begun)
    }

    fn limit(&self) -> Duration {
        self.limit
    }
}

impl House {
    /// Opens a directory; nothing runs yet.
    async fn open(dir: &TempDir) -> Self {
        let path = dir.path().join("data.db");
        let store = Store::open(&StoreOptions { synchronous: Synchronous::Normal, ..StoreOptions::new(path) }).unwrap();
        let backoff = Backoff { first: Duration::from_millis(10), longest: Duration::from_millis(50) };
        let stop = Duration::from_millis(50);
        let jobs = Jobs::with(store.clone(), JobsOptions { backoff, stop, ..JobsOptions::default() });
        let settings = Settings::open(&store, None).await.unwrap();
        let crons = Crons::new(store.clone(), jobs.clone(), settings.clone());
        Self { store, jobs, crons, settings }
    }

    /// Opens a directory and runs one schedule, which is due every midnight.
    async fn start(dir: &TempDir, task: &Arc<Counting>) -> Self {
        let house = Self::open(dir).await;
        house.crons.register(ID, daily(), Arc::clone(task) as Arc<dyn Task>);
        house.run().await;
        house
    }

    async fn run(&self) {
        self.jobs.start().await.unwrap();
        self.crons.start().await.unwrap();
    }

    async fn stop(self) {
        self.crons.stop().await;
        self.jobs.stop().await;
        self.store.close().await;
    }

    /// Changes rows as another process would, and has them looked at.
    async fn set(&self, sql: &'static str) {
        self.store.write(WriteLane::Grouped, move |tx| tx.execute(sql)).await.unwrap();
        self.crons.wake();
    }

    /// The schedule's entry in the list.
    fn listed(&self) -> Listed {
        self.crons.list().unwrap().into_iter().find(|one| one.id == ID).expect("listed")
    }

    /// Waits until no run waits or is under way, after one has ended.
    async fn ended(&self) -> Outcome {
        until("the end of a run", || {
            let listed = self.listed();
            !listed.is_running && listed.last_run.is_some()
        })
        .await;
        self.listed().last_run.unwrap().outcome
    }
}

fn daily() -> Option<Expression> {
    Some(expression("@daily"))
}

fn expression(text: &str) -> Expression {
    Expression::parse(text).expect("an expression")
}

/// It was due long ago.
const MISSED: &str = "UPDATE _tb_crons SET next_due = 60000 WHERE id = 'test'";

/// Waits until a condition holds.
async fn until(what: &str, condition: impl Fn() -> bool) {
    let began = Instant::now();
    while !condition() {
        assert!(began.elapsed() < Duration::from_secs(60), "waited in vain for {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
