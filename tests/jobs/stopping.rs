//! What becomes of running jobs when the process stops or dies, and of directories of older versions.

use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use tempfile::TempDir;
use tokio::sync::Semaphore;
use tuckbox::jobs::{Handler, Jobs, JobsOptions, NewJob};
use tuckbox::store::{Store, WriteLane};

use super::{KIND, Queue, Worker, job, number, open, quick, until};

/// Another server on the same directory, after the first is gone.
async fn next(queue: &Queue, worker: &Arc<Worker>) -> Queue {
    let store = open(&queue.dir);
    let next = Queue { jobs: Jobs::with(store.clone(), quick()), store, dir: TempDir::new().unwrap() };
    next.start(worker).await;
    next
}

/// Starts a queue in a runtime that is cut off once the job runs, as the process would be by `kill -9`.
fn killed_in_the_middle(queue: &Queue, worker: &Arc<Worker>) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let doomed = Jobs::with(queue.store.clone(), quick());
    doomed.handle(KIND, Arc::clone(worker) as Arc<dyn Handler>);
    runtime.block_on(async {
        doomed.start().await.unwrap();
        until("the job to begin", || !worker.begun.lock().is_empty()).await;
    });
    runtime.shutdown_background();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_dead_process_held_runs_again_at_once() {
    let queue = Queue::new().await;
    let id = queue.add(job()).await;
    let stuck = Worker::endless();
    tokio::task::block_in_place(|| killed_in_the_middle(&queue, &stuck));
    assert_eq!(number(&queue.store, "SELECT count(*) FROM _tb_jobs WHERE owner IS NOT NULL"), 1);
    let worker = Worker::at_once(|_| Ok(()));
    let next = next(&queue, &worker).await;
    assert_eq!(next.settled(1).await, ["Done"]);
    assert_eq!(*worker.begun.lock(), [(id, 2)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_kills_the_process_each_time_is_given_up() {
    let queue = Queue::new().await;
    queue.add(NewJob { most_attempts: 2, ..job() }).await;
    for _ in 0..2 {
        tokio::task::block_in_place(|| killed_in_the_middle(&queue, &Worker::endless()));
    }
    let worker = Worker::at_once(|_| Ok(()));
    let next = next(&queue, &worker).await;
    let outcomes = next.settled(1).await;
    assert!(outcomes[0].starts_with("Failed"), "{outcomes:?}");
    assert!(worker.attempts().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn stopping_waits_for_running_jobs_and_begins_no_others() {
    let queue = Queue::new().await;
    let gate = Arc::new(Semaphore::new(0));
    let inner = Arc::clone(&gate);
    let worker = Arc::new(Worker::new(move |_| {
        let gate = Arc::clone(&inner);
        async move {
            gate.acquire().await.unwrap().forget();
            Ok(())
        }
        .boxed()
    }));
    queue.start(&worker).await;
    for _ in 0..10 {
        queue.add(job()).await;
    }
    until("four to run", || worker.begun.lock().len() == 4).await;
    let jobs = queue.jobs.clone();
    let stopped = tokio::spawn(async move { jobs.stop().await });
    gate.add_permits(10);
    stopped.await.unwrap();
    let begun = worker.begun.lock().len();
    assert_eq!(queue.outcomes().len(), begun);
    assert_eq!(queue.left(), 10 - begun as i64);
    assert_eq!(number(&queue.store, "SELECT count(*) FROM _tb_jobs WHERE owner IS NOT NULL"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_end_in_time_is_let_go_and_has_lost_no_attempt() {
    let queue = Queue::with(JobsOptions { stop: Duration::from_millis(20), ..quick() }).await;
    let stuck = Worker::endless();
    queue.start(&stuck).await;
    let id = queue.add(NewJob { most_attempts: 1, ..job() }).await;
    until("the job to begin", || !stuck.begun.lock().is_empty()).await;
    queue.jobs.stop().await;
    assert_eq!(number(&queue.store, "SELECT count(*) FROM _tb_jobs WHERE owner IS NULL"), 1);
    let worker = Worker::at_once(|_| Ok(()));
    let next = next(&queue, &worker).await;
    assert_eq!(next.settled(1).await, ["Done"]);
    assert_eq!(*worker.begun.lock(), [(id, 1)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_queue_that_never_ran_stops_too() {
    Queue::new().await.jobs.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_directory_of_the_version_without_jobs_gets_them() {
    let queue = Queue::new().await;
    queue.store.close().await;
    let raw = rusqlite::Connection::open(queue.dir.path().join("data.db")).unwrap();
    raw.execute_batch(
        "DROP TABLE _tb_jobs; DROP TABLE _tb_followers; DROP TABLE _tb_crons; DROP TABLE _tb_backups; \
         DROP TABLE _tb_cron_runs; DELETE FROM _tb_migrations WHERE number >= 2; \
         INSERT INTO _params (id, value) VALUES ('kept', '1')",
    )
    .unwrap();
    raw.close().unwrap();
    let store: Store = open(&queue.dir);
    let jobs = Jobs::new(store.clone());
    store.write(WriteLane::Grouped, move |tx| jobs.enqueue(tx, &job())).await.unwrap();
    assert_eq!(number(&store, "SELECT count(*) FROM _tb_jobs"), 1);
    assert_eq!(number(&store, "SELECT count(*) FROM _params WHERE id = 'kept'"), 1);
}
