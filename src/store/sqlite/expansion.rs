//! How often views and common table expressions multiply each other. The engine writes each of them out wherever it
//! is named, before it does anything else: sixty that name the one before twice are 2^60 copies, during which it
//! cannot be stopped. So they are counted before it sees them.
//!
//! A text is read as words, not as a grammar: what stands where a table may stand counts as one. The count may be too
//! high where columns have the names of such tables, which a generous limit allows for; it is never too low.

use std::collections::{HashMap, HashSet};

use rusqlite::{Connection, OptionalExtension};

use super::errors::from_engine;
use crate::error::{Error, Result};

/// How many copies are too many. Each takes kilobytes.
const MOST: u64 = 10_000;

/// How deep they may stand in each other. The engine uses the stack for them.
const DEEPEST: usize = 250;

/// Refuses the statements of a text where they, with the views that they name, are more than the engine should write
/// out.
///
/// # Errors
/// `Engine` in words for whoever wrote the text.
pub(in crate::store) fn refuse_immense(connection: &Connection, text: &str) -> Result<()> {
    match is_immense(connection, text).map_err(from_engine)? {
        true => {
            Err(Error::Engine("the statement is too complex: its views and WITH clauses multiply each other".into()))
        }
        false => Ok(()),
    }
}

fn is_immense(connection: &Connection, text: &str) -> rusqlite::Result<bool> {
    let words = words(text);
    let mut texts = Texts::with_views_of(connection);
    texts.define_in(&words);
    let mut triggers = connection.prepare_cached("SELECT sql FROM sqlite_schema WHERE type = 'trigger'")?;
    let mut rows = triggers.query([])?;
    while let Some(row) = rows.next()? {
        if let Ok(text) = row.get_ref(0)?.as_str() {
            texts.define_in(&self::words(text));
        }
    }
    Ok(texts.copies_in(&tables(&words), 0)? > MOST)
}

/// A word, a quoted name, or a sign.
#[derive(Debug, Clone, PartialEq)]
enum Word {
    Name(String),
    Sign(u8),
}

/// What is known by name.
struct Texts<'c> {
    /// Where views are looked up once they are named.
    connection: &'c Connection,
    looked_up: HashSet<String>,
    /// Which tables the text behind a name names; of several texts with one name, all.
    named: HashMap<String, Vec<String>>,
    copies: HashMap<String, Option<u64>>,
}

impl<'c> Texts<'c> {
    fn with_views_of(connection: &'c Connection) -> Self {
        Self { connection, looked_up: HashSet::new(), named: HashMap::new(), copies: HashMap::new() }
    }

    /// Takes in the views and common table expressions that a text defines, however deep.
    fn define_in(&mut self, words: &[Word]) {
        for at in 0..words.len() {
            let Word::Name(name) = &words[at] else { continue };
            if let Some(body) = body_of(words, at) {
                self.named.entry(name.clone()).or_default().extend(tables(body));
            }
        }
    }

    fn look_up(&mut self, name: &str) -> rusqlite::Result<()> {
        if !self.looked_up.insert(name.to_owned()) {
            return Ok(());
        }
        let query = "SELECT sql FROM sqlite_schema WHERE type = 'view' AND name = ? COLLATE NOCASE";
        let text: Option<String> =
            self.connection.prepare_cached(query)?.query_row([name], |row| row.get(0)).optional()?;
        if let Some(text) = text {
            self.define_in(&words(&text));
        }
        Ok(())
    }

    fn copies_in(&mut self, tables: &[String], depth: usize) -> rusqlite::Result<u64> {
        let mut copies = 0_u64;
        for name in tables {
            copies = copies.saturating_add(self.copies_of(name, depth)?);
        }
        Ok(copies)
    }

    /// How many copies a name stands for; itself counts as one, and where it names itself, as one more.
    fn copies_of(&mut self, name: &str, depth: usize) -> rusqlite::Result<u64> {
        if let Some(known) = self.copies.get(name) {
            return Ok(known.unwrap_or(1));
        }
        self.look_up(name)?;
        let Some(tables) = self.named.get(name).cloned() else { return Ok(1) };
        if depth == DEEPEST {
            return Ok(u64::MAX);
        }
        self.copies.insert(name.to_owned(), None);
        let copies = self.copies_in(&tables, depth + 1)?.saturating_add(1);
        self.copies.insert(name.to_owned(), Some(copies));
        Ok(copies)
    }
}

/// The words of the text that a name stands for, where it is defined here: `name [(…)] AS [[NOT] MATERIALIZED] (…)`,
/// or `VIEW [IF NOT EXISTS] [schema.]name … ;`.
fn body_of(words: &[Word], at: usize) -> Option<&[Word]> {
    let is = |at: usize, word: &str| matches!(words.get(at), Some(Word::Name(name)) if name == word);
    let before = |back: usize, word: &str| at >= back && is(at - back, word);
    let qualified = at >= 2 && words[at - 1] == Word::Sign(b'.');
    let first = if qualified { 2 } else { 0 };
    if before(first + 1, "view") || (before(first + 1, "exists") && before(first + 4, "view")) {
        let end = words[at..].iter().position(|word| *word == Word::Sign(b';')).map_or(words.len(), |end| at + end);
        return Some(&words[at + 1..end]);
    }
    let mut next = at + 1;
    if words.get(next) == Some(&Word::Sign(b'(')) {
        next = closing(words, next)? + 1;
    }
    if !is(next, "as") {
        return None;
    }
    next += 1;
    while is(next, "not") || is(next, "materialized") {
        next += 1;
    }
    (words.get(next) == Some(&Word::Sign(b'('))).then(|| &words[next..closing(words, next).unwrap_or(words.len())])
}

/// Where the bracket closes that opens here.
fn closing(words: &[Word], open: usize) -> Option<usize> {
    let mut depth = 0;
    words.iter().enumerate().skip(open).find_map(|(at, word)| {
        match word {
            Word::Sign(b'(') => depth += 1,
            Word::Sign(b')') => depth -= 1,
            _ => {}
        }
        (depth == 0).then_some(at)
    })
}

/// The names that stand where a table may stand.
fn tables(words: &[Word]) -> Vec<String> {
    let mut found = Vec::new();
    let mut before: [Option<&Word>; 2] = [None, None];
    for (at, word) in words.iter().enumerate() {
        if let Word::Name(name) = word
            && words.get(at + 1) != Some(&Word::Sign(b'.'))
        {
            let place = match before {
                [Some(Word::Name(schema)), Some(Word::Sign(b'.'))] => schema == "main" || schema == "temp",
                [_, Some(Word::Name(word))] => ["from", "join", "in", "into", "update"].contains(&word.as_str()),
                [_, Some(Word::Sign(sign))] => matches!(sign, b',' | b'('),
                [_, None] => false,
            };
            if place {
                found.push(name.clone());
            }
        }
        before = [before[1], Some(word)];
    }
    found
}

/// The words of a text, names in lower case; comments are left out.
fn words(text: &str) -> Vec<Word> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let rest = &bytes[at..];
        at += match byte {
            b'-' if rest.starts_with(b"--") => rest.iter().position(|&byte| byte == b'\n').unwrap_or(rest.len()),
            b'/' if rest.starts_with(b"/*") => {
                rest[2..].windows(2).position(|pair| pair == b"*/").map_or(rest.len(), |end| end + 4)
            }
            b'\'' | b'"' | b'`' | b'[' => quoted(rest, &mut found),
            _ if is_word(byte) => {
                let length = rest.iter().position(|&byte| !is_word(byte)).unwrap_or(rest.len());
                found.push(name(&rest[..length]));
                length
            }
            _ => {
                if !byte.is_ascii_whitespace() {
                    found.push(Word::Sign(byte));
                }
                1
            }
        };
    }
    found
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$' || !byte.is_ascii()
}

fn name(bytes: &[u8]) -> Word {
    Word::Name(String::from_utf8_lossy(bytes).to_ascii_lowercase())
}

/// Reads a quoted name, or a text, which may be a name too; how many bytes it takes.
fn quoted(rest: &[u8], found: &mut Vec<Word>) -> usize {
    let close = if rest[0] == b'[' { b']' } else { rest[0] };
    let mut inner = Vec::new();
    let mut at = 1;
    while let Some(&byte) = rest.get(at) {
        if byte == close {
            if close == b']' || rest.get(at + 1) != Some(&close) {
                break;
            }
            at += 1;
        }
        inner.push(byte);
        at += 1;
    }
    found.push(name(&inner));
    (at + 1).min(rest.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn immense(set_up: &str, text: &str) -> bool {
        let db = Connection::open_in_memory().expect("memory");
        db.execute_batch(set_up).expect("set-up");
        is_immense(&db, text).expect("an answer")
    }

    fn doubling(levels: usize, name: impl Fn(usize) -> String, reference: impl Fn(usize) -> String) -> String {
        let mut parts = vec![format!("{} AS (SELECT 1 AS x)", name(0))];
        for level in 1..levels {
            let below = reference(level - 1);
            parts.push(format!("{} AS (SELECT p.x FROM {below} p, {below} q)", name(level)));
        }
        format!("WITH {} SELECT count(*) FROM {}", parts.join(", "), reference(levels - 1))
    }

    #[test]
    fn what_doubles_with_each_level_is_immense() {
        let plain = |level| format!("a{level}");
        assert!(!immense("", &doubling(8, plain, plain)));
        assert!(immense("", &doubling(20, plain, plain)));
        assert!(immense("", &doubling(60, plain, |level| format!("A{level}"))));
        assert!(immense("", &doubling(60, |level| format!("a{level}(x)"), |level| format!("\"a{level}\""))));
        assert!(immense("", &doubling(60, |level| format!("[a{level}]"), |level| format!("'a{level}' /* , */"))));
        assert!(immense("", &format!("SELECT 1; INSERT INTO t {}", doubling(60, plain, plain))));
    }

    #[test]
    fn the_order_and_the_joins_do_not_matter() {
        let mut parts: Vec<String> = (1..40)
            .map(|level| format!("a{level} AS NOT MATERIALIZED (SELECT 1 FROM a{0} JOIN a{0} ON 1)", level - 1))
            .collect();
        parts.push("a0 AS (SELECT 1)".into());
        parts.reverse();
        assert!(immense("", &format!("WITH {} SELECT 1 FROM (SELECT 1 FROM a39)", parts.join(", "))));
        parts.reverse();
        assert!(immense("", &format!("WITH {} SELECT 1 WHERE 1 IN a39", parts.join(", "))));
    }

    #[test]
    fn views_multiply_too() {
        let mut set_up = String::from("CREATE VIEW v0 AS SELECT 1 AS x;");
        for level in 1..30 {
            set_up.push_str(&format!("CREATE VIEW v{level} AS SELECT 1 AS x FROM v{0}, main.v{0};", level - 1));
        }
        assert!(immense(&set_up, "SELECT * FROM v29"));
        assert!(!immense(&set_up, "SELECT * FROM v5"));
        assert!(immense("", &format!("{set_up} SELECT * FROM v29")));
    }

    #[test]
    fn what_stands_too_deep_is_immense_too() {
        let mut set_up = String::from("CREATE VIEW v0 AS SELECT 1 AS x;");
        for level in 1..400 {
            set_up.push_str(&format!("CREATE VIEW v{level} AS SELECT x FROM v{};", level - 1));
        }
        assert!(immense(&set_up, "SELECT * FROM v399"));
        assert!(!immense(&set_up, "SELECT * FROM V200"));
    }

    #[test]
    fn ordinary_queries_are_not() {
        let mut long = String::from("WITH a0 AS (SELECT id, total FROM t)");
        for level in 1..50 {
            long.push_str(&format!(
                ", a{level} AS (SELECT a{0}.id, a{0}.total FROM a{0} WHERE a{0}.total > 0)",
                level - 1
            ));
        }
        assert!(!immense("", &format!("{long} SELECT * FROM a49")), "a long chain has no copies");
        let recursive = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x FROM n";
        assert!(!immense("", recursive));
        assert!(!immense("", "WITH total AS (SELECT sum(x) AS total FROM t) SELECT total, total FROM total"));
        assert!(!immense("", &"SELECT 1;".repeat(5000)));
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read(text in ".*") {
            words(&text);
            immense("", &text);
        }

        #[test]
        fn any_words_are_read(text in "(with|as|view|a|b|\\(|\\)|,|'|\"|\\[|;|--|/\\*|\\*/|\\.| |from|in){0,60}") {
            immense("", &text);
        }
    }
}
