//! A schedule has one run at a time, whoever asks for it and whatever happens to the process.

use std::sync::Arc;

use tempfile::TempDir;
use tuckbox::crons::{Outcome, Task};

use super::{Counting, House, ID, MISSED, daily, until};

#[tokio::test(flavor = "multi_thread")]
async fn a_due_time_during_a_run_is_passed_over() {
    let dir = TempDir::new().unwrap();
    let (task, gate) = Counting::gated();
    let house = House::start(&dir, &task).await;
    house.crons.run(ID).await.unwrap();
    until("the run", || task.begun() == 1).await;
    let next = house.listed().next_due;
    house.set(MISSED).await;
    until("the next time", || house.listed().next_due == next).await;
    gate.add_permits(10);
    assert_eq!(house.ended().await, Outcome::Done);
    assert_eq!(task.begun(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_during_a_run_gets_another_one_after_it_and_several_share_it() {
    let dir = TempDir::new().unwrap();
    let (task, gate) = Counting::gated();
    let house = House::start(&dir, &task).await;
    house.crons.run(ID).await.unwrap();
    until("the run", || house.listed().last_started.is_some() && task.begun() == 1).await;
    for _ in 0..5 {
        house.crons.run(ID).await.unwrap();
    }
    assert_eq!(task.begun(), 1);
    gate.add_permits(10);
    until("both runs", || task.begun() == 2 && !house.listed().is_running).await;
    assert_eq!(gate.available_permits(), 8);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_who_ask_before_it_begins_share_one_run() {
    let (dir, task) = (TempDir::new().unwrap(), Counting::at_once());
    let house = House::open(&dir).await;
    house.crons.register(ID, daily(), Arc::clone(&task) as Arc<dyn Task>);
    house.crons.start().await.unwrap();
    for _ in 0..5 {
        house.crons.run(ID).await.unwrap();
    }
    house.set(MISSED).await;
    assert!(house.listed().is_running);
    house.jobs.start().await.unwrap();
    house.ended().await;
    assert_eq!(task.begun(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn schedules_do_not_wait_for_each_other() {
    let (dir, stuck, task) = (TempDir::new().unwrap(), Counting::endless(), Counting::at_once());
    let house = House::open(&dir).await;
    house.crons.register("stuck", daily(), Arc::clone(&stuck) as Arc<dyn Task>);
    house.crons.register(ID, daily(), Arc::clone(&task) as Arc<dyn Task>);
    house.run().await;
    house.crons.run("stuck").await.unwrap();
    until("the stuck one", || stuck.begun() == 1).await;
    house.crons.run(ID).await.unwrap();
    assert_eq!(house.ended().await, Outcome::Done);
    house.stop().await;
}

/// Has something done in a runtime that is cut off then, as the process would be by `kill -9`.
fn killed<R: Future<Output = House>>(work: impl FnOnce() -> R) {
    tokio::task::block_in_place(|| {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let house = runtime.block_on(work());
        runtime.shutdown_background();
        drop(house);
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_between_the_due_time_and_its_run_loses_nothing_and_doubles_nothing() {
    let (dir, task) = (TempDir::new().unwrap(), Counting::at_once());
    killed(|| async {
        let house = House::open(&dir).await;
        house.crons.register(ID, daily(), Arc::clone(&task) as Arc<dyn Task>);
        // Nothing runs the jobs.
        house.crons.start().await.unwrap();
        house.set(MISSED).await;
        until("the stored run", || house.listed().is_running).await;
        house
    });
    assert_eq!(task.begun(), 0);
    let house = House::start(&dir, &task).await;
    assert_eq!(house.ended().await, Outcome::Done);
    assert_eq!(task.begun(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_a_crash_cut_short_is_run_again() {
    let (dir, stuck) = (TempDir::new().unwrap(), Counting::endless());
    killed(|| async {
        let house = House::start(&dir, &stuck).await;
        house.set(MISSED).await;
        until("the run", || stuck.begun() == 1).await;
        house
    });
    let task = Counting::at_once();
    let house = House::start(&dir, &task).await;
    assert_eq!(house.ended().await, Outcome::Done);
    assert_eq!(task.begun(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_kills_the_process_each_time_is_given_up() {
    let dir = TempDir::new().unwrap();
    for round in 0..5 {
        let stuck = Counting::endless();
        killed(|| async {
            let house = House::start(&dir, &stuck).await;
            if round == 0 {
                house.set(MISSED).await;
            }
            until("the run", || stuck.begun() == 1).await;
            house
        });
    }
    let task = Counting::at_once();
    let house = House::start(&dir, &task).await;
    let Outcome::Failed(reason) = house.ended().await else { panic!("it did not fail") };
    assert!(reason.contains("the process ended"), "{reason}");
    assert_eq!(task.begun(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_a_stop_cut_short_is_run_again_however_often() {
    let dir = TempDir::new().unwrap();
    for round in 0..7 {
        let stuck = Counting::endless();
        let house = House::start(&dir, &stuck).await;
        if round == 0 {
            house.set(MISSED).await;
        }
        until("the run", || stuck.begun() == 1).await;
        house.stop().await;
    }
    let task = Counting::at_once();
    let house = House::start(&dir, &task).await;
    assert_eq!(house.ended().await, Outcome::Done);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_somebody_removed_by_hand_holds_nothing_up() {
    let (dir, task) = (TempDir::new().unwrap(), Counting::at_once());
    let house = House::open(&dir).await;
    house.crons.register(ID, daily(), Arc::clone(&task) as Arc<dyn Task>);
    house.crons.start().await.unwrap();
    house.crons.run(ID).await.unwrap();
    house.set("DELETE FROM _tb_jobs").await;
    assert!(!house.listed().is_running);
    house.jobs.start().await.unwrap();
    house.set(MISSED).await;
    assert_eq!(house.ended().await, Outcome::Done);
    assert_eq!(task.begun(), 1);
}
