//! Values as JSON bytes: the hot path of lists.

use serde_json::Value as Json;

/// For each byte, how it is escaped inside a JSON text: 0 as it is, `u` as `\u00XX`, else behind a backslash.
const ESCAPES: [u8; 256] = {
    let mut table = [0; 256];
    let mut at = 0;
    while at < 0x20 {
        table[at] = b'u';
        at += 1;
    }
    table[0x08] = b'b';
    table[0x09] = b't';
    table[0x0a] = b'n';
    table[0x0c] = b'f';
    table[0x0d] = b'r';
    table[b'"' as usize] = b'"';
    table[b'\\' as usize] = b'\\';
    table
};

/// Appends a text in quotes.
pub fn string(text: &str, out: &mut Vec<u8>) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    let mut rest = text.as_bytes();
    out.reserve(rest.len() + 2);
    out.push(b'"');
    loop {
        let (plain, behind) = rest.split_at(plain_length(rest));
        out.extend_from_slice(plain);
        let Some((&byte, behind)) = behind.split_first() else { break };
        let escape = ESCAPES[byte as usize];
        out.extend_from_slice(&[b'\\', escape]);
        if escape == b'u' {
            out.extend_from_slice(&[b'0', b'0', HEX[(byte >> 4) as usize], HEX[(byte & 15) as usize]]);
        }
        rest = behind;
    }
    out.push(b'"');
}

/// How many bytes come before the first one that is escaped; sixteen at a time.
fn plain_length(bytes: &[u8]) -> usize {
    let (blocks, _) = bytes.as_chunks::<16>();
    let plain = blocks.iter().take_while(|block| !needs_escapes(block)).count() * 16;
    let behind = bytes[plain..].iter().position(|&byte| ESCAPES[byte as usize] != 0);
    behind.map_or(bytes.len(), |at| plain + at)
}

/// Whether one of some bytes is escaped. It looks at all of them and never branches, so that the compiler makes a few
/// vector instructions of it.
fn needs_escapes(block: &[u8; 16]) -> bool {
    block.iter().fold(false, |found, &byte| found | (byte < 0x20) | (byte == b'"') | (byte == b'\\'))
}

/// Appends a whole number.
pub fn integer(number: i64, out: &mut Vec<u8>) {
    let mut digits = [0u8; 20];
    let mut at = digits.len();
    let mut rest = number.unsigned_abs();
    loop {
        at -= 1;
        digits[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if number < 0 {
        out.push(b'-');
    }
    out.extend_from_slice(&digits[at..]);
}

/// Appends a number in its shortest form, as JavaScript writes it (`1`, `0.000001`, `1e-7`, `1e+21`). What JSON has
/// no number for becomes `null`.
pub fn number(number: f64, out: &mut Vec<u8>) {
    if number.is_finite() {
        out.extend_from_slice(ryu_js::Buffer::new().format_finite(number).as_bytes());
    } else {
        out.extend_from_slice(b"null");
    }
}

/// Appends any JSON: compact, keys sorted, numbers as 64-bit floats.
pub fn json(value: &Json, out: &mut Vec<u8>) {
    match value {
        Json::Null => out.extend_from_slice(b"null"),
        Json::Bool(true) => out.extend_from_slice(b"true"),
        Json::Bool(false) => out.extend_from_slice(b"false"),
        Json::Number(one) => number(one.as_f64().unwrap_or(0.0), out),
        Json::String(text) => string(text, out),
        Json::Array(elements) => {
            out.push(b'[');
            separated(elements, out, json);
            out.push(b']');
        }
        Json::Object(map) => {
            let mut entries: Vec<_> = map.iter().collect();
            entries.sort_unstable_by_key(|(key, _)| *key);
            out.push(b'{');
            separated(entries, out, |(key, element), out| {
                string(key, out);
                out.push(b':');
                json(element, out);
            });
            out.push(b'}');
        }
    }
}

/// Appends each element, with commas between them.
fn separated<T>(elements: impl IntoIterator<Item = T>, out: &mut Vec<u8>, mut write: impl FnMut(T, &mut Vec<u8>)) {
    for (at, element) in elements.into_iter().enumerate() {
        if at > 0 {
            out.push(b',');
        }
        write(element, out);
    }
}

/// What one of the writers above appends, as text.
pub fn text_of(write: impl FnOnce(&mut Vec<u8>)) -> String {
    let mut out = Vec::new();
    write(&mut out);
    String::from_utf8(out).expect("JSON writers append whole texts")
}

/// A JSON array of texts.
pub fn list(elements: &[String]) -> String {
    text_of(|out| {
        out.push(b'[');
        separated(elements, out, |element, out| string(element, out));
        out.push(b']');
    })
}

/// A number as a JSON value, whole where it is whole.
pub fn json_number(number: f64) -> Json {
    if number.fract() == 0.0 && number.abs() <= super::cast::GREATEST_WHOLE {
        Json::from(number as i64)
    } else {
        Json::from(number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn any_text_is_written_as_a_json_library_writes_it(text in ".*") {
            let mut out = Vec::new();
            string(&text, &mut out);
            proptest::prop_assert_eq!(out, serde_json::to_vec(&text).expect("texts are JSON"));
        }
    }

    #[test]
    fn texts_are_escaped_where_json_asks_for_it() {
        let cases = [
            ("", r#""""#),
            ("plain äöü \u{1f600}", "\"plain äöü \u{1f600}\""),
            ("a\"b\\c", r#""a\"b\\c""#),
            ("\n\r\t\u{8}\u{c}", r#""\n\r\t\b\f""#),
            ("\0\u{1f}\u{7f}", "\"\\u0000\\u001f\u{7f}\""),
            ("<a href='x'>&</a>", r#""<a href='x'>&</a>""#),
        ];
        for (text, expected) in cases {
            assert_eq!(text_of(|out| string(text, out)), expected);
            assert_eq!(serde_json::from_str::<String>(expected).unwrap(), text);
        }
    }

    #[test]
    fn numbers_take_their_shortest_form() {
        let cases = [
            (0.0, "0"),
            (10.0, "10"),
            (0.000001, "0.000001"),
            (1e-7, "1e-7"),
            (1e20, "100000000000000000000"),
            (1e21, "1e+21"),
            (-1.5, "-1.5"),
            (f64::NAN, "null"),
            (f64::INFINITY, "null"),
        ];
        for (value, expected) in cases {
            assert_eq!(text_of(|out| number(value, out)), expected);
        }
        for value in [0, 7, -7, i64::MAX, i64::MIN] {
            assert_eq!(text_of(|out| integer(value, out)), value.to_string());
        }
    }

    #[test]
    fn json_is_compact_sorted_and_of_floats() {
        let value: Json =
            serde_json::from_str(r#"{"b":1.0, "a":[1e3, 9007199254740993, null, true], "a b":{}}"#).unwrap();
        assert_eq!(text_of(|out| json(&value, out)), r#"{"a":[1000,9007199254740992,null,true],"a b":{},"b":1}"#);
    }
}
