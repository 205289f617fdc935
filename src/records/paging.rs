//! Which page of a list is asked for: `page`, `perPage` and `skipTotal` (contract: records, section 3).

use crate::context::RequestContext;
use crate::error::{Error, Result};

/// How many items a page has where nobody says.
const DEFAULT_PER_PAGE: i64 = 30;

/// How many items a page has at most.
const MAX_PER_PAGE: i64 = 1000;

/// The paging parameters of a list, put within their limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Paging {
    /// The page's number, from 1.
    pub page: i64,
    /// How many items a page has at most: 1 to 1000.
    pub per_page: i64,
    /// Whether the count of all items is left out.
    pub skip_total: bool,
}

impl Paging {
    /// Reads the parameters of a request; an absent and an empty one take their defaults.
    ///
    /// # Errors
    /// `Invalid` where one is no integer of 64 bits, or no truth.
    pub fn of(context: &RequestContext) -> Result<Self> {
        let page = match integer(context, "page")? {
            Some(page) if page > 0 => page,
            _ => 1,
        };
        let per_page = match integer(context, "perPage")? {
            Some(count) if count > 0 => count.min(MAX_PER_PAGE),
            _ => DEFAULT_PER_PAGE,
        };
        let skip_total = match context.query_value("skipTotal") {
            None => false,
            Some(text) => truth(text).ok_or_else(|| Error::bad_request(""))?,
        };
        Ok(Self { page, per_page, skip_total })
    }

    /// How many items come before the page.
    pub fn offset(&self) -> i64 {
        (self.page - 1).saturating_mul(self.per_page)
    }
}

fn integer(context: &RequestContext, name: &str) -> Result<Option<i64>> {
    let parsed = context.query_value(name).map(str::parse).transpose();
    parsed.map_err(|_| Error::bad_request(""))
}

fn truth(text: &str) -> Option<bool> {
    match text {
        "1" | "t" | "T" | "TRUE" | "true" | "True" => Some(true),
        "0" | "f" | "F" | "FALSE" | "false" | "False" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn paging(query: &[(&str, &str)]) -> Result<Paging> {
        let query: Vec<_> = query.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        Paging::of(&RequestContext { query: Arc::from(query), ..RequestContext::guest() })
    }

    #[test]
    fn nothing_asked_is_the_first_thirty_with_a_total() {
        let expected = Paging { page: 1, per_page: 30, skip_total: false };
        assert_eq!(paging(&[]).expect("defaults"), expected);
        assert_eq!(paging(&[("page", ""), ("perPage", ""), ("skipTotal", "")]).expect("empty"), expected);
    }

    #[test]
    fn numbers_outside_the_limits_are_put_within() {
        let asked = paging(&[("page", "-3"), ("perPage", "0")]).expect("low");
        assert_eq!((asked.page, asked.per_page), (1, 30));
        let asked = paging(&[("page", "+7"), ("perPage", "1001")]).expect("high");
        assert_eq!((asked.page, asked.per_page, asked.offset()), (7, 1000, 6000));
    }

    #[test]
    fn the_last_page_that_can_be_written_does_not_overflow() {
        assert_eq!(paging(&[("page", "9223372036854775807")]).expect("largest").offset(), i64::MAX);
    }

    #[test]
    fn what_is_no_integer_or_no_truth_is_refused() {
        for (name, value) in [
            ("page", "x"),
            ("page", "1.0"),
            ("page", " 1"),
            ("page", "9223372036854775808"),
            ("perPage", "ten"),
            ("skipTotal", "yes"),
            ("skipTotal", "tRUE"),
        ] {
            assert!(matches!(paging(&[(name, value)]), Err(Error::Invalid(_))), "{name}={value}");
        }
    }

    #[test]
    fn the_first_value_of_a_repeated_parameter_counts() {
        assert_eq!(paging(&[("page", "2"), ("page", "x")]).expect("first").page, 2);
    }
}
