//! Editor fields: HTML text, stored verbatim.

use super::limits;
use super::options::{GREATEST_INTEGER, Reader, Writer};
use crate::error::{Fault, FieldErrors};
use crate::schema::wire::Unreadable;

/// The greatest size in bytes where none is set.
const DEFAULT_MAX_SIZE: i64 = 5 << 20;

/// Options of an editor field.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct EditorOptions {
    /// The greatest size in bytes; 0 stands for 5 MiB.
    pub max_size: i64,
    /// A hint for the dashboard's editor.
    pub convert_urls: bool,
}

impl EditorOptions {
    pub(super) fn read(reader: Reader<'_>) -> Result<Self, Unreadable> {
        Ok(Self { max_size: reader.integer("maxSize")?, convert_urls: reader.flag("convertURLs")? })
    }

    pub(super) fn write(&self, writer: &mut Writer<'_>) {
        writer.set("maxSize", self.max_size).set("convertURLs", self.convert_urls);
    }

    pub(super) fn check(&self, text: &str) -> Option<Fault> {
        let max_size = if self.max_size > 0 { self.max_size } else { DEFAULT_MAX_SIZE };
        (text.len() as i64 > max_size).then(|| {
            let message = format!("The maximum allowed content size is {max_size} bytes.");
            Fault::new("validation_content_size_limit", message).with("maxSize", max_size)
        })
    }

    pub(super) fn check_options(&self, errors: &mut FieldErrors) {
        limits::at_least("maxSize", self.max_size, 0, errors);
        limits::at_most("maxSize", self.max_size, GREATEST_INTEGER, errors);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::testing::{code, field, option_codes};
    use crate::store::Value;

    #[test]
    fn content_is_kept_as_it_came_up_to_a_size_in_bytes() {
        let body = field(json!({"type": "editor", "name": "body", "maxSize": 10}));
        assert_eq!(body.cast(&json!("<b onclick=x> ")), Value::from("<b onclick=x> "));
        assert_eq!(body.check(&Value::from("éééée")), None);
        let fault = body.check(&Value::from("ééééée")).unwrap();
        assert_eq!(fault.message, "The maximum allowed content size is 10 bytes.");
        let body = field(json!({"type": "editor", "name": "body"}));
        assert_eq!(code(body.check(&Value::from("x".repeat((5 << 20) + 1)))), Some("validation_content_size_limit"));
    }

    #[test]
    fn the_size_is_a_whole_number_of_json() {
        assert_eq!(
            option_codes("editor", json!({"maxSize": -1})),
            ["maxSize validation_min_greater_equal_than_required"]
        );
        assert_eq!(
            option_codes("editor", json!({"maxSize": 1_i64 << 53})),
            ["maxSize validation_max_less_equal_than_required"]
        );
    }
}
