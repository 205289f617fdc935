//! The text of `expand` as paths.

use std::collections::HashSet;

use super::DEPTH;

/// The paths of a parameter: spaces and outer dots removed, prefixes of others and repetitions left out, cut to the
/// depth that is followed.
pub(super) fn parse(text: &str) -> Vec<Vec<String>> {
    let texts: Vec<String> = text
        .split(',')
        .map(|path| path.replace(' ', "").trim_matches('.').to_owned())
        .filter(|path| !path.is_empty())
        .collect();
    let mut sorted: Vec<&str> = texts.iter().map(String::as_str).collect();
    sorted.sort_unstable();
    let mut paths: Vec<Vec<String>> = Vec::new();
    let mut seen = HashSet::new();
    for text in &texts {
        if is_prefix_of_another(text, &sorted) {
            continue;
        }
        let path: Vec<String> = text.split('.').take(DEPTH).map(str::to_owned).collect();
        if seen.insert(path.clone()) {
            paths.push(path);
        }
    }
    paths
}

/// Whether a path goes on in another one. Those that do begin with the same text and a dot, and stand together.
fn is_prefix_of_another(path: &str, sorted: &[&str]) -> bool {
    let longer = format!("{path}.");
    let at = sorted.partition_point(|other| *other < longer.as_str());
    sorted.get(at).is_some_and(|other| other.starts_with(&longer))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Vec<String> {
        parse(text).into_iter().map(|path| path.join(".")).collect()
    }

    #[test]
    fn spaces_and_outer_dots_go() {
        assert_eq!(parsed(" a . b , .c. ,, . "), ["a.b", "c"]);
    }

    #[test]
    fn a_path_that_goes_on_in_another_is_merged_into_it() {
        assert_eq!(parsed("a,a.b,ab,a.b.c,a"), ["ab", "a.b.c"]);
        assert_eq!(parsed("a.b,a.c"), ["a.b", "a.c"]);
        assert_eq!(parsed("a,a-b,a.b"), ["a-b", "a.b"]);
    }

    #[test]
    fn what_is_deeper_than_six_levels_is_cut() {
        assert_eq!(parsed("a.b.c.d.e.f.g.h,a.b.c.d.e.f.x"), ["a.b.c.d.e.f"]);
    }

    #[test]
    fn an_empty_part_inside_stays_and_will_be_no_field() {
        assert_eq!(parsed("a..b"), ["a..b"]);
    }

    #[test]
    fn repetitions_go() {
        assert_eq!(parsed("a,b,a"), ["a", "b"]);
    }
}
