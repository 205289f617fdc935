//! What services publish of themselves is fetched once and kept for a while; those who wait for the same thing wait
//! for one request.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;

use super::client::Told;

/// How long what was fetched is good.
const GOOD: Duration = Duration::from_secs(60 * 60);
/// How long a failure is told again, so that guests cannot make us ask without end.
const BAD: Duration = Duration::from_secs(5);

struct Entry<T> {
    at: Instant,
    life: Duration,
    told: Told<Arc<T>>,
}

type Place<T> = Arc<tokio::sync::Mutex<Option<Entry<T>>>>;

/// Things by their addresses.
pub(super) struct Kept<T>(Mutex<HashMap<String, Place<T>>>);

impl<T> Default for Kept<T> {
    fn default() -> Self {
        Self(Mutex::new(HashMap::new()))
    }
}

impl<T> Kept<T> {
    /// What is at an address: kept, or fetched. `fetched_since` is the
    /// instant before which it must not have been fetched.
    pub(super) async fn get(
        &self,
        url: &str,
        fetched_since: Option<Instant>,
        fetch: impl Future<Output = Told<T>>,
    ) -> Told<Arc<T>> {
        let place = Arc::clone(self.0.lock().entry(url.to_owned()).or_default());
        let mut place = place.lock().await;
        if let Some(entry) = &*place
            && entry.at.elapsed() < entry.life
            && fetched_since.is_none_or(|since| entry.at >= since)
        {
            return entry.told.clone();
        }
        let told = match (fetch.await, place.take()) {
            (Ok(fetched), _) => Ok(Arc::new(fetched)),
            // What was good is better than nothing while the service is away.
            (Err(_), Some(Entry { told: Ok(old), .. })) => {
                *place = Some(Entry { at: Instant::now(), life: BAD, told: Ok(Arc::clone(&old)) });
                return Ok(old);
            }
            (Err(reason), _) => Err(reason),
        };
        let life = if told.is_ok() { GOOD } else { BAD };
        *place = Some(Entry { at: Instant::now(), life, told: told.clone() });
        told
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[tokio::test]
    async fn one_fetch_serves_all_until_something_newer_is_asked_for() {
        let kept = Kept::default();
        let fetches = Cell::new(0);
        let fetch = || async {
            fetches.set(fetches.get() + 1);
            tokio::task::yield_now().await;
            Ok(fetches.get())
        };
        let (a, b) = tokio::join!(kept.get("x", None, fetch()), kept.get("x", None, fetch()));
        assert_eq!((a.map(|value| *value), b.map(|value| *value)), (Ok(1), Ok(1)));
        assert_eq!(kept.get("y", None, fetch()).await.map(|value| *value), Ok(2));
        assert_eq!(kept.get("x", Some(Instant::now()), fetch()).await.map(|value| *value), Ok(3));
    }

    #[tokio::test]
    async fn what_was_good_stays_while_the_service_is_away() {
        let kept: Kept<i32> = Kept::default();
        assert_eq!(kept.get("x", None, async { Ok(1) }).await.map(|value| *value), Ok(1));
        let away = kept.get("x", Some(Instant::now()), async { Err("down".to_owned()) }).await;
        assert_eq!(away.map(|value| *value), Ok(1));
        assert_eq!(kept.get("x", Some(Instant::now()), async { Ok(2) }).await.map(|value| *value), Ok(2));
    }

    #[tokio::test]
    async fn a_failure_is_kept_too() {
        let kept: Kept<i32> = Kept::default();
        assert!(kept.get("x", None, async { Err("down".to_owned()) }).await.is_err());
        assert_eq!(kept.get("x", None, async { Ok(1) }).await, Err("down".to_owned()));
    }
}
