//! A mail as it travels (RFC 5322): headers, an HTML part and a text part.
//!
//! Nothing that comes from outside can add a header: addresses are parsed, everything else is made one line first and
//! then encoded.

use lettre::address::AddressError;
use lettre::message::{Mailbox, MultiPart};
use lettre::{Address, Message as Sealed};

use super::compose::one_line;
use super::{Message, Unsent, plain_text};
use crate::ids;
use crate::settings::Meta;

/// How many random characters a message's id has.
const ID_LENGTH: usize = 15;

/// How many characters of a subject travel.
const LONGEST_SUBJECT: usize = 255;

/// Puts a message into its envelope.
pub(super) fn seal(message: &Message, meta: &Meta) -> Result<Sealed, Unsent> {
    let to =
        address(&message.to).map_err(|error| Unsent::for_ever(format!("The mail has no usable address: {error}.")))?;
    let from = address(&meta.sender_address)
        .map_err(|error| Unsent::for_now(format!("The sender's address in the settings is not usable: {error}.")))?;
    let id = format!("<{}@{}>", ids::random_alphanumeric(ID_LENGTH), from.domain());
    let name = one_line(&meta.sender_name);
    let text = plain_text::of(&message.html);
    Sealed::builder()
        .message_id(Some(id))
        .from(Mailbox::new((!name.is_empty()).then_some(name), from))
        .to(Mailbox::new(None, to))
        .subject(subject(&message.subject))
        .multipart(MultiPart::alternative_plain_html(text, message.html.clone()))
        .map_err(|error| Unsent::for_ever(format!("The mail cannot be put together: {error}.")))
}

/// A subject as it travels: a long word of it is never folded, and servers take lines of 998 bytes.
fn subject(text: &str) -> String {
    let line = one_line(text);
    match line.char_indices().nth(LONGEST_SUBJECT) {
        Some((at, _)) => format!("{}…", &line[..at]),
        None => line,
    }
}

/// An address as it travels: its domain in ASCII, which every server takes.
fn address(text: &str) -> Result<Address, AddressError> {
    let address: Address = text.parse()?;
    if address.domain().is_ascii() {
        return Ok(address);
    }
    let domain = url::Host::parse(address.domain()).map_err(|_| AddressError::InvalidDomain)?;
    Address::new(address.user(), domain.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sealed(message: &Message, meta: &Meta) -> String {
        String::from_utf8(seal(message, meta).expect("sealed").formatted()).expect("mails are ASCII")
    }

    fn message(to: &str, subject: &str) -> Message {
        Message { to: to.to_owned(), subject: subject.to_owned(), html: "<p>Grüße &amp; Küsse</p>".to_owned() }
    }

    /// The header lines, with folded ones as one.
    fn headers(mail: &str) -> Vec<String> {
        let head = mail.split_once("\r\n\r\n").expect("a head").0;
        head.replace("\r\n ", " ").split("\r\n").map(str::to_owned).collect()
    }

    #[test]
    fn a_mail_has_its_headers_and_both_parts() {
        let meta = Meta { sender_name: "Jörg".into(), sender_address: "j@mail.example.com".into(), ..Meta::default() };
        let mail = sealed(&message("ada@example.com", "Für dich"), &meta);
        let headers = headers(&mail);
        let one = |name: &str| {
            let found: Vec<_> = headers.iter().filter_map(|line| line.strip_prefix(&format!("{name}: "))).collect();
            assert_eq!(found.len(), 1, "{name} in {headers:?}");
            found[0].to_owned()
        };
        assert_eq!(one("To"), "ada@example.com");
        assert!(one("From").ends_with("<j@mail.example.com>") && one("From").starts_with("=?utf-8?"));
        assert!(one("Subject").starts_with("=?utf-8?"));
        let id = one("Message-ID");
        let random = id.strip_prefix('<').and_then(|id| id.strip_suffix("@mail.example.com>")).expect("its form");
        assert_eq!(random.len(), 15);
        assert!(!one("Date").is_empty() && one("MIME-Version") == "1.0");
        assert!(one("Content-Type").starts_with("multipart/alternative"));
        assert!(mail.contains("Content-Type: text/plain; charset=utf-8"));
        assert!(mail.contains("Content-Type: text/html; charset=utf-8"));
        assert!(mail.is_ascii());
    }

    #[test]
    fn nothing_adds_a_header() {
        let meta = Meta { sender_name: "A\r\nBcc: a@example.com".into(), ..Meta::default() };
        let subject = "Hello\r\nBcc: b@example.com\r\n\r\n<script>";
        let mail = sealed(&message("ada@example.com", subject), &meta);
        assert!(!headers(&mail).iter().any(|line| line.to_lowercase().starts_with("bcc")), "{mail}");
        for address in ["a@example.com\r\nBcc: c@example.com", "a@example.com, b@example.com", "a", "", "<a@b.co>"] {
            let refused = seal(&message(address, "s"), &Meta::default()).expect_err(address);
            assert!(refused.lasting, "{address}");
        }
    }

    #[test]
    fn domains_of_other_scripts_travel_in_ascii() {
        let meta = Meta { sender_address: "post@grüße.example".into(), ..Meta::default() };
        let mail = sealed(&message("ada@MÜLLER.example", "s"), &meta);
        let headers = headers(&mail);
        assert!(headers.contains(&"To: ada@xn--mller-kva.example".to_owned()), "{headers:?}");
        for begin in ["From: ", "Message-ID: "] {
            let line = headers.iter().find(|line| line.starts_with(begin)).expect(begin);
            assert!(line.ends_with("@xn--gre-6ka8l.example>"), "{line}");
        }
    }

    #[test]
    fn no_line_is_longer_than_servers_take() {
        let long = "x".repeat(3000);
        let meta = Meta { sender_name: "n".repeat(255), ..Meta::default() };
        let html = format!("<p>{long} {}</p>", "ü".repeat(2000));
        let mail = Message { to: "ada@example.com".to_owned(), subject: format!("{long} ü{long}"), html };
        let mail = sealed(&mail, &meta);
        for line in mail.split("\r\n") {
            assert!(line.len() <= 998 && !line.contains(['\r', '\n']), "{} bytes: {line:.60}", line.len());
        }
    }

    #[test]
    fn an_unusable_sender_is_told_and_may_be_put_right() {
        let meta = Meta { sender_address: "nobody".into(), ..Meta::default() };
        let refused = seal(&message("ada@example.com", "s"), &meta).expect_err("no sender");
        assert!(!refused.lasting && refused.reason.contains("settings"), "{refused}");
    }
}
