//! The tables `_tb_crons`, a row for each schedule, and `_tb_cron_runs`, a row for each of its last runs.

use super::due::Known;
use crate::error::Result;
use crate::store::{Row, Tx, Value, ValueRef};

const COLUMNS: &str = "id, expression, next_due, seen_until, job, begun, asked, started, ended, outcome, error";

/// How many runs of a schedule are kept.
const KEPT: i64 = 5;

/// What is stored of a run that has ended.
#[derive(Debug)]
pub(super) struct StoredRun {
    pub(super) schedule: String,
    pub(super) started: Option<i64>,
    pub(super) ended: Option<i64>,
    pub(super) outcome: Option<String>,
    pub(super) error: Option<String>,
}

/// What is stored of a schedule.
#[derive(Debug, Default)]
pub(super) struct Stored {
    pub(super) id: String,
    pub(super) expression: Option<String>,
    pub(super) next_due: Option<i64>,
    pub(super) seen_until: Option<i64>,
    pub(super) job: Option<i64>,
    pub(super) begun: Option<i64>,
    pub(super) asked: bool,
    pub(super) started: Option<i64>,
    pub(super) ended: Option<i64>,
    pub(super) outcome: Option<String>,
    pub(super) error: Option<String>,
}

impl Stored {
    /// Whether its run has begun, if the job is still there.
    pub(super) fn is_under_way(&self) -> bool {
        self.job.is_some() && self.job == self.begun
    }

    pub(super) fn known(&self) -> Known<'_> {
        Known { expression: self.expression.as_deref(), next_due: self.next_due, seen_until: self.seen_until }
    }

    fn of(row: &Row<'_>) -> Self {
        Self {
            id: row.get(0).as_text().to_owned(),
            expression: text(row, 1),
            next_due: number(row, 2),
            seen_until: number(row, 3),
            job: number(row, 4),
            begun: number(row, 5),
            asked: number(row, 6).is_some_and(|asked| asked != 0),
            started: number(row, 7),
            ended: number(row, 8),
            outcome: text(row, 9),
            error: text(row, 10),
        }
    }
}

/// All rows.
pub(super) fn all(tx: &mut Tx<'_>) -> Result<Vec<Stored>> {
    let mut rows = Vec::new();
    tx.rows(format!("SELECT {COLUMNS} FROM _tb_crons").as_str(), |row| {
        rows.push(Stored::of(row));
        Ok(())
    })?;
    Ok(rows)
}

/// The row of a schedule.
pub(super) fn one(tx: &mut Tx<'_>, id: &str) -> Result<Option<Stored>> {
    let text = format!("SELECT {COLUMNS} FROM _tb_crons WHERE id = ?");
    tx.row((text.as_str(), &[id.into()]), |row| Ok(Stored::of(row)))
}

/// Sets what a schedule is due by, and when next.
pub(super) fn schedule(tx: &mut Tx<'_>, id: &str, expression: Option<&str>, next_due: Option<i64>) -> Result<()> {
    let text = "INSERT INTO _tb_crons (id, expression, next_due) VALUES (?, ?, ?) \
                ON CONFLICT (id) DO UPDATE SET expression = excluded.expression, next_due = excluded.next_due";
    let values: [Value; 3] = [id.into(), expression.map_or(Value::Null, Value::from), whole(next_due)];
    tx.execute((text, &values)).map(drop)
}

/// Moves the due time on: those up to now have been seen to.
pub(super) fn move_on(tx: &mut Tx<'_>, id: &str, next_due: Option<i64>, now: i64) -> Result<()> {
    let text = "UPDATE _tb_crons SET next_due = ?, seen_until = ? WHERE id = ?";
    tx.execute((text, &[whole(next_due), now.into(), id.into()])).map(drop)
}

/// Notes the job of a run.
pub(super) fn set_job(tx: &mut Tx<'_>, id: &str, job: i64) -> Result<()> {
    let text = "INSERT INTO _tb_crons (id, job) VALUES (?, ?) \
                ON CONFLICT (id) DO UPDATE SET job = excluded.job, begun = NULL, asked = 0";
    tx.execute((text, &[id.into(), job.into()])).map(drop)
}

/// Notes that somebody wants another run after the one under way.
pub(super) fn ask(tx: &mut Tx<'_>, id: &str) -> Result<()> {
    tx.execute(("UPDATE _tb_crons SET asked = 1 WHERE id = ?", &[id.into()])).map(drop)
}

/// Notes that a run begins.
pub(super) fn begin(tx: &mut Tx<'_>, id: &str, job: i64, now: i64) -> Result<()> {
    let text = "UPDATE _tb_crons SET begun = job, started = ? WHERE id = ? AND job = ?";
    tx.execute((text, &[now.into(), id.into(), job.into()])).map(drop)
}

/// Notes how a run ended, and forgets those of the schedule that are too many then.
pub(super) fn end(tx: &mut Tx<'_>, id: &str, job: i64, now: i64, outcome: &str, error: Option<&str>) -> Result<()> {
    let kept = "INSERT INTO _tb_cron_runs (schedule, started, ended, outcome, error) \
                SELECT id, CASE WHEN begun = job THEN started END, ?, ?, ? FROM _tb_crons WHERE id = ? AND job = ?";
    let reason = || error.map_or(Value::Null, Value::from);
    tx.execute((kept, &[now.into(), outcome.into(), reason(), id.into(), job.into()]))?;
    let surplus = "DELETE FROM _tb_cron_runs WHERE schedule = ? AND number NOT IN \
                   (SELECT number FROM _tb_cron_runs WHERE schedule = ? ORDER BY number DESC LIMIT ?)";
    tx.execute((surplus, &[id.into(), id.into(), KEPT.into()]))?;
    let text = "UPDATE _tb_crons SET job = NULL, begun = NULL, asked = 0, ended = ?, outcome = ?, error = ? \
                WHERE id = ? AND job = ?";
    tx.execute((text, &[now.into(), outcome.into(), reason(), id.into(), job.into()])).map(drop)
}

/// The kept runs of all schedules, the newest first.
pub(super) fn runs(tx: &mut Tx<'_>) -> Result<Vec<StoredRun>> {
    let mut runs = Vec::new();
    let text = "SELECT schedule, started, ended, outcome, error FROM _tb_cron_runs ORDER BY number DESC";
    tx.rows(text, |row| {
        runs.push(StoredRun {
            schedule: row.get(0).as_text().to_owned(),
            started: number(row, 1),
            ended: number(row, 2),
            outcome: self::text(row, 3),
            error: self::text(row, 4),
        });
        Ok(())
    })?;
    Ok(runs)
}

fn whole(number: Option<i64>) -> Value {
    number.map_or(Value::Null, Value::Int)
}

fn number(row: &Row<'_>, at: usize) -> Option<i64> {
    match row.get(at) {
        ValueRef::Int(number) => Some(number),
        _ => None,
    }
}

fn text(row: &Row<'_>, at: usize) -> Option<String> {
    match row.get(at) {
        ValueRef::Text(_) => Some(row.get(at).as_text().to_owned()),
        _ => None,
    }
}
