//! Work that is done once for all who ask for it at the same time.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::watch;

/// What is being done, by what it is done for. Clones share it.
#[derive(Clone)]
pub(super) struct Joint<K> {
    running: Arc<Mutex<HashMap<K, Arc<watch::Sender<bool>>>>>,
}

/// Those who wait for one piece of work, as the work sees them.
pub(super) struct Waiting(Arc<watch::Sender<bool>>);

impl Waiting {
    /// Whether all have gone away.
    pub(super) fn are_gone(&self) -> bool {
        self.0.receiver_count() == 0
    }
}

impl<K: Clone + Eq + Hash + Send + 'static> Joint<K> {
    pub(super) fn new() -> Self {
        Self { running: Arc::default() }
    }

    /// Waits until the work for a key has ended: the one that runs already, or else this one. It runs on where those
    /// who wait stop waiting, and whatever becomes of it is an end.
    pub(super) async fn run<W>(&self, key: &K, work: impl FnOnce(Waiting) -> W)
    where
        W: Future<Output = ()> + Send + 'static,
    {
        let mut ended = {
            let mut running = self.running.lock();
            match running.get(key) {
                Some(end) => end.subscribe(),
                None => {
                    let (end, ended) = watch::channel(false);
                    let end = Arc::new(end);
                    running.insert(key.clone(), Arc::clone(&end));
                    let work = work(Waiting(Arc::clone(&end)));
                    let entry = Entry { joint: self.clone(), key: key.clone(), end };
                    tokio::spawn(async move {
                        work.await;
                        drop(entry);
                    });
                    ended
                }
            }
        };
        // The other outcome is that the sender is gone, which is an end too.
        let _ = ended.wait_for(|ended| *ended).await;
    }
}

/// Takes the work from the list at its end, whichever end it is.
struct Entry<K: Eq + Hash> {
    joint: Joint<K>,
    key: K,
    end: Arc<watch::Sender<bool>>,
}

impl<K: Eq + Hash> Drop for Entry<K> {
    fn drop(&mut self) {
        self.joint.running.lock().remove(&self.key);
        self.end.send_replace(true);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tokio::sync::Barrier;

    use super::*;

    #[tokio::test]
    async fn who_asks_at_the_same_time_shares_the_work() {
        let (joint, done) = (Joint::new(), Arc::new(AtomicUsize::new(0)));
        let go = Arc::new(Barrier::new(2));
        let ask = |key: &'static str| {
            let (joint, done, go) = (joint.clone(), Arc::clone(&done), Arc::clone(&go));
            async move {
                let work = |_| async move {
                    go.wait().await;
                    done.fetch_add(1, Ordering::SeqCst);
                };
                joint.run(&key, work).await;
            }
        };
        tokio::join!(ask("one"), ask("one"), ask("one"), ask("other"));
        assert_eq!(done.load(Ordering::SeqCst), 2);
        tokio::join!(ask("one"), ask("other"));
        assert_eq!(done.load(Ordering::SeqCst), 4, "what has ended is done anew");
    }

    #[tokio::test]
    async fn a_panic_is_an_end() {
        let joint = Joint::new();
        joint.run(&1, |_| async { panic!("on purpose") }).await;
        let done = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&done);
        joint.run(&1, |_| async move { counted.store(1, Ordering::SeqCst) }).await;
        assert_eq!(done.load(Ordering::SeqCst), 1);
    }

    #[tokio::test]
    async fn the_work_knows_when_nobody_waits_any_more() {
        let joint = Joint::new();
        let (begin, go) = (Arc::new(Barrier::new(2)), Arc::new(Barrier::new(2)));
        let (report, gone) = tokio::sync::oneshot::channel();
        let work = {
            let (begin, go) = (Arc::clone(&begin), Arc::clone(&go));
            |waiting: Waiting| async move {
                let before = waiting.are_gone();
                begin.wait().await;
                go.wait().await;
                let _ = report.send((before, waiting.are_gone()));
            }
        };
        let asking = tokio::spawn({
            let joint = joint.clone();
            async move { joint.run(&"thumb", work).await }
        });
        begin.wait().await;
        asking.abort();
        let _ = asking.await;
        go.wait().await;
        assert_eq!(gone.await, Ok((false, true)));
    }
}
