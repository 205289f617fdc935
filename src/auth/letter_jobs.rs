//! The jobs that letters are: the queue runs them.

use std::sync::{Arc, Weak};

use futures_util::future::BoxFuture;
use serde::Deserialize;

use super::letters::{Letter, Written};
use super::{Auth, Parts};
use crate::error::{Error, Result};
use crate::jobs::{Failure, Handler, Job, Outcome};
use crate::mail::Unsent;
use crate::store::{ReadLane, Tx};

impl Auth {
    /// What sends the letters; the queue runs it.
    pub fn letters(&self) -> Arc<dyn Handler> {
        Arc::new(Letters { parts: Arc::downgrade(&self.parts) })
    }
}

/// Sends letters for the queue, which is a part of the room itself: it must not keep the room alive.
struct Letters {
    parts: Weak<Parts>,
}

impl Letters {
    fn auth(&self) -> Result<Auth> {
        let parts = self.parts.upgrade().ok_or(Error::Unavailable("The server is stopping.".into()))?;
        Ok(Auth { parts })
    }
}

impl Handler for Letters {
    fn run<'a>(&'a self, job: &'a Job) -> BoxFuture<'a, Result<(), Failure>> {
        Box::pin(async move {
            let letter = read(job)?;
            let auth = self.auth().map_err(again)?;
            let (room, asked) = (auth.clone(), letter.clone());
            let written = auth.parts.store.read(ReadLane::Fast, move |tx| room.write(tx, &asked)).await;
            match written.map_err(again)? {
                Written::Message(message) => auth.parts.mail.send(&message).await.map_err(unsent),
                Written::ForNobody => {
                    auth.tell_of_nobody(&letter);
                    Ok(())
                }
                Written::Senseless => Ok(()),
            }
        })
    }

    fn settle(&self, tx: &mut Tx<'_>, job: &Job, outcome: &Outcome) -> Result<()> {
        match read(job) {
            Ok(letter) => self.auth()?.settle(tx, &letter, outcome),
            Err(_) => Ok(()),
        }
    }
}

fn again(error: Error) -> Failure {
    Failure::Again(error.to_string())
}

fn unsent(unsent: Unsent) -> Failure {
    if unsent.lasting { Failure::Never(unsent.reason) } else { Failure::Again(unsent.reason) }
}

/// The letter of a job. What is wrong with a broken one stays unsaid: reasons are kept and logged, and the parser's
/// would quote what is in it.
fn read(job: &Job) -> Result<Letter, Failure> {
    Letter::deserialize(&job.payload).map_err(|_| Failure::Never("the job holds no letter that is known".to_owned()))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;

    fn read(payload: Json) -> Result<Letter, Failure> {
        super::read(&Job { id: 1, payload, attempt: 1, most_attempts: 1, created_ms: 0, expires_at_ms: None })
    }

    #[test]
    fn what_a_broken_job_holds_is_not_quoted() {
        assert!(read(json!({"template": "verification", "collection": "c", "email": "a@b.co"})).is_ok());
        for broken in [
            json!("secret"),
            json!({"template": "secret"}),
            json!({"template": "verification", "collection": "c", "email": {"secret": "secret"}}),
            json!({"template": "otp", "collection": "c", "otp": "o", "secret": "secret"}),
        ] {
            let Err(Failure::Never(reason)) = read(broken.clone()) else { panic!("{broken}") };
            assert!(!reason.contains("secret"), "{reason}");
        }
    }
}
