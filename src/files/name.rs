//! The names that uploads are stored under (contract: files, section 3):
//! `<clean name>_<10 random characters>.<clean extension>`.

use crate::ids::random_lower;

const LONGEST_ORIGINAL: usize = 300;
const LONGEST_EXTENSION: usize = 20;
const SHORTEST_NAME: usize = 3;
const LONGEST_NAME: usize = 100;
const SUFFIX: usize = 10;

/// A fresh stored name for a client's file name. `sniffed` is the extension of the content's type, without a dot,
/// for names that have none; it may be empty.
pub fn stored_name(client_name: &str, sniffed: &str) -> String {
    let base = client_name.rsplit('/').next().unwrap_or_default();
    let base = last_bytes(base, LONGEST_ORIGINAL);
    let (stem, extension) = split_extension(base);
    let mut clean = snake_case(stem.trim_matches('.'));
    if clean.len() < SHORTEST_NAME {
        clean.push_str(&random_lower(SUFFIX));
    }
    clean.truncate(LONGEST_NAME);
    format!("{clean}_{}{}", random_lower(SUFFIX), clean_extension(extension, sniffed))
}

/// The last bytes of a text, cut between characters.
fn last_bytes(text: &str, most: usize) -> &str {
    let mut start = text.len().saturating_sub(most);
    while !text.is_char_boundary(start) {
        start += 1;
    }
    &text[start..]
}

/// Splits at the last dot, or at the one before it where there is one.
fn split_extension(name: &str) -> (&str, &str) {
    let Some(last) = name.rfind('.') else { return (name, "") };
    name.split_at(name[..last].rfind('.').unwrap_or(last))
}

/// The extension with its dot, or nothing.
fn clean_extension(extension: &str, sniffed: &str) -> String {
    let allowed = |c: &char| c.is_ascii_alphanumeric() || "_.*+-=#".contains(*c);
    let clean: String = extension.chars().filter(allowed).collect();
    let mut clean = clean.trim_matches('.');
    if clean.is_empty() {
        clean = sniffed;
    }
    // All characters are ASCII by now.
    let clean = clean[clean.len().saturating_sub(LONGEST_EXTENSION)..].trim_matches('.');
    if clean.is_empty() { String::new() } else { format!(".{clean}") }
}

/// Words of ASCII letters and digits, joined by `_`; a capital that follows no capital begins a word.
fn snake_case(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()) {
        if !out.is_empty() {
            out.push('_');
        }
        let mut before = None;
        for c in word.chars() {
            if c.is_ascii_uppercase() && before.is_some_and(|before: char| !before.is_ascii_uppercase()) {
                out.push('_');
            }
            out.push(c.to_ascii_lowercase());
            before = Some(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Whether a name fits a pattern in which `R` stands for ten random characters.
    fn fits(name: &str, pattern: &str) -> bool {
        let mut regex = String::from("^");
        for c in pattern.chars() {
            match c {
                'R' => regex.push_str("[a-z0-9]{10}"),
                c => regex.push_str(&regex::escape(&c.to_string())),
            }
        }
        regex.push('$');
        regex::Regex::new(&regex).expect("regex").is_match(name)
    }

    #[test]
    fn names_come_out_as_the_contract_lists_them() {
        let table = [
            ("Résumé 2024.PDF", "r_sum_2024_R.PDF"),
            (".png", "R_R.png"),
            ("a.tar.gz", "aR_R.tar.gz"),
            ("a  b! c d  . 456", "a_b_c_d_R.456"),
            (".abcd.123.", "abcd_R.123"),
            ("noext", "noext_R.txt"),
            ("x.tar.gz.", "x_tar_R.gz"),
            ("ABCDef gHI.Txt", "abcdef_g_hi_R.Txt"),
            ("x.a+b*c=d-e#f%g", "xR_R.a+b*c=d-e#fg"),
            ("a/b\\c.txt", "b_c_R.txt"),
            ("你好.txt", "R_R.txt"),
            ("a.b.c.2", "a_b_R.c.2"),
            ("My File (1).tar.gz", "my_file_1_R.tar.gz"),
            ("../../etc/passwd", "passwd_R.txt"),
            ("..", "R_R.txt"),
            ("", "R_R.txt"),
            ("2024Report.txt", "2024_report_R.txt"),
            ("abc.0123456789abcdefghijk", "abc_R.123456789abcdefghijk"),
        ];
        for (sent, stored) in table {
            let name = stored_name(sent, "txt");
            assert!(fits(&name, stored), "{sent:?} gave {name:?}, which is not {stored:?}");
        }
    }

    #[test]
    fn a_type_without_extension_gives_none() {
        assert!(fits(&stored_name("blob", ""), "blob_R"));
    }

    #[test]
    fn long_names_keep_their_end_and_are_cut() {
        let name = stored_name(&format!("{}.txt", "a".repeat(400)), "");
        assert_eq!(name.len(), 100 + 1 + 10 + 4);
    }

    proptest! {
        #[test]
        fn any_name_becomes_a_safe_one(sent in any::<String>()) {
            let name = stored_name(&sent, "bin");
            prop_assert!(name.len() <= 150);
            prop_assert!(!name.starts_with('.') && !name.contains(['/', '\\', '\0']));
            prop_assert!(name.is_ascii());
        }
    }
}
