//! Schedules: what is done at certain times, and that it is done once each time.
//!
//! A schedule is an id, an expression (`crate::cron`) and a [`Task`]; `app/schedules.rs` names them. When each is due, and what
//! came of its last run, is a row of ours (`table.rs`). A clock in UTC (`clock.rs`) has the rows looked through every
//! minute; what is due (`due.rs`) becomes a job of `crate::jobs` in the transaction that moves the due time on, so that
//! a crash neither loses a run nor doubles it, and the job runs the task (`run.rs`).
//!
//! What must stay true: a schedule has one run at a time. A due time that comes while one is under way is passed over;
//! due times that pass while no server runs are made up for by one run at the start. A run that failed is not repeated
//! before the next due time; one that the end of the process cut short is.

mod clock;
mod due;
mod list;
mod run;
mod table;
mod task;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use parking_lot::{Mutex, RwLock};
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;

pub use list::{Listed, Outcome, Run};
pub use task::{Task, task, task_within};

use crate::cron::Expression;
use crate::error::{Error, Result};
use crate::jobs::{Jobs, NewJob};
use crate::settings::{Settings, Values};
use crate::store::{Store, Tx, WriteLane};
use crate::time;

/// The kind of job that a run is.
pub const CRON: &str = "cron";

/// How often a run is begun where the process ends in the middle of it.
const MOST_ATTEMPTS: u32 = 5;

/// The room of schedules.
#[derive(Clone)]
pub struct Crons {
    parts: Arc<Parts>,
}

struct Parts {
    store: Store,
    jobs: Jobs,
    settings: Settings,
    /// In the order in which they were named.
    schedules: RwLock<Vec<Schedule>>,
    /// Rung when a row may have to be looked at.
    bell: Notify,
    stopping: watch::Sender<bool>,
    clock: Mutex<Option<JoinHandle<()>>>,
    /// When the rows were last looked through, and whether that went well.
    looked: Mutex<Option<Instant>>,
    in_trouble: AtomicBool,
}

/// A schedule that somebody named.
#[derive(Clone)]
struct Schedule {
    id: Arc<str>,
    /// `None` is no schedule for the time being.
    expression: Option<Expression>,
    /// Where the expression is a setting.
    setting: Option<fn(&Values) -> Option<Expression>>,
    task: Arc<dyn Task>,
}

impl Crons {
    /// The room. Nothing runs before [`Crons::start`]; `jobs` must be those that run beside it.
    pub fn new(store: Store, jobs: Jobs, settings: Settings) -> Self {
        let parts = Parts {
            store,
            jobs: jobs.clone(),
            settings,
            schedules: RwLock::default(),
            bell: Notify::new(),
            stopping: watch::Sender::new(false),
            clock: Mutex::default(),
            looked: Mutex::default(),
            in_trouble: AtomicBool::new(false),
        };
        let room = Self { parts: Arc::new(parts) };
        jobs.handle(CRON, run::runner(&room.parts));
        room
    }

    /// Names a schedule. Without an expression it is not listed and never due, until it gets one. Ids that begin with
    /// `__pb` and `__tb` are those of the system. A second schedule of an id takes the place of the first.
    pub fn register(&self, id: &str, expression: Option<Expression>, task: Arc<dyn Task>) {
        self.put(Schedule { id: id.into(), expression, setting: None, task });
    }

    /// Names a schedule whose expression is a setting: it is asked for anew whenever the settings are saved.
    pub fn register_by_setting(&self, id: &str, setting: fn(&Values) -> Option<Expression>, task: Arc<dyn Task>) {
        let expression = setting(&self.parts.settings.current());
        self.put(Schedule { id: id.into(), expression, setting: Some(setting), task });
    }

    /// Gives a schedule another expression, or none for the time being. A run that is under way goes on.
    pub fn reschedule(&self, id: &str, expression: Option<Expression>) {
        let mut schedules = self.parts.schedules.write();
        if let Some(schedule) = schedules.iter_mut().find(|schedule| *schedule.id == *id)
            && schedule.expression != expression
        {
            schedule.expression = expression;
            drop(schedules);
            self.wake();
        }
    }

    /// Has a schedule run now, beside its due times; it answers once that is stored. Where a run waits already, that is
    /// the one; where one is under way, another one follows.
    ///
    /// # Errors
    /// `NotFound` where nothing of that id is scheduled; what the database says.
    pub async fn run(&self, id: &str) -> Result<()> {
        let known = self.parts.schedules.read().iter().any(|one| *one.id == *id && one.expression.is_some());
        if !known {
            return Err(Error::not_found());
        }
        let (room, id) = (self.clone(), id.to_owned());
        self.parts.store.write(WriteLane::Grouped, move |tx| room.ask(tx, &id)).await
    }

    /// All schedules that have an expression, with what came of their last runs: those of the app by id, then those of
    /// the system in the order in which they were named.
    ///
    /// # Errors
    /// What the database says.
    pub fn list(&self) -> Result<Vec<Listed>> {
        list::list(&self.parts)
    }

    /// Has the rows looked through now: another process may have changed them.
    pub fn wake(&self) {
        self.parts.bell.notify_one();
    }

    /// When the rows were last looked through, and whether that went well; `None` before the start.
    pub fn looked(&self) -> Option<(Duration, bool)> {
        let looked = (*self.parts.looked.lock())?;
        Some((looked.elapsed(), !self.parts.in_trouble.load(Ordering::Relaxed)))
    }

    /// Looks what is due already, and starts the clock.
    ///
    /// # Errors
    /// The rows cannot be read or written.
    pub async fn start(&self) -> Result<()> {
        let settings = self.parts.settings.changes();
        clock::follow(&self.parts, &self.parts.settings.current());
        clock::look(&self.parts).await?;
        *self.parts.clock.lock() = Some(tokio::spawn(clock::run(Arc::clone(&self.parts), settings)));
        Ok(())
    }

    /// Stores no more runs of what is due; those that fail from now on are repeated at the next start.
    pub fn begin_to_stop(&self) {
        self.parts.stopping.send_replace(true);
    }

    /// Stops the clock. Runs are jobs, and end as those do.
    pub async fn stop(&self) {
        self.begin_to_stop();
        let clock = self.parts.clock.lock().take();
        if let Some(clock) = clock
            && clock.await.is_err()
        {
            tracing::error!("the clock of schedules had ended by a panic");
        }
    }

    fn put(&self, schedule: Schedule) {
        let mut schedules = self.parts.schedules.write();
        match schedules.iter_mut().find(|known| known.id == schedule.id) {
            Some(known) => *known = schedule,
            None => schedules.push(schedule),
        }
        drop(schedules);
        self.wake();
    }

    fn ask(&self, tx: &mut Tx<'_>, id: &str) -> Result<()> {
        let row = table::one(tx, id)?;
        if let Some(row) = &row
            && let Some(job) = row.job
            && self.parts.jobs.is_stored(tx, job)?
        {
            return if row.is_under_way() { table::ask(tx, id) } else { Ok(()) };
        }
        self.parts.enqueue(tx, id, None).map(drop)
    }
}

impl Parts {
    fn task(&self, id: &str) -> Option<Arc<dyn Task>> {
        let schedules = self.schedules.read();
        schedules.iter().find(|schedule| *schedule.id == *id).map(|schedule| Arc::clone(&schedule.task))
    }

    /// Stores a run, and notes it with its schedule.
    fn enqueue(&self, tx: &mut Tx<'_>, id: &str, due: Option<i64>) -> Result<()> {
        let payload = run::payload(id, due);
        let job = self.jobs.enqueue(tx, &NewJob { most_attempts: MOST_ATTEMPTS, ..NewJob::new(CRON, payload) })?;
        table::set_job(tx, id, job)
    }
}

/// Now, as rows count time.
fn now() -> i64 {
    time::now().timestamp_millis()
}
