//! When jobs run, and beside whom.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::json;
use tokio::sync::Semaphore;
use tuckbox::error::Error;
use tuckbox::jobs::{Handler, Jobs, JobsOptions, NewJob};
use tuckbox::store::{Value, WriteLane};

use super::{KIND, Queue, Worker, job, now, number, open, quick, until};

#[tokio::test(flavor = "multi_thread")]
async fn a_job_runs_with_its_payload_and_its_row_goes() {
    let queue = Queue::new().await;
    let worker = Worker::at_once(|job| {
        assert_eq!(job.payload, json!({"n": 1, "text": "ä\"\n"}));
        Ok(())
    });
    queue.start(&worker).await;
    queue.add(NewJob::new(KIND, json!({"n": 1, "text": "ä\"\n"}))).await;
    assert_eq!(queue.settled(1).await, ["Done"]);
    assert_eq!((queue.left(), worker.attempts()), (0, vec![1]));
}

#[tokio::test(flavor = "multi_thread")]
async fn jobs_that_were_stored_before_the_start_run() {
    let queue = Queue::new().await;
    queue.add(job()).await;
    let worker = Worker::at_once(|_| Ok(()));
    queue.start(&worker).await;
    queue.settled(1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_of_a_write_that_is_undone_never_runs() {
    let queue = Queue::new().await;
    let worker = Worker::at_once(|_| Ok(()));
    queue.start(&worker).await;
    let jobs = queue.jobs.clone();
    let undone = queue.store.write(WriteLane::Grouped, move |tx| {
        jobs.enqueue(tx, &job())?;
        Err::<(), _>(Error::bad_request("no"))
    });
    undone.await.unwrap_err();
    let kept = queue.add(job()).await;
    queue.settled(1).await;
    assert_eq!(*worker.begun.lock(), [(kept, 1)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_for_later_waits_and_holds_up_nobody() {
    let queue = Queue::new().await;
    let worker = Worker::at_once(|_| Ok(()));
    queue.start(&worker).await;
    queue.add(NewJob { run_at_ms: Some(now() + 3_600_000), ..job() }).await;
    let soon = queue.add(NewJob { run_at_ms: Some(now() + 200), ..job() }).await;
    let at_once = queue.add(job()).await;
    queue.settled(2).await;
    assert_eq!(*worker.begun.lock(), [(at_once, 1), (soon, 1)]);
    assert_eq!(queue.left(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_more_jobs_of_a_kind_run_at_once_than_its_handler_says() {
    let queue = Queue::new().await;
    let (busy, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (busy_inside, most_inside) = (Arc::clone(&busy), Arc::clone(&most));
    let worker = Worker::new(move |_| {
        let (busy, most) = (Arc::clone(&busy_inside), Arc::clone(&most_inside));
        Box::pin(async move {
            most.fetch_max(busy.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            for _ in 0..50 {
                tokio::task::yield_now().await;
            }
            busy.fetch_sub(1, Ordering::SeqCst);
            Ok(())
        })
    });
    queue.start(&Arc::new(Worker { parallel: 3, ..worker })).await;
    for _ in 0..40 {
        queue.add(job()).await;
    }
    queue.settled(40).await;
    assert!((1..=3).contains(&most.load(Ordering::SeqCst)), "{most:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kind_that_hangs_does_not_hold_up_another() {
    let queue = Queue::with(JobsOptions { stop: Duration::from_millis(10), ..quick() }).await;
    let (stuck, worker) = (Worker::endless(), Worker::at_once(|_| Ok(())));
    queue.jobs.handle("stuck", Arc::clone(&stuck) as Arc<dyn Handler>);
    for _ in 0..20 {
        queue.add(NewJob::new("stuck", json!(null))).await;
    }
    queue.start(&worker).await;
    until("the stuck ones", || stuck.begun.lock().len() == 4).await;
    for _ in 0..20 {
        queue.add(job()).await;
    }
    queue.settled(20).await;
    assert_eq!(stuck.begun.lock().len(), 4);
    queue.jobs.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kind_that_nobody_runs_waits_until_somebody_does() {
    let queue = Queue::new().await;
    let worker = Worker::at_once(|_| Ok(()));
    queue.add(NewJob::new("unknown", json!(null))).await;
    queue.start(&worker).await;
    queue.add(job()).await;
    queue.settled(1).await;
    assert_eq!(queue.left(), 1);
    queue.jobs.handle("unknown", Arc::clone(&worker) as Arc<dyn Handler>);
    queue.settled(2).await;
    assert_eq!((queue.left(), worker.attempts()), (0, vec![1, 1]));
}

#[tokio::test(flavor = "multi_thread")]
async fn jobs_that_another_process_stores_run_too() {
    let queue = Queue::new().await;
    let worker = Worker::at_once(|_| Ok(()));
    queue.start(&worker).await;
    let inner = queue.jobs.clone();
    queue.store.on_external_change(Arc::new(move || inner.wake()));
    let (store, theirs) = (open(&queue.dir), Jobs::new(open(&queue.dir)));
    store.write(WriteLane::Grouped, move |tx| theirs.enqueue(tx, &job())).await.unwrap();
    queue.settled(1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_told_of_is_found_by_looking() {
    let queue = Queue::with(JobsOptions { poll: Duration::from_millis(50), ..quick() }).await;
    let worker = Worker::at_once(|_| Ok(()));
    queue.start(&worker).await;
    let raw = rusqlite::Connection::open(queue.dir.path().join("data.db")).unwrap();
    let text = "INSERT INTO _tb_jobs (kind, payload, due_at, most_attempts, created) VALUES ('test', '{}', 0, 1, 0)";
    raw.execute(text, []).unwrap();
    queue.settled(1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_jobs_run_once_each() {
    const COUNT: usize = 10_000;
    let queue = Queue::new().await;
    let jobs = queue.jobs.clone();
    let all = move |tx: &mut tuckbox::store::Tx<'_>| {
        for number in 0..COUNT {
            jobs.enqueue(tx, &NewJob::new(KIND, json!({"number": number})))?;
        }
        Ok(())
    };
    queue.store.write(WriteLane::Exclusive, all).await.unwrap();
    let worker = Worker::at_once(|_| Ok(()));
    let worker = Arc::new(Worker { parallel: 64, ..Arc::into_inner(worker).unwrap() });
    queue.start(&worker).await;
    until("all of them", || queue.left() == 0).await;
    let mut runs: BTreeMap<i64, usize> = BTreeMap::new();
    worker.begun.lock().iter().for_each(|(id, _)| *runs.entry(*id).or_default() += 1);
    assert_eq!(runs.len(), COUNT);
    assert!(runs.values().all(|count| *count == 1));
    let settled = number(&queue.store, "SELECT count(DISTINCT job) FROM outcomes WHERE text = 'Done'");
    assert_eq!(settled, COUNT as i64);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_behind_a_hundred_thousand_that_wait_is_found_at_once() {
    let queue = Queue::new().await;
    let fill = |tx: &mut tuckbox::store::Tx<'_>| {
        let text = "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 100000) \
                    INSERT INTO _tb_jobs (kind, payload, due_at, most_attempts, created) \
                    SELECT 'test', '{}', ?, 1, 0 FROM n";
        tx.execute((text, &[Value::Int(i64::MAX / 2)]))
    };
    queue.store.write(WriteLane::Exclusive, fill).await.unwrap();
    let worker = Worker::at_once(|_| Ok(()));
    queue.start(&worker).await;
    let due = queue.add(job()).await;
    queue.settled(1).await;
    assert_eq!(*worker.begun.lock(), [(due, 1)]);
    assert_eq!(queue.left(), 100_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_of_jobs_never_come_back() {
    let queue = Queue::new().await;
    let worker = Worker::at_once(|_| Ok(()));
    queue.start(&worker).await;
    let first = queue.add(job()).await;
    queue.settled(1).await;
    assert!(queue.add(job()).await > first);
}

#[tokio::test(flavor = "multi_thread")]
async fn handlers_may_store_jobs_while_they_settle_and_while_they_run() {
    let queue = Queue::new().await;
    let gate = Arc::new(Semaphore::new(0));
    let (jobs, store, inner) = (queue.jobs.clone(), queue.store.clone(), Arc::clone(&gate));
    let worker = Arc::new(Worker::new(move |one| {
        let (jobs, store, gate, again) = (jobs.clone(), store.clone(), Arc::clone(&inner), one.payload["n"] == 1);
        Box::pin(async move {
            if again {
                let next = NewJob::new(KIND, json!({"n": 2}));
                store.write(WriteLane::Grouped, move |tx| jobs.enqueue(tx, &next)).await.unwrap();
            }
            gate.add_permits(1);
            Ok(())
        })
    }));
    queue.start(&worker).await;
    queue.add(job()).await;
    queue.settled(2).await;
    assert_eq!((worker.attempts(), gate.available_permits()), (vec![1, 1], 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_lease_of_long_work_is_renewed() {
    let poll = Duration::from_millis(20);
    let stop = Duration::from_millis(10);
    let queue = Queue::with(JobsOptions { poll, stop, lease: Duration::from_millis(10), ..quick() }).await;
    let endless = Arc::into_inner(Worker::endless()).unwrap();
    let worker = Arc::new(Worker { limit: Duration::from_secs(3600), ..endless });
    queue.start(&worker).await;
    queue.add(job()).await;
    until("the job to begin", || !worker.begun.lock().is_empty()).await;
    let lease_end = || number(&queue.store, "SELECT due_at FROM _tb_jobs");
    let first = lease_end();
    until("a longer lease", || lease_end() > first).await;
    assert_eq!(worker.attempts(), [1]);
    queue.jobs.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lease_that_is_over_by_the_clock_is_not_taken_from_work_that_goes_on() {
    let queue = Queue::with(JobsOptions { stop: Duration::from_millis(10), ..quick() }).await;
    let worker = Worker::new(|one| match one.payload["n"] == 1 {
        true => Box::pin(std::future::pending()),
        false => Box::pin(async { Ok(()) }),
    });
    let worker = Arc::new(worker);
    queue.start(&worker).await;
    let long = queue.add(job()).await;
    until("the job to begin", || !worker.begun.lock().is_empty()).await;
    // As if the clock had jumped.
    queue.store.write(WriteLane::Grouped, |tx| tx.execute("UPDATE _tb_jobs SET due_at = 1")).await.unwrap();
    let short = queue.add(NewJob::new(KIND, json!({"n": 2}))).await;
    queue.settled(1).await;
    assert_eq!(*worker.begun.lock(), [(long, 1), (short, 1)]);
    assert!(number(&queue.store, "SELECT due_at FROM _tb_jobs") > now());
    queue.jobs.stop().await;
}
