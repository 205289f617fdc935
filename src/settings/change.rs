//! What was sent, laid over what is there (contract: settings, section 1): objects merge, everything else is
//! replaced, and what is absent stays; that is how secrets survive being read and written back.

use indexmap::IndexMap;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value as Json};

use crate::error::{Error, Result};

/// What was sent.
#[derive(Debug, Clone, Default)]
pub struct Change {
    /// The JSON.
    pub data: Map<String, Json>,
    /// The values of a form, by dotted keys such as `meta.appName`; what they stand for depends on what is there.
    pub texts: Vec<(String, String)>,
}

impl Change {
    /// What is there with what was sent over it.
    ///
    /// # Errors
    /// `Invalid` where a value is of the wrong kind.
    pub fn over<T: Serialize + DeserializeOwned>(&self, there: &T) -> Result<T> {
        let mut all = serde_json::to_value(there).map_err(|error| Error::Internal(error.into()))?;
        let mut texts: IndexMap<&str, Vec<&str>> = IndexMap::new();
        for (key, text) in &self.texts {
            texts.entry(key).or_default().push(text);
        }
        for (key, texts) in texts {
            read(&mut all, key, &texts)?;
        }
        for (key, value) in &self.data {
            if let Some(place) = all.get_mut(key) {
                merge(key, place, value)?;
            }
        }
        serde_json::from_value(all).map_err(|_| wrong_kind())
    }
}

fn wrong_kind() -> Error {
    Error::bad_request("An error occurred while loading the submitted data.")
}

fn merge(key: &str, place: &mut Json, sent: &Json) -> Result<()> {
    match (place, sent) {
        (Json::Array(list), Json::Null) => list.clear(),
        (_, Json::Null) => {}
        (Json::Object(map), Json::Object(sent)) => {
            for (key, value) in sent {
                if let Some(place) = map.get_mut(key) {
                    merge(key, place, value)?;
                }
            }
        }
        (Json::Array(list), Json::Array(sent)) => {
            *list = sent.iter().map(|one| element(key, one)).collect::<Result<_>>()?
        }
        (Json::Array(_) | Json::Object(_), _) => return Err(wrong_kind()),
        // Whether it is of the right kind shows when all of it is read.
        (place, sent) => *place = sent.clone(),
    }
    Ok(())
}

/// An element of a list, with zero values for what is null.
fn element(key: &str, sent: &Json) -> Result<Json> {
    Ok(match sent {
        Json::Object(map) => {
            let there = map.iter().filter(|(_, value)| !value.is_null());
            Json::Object(there.map(|(name, value)| (name.clone(), value.clone())).collect())
        }
        Json::Null if key == "rules" => Json::Object(Map::new()),
        Json::Null => Json::String(String::new()),
        // It would pass for an object without its names.
        Json::Array(_) => return Err(wrong_kind()),
        other => other.clone(),
    })
}

/// Puts the values of a form's key where they belong; the last counts where there is place for one.
fn read(all: &mut Json, key: &str, texts: &[&str]) -> Result<()> {
    let mut place = &mut *all;
    for part in key.split('.') {
        place = match place {
            Json::Object(map) => match map.get_mut(part) {
                Some(inner) => inner,
                None => return Ok(()),
            },
            _ => return Ok(()),
        };
    }
    let last = texts.last().copied().unwrap_or_default();
    *place = match place {
        Json::String(_) => Json::from(last),
        Json::Bool(_) => Json::from(truth(last)?),
        Json::Number(_) => Json::from(last.parse::<i64>().map_err(|_| wrong_kind())?),
        Json::Array(_) => Json::from(texts),
        Json::Null | Json::Object(_) => return Err(wrong_kind()),
    };
    Ok(())
}

fn truth(text: &str) -> Result<bool> {
    match text {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Ok(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" | "" => Ok(false),
        _ => Err(wrong_kind()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::Values;
    use super::*;

    fn data(sent: Json) -> Change {
        let Json::Object(data) = sent else { panic!("no object") };
        Change { data, texts: Vec::new() }
    }

    fn texts(pairs: &[(&str, &str)]) -> Change {
        let texts = pairs.iter().map(|(key, text)| ((*key).to_owned(), (*text).to_owned())).collect();
        Change { data: Map::new(), texts }
    }

    #[test]
    fn objects_merge_lists_are_replaced_and_what_is_absent_stays() {
        let mut before = Values::default();
        before.smtp.password = "secret".into();
        before.superuser_ips = vec!["10.0.0.1".into(), "10.0.0.2".into()];
        let sent = json!({
            "smtp": {"host": "mail.example.com"}, "superuserIPs": ["::1"], "unknown": {"x": 1},
            "rateLimits": {"rules": [{"label": "zz"}]},
        });
        let after = data(sent).over(&before).expect("good");
        assert_eq!((after.smtp.host.as_str(), after.smtp.password.as_str()), ("mail.example.com", "secret"));
        assert_eq!(after.superuser_ips, ["::1"]);
        assert_eq!((after.rate_limits.rules.len(), after.rate_limits.rules[0].duration), (1, 0));
        assert_eq!(after.meta, before.meta);
    }

    #[test]
    fn null_changes_nothing_but_empties_lists() {
        let before = Values { superuser_ips: vec!["::1".into()], ..Values::default() };
        let sent = json!({
            "meta": null, "smtp": {"port": null, "host": null}, "superuserIPs": null, "batch": {"enabled": null},
            "rateLimits": {"rules": [null, {"label": null, "duration": 5}], "excludedIPs": [null]},
        });
        let after = data(sent).over(&before).expect("good");
        assert_eq!((&after.meta, &after.smtp), (&before.meta, &before.smtp));
        assert!(after.superuser_ips.is_empty());
        assert_eq!(after.rate_limits.excluded_ips, [""]);
        assert_eq!((after.rate_limits.rules.len(), after.rate_limits.rules[1].duration), (2, 5));
    }

    #[test]
    fn a_secret_is_cleared_by_an_empty_text_and_set_where_there_was_none() {
        let set = data(json!({"s3": {"secret": "a"}, "backups": {"s3": {"secret": "b"}}})).over(&Values::default());
        let set = set.expect("good");
        assert_eq!((set.s3.secret.as_str(), set.backups.s3.secret.as_str()), ("a", "b"));
        let cleared = data(json!({"s3": {"secret": ""}})).over(&set).expect("good");
        assert_eq!((cleared.s3.secret.as_str(), cleared.backups.s3.secret.as_str()), ("", "b"));
    }

    #[test]
    fn values_of_the_wrong_kind_are_refused() {
        for sent in [
            json!({"meta": 5}),
            json!({"meta": {"appName": 5}}),
            json!({"smtp": {"port": "5"}}),
            json!({"smtp": {"port": 1.5}}),
            json!({"smtp": {"port": 18446744073709551615_u64}}),
            json!({"smtp": {"tls": "true"}}),
            json!({"smtp": {"tls": {}}}),
            json!({"smtp": []}),
            json!({"superuserIPs": "::1"}),
            json!({"superuserIPs": [1]}),
            json!({"superuserIPs": {"0": "::1"}}),
            json!({"rateLimits": {"rules": [5]}}),
            json!({"rateLimits": {"rules": [[]]}}),
            json!({"rateLimits": {"rules": [["/a", "", 1, 1]]}}),
            json!({"rateLimits": {"rules": [{"duration": "5"}]}}),
        ] {
            let refused = data(sent.clone()).over(&Values::default());
            assert!(matches!(refused, Err(Error::Invalid(invalid)) if invalid.fields.is_empty()), "{sent}");
        }
    }

    #[test]
    fn texts_of_forms_are_read_as_what_they_replace() {
        let form = texts(&[
            ("meta.appName", "first"),
            ("meta.appName", "123"),
            ("meta.hideControls", "true"),
            ("smtp.port", "25"),
            ("superuserIPs", "::1"),
            ("superuserIPs", "10.0.0.0/8"),
            ("backups.s3.bucket", "b"),
            ("backups.s3.none", "x"),
            ("meta.appName.more", "x"),
            ("", "x"),
        ]);
        let after = form.over(&Values::default()).expect("good");
        assert_eq!((after.meta.app_name.as_str(), after.meta.hide_controls), ("123", true));
        assert_eq!((after.smtp.port, after.backups.s3.bucket.as_str()), (25, "b"));
        assert_eq!(after.superuser_ips, ["::1", "10.0.0.0/8"]);
        for (key, text) in
            [("smtp.port", "x"), ("smtp.port", "1.5"), ("smtp.tls", "yes"), ("meta", "x"), ("rateLimits.rules", "x")]
        {
            assert!(texts(&[(key, text)]).over(&Values::default()).is_err(), "{key}={text}");
        }
    }
}
