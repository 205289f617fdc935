//! Each answered request becomes an entry of the log, and a line of the server's output where that is wanted (contract:
//! settings, section 6.3). What is needed is taken before the request goes to its handler, by reference counts alone;
//! the entry is made only where somebody keeps it.

use std::borrow::Cow;
use std::net::IpAddr;
use std::sync::OnceLock;
use std::time::Instant;

use axum::extract::Request;
use axum::response::Response;
use http::header::{HeaderName, REFERER, USER_AGENT};
use http::{HeaderValue, Method, Uri};

use super::request_id::RequestId;
use crate::app::App;
use crate::http::envelope::default_message;
use crate::http::extract::Visitor;
use crate::http::{LogMeta, Routine};
use crate::logs::{Addresses, Failure, Level, REQUESTS, RequestEntry, redacted};

/// The status in the entry of a request that nobody waited for any more.
const GONE: u16 = 499;

/// A request on its way.
pub(super) struct Logged<'a> {
    app: &'a App,
    id: &'a RequestId,
    began: Instant,
    method: Method,
    uri: Uri,
    referer: Option<HeaderValue>,
    user_agent: Option<HeaderValue>,
    remote: Option<IpAddr>,
    visitor: OnceLock<Visitor>,
    ended: bool,
}

impl<'a> Logged<'a> {
    /// A request that begins.
    pub(super) fn begin(app: &'a App, request: &Request, id: &'a RequestId) -> Self {
        let header = |name: HeaderName| request.headers().get(name).cloned();
        Self {
            app,
            id,
            began: Instant::now(),
            method: request.method().clone(),
            uri: request.uri().clone(),
            referer: header(REFERER),
            user_agent: header(USER_AGENT),
            remote: request.extensions().get::<Visitor>().and_then(|visitor| visitor.ip),
            visitor: OnceLock::new(),
            ended: false,
        }
    }

    /// It was found out who asks.
    pub(super) fn identified(&self, request: &Request) {
        if let Some(visitor) = request.extensions().get::<Visitor>() {
            let _ = self.visitor.set(visitor.clone());
        }
    }

    /// It was answered so.
    pub(super) fn end(mut self, response: &mut Response) {
        self.ended = true;
        let status = response.status().as_u16();
        let failure = match response.extensions_mut().remove::<Failure>() {
            None if status >= 400 => {
                Some(Failure { error: default_message(response.status()).to_owned(), details: None })
            }
            failure => failure,
        };
        let meta = response.extensions_mut().remove::<LogMeta>().map(|LogMeta(meta)| meta);
        let routine = response.extensions_mut().remove::<Routine>().is_some() || is_routine(&self.method, &self.uri);
        self.tell(status, failure, meta, routine);
    }

    fn tell(&self, status: u16, failure: Option<Failure>, meta: Option<serde_json::Value>, routine: bool) {
        let settings = self.app.settings.current();
        let level = if failure.is_some() { Level::Error } else { Level::Info };
        let kept = self.app.logs.wants(&settings.logs, level) && (failure.is_some() || !routine);
        let shown = tracing::enabled!(target: REQUESTS, tracing::Level::DEBUG);
        if !kept && !shown {
            return;
        }
        let referer = header_text(&self.referer);
        let visitor = self.visitor.get();
        let caller = visitor.and_then(|visitor| visitor.caller.as_deref());
        let user = visitor.and_then(|visitor| visitor.ip).or(self.remote);
        let entry = RequestEntry {
            method: named(&self.method),
            url: redacted(self.uri.path_and_query().map_or("/", |sent| sent.as_str())),
            status,
            exec_time: self.began.elapsed().as_nanos() as f64 / 1e6,
            auth: caller.map_or("", |caller| &caller.collection_name),
            auth_id: caller.filter(|_| settings.logs.log_auth_id).map(|caller| caller.id.as_str()),
            referer: redacted(&referer),
            user_agent: header_text(&self.user_agent),
            addresses: settings.logs.log_ip.then_some(Addresses { user, remote: self.remote }),
            request_id: self.id.as_str(),
            meta,
            failure,
        };
        if shown {
            show(&entry);
        }
        if kept {
            self.app.logs.record_request(&entry);
        }
    }
}

impl Drop for Logged<'_> {
    /// Its client has gone, and its work ended in the middle.
    fn drop(&mut self) {
        if !self.ended && !std::thread::panicking() {
            let failure = Failure { error: "The client went away before it was answered.".to_owned(), details: None };
            self.tell(GONE, Some(failure), None, false);
        }
    }
}

/// The line in the server's output, within the request's span.
fn show(entry: &RequestEntry<'_>) {
    tracing::debug!(
        target: REQUESTS,
        status = entry.status,
        duration_us = (entry.exec_time * 1000.0) as u64,
        url = &*entry.url,
        auth = entry.auth,
        auth_id = entry.auth_id,
        user_ip = entry.addresses.and_then(|addresses| addresses.user).map(|ip| ip.to_string()),
        user_agent = &*entry.user_agent,
        error = entry.failure.as_ref().map(|failure| failure.error.as_str()),
        "answered"
    );
}

/// What is not worth an entry when it goes well: reading the log itself, watching a backup, returns from other services, streams that
/// begin, and whatever is no API.
fn is_routine(method: &Method, uri: &Uri) -> bool {
    let Some(path) = uri.path().strip_prefix("/api/") else { return true };
    match path {
        "oauth2-redirect" => true,
        "realtime" => method == Method::GET,
        // Asked again and again while somebody watches.
        "backups/active" => true,
        "logs" => method == Method::GET || method == Method::HEAD,
        _ => path.starts_with("logs/"),
    }
}

fn named(method: &Method) -> Cow<'static, str> {
    match *method {
        Method::GET => Cow::Borrowed("GET"),
        Method::POST => Cow::Borrowed("POST"),
        Method::PATCH => Cow::Borrowed("PATCH"),
        Method::DELETE => Cow::Borrowed("DELETE"),
        _ => Cow::Owned(method.as_str().to_ascii_uppercase()),
    }
}

fn header_text(value: &Option<HeaderValue>) -> Cow<'_, str> {
    value.as_ref().map_or(Cow::Borrowed(""), |value| String::from_utf8_lossy(value.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_contract_names_is_routine() {
        let routine = |method: Method, uri: &'static str| is_routine(&method, &Uri::from_static(uri));
        for uri in
            ["/", "/_/", "/_/assets/a.js", "/api/logs?page=1", "/api/logs/stats", "/api/logs/abc", "/api/realtime"]
        {
            assert!(routine(Method::GET, uri), "{uri}");
        }
        assert!(routine(Method::POST, "/api/oauth2-redirect"));
        for uri in ["/api/health", "/api/logsx", "/api/collections/posts/records", "/api/realtimes", "/api/files/a/b/c"]
        {
            assert!(!routine(Method::GET, uri), "{uri}");
        }
        assert!(!routine(Method::POST, "/api/realtime") && !routine(Method::DELETE, "/api/logs"));
    }
}
