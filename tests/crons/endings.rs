//! What comes of runs.

use std::sync::Arc;
use std::time::Duration;

use tempfile::TempDir;
use tuckbox::crons::{Outcome, Task};
use tuckbox::error::Error;

use super::{Counting, House, ID, daily};

async fn outcome_of(task: Arc<Counting>) -> (House, Outcome, TempDir) {
    let dir = TempDir::new().unwrap();
    let house = House::start(&dir, &task).await;
    house.crons.run(ID).await.unwrap();
    let outcome = house.ended().await;
    (house, outcome, dir)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_is_kept_with_its_reason_and_not_repeated() {
    let task = Counting::new(|run| {
        Box::pin(async move { if run == 1 { Err(Error::Unavailable("no disk".into())) } else { Ok(()) } })
    });
    let (house, outcome, _dir) = outcome_of(Arc::clone(&task)).await;
    assert_eq!(outcome, Outcome::Failed("unavailable: no disk".to_owned()));
    assert_eq!(task.begun(), 1);
    house.crons.run(ID).await.unwrap();
    super::until("a good end", || house.listed().last_run.is_some_and(|run| run.outcome == Outcome::Done)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_is_a_failure_like_another() {
    let task = Counting::new(|_| panic!("on purpose"));
    let (_house, outcome, _dir) = outcome_of(Arc::clone(&task)).await;
    assert_eq!(outcome, Outcome::Failed("the task panicked".to_owned()));
    assert_eq!(task.begun(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_takes_longer_than_it_may_is_ended() {
    let endless = Arc::into_inner(Counting::endless()).unwrap();
    let task = Arc::new(Counting { limit: Duration::from_millis(20), ..endless });
    let (_house, outcome, _dir) = outcome_of(Arc::clone(&task)).await;
    let Outcome::Failed(reason) = outcome else { panic!("it did not fail") };
    assert!(reason.contains("longer than"), "{reason}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_run_of_a_schedule_that_nobody_knows_any_more_ends() {
    let (dir, task) = (TempDir::new().unwrap(), Counting::at_once());
    let house = House::open(&dir).await;
    house.crons.register(ID, daily(), Arc::clone(&task) as Arc<dyn Task>);
    house.crons.start().await.unwrap();
    house.crons.run(ID).await.unwrap();
    house.stop().await;
    let house = House::open(&dir).await;
    house.run().await;
    let left = || house.jobs.backlog().unwrap().due;
    super::until("its end", || left() == 0).await;
    house.stop().await;
    // Its row is still there when it comes back.
    let house = House::start(&dir, &task).await;
    let Outcome::Failed(reason) = house.ended().await else { panic!("it did not fail") };
    assert!(reason.contains("known"), "{reason}");
    assert_eq!(task.begun(), 0);
}
