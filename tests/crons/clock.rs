//! When schedules are due: while the server runs, while it does not, and where the clock jumps.

use std::sync::Arc;

use serde_json::json;
use tempfile::TempDir;
use tuckbox::crons::{Outcome, Task};
use tuckbox::error::Error;
use tuckbox::settings::Change;

use super::{Counting, House, ID, MISSED, daily, expression, until};

/// As a clock that was years ahead left it.
const AHEAD: &str = "UPDATE _tb_crons SET next_due = 4102444800000, seen_until = 4102358400000 WHERE id = 'test'";

#[tokio::test(flavor = "multi_thread")]
async fn a_new_schedule_is_due_next_time_and_not_at_once() {
    let (dir, task) = (TempDir::new().unwrap(), Counting::at_once());
    let house = House::start(&dir, &task).await;
    let listed = house.listed();
    assert_eq!(listed.expression, "@daily");
    assert_eq!(listed.next_due, expression("@daily").next_after(tuckbox::time::now()));
    assert!(!listed.is_running && listed.last_started.is_none() && listed.last_run.is_none());
    assert_eq!(task.begun(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_due_runs_once_and_waits_for_the_next_time() {
    let (dir, task) = (TempDir::new().unwrap(), Counting::at_once());
    let house = House::start(&dir, &task).await;
    let next = house.listed().next_due;
    house.set(MISSED).await;
    assert_eq!(house.ended().await, Outcome::Done);
    // It looks again, and finds nothing.
    house.set(AHEAD).await;
    until("the right time", || house.listed().next_due == next).await;
    assert_eq!(task.begun(), 1);
    assert!(house.listed().last_started.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn times_that_were_missed_while_no_server_ran_are_one_run_at_the_start() {
    let (dir, task) = (TempDir::new().unwrap(), Counting::at_once());
    let house = House::start(&dir, &task).await;
    house.crons.stop().await;
    house.set(MISSED).await;
    house.stop().await;
    assert_eq!(task.begun(), 0);
    let house = House::start(&dir, &task).await;
    assert_eq!(house.ended().await, Outcome::Done);
    house.stop().await;
    // It was made up for: the next start finds nothing.
    let house = House::start(&dir, &task).await;
    assert!(!house.listed().is_running);
    assert_eq!(task.begun(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_due_time_of_a_clock_that_was_ahead_is_put_right() {
    let (dir, task) = (TempDir::new().unwrap(), Counting::at_once());
    let house = House::start(&dir, &task).await;
    let next = house.listed().next_due;
    house.set(AHEAD).await;
    until("the right time", || house.listed().next_due == next).await;
    assert_eq!(task.begun(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_expression_counts_at_once_and_none_is_no_schedule() {
    let (dir, task) = (TempDir::new().unwrap(), Counting::at_once());
    let house = House::start(&dir, &task).await;
    house.crons.reschedule(ID, Some(expression("@yearly")));
    let yearly = expression("@yearly").next_after(tuckbox::time::now());
    until("its due time", || house.listed().next_due == yearly).await;
    house.crons.reschedule(ID, None);
    assert!(house.crons.list().unwrap().is_empty());
    assert!(matches!(house.crons.run(ID).await, Err(Error::NotFound(_))));
    // What was due under the old one is not, under the same one again.
    let count = || {
        let read = house
            .store
            .read_here(|tx| tx.texts(&tuckbox::store::Sql::raw("SELECT id FROM _tb_crons WHERE next_due IS NULL")));
        read.unwrap().len()
    };
    until("the row", || count() == 1).await;
    house.set(MISSED).await;
    house.crons.reschedule(ID, daily());
    until("its due time", || house.listed().next_due == expression("@daily").next_after(tuckbox::time::now())).await;
    assert_eq!(task.begun(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schedule_by_a_setting_follows_the_settings() {
    let (dir, task) = (TempDir::new().unwrap(), Counting::at_once());
    let house = House::open(&dir).await;
    let setting = |values: &tuckbox::settings::Values| tuckbox::cron::Expression::parse(&values.backups.cron);
    house.crons.register_by_setting(ID, setting, Arc::clone(&task) as Arc<dyn Task>);
    house.run().await;
    assert!(house.crons.list().unwrap().is_empty());
    let change = |cron: &str| {
        let data = json!({"backups": {"cron": cron}}).as_object().cloned().unwrap_or_default();
        Change { data, ..Change::default() }
    };
    house.settings.update(change("@hourly")).await.unwrap();
    until("the schedule", || house.crons.list().unwrap().iter().any(|one| one.next_due.is_some())).await;
    assert_eq!(house.listed().expression, "@hourly");
    house.settings.update(change("")).await.unwrap();
    until("its end", || house.crons.list().unwrap().is_empty()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_never_be_due_is_listed_and_can_be_run() {
    let (dir, task) = (TempDir::new().unwrap(), Counting::at_once());
    let house = House::open(&dir).await;
    house.crons.register(ID, Some(expression("0 0 30 2 *")), Arc::clone(&task) as Arc<dyn Task>);
    house.run().await;
    assert_eq!(house.listed().next_due, None);
    house.crons.run(ID).await.unwrap();
    assert_eq!(house.ended().await, Outcome::Done);
}

#[tokio::test(flavor = "multi_thread")]
async fn schedules_of_the_app_come_first_by_id_then_those_of_the_system_as_they_were_named() {
    let (dir, task) = (TempDir::new().unwrap(), Counting::at_once());
    let house = House::open(&dir).await;
    for id in ["__tbTwo__", "__pbZ__", "zebra", "__pbA__", "ant", "__tbOne__", "_pb"] {
        house.crons.register(id, daily(), Arc::clone(&task) as Arc<dyn Task>);
    }
    let ids: Vec<_> = house.crons.list().unwrap().into_iter().map(|one| one.id).collect();
    assert_eq!(ids, ["_pb", "ant", "zebra", "__pbZ__", "__pbA__", "__tbTwo__", "__tbOne__"]);
}
