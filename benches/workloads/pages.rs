//! A list in its kinds: the page alone, with a total that nobody asked for before, with one that was asked for.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use rusqlite::types::Value;
use serde_json::Value as Json;

use crate::data;
use crate::floors::{Held, Page};
use crate::load::{self, Script, request};
use crate::report::{Line, Published};
use crate::rounds::{Bench, Workload};

/// Whether the total is asked for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Total {
    /// `skipTotal`.
    Skipped,
    /// Each request has a filter that was never seen, so that no answer can be kept from another.
    First,
    /// The same few filters come again and again.
    Repeated,
}

/// What is asked for the `n`th time.
pub(super) type Values = Arc<dyn Fn(usize) -> Value + Send + Sync>;

/// A list of posts.
#[derive(Clone)]
pub(super) struct List {
    pub name: &'static str,
    pub total: Total,
    pub connections: usize,
    /// With `{}` for the value.
    pub filter: &'static str,
    /// The other parameters, with `{}` for the value.
    pub query: &'static str,
    /// What is asked for the `n`th time.
    pub value: Values,
    /// The rule that stands while it runs; an ordinary account asks then.
    pub rule: Option<&'static str>,
    /// The rows by hand; `{post}` are the columns, the parameter is the value.
    pub rows: &'static str,
    /// The total by hand.
    pub count: &'static str,
    pub target: &'static str,
    pub published: Option<Published>,
}

impl List {
    fn name(&self) -> String {
        let total = match self.total {
            Total::Skipped => "no total",
            Total::First => "first total",
            Total::Repeated => "repeated total",
        };
        format!("{}, {total}", self.name)
    }

    fn page(&self) -> Page<'static> {
        Page { rows: self.rows, count: (self.total != Total::Skipped).then_some(self.count) }
    }

    /// The request for the `n`th value; `new` tells requests apart that must not look alike.
    fn request(&self, n: usize, new: usize, token: Option<&str>) -> Bytes {
        let value = match (self.value)(n) {
            Value::Text(text) => text,
            Value::Integer(number) => number.to_string(),
            _ => String::new(),
        };
        let mut filter = self.filter.replace("{}", &value);
        if self.total == Total::First {
            // Of constants alone: asked once, not for each row.
            let other = format!("'{new}' != 'x'");
            filter = if filter.is_empty() { other } else { format!("({filter}) && {other}") };
        }
        let filter: String = url::form_urlencoded::byte_serialize(filter.as_bytes()).collect();
        let query = self.query.replace("{}", &value);
        let skip = if self.total == Total::Skipped { "&skipTotal=1" } else { "" };
        let path = format!("/api/collections/posts/records?perPage=30&filter={filter}{query}{skip}");
        request("GET", &path, token, None)
    }

    fn script(&self, token: Option<String>) -> Script {
        let (list, new) = (self.clone(), AtomicUsize::new(1));
        Arc::new(move |number, count| {
            list.request(number * 31 + count, new.fetch_add(1, Ordering::Relaxed), token.as_deref())
        })
    }
}

/// The lines of lists.
pub(super) fn lines(bench: &Bench, lists: Vec<List>) -> Vec<Line> {
    let line = |list: List| {
        let token = list.rule.map(|_| bench.tokens.member.clone());
        if let Some(rule) = list.rule {
            bench.set_rules(&data::rules(rule, ""));
        }
        compare(bench, &list, token.as_deref());
        let line = bench.line(Workload {
            name: list.name(),
            connections: list.connections,
            script: list.script(token),
            floor: &|time| bench.reader.page(list.page(), &*list.value, time),
            target: list.target,
            by_rate: false,
            published: list.published,
        });
        if list.rule.is_some() {
            bench.set_rules(&data::rules("", ""));
        }
        line
    };
    super::lines(&bench.scale, lists, List::name, line)
}

/// A floor that does other work than the workload would be worth nothing: both must find the same rows.
fn compare(bench: &Bench, list: &List, token: Option<&str>) {
    let asked = async {
        let mut connection = load::Connection::open(&bench.server.address).await.expect("the server accepts");
        let (status, body) = connection.call(&list.request(7, 0, token)).await.expect("the server answers");
        (status, serde_json::from_slice::<Json>(body).unwrap_or_default())
    };
    let (status, answer) = bench.runtime.block_on(asked);
    if status != 200 {
        eprintln!("{}: {status} {answer}", list.name());
        return;
    }
    let ids = answer["items"].as_array().into_iter().flatten();
    let ids = ids.filter_map(|item| item["id"].as_str().map(str::to_owned)).collect();
    let total = (list.total != Total::Skipped).then(|| answer["totalItems"].as_i64().unwrap_or(-1));
    let floor = bench.reader.held(list.page(), (list.value)(7));
    assert_eq!(Held { ids, total }, floor, "{}: workload and floor find the same", list.name());
}

/// For lists without a value.
pub(super) fn nothing() -> Values {
    Arc::new(|_| Value::Null)
}

/// A text for each time.
pub(super) fn texts(of: impl Fn(usize) -> String + Send + Sync + 'static) -> Values {
    Arc::new(move |n| Value::Text(of(n)))
}

/// A number for each time.
pub(super) fn numbers(of: impl Fn(usize) -> usize + Send + Sync + 'static) -> Values {
    Arc::new(move |n| Value::Integer(of(n) as i64))
}
