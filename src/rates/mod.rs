//! Limits on how often somebody may ask (contract: auth, section 14): fixed windows, counted in memory.
//!
//! `http/middleware` asks before each request; a room asks where one request does what another is limited for. The
//! rules are those of the settings, made ready once for each snapshot of them; with it begin new counters, so that
//! every save of the settings resets them.

mod counters;
mod label;

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use parking_lot::Mutex;

use crate::context::{Caller, RequestContext};
use crate::error::{Error, Result};
use crate::settings::{Networks, RateLimit, Settings, Values};
use counters::{Counters, Key};
use label::{Candidate, candidates};

/// Who asks for what.
#[derive(Clone, Copy)]
pub struct Asker<'a> {
    /// The record behind the request.
    pub caller: Option<&'a Caller>,
    /// The client's address.
    pub ip: Option<IpAddr>,
    /// The method in upper case.
    pub method: &'a str,
    /// The decoded path.
    pub path: &'a str,
}

/// What is asked for, as far as limits distinguish it.
#[derive(Debug, Clone, Copy)]
pub enum Place<'a> {
    /// A route that belongs to no collection.
    Route,
    /// A route of a collection: each is counted by itself.
    Collection {
        /// The collection's id.
        id: &'a str,
        /// The collection's name.
        name: &'a str,
        /// The route's pattern.
        route: &'static str,
        /// What limits call it.
        tags: &'static [&'static str],
    },
}

/// Where somebody stands in a window.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing {
    /// The label of the rule that counts.
    pub label: Arc<str>,
    /// How many requests a window has.
    pub most: u64,
    /// How long a window is.
    pub window: Duration,
    /// How many requests are left in this one.
    pub left: u64,
    /// When it ends.
    pub resets_in: Duration,
    /// Whether this request is one too many.
    pub refused: bool,
}

/// The room of limits.
#[derive(Clone)]
pub struct Rates {
    settings: Settings,
    limits: Arc<ArcSwap<Limits>>,
    used: Arc<Used>,
}

/// Whether anything was counted yet, and who wants to know of the first time.
#[derive(Default)]
struct Used {
    is_used: AtomicBool,
    waiting: Mutex<Option<Box<dyn FnOnce() + Send>>>,
}

/// The rules of one snapshot of the settings, and what was counted under them.
struct Limits {
    of: Arc<Values>,
    rules: Vec<Rule>,
    excluded: Networks,
    counters: Mutex<Counters>,
}

/// A rule, ready to be compared.
struct Rule {
    label: Arc<str>,
    audience: Audience,
    most: u64,
    window: Duration,
}

/// Whom a rule concerns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Audience {
    Everyone,
    Guests,
    SignedIn,
}

impl Rates {
    /// The room: the limits of these settings.
    pub fn new(settings: Settings) -> Self {
        let limits = Arc::new(ArcSwap::from_pointee(Limits::of(settings.current())));
        Self { settings, limits, used: Arc::default() }
    }

    /// Calls `f` once, when a request is counted for the first time.
    pub fn on_first_use(&self, f: impl FnOnce() + Send + 'static) {
        *self.used.waiting.lock() = Some(Box::new(f));
    }

    /// Forgets windows that are over; how many they were.
    pub fn sweep(&self) -> usize {
        self.limits.load().counters.lock().sweep(Instant::now())
    }

    /// Counts what a request does beside that for which it was counted when it came.
    ///
    /// # Errors
    /// `TooOften` where it is one too many.
    pub fn charge(&self, context: &RequestContext, place: &Place<'_>) -> Result<()> {
        let asker =
            Asker { caller: context.caller.as_deref(), ip: context.ip, method: &context.method, path: &context.path };
        match self.weigh(&asker, place) {
            Some(standing) if standing.refused => Err(Error::TooOften(standing.resets_in)),
            _ => Ok(()),
        }
    }

    /// Counts a request; where it stands then, or `None` where nothing limits it.
    pub fn weigh(&self, asker: &Asker<'_>, place: &Place<'_>) -> Option<Standing> {
        let values = self.settings.current();
        if !values.rate_limits.enabled || asker.caller.is_some_and(|caller| caller.superuser) {
            return None;
        }
        let limits = self.limits(values);
        if asker.ip.is_some_and(|ip| limits.excluded.hold(ip)) {
            return None;
        }
        let (at, rule) = limits.rule_for(asker, place)?;
        let key = Key::new(at, rule.audience, asker.ip, place);
        self.used.note();
        let hit = limits.counters.lock().hit(key, rule.most, rule.window, Instant::now());
        Some(Standing {
            label: Arc::clone(&rule.label),
            most: rule.most,
            window: rule.window,
            left: rule.most.saturating_sub(hit.hits),
            resets_in: hit.resets_in,
            refused: hit.refused,
        })
    }

    /// Which of these rules a request would be counted under, by its place among them; nothing is counted.
    pub fn rule_among(rules: &[RateLimit], asker: &Asker<'_>, signed_in: bool, place: &Place<'_>) -> Option<usize> {
        let rules: Vec<Rule> = rules.iter().map(Rule::new).collect();
        first_fitting(&rules, asker, signed_in, place).map(|(at, _)| at)
    }

    /// The limits of these settings; others than before begin with nothing counted.
    fn limits(&self, values: Arc<Values>) -> arc_swap::Guard<Arc<Limits>> {
        let limits = self.limits.load();
        if Arc::ptr_eq(&limits.of, &values) {
            return limits;
        }
        // Where several come at once, some requests are counted where nobody looks again.
        self.limits.store(Arc::new(Limits::of(values)));
        self.limits.load()
    }
}

impl Used {
    fn note(&self) {
        if self.is_used.load(Ordering::Relaxed) || self.is_used.swap(true, Ordering::Relaxed) {
            return;
        }
        if let Some(tell) = self.waiting.lock().take() {
            tell();
        }
    }
}

impl Limits {
    fn of(values: Arc<Values>) -> Self {
        let rules = values.rate_limits.rules.iter().map(Rule::new).collect();
        let excluded = Networks::new(&values.rate_limits.excluded_ips);
        Self { of: values, rules, excluded, counters: Mutex::default() }
    }

    fn rule_for(&self, asker: &Asker<'_>, place: &Place<'_>) -> Option<(usize, &Rule)> {
        first_fitting(&self.rules, asker, asker.caller.is_some(), place)
    }
}

/// The first rule that fits, by the contract's order of candidates, with its place.
fn first_fitting<'r>(
    rules: &'r [Rule],
    asker: &Asker<'_>,
    signed_in: bool,
    place: &Place<'_>,
) -> Option<(usize, &'r Rule)> {
    let meant = || rules.iter().enumerate().filter(|(_, rule)| rule.audience.has(signed_in));
    let fitting = |candidate: Candidate<'_>| {
        let exact = meant().find(|(_, rule)| candidate.is(&rule.label));
        exact.or_else(|| meant().find(|(_, rule)| candidate.is_below(&rule.label)))
    };
    candidates(asker, place).find_map(fitting)
}

impl Rule {
    fn new(rule: &RateLimit) -> Self {
        Self {
            label: Arc::from(rule.label.as_str()),
            audience: match rule.audience.as_str() {
                "@guest" => Audience::Guests,
                "@auth" => Audience::SignedIn,
                _ => Audience::Everyone,
            },
            most: rule.max_requests.max(0).unsigned_abs(),
            window: Duration::from_secs(rule.duration.max(1).unsigned_abs()),
        }
    }
}

impl Audience {
    fn has(self, signed_in: bool) -> bool {
        match self {
            Self::Everyone => true,
            Self::Guests => !signed_in,
            Self::SignedIn => signed_in,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits(rules: &[(&str, &str)]) -> Limits {
        let mut values = Values::default();
        values.rate_limits.rules = rules
            .iter()
            .map(|(label, audience)| RateLimit {
                label: (*label).to_owned(),
                audience: (*audience).to_owned(),
                duration: 1,
                max_requests: 1,
            })
            .collect();
        Limits::of(Arc::new(values))
    }

    fn user() -> Caller {
        Caller { superuser: false, ..Caller::clone(&RequestContext::internal().caller.expect("somebody")) }
    }

    const SIGN_IN: Place<'_> =
        Place::Collection { id: "c", name: "users", route: "sign-in", tags: &["authWithPassword", "auth"] };

    #[test]
    fn exact_beats_prefix_method_beats_none_and_tags_come_first() {
        let path = "/api/collections/users/auth-with-password";
        let post = "POST /api/collections/users/auth-with-password";
        let table: &[(&[&str], &str)] = &[
            (&["/api/", "/api/collections/", path, post], post),
            (&["/api/", "/api/collections/", path], path),
            (&["/api/", "/api/collections/"], "/api/"),
            (&["/", "/api/"], "/"),
            (&["POST /api/", path], "POST /api/"),
            (&["/api/", "*:auth", "*:authWithPassword"], "*:authWithPassword"),
            (&["*:authWithPassword", "users:auth"], "users:auth"),
            (
                &["post /api/", "auth", "other:auth", "/api/collections/users/auth-with-password/"],
                "/api/collections/users/auth-with-password/",
            ),
        ];
        for (rules, expected) in table {
            let limits = limits(&rules.iter().map(|label| (*label, "")).collect::<Vec<_>>());
            let asker = Asker { caller: None, ip: None, method: "POST", path };
            let found = limits.rule_for(&asker, &SIGN_IN).map(|(_, rule)| &*rule.label);
            assert_eq!(found, Some(*expected), "{rules:?}");
        }
    }

    #[test]
    fn what_no_label_names_is_free() {
        let asker = Asker { caller: None, ip: None, method: "GET", path: "/api/health" };
        for label in ["*:auth", "health", "/api", "/api/health/x/", "POST /api/health", "get /api/health", "/API/"] {
            assert!(limits(&[(label, "")]).rule_for(&asker, &Place::Route).is_none(), "{label}");
        }
        for label in ["/api/health", "/api/health/", "GET /api/", "/"] {
            assert!(limits(&[(label, "")]).rule_for(&asker, &Place::Route).is_some(), "{label}");
        }
    }

    #[test]
    fn a_rule_of_another_audience_gives_way_to_a_broader_one() {
        let limits = limits(&[("/api/", ""), ("/api/health", "@guest"), ("/api/health", "@auth")]);
        let somebody = user();
        let audience = |caller| {
            let asker = Asker { caller, ip: None, method: "GET", path: "/api/health" };
            limits.rule_for(&asker, &Place::Route).map(|(_, rule)| rule.audience)
        };
        assert_eq!(audience(None), Some(Audience::Guests));
        assert_eq!(audience(Some(&somebody)), Some(Audience::SignedIn));
        let limits = super::tests::limits(&[("/api/health", "@auth"), ("/api/", "")]);
        let asker = Asker { caller: None, ip: None, method: "GET", path: "/api/health" };
        assert_eq!(limits.rule_for(&asker, &Place::Route).map(|(at, _)| at), Some(1));
    }
}
