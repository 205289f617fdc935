//! How jobs end: done, failed, expired; and how often they are tried before.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tuckbox::jobs::{Backoff, Failure, JobsOptions, NewJob};

use super::{Queue, Worker, job, now, quick, texts, until};

fn again() -> Result<(), Failure> {
    Err(Failure::Again("not yet".into()))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_fails_is_tried_again_until_it_is_done() {
    let queue = Queue::new().await;
    let worker = Worker::at_once(|job| if job.attempt < 4 { again() } else { Ok(()) });
    queue.start(&worker).await;
    queue.add(job()).await;
    assert_eq!(queue.settled(1).await, ["Done"]);
    assert_eq!(worker.attempts(), [1, 2, 3, 4]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_whose_attempts_are_used_up_ends_as_failed() {
    let queue = Queue::new().await;
    let worker = Worker::at_once(|_| again());
    queue.start(&worker).await;
    queue.add(NewJob { most_attempts: 3, ..job() }).await;
    assert_eq!(queue.settled(1).await, ["Failed(\"not yet\")"]);
    assert_eq!((worker.attempts(), queue.left()), (vec![1, 2, 3], 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_can_never_be_done_is_not_tried_again() {
    let queue = Queue::new().await;
    let worker = Worker::at_once(|_| Err(Failure::Never("no such person".into())));
    queue.start(&worker).await;
    queue.add(job()).await;
    assert_eq!(queue.settled(1).await, ["Failed(\"no such person\")"]);
    assert_eq!(worker.attempts(), [1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn why_the_last_attempt_failed_is_kept_while_the_job_waits() {
    let backoff = Backoff { first: Duration::from_secs(3600), longest: Duration::from_secs(3600) };
    let queue = Queue::with(JobsOptions { backoff, ..quick() }).await;
    let worker = Worker::at_once(|_| again());
    queue.start(&worker).await;
    queue.add(job()).await;
    let errors = || texts(&queue.store, "SELECT coalesce(error, '') FROM _tb_jobs WHERE owner IS NULL");
    until("the reason", || errors() == ["not yet"]).await;
    assert!(queue.outcomes().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expired_job_ends_without_running() {
    let queue = Queue::new().await;
    let worker = Worker::at_once(|_| Ok(()));
    queue.add(NewJob { expires_at_ms: Some(now() - 1), ..job() }).await;
    queue.start(&worker).await;
    assert_eq!(queue.settled(1).await, ["Expired"]);
    assert_eq!((worker.attempts(), queue.left()), (vec![], 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_expires_in_time_though_its_next_attempt_is_far() {
    let backoff = Backoff { first: Duration::from_secs(3600), longest: Duration::from_secs(3600) };
    let queue = Queue::with(JobsOptions { backoff, ..quick() }).await;
    let worker = Worker::at_once(|_| again());
    queue.start(&worker).await;
    queue.add(NewJob { expires_at_ms: Some(now() + 2000), ..job() }).await;
    assert_eq!(queue.settled(1).await, ["Expired"]);
    assert_eq!(worker.attempts(), [1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn attack_31_a_panic_is_a_failed_attempt_and_the_others_go_on() {
    let queue = Queue::new().await;
    let worker = Arc::new(Worker::new(|job| {
        assert!(job.payload["n"] != "before", "on purpose, before there is anything to wait for");
        let panics = job.payload["n"] == "within" && job.attempt < 3;
        Box::pin(async move {
            tokio::task::yield_now().await;
            assert!(!panics, "on purpose, while it runs");
            Ok(())
        })
    }));
    queue.start(&worker).await;
    let with = |n: &str| NewJob { most_attempts: 3, ..NewJob::new(super::KIND, serde_json::json!({"n": n})) };
    queue.add(with("before")).await;
    queue.add(with("within")).await;
    for _ in 0..5 {
        queue.add(job()).await;
    }
    let mut outcomes = queue.settled(7).await;
    outcomes.sort();
    assert_eq!(outcomes[..6], ["Done"; 6]);
    assert_eq!(outcomes[6], "Failed(\"the handler panicked\")");
    assert_eq!(queue.left(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn work_that_takes_too_long_is_a_failed_attempt() {
    let queue = Queue::new().await;
    let endless = Arc::into_inner(Worker::endless()).unwrap();
    let worker = Arc::new(Worker { limit: Duration::from_millis(20), ..endless });
    queue.start(&worker).await;
    queue.add(NewJob { most_attempts: 2, ..job() }).await;
    let outcomes = queue.settled(1).await;
    assert!(outcomes[0].contains("took longer"), "{outcomes:?}");
    assert_eq!(worker.attempts(), [1, 2]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outcome_that_cannot_be_settled_leaves_nothing_and_is_tried_again() {
    let queue = Queue::new().await;
    let worker = Worker::at_once(|_| Ok(()));
    worker.unsettled.store(2, Ordering::SeqCst);
    queue.start(&worker).await;
    queue.add(job()).await;
    assert_eq!(queue.settled(1).await, ["Done"]);
    assert_eq!((worker.attempts(), queue.left()), (vec![1, 2, 3], 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_can_never_be_settled_does_not_stay_for_ever() {
    let queue = Queue::new().await;
    let worker = Worker::at_once(|_| Ok(()));
    worker.unsettled.store(usize::MAX, Ordering::SeqCst);
    queue.start(&worker).await;
    queue.add(NewJob { most_attempts: 2, ..job() }).await;
    until("its end", || queue.left() == 0).await;
    assert_eq!((worker.attempts(), queue.outcomes()), (vec![1, 2], vec![]));
}
