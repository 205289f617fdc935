//! Reading the `fields` parameter: `a, b.c, *, title:excerpt(10, true)`.

use std::collections::HashMap;

use super::excerpt::Excerpt;
use crate::error::{Error, Result};

/// How many levels a path goes down; what lies deeper does not occur.
const DEEPEST: usize = 128;

/// What is wanted of one level, by key.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Wanted {
    paths: HashMap<String, Path>,
}

/// What is wanted of the value of a key: the whole of it, perhaps modified, or what is said of the level below.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Path {
    pub(super) below: Wanted,
    pub(super) whole: bool,
    pub(super) modifier: Option<Excerpt>,
}

/// Reads the parameter.
///
/// # Errors
/// `Invalid` for a modifier that is none.
pub fn wanted(text: &str) -> Result<Wanted> {
    let mut wanted = Wanted::default();
    for part in split(text) {
        let part = part.trim();
        let (path, modifier) = match part.split_once(':') {
            Some((path, modifier)) => (path.trim(), Some(excerpt(modifier)?)),
            None => (part, None),
        };
        wanted.add(path, modifier);
    }
    Ok(wanted)
}

impl Wanted {
    fn add(&mut self, path: &str, modifier: Option<Excerpt>) {
        let mut keys = path.splitn(DEEPEST, '.').peekable();
        let mut level = self;
        while let Some(key) = keys.next() {
            let path = level.paths.entry(key.to_owned()).or_default();
            if keys.peek().is_none() {
                path.whole = true;
                path.modifier = modifier;
                return;
            }
            level = &mut path.below;
        }
    }

    /// What is said of a key: by its name, or by a star that ends its path.
    pub(super) fn of(&self, key: &str) -> Option<&Path> {
        self.paths.get(key).or_else(|| self.paths.get("*").filter(|star| star.whole))
    }
}

/// The parts between commas that are not in brackets.
fn split(text: &str) -> Vec<&str> {
    let (mut parts, mut from, mut depth) = (Vec::new(), 0, 0_usize);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'(' => depth += 1,
            b')' => depth = depth.saturating_sub(1),
            b',' if depth == 0 => {
                parts.push(&text[from..at]);
                from = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[from..]);
    parts
}

/// `excerpt(max, withEllipsis?)`
fn excerpt(text: &str) -> Result<Excerpt> {
    let invalid = || Error::bad_request("The fields parameter has an invalid modifier.");
    let arguments = text.trim().strip_prefix("excerpt").and_then(|rest| rest.trim_start().strip_prefix('('));
    let arguments = arguments.and_then(|rest| rest.strip_suffix(')')).ok_or_else(invalid)?;
    let mut arguments = arguments.split(',').map(str::trim);
    let max = arguments.next().and_then(|max| max.parse::<usize>().ok()).filter(|&max| max > 0).ok_or_else(invalid)?;
    let ellipsis = matches!(arguments.next(), Some("1" | "t" | "T" | "true" | "TRUE" | "True"));
    match arguments.next() {
        None => Ok(Excerpt { max, ellipsis }),
        Some(_) => Err(invalid()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn modifier(text: &str) -> Option<Excerpt> {
        wanted(text).expect("readable").paths["a"].modifier
    }

    #[test]
    fn excerpts_have_a_length_and_perhaps_an_ellipsis() {
        assert_eq!(modifier("a:excerpt(10)"), Some(Excerpt { max: 10, ellipsis: false }));
        assert_eq!(modifier("a:excerpt( 10 , true )"), Some(Excerpt { max: 10, ellipsis: true }));
        assert_eq!(modifier("a:excerpt(10,1)"), Some(Excerpt { max: 10, ellipsis: true }));
        assert_eq!(modifier("a:excerpt(10,yes)"), Some(Excerpt { max: 10, ellipsis: false }));
        assert_eq!(modifier("a"), None);
    }

    #[test]
    fn other_modifiers_are_refused() {
        for text in [
            "a:",
            "a:lower",
            "a:excerpt",
            "a:excerpt(",
            "a:excerpt()",
            "a:excerpt(0)",
            "a:excerpt(-1)",
            "a:excerpt(x)",
            "a:excerpt(1.5)",
            "a:excerpt(1,true,1)",
            "a:excerpt(5",
            "b,a:unknown(1)",
            "a:excerpt(5)x",
        ] {
            assert!(wanted(text).is_err(), "{text}");
        }
    }

    #[test]
    fn commas_in_brackets_separate_nothing() {
        assert_eq!(split("a,b:excerpt(1,true), c"), ["a", "b:excerpt(1,true)", " c"]);
    }

    #[test]
    fn a_very_deep_path_is_read_and_dropped_without_harm() {
        let deep = vec!["a"; 20_000].join(".");
        drop(wanted(&deep));
    }
}
