//! Batches where the moment matters: what waits before them, who goes, and what changes between two runs.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use serde_json::{Value as Json, json};
use tokio::task::JoinHandle;
use tuckbox::error::{Error, Result};
use tuckbox::records::{Admission, BatchAction, BatchItem, RecordInput};
use tuckbox::schema::system::system_collections;
use tuckbox::schema::{Collection, Field, Schema};
use tuckbox::store::{Tx, WriteLane};

use super::house::{House, base, code, field, guest, input, with_files};

const LONG: Duration = Duration::from_secs(600);

/// `items` with files and `others`, beside the accounts.
async fn house() -> House {
    let mut all = system_collections();
    all.push(base("items", json!([field("title", "text", json!({})), field("doc", "file", json!({"maxSelect": 1}))])));
    all.push(base("others", json!([field("title", "text", json!({}))])));
    House::with(all).await
}

fn create(collection: &str, input: RecordInput) -> Result<BatchItem> {
    Ok(BatchItem { context: guest(), collection: collection.into(), action: BatchAction::Create, input })
}

fn item_with_file() -> Result<BatchItem> {
    create("items", with_files(json!({}), &[("doc", "notes.txt", "some text")]))
}

fn account() -> Result<BatchItem> {
    let password = "a good password";
    create("users", input(json!({"email": "ann@example.com", "password": password, "passwordConfirm": password})))
}

fn everybody() -> Admission {
    Box::new(|_, _| Ok(()))
}

/// Runs a batch: its answers, a delete as `null`.
async fn run(house: &House, items: Vec<Result<BatchItem>>, admission: Admission) -> Result<Json> {
    let answers = house.records.batch(items, LONG, admission).await?;
    let answer = |one: &Option<_>| match one {
        Some(tuckbox::records::Rendered(bytes)) => serde_json::from_slice(bytes).unwrap(),
        None => Json::Null,
    };
    Ok(answers.iter().map(answer).collect())
}

/// The place of the item that failed, and why.
fn failed(answer: Result<Json>) -> (usize, Error) {
    match answer {
        Err(Error::OneOf { at, error }) => (at, *error),
        other => panic!("no item failed: {other:?}"),
    }
}

/// A write that has the writer until it is told to end.
struct Occupied {
    begun: Receiver<()>,
    release: Sender<()>,
    write: JoinHandle<Result<()>>,
}

impl Occupied {
    /// The writer is occupied once what waits there is done.
    fn next(house: &House) -> Self {
        let (begin, begun) = channel();
        let (release, released) = channel::<()>();
        let (store, released) = (house.store.clone(), Mutex::new(released));
        let occupy = move |_: &mut Tx<'_>| {
            let _ = begin.send(());
            let _ = released.lock().unwrap().recv();
            Ok(())
        };
        let write = tokio::spawn(async move { store.write(WriteLane::Exclusive, occupy).await });
        Self { begun, release, write }
    }

    async fn now(house: &House) -> Self {
        let occupied = Self::next(house);
        tokio::task::yield_now().await;
        occupied.begun.recv().unwrap();
        occupied
    }

    async fn end(self) {
        drop(self.release);
        self.write.await.unwrap().unwrap();
    }
}

/// Fills the queue of the writer with writes that nobody waits for.
fn fill_the_queue(house: &House) {
    while !matches!(house.store.write(WriteLane::Grouped, |_| Ok(())).now_or_never(), Some(Err(_))) {}
}

/// What is stored, and what is listed as stored for nobody: the files of failed batches go in the background.
async fn nothing_is_left(house: &House) {
    let storage = house.dir.path().join("storage/pbc_items");
    let files = || {
        let folders = std::fs::read_dir(&storage).into_iter().flatten().flatten();
        folders.flat_map(|folder| std::fs::read_dir(folder.path()).into_iter().flatten()).count()
    };
    for _ in 0..500 {
        if files() == 0 && house.count("_tb_uploads") == 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!((files(), house.count("_tb_uploads")), (0, 0));
    for table in ["items", "others", "users", "_tb_changes"] {
        assert_eq!(house.count(table), 0, "{table}");
    }
}

#[tokio::test]
async fn a_full_queue_refuses_a_batch_at_once() {
    let house = house().await;
    let occupied = Occupied::now(&house).await;
    fill_the_queue(&house);
    let refused = run(&house, vec![create("others", input(json!({})))], everybody()).await;
    assert!(matches!(&refused, Err(Error::Unavailable(text)) if text.contains("Too many writes")), "{refused:?}");
    occupied.end().await;
    nothing_is_left(&house).await;
}

#[tokio::test]
async fn a_batch_whose_next_run_finds_the_queue_full_is_refused_and_leaves_nothing() {
    // Files are listed before they are stored; after a hash the run itself is what finds no room.
    let ways: [fn() -> Result<BatchItem>; 2] = [item_with_file, account];
    for heavy in ways {
        let house = house().await;
        let (ran, runs) = channel();
        let (go, wait) = channel::<()>();
        let (ran, wait) = (Mutex::new(ran), Mutex::new(wait));
        let admission: Admission = Box::new(move |_, _| {
            ran.lock().unwrap().send(()).unwrap();
            wait.lock().unwrap().recv().unwrap();
            Ok(())
        });
        let records = house.records.clone();
        let batch = tokio::spawn(async move { records.batch(vec![heavy()], LONG, admission).await });
        while runs.try_recv().is_err() {
            tokio::task::yield_now().await;
        }
        // While the first run is under way, others come; this thread is the batch's own, which cannot go on meanwhile.
        let occupied = Occupied::next(&house);
        tokio::task::yield_now().await;
        fill_the_queue(&house);
        go.send(()).unwrap();
        occupied.begun.recv().unwrap();
        fill_the_queue(&house);
        let refused = batch.await.unwrap();
        assert!(matches!(&refused, Err(Error::Unavailable(text)) if text.contains("Too many writes")));
        occupied.end().await;
        nothing_is_left(&house).await;
    }
}

#[tokio::test]
async fn a_batch_whose_caller_goes_while_it_waits_never_runs() {
    let house = house().await;
    let occupied = Occupied::now(&house).await;
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let admission: Admission = Box::new(move |_, _| {
        count.fetch_add(1, Ordering::SeqCst);
        Ok(())
    });
    let records = house.records.clone();
    let batch =
        tokio::spawn(async move { records.batch(vec![create("others", input(json!({})))], LONG, admission).await });
    // Twice: for the one who asks, and for the batch itself.
    for _ in 0..4 {
        tokio::task::yield_now().await;
    }
    batch.abort();
    assert!(batch.await.unwrap_err().is_cancelled());
    occupied.end().await;
    house.store.write(WriteLane::Exclusive, |_| Ok(())).await.unwrap();
    assert_eq!(asked.load(Ordering::SeqCst), 0);
    nothing_is_left(&house).await;
}

#[tokio::test]
async fn a_batch_whose_caller_goes_while_it_runs_leaves_nothing() {
    // Behind items whose heavy work is still to be done, and behind one that is written.
    let ways: [fn() -> Result<BatchItem>; 3] = [item_with_file, account, || create("items", input(json!({})))];
    for first in ways {
        let house = house().await;
        let (ran, runs) = channel();
        let (go, wait) = channel::<()>();
        let (ran, wait) = (Mutex::new(ran), Mutex::new(wait));
        let admission: Admission = Box::new(move |_, collection| {
            if collection.name == "others" {
                ran.lock().unwrap().send(()).unwrap();
                let _ = wait.lock().unwrap().recv();
            }
            Ok(())
        });
        let items = vec![first(), create("others", input(json!({})))];
        let records = house.records.clone();
        let batch = tokio::spawn(async move { records.batch(items, LONG, admission).await.map(drop) });
        while runs.try_recv().is_err() {
            tokio::task::yield_now().await;
        }
        batch.abort();
        assert!(batch.await.unwrap_err().is_cancelled());
        drop(go);
        house.store.write(WriteLane::Exclusive, |_| Ok(())).await.unwrap();
        nothing_is_left(&house).await;
    }
}

/// A batch whose first item needs heavy work, before which `items` becomes what `change` says: nothing where that is
/// `None`.
async fn changed_before_the_next_run(house: &House, change: fn(Collection) -> Option<Collection>) -> Result<Json> {
    let published = Arc::clone(&house.schema);
    let admission: Admission = Box::new(move |_, collection| {
        if collection.name == "others" {
            let now = published.current();
            let all = now.all().iter().map(|one| Collection::clone(one));
            let all = all.filter_map(|one| if one.name == "items" { change(one) } else { Some(one) });
            published.publish(Arc::new(Schema::new(now.version + 1, all.collect())));
        }
        Ok(())
    });
    run(house, vec![item_with_file(), create("others", input(json!({})))], admission).await
}

#[tokio::test]
async fn the_next_run_of_a_batch_is_judged_by_the_collection_as_it_then_is() {
    let house = house().await;
    let answer = changed_before_the_next_run(&house, |mut items| {
        items.create_rule = None;
        Some(items)
    });
    let (at, error) = failed(answer.await);
    assert!(at == 0 && matches!(error, Error::Forbidden(_)), "{at} {error}");
    nothing_is_left(&house).await;

    let house = self::house().await;
    let answer = changed_before_the_next_run(&house, |mut items| {
        let title = field("title", "text", json!({"required": true}));
        items.fields[1] = Field::from_json(title.as_object().unwrap()).unwrap();
        Some(items)
    });
    let (at, error) = failed(answer.await);
    assert_eq!((at, code(Err(error))), (0, ("title".to_owned(), "validation_required")));
    nothing_is_left(&house).await;
}

#[tokio::test]
async fn a_collection_that_is_gone_in_the_next_run_of_a_batch_is_told_as_unknown() {
    let house = house().await;
    let (at, error) = failed(changed_before_the_next_run(&house, |_| None).await);
    assert!(
        at == 0 && matches!(&error, Error::NotFound(text) if text == "Missing collection context."),
        "{at} {error}"
    );
    nothing_is_left(&house).await;
}

#[tokio::test]
async fn a_batch_may_take_longer_than_other_writes_may_stand_still() {
    let still = Duration::from_secs(2);
    let house = House::standing_still(vec![base("others", json!([]))], still).await;
    let admission: Admission = Box::new(move |_, _| {
        let began = Instant::now();
        while began.elapsed() < still * 2 / 5 {
            std::hint::spin_loop();
        }
        Ok(())
    });
    let items = (0..4).map(|_| create("others", input(json!({})))).collect();
    let answers = run(&house, items, admission).await.unwrap();
    assert_eq!(answers.as_array().unwrap().len(), 4);
}
