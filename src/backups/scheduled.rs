//! Backups on schedule: made, counted, and where one fails told to all superusers.

use super::{Backups, name};
use crate::error::{Error, Result};
use crate::mail::Message;
use crate::store::ReadLane;

impl Backups {
    /// Makes the backup that is due, and removes the oldest of its kind beyond the number of the settings. A failure is
    /// in the log, and mailed to all superusers; nothing older is removed then.
    ///
    /// # Errors
    /// Why there is no good backup.
    pub async fn run_scheduled(&self) -> Result<()> {
        let key = self.unnamed(name::SCHEDULED);
        let failure = match self.made(&key, false, None).await {
            Ok(outcome) if outcome.problem.is_empty() => return self.remove_surplus(&key).await,
            Ok(outcome) => Error::bad_request(outcome.problem),
            // It is made up for at the next start.
            Err(error) if *self.parts.stopping.borrow() => return Err(error),
            Err(error) => error,
        };
        tracing::error!(key, error = %failure, "the scheduled backup failed");
        self.alarm(&key, &failure).await;
        Err(failure)
    }

    /// Keeps the newest of those that were made on schedule: the one that was just made, whatever clocks say of others.
    async fn remove_surplus(&self, made: &str) -> Result<()> {
        let keep = usize::try_from(self.parts.settings.current().backups.cron_max_keep).unwrap_or_default();
        if keep == 0 {
            return Ok(());
        }
        let mut found = self.archives()?.list().await?;
        found.retain(|archive| archive.key.starts_with(name::SCHEDULED) && archive.key != made);
        found.sort_by(|one, other| (other.modified, &other.key).cmp(&(one.modified, &one.key)));
        for surplus in found.iter().skip(keep - 1) {
            match self.delete(&surplus.key).await {
                Ok(()) => tracing::info!(key = surplus.key, "an old backup was removed"),
                Err(error) => tracing::warn!(key = surplus.key, %error, "an old backup could not be removed"),
            }
        }
        Ok(())
    }

    /// Tells all superusers. Whom no mail reaches, the log has told.
    async fn alarm(&self, key: &str, failure: &Error) {
        let app = self.parts.settings.current().meta.app_name.clone();
        let addresses = self.parts.store.read(ReadLane::Fast, |tx| {
            let mut found = Vec::new();
            tx.rows("SELECT email FROM _superusers WHERE email <> '' ORDER BY email", |row| {
                found.push(row.get(0).as_text().to_owned());
                Ok(())
            })?;
            Ok(found)
        });
        let reason = match failure {
            Error::Invalid(_) | Error::Unavailable(_) => failure.to_string(),
            _ => "The log of the server says why.".to_owned(),
        };
        for to in addresses.await.unwrap_or_default() {
            let message = Message {
                to,
                subject: format!("[{app}] The scheduled backup failed"),
                html: format!(
                    "<p>Hello,</p><p>The scheduled backup {} of {} was not made:</p><p>{}</p><p>No older backup was \
                     removed.</p>",
                    escaped(key),
                    escaped(&app),
                    escaped(&reason)
                ),
            };
            if let Err(error) = self.parts.mail.send(&message).await {
                tracing::warn!(%error, "a superuser could not be told that a backup failed");
            }
        }
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
