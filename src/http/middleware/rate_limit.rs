//! How often somebody may ask (contract: auth, section 14): which route a request is for in the words of the limits,
//! and what the answer tells of them (draft-ietf-httpapi-ratelimit-headers).
//!
//! Routes are recognised by their path, before the router sees them, so that a new one needs nothing but a line here
//! where it has a tag.

use axum::extract::Request;
use axum::response::Response;
use http::{HeaderName, HeaderValue, Method};

use crate::app::App;
use crate::context::RequestContext;
use crate::error::{Error, Result};
use crate::http::envelope::seconds;
use crate::http::extract::{Visitor, decode_path};
use crate::rates::{Asker, Place, Rates, Standing};
use crate::schema::Collection;
use crate::settings::{RateLimit, Values};

const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const LIMIT: HeaderName = HeaderName::from_static("ratelimit");

/// The greatest number that a structured field may hold.
const GREATEST: u64 = 999_999_999_999_999;

static LIST: Route = route("records", &["list"]);
static CREATE: Route = route("records", &["create"]);
static VIEW: Route = route("records/{id}", &["view"]);
static UPDATE: Route = route("records/{id}", &["update"]);
static DELETE: Route = route("records/{id}", &["delete"]);
static FILE: Route = route("files", &["file"]);

/// A route of a collection, as limits know it.
struct Route {
    /// Its path behind the collection.
    pattern: &'static str,
    tags: &'static [&'static str],
    /// Whether it is one of [`OF_ACCOUNTS`].
    of_accounts: bool,
}

/// The routes of accounts, by the last segment of their path.
static OF_ACCOUNTS: [(Method, Route); 12] = [
    (Method::GET, account("auth-methods", &["listAuthMethods"])),
    (Method::POST, account("auth-with-password", &["authWithPassword", "auth"])),
    (Method::POST, account("auth-with-oauth2", &["authWithOAuth2", "auth"])),
    (Method::POST, account("auth-with-otp", &["authWithOTP", "auth"])),
    (Method::POST, account("auth-refresh", &["authRefresh"])),
    (Method::POST, account("request-otp", &["requestOTP"])),
    (Method::POST, account("request-verification", &["requestVerification"])),
    (Method::POST, account("confirm-verification", &["confirmVerification"])),
    (Method::POST, account("request-password-reset", &["requestPasswordReset"])),
    (Method::POST, account("confirm-password-reset", &["confirmPasswordReset"])),
    (Method::POST, account("request-email-change", &["requestEmailChange"])),
    (Method::POST, account("confirm-email-change", &["confirmEmailChange"])),
];

const fn route(pattern: &'static str, tags: &'static [&'static str]) -> Route {
    Route { pattern, tags, of_accounts: false }
}

const fn account(pattern: &'static str, tags: &'static [&'static str]) -> Route {
    Route { pattern, tags, of_accounts: true }
}

/// Counts a request. On routes of accounts the collection is looked for even where nothing is limited: that it is not
/// there is told before anything else.
///
/// # Errors
/// `NotFound` where the collection is not there.
pub(super) fn check(app: &App, settings: &Values, request: &Request) -> Result<Option<Standing>> {
    let (method, path) = (request.method(), request.uri().path());
    let is_limited = settings.rate_limits.enabled;
    let route = route_of(method, path).filter(|(_, route)| is_limited || route.of_accounts);
    let collection = match &route {
        Some((name, route)) => {
            let found = decode_path(name).and_then(|name| app.schema.current().find(&name).cloned());
            match found {
                // The routes of records and files have their own words for that, and say them first too.
                None if !route.of_accounts => return Ok(None),
                found => Some(found.ok_or_else(Error::not_found)?),
            }
        }
        None => None,
    };
    if !is_limited {
        return Ok(None);
    }
    let place = match (&route, &collection) {
        (Some((_, route)), Some(collection)) => route.of(collection),
        _ => Place::Route,
    };
    let visitor = request.extensions().get::<Visitor>();
    let path = decode_path(path).unwrap_or(path.into());
    let asker = Asker {
        caller: visitor.and_then(|visitor| visitor.caller.as_deref()),
        ip: visitor.and_then(|visitor| visitor.ip),
        method: method.as_str(),
        path: &path,
    };
    Ok(app.rates.weigh(&asker, &place))
}

/// Counts a write that another request does along with others, as if it had come alone.
///
/// # Errors
/// `TooOften` where it is one too many.
pub(in crate::http) fn charge(app: &App, context: &RequestContext, collection: &Collection) -> Result<()> {
    let route = match &*context.method {
        "POST" => &CREATE,
        "PATCH" => &UPDATE,
        _ => &DELETE,
    };
    app.rates.charge(context, &route.of(collection))
}

/// What would be counted: by its place among the rules, the one that a request falls under; and the tags that rules can
/// call it by, the collection's first.
pub(in crate::http) fn would_count(
    app: &App,
    rules: &[RateLimit],
    method: &Method,
    path: &str,
    signed_in: bool,
) -> (Option<usize>, Vec<String>) {
    let schema = app.schema.current();
    let named = route_of(method, path);
    let found = named.and_then(|(name, route)| {
        let name = decode_path(name)?;
        schema.find(&name).map(|collection| (collection.clone(), route))
    });
    // Where the collection is not there, nothing is counted.
    if named.is_some() && found.is_none() {
        return (None, Vec::new());
    }
    let place = found.as_ref().map_or(Place::Route, |(collection, route)| route.of(collection));
    let path = decode_path(path).unwrap_or(path.into());
    let asker = Asker { caller: None, ip: None, method: method.as_str(), path: &path };
    let tags = found.iter().flat_map(|(collection, route)| {
        let of = |name: &str| route.tags.iter().map(|tag| format!("{name}:{tag}")).collect::<Vec<_>>();
        [of(&collection.name), of("*")].concat()
    });
    (Rates::rule_among(rules, &asker, signed_in, &place), tags.collect())
}

impl Route {
    /// This route of a collection.
    fn of<'c>(&'static self, collection: &'c Collection) -> Place<'c> {
        Place::Collection { id: &collection.id, name: &collection.name, route: self.pattern, tags: self.tags }
    }
}

/// The route of a collection that a request is for, with the collection as it stands in the path.
fn route_of<'p>(method: &Method, path: &'p str) -> Option<(&'p str, &'static Route)> {
    let mut segments = path.strip_prefix("/api/")?.split('/');
    let mut next = || segments.next();
    let (kind, collection, third, fourth, rest) = (next()?, next()?, next()?, next(), next());
    // What answers GET answers HEAD.
    let method = if method == Method::HEAD { &Method::GET } else { method };
    let is = |other: Method| *method == other;
    if collection.is_empty() || third.is_empty() || fourth == Some("") || rest.is_some() {
        return None;
    }
    let route: &'static Route = match (kind, third, fourth) {
        ("files", _, Some(_)) if is(Method::GET) => &FILE,
        ("collections", "records", None) if is(Method::GET) => &LIST,
        ("collections", "records", None) if is(Method::POST) => &CREATE,
        ("collections", "records", Some(_)) if is(Method::GET) => &VIEW,
        ("collections", "records", Some(_)) if is(Method::PATCH) => &UPDATE,
        ("collections", "records", Some(_)) if is(Method::DELETE) => &DELETE,
        ("collections", last, None) => of_accounts(method, last)?,
        _ => return None,
    };
    Some((collection, route))
}

fn of_accounts(method: &Method, last: &str) -> Option<&'static Route> {
    OF_ACCOUNTS.iter().find(|(of, route)| of == method && route.pattern == last).map(|(_, route)| route)
}

/// Tells in the answer where its reader stands.
pub(super) fn tell(response: &mut Response, standing: &Standing) {
    let window = seconds(standing.window).min(GREATEST);
    let resets = seconds(standing.resets_in).min(GREATEST);
    let label = &standing.label;
    // Labels that were checked when they were saved are plain.
    if !label.contains(['"', '\\']) {
        let policy = format!("\"{label}\";q={};w={window}", standing.most.min(GREATEST));
        let limit = format!("\"{label}\";r={};t={resets}", standing.left.min(GREATEST));
        for (name, value) in [(POLICY, policy), (LIMIT, limit)] {
            if let Ok(value) = HeaderValue::from_str(&value) {
                response.headers_mut().insert(name, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn routes_of_collections_are_recognised_by_their_paths() {
        let c = "/api/collections/c";
        for (method, path, tags) in [
            ("GET", format!("{c}/records"), "list"),
            ("HEAD", format!("{c}/records"), "list"),
            ("POST", format!("{c}/records"), "create"),
            ("GET", format!("{c}/records/r"), "view"),
            ("PATCH", format!("{c}/records/r"), "update"),
            ("DELETE", format!("{c}/records/r"), "delete"),
            ("GET", "/api/files/c/r/name.png".to_owned(), "file"),
            ("HEAD", "/api/files/c/r/name.png".to_owned(), "file"),
            ("GET", format!("{c}/auth-methods"), "listAuthMethods"),
            ("POST", format!("{c}/auth-with-password"), "authWithPassword auth"),
            ("POST", format!("{c}/auth-with-oauth2"), "authWithOAuth2 auth"),
            ("POST", format!("{c}/auth-with-otp"), "authWithOTP auth"),
            ("POST", format!("{c}/auth-refresh"), "authRefresh"),
            ("POST", format!("{c}/request-otp"), "requestOTP"),
            ("POST", format!("{c}/request-email-change"), "requestEmailChange"),
        ] {
            let found = route_of(&method.parse().expect("a method"), &path);
            let (collection, route) = found.unwrap_or_else(|| panic!("{method} {path}"));
            assert_eq!((collection, route.tags.join(" ").as_str()), ("c", tags), "{method} {path}");
        }
    }

    #[test]
    fn other_paths_belong_to_no_collection() {
        for (method, path) in [
            ("GET", "/api/collections/c"),
            ("GET", "/api/collections/c/"),
            ("GET", "/api/collections//records"),
            ("GET", "/api/collections/c/records/"),
            ("GET", "/api/collections/c/records/r/x"),
            ("PUT", "/api/collections/c/records"),
            ("POST", "/api/collections/c/import"),
            ("POST", "/api/collections/c/impersonate/r"),
            ("GET", "/api/collections/c/auth-with-password"),
            ("POST", "/api/files/token"),
            ("POST", "/api/files/c/r/name"),
            ("GET", "/api/files/c/r"),
            ("GET", "/api/health"),
            ("GET", "/collections/c/records"),
            ("GET", "/"),
        ] {
            let method = method.parse().expect("a method");
            assert!(route_of(&method, path).is_none(), "{method} {path}");
        }
    }
}
