//! The settings in the database: the row `settings` of `_params`, as the contract has it (settings, section 3).

use serde_json::{Map, Value as Json};

use super::{Change, Values};
use crate::crypto::seal::Sealer;
use crate::error::{Error, Result};
use crate::store::{Sql, Tx};
use crate::time;

/// The row's id.
const ROW: &str = "settings";

/// The settings, and the row that they were read from.
pub(super) struct Stored {
    pub(super) row: String,
    pub(super) values: Values,
}

impl Stored {
    /// The stored settings; `None` where there are none.
    ///
    /// # Errors
    /// `Setup` where they cannot be read.
    pub(super) fn load(tx: &mut Tx<'_>, sealer: Option<&Sealer>) -> Result<Option<Self>> {
        Self::load_other_than(None, tx, sealer)
    }

    /// The stored settings where their row is another than this one.
    ///
    /// # Errors
    /// As [`Stored::load`].
    pub(super) fn load_other_than(
        known: Option<&str>,
        tx: &mut Tx<'_>,
        sealer: Option<&Sealer>,
    ) -> Result<Option<Self>> {
        let mut query = Sql::raw(r#"SELECT "value" FROM "_params" WHERE "id" = "#);
        query.bind(ROW);
        let row = tx.row(&query, |row| Ok(row.get(0).as_text().to_owned()))?;
        let other = row.filter(|row| Some(row.as_str()) != known);
        other.map(|row| Ok(Self { values: read(&row, sealer)?, row })).transpose()
    }
}

/// Writes the settings; the row.
pub(super) fn save(tx: &mut Tx<'_>, values: &Values, sealer: Option<&Sealer>) -> Result<String> {
    let document = document(values)?;
    let row = match sealer {
        Some(sealer) => sealer.seal(document.as_bytes())?,
        None => document,
    };
    let now = time::now_text();
    let mut insert = Sql::raw(r#"INSERT INTO "_params" ("id", "value", "created", "updated") VALUES ("#);
    insert.bind(ROW).push(", ").bind(row.as_str()).push(", ").bind(now.as_str()).push(", ").bind(now.as_str());
    insert.push(r#") ON CONFLICT ("id") DO UPDATE SET "value" = "excluded"."value", "updated" = "excluded"."updated""#);
    tx.execute(&insert)?;
    Ok(row)
}

/// The settings as they are stored: of the secrets, that of the mail server stands there in any case.
fn document(values: &Values) -> Result<String> {
    let mut document = serde_json::to_value(values).map_err(|error| Error::Internal(error.into()))?;
    for path in ["/s3", "/backups/s3"] {
        if let Some(Json::Object(map)) = document.pointer_mut(path)
            && map.get("secret").and_then(Json::as_str) == Some("")
        {
            map.remove("secret");
        }
    }
    Ok(document.to_string())
}

/// A row, over the defaults. It is sealed only where it is no JSON: sealing begins with the next save.
pub(super) fn read(row: &str, sealer: Option<&Sealer>) -> Result<Values> {
    let unreadable = |why: &str| Error::Setup(format!("The stored settings cannot be read: {why}."));
    let document = match (serde_json::from_str::<Json>(row), sealer) {
        (Ok(document), _) => document,
        (Err(_), None) => {
            return Err(unreadable("they are sealed; name the variable that holds their key with --encryption-env"));
        }
        (Err(_), Some(sealer)) => {
            let opened = sealer.open(row).map_err(|_| unreadable("they are sealed with another key"))?;
            serde_json::from_slice(&opened).map_err(|error| unreadable(&error.to_string()))?
        }
    };
    let data = match document {
        Json::Object(data) => data,
        Json::Null => Map::new(),
        _ => return Err(unreadable("they are no object")),
    };
    let change = Change { data, texts: Vec::new() };
    change.over(&Values::default()).map_err(|_| unreadable("a value is of the wrong kind"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_row_leaves_out_is_the_default_and_lists_without_a_value_are_empty() {
        let values = read(r#"{"meta":{"appName":"x"},"rateLimits":{"rules":null},"more":1}"#, None).expect("readable");
        assert_eq!((values.meta.app_name.as_str(), values.smtp.port), ("x", 587));
        assert!(values.rate_limits.rules.is_empty());
        assert_eq!(read("null", None).expect("readable"), Values::default());
    }

    #[test]
    fn a_row_that_is_sealed_needs_its_key_and_one_that_is_not_needs_none() {
        let (right, wrong) = (Sealer::with_key(&[1; 32]), Sealer::with_key(&[2; 32]));
        let sealed = right.seal(br#"{"meta":{"appName":"x"}}"#).expect("sealed");
        let name = |row: &str, sealer| read(row, sealer).map(|values| values.meta.app_name);
        assert_eq!(name(&sealed, Some(&right)).expect("opened"), "x");
        assert_eq!(name(r#"{"meta":{"appName":"y"}}"#, Some(&right)).expect("readable"), "y");
        for (row, sealer) in [(sealed.as_str(), None), (&sealed, Some(&wrong)), ("{", Some(&right)), ("[]", None)] {
            assert!(matches!(name(row, sealer), Err(Error::Setup(_))), "{row}");
        }
    }
}
