//! Names of fields from names of columns.

use std::collections::HashSet;

/// The longest name, with room for a number behind it.
const LONGEST: usize = 90;

/// What fields cannot be called, in lower case: records have these beside their fields or read them otherwise.
const RESERVED: [&str; 9] =
    ["null", "true", "false", "_rowid_", "rowid", "oid", "collectionid", "collectionname", "expand"];

/// What records have already.
const OWN: [&str; 3] = ["id", "created", "updated"];

/// The names that are given so far.
#[derive(Debug)]
pub(super) struct Names {
    /// In lower case: columns differ in more than the case of their letters.
    taken: HashSet<String>,
}

impl Names {
    pub(super) fn new() -> Self {
        Self { taken: OWN.iter().map(|&name| name.to_owned()).collect() }
    }

    /// A free name that is as near as can be.
    pub(super) fn take(&mut self, source: &str) -> String {
        let name = field_name(source);
        let mut free = name.clone();
        let mut number = 2;
        while !self.taken.insert(free.to_ascii_lowercase()) {
            free = format!("{name}_{number}");
            number += 1;
        }
        free
    }
}

/// The name of the field for a column, not counting which names are taken.
pub(in crate::import) fn field_name(source: &str) -> String {
    let word = |one: char| if one.is_ascii_alphanumeric() || one == '_' { one } else { '_' };
    let mut name: String = source.trim().chars().map(word).take(LONGEST).collect();
    if name.bytes().all(|byte| byte == b'_') {
        "column".clone_into(&mut name);
    }
    while let Some(at) = name.to_ascii_lowercase().find("_via_") {
        name.replace_range(at..at + "_via_".len(), "_via");
    }
    if name.starts_with(|first: char| first.is_ascii_digit()) {
        name.insert(0, '_');
    }
    let lower = name.to_ascii_lowercase();
    if OWN.contains(&lower.as_str()) {
        name.insert_str(0, "source_");
    } else if RESERVED.contains(&lower.as_str()) {
        name.push_str("_field");
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_columns_become_names_of_fields() {
        for (source, expected) in [
            ("title", "title"),
            ("First Name", "First_Name"),
            (" padded ", "padded"),
            ("Größe", "Gr__e"),
            ("日本", "column"),
            ("", "column"),
            ("2020", "_2020"),
            ("a_via_b", "a_viab"),
            ("a_VIA__via_b", "a_viavia_b"),
            ("id", "source_id"),
            ("ID", "source_ID"),
            ("created", "source_created"),
            ("expand", "expand_field"),
            ("collectionId", "collectionId_field"),
            ("a\"; DROP TABLE x", "a___DROP_TABLE_x"),
        ] {
            assert_eq!(field_name(source), expected, "{source}");
        }
        assert_eq!(field_name(&"x".repeat(500)).len(), LONGEST);
    }

    #[test]
    fn no_name_is_given_twice_whatever_its_case() {
        let mut names = Names::new();
        let given: Vec<String> = ["a b", "a_b", "A_B", "a_b_2", "id", "ID"].map(|source| names.take(source)).into();
        assert_eq!(given, ["a_b", "a_b_2", "A_B_3", "a_b_2_2", "source_id", "source_ID_2"]);
    }
}
