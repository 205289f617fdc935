//! The end of a sign-in in another window: the service sends the user back here, and whoever waits for it in the first
//! window is told (contract: auth, section 8.2).

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use serde_json::{Value as Json, json};

use crate::auth::Auth;

/// How long Apple's name of a user is kept; it is told once, and not with the tokens.
const NAME_LIFE: Duration = Duration::from_secs(60);
/// The longest name that is kept, in bytes.
const LONGEST_NAME: usize = 150;
/// The longest code that a name is kept for, in bytes.
const LONGEST_CODE: usize = 1000 - "@redirect_name_".len();
/// How many names are kept at once. Anybody can send some.
const MOST_NAMES: usize = 1000;

/// What came back with the user.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Returned {
    /// Who waits for it.
    pub state: String,
    /// The code.
    pub code: String,
    /// What went wrong.
    pub error: String,
    /// What Apple tells of the user, as JSON.
    pub user: String,
}

/// A connected client that waits for the end of a sign-in.
pub struct Waiter {
    /// Where it is connected from.
    pub ip: Option<IpAddr>,
    /// Sends it the message `@oauth2`.
    pub tell: Box<dyn FnOnce(Json) + Send>,
}

/// Takes the waiting client of an id, which waits no more; `None` where there is none, or it does not wait.
pub type Listener = Arc<dyn Fn(&str) -> Option<Waiter> + Send + Sync>;

impl Auth {
    /// Names who knows the clients that wait. Only the first one counts.
    pub fn tell_returns_to(&self, listener: Listener) {
        // A second one would be a mistake in the wiring, and changes nothing.
        let _ = self.parts.oauth2.listener.set(listener);
    }

    /// Takes what came back with a user from `ip`; whether the sign-in can go on.
    pub fn oauth2_returned(&self, returned: &Returned, ip: Option<IpAddr>) -> bool {
        let oauth2 = &self.parts.oauth2;
        oauth2.listener.get().is_some_and(|listener| took(returned, ip, listener, &oauth2.names))
    }
}

/// The client waits no more from here on, whatever follows; one of another address is told nothing.
fn took(returned: &Returned, ip: Option<IpAddr>, listener: &Listener, names: &Names) -> bool {
    let Some(waiter) = listener(&returned.state) else { return false };
    if waiter.ip.is_none() || waiter.ip != ip {
        return false;
    }
    let good = returned.error.is_empty() && !returned.code.is_empty();
    if good {
        names.keep(&returned.code, &returned.user);
    }
    let mut message = json!({"state": returned.state, "code": returned.code});
    if !returned.error.is_empty() {
        message["error"] = json!(returned.error);
    }
    (waiter.tell)(message);
    good
}

/// Apple's names of users, by the code that came along.
#[derive(Default)]
pub(super) struct Names(Mutex<HashMap<String, (Instant, String)>>);

impl Names {
    fn keep(&self, code: &str, user: &str) {
        let Some(name) = full_name(user).filter(|_| code.len() <= LONGEST_CODE) else { return };
        let mut names = self.0.lock();
        names.retain(|_, (at, _)| at.elapsed() < NAME_LIFE);
        if names.len() < MOST_NAMES {
            names.insert(code.to_owned(), (Instant::now(), name));
        }
    }

    /// The name that came with a code, once.
    pub(super) fn take(&self, code: &str) -> Option<String> {
        let (at, name) = self.0.lock().remove(code)?;
        (at.elapsed() < NAME_LIFE).then_some(name)
    }
}

/// First and last name of `{"name": {"firstName", "lastName"}}`.
fn full_name(user: &str) -> Option<String> {
    let user: Json = serde_json::from_str(user).ok()?;
    let part = |name: &str| user["name"][name].as_str().unwrap_or_default();
    let name = format!("{} {}", part("firstName"), part("lastName"));
    let name = name.trim();
    (!name.is_empty() && name.len() <= LONGEST_NAME).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    const HERE: Option<IpAddr> = Some(IpAddr::V4(Ipv4Addr::LOCALHOST));
    const APPLE: &str = r#"{"name":{"firstName":" Ann","lastName":"Lee "},"email":"a@example.com"}"#;

    /// Returns `returned` from `ip` to a house in which the client `waiting` waits at [`HERE`]: whether the sign-in
    /// goes on, what the client was told, and whether it was found.
    fn return_to(returned: Returned, ip: Option<IpAddr>, names: &Names) -> (bool, Vec<Json>, bool) {
        let told = Arc::new(Mutex::new(Vec::new()));
        let found = Arc::new(Mutex::new(false));
        let (tell, find) = (Arc::clone(&told), Arc::clone(&found));
        let listener: Listener = Arc::new(move |client| {
            if client != "waiting" {
                return None;
            }
            *find.lock() = true;
            let tell = Arc::clone(&tell);
            Some(Waiter { ip: HERE, tell: Box::new(move |message| tell.lock().push(message)) })
        });
        let good = took(&returned, ip, &listener, names);
        let told = told.lock().clone();
        let found = *found.lock();
        (good, told, found)
    }

    fn returned(state: &str, code: &str, error: &str) -> Returned {
        Returned { state: state.into(), code: code.into(), error: error.into(), user: APPLE.into() }
    }

    #[test]
    fn the_client_that_waits_is_told_the_code() {
        let names = Names::default();
        let (good, told, _) = return_to(returned("waiting", "c", ""), HERE, &names);
        assert!(good);
        assert_eq!(told, [json!({"state": "waiting", "code": "c"})]);
        assert_eq!(names.take("c").as_deref(), Some("Ann Lee"), "Apple's name is kept for the exchange");
        assert_eq!(names.take("c"), None, "once");
    }

    #[test]
    fn a_failure_of_the_service_is_told_and_keeps_no_name() {
        let names = Names::default();
        for (code, error, message) in [
            ("c", "access_denied", json!({"state": "waiting", "code": "c", "error": "access_denied"})),
            ("", "", json!({"state": "waiting", "code": ""})),
        ] {
            let (good, told, _) = return_to(returned("waiting", code, error), HERE, &names);
            assert!(!good);
            assert_eq!(told, [message]);
            assert_eq!(names.take(code), None);
        }
    }

    #[test]
    fn another_address_is_told_nothing_but_ends_the_waiting() {
        for ip in [Some("10.0.0.1".parse().expect("an address")), None] {
            let names = Names::default();
            let outcome = return_to(returned("waiting", "c", ""), ip, &names);
            assert_eq!(outcome, (false, Vec::new(), true));
            assert_eq!(names.take("c"), None);
        }
    }

    #[test]
    fn nobody_of_that_state_waits() {
        let names = Names::default();
        for state in ["", "tampered"] {
            assert_eq!(return_to(returned(state, "c", ""), HERE, &names), (false, Vec::new(), false));
        }
        assert_eq!(names.take("c"), None, "strangers keep no names here");
    }

    #[test]
    fn names_are_bounded() {
        let names = Names::default();
        let long = format!(r#"{{"name":{{"firstName":"{}"}}}}"#, "x".repeat(151));
        for (code, user) in [("a", "{"), ("a", "null"), ("a", "{}"), ("a", long.as_str()), (&"c".repeat(986), APPLE)] {
            names.keep(code, user);
            assert_eq!(names.take(code), None, "{user}");
        }
        for number in 0..2000 {
            names.keep(&number.to_string(), APPLE);
        }
        assert_eq!(names.0.lock().len(), MOST_NAMES);
    }
}
