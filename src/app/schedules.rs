//! The schedules of the system, in the order in which they are listed: the contract's (`__pb…`) first, then ours
//! (`__tb…`). Ours are spread over the hour, so that not everything begins at once.

use std::sync::Arc;
use std::time::Duration;

use super::{Rooms, retention};
use crate::auth::Auth;
use crate::backups::Backups;
use crate::changes::{self, Retention};
use crate::cron::Expression;
use crate::crons::{Task, task, task_within};
use crate::error::Result;
use crate::files::Files;
use crate::logs::Logs;
use crate::rates::Rates;
use crate::records::{MFAS, OTPS};
use crate::settings::Values;
use crate::store::{Store, WriteLane};

/// What also runs at every start, since nobody else sees to it meanwhile.
pub(super) const AT_START: [&str; 4] = ["__pbMFACleanup__", "__pbOTPCleanup__", "__tbFeedTrim__", "__tbUploadsSweep__"];
/// How long a backup may take.
const BACKUP: Duration = Duration::from_secs(24 * 60 * 60);

/// Only listed once the limits were used.
const LIMITERS: &str = "__pbRateLimitersCleanup__";

/// Names all of them.
pub(super) fn register(rooms: &Rooms) {
    let crons = &rooms.crons;
    let (store, logs) = (rooms.store.clone(), rooms.logs.clone());
    crons.register("__pbDBOptimize__", at("0 0 * * *"), task(move || optimize(store.clone(), logs.clone())));
    crons.register("__pbMFACleanup__", at("0 * * * *"), clean_up(rooms.auth.clone(), MFAS));
    crons.register("__pbOTPCleanup__", at("0 * * * *"), clean_up(rooms.auth.clone(), OTPS));
    let logs = rooms.logs.clone();
    crons.register("__pbLogsCleanup__", at("0 */6 * * *"), task(move || clean_up_logs(logs.clone())));
    let backups = rooms.backups.clone();
    let due = |values: &Values| Expression::parse(&values.backups.cron);
    crons.register_by_setting("__pbAutoBackup__", due, task_within(BACKUP, move || back_up(backups.clone())));

    let rates = rooms.rates.clone();
    crons.register(LIMITERS, None, task(move || forget_windows(rates.clone())));
    let listed = crons.clone();
    rooms.rates.on_first_use(move || listed.reschedule(LIMITERS, at("2 * * * *")));

    let (store, retention) = (rooms.store.clone(), retention(&rooms.config));
    crons.register("__tbFeedTrim__", at("17 * * * *"), task(move || trim(store.clone(), retention)));
    let (store, files) = (rooms.store.clone(), rooms.files.clone());
    crons.register("__tbUploadsSweep__", at("37 * * * *"), task(move || sweep(files.clone(), store.clone())));
}

fn at(expression: &str) -> Option<Expression> {
    let parsed = Expression::parse(expression);
    debug_assert!(parsed.is_some(), "{expression}");
    parsed
}

/// The planner's statistics are looked after and the write-ahead log is emptied.
async fn optimize(store: Store, logs: Logs) -> Result<()> {
    store.optimize().await?;
    logs.optimize().await
}

/// What limits counted in windows that are over goes.
async fn forget_windows(rates: Rates) -> Result<()> {
    let windows = rates.sweep();
    tracing::debug!(windows, "windows of rate limits that are over were forgotten");
    Ok(())
}

/// One-time passwords or second factors that nobody can use any more go.
fn clean_up(auth: Auth, collection: &'static str) -> Arc<dyn Task> {
    task(move || {
        let auth = auth.clone();
        async move {
            let rows = auth.clean_up(collection).await?;
            if rows > 0 {
                tracing::info!(collection, rows, "what is expired was removed");
            }
            Ok(())
        }
    })
}

async fn back_up(backups: Backups) -> Result<()> {
    backups.run_scheduled().await
}

/// What is older than the logs are kept goes.
async fn clean_up_logs(logs: Logs) -> Result<()> {
    let entries = logs.clean_up().await?;
    if entries > 0 {
        tracing::info!(entries, "old entries of the log were removed");
    }
    Ok(())
}

/// Files whose upload came to nothing, and files that were dropped and could not be removed, go.
pub(super) async fn sweep(files: Files, store: Store) -> Result<()> {
    let names = files.sweep(&store).await?;
    if names > 0 {
        tracing::info!(names, "files that no record holds were removed");
    }
    Ok(())
}

/// Trims the feed step by step, so that other writes come in between.
async fn trim(store: Store, retention: Retention) -> Result<()> {
    let mut rows = 0;
    loop {
        match store.write(WriteLane::Grouped, move |tx| changes::trim(tx, retention)).await? {
            0 => break,
            step => rows += step,
        }
    }
    if rows > 0 {
        tracing::info!(rows, "the feed was trimmed");
    }
    Ok(())
}
