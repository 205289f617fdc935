//! Paths as they read: a letter, a digit, `-` or `_` that came escaped is put in its place (RFC 3986, section 6.2.2.2),
//! so that limits and routes see one path. All other escapes stay for those who read the parts of a path.

use axum::extract::Request;
use http::Uri;

/// Puts the path of a request in its plain form.
pub(super) fn straighten(request: &mut Request) {
    let uri = request.uri();
    let Some(path) = plain(uri.path()) else { return };
    let address = match uri.query() {
        Some(query) => format!("{path}?{query}"),
        None => path,
    };
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = address.parse().ok();
    // What makes no address stays as it came.
    if let Ok(uri) = Uri::from_parts(parts) {
        *request.uri_mut() = uri;
    }
}

/// A path without escapes that it can do without; `None` where it has none.
fn plain(path: &str) -> Option<String> {
    // Nearly all paths: nothing is copied for them.
    let first = path.find('%')?;
    let mut plain = String::with_capacity(path.len());
    plain.push_str(&path[..first]);
    let mut rest = &path[first..];
    let mut changed = false;
    while let Some(at) = rest.find('%') {
        let (before, escape) = rest.split_at(at);
        plain.push_str(before);
        match escape.get(1..3).and_then(letter) {
            Some(letter) => {
                plain.push(letter);
                changed = true;
                rest = &escape[3..];
            }
            None => {
                plain.push('%');
                rest = &escape[1..];
            }
        }
    }
    plain.push_str(rest);
    changed.then_some(plain)
}

/// What two digits stand for, if it needs no escape in any path. A dot does not count: it may mean another folder.
fn letter(digits: &str) -> Option<char> {
    let is_hex = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    let byte = u8::from_str_radix(digits, 16).ok().filter(|_| is_hex)?;
    (byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_').then_some(char::from(byte))
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    #[test]
    fn letters_and_digits_need_no_escape() {
        for (path, expected) in [
            ("/api/he%61lth", Some("/api/health")),
            ("/%5f%5F%2d%30%7A", Some("/__-0z")),
            ("/a%2Fb%41", Some("/a%2FbA")),
            ("/api/health", None),
            ("/%2e%2E/%2f%25%41%", Some("/%2e%2E/%2f%25A%")),
            ("/%2541", None),
            ("/%+1%-1%zz%4", None),
            ("/%c3%a9", None),
        ] {
            assert_eq!(plain(path).as_deref(), expected, "{path}");
        }
    }

    #[test]
    fn the_query_stays_as_it_came() {
        for (address, expected) in
            [("/%61?b=%61&c", "/a?b=%61&c"), ("http://host:1/%61", "http://host:1/a"), ("/a?b=%61", "/a?b=%61")]
        {
            let mut request = Request::get(address).body(Body::empty()).expect("a request");
            straighten(&mut request);
            assert_eq!(request.uri().to_string(), expected);
        }
    }
}
