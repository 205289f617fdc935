//! The log at a glance: how many requests of which outcome in each part of a time, how long they took, and what they
//! have in common. The newest entries are looked at, up to a number, and in those nothing is estimated.

use std::borrow::{Borrow, Cow};
use std::collections::HashMap;
use std::hash::Hash;

use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::read::{Asked, HOUR};
use super::route::route;
use super::{Level, Logs};
use crate::context::RequestContext;
use crate::error::{Error, Result};
use crate::schema::field::date;
use crate::store::{ReadLane, Sql, Tx};
use crate::time;

/// How many entries are looked at.
const MOST_ENTRIES: usize = 500_000;
/// Into how many parts the time may be cut, and into how many it is.
const MOST_BUCKETS: usize = 200;
const BUCKETS: usize = 60;
/// The time where none is named.
const HOURS: i64 = 1;
/// How many values of each kind are told.
const TOLD: usize = 20;
/// How many routes are told that are slow.
const SLOWEST: usize = 10;
/// How many values of a kind are counted; those that come after, in entries that are older, are not.
const COUNTED: usize = 10_000;

/// What time is looked at, and how it is cut.
#[derive(Debug, Clone, Copy)]
struct Span {
    from: DateTime<Utc>,
    to: DateTime<Utc>,
    buckets: usize,
    /// The length of a bucket in milliseconds.
    step: i64,
}

impl Span {
    fn of(context: &RequestContext) -> Result<Self> {
        let to = instant(context, "to")?.unwrap_or_else(time::now);
        let from = instant(context, "from")?.unwrap_or_else(|| to - TimeDelta::hours(HOURS));
        if from >= to {
            return Err(Error::bad_request("The time must begin before it ends."));
        }
        let buckets = match context.query_value("buckets") {
            None => BUCKETS,
            Some(text) => text.parse().ok().filter(|number| (1..=MOST_BUCKETS).contains(number)).ok_or_else(|| {
                Error::bad_request(format!("buckets must be a whole number from 1 to {MOST_BUCKETS}."))
            })?,
        };
        Ok(Self { from, to, buckets, step: step(to - from, buckets) })
    }

    /// The bucket of an instant.
    fn bucket(&self, at: DateTime<Utc>) -> usize {
        let passed = (at - self.from).num_milliseconds().max(0) / self.step;
        usize::try_from(passed).unwrap_or(usize::MAX).min(self.buckets - 1)
    }

    fn at(&self, bucket: usize) -> DateTime<Utc> {
        let passed = self.step.saturating_mul(i64::try_from(bucket).unwrap_or(i64::MAX));
        self.from + TimeDelta::milliseconds(passed)
    }
}

/// How many milliseconds a bucket has, so that all of them cover the whole.
fn step(whole: TimeDelta, buckets: usize) -> i64 {
    let milliseconds = whole.num_milliseconds().max(1).unsigned_abs();
    i64::try_from(milliseconds.div_ceil(buckets as u64)).unwrap_or(i64::MAX)
}

fn instant(context: &RequestContext, name: &str) -> Result<Option<DateTime<Utc>>> {
    let read = |text: &str| {
        date::parse(text)
            .ok_or_else(|| Error::bad_request(format!("{name} must be a time, such as {}.", time::now_text())))
    };
    context.query_value(name).map(read).transpose()
}

impl Logs {
    /// The log at a glance, as JSON: of the context's time, in its number of parts, for what its filter wants.
    ///
    /// # Errors
    /// `Invalid` for what is wrong with a parameter; `Unavailable` where no log is kept.
    pub async fn overview(&self, context: &RequestContext) -> Result<Vec<u8>> {
        let (span, asked) = (Span::of(context)?, Asked::of(context, None)?);
        let read = move |tx: &mut Tx<'_>| {
            let mut overview = Overview::new(span);
            tx.rows(&asked.within(span.from, span.to, MOST_ENTRIES + 1), |row| {
                overview.add(row.get(0).as_f64() as i64, row.get(1).as_text(), row.get(2).as_text());
                Ok(())
            })?;
            Ok(overview.into_json().to_string().into_bytes())
        };
        self.up_to_date().await?.read(ReadLane::Slow, read).await
    }
}

impl Asked {
    /// Level, data and time of what was made in a time, the newest first.
    fn within(&self, from: DateTime<Utc>, to: DateTime<Utc>, most: usize) -> Sql {
        let mut query = Sql::raw(format!(
            r#"SELECT "_logs"."level", "_logs"."data", "_logs"."created" FROM "_logs" WHERE {HOUR} >= "#
        ));
        query.bind(hour(from)).push(&format!(" AND {HOUR} <= ")).bind(hour(to));
        query.push(r#" AND "_logs"."created" >= "#).bind(time::format(from));
        query.push(r#" AND "_logs"."created" <= "#).bind(time::format(to));
        if !self.condition.is_empty() {
            query.push(" AND (").append(&self.condition).push(")");
        }
        // The order of the index, so that nothing is sorted.
        query.push(&format!(r#" ORDER BY {HOUR} DESC, "_logs"._rowid_ DESC LIMIT "#)).bind(most as i64);
        query
    }
}

/// An hour in the words of the index.
fn hour(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:00:00").to_string()
}

/// What the data of a request tells.
#[derive(Deserialize)]
struct Told<'d> {
    #[serde(borrow, rename = "type")]
    kind: Cow<'d, str>,
    #[serde(borrow)]
    method: Cow<'d, str>,
    #[serde(borrow)]
    url: Cow<'d, str>,
    status: u16,
    #[serde(rename = "execTime", default)]
    took: f32,
    #[serde(borrow, default)]
    auth: Cow<'d, str>,
    #[serde(borrow, rename = "userIP", default)]
    ip: Option<Cow<'d, str>>,
}

/// What was counted so far.
struct Overview {
    span: Span,
    entries: usize,
    is_partial: bool,
    errors: u64,
    buckets: Vec<Bucket>,
    levels: Counts<i64>,
    statuses: Counts<u16>,
    methods: Counts<String>,
    auths: Counts<String>,
    ips: Counts<String>,
    routes: HashMap<String, Requests>,
}

/// A part of the time.
#[derive(Default, Clone)]
struct Bucket {
    /// Requests by the class of their status, from 2xx on.
    classes: [u64; 4],
    other: u64,
    times: Vec<f32>,
}

/// The requests of a route.
#[derive(Default)]
struct Requests {
    errors: u64,
    times: Vec<f32>,
}

impl Overview {
    fn new(span: Span) -> Self {
        Self {
            span,
            entries: 0,
            is_partial: false,
            errors: 0,
            buckets: vec![Bucket::default(); span.buckets],
            levels: Counts::default(),
            statuses: Counts::default(),
            methods: Counts::default(),
            auths: Counts::default(),
            ips: Counts::default(),
            routes: HashMap::new(),
        }
    }

    fn add(&mut self, level: i64, data: &str, created: &str) {
        if self.entries == MOST_ENTRIES {
            self.is_partial = true;
            return;
        }
        // A time in another form is in no bucket.
        let Some(at) = date::parse(created) else { return };
        self.entries += 1;
        self.levels.add(&level);
        let bucket = &mut self.buckets[self.span.bucket(at)];
        let told = serde_json::from_str::<Told<'_>>(data).ok().filter(|told| told.kind == "request");
        let Some(told) = told else {
            bucket.other += 1;
            self.errors += u64::from(level >= Level::Error as i64);
            return;
        };
        let class = usize::from(told.status / 100).clamp(2, 5) - 2;
        let is_error = u64::from(told.status >= 400);
        bucket.classes[class] += 1;
        bucket.times.push(told.took);
        self.errors += is_error;
        self.statuses.add(&told.status);
        self.methods.add(&*told.method);
        self.auths.add(&*told.auth);
        if let Some(ip) = told.ip.as_deref().filter(|ip| !ip.is_empty()) {
            self.ips.add(ip);
        }
        let route = route(&told.method, &told.url);
        let is_full = self.routes.len() >= COUNTED;
        if !is_full || self.routes.contains_key(&route) {
            let requests = self.routes.entry(route).or_default();
            requests.errors += is_error;
            requests.times.push(told.took);
        }
    }

    fn into_json(self) -> Json {
        let Self { span, buckets, routes, .. } = self;
        let mut all: Vec<f32> = buckets.iter().flat_map(|bucket| &bucket.times).copied().collect();
        let routes: Vec<(String, u64, Requests)> =
            routes.into_iter().map(|(route, of)| (route, of.times.len() as u64, of)).collect();
        let facet = greatest(routes.iter().map(|(route, count, _)| (Json::from(route.as_str()), *count)).collect());
        let mut slowest: Vec<_> = routes
            .into_iter()
            .map(|(route, count, mut of)| {
                let (p50, p95) = (percentile(&mut of.times, 50), percentile(&mut of.times, 95));
                (p95, json!({"route": route, "count": count, "errors": of.errors, "p50": p50, "p95": p95}))
            })
            .collect();
        slowest.sort_by(|one, other| {
            let times = other.0.unwrap_or(0.0).total_cmp(&one.0.unwrap_or(0.0));
            times.then_with(|| one.1["route"].as_str().cmp(&other.1["route"].as_str()))
        });
        let slowest: Vec<Json> = slowest.into_iter().take(SLOWEST).map(|(_, told)| told).collect();
        let bucket = |(at, mut bucket): (usize, Bucket)| {
            let [s2, s3, s4, s5] = bucket.classes;
            let (p50, p95) = (percentile(&mut bucket.times, 50), percentile(&mut bucket.times, 95));
            json!({
                "at": time::format(span.at(at)), "s2": s2, "s3": s3, "s4": s4, "s5": s5, "other": bucket.other,
                "p50": p50, "p95": p95,
            })
        };
        json!({
            "from": time::format(span.from),
            "to": time::format(span.to),
            "step": span.step as f64 / 1000.0,
            "total": self.entries,
            "errors": self.errors,
            "partial": self.is_partial,
            "p50": percentile(&mut all, 50),
            "p95": percentile(&mut all, 95),
            "buckets": buckets.into_iter().enumerate().map(bucket).collect::<Vec<_>>(),
            "facets": {
                "level": self.levels.greatest(),
                "status": self.statuses.greatest(),
                "method": self.methods.greatest(),
                "route": facet,
                "auth": self.auths.greatest(),
                "ip": self.ips.greatest(),
            },
            "slowest": slowest,
        })
    }
}

/// How often each value of a kind was there.
struct Counts<T>(HashMap<T, u64>);

impl<T> Default for Counts<T> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<T: Eq + Hash + Into<Json>> Counts<T> {
    fn add<Q: Eq + Hash + ToOwned<Owned = T> + ?Sized>(&mut self, value: &Q)
    where
        T: Borrow<Q>,
    {
        if let Some(count) = self.0.get_mut(value) {
            *count += 1;
        } else if self.0.len() < COUNTED {
            self.0.insert(value.to_owned(), 1);
        }
    }

    fn greatest(self) -> Vec<Json> {
        greatest(self.0.into_iter().map(|(value, count)| (value.into(), count)).collect())
    }
}

/// The values that were there most often.
fn greatest(mut counted: Vec<(Json, u64)>) -> Vec<Json> {
    counted.sort_by_cached_key(|(value, count)| (std::cmp::Reverse(*count), value.to_string()));
    counted.truncate(TOLD);
    counted.into_iter().map(|(value, count)| json!({"value": value, "count": count})).collect()
}

/// The least of the times that so many of a hundred do not exceed, in milliseconds with three digits.
fn percentile(times: &mut [f32], of: usize) -> Option<f64> {
    let rank = (times.len() * of).div_ceil(100).checked_sub(1)?;
    let (_, time, _) = times.select_nth_unstable_by(rank, f32::total_cmp);
    Some((f64::from(*time) * 1000.0).round() / 1000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_times_that_were_there() {
        let mut times: Vec<f32> = (1..=100).rev().map(|time| time as f32).collect();
        assert_eq!((percentile(&mut times, 50), percentile(&mut times, 95)), (Some(50.0), Some(95.0)));
        assert_eq!(percentile(&mut [1.5], 95), Some(1.5));
        assert_eq!(percentile(&mut [1.0, 2.0], 50), Some(1.0));
        assert_eq!(percentile(&mut [], 50), None);
    }

    #[test]
    fn the_time_is_cut_into_parts_that_cover_it() {
        let from = DateTime::from_timestamp(1_700_000_000, 0).expect("a time");
        let span = Span { from, to: from + TimeDelta::seconds(10), buckets: 3, step: step(TimeDelta::seconds(10), 3) };
        assert_eq!(span.step, 3334);
        for (passed, bucket) in [(-1, 0), (0, 0), (3333, 0), (3334, 1), (9999, 2), (10_000, 2), (20_000, 2)] {
            assert_eq!(span.bucket(from + TimeDelta::milliseconds(passed)), bucket, "{passed}");
        }
        assert_eq!(time::format(span.at(1)), time::format(from + TimeDelta::milliseconds(3334)));
    }

    #[test]
    fn what_is_no_request_is_counted_apart() {
        let from = DateTime::from_timestamp(1_700_000_000, 0).expect("a time");
        let span = Span { from, to: from + TimeDelta::seconds(1), buckets: 1, step: 1000 };
        let mut overview = Overview::new(span);
        let at = time::format(from);
        let request = |status: u16| json!({"type": "request", "method": "GET", "url": "/api/a", "status": status, "execTime": 2, "auth": ""});
        for status in [101, 200, 304, 404, 503, 999] {
            overview.add(0, &request(status).to_string(), &at);
        }
        for (level, data) in [(4, "{}"), (8, "no JSON"), (8, r#"{"type": "request", "status": "x"}"#)] {
            overview.add(level, data, &at);
        }
        overview.add(0, "{}", "no time");
        let told = overview.into_json();
        let bucket = &told["buckets"][0];
        let counts = ["s2", "s3", "s4", "s5", "other"].map(|key| bucket[key].as_u64().expect("a number"));
        assert_eq!(counts, [2, 1, 1, 2, 3]);
        assert_eq!((&told["total"], &told["errors"]), (&json!(9), &json!(5)));
    }
}
