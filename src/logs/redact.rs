//! Secrets in addresses: what stands behind `token=` and its like is masked before anybody keeps it.

use std::borrow::Cow;

use super::entry::percent_decoded;

/// What stands in the place of a secret.
const MASK: &str = "***";

/// Names of parameters whose values are secrets, in lower case and without `-` and `_`.
const SECRETS: [&str; 13] = [
    "auth",
    "authorization",
    "bearer",
    "code",
    "codeverifier",
    "jwt",
    "otp",
    "pass",
    "pwd",
    "sig",
    "signature",
    "state",
    "credentials",
];

/// Ends of such names.
const ENDS: [&str; 7] = ["token", "password", "passwd", "secret", "apikey", "accesskey", "privatekey"];

/// How often a value that is an address again is decoded.
const DEPTH: usize = 3;

/// An address without its secrets: values of parameters, in the fragment too, and a password before the host. What
/// comes percent-encoded is known as well, and so is an address in a value.
pub fn redacted(url: &str) -> Cow<'_, str> {
    without_secrets(url, DEPTH)
}

fn without_secrets(url: &str, depth: usize) -> Cow<'_, str> {
    // No parameters, and no password before a host.
    if !url.bytes().any(|byte| matches!(byte, b'?' | b'#' | b'@')) {
        return Cow::Borrowed(url);
    }
    let mut out = String::new();
    let mut done = 0;
    if let Some(at) = password(url) {
        out.push_str(&url[..at.start]);
        out.push_str(MASK);
        done = at.end;
    }
    // A question mark begins parameters, and so does each separator behind one.
    let Some(begin) = url[done..].find(['?', '#']).map(|at| done + at + 1) else { return finished(url, out, done) };
    let mut at = begin;
    while at <= url.len() {
        let end = url[at..].find(['&', ';', '?', '#']).map_or(url.len(), |end| at + end);
        if let Some((name, value)) = url[at..end].split_once('=')
            && !value.is_empty()
            && (is_secret(name) || holds_secret(value, depth))
        {
            out.push_str(&url[done..end - value.len()]);
            out.push_str(MASK);
            done = end;
        }
        at = end + 1;
    }
    finished(url, out, done)
}

fn finished(url: &str, mut out: String, done: usize) -> Cow<'_, str> {
    if done == 0 {
        return Cow::Borrowed(url);
    }
    out.push_str(&url[done..]);
    Cow::Owned(out)
}

/// Where the password before the host is: `https://user:password@host`.
fn password(url: &str) -> Option<std::ops::Range<usize>> {
    let host = url.find("//")? + 2;
    let end = url[host..].find(['/', '?', '#']).map_or(url.len(), |end| host + end);
    let at = host + url[host..end].rfind('@')?;
    let colon = host + url[host..at].find(':')?;
    Some(colon + 1..at)
}

fn is_secret(name: &str) -> bool {
    let name = percent_decoded(name).to_ascii_lowercase().replace(['-', '_', '.'], "");
    SECRETS.contains(&name.as_str()) || ENDS.iter().any(|end| name.ends_with(end))
}

/// Whether a value is an address again that has a secret in it.
fn holds_secret(value: &str, depth: usize) -> bool {
    if depth == 0 {
        return false;
    }
    let Cow::Owned(decoded) = percent_decoded(value) else { return false };
    matches!(without_secrets(&decoded, depth - 1), Cow::Owned(_)) || holds_secret(&decoded, depth - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_secrets_are_masked_and_the_rest_stays() {
        for (url, safe) in [
            ("/api/files/c/r/f.png?token=abc&thumb=1x1", "/api/files/c/r/f.png?token=***&thumb=1x1"),
            ("/a?x=1&Access_Token=abc", "/a?x=1&Access_Token=***"),
            ("/a?%74oken=abc", "/a?%74oken=***"),
            ("/a?oldPassword=p&new-password=q;api_key=k", "/a?oldPassword=***&new-password=***;api_key=***"),
            ("/api/oauth2-redirect?code=c&state=s&ok=1", "/api/oauth2-redirect?code=***&state=***&ok=1"),
            ("/a?next=/b?token=abc", "/a?next=/b?token=***"),
            ("/a?next=%2Fb%3Ftoken%3Dabc&c=1", "/a?next=***&c=1"),
            ("/a?next=%252Fb%253Ftoken%253Dabc", "/a?next=***"),
            ("https://u:p@host/a?b#access_token=t", "https://u:***@host/a?b#access_token=***"),
            ("https://u:p@host", "https://u:***@host"),
            ("/a?token=é&b", "/a?token=***&b"),
        ] {
            assert_eq!(redacted(url), safe, "{url}");
        }
    }

    #[test]
    fn what_has_no_secret_is_left_as_it_is() {
        for url in [
            "",
            "/",
            "/api/collections/posts/records?filter=(title~'a')&sort=-created&fields=id",
            "/a?token=",
            "/a?token",
            "/a?tokens=5",
            "/token=abc",
            "/a?q=100%25",
            "https://host:80/a@b",
        ] {
            assert!(matches!(redacted(url), Cow::Borrowed(same) if same == url), "{url}: {}", redacted(url));
        }
    }
}
