//! The table `_tb_jobs`. A row is a job that has not ended: it waits, or someone holds a lease on it.
//!
//! `due_at` is the one column that is searched: when a waiting job runs or expires, whichever comes first, or when the
//! lease of a running one is over. So what is due is found at the front of the index on kind and time, however many
//! wait behind it.

use serde_json::Value as Json;

use super::{Job, NewJob};
use crate::error::{Error, Result};
use crate::store::{Row, Store, Tx, Value, ValueRef, WriteLane};

/// The next instant at which a job of a kind is due.
const NEXT_DUE: &str = "SELECT due_at FROM _tb_jobs WHERE kind = ? ORDER BY due_at LIMIT 1";

/// The jobs of a kind that are due, the longest due first.
const DUE: &str = "SELECT id FROM _tb_jobs WHERE kind = ? AND due_at <= ? ORDER BY due_at, id LIMIT ?";

/// The kind after another one.
const NEXT_KIND: &str = "SELECT kind FROM _tb_jobs WHERE kind > ? ORDER BY kind LIMIT 1";

/// A job that is being run, with what proves that it is still ours.
#[derive(Clone)]
pub(super) struct Leased {
    pub(super) job: Job,
    pub(super) owner: String,
}

/// Stores a job; its id.
pub(super) fn add(tx: &mut Tx<'_>, job: &NewJob, now: i64) -> Result<i64> {
    let payload = serde_json::to_string(&job.payload).map_err(|error| Error::Internal(error.into()))?;
    let due = earlier(job.run_at_ms.unwrap_or(now), job.expires_at_ms);
    let values: [Value; 6] = [
        job.kind.into(),
        payload.into(),
        due.into(),
        job.expires_at_ms.map_or(Value::Null, Value::Int),
        i64::from(job.most_attempts.max(1)).into(),
        now.into(),
    ];
    let text = "INSERT INTO _tb_jobs (kind, payload, due_at, expires_at, most_attempts, created) \
                VALUES (?, ?, ?, ?, ?, ?) RETURNING id";
    tx.row((text, &values), |row| Ok(whole(row, 0)))?.ok_or_else(|| Error::internal("a job was stored without an id"))
}

/// Whether a job has not ended.
pub(super) fn is_stored(tx: &mut Tx<'_>, id: i64) -> Result<bool> {
    Ok(tx.row(("SELECT 1 FROM _tb_jobs WHERE id = ?", &[id.into()]), |_| Ok(()))?.is_some())
}

/// When a job of a kind is due next.
pub(super) fn next_due(tx: &mut Tx<'_>, kind: &str) -> Result<Option<i64>> {
    tx.row((NEXT_DUE, &[kind.into()]), |row| Ok(whole(row, 0)))
}

/// How many jobs of a kind are due, up to `most`, and since when the first one is.
pub(super) fn due(tx: &mut Tx<'_>, kind: &str, now: i64, most: u64) -> Result<(u64, Option<i64>)> {
    let text = "SELECT count(*), min(due_at) FROM                 (SELECT due_at FROM _tb_jobs WHERE kind = ? AND due_at <= ? ORDER BY due_at LIMIT ?)";
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let found = tx.row((text, &[kind.into(), now.into(), most.into()]), |row| {
        let oldest = match row.get(1) {
            ValueRef::Int(at) => Some(at),
            _ => None,
        };
        Ok((u64::try_from(whole(row, 0)).unwrap_or(0), oldest))
    })?;
    Ok(found.unwrap_or_default())
}

/// The kinds of which there are jobs: one look into the index for each.
pub(super) fn kinds(tx: &mut Tx<'_>) -> Result<Vec<String>> {
    let mut found: Vec<String> = Vec::new();
    loop {
        let after = found.last().map_or("", String::as_str);
        match tx.row((NEXT_KIND, &[after.into()]), |row| Ok(row.get(0).as_text().to_owned()))? {
            Some(kind) => found.push(kind),
            None => return Ok(found),
        }
    }
}

/// Leases jobs of a kind that are due, the longest due first: as many as `most`, until `lease_end`. An attempt
/// counts from its beginning, so that a job that ends the process is not tried for ever.
pub(super) fn lease(
    tx: &mut Tx<'_>,
    kind: &str,
    most: usize,
    owner: &str,
    now: i64,
    lease_end: i64,
) -> Result<Vec<Leased>> {
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let text = format!(
        "UPDATE _tb_jobs SET owner = ?, due_at = ?, attempts = attempts + 1 WHERE id IN ({DUE}) \
         RETURNING id, payload, attempts, most_attempts, created, expires_at"
    );
    let values: [Value; 5] = [owner.into(), lease_end.into(), kind.into(), now.into(), most.into()];
    let mut leased = Vec::new();
    tx.rows((text.as_str(), &values), |row| {
        let job = Job {
            id: whole(row, 0),
            // What is no JSON was changed by hand; its handler will say that it cannot use it.
            payload: serde_json::from_str(row.get(1).as_text()).unwrap_or(Json::Null),
            attempt: count(row, 2),
            most_attempts: count(row, 3),
            created_ms: whole(row, 4),
            expires_at_ms: match row.get(5) {
                ValueRef::Int(at) => Some(at),
                _ => None,
            },
        };
        leased.push(Leased { job, owner: owner.to_owned() });
        Ok(())
    })?;
    leased.sort_by_key(|leased| leased.job.id);
    Ok(leased)
}

/// Holds jobs for longer, where they are still ours.
pub(super) fn renew(tx: &mut Tx<'_>, ids: &[i64], owner: &str, lease_end: i64) -> Result<()> {
    for id in ids {
        let text = "UPDATE _tb_jobs SET due_at = ? WHERE id = ? AND owner = ?";
        tx.execute((text, &[lease_end.into(), (*id).into(), owner.into()]))?;
    }
    Ok(())
}

/// Removes a job that has ended; tells whether it was still ours.
pub(super) fn remove(tx: &mut Tx<'_>, leased: &Leased) -> Result<bool> {
    let text = "DELETE FROM _tb_jobs WHERE id = ? AND owner = ? AND attempts = ?";
    Ok(tx.execute((text, &ours(leased)))? > 0)
}

/// Lets a job wait for its next attempt; tells whether it was still ours.
pub(super) fn postpone(tx: &mut Tx<'_>, leased: &Leased, until: i64, error: &str) -> Result<bool> {
    let text = "UPDATE _tb_jobs SET owner = NULL, due_at = ?, error = ? WHERE id = ? AND owner = ? AND attempts = ?";
    let [id, owner, attempts] = ours(leased);
    let values: [Value; 5] = [earlier(until, leased.job.expires_at_ms).into(), error.into(), id, owner, attempts];
    Ok(tx.execute((text, &values))? > 0)
}

/// Lets go of what an owner could not finish, as if it had not been tried: it runs at the next start.
pub(super) fn release(tx: &mut Tx<'_>, owner: &str, now: i64) -> Result<usize> {
    let text = "UPDATE _tb_jobs SET owner = NULL, due_at = ?, attempts = max(attempts - 1, 0) WHERE owner = ?";
    tx.execute((text, &[now.into(), owner.into()]))
}

/// Ends all leases; how many there were. Each counts as an attempt.
pub(super) async fn free_leases(store: &Store) -> Result<usize> {
    let leased = "SELECT 1 FROM _tb_jobs WHERE owner IS NOT NULL LIMIT 1";
    if store.read_here(|tx| tx.row(leased, |_| Ok(())))?.is_none() {
        return Ok(0);
    }
    let text = "UPDATE _tb_jobs SET owner = NULL, due_at = ? WHERE owner IS NOT NULL";
    store.write(WriteLane::Grouped, move |tx| tx.execute((text, &[super::model::now().into()]))).await
}

/// Lets all jobs expire now, whoever had them; how many there were.
pub(super) fn expire_all(tx: &mut Tx<'_>, now: i64) -> Result<usize> {
    let text = "UPDATE _tb_jobs SET owner = NULL, due_at = ?, expires_at = min(ifnull(expires_at, ?), ?)";
    tx.execute((text, &[now.into(), now.into(), now.into()]))
}

fn ours(leased: &Leased) -> [Value; 3] {
    [leased.job.id.into(), leased.owner.as_str().into(), i64::from(leased.job.attempt).into()]
}

fn earlier(at: i64, expires_at: Option<i64>) -> i64 {
    expires_at.map_or(at, |expires_at| at.min(expires_at))
}

fn whole(row: &Row<'_>, at: usize) -> i64 {
    match row.get(at) {
        ValueRef::Int(number) => number,
        _ => 0,
    }
}

fn count(row: &Row<'_>, at: usize) -> u32 {
    u32::try_from(whole(row, at)).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::store::{ReadLane, StoreOptions};

    const KIND: &str = "mail";

    fn store() -> (tempfile::TempDir, Store) {
        let dir = tempfile::tempdir().expect("a folder");
        let store = Store::open(&StoreOptions::new(dir.path().join("data.db"))).expect("a store");
        (dir, store)
    }

    async fn write<T: Send + 'static>(store: &Store, f: impl Fn(&mut Tx<'_>) -> Result<T> + Send + 'static) -> T {
        store.write(WriteLane::Grouped, f).await.expect("written")
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_lease_that_runs_out_is_taken_again_and_its_first_holder_can_end_nothing() {
        let (_dir, store) = store();
        write(&store, |tx| add(tx, &NewJob::new(KIND, json!({})), 100)).await;
        let first = write(&store, |tx| lease(tx, KIND, 5, "one", 100, 200)).await.remove(0);
        assert!(write(&store, |tx| lease(tx, KIND, 5, "two", 199, 300)).await.is_empty());
        let second = write(&store, |tx| lease(tx, KIND, 5, "two", 200, 300)).await.remove(0);
        assert_eq!((first.job.attempt, second.job.attempt), (1, 2));
        let late = first.clone();
        assert!(!write(&store, move |tx| remove(tx, &late)).await);
        assert!(!write(&store, move |tx| postpone(tx, &first, 900, "late")).await);
        assert!(write(&store, move |tx| remove(tx, &second)).await);
        assert_eq!(store.read_here(|tx| next_due(tx, KIND)).expect("read"), None);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn the_longest_due_comes_first_and_no_more_than_asked_for() {
        let (_dir, store) = store();
        write(&store, |tx| {
            for at in [30, 10, 20, 99] {
                add(tx, &NewJob { run_at_ms: Some(at), ..NewJob::new(KIND, json!(at)) }, 0)?;
            }
            add(tx, &NewJob::new("other", json!("other")), 0)
        })
        .await;
        let leased = write(&store, |tx| lease(tx, KIND, 2, "me", 50, 200)).await;
        let mut payloads: Vec<_> = leased.iter().filter_map(|one| one.job.payload.as_i64()).collect();
        payloads.sort_unstable();
        assert_eq!(payloads, [10, 20]);
        assert_eq!(store.read_here(|tx| next_due(tx, KIND)).expect("read"), Some(30));
        assert_eq!(store.read_here(kinds).expect("read"), ["mail", "other"]);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_job_is_due_when_it_expires_at_the_latest() {
        let (_dir, store) = store();
        let new = || NewJob { run_at_ms: Some(900), expires_at_ms: Some(500), ..NewJob::new(KIND, json!({})) };
        write(&store, move |tx| add(tx, &new(), 0)).await;
        assert_eq!(store.read_here(|tx| next_due(tx, KIND)).expect("read"), Some(500));
        let leased = write(&store, |tx| lease(tx, KIND, 1, "me", 500, 600)).await.remove(0);
        assert!(leased.job.is_expired(500));
        write(&store, move |tx| postpone(tx, &leased, 9000, "later")).await;
        assert_eq!(store.read_here(|tx| next_due(tx, KIND)).expect("read"), Some(500));
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn what_is_due_is_found_by_the_index_without_a_sort() {
        let (_dir, store) = store();
        for (text, values) in [(NEXT_DUE, 1), (DUE, 3), (NEXT_KIND, 1)] {
            let values: Vec<Value> = vec![Value::Int(1); values];
            let plan = store.read(ReadLane::Fast, move |tx| {
                let mut plan = String::new();
                let explain = format!("EXPLAIN QUERY PLAN {text}");
                tx.rows((explain.as_str(), &values[..]), |row| {
                    plan.push_str(row.get(3).as_text());
                    plan.push('\n');
                    Ok(())
                })?;
                Ok(plan)
            });
            let plan = plan.await.expect("a plan");
            assert!(plan.contains("SEARCH") && plan.contains("_tb_jobs_due"), "{text}: {plan}");
            assert!(!plan.contains("TEMP B-TREE"), "{text}: {plan}");
        }
    }
}
