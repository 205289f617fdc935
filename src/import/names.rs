//! Names: those of tables and columns may be anything, those of collections and fields are words.

use std::collections::HashSet;

/// The longest name of a collection and of a field.
const LONGEST_COLLECTION: usize = 255;
pub(super) const LONGEST_FIELD: usize = 100;

/// Tables of the system that are no collections.
const INTERNAL: [&str; 3] = ["_params", "_collections", "_migrations"];

/// What no field may be called, in lower case: what records have anyway, and words that filters read otherwise.
const RESERVED: [&str; 8] = ["id", "null", "true", "false", "_rowid_", "collectionid", "collectionname", "expand"];

/// Names that are taken, whatever the case of their letters.
#[derive(Debug, Default)]
pub(super) struct Taken(HashSet<String>);

impl Taken {
    pub(super) fn new(names: impl Iterator<Item = String>) -> Self {
        Self(names.map(|name| name.to_ascii_lowercase()).collect())
    }

    /// The name, or with a number behind it where it is taken; it is taken from now on.
    pub(super) fn take(&mut self, name: String, longest: usize) -> String {
        let free = |name: &String| !self.0.contains(&name.to_ascii_lowercase());
        let numbered = (2..).map(|number| {
            let end = format!("_{number}");
            format!("{}{end}", cut(&name, longest - end.len()))
        });
        let found = std::iter::once(cut(&name, longest).to_owned()).chain(numbered).find(free);
        let found = found.unwrap_or_default();
        self.0.insert(found.to_ascii_lowercase());
        found
    }
}

/// A name for the collection of a table, none that is taken.
pub(super) fn collection(prefix: &str, table: &str, taken: &mut Taken) -> String {
    let mut name = begun_with_a_letter(format!("{prefix}{}", word(table, "table")));
    let lower = name.to_ascii_lowercase();
    if lower.starts_with("_tb_") || lower.starts_with("sqlite_") || INTERNAL.contains(&lower.as_str()) {
        name = format!("source{}{name}", if name.starts_with('_') { "" } else { "_" });
    }
    taken.take(name, LONGEST_COLLECTION)
}

/// A name for the field of a column, none that is taken.
pub(super) fn field(column: &str, taken: &mut Taken) -> String {
    taken.take(field_name(column), LONGEST_FIELD)
}

/// The name of the field for a column, not counting which names are taken.
pub(super) fn field_name(column: &str) -> String {
    let name = begun_with_a_letter(word(column, "column"));
    match RESERVED.contains(&name.to_ascii_lowercase().as_str()) {
        true => in_source(&name),
        false => name,
    }
}

/// The name for what has the name in the source, and cannot have it here.
pub(super) fn in_source(name: &str) -> String {
    format!("source_{}", name.trim_start_matches('_'))
}

/// Filters read what begins with a digit as a number.
fn begun_with_a_letter(name: String) -> String {
    if name.starts_with(|first: char| first.is_ascii_digit()) { format!("_{name}") } else { name }
}

/// The text with `_` for everything that no name may have; `otherwise` where nothing else is left.
fn word(text: &str, otherwise: &str) -> String {
    let mut name = String::new();
    for one in text.chars() {
        let fits = one.is_ascii_alphanumeric() || one == '_';
        if fits {
            name.push(one);
        } else if !name.ends_with('_') {
            name.push('_');
        }
    }
    if !text.starts_with('_') {
        name = name.trim_start_matches('_').to_owned();
    }
    if !text.ends_with('_') {
        name.truncate(name.trim_end_matches('_').len());
    }
    while let Some(at) = name.to_ascii_lowercase().find("_via_") {
        // `_via_` marks back-relations in filters.
        name.replace_range(at..at + 1, "");
    }
    if name.bytes().all(|byte| byte == b'_') { otherwise.to_owned() } else { name }
}

/// The beginning of an ASCII name.
fn cut(name: &str, length: usize) -> &str {
    name.get(..length).unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_of_columns_become_words() {
        for (column, expected) in [
            ("AlbumId", "AlbumId"),
            ("first name", "first_name"),
            ("a.b-c", "a_b_c"),
            (" x ", "x"),
            ("Größe", "Gr_e"),
            ("日本", "column"),
            ("", "column"),
            ("___", "column"),
            ("_private", "_private"),
            ("1st", "_1st"),
            ("100%", "_100"),
            ("id", "source_id"),
            ("ID", "source_ID"),
            ("expand", "source_expand"),
            ("collectionId", "source_collectionId"),
            ("_rowid_", "source_rowid_"),
            ("posts_via_tags", "postsvia_tags"),
            ("a_VIA_b", "aVIA_b"),
            ("a\"b", "a_b"),
        ] {
            assert_eq!(field(column, &mut Taken::default()), expected, "{column}");
        }
    }

    #[test]
    fn what_is_taken_gets_a_number() {
        let mut taken = Taken::new(["users".to_owned()].into_iter());
        let names = ["Users", "a b", "a.b", "A_B"].map(|table| collection("", table, &mut taken));
        assert_eq!(names, ["Users_2", "a_b", "a_b_2", "A_B_3"]);
        let long = "x".repeat(300);
        let names = [(); 2].map(|()| collection("", &long, &mut taken));
        assert!(names[0].len() == 255 && names[1].len() == 255 && names[1].ends_with("_2"));
        assert_eq!(field(&long, &mut taken).len(), 100);
    }

    #[test]
    fn tables_of_ours_keep_their_names_to_themselves() {
        for (table, expected) in [
            ("_params", "source_params"),
            ("_TB_changes", "source_TB_changes"),
            ("_mine", "_mine"),
            ("sqlite thing", "source_sqlite_thing"),
        ] {
            assert_eq!(collection("", table, &mut Taken::default()), expected, "{table}");
        }
        assert_eq!(collection("", "2020", &mut Taken::default()), "_2020");
        assert_eq!(collection("shop_", "2020", &mut Taken::default()), "shop_2020");
        assert_eq!(collection("shop_", "order lines", &mut Taken::default()), "shop_order_lines");
    }

    proptest! {
        #[test]
        fn any_text_becomes_a_name(text in ".{0,400}") {
            let name = field(&text, &mut Taken::default());
            prop_assert!(!name.is_empty() && name.len() <= 100);
            prop_assert!(!name.starts_with(|first: char| first.is_ascii_digit()));
            prop_assert!(name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_'));
            let lower = name.to_ascii_lowercase();
            prop_assert!(!lower.contains("_via_") && !RESERVED.contains(&lower.as_str()));
        }
    }
}
