//! What the values of a column are: what they were declared to be does not bind them.

use base64::encoded_len;

use super::dates;
use crate::store::foreign::Cell;

/// What was seen in one column.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Observed {
    /// How many rows there are.
    pub(super) rows: u64,
    /// How many have NULL.
    pub(super) nulls: u64,
    /// How many have a whole number.
    pub(super) ints: u64,
    /// The least and the greatest of them.
    pub(super) range: Option<(i64, i64)>,
    /// How many have another number.
    pub(super) reals: u64,
    /// The least and the greatest of those that are finite.
    pub(super) real_range: Option<(f64, f64)>,
    /// How many of them are infinite.
    pub(super) infinite: u64,
    /// How many numbers are 0.
    pub(super) zeros: u64,
    /// How many have a text.
    pub(super) texts: u64,
    /// How many of them are empty.
    pub(super) empty: u64,
    /// How many of them were no UTF-8.
    pub(super) broken: u64,
    /// Whether each text that is not empty is an instant.
    pub(super) dates: bool,
    /// How many instants have more digits than milliseconds.
    pub(super) finer: u64,
    /// Whether each text that is not empty is JSON.
    pub(super) json: bool,
    /// Whether each text that is not empty is a truth.
    pub(super) truths: bool,
    /// How many have bytes.
    pub(super) blobs: u64,
    /// How many characters the longest has as a text.
    pub(super) longest: usize,
    /// How many bytes the longest text has.
    pub(super) largest: usize,
}

impl Default for Observed {
    fn default() -> Self {
        Self {
            rows: 0,
            nulls: 0,
            ints: 0,
            range: None,
            reals: 0,
            real_range: None,
            infinite: 0,
            zeros: 0,
            texts: 0,
            empty: 0,
            broken: 0,
            dates: true,
            finer: 0,
            json: true,
            truths: true,
            blobs: 0,
            longest: 0,
            largest: 0,
        }
    }
}

impl Observed {
    /// Adds a value.
    pub(super) fn see(&mut self, cell: &Cell<'_>) {
        self.rows += 1;
        match cell {
            Cell::Null => self.nulls += 1,
            Cell::Int(number) => {
                self.ints += 1;
                self.zeros += u64::from(*number == 0);
                let (least, greatest) = self.range.unwrap_or((*number, *number));
                self.range = Some((least.min(*number), greatest.max(*number)));
            }
            Cell::Real(number) if number.is_finite() => {
                self.reals += 1;
                self.zeros += u64::from(*number == 0.0);
                let (least, greatest) = self.real_range.unwrap_or((*number, *number));
                self.real_range = Some((least.min(*number), greatest.max(*number)));
            }
            Cell::Real(_) => {
                self.reals += 1;
                self.infinite += 1;
            }
            Cell::Text(text) => self.see_text(text),
            Cell::Broken(text) => {
                self.broken += 1;
                self.see_text(text);
            }
            Cell::Blob(bytes) => {
                self.blobs += 1;
                let length = encoded_len(bytes.len(), true).unwrap_or(usize::MAX);
                self.longest = self.longest.max(length);
                self.largest = self.largest.max(length);
            }
        }
    }

    fn see_text(&mut self, text: &str) {
        self.texts += 1;
        self.largest = self.largest.max(text.len());
        if text.len() > self.longest {
            self.longest = self.longest.max(text.chars().count());
        }
        if text.is_empty() {
            self.empty += 1;
            return;
        }
        // Each question is asked until the first text that answers no.
        if self.dates {
            match dates::of_text(text) {
                Some(instant) => self.finer += u64::from(instant.is_finer),
                None => self.dates = false,
            }
        }
        self.json = self.json && serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok();
        self.truths = self.truths && truth(text).is_some();
    }

    /// How many rows have a value.
    pub(super) fn values(&self) -> u64 {
        self.rows - self.nulls
    }

    /// How many rows have nothing, or what fields take for nothing.
    pub(super) fn blanks(&self) -> u64 {
        self.nulls + self.empty
    }

    /// Whether all whole numbers are within these.
    pub(super) fn ints_within(&self, least: i64, greatest: i64) -> bool {
        self.range.is_none_or(|(from, to)| least <= from && to <= greatest)
    }

    /// Whether all numbers are finite and within these.
    pub(super) fn numbers_within(&self, least: f64, greatest: f64) -> bool {
        self.infinite == 0
            && self.range.is_none_or(|(from, to)| least <= from as f64 && to as f64 <= greatest)
            && self.real_range.is_none_or(|(from, to)| least <= from && to <= greatest)
    }
}

/// The truth that a text says.
pub(super) fn truth(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "1" | "t" | "true" => Some(true),
        "0" | "f" | "false" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(cells: &[Cell<'_>]) -> Observed {
        let mut observed = Observed::default();
        cells.iter().for_each(|cell| observed.see(cell));
        observed
    }

    #[test]
    fn values_are_counted_by_kind() {
        let observed = seen(&[
            Cell::Null,
            Cell::Int(-3),
            Cell::Int(0),
            Cell::Real(2.5),
            Cell::Real(f64::INFINITY),
            Cell::Text("".into()),
            Cell::Text("größer".into()),
            Cell::Broken("x\u{fffd}".into()),
            Cell::Blob(&[1, 2, 3, 4]),
        ]);
        assert_eq!((observed.rows, observed.nulls, observed.values(), observed.blanks()), (9, 1, 8, 2));
        assert_eq!((observed.ints, observed.range, observed.zeros), (2, Some((-3, 0)), 1));
        assert_eq!((observed.reals, observed.infinite, observed.real_range), (2, 1, Some((2.5, 2.5))));
        assert_eq!((observed.texts, observed.empty, observed.broken), (3, 1, 1));
        assert_eq!((observed.blobs, observed.longest, observed.largest), (1, 8, 8));
        assert!(!observed.dates && !observed.json && !observed.truths);
    }

    #[test]
    fn texts_are_dates_json_or_truths_where_all_are() {
        let dates =
            seen(&[Cell::Text("2020-01-02".into()), Cell::Text("".into()), Cell::Text("2020-01-02 03:04".into())]);
        assert!(dates.dates && !dates.json && !dates.truths);
        let json = seen(&[Cell::Text("{\"a\": 1}".into()), Cell::Text(" [] ".into())]);
        assert!(json.json && !json.dates);
        let truths = seen(&[Cell::Text("TRUE".into()), Cell::Text("f".into())]);
        assert!(truths.truths && !truths.json);
    }
}
