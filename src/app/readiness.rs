//! Whether each part of a server does its work, in a word and a sentence.
//!
//! Whoever asks often must not make the server work: what a part said is kept for a while, and those who ask at once
//! share one look, which ends also when they have gone.

use std::fmt::Display;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::future::{BoxFuture, join_all};
use parking_lot::Mutex;

use super::App;
use crate::error::{Error, Result};
use crate::jobs::Backlog;
use crate::store::WriteLane;

/// How long a part may take to answer.
const LIMIT: Duration = Duration::from_secs(3);
/// How long an answer is kept.
const KEPT: Duration = Duration::from_secs(5);
/// How long it is kept where another service was asked.
const KEPT_OF_OTHERS: Duration = Duration::from_secs(60);

/// How many changes a follower may be behind.
const MUCH_BEHIND: i64 = 10_000;
/// How long a job that is due may wait for its turn.
const LONG_WAIT: Duration = Duration::from_secs(5 * 60);
/// How long nobody may look which schedules are due.
const LONG_SILENCE: Duration = Duration::from_secs(3 * 60);

/// How many entries of the log may wait to be written.
const MANY_ENTRIES: u64 = 1000;

/// A part of the server, and how it is.
#[derive(Debug, Clone)]
pub struct Part {
    /// Its name.
    pub name: &'static str,
    /// How it is.
    pub state: Condition,
    /// One sentence about it.
    pub detail: String,
}

/// How a part is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Condition {
    /// It does its work.
    Ready,
    /// It does it late, or not all of it.
    Degraded,
    /// It does not.
    Down,
}

/// What a look at a part says.
type Said = (Condition, String);

/// A part that can be looked at.
struct Probe {
    name: &'static str,
    kept: Duration,
    look: fn(App) -> BoxFuture<'static, Said>,
}

/// All parts, in the order in which they are listed.
const PROBES: &[Probe] = &[
    Probe { name: "database", kept: KEPT, look: |app| Box::pin(database(app)) },
    Probe { name: "feed", kept: KEPT, look: |app| Box::pin(async move { said(feed(&app)) }) },
    Probe { name: "jobs", kept: KEPT, look: |app| Box::pin(async move { said(jobs(&app)) }) },
    Probe { name: "schedules", kept: KEPT, look: |app| Box::pin(async move { schedules(&app) }) },
    Probe { name: "files", kept: KEPT_OF_OTHERS, look: |app| Box::pin(files(app)) },
    Probe { name: "logs", kept: KEPT, look: |app| Box::pin(async move { logs(&app) }) },
    Probe { name: "mail", kept: KEPT, look: |app| Box::pin(async move { mail(&app) }) },
];

/// What the parts said the last time.
#[derive(Default)]
pub(super) struct Readiness(Mutex<Vec<Arc<Kept>>>);

/// What a part said, and when.
#[derive(Default)]
struct Kept {
    answer: Mutex<Option<(Instant, Said)>>,
    /// Who holds it looks; the others wait.
    turn: tokio::sync::Mutex<()>,
}

impl Kept {
    fn fresh(&self, kept: Duration) -> Option<Said> {
        let answer = self.answer.lock();
        answer.as_ref().filter(|(at, _)| at.elapsed() < kept).map(|(_, said)| said.clone())
    }
}

impl Readiness {
    fn of(&self, at: usize) -> Arc<Kept> {
        let mut all = self.0.lock();
        if all.len() <= at {
            all.resize_with(PROBES.len(), Arc::default);
        }
        Arc::clone(&all[at])
    }
}

impl App {
    /// How each part is, as of a few seconds ago at most; of other services, of a minute ago.
    pub async fn readiness(&self) -> Vec<Part> {
        join_all(PROBES.iter().enumerate().map(|(at, probe)| self.part(at, probe))).await
    }

    async fn part(&self, at: usize, probe: &'static Probe) -> Part {
        let kept = self.readiness.of(at);
        let (state, detail) = match kept.fresh(probe.kept) {
            Some(said) => said,
            None => {
                // On a task of its own: where the asker goes, the next one finds the answer.
                let look = tokio::spawn(look(self.clone(), kept, probe));
                look.await.unwrap_or_else(|_| (Condition::Down, "Looking at it failed.".to_owned()))
            }
        };
        Part { name: probe.name, state, detail }
    }
}

async fn look(app: App, kept: Arc<Kept>, probe: &'static Probe) -> Said {
    let _turn = kept.turn.lock().await;
    if let Some(said) = kept.fresh(probe.kept) {
        return said;
    }
    let said = match tokio::time::timeout(LIMIT, (probe.look)(app)).await {
        Ok(said) => said,
        Err(_) => (Condition::Degraded, format!("It has not answered within {} s.", LIMIT.as_secs())),
    };
    *kept.answer.lock() = Some((Instant::now(), said.clone()));
    said
}

fn said(result: Result<Said>) -> Said {
    result.unwrap_or_else(|error| down(&error))
}

fn down(error: &Error) -> Said {
    (Condition::Down, sentence(error))
}

fn sentence(what: impl Display) -> String {
    let mut text = what.to_string();
    if let Some(first) = text.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    if !text.ends_with('.') {
        text.push('.');
    }
    text
}

/// A write that writes nothing: it costs a turn of the writer, and no flush.
async fn database(app: App) -> Said {
    match app.store.write(WriteLane::Grouped, |_| Ok(())).await {
        Ok(()) => (Condition::Ready, "It takes writes.".to_owned()),
        Err(error) => down(&error),
    }
}

fn feed(app: &App) -> Result<Said> {
    let lags = app.feed.lags()?;
    let Some(slowest) = lags.iter().max_by_key(|lag| lag.changes) else {
        return Ok((Condition::Ready, "Nobody follows it.".to_owned()));
    };
    let count = lags.len();
    let state = if slowest.changes >= MUCH_BEHIND { Condition::Degraded } else { Condition::Ready };
    let detail = match slowest.changes {
        0 => format!("None of {count} followers is behind."),
        changes => format!("Of {count} followers, {} is {changes} changes behind.", slowest.follower),
    };
    Ok((state, detail))
}

fn jobs(app: &App) -> Result<Said> {
    if !app.jobs.is_running() {
        return Ok((Condition::Down, "No jobs are run.".to_owned()));
    }
    let backlog = app.jobs.backlog()?;
    let state = if backlog.oldest >= LONG_WAIT { Condition::Degraded } else { Condition::Ready };
    let detail = match backlog.due {
        0 => "No job waits for its turn.".to_owned(),
        due => {
            let more = if due >= Backlog::MOST { "or more " } else { "" };
            format!("{due} {more}jobs wait for their turn, the first of them for {} s.", backlog.oldest.as_secs())
        }
    };
    Ok((state, detail))
}

fn schedules(app: &App) -> Said {
    match app.crons.looked() {
        None => (Condition::Down, "The clock does not run.".to_owned()),
        Some((_, false)) => (Condition::Degraded, "It could not be seen which schedules are due.".to_owned()),
        Some((ago, true)) if ago >= LONG_SILENCE => {
            (Condition::Degraded, format!("The clock has been silent for {} s.", ago.as_secs()))
        }
        Some((ago, true)) => (Condition::Ready, format!("It was looked {} s ago which are due.", ago.as_secs())),
    }
}

async fn files(app: App) -> Said {
    match app.files.reach().await {
        Ok(place) => (Condition::Ready, format!("They lie on {place}, which can be reached.")),
        Err(error) => down(&error),
    }
}

fn logs(app: &App) -> Said {
    let state = app.logs.state();
    match (state.is_open, state.trouble) {
        (false, trouble) => {
            let why = trouble.map(|trouble| format!(" {}", sentence(trouble))).unwrap_or_default();
            (Condition::Down, format!("Nothing is kept, since their database cannot be used.{why}"))
        }
        (true, Some(trouble)) => {
            let (unwritten, trouble) = (state.unwritten, sentence(trouble));
            (Condition::Degraded, format!("{unwritten} entries could not be written yet: {trouble}"))
        }
        (true, None) if app.settings.current().logs.max_days == 0 => {
            (Condition::Ready, "None are kept, as the settings want it.".to_owned())
        }
        (true, None) if state.unwritten >= MANY_ENTRIES => {
            (Condition::Degraded, format!("{} entries wait to be written.", state.unwritten))
        }
        (true, None) => (Condition::Ready, "They are written as they come.".to_owned()),
    }
}

fn mail(app: &App) -> Said {
    let way = app.mail.way();
    match (way.to, way.trouble) {
        (None, _) => {
            (Condition::Down, "No mail server is enabled in the settings, and this machine has no sendmail.".to_owned())
        }
        (Some(_), Some(trouble)) => (Condition::Degraded, format!("The last mail was not sent: {}", sentence(trouble))),
        (Some(to), None) => (Condition::Ready, format!("Mails go to {to}.")),
    }
}
