//! Subject and page of a mail from a template (contract: settings, section 5.2).
//!
//! Placeholders are replaced literally and in one pass: what comes in is never looked through again, so that a record
//! that is called `{TOKEN}` gets no token. What is unknown, and hidden fields, stay as they were typed. In the body,
//! what users wrote is escaped; the subject is plain text, where an escape would be shown, so nothing is escaped there
//! and line breaks become spaces.

use std::borrow::Cow;

use super::shell;
use crate::schema::auth_options::MailTemplate;
use crate::schema::{FieldKind, Record};
use crate::settings::Meta;
use crate::store::Value;

/// What a template becomes for a record: subject and page. `values` are what else stands for names such as `TOKEN`, as
/// plain text.
pub fn compose(template: &MailTemplate, meta: &Meta, record: &Record, values: &[(&str, String)]) -> (String, String) {
    let subject = fill(&template.subject, |name| known(name, meta, record, values).map(|found| Cow::Owned(found.text)));
    let body = fill(&template.body, |name| known(name, meta, record, values).map(Found::in_html));
    (one_line(&subject), shell::page(&body))
}

/// A line without what would end it or steer a terminal.
pub(super) fn one_line(text: &str) -> String {
    text.chars().map(|one| if one.is_control() { ' ' } else { one }).collect::<String>().trim().to_owned()
}

/// What a placeholder stands for.
struct Found {
    text: String,
    /// It is text of users or clients, not of the superuser who set the app up.
    foreign: bool,
}

impl Found {
    fn in_html(self) -> Cow<'static, str> {
        if self.foreign { Cow::Owned(escaped(&self.text)) } else { Cow::Owned(self.text) }
    }
}

fn known(name: &str, meta: &Meta, record: &Record, values: &[(&str, String)]) -> Option<Found> {
    let own = |text: &str| Some(Found { text: text.to_owned(), foreign: false });
    match name {
        "APP_NAME" => return own(&meta.app_name),
        // Templates go on with a slash of their own.
        "APP_URL" => return own(meta.app_url.trim_end_matches('/')),
        _ => {}
    }
    if let Some((_, value)) = values.iter().find(|(known, _)| *known == name) {
        return Some(Found { text: value.clone(), foreign: true });
    }
    let field = record.collection.field(name.strip_prefix("RECORD:")?).filter(|field| !field.hidden)?;
    Some(Found { text: written(&field.kind, record.get(&field.name)), foreign: true })
}

/// A stored value as text: lists and objects as JSON.
fn written(kind: &FieldKind, value: &Value) -> String {
    match (kind, value) {
        (FieldKind::Bool, value) => value.as_bool().to_string(),
        (_, Value::Text(text)) => text.clone(),
        (_, Value::Int(number)) => number.to_string(),
        (_, Value::Real(number)) => ryu_js::Buffer::new().format(*number).to_owned(),
        (FieldKind::Number(_), Value::Null) => "0".to_owned(),
        (_, Value::Null) => String::new(),
    }
}

/// Replaces `{NAME}` where `value` knows the name.
fn fill<'v>(template: &str, value: impl Fn(&str) -> Option<Cow<'v, str>>) -> String {
    let mut out = String::with_capacity(template.len());
    let mut rest = template;
    while let Some(at) = rest.find('{') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let end = rest.find(['{', '}']).filter(|&end| rest[end..].starts_with('}'));
        match end.and_then(|end| Some((end, value(&rest[..end])?))) {
            Some((end, value)) => {
                out.push_str(&value);
                rest = &rest[end + 1..];
            }
            None => out.push('{'),
        }
    }
    out.push_str(rest);
    out
}

/// The text as it stands in HTML, in content and in attributes.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for one in text.chars() {
        match one {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&#34;"),
            '\'' => out.push_str("&#39;"),
            one => out.push(one),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::schema::{Collection, Field};

    fn record() -> Record {
        let field = |name: &str, kind| Field::new(name, name, kind);
        let text = |name: &str| field(name, FieldKind::Text(Default::default()));
        let fields = vec![
            text("id"),
            text("name"),
            Field { hidden: true, ..text("tokenKey") },
            field("email", FieldKind::Email(Default::default())),
            field("age", FieldKind::Number(Default::default())),
            field("verified", FieldKind::Bool),
            field("born", FieldKind::Date(Default::default())),
            field("meta", FieldKind::Json(Default::default())),
        ];
        let mut record = Record::new(Arc::new(Collection { fields, ..Collection::default() }));
        record.set("id", "abc");
        record.set("name", "<b>Tom</b> & \"{TOKEN}\"");
        record.set("tokenKey", "s3cret");
        record.set("email", "tom@example.com");
        record.set("age", 41.5);
        record.set("verified", 1);
        record.set("born", "2001-02-03 04:05:06.000Z");
        record.set("meta", r#"{"a":[1]}"#);
        record
    }

    fn composed(subject: &str, body: &str) -> (String, String) {
        let template = MailTemplate { subject: subject.to_owned(), body: body.to_owned() };
        let meta = Meta { app_name: "Ant & Co".into(), app_url: "https://x.org".into(), ..Meta::default() };
        let values = [("TOKEN", "aaa.bbb".to_owned()), ("ALERT_INFO", "1.2.3.4 <script>\r\nBcc: x".to_owned())];
        compose(&template, &meta, &record(), &values)
    }

    /// The body inside of the page.
    fn body(text: &str) -> String {
        let (_, page) = composed("s", &format!("[begin]{text}[end]"));
        let (_, from) = page.split_once("[begin]").expect("the body");
        from.split_once("[end]").expect("the body").0.to_owned()
    }

    #[test]
    fn placeholders_are_replaced_wherever_they_stand() {
        for (template, expected) in [
            ("{APP_NAME} {APP_NAME}", "Ant & Co Ant & Co"),
            ("{APP_URL}/_/#/auth/x/{TOKEN}", "https://x.org/_/#/auth/x/aaa.bbb"),
            ("{RECORD:id} {RECORD:email}", "abc tom@example.com"),
            ("{RECORD:age} {RECORD:verified} {RECORD:born}", "41.5 true 2001-02-03 04:05:06.000Z"),
            ("{RECORD:meta}", "{&#34;a&#34;:[1]}"),
            ("a { b } {{TOKEN}} {", "a { b } {aaa.bbb} {"),
            ("", ""),
        ] {
            assert_eq!(body(template), expected, "{template}");
        }
    }

    #[test]
    fn a_slash_at_the_end_of_the_address_is_not_doubled_in_links() {
        let template = MailTemplate { subject: "s".to_owned(), body: "{APP_URL}/_/#/auth/x/{TOKEN}".to_owned() };
        let meta = Meta { app_url: "https://x.org/".into(), ..Meta::default() };
        let (_, page) = compose(&template, &meta, &record(), &[("TOKEN", "aaa.bbb".to_owned())]);
        assert!(page.contains("https://x.org/_/#/auth/x/aaa.bbb"), "{page}");
    }

    #[test]
    fn unknown_placeholders_and_hidden_fields_stay_as_typed() {
        for template in [
            "{OTP}",
            "{token}",
            "{ TOKEN }",
            "{}",
            "{RECORD:}",
            "{RECORD:nothing}",
            "{RECORD:tokenKey}",
            "{RECORD:collectionId}",
            "{TOKEN",
            "${{x}}",
            "{APP_NAME",
        ] {
            assert_eq!(body(template), template);
        }
        assert!(!body("{RECORD:tokenKey}").contains("s3cret"));
    }

    #[test]
    fn what_users_wrote_is_escaped_in_the_body_and_never_replaced_again() {
        assert_eq!(body("{RECORD:name}"), "&lt;b&gt;Tom&lt;/b&gt; &amp; &#34;{TOKEN}&#34;");
        assert_eq!(body("{ALERT_INFO}"), "1.2.3.4 &lt;script&gt;\r\nBcc: x");
    }

    #[test]
    fn a_subject_is_one_line_of_plain_text() {
        let subject = |template: &str| composed(template, "b").0;
        assert_eq!(subject("{APP_NAME}: {RECORD:name}"), "Ant & Co: <b>Tom</b> & \"{TOKEN}\"");
        assert_eq!(subject("{ALERT_INFO}"), "1.2.3.4 <script>  Bcc: x");
        assert_eq!(subject("a\r\nBcc: everyone@example.com\0"), "a  Bcc: everyone@example.com");
    }
}
