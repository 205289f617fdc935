//! The contract as tables: each statement of it is a case in a file of the folder of its page, with a state, a
//! request, and what the answer must have and must not have. The state is the real directory of
//! `tests/data/pocketbase`, taken over by `tuckbox import pocketbase`; `README.md` says how a case is written.

mod case;
mod expect;
mod outcome;
mod people;
mod picture;
mod stage;
mod step;
mod variables;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use futures_util::{FutureExt, StreamExt};
use tokio::sync::OnceCell;

use case::Case;
use stage::Stage;

/// How many cases of one page run at once.
const AT_ONCE: usize = 3;
/// Fewer cases than this would be less than the contract says.
const LEAST: usize = 700;

macro_rules! pages {
    ($($page:ident),*) => {
        /// The folders, one for each page of the contract.
        const PAGES: &[&str] = &[$(stringify!($page)),*];

        $(
            #[tokio::test]
            async fn $page() {
                answers_as_it_says(stringify!($page)).await;
            }
        )*
    };
}

pages!(auth, batch, collections, extending, files, on_disk, realtime, records, settings);

fn folder(page: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/contract").join(page)
}

/// The cases of a page, in the order of its files.
fn cases(page: &str) -> Vec<Case> {
    let entries = std::fs::read_dir(folder(page)).unwrap_or_else(|error| panic!("{page}: {error}"));
    let mut files: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
    files.retain(|path| path.extension().is_some_and(|end| end == "yaml"));
    files.sort();
    files.iter().flat_map(|path| Case::read_all(path)).collect()
}

/// Runs the cases of a page, those with this text in their name where `CONTRACT_CASE` is set, and tells all that
/// failed.
async fn answers_as_it_says(page: &str) {
    let mut cases = cases(page);
    if let Ok(part) = std::env::var("CONTRACT_CASE") {
        cases.retain(|case| case.name.contains(&part));
    }
    // What changes nothing shares a server with what begins in the same state. The last of them ends it.
    let mut stages: HashMap<String, Rc<OnceCell<Stage>>> = HashMap::new();
    let with_stages = |case: Case| {
        let stage = case.shared_state().map(|state| stages.entry(state.to_owned()).or_default().clone());
        (case, stage)
    };
    let cases: Vec<_> = cases.into_iter().map(with_stages).collect();
    drop(stages);
    let number = cases.len();
    let runs = cases.into_iter().map(|(case, shared)| async move {
        let name = case.name.clone();
        let run = async {
            match shared {
                Some(stage) => case.run_on(&mut stage.get_or_init(|| case.shared_stage()).await.again()).await,
                None => case.run().await,
            }
        };
        let failed = std::panic::AssertUnwindSafe(run).catch_unwind().await.err()?;
        let reason = failed.downcast_ref::<String>().map_or("it panicked", String::as_str);
        Some(format!("{name}\n    {}", reason.replace('\n', "\n    ")))
    });
    let failures: Vec<_> =
        futures_util::stream::iter(runs).buffered(AT_ONCE).filter_map(std::future::ready).collect().await;
    assert!(failures.is_empty(), "{} of {number} cases failed:\n\n{}\n", failures.len(), failures.join("\n\n"));
}

#[test]
fn there_is_a_case_for_each_statement_of_the_contract() {
    let all: Vec<_> = PAGES.iter().flat_map(|page| cases(page)).collect();
    let mut names: Vec<_> = all.iter().map(|case| &case.name).collect();
    names.sort();
    let twice: Vec<_> = names.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0]).collect();
    assert!(twice.is_empty(), "cases of one name: {twice:?}");
    assert!(all.len() >= LEAST, "only {} cases", all.len());
}
