//! Which part of a file is asked for (contract: files, section 7).

use std::ops::Range;

/// What a `Range` header comes to for a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part {
    /// All of it: nothing or several ranges were asked for, or the file is empty.
    Whole,
    /// These bytes.
    Bytes(Range<u64>),
    /// Bytes beyond its end.
    Beyond,
    /// Nothing that can be understood.
    Malformed,
}

/// Reads a header for a file of a size.
pub(super) fn part(header: &str, size: u64) -> Part {
    let Some(list) = header.strip_prefix("bytes=") else { return Part::Malformed };
    let asked: Option<Vec<_>> = list.split(',').map(str::trim).filter(|one| !one.is_empty()).map(one).collect();
    match asked.as_deref() {
        None => Part::Malformed,
        Some([asked]) if size > 0 => within(*asked, size),
        Some(_) => Part::Whole,
    }
}

/// One range as it was asked for.
#[derive(Debug, Clone, Copy)]
enum Asked {
    From(u64, Option<u64>),
    Last(u64),
}

fn one(text: &str) -> Option<Asked> {
    let (first, last) = text.split_once('-')?;
    let (first, last) = (first.trim(), last.trim());
    if first.is_empty() {
        return Some(Asked::Last(number(last)?));
    }
    let first = number(first)?;
    let last = if last.is_empty() { None } else { Some(number(last)?) };
    last.is_none_or(|last| first <= last).then_some(Asked::From(first, last))
}

/// A number of digits alone; one that is too large is as good as the greatest.
fn number(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().unwrap_or(u64::MAX))
}

fn within(asked: Asked, size: u64) -> Part {
    match asked {
        Asked::Last(0) => Part::Beyond,
        Asked::Last(count) => Part::Bytes(size - count.min(size)..size),
        Asked::From(first, _) if first >= size => Part::Beyond,
        Asked::From(first, last) => Part::Bytes(first..last.map_or(size, |last| last.min(size - 1) + 1)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_as_the_contract_says() {
        for (header, expected) in [
            ("bytes=0-3", Part::Bytes(0..4)),
            ("bytes=5-", Part::Bytes(5..10)),
            ("bytes=-2", Part::Bytes(8..10)),
            ("bytes=-20", Part::Bytes(0..10)),
            ("bytes=9-9", Part::Bytes(9..10)),
            ("bytes=0-99999999999999999999999", Part::Bytes(0..10)),
            ("bytes= 2 - 3 ,", Part::Bytes(2..4)),
            ("bytes=0-1,3-4", Part::Whole),
            ("bytes=20-21,30-31", Part::Whole),
            ("bytes=", Part::Whole),
            ("bytes=10-", Part::Beyond),
            ("bytes=99999999999999999999999-", Part::Beyond),
            ("bytes=-0", Part::Beyond),
            ("bytes=5-2", Part::Malformed),
            ("bytes=-", Part::Malformed),
            ("bytes=--2", Part::Malformed),
            ("bytes=1-2-3", Part::Malformed),
            ("bytes=+1-2", Part::Malformed),
            ("bytes=0-1,x", Part::Malformed),
            ("abc", Part::Malformed),
            ("", Part::Malformed),
            ("items=0-3", Part::Malformed),
        ] {
            assert_eq!(part(header, 10), expected, "{header}");
        }
        for header in ["bytes=0-", "bytes=-5", "bytes=3-4"] {
            assert_eq!(part(header, 0), Part::Whole, "{header} of an empty file");
        }
    }
}
