//! What is being done with backups in this process, for whoever wants to watch: each work has a line on the board, which
//! goes when the work ends, however it does.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use parking_lot::Mutex;
use serde_json::{Value as Json, json};

use super::watch::{Progress, Stage};
use crate::time;

/// What is done with a backup.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Restore,
    Create,
    Verify,
    Upload,
}

/// All work that is under way.
#[derive(Clone, Default)]
pub(super) struct Board(Arc<Mutex<Vec<Arc<Line>>>>);

/// A work, and how far it is.
struct Line {
    kind: Kind,
    key: String,
    since: DateTime<Utc>,
    at: Mutex<Place>,
}

/// How far a work is.
#[derive(Debug, Clone, Copy)]
struct Place {
    stage: Stage,
    done: u64,
    /// 0 where nobody knows.
    total: u64,
}

/// A line on the board for as long as it is kept.
pub(super) struct Doing {
    board: Board,
    line: Arc<Line>,
}

impl Board {
    /// Somebody begins to do something with a backup.
    pub(super) fn begin(&self, kind: Kind, key: &str) -> Doing {
        let place = Place { stage: kind.first_stage(), done: 0, total: 0 };
        let line = Arc::new(Line { kind, key: key.to_owned(), since: time::now(), at: Mutex::new(place) });
        self.0.lock().push(Arc::clone(&line));
        Doing { board: self.clone(), line }
    }

    /// The work that matters most, as it is answered; null where there is none.
    pub(super) fn to_json(&self) -> Json {
        let line = self.0.lock().iter().min_by_key(|line| line.kind).cloned();
        line.map_or(Json::Null, |line| line.to_json())
    }
}

impl Doing {
    /// What hears of progress, and hands it on to whoever else listens.
    pub(super) fn progress(&self, listener: Option<Progress>) -> Progress {
        let line = Arc::clone(&self.line);
        Arc::new(move |stage, done, total| {
            *line.at.lock() = Place { stage, done, total };
            if let Some(listener) = &listener {
                listener(stage, done, total);
            }
        })
    }
}

impl Drop for Doing {
    fn drop(&mut self) {
        self.board.0.lock().retain(|line| !Arc::ptr_eq(line, &self.line));
    }
}

impl Line {
    fn to_json(&self) -> Json {
        let Place { stage, done, total } = *self.at.lock();
        json!({
            "kind": self.kind.word(),
            "key": self.key,
            "step": word(stage),
            "done": done,
            "total": (total > 0).then_some(total),
            "since": time::format(self.since),
        })
    }
}

impl Kind {
    fn word(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Verify => "verify",
            Self::Restore => "restore",
            Self::Upload => "upload",
        }
    }

    fn first_stage(self) -> Stage {
        match self {
            Self::Create => Stage::Copying,
            Self::Verify => Stage::Verifying,
            Self::Restore => Stage::Unpacking,
            Self::Upload => Stage::Storing,
        }
    }
}

/// What a step is called.
fn word(stage: Stage) -> &'static str {
    match stage {
        Stage::Copying => "database",
        Stage::Packing => "packing",
        Stage::Storing => "storing",
        Stage::Verifying => "reading back",
        Stage::Unpacking => "unpacking",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_work_is_on_the_board_until_it_ends() {
        let board = Board::default();
        assert!(board.to_json().is_null());
        let verifying = board.begin(Kind::Verify, "a.zip");
        let creating = board.begin(Kind::Create, "b.zip");
        creating.progress(None)(Stage::Packing, 10, 0);
        let told = board.to_json();
        assert_eq!(
            (&told["kind"], &told["key"], &told["step"]),
            (&json!("create"), &json!("b.zip"), &json!("packing"))
        );
        assert_eq!((&told["done"], &told["total"]), (&json!(10), &Json::Null));
        drop(creating);
        assert_eq!(board.to_json()["step"], "reading back");
        drop(verifying);
        assert!(board.to_json().is_null());
    }
}
