//! Jobs as plain data.

use std::fmt;

use serde_json::Value as Json;

use crate::time;

/// How often a job is tried where nobody says otherwise: with the default pauses, for about half a day.
const MOST_ATTEMPTS: u32 = 20;

/// A job to be stored.
#[derive(Clone)]
pub struct NewJob {
    /// Which handler knows what to do.
    pub kind: &'static str,
    /// What the handler needs; secrets in it are the caller's to seal.
    pub payload: Json,
    /// When it may run first, in milliseconds since 1970; `None` is at once.
    pub run_at_ms: Option<i64>,
    /// From when on it is not worth running, in milliseconds since 1970: it then ends as [`Outcome::Expired`].
    pub expires_at_ms: Option<i64>,
    /// How often it is tried before it ends as [`Outcome::Failed`]; at least once.
    pub most_attempts: u32,
}

impl NewJob {
    /// A job that runs at once, never expires and is tried as often as most.
    pub fn new(kind: &'static str, payload: Json) -> Self {
        Self { kind, payload, run_at_ms: None, expires_at_ms: None, most_attempts: MOST_ATTEMPTS }
    }
}

/// A stored job, while it is being run.
#[derive(Clone)]
pub struct Job {
    /// Its number, which no other job ever had.
    pub id: i64,
    /// What the handler needs.
    pub payload: Json,
    /// Which attempt this is; the first is 1.
    pub attempt: u32,
    /// How many attempts it has.
    pub most_attempts: u32,
    /// When it was stored, in milliseconds since 1970.
    pub created_ms: i64,
    /// From when on it is not worth running.
    pub expires_at_ms: Option<i64>,
}

impl Job {
    pub(super) fn is_expired(&self, now: i64) -> bool {
        self.expires_at_ms.is_some_and(|at| at <= now)
    }
}

/// How a job ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It was done.
    Done,
    /// It cannot be done, or its attempts are used up: the reason of the last one.
    Failed(String),
    /// It was not done before it expired.
    Expired,
}

/// Why an attempt failed, in one sentence for the log: nothing of the payload that is secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// It may go well later.
    Again(String),
    /// It will never go well.
    Never(String),
}

/// Now, as jobs count time.
pub(super) fn now() -> i64 {
    time::now().timestamp_millis()
}

// Written by hand: payloads hold what is nobody's business, and never come to the log.
impl fmt::Debug for NewJob {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("NewJob").field("kind", &self.kind).finish_non_exhaustive()
    }
}

impl fmt::Debug for Job {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Job").field("id", &self.id).field("attempt", &self.attempt).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_payload_is_never_written_out() {
        let new = NewJob::new("mail", json!({"code": "s3cret"}));
        let job = Job {
            id: 7,
            payload: new.payload.clone(),
            attempt: 1,
            most_attempts: 2,
            created_ms: 0,
            expires_at_ms: None,
        };
        let written = format!("{new:?} {job:?}");
        assert!(written.contains("mail") && written.contains('7'), "{written}");
        assert!(!written.contains("s3cret"), "{written}");
    }

    #[test]
    fn a_job_expires_at_its_instant() {
        let job = |expires_at_ms| Job {
            id: 1,
            payload: Json::Null,
            attempt: 1,
            most_attempts: 1,
            created_ms: 0,
            expires_at_ms,
        };
        assert!(job(Some(5)).is_expired(5) && job(Some(5)).is_expired(6));
        assert!(!job(Some(5)).is_expired(4) && !job(None).is_expired(i64::MAX));
    }
}
