//! A picture by an address that came from outside. It is asked for as a stranger would who must not look into the
//! house: only public addresses count, whatever a name or a redirect leads to, and they are checked where the
//! connection is made, so that a name cannot change its mind in between.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::Bytes;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::redirect::Policy;
use url::{Host, Url};

use super::client::{Told, plain};

/// How long it may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// How large it may be.
const LARGEST: usize = 32 << 20;
/// How many redirects are followed.
const MOST_REDIRECTS: usize = 5;

/// Whether an address may be spoken to.
type Guard = fn(IpAddr) -> bool;

/// Fetches pictures.
pub(super) struct Pictures {
    guard: Guard,
    http: OnceLock<Told<reqwest::Client>>,
}

impl Default for Pictures {
    fn default() -> Self {
        Self { guard: is_public, http: OnceLock::new() }
    }
}

/// A fetched picture.
#[derive(Debug)]
pub(super) struct Picture {
    /// What it calls itself.
    pub(super) name: String,
    /// The content.
    pub(super) bytes: Bytes,
}

impl Pictures {
    /// The picture at an address.
    pub(super) async fn fetch(&self, url: &str) -> Told<Picture> {
        let url = Url::parse(url).map_err(|_| "the address of the picture is none")?;
        if !leads_outside(&url, self.guard) {
            return Err("the address of the picture leads inside".to_owned());
        }
        let failed = |error: reqwest::Error| format!("the picture cannot be fetched: {}", causes(&error.without_url()));
        let mut response = self.http()?.get(url).send().await.map_err(failed)?;
        // A redirect that was not followed is no picture either.
        if !response.status().is_success() {
            return Err(format!("the picture's server answered with {}", response.status().as_u16()));
        }
        if response.content_length().is_some_and(|length| length > LARGEST as u64) {
            return Err("the picture is too large".to_owned());
        }
        let name = response.url().path_segments().and_then(|mut parts| parts.next_back().map(str::to_owned));
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(failed)? {
            if bytes.len() + chunk.len() > LARGEST {
                return Err("the picture is too large".to_owned());
            }
            bytes.extend_from_slice(&chunk);
        }
        if bytes.is_empty() {
            return Err("the picture is empty".to_owned());
        }
        let name = name.filter(|name| !name.is_empty()).unwrap_or_else(|| "avatar".to_owned());
        Ok(Picture { name, bytes: bytes.into() })
    }

    fn http(&self) -> Told<&reqwest::Client> {
        let made = self.http.get_or_init(|| client(self.guard).map_err(|error| format!("no pictures: {error}")));
        made.as_ref().map_err(Clone::clone)
    }
}

fn client(guard: Guard) -> reqwest::Result<reqwest::Client> {
    let policy = Policy::custom(move |attempt| {
        if attempt.previous().len() > MOST_REDIRECTS {
            attempt.error("too many redirects")
        } else if leads_outside(attempt.url(), guard) {
            attempt.follow()
        } else {
            attempt.error("a redirect leads inside")
        }
    });
    plain().dns_resolver(Arc::new(Outside { guard })).redirect(policy).timeout(PATIENCE).build()
}

/// An error with what lies below it, which alone says what happened.
fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut below = error.source();
    while let Some(cause) = below {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        below = cause.source();
    }
    text
}

/// Whether an address is one of the web, and not that of a machine in the house. Names are looked at by the resolver.
fn leads_outside(url: &Url, guard: Guard) -> bool {
    let web = matches!(url.scheme(), "http" | "https");
    web && match url.host() {
        Some(Host::Ipv4(ip)) => guard(ip.into()),
        Some(Host::Ipv6(ip)) => guard(ip.into()),
        Some(Host::Domain(_)) => true,
        None => false,
    }
}

/// Resolves names to public addresses alone.
struct Outside {
    guard: Guard,
}

impl Resolve for Outside {
    fn resolve(&self, name: Name) -> Resolving {
        let guard = self.guard;
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            let allowed: Vec<SocketAddr> = found.into_iter().filter(|address| guard(address.ip())).collect();
            if allowed.is_empty() {
                return Err(io::Error::other("the name has no public address").into());
            }
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}

/// Whether an address belongs to the public internet.
fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => is_public_v6(ip),
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    !(ip.is_private()
        || ip.is_loopback()
        || ip.is_link_local()
        || ip.is_multicast()
        || ip.is_broadcast()
        || ip.is_documentation()
        || a == 0
        // Shared by providers and their customers, protocol assignments, benchmarks, reserved.
        || (a == 100 && (64..128).contains(&b))
        || (a, b, c) == (192, 0, 0)
        || (a == 198 && (18..20).contains(&b))
        || a >= 240)
}

/// Only 2000::/3 is assigned to the public; addresses that carry one of IPv4 are as public as that.
fn is_public_v6(ip: Ipv6Addr) -> bool {
    let parts = ip.segments();
    let embedded = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        is_public_v4(Ipv4Addr::new(a, b, c, d))
    };
    match parts {
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => embedded(high, low),
        [0x2002, high, low, ..] => embedded(high, low),
        // Teredo, benchmarks, ORCHID, documentation.
        [0x2001, second, ..] if second < 0x200 || second == 0xdb8 => false,
        [0x3fff, second, ..] if second < 0x1000 => false,
        [first, ..] => first & 0xe000 == 0x2000,
    }
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::response::Redirect;
    use axum::routing::get;

    use super::super::create::picture;
    use super::*;
    use crate::schema::{FieldKind, system};

    #[test]
    fn only_addresses_of_the_public_internet_pass() {
        for inside in [
            "127.0.0.1",
            "127.8.8.8",
            "10.0.0.1",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "169.254.169.254",
            "0.0.0.0",
            "0.1.2.3",
            "100.64.0.1",
            "192.0.0.8",
            "198.18.0.1",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::ffff:169.254.169.254",
            "::127.0.0.1",
            "fe80::1",
            "fc00::1",
            "fd12:3456::1",
            "fec0::1",
            "ff02::1",
            "64:ff9b::a00:1",
            "2002:a00:1::",
            "2001::1",
            "2001:db8::1",
            "3fff:1::1",
        ] {
            assert!(!is_public(inside.parse().expect("an address")), "{inside}");
        }
        for outside in ["1.1.1.1", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101"]
        {
            assert!(is_public(outside.parse().expect("an address")), "{outside}");
        }
    }

    #[tokio::test]
    async fn addresses_in_the_house_are_refused_however_they_are_written() {
        let pictures = Pictures::default();
        for url in [
            "http://127.0.0.1/a.png",
            "http://2130706433/a.png",
            "http://0x7f000001/a",
            "http://0177.0.0.1/a",
            "http://127.1/a",
            "http://[::1]/a",
            "http://[::ffff:127.0.0.1]/a",
            "http://[fd00::1]/a",
            "http://169.254.169.254/latest/meta-data",
            "file:///etc/passwd",
            "ftp://1.1.1.1/a",
            "data:,x",
            "nonsense",
        ] {
            let refused = pictures.fetch(url).await.expect_err(url);
            assert!(refused.contains("inside") || refused.contains("none"), "{url}: {refused}");
        }
        let refused = pictures.fetch("http://localhost/a.png").await.expect_err("a name for it");
        assert!(refused.contains("no public address"), "{refused}");
    }

    /// A server on this machine, which these tests take for the world outside; the house is 127.0.0.2.
    async fn outside() -> (String, Pictures) {
        let routes = Router::new()
            .route("/me.png", get(|| async { "a picture" }))
            .route("/empty", get(|| async { "" }))
            .route("/missing-length", get(|| async { "x".repeat(LARGEST + 1) }))
            .route("/moved", get(|| async { Redirect::temporary("/me.png") }))
            .route("/around", get(|| async { Redirect::temporary("/around") }))
            .route("/inside", get(|| async { Redirect::temporary("http://127.0.0.2/secret") }));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        tokio::spawn(async move { axum::serve(listener, routes).await });
        (url, Pictures { guard: |ip| ip == IpAddr::V4(Ipv4Addr::LOCALHOST), http: OnceLock::new() })
    }

    #[tokio::test]
    async fn a_picture_is_fetched_through_redirects() {
        let (url, pictures) = outside().await;
        for path in ["/me.png", "/moved"] {
            let picture = pictures.fetch(&format!("{url}{path}")).await.expect("a picture");
            assert_eq!((picture.name.as_str(), &picture.bytes[..]), ("me.png", &b"a picture"[..]));
        }
    }

    #[tokio::test]
    async fn redirects_into_the_house_and_without_end_are_not_followed() {
        let (url, pictures) = outside().await;
        for (path, reason) in [("/inside", "leads inside"), ("/around", "too many redirects"), ("/none", "404")] {
            let refused = pictures.fetch(&format!("{url}{path}")).await.expect_err(path);
            assert!(refused.contains(reason), "{path}: {refused}");
        }
    }

    #[tokio::test]
    async fn a_picture_has_a_size() {
        let (url, pictures) = outside().await;
        for (path, reason) in [("/missing-length", "too large"), ("/empty", "empty")] {
            let refused = pictures.fetch(&format!("{url}{path}")).await.expect_err(path);
            assert!(refused.contains(reason), "{path}: {refused}");
        }
    }

    #[tokio::test]
    async fn a_picture_becomes_an_upload_where_the_field_takes_it() {
        let (url, pictures) = outside().await;
        let users = system::system_collections().pop().expect("users");
        let mut avatar = users.field("avatar").expect("the picture of users").clone();
        assert!(picture(&pictures, &avatar, &format!("{url}/me.png")).await.is_none(), "that is a text");
        assert!(picture(&pictures, &avatar, &format!("{url}/inside")).await.is_none());
        if let FieldKind::File(options) = &mut avatar.kind {
            options.mime_types = None;
        }
        let upload = picture(&pictures, &avatar, &format!("{url}/me.png")).await.expect("an upload");
        assert_eq!((upload.key.as_str(), upload.file_name.as_str()), ("avatar", "me.png"));
        assert_eq!(&upload.content.head()[..], b"a picture");
    }
}
