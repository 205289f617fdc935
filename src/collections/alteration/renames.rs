//! In which order columns are renamed.

use std::collections::HashSet;

use super::ASIDE;

/// A change of a column's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Rename {
    pub(super) from: String,
    pub(super) to: String,
}

/// Orders renames so that each new name is free when its turn comes. Names are compared in any case, as tables do.
/// A cycle (`a` and `b` change places) begins with a name that no field can have.
///
/// Each `from` and each `to` occurs once, and no other column has one of the new names.
pub(super) fn ordered(mut waiting: Vec<Rename>) -> Vec<Rename> {
    let key = |name: &str| name.to_ascii_lowercase();
    let mut taken: HashSet<String> = waiting.iter().map(|rename| key(&rename.from)).collect();
    let mut done = Vec::with_capacity(waiting.len());
    while !waiting.is_empty() {
        let free = |rename: &Rename| key(&rename.from) == key(&rename.to) || !taken.contains(&key(&rename.to));
        if let Some(at) = waiting.iter().position(free) {
            let rename = waiting.remove(at);
            taken.remove(&key(&rename.from));
            done.push(rename);
        } else {
            let first = &mut waiting[0];
            let aside = format!("{}{ASIDE}", first.from);
            taken.remove(&key(&first.from));
            done.push(Rename { from: std::mem::replace(&mut first.from, aside.clone()), to: aside });
        }
    }
    done
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;

    use super::*;

    fn renames(pairs: &[(&str, &str)]) -> Vec<Rename> {
        pairs.iter().map(|(from, to)| Rename { from: (*from).into(), to: (*to).into() }).collect()
    }

    #[test]
    fn a_chain_is_renamed_from_its_free_end() {
        let order = ordered(renames(&[("a", "b"), ("b", "c")]));
        assert_eq!(order, renames(&[("b", "c"), ("a", "b")]));
    }

    #[test]
    fn a_swap_goes_through_a_name_that_no_field_can_have() {
        let order = ordered(renames(&[("a", "b"), ("b", "a")]));
        assert_eq!(order, renames(&[("a", "a~"), ("b", "a"), ("a~", "b")]));
    }

    #[test]
    fn a_change_of_case_needs_no_detour() {
        let order = ordered(renames(&[("title", "Title")]));
        assert_eq!(order, renames(&[("title", "Title")]));
    }

    #[test]
    fn names_that_differ_by_case_only_are_in_each_others_way() {
        let order = ordered(renames(&[("a", "B"), ("b", "A")]));
        assert_eq!(order, renames(&[("a", "a~"), ("b", "A"), ("a~", "B")]));
    }

    proptest! {
        /// Runs the order on a table of named cells that refuses a name twice, as an engine does.
        #[test]
        fn every_permutation_arrives(targets in Just((0..9usize).collect::<Vec<_>>()).prop_shuffle()) {
            let wanted: Vec<Rename> = targets.iter().enumerate()
                .filter(|(from, to)| from != *to)
                .map(|(from, to)| Rename { from: format!("c{from}"), to: format!("C{to}") })
                .collect();
            let mut table: HashMap<String, usize> = (0..9).map(|at| (format!("c{at}"), at)).collect();
            for Rename { from, to } in ordered(wanted) {
                let cell = table.remove(&from.to_lowercase()).expect("the column is there");
                prop_assert!(table.insert(to.to_lowercase(), cell).is_none(), "{to} was taken");
            }
            for (from, to) in targets.iter().enumerate() {
                prop_assert_eq!(table[&format!("c{to}")], from);
            }
        }
    }
}
