//! The mails that a server in development writes as files, and what stands in them.

use std::time::{Duration, Instant};

use mail_parser::MessageParser;
use serde_json::json;

use super::client::Client;
use super::server::TestServer;

/// How long a mail may take.
const DEADLINE: Duration = Duration::from_secs(60);

/// A mail that was sent.
#[derive(Debug, Clone)]
pub struct Mail {
    /// The recipient's address.
    pub to: String,
    /// The subject.
    pub subject: String,
    /// The text part.
    pub text: String,
    /// The HTML part.
    pub html: String,
    /// The header lines as they travel.
    pub head: String,
}

impl Mail {
    fn read(bytes: &[u8]) -> Self {
        let mail = MessageParser::default().parse(bytes).expect("a mail");
        let to = mail.to().and_then(|to| to.first()).and_then(|to| to.address()).expect("a recipient");
        let whole = String::from_utf8(bytes.to_vec()).expect("mails are ASCII");
        Self {
            to: to.to_owned(),
            subject: mail.subject().unwrap_or_default().to_owned(),
            text: mail.body_text(0).expect("a text part").into_owned(),
            html: mail.body_html(0).expect("an HTML part").into_owned(),
            head: whole.split_once("\r\n\r\n").expect("a head").0.to_owned(),
        }
    }

    /// The link of the button.
    #[track_caller]
    pub fn link(&self) -> &str {
        let from = self.html.split_once("href=\"").unwrap_or_else(|| panic!("no link: {}", self.html)).1;
        from.split_once('"').expect("the end of a link").0
    }

    /// The token in the link.
    #[track_caller]
    pub fn token(&self) -> String {
        self.link().rsplit_once('/').expect("a path").1.to_owned()
    }

    /// The one-time password.
    #[track_caller]
    pub fn code(&self) -> String {
        let from = self.html.split_once("<strong>").unwrap_or_else(|| panic!("no code: {}", self.html)).1;
        from.split_once("</strong>").expect("the end of a code").0.to_owned()
    }
}

impl TestServer {
    /// All mails, in the order in which they were sent.
    pub fn mails(&self) -> Vec<Mail> {
        let Ok(folder) = std::fs::read_dir(self.dir().join("mails")) else { return Vec::new() };
        let paths = folder.map(|entry| entry.expect("an entry").path());
        let mut paths: Vec<_> = paths.filter(|path| path.extension().is_some_and(|end| end == "eml")).collect();
        paths.sort();
        paths.iter().map(|path| Mail::read(&std::fs::read(path).expect("a mail that can be read"))).collect()
    }

    /// The mails to an address, once all that was asked for is sent.
    pub async fn mails_to(&self, address: &str) -> Vec<Mail> {
        self.letters_are_sent().await;
        self.mails().into_iter().filter(|mail| mail.to == address).collect()
    }

    /// The newest mail to an address, once all that was asked for is sent.
    pub async fn mail_to(&self, address: &str) -> Mail {
        let mails = self.mails_to(address).await;
        mails.into_iter().next_back().unwrap_or_else(|| panic!("no mail to {address}"))
    }

    /// Waits until no letter waits any more.
    pub async fn letters_are_sent(&self) {
        self.sql_becomes("SELECT count(*) FROM _tb_jobs", "0").await;
    }

    /// Waits until a query has this value.
    pub async fn sql_becomes(&self, query: &str, value: &str) {
        let begun = Instant::now();
        loop {
            let found = self.sql(query).await;
            if found.as_deref() == Some(value) {
                return;
            }
            assert!(begun.elapsed() < DEADLINE, "{query} is {found:?}, not {value}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// The first value of a query.
    pub async fn sql(&self, query: &str) -> Option<String> {
        let answer = self.superuser().post("/api/sql", json!({"query": query})).await;
        answer.is(200);
        answer.json.pointer("/rows/0/0").and_then(|cell| cell.as_str()).map(str::to_owned)
    }
}
