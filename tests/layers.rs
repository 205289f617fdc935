//! The arrows of the house: imports point down the map of `src/lib.rs` only, and SQLite is known to `store` alone.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The rooms from the top down, one line a layer. A room may use every room of the lines below its own.
const LAYERS: &[&[&str]] = &[
    &["main"],
    &["cli"],
    &["http"],
    &["app"],
    &[
        "records",
        "collections",
        "auth",
        "files",
        "settings",
        "rates",
        "jobs",
        "crons",
        "mail",
        "console",
        "check",
        "import",
        "realtime",
        "backups",
        "logs",
    ],
    &["changes", "filter", "pick"],
    &["schema"],
    &["store"],
    &["config", "error", "ids", "time", "context", "cron", "crypto"],
];

/// What a room may use beside that: rooms of its own line. On the ground floor everybody knows errors.
const NEIGHBOURS: &[(&str, &[&str])] = &[
    // Mails of sign-ins are composed there, stored as jobs, and sent; one that makes a record is limited as a create.
    // The picture of a new user comes as an upload does. What an answer must not tell is told to the log.
    ("auth", &["records", "collections", "settings", "jobs", "mail", "rates", "files", "logs"]),
    // What files a copied database names is for its collections to say; a failure is told by mail.
    // What comes out of one is opened as a start would open it.
    ("backups", &["collections", "files", "settings", "jobs", "mail"]),
    // It holds what all of them wrote against each other, and repairs it as they would have written it.
    ("check", &["collections", "records", "files"]),
    // Limits of the settings name collections, and follow them to another name.
    ("collections", &["records", "files", "settings"]),
    // Raw SQL may change the collections, which are then published anew.
    ("console", &["collections"]),
    // A run is a job; when some schedules are due is a setting.
    ("crons", &["jobs", "settings"]),
    // The bucket is a setting.
    ("files", &["settings"]),
    // What is kept is a setting. Pages and their parameters are those of records.
    ("logs", &["settings", "records"]),
    // Sender and server are settings.
    ("mail", &["settings"]),
    ("rates", &["settings"]),
    // Who hears of a change is what a reader of the record may see, as long as that reader is signed in.
    ("realtime", &["records", "auth"]),
    ("records", &["files"]),
    // A whole directory that is taken over has settings and files too.
    ("import", &["collections", "records", "settings", "files"]),
    // The length of keys.
    ("config", &["error", "crypto"]),
    ("crypto", &["error", "ids", "time"]),
    ("ids", &["time"]),
    ("context", &[]),
    ("cron", &[]),
    ("time", &[]),
    ("error", &[]),
];

/// Where SQLite may be named outside `src/store`, and why.
const NAMES_SQLITE: &[(&str, &str)] = &[
    ("backups/restore/stage.rs", "the command for what is no backup"),
    ("import/mod.rs", "the room of the sources that are SQLite databases"),
    ("import/pocketbase/source.rs", "the command for what is no such directory"),
    ("import/rows/mod.rs", "what a database is called that is given as a file of rows"),
    ("import/rows/tests.rs", "the same, tested"),
    ("import/sqlite/indexes.rs", "names that the engine gave to indexes of the source"),
    ("import/names.rs", "names that the engine keeps to itself"),
    ("import/sqlite/views.rs", "the words of views in the source"),
    ("import/sqlite/words.rs", "the words of indexes in the source"),
    ("cli/check.rs", "the shell of SQLite saves what is left of a damaged file"),
    ("cli/import/mod.rs", "the command"),
    ("cli/import/sqlite.rs", "the command"),
];

#[test]
fn imports_point_down_only() {
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        let room = room_of(&path);
        for (line, used) in imports(&text) {
            if !may_use(&room, &used) {
                wrong.push(format!("{}:{line}: {room} uses {used}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "arrows that run upwards:\n{}", wrong.join("\n"));
}

#[test]
fn every_room_stands_on_the_map() {
    let lib = std::fs::read_to_string(root().join("lib.rs")).expect("lib.rs");
    let declared = lib.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'));
    let missing: Vec<_> = declared.filter(|room| layer(room).is_none()).collect();
    assert!(missing.is_empty(), "rooms without a layer: {missing:?}");
    let on_the_page = LAYERS.iter().skip(1).flat_map(|layer| layer.iter());
    let absent: Vec<_> = on_the_page.filter(|room| !lib.contains(&format!("[`{room}`]"))).collect();
    assert!(absent.is_empty(), "rooms that the map of lib.rs does not name: {absent:?}");
}

#[test]
fn only_the_store_knows_sqlite() {
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        if room_of(&path) == "store" {
            continue;
        }
        let name = path.to_str().expect("a plain path");
        if NAMES_SQLITE.iter().any(|(file, _)| *file == name) {
            continue;
        }
        for (number, line) in text.lines().enumerate() {
            // Prose may say what the engine is; code may not touch it.
            let code = line.split("//").next().unwrap_or_default().to_lowercase();
            if code.contains("rusqlite") || code.contains("sqlite") {
                wrong.push(format!("{name}:{}: {}", number + 1, line.trim()));
            }
        }
    }
    assert!(wrong.is_empty(), "SQLite outside the store:\n{}", wrong.join("\n"));
}

#[test]
fn below_http_nobody_knows_its_words() {
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        let room = room_of(&path);
        if ["main", "cli", "http"].contains(&room.as_str()) {
            continue;
        }
        for (number, line) in text.lines().enumerate() {
            let code = line.split("//").next().unwrap_or_default().trim_start();
            let imported = ["axum", "hyper", "tower_http", "http"].iter().any(|name| {
                code.starts_with(&format!("use {name}::")) || code.contains(&format!(" {name}::StatusCode"))
            });
            if imported {
                wrong.push(format!("{}:{}: {}", path.display(), number + 1, line.trim()));
            }
        }
    }
    assert!(wrong.is_empty(), "HTTP below http:\n{}", wrong.join("\n"));
}

#[test]
fn an_upward_arrow_would_be_seen() {
    let text = "use crate::{\n    error::Result,\n    http::{envelope, router},\n};\npub use crate::app::App;\nfn f() { crate::cli::run() }";
    let used: Vec<_> = imports(text).into_iter().map(|(_, room)| room).collect();
    assert_eq!(used, ["error", "http", "app", "cli"]);
    assert!(!may_use("records", "http"));
    assert!(!may_use("files", "records"));
    assert!(!may_use("schema", "filter"));
    assert!(may_use("records", "files"));
    assert!(may_use("http", "records"));
}

fn may_use(room: &str, used: &str) -> bool {
    let (Some(from), Some(to)) = (layer(room), layer(used)) else { return false };
    let neighbours: BTreeMap<_, _> = NEIGHBOURS.iter().copied().collect();
    room == used || from < to || neighbours.get(room).is_some_and(|allowed| allowed.contains(&used))
}

fn layer(room: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| layer.contains(&room))
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// Each source file, its path relative to `src`, without its unit tests.
fn sources() -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut folders = vec![root()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = std::fs::read_to_string(&path).expect("a source file");
                let text = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default().to_owned();
                found.push((path.strip_prefix(root()).expect("below src").to_owned(), text));
            }
        }
    }
    assert!(found.len() > 30, "the sources were not found");
    found
}

/// The room of a file: its folder, or its own name at the top.
fn room_of(path: &Path) -> String {
    let first = path.components().next().expect("a component").as_os_str().to_str().expect("a plain name");
    match first.trim_end_matches(".rs") {
        // The library's head only lists the rooms; it stands above them all.
        "lib" => "main".to_owned(),
        room => room.to_owned(),
    }
}

/// The rooms that a text names after `crate::`, with their lines: in `use`, in nested lists, and in paths.
fn imports(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let code: String =
        text.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n");
    for (at, _) in code.match_indices("crate::") {
        // `$crate::` of a macro and names that end in `crate` are something else.
        if code[..at].ends_with(|before: char| before.is_alphanumeric() || before == '_' || before == '$') {
            continue;
        }
        let line = code[..at].matches('\n').count() + 1;
        let rest = &code[at + "crate::".len()..];
        match rest.strip_prefix('{') {
            Some(list) => found.extend(heads(list).into_iter().map(|room| (line, room))),
            None => found.push((line, name_at(rest))),
        }
    }
    found
}

/// The first names of a `{…}` list whose opening brace is already read, nested lists left out.
fn heads(list: &str) -> Vec<String> {
    let (mut depth, mut start, mut found) = (0, 0, Vec::new());
    for (at, character) in list.char_indices() {
        match character {
            '{' => depth += 1,
            '}' if depth == 0 => {
                found.push(name_at(&list[start..at]));
                break;
            }
            '}' => depth -= 1,
            ',' if depth == 0 => {
                found.push(name_at(&list[start..at]));
                start = at + 1;
            }
            _ => {}
        }
    }
    found.retain(|name| !name.is_empty());
    found
}

fn name_at(text: &str) -> String {
    text.trim_start().chars().take_while(|character| character.is_alphanumeric() || *character == '_').collect()
}
