//! Regular expressions that superusers write: compiled once, bounded in size, and turned around to generate texts.
//!
//! The contract's expressions are RE2's: `\d`, `\w`, `\s` and `\b` are ASCII, and a `[` inside a class is a plain
//! character. They are translated to the syntax of the engine before it compiles them.

use std::sync::{Arc, LazyLock};

use quick_cache::Weighter;
use quick_cache::sync::Cache;
use rand::{Rng, RngExt};
use regex::{Regex, RegexBuilder};
use regex_syntax::hir::{Class, Hir, HirKind};

/// The size of a compiled expression that nearly all stay under, in MiB.
const USUAL_SIZE: usize = 1;

/// The greatest size of a compiled expression, in MiB: enough for a hundred letters of any script. A search of a
/// long text in one of this size takes milliseconds.
const GREATEST_SIZE: usize = 10;

/// The longest expression that is looked at.
const LENGTH_LIMIT: usize = 10_000;

/// The longest text that is generated.
const GENERATED_LIMIT: usize = 10_000;

/// How often `*`, `+` and `{n,}` repeat beyond their minimum at most.
const OPEN_REPEATS: u32 = 6;

/// How many MiB of expressions are remembered at most.
const REMEMBERED: usize = 200;

type Compiled = Result<Expression, Arc<str>>;

/// A compiled expression.
struct Expression {
    regex: Regex,
    hir: Hir,
    /// What it may take, in MiB.
    size: usize,
}

#[derive(Clone)]
struct BySize;

impl Weighter<String, Arc<Compiled>> for BySize {
    fn weight(&self, _: &String, compiled: &Arc<Compiled>) -> u64 {
        compiled.as_ref().as_ref().map_or(USUAL_SIZE, |expression| expression.size) as u64
    }
}

/// Compiles an expression, or finds it among those compiled before.
fn compile(pattern: &str) -> Arc<Compiled> {
    static CACHE: LazyLock<Cache<String, Arc<Compiled>, BySize>> =
        LazyLock::new(|| Cache::with_weighter(REMEMBERED, REMEMBERED as u64, BySize));
    if let Some(compiled) = CACHE.get(pattern) {
        return compiled;
    }
    let compiled = Arc::new(compile_anew(pattern).map_err(Arc::from));
    if pattern.len() <= LENGTH_LIMIT {
        CACHE.insert(pattern.to_owned(), Arc::clone(&compiled));
    }
    compiled
}

fn compile_anew(pattern: &str) -> Result<Expression, String> {
    if pattern.len() > LENGTH_LIMIT {
        return Err(format!("the expression is longer than {LENGTH_LIMIT} bytes"));
    }
    let translated = translate(pattern);
    let build = |size: usize| RegexBuilder::new(&translated).size_limit(size << 20).nest_limit(100).build();
    let (built, size) = match build(USUAL_SIZE) {
        Err(regex::Error::CompiledTooBig(_)) => (build(GREATEST_SIZE), GREATEST_SIZE),
        usual => (usual, USUAL_SIZE),
    };
    let regex = built.map_err(|error| last_line(&error.to_string()))?;
    let hir = regex_syntax::parse(&translated).map_err(|error| last_line(&error.to_string()))?;
    Ok(Expression { regex, hir, size })
}

/// The engine draws the expression over several lines; the reason stands in the last one. Without its final dot.
fn last_line(error: &str) -> String {
    let line = error.lines().last().unwrap_or_default();
    line.strip_prefix("error: ").unwrap_or(line).trim_end_matches('.').to_owned()
}

/// Whether a text has a match, or why the expression cannot be used.
pub fn is_match(pattern: &str, text: &str) -> Result<bool, Arc<str>> {
    match &*compile(pattern) {
        Ok(expression) => Ok(expression.regex.is_match(text)),
        Err(reason) => Err(Arc::clone(reason)),
    }
}

/// Why an expression cannot be used.
pub fn fault(pattern: &str) -> Option<Arc<str>> {
    compile(pattern).as_ref().as_ref().err().cloned()
}

/// A random text that an expression describes.
///
/// # Errors
/// Why there is none: the expression cannot be used, nothing matches it, or the text would be too long.
pub fn generate(pattern: &str) -> Result<String, Arc<str>> {
    let compiled = compile(pattern);
    let expression = compiled.as_ref().as_ref().map_err(Arc::clone)?;
    let mut out = String::new();
    append(&expression.hir, &mut rand::rng(), &mut out).map_err(Arc::from)?;
    Ok(out)
}

fn append(hir: &Hir, rng: &mut impl Rng, out: &mut String) -> Result<(), &'static str> {
    if out.len() > GENERATED_LIMIT {
        return Err("the generated text would be too long");
    }
    // Anchors and their repetitions, however many.
    if hir.properties().maximum_len() == Some(0) {
        return Ok(());
    }
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => Ok(()),
        HirKind::Literal(literal) => {
            out.push_str(&String::from_utf8_lossy(&literal.0));
            Ok(())
        }
        HirKind::Class(class) => {
            out.push(pick(class, rng).ok_or("no text matches the expression")?);
            Ok(())
        }
        HirKind::Repetition(repetition) => {
            let most = repetition.max.unwrap_or(repetition.min.saturating_add(OPEN_REPEATS));
            for _ in 0..rng.random_range(repetition.min..=most.max(repetition.min)) {
                append(&repetition.sub, rng, out)?;
            }
            Ok(())
        }
        HirKind::Capture(capture) => append(&capture.sub, rng, out),
        HirKind::Concat(parts) => parts.iter().try_for_each(|part| append(part, rng, out)),
        HirKind::Alternation(branches) => append(&branches[rng.random_range(0..branches.len())], rng, out),
    }
}

/// A character of a class, a printable ASCII one where the class has some.
fn pick(class: &Class, rng: &mut impl Rng) -> Option<char> {
    let ranges: Vec<(u32, u32)> = match class {
        Class::Unicode(class) => class.iter().map(|range| (range.start().into(), range.end().into())).collect(),
        Class::Bytes(class) => class.iter().map(|range| (range.start().into(), range.end().into())).collect(),
    };
    let printable: Vec<(u32, u32)> =
        ranges.iter().map(|&(first, last)| (first.max(0x20), last.min(0x7e))).filter(|(a, b)| a <= b).collect();
    let ranges = if printable.is_empty() { ranges } else { printable };
    let count: u32 = ranges.iter().map(|(first, last)| last - first + 1).sum();
    if count == 0 {
        return None;
    }
    let mut at = rng.random_range(0..count);
    for (first, last) in ranges {
        let size = last - first + 1;
        if at < size {
            // Surrogates lie inside of wide ranges and are no characters.
            return Some(char::from_u32(first + at).unwrap_or('\u{fffd}'));
        }
        at -= size;
    }
    None
}

/// RE2's syntax in the engine's words.
fn translate(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len() + 16);
    let mut rest = pattern.chars().peekable();
    let mut in_class = false;
    while let Some(one) = rest.next() {
        match one {
            '\\' => match (rest.next(), in_class) {
                (Some('d'), _) => out.push_str("[0-9]"),
                (Some('D'), _) => out.push_str("[^0-9]"),
                (Some('w'), _) => out.push_str("[0-9A-Za-z_]"),
                (Some('W'), _) => out.push_str("[^0-9A-Za-z_]"),
                (Some('s'), _) => out.push_str(r"[\t\n\f\r ]"),
                (Some('S'), _) => out.push_str(r"[^\t\n\f\r ]"),
                (Some('b'), false) => out.push_str(r"(?-u:\b)"),
                (Some('B'), false) => out.push_str(r"(?-u:\B)"),
                (Some(plain @ ('<' | '>')), _) => out.push(plain),
                (Some(named @ ('x' | 'p' | 'P')), _) => {
                    out.extend(['\\', named]);
                    if rest.peek() == Some(&'{') {
                        copy_through('}', &mut rest, &mut out);
                    }
                }
                (Some(other), _) => out.extend(['\\', other]),
                (None, _) => out.push('\\'),
            },
            '[' if !in_class => {
                in_class = true;
                out.push('[');
                if rest.next_if_eq(&'^').is_some() {
                    out.push('^');
                }
                // A bracket that comes first is a plain character.
                if rest.next_if_eq(&']').is_some() {
                    out.push_str(r"\]");
                }
            }
            '[' if rest.peek() == Some(&':') => {
                out.push('[');
                copy_through(']', &mut rest, &mut out);
            }
            '[' => out.push_str(r"\["),
            ']' if in_class => {
                in_class = false;
                out.push(']');
            }
            '{' if !in_class && !begins_a_count(rest.clone()) => out.push_str(r"\{"),
            '&' | '~' if in_class => out.extend(['\\', one]),
            other => out.push(other),
        }
    }
    out
}

/// Copies up to and with a character.
fn copy_through(last: char, rest: &mut impl Iterator<Item = char>, out: &mut String) {
    for inside in rest {
        out.push(inside);
        if inside == last {
            return;
        }
    }
}

/// Whether what follows a brace is `n}`, `n,}` or `n,m}`; any other brace is a plain character.
fn begins_a_count(rest: impl Iterator<Item = char>) -> bool {
    // No count that is allowed is longer.
    let ahead: String = rest.take(24).collect();
    let Some((count, _)) = ahead.split_once('}') else { return false };
    let (least, most) = count.split_once(',').unwrap_or((count, ""));
    !least.is_empty() && least.bytes().chain(most.bytes()).all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn expressions_mean_what_re2_means() {
        let cases = [
            (r"^\w+$", "abc_1", true),
            (r"^\w+$", "é", false),
            (r"^\d+$", "٣", false),
            (r"^[\w.-]+$", "a.b-c", true),
            (r"^[[a]+$", "[a[", true),
            (r"^[]a]+$", "]a", true),
            (r"^[^]a]+$", "]", false),
            (r"^[[:alpha:]]+$", "abc", true),
            (r"^[a&&b]+$", "a&b", true),
            (r"^\<b\>$", "<b>", true),
            (r"\bfoo\b", "a foo b", true),
            (r"b", "abc", true),
            (r"^\p{L}{1,100}$", "käse", true),
            (r"^{a}{,2}$", "{a}{,2}", true),
            (r"^a{2,}\x{62}{2}\p{L}$", "aaabbé", true),
            (r"^a.c$", "a\u{1f600}c", true),
        ];
        for (pattern, text, expected) in cases {
            assert_eq!(is_match(pattern, text), Ok(expected), "{pattern} on {text}");
        }
    }

    #[test]
    fn broken_and_huge_expressions_are_refused_with_a_reason() {
        assert_eq!(fault("[a").as_deref(), Some("unclosed character class"));
        for pattern in ["(?=a)", r"(a)\1", "(((a{1000}){1000}){1000})", "(", "*", "\\", "[", &"a".repeat(10_001)] {
            let reason = fault(pattern).expect(pattern);
            assert!(!reason.is_empty() && !reason.contains('\n') && !reason.ends_with('.'), "{reason}");
        }
    }

    #[test]
    fn generated_texts_match_their_expression() {
        for pattern in [
            "[a-z0-9]{15}",
            "[a-zA-Z0-9]{50}",
            r"^slug-\d+$",
            "a|b|cd?",
            r"[^a]{3}",
            ".{4}",
            r"(x\w*y){2,3}",
            "",
            "[а-я]{5}",
        ] {
            for _ in 0..50 {
                let text = generate(pattern).expect(pattern);
                assert_eq!(is_match(&format!("^(?:{pattern})$"), &text), Ok(true), "{pattern} gave {text}");
            }
        }
    }

    #[test]
    fn texts_that_cannot_be_generated_are_reported() {
        assert!(generate(r"[^\w\W]").is_err());
        assert!(generate("(?:(?:ab{500}){500}){10}").is_err());
        assert!(generate("[a").is_err());
    }

    proptest! {
        #[test]
        fn no_expression_panics(pattern in r"[\[\]\\^$.*+?(){}|a-c0-3&~:<>dwsbDWSB,-]{0,30}") {
            let _ = is_match(&pattern, "abc");
            let _ = generate(&pattern);
        }
    }
}
