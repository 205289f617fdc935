//! Who a request comes from, found once: the client's address and the record behind its token. Superusers who come
//! from where they may not come from are refused (contract: auth, section 15).

use std::net::IpAddr;

use axum::extract::Request;
use http::HeaderMap;

use crate::app::App;
use crate::error::{Error, Result};
use crate::http::extract::{Visitor, authorization};
use crate::settings::{TrustedProxy, Values};

/// Finds out who sent a request, and leaves it with the request.
///
/// # Errors
/// `Forbidden` for superusers from elsewhere.
pub(super) fn identify(app: &App, settings: &Values, request: &mut Request) -> Result<()> {
    let caller = authorization(request.headers()).and_then(|token| app.auth.caller(token));
    let told = told_address(&settings.trusted_proxy, request.headers());
    let visitor = match request.extensions_mut().get_mut::<Visitor>() {
        Some(visitor) => visitor,
        // A request that came over no connection.
        None => request.extensions_mut().get_or_insert_default(),
    };
    visitor.ip = told.or(visitor.ip);
    let superuser = caller.as_ref().is_some_and(|caller| caller.superuser);
    visitor.caller = caller;
    if superuser && !settings.admit_superusers_from(visitor.ip) {
        return Err(Error::Forbidden("Superusers may not sign requests from this address.".into()));
    }
    Ok(())
}

/// The client's address as a trusted proxy tells it. The last line of a header counts, since a client can send lines
/// of its own before it; in it the last address, or the first where the settings say so.
fn told_address(trusted: &TrustedProxy, headers: &HeaderMap) -> Option<IpAddr> {
    trusted.headers.iter().find_map(|name| {
        // Bytes that are no text spoil their own entry alone: a client sends them in what a proxy adds its address to.
        let line = String::from_utf8_lossy(headers.get_all(name).iter().next_back()?.as_bytes());
        let mut addresses = line.split(',').filter_map(|entry| entry.trim().parse::<IpAddr>().ok());
        let found = if trusted.use_leftmost_ip { addresses.next() } else { addresses.next_back() };
        found.map(|ip| ip.to_canonical())
    })
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn told(names: &[&str], leftmost: bool, lines: &[(&'static str, &[u8])]) -> Option<String> {
        let headers = names.iter().map(|name| (*name).to_owned()).collect();
        let trusted = TrustedProxy { headers, use_leftmost_ip: leftmost };
        let mut sent = HeaderMap::new();
        for (name, value) in lines {
            sent.append(*name, HeaderValue::from_bytes(value).expect("a value"));
        }
        told_address(&trusted, &sent).map(|ip| ip.to_string())
    }

    #[test]
    fn the_last_line_of_the_first_header_that_names_an_address_counts() {
        let lines: [(_, &[u8]); 3] =
            [("x-real-ip", b"no address"), ("x-forwarded-for", b"1.1.1.1"), ("x-forwarded-for", b"2.2.2.2, 3.3.3.3")];
        let told = |names: &[&str], leftmost| super::tests::told(names, leftmost, &lines);
        assert_eq!(told(&["X-Forwarded-For"], false).as_deref(), Some("3.3.3.3"));
        assert_eq!(told(&["X-Forwarded-For"], true).as_deref(), Some("2.2.2.2"));
        assert_eq!(told(&["X-Real-IP", "x-forwarded-for"], false).as_deref(), Some("3.3.3.3"));
        assert_eq!(told(&["X-Real-IP", "X-None", "", "no name"], false), None);
        assert_eq!(told(&[], false), None);
    }

    #[test]
    fn what_is_no_address_is_passed_over() {
        let table: [(&[u8], bool, Option<&str>); 7] = [
            (b"1.2.3.4, unknown, ", false, Some("1.2.3.4")),
            (b"unknown, 10.0.0.1:80 ,  ::1 , 9.9.9.9", true, Some("::1")),
            (b"::ffff:1.2.3.4", false, Some("1.2.3.4")),
            (b"", false, None),
            (b"1.2.3", false, None),
            (b"\xff\xfe, 1.2.3.4", false, Some("1.2.3.4")),
            ("gr\u{fc}n, 1.2.3.4".as_bytes(), true, Some("1.2.3.4")),
        ];
        for (line, leftmost, address) in table {
            let found = told(&["x-ip"], leftmost, &[("x-ip", line)]);
            assert_eq!(found.as_deref(), address, "{}", String::from_utf8_lossy(line));
        }
    }
}
