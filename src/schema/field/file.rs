//! File fields: the names of stored files. The files themselves are the room `files`'s business.

use super::limits;
use super::options::{GREATEST_INTEGER, Reader, Writer};
use crate::error::{Fault, FieldErrors};
use crate::schema::wire::Unreadable;

/// The greatest size of one file in bytes where none is set.
const DEFAULT_MAX_SIZE: i64 = 5 << 20;

/// The size of thumbs that every field offers.
const USUAL_THUMB: &str = "100x100";

/// Options of a file field.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FileOptions {
    /// The greatest size of one file in bytes; 0 stands for 5 MiB.
    pub max_size: i64,
    /// How many files; over 1 makes the field multiple.
    pub max_select: i64,
    /// The types that are accepted, empty for all; `None` where never set.
    pub mime_types: Option<Vec<String>>,
    /// The sizes of thumbs to offer beside the usual one; `None` where never set.
    pub thumbs: Option<Vec<String>>,
    /// Whether the view rule guards downloads.
    pub protected: bool,
}

impl FileOptions {
    pub(super) fn read(reader: Reader<'_>) -> Result<Self, Unreadable> {
        Ok(Self {
            max_size: reader.integer("maxSize")?,
            max_select: reader.integer("maxSelect")?,
            mime_types: reader.texts("mimeTypes")?,
            thumbs: reader.texts("thumbs")?,
            protected: reader.flag("protected")?,
        })
    }

    pub(super) fn write(&self, writer: &mut Writer<'_>) {
        writer
            .set("maxSize", self.max_size)
            .set("maxSelect", self.max_select)
            .set("mimeTypes", self.mime_types.clone())
            .set("thumbs", self.thumbs.clone())
            .set("protected", self.protected);
    }

    /// The greatest size of one file in bytes.
    pub fn size_limit(&self) -> i64 {
        if self.max_size > 0 { self.max_size } else { DEFAULT_MAX_SIZE }
    }

    /// Whether thumbs of this size may be asked for; sizes are compared letter by letter.
    pub fn offers_thumb(&self, size: &str) -> bool {
        size == USUAL_THUMB || self.thumbs.iter().flatten().any(|offered| offered == size)
    }

    pub(super) fn check(&self, names: &[String]) -> Option<Fault> {
        let max_select = self.max_select.max(1);
        (names.len() as i64 > max_select).then(|| {
            let message = format!("The maximum allowed files is {max_select}.");
            Fault::new("validation_too_many_files", message).with("maxSelect", max_select)
        })
    }

    pub(super) fn check_options(&self, errors: &mut FieldErrors) {
        for (option, value) in [("maxSize", self.max_size), ("maxSelect", self.max_select)] {
            limits::at_least(option, value, 0, errors);
            limits::at_most(option, value, GREATEST_INTEGER, errors);
        }
        for (at, thumb) in self.thumbs.iter().flatten().enumerate() {
            let fault = match thumb.as_str() {
                "0x0" | "0x0t" | "0x0b" | "0x0f" => Fault::new("validation_not_in_invalid", "Must not be in list."),
                text if is_thumb(text) => continue,
                _ => Fault::new("validation_match_invalid", "Must be in a valid format."),
            };
            errors.add_at(&["thumbs", &at.to_string()], fault);
        }
    }
}

/// `WxH`, and how it is cropped: `t`, `b`, `f` or nothing.
fn is_thumb(text: &str) -> bool {
    let size = text.strip_suffix(['t', 'b', 'f']).unwrap_or(text);
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    size.split_once('x').is_some_and(|(width, height)| digits(width) && digits(height))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::testing::{answer, field, option_codes};

    #[test]
    fn values_are_names() {
        let one = field(json!({"type": "file", "name": "f"}));
        let many = field(json!({"type": "file", "name": "f", "maxSelect": 2}));
        assert_eq!(answer(&one, &json!("a_1.txt")), r#""a_1.txt""#);
        assert_eq!(answer(&many, &json!(["a_1.txt"])), r#"["a_1.txt"]"#);
        assert_eq!(answer(&many, &json!(null)), "[]");
        let fault = many.check(&many.cast(&json!(["a", "b", "c"]))).unwrap();
        assert_eq!(
            (fault.code, fault.message.as_str()),
            ("validation_too_many_files", "The maximum allowed files is 2.")
        );
    }

    #[test]
    fn unset_lists_are_null() {
        let shown = field(json!({"type": "file", "name": "f"})).to_json();
        assert!(shown["mimeTypes"].is_null() && shown["thumbs"].is_null());
        let shown = field(json!({"type": "file", "name": "f", "thumbs": []})).to_json();
        assert_eq!(shown["thumbs"], json!([]));
    }

    #[test]
    fn options_are_checked() {
        for (options, expected) in [
            (json!({"thumbs": ["100x100", "0x50", "50x0f", "1x1t", "1x1b"]}), vec![]),
            (
                json!({"thumbs": ["0x0", "0x0f", "100", "1x1z", "x1", "1 x1"]}),
                vec![
                    "thumbs.0 validation_not_in_invalid",
                    "thumbs.1 validation_not_in_invalid",
                    "thumbs.2 validation_match_invalid",
                    "thumbs.3 validation_match_invalid",
                    "thumbs.4 validation_match_invalid",
                    "thumbs.5 validation_match_invalid",
                ],
            ),
            (
                json!({"maxSize": -1, "maxSelect": 1_i64 << 53}),
                vec![
                    "maxSize validation_min_greater_equal_than_required",
                    "maxSelect validation_max_less_equal_than_required",
                ],
            ),
        ] {
            assert_eq!(option_codes("file", options.clone()), expected, "{options}");
        }
    }
}
