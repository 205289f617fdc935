//! A step of a case: what is done, as whom, and what must come of it.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use base64::Engine;
use reqwest::multipart::{Form, Part};
use reqwest::{Method, RequestBuilder};
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::expect::Expectation;
use super::outcome::Outcome;
use super::people::{Made, Who};
use super::stage::Stage;
use crate::support::{Client, Events, SOURCE};

/// How long a step may be tried again with `until`.
const PATIENCE: Duration = Duration::from_secs(30);

/// One thing that is done.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// `GET /api/…`.
    request: Option<String>,
    /// Arguments of the executable, on the directory of the case.
    run: Option<Vec<String>>,
    /// Opens a stream of this name; with topics, subscribes it.
    listen: Option<String>,
    /// Takes the next message of the stream of this name.
    hears: Option<String>,
    /// Takes the newest mail to this address.
    mail: Option<String>,
    /// Demands that no mail went to this address.
    no_mail: Option<String>,
    /// Makes a token and keeps it under this name.
    sign: Option<String>,
    /// Reads this token.
    decode: Option<String>,
    /// Takes what the server printed so far.
    #[serde(default)]
    printed: bool,
    /// Ends the server in order and starts it again.
    #[serde(default)]
    restart: bool,

    /// Who does it.
    #[serde(default, rename = "as")]
    who: Who,
    /// Topics of `listen`.
    #[serde(default)]
    topics: Vec<String>,
    /// Query parameters, not yet encoded.
    #[serde(default)]
    query: BTreeMap<String, String>,
    /// Headers of the request.
    #[serde(default)]
    send: BTreeMap<String, String>,
    /// A JSON body.
    json: Option<Json>,
    /// A multipart form: a value or several for each key.
    form: Option<BTreeMap<String, OneOrMore<String>>>,
    /// Files of the form.
    #[serde(default)]
    files: BTreeMap<String, OneOrMore<Upload>>,
    /// An urlencoded form.
    urlencoded: Option<BTreeMap<String, String>>,
    /// A body as it is.
    body: Option<String>,
    /// How often it is done; the last time counts.
    times: Option<usize>,
    /// Does it until what is demanded holds.
    #[serde(default)]
    until: bool,

    /// What is kept of it for later steps.
    #[serde(default)]
    pub keep: BTreeMap<String, String>,
    /// What must come of it.
    #[serde(default)]
    expect: Expectation,
}

/// A file of a form.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Upload {
    /// Its name.
    name: String,
    /// Its text.
    text: Option<String>,
    /// Its bytes.
    base64: Option<String>,
    /// A file of the source, below its `storage`.
    source: Option<String>,
    /// This many zeros.
    zeros: Option<usize>,
    /// Its declared type.
    mime: Option<String>,
}

/// A value or a list of them.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum OneOrMore<T> {
    One(T),
    More(Vec<T>),
}

impl<T> OneOrMore<T> {
    fn each(&self) -> &[T] {
        match self {
            Self::One(value) => std::slice::from_ref(value),
            Self::More(values) => values,
        }
    }
}

/// What a step does.
pub enum Action<'a> {
    /// A request.
    Request(&'a str),
    /// A command.
    Run(&'a [String]),
    /// Opening a stream.
    Listen(&'a str),
    /// Taking a message.
    Hears(&'a str),
    /// Taking a mail.
    Mail(&'a str),
    /// Seeing that there is no mail.
    NoMail(&'a str),
    /// Making a token.
    Sign(&'a str),
    /// Reading a token.
    Decode(&'a str),
    /// Taking what the server printed.
    Printed,
    /// Ending and starting again.
    Restart,
}

impl Upload {
    fn part(&self) -> Part {
        let bytes = match (&self.text, &self.base64, &self.source, self.zeros) {
            (Some(text), ..) => text.clone().into_bytes(),
            (_, Some(text), ..) => base64::engine::general_purpose::STANDARD.decode(text).expect("base64"),
            (_, _, Some(path), _) => source_file(path),
            (.., Some(number)) => vec![0; number],
            _ => panic!("the file {} has no content", self.name),
        };
        let part = Part::bytes(bytes).file_name(self.name.clone());
        match &self.mime {
            Some(mime) => part.mime_str(mime).expect("a type"),
            None => part,
        }
    }
}

/// A file of the source, below its `storage`.
pub fn source_file(path: &str) -> Vec<u8> {
    std::fs::read(format!("{SOURCE}/storage/{path}")).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// What a token says, and for how many seconds from now it is good.
fn decoded(token: &str) -> Json {
    let parts: Vec<_> = token.split('.').collect();
    assert_eq!(parts.len(), 3, "no token: {token:?}");
    let [header, claims] = [0, 1].map(|at| {
        let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(parts[at]).expect("base64");
        serde_json::from_slice::<Json>(&bytes).expect("JSON")
    });
    let lives = claims["exp"].as_i64().map(|exp| exp - chrono::Utc::now().timestamp());
    json!({"header": header, "claims": claims, "lives": lives})
}

impl Step {
    /// What it does.
    pub fn action(&self) -> Action<'_> {
        let actions = [
            self.request.as_deref().map(Action::Request),
            self.run.as_deref().map(Action::Run),
            self.listen.as_deref().map(Action::Listen),
            self.hears.as_deref().map(Action::Hears),
            self.mail.as_deref().map(Action::Mail),
            self.no_mail.as_deref().map(Action::NoMail),
            self.sign.as_deref().map(Action::Sign),
            self.decode.as_deref().map(Action::Decode),
            self.printed.then_some(Action::Printed),
            self.restart.then_some(Action::Restart),
        ];
        let mut actions = actions.into_iter().flatten();
        let action = actions.next().expect("a step says what is done");
        assert!(actions.next().is_none(), "a step does one thing: {self:?}");
        action
    }

    /// Whether it could fail.
    pub fn demands_something(&self) -> bool {
        self.expect.demands_something()
    }

    /// Whether it must be refused.
    pub fn is_to_be_refused(&self) -> bool {
        self.expect.is_refusal()
    }

    /// Does it, and panics where something else comes of it than was demanded. Steps around the main one
    /// need no status: they must go well.
    pub async fn play(&self, stage: &mut Stage, part: &str) -> Outcome {
        for _ in 1..self.times.unwrap_or(1) {
            self.act(stage, part).await;
        }
        let begun = Instant::now();
        loop {
            let outcome = self.act(stage, part).await;
            let judged = self.expect.judge(&outcome, &stage.variables, part.is_empty());
            match judged {
                Ok(()) => return outcome,
                Err(_) if self.until && begun.elapsed() < PATIENCE => {
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
                Err(reason) => panic!("{reason}\n{outcome}"),
            }
        }
    }

    async fn act(&self, stage: &mut Stage, part: &str) -> Outcome {
        let name = |what: &str| [part, what].join(" ").trim().to_owned();
        match self.action() {
            Action::Request(line) => {
                let line = stage.variables.fill(line);
                let request = self.build(stage, &line);
                Outcome::of_answer(name(&line), stage.client().send(request).await)
            }
            Action::Run(args) => {
                let args: Vec<_> = args.iter().map(|arg| stage.variables.fill(arg)).collect();
                let output = stage.server().run(&args.iter().map(String::as_str).collect::<Vec<_>>());
                let [stdout, stderr] =
                    [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text).into_owned());
                Outcome::of(
                    name(&args.join(" ")),
                    json!({"exit": output.status.code(), "stdout": stdout, "stderr": stderr}),
                )
            }
            Action::Listen(stream) => {
                let events = Events::open(stage.server()).await;
                let greeting = json!({"greeting": events.greeting, "clientId": events.client_id});
                let token = stage.token(&self.who);
                if !self.topics.is_empty() {
                    let topics: Vec<_> = self.topics.iter().map(|topic| stage.variables.fill(topic)).collect();
                    let topics: Vec<_> = topics.iter().map(String::as_str).collect();
                    let guest = stage.client();
                    let answer = match &token {
                        Some(token) => events.subscribe(&guest.with_token(token), &topics).await,
                        None => events.subscribe(&guest, &topics).await,
                    };
                    answer.is(204);
                }
                stage.streams.insert(stream.to_owned(), events);
                Outcome::of(name(stream), greeting)
            }
            Action::Hears(stream) => {
                let events = stage.streams.get_mut(stream).unwrap_or_else(|| panic!("no stream {stream}"));
                let event = events.next().await;
                Outcome::of_event(name(stream), &event)
            }
            Action::Mail(address) => {
                let address = stage.variables.fill(address);
                stage.server().letters_are_sent().await;
                let mails = stage.server().mails();
                let mail = mails
                    .iter()
                    .rfind(|mail| mail.to == address)
                    .unwrap_or_else(|| panic!("no mail to {address}: {mails:?}"));
                let count = mails.iter().filter(|mail| mail.to == address).count();
                let mail = json!({"count": count, "to": mail.to, "subject": mail.subject, "text": mail.text, "html": mail.html, "head": mail.head});
                Outcome::of(name(&address), mail)
            }
            Action::NoMail(address) => {
                let address = stage.variables.fill(address);
                stage.server().letters_are_sent().await;
                let mails = stage.server().mails();
                assert!(mails.iter().all(|mail| mail.to != address), "there is a mail to {address}: {mails:?}");
                Outcome::of(name(&address), json!({}))
            }
            Action::Sign(under) => {
                let Who::Made(made) = &self.who else { panic!("a token to sign says of whom: {self:?}") };
                let token = Made::token(made);
                stage.variables.set(under, token.clone());
                Outcome::of(name(under), json!({"token": token}))
            }
            Action::Decode(token) => Outcome::of(name("decode"), decoded(&stage.variables.fill(token))),
            Action::Printed => Outcome::of(name("printed"), json!({"text": stage.server().printed()})),
            Action::Restart => {
                stage.restart();
                Outcome::of(name("restart"), json!({}))
            }
        }
    }

    fn build(&self, stage: &Stage, line: &str) -> RequestBuilder {
        let fill = |text: &str| stage.variables.fill(text);
        let (method, path) = line.split_once(' ').unwrap_or_else(|| panic!("no request: {line:?}"));
        let method = Method::from_bytes(method.as_bytes()).expect("a method");
        let mut request = stage.client().request(method, path);
        if !self.query.is_empty() {
            let query: Vec<_> = self.query.iter().map(|(key, value)| (key, fill(value))).collect();
            request = request.query(&query);
        }
        if let Some(token) = stage.token(&self.who) {
            request = request.header("Authorization", token);
        }
        for (header, value) in &self.send {
            request = request.header(header, fill(value));
        }
        if let Some(json) = &self.json {
            request = request.json(&stage.variables.fill_json(json));
        }
        if let Some(form) = &self.urlencoded {
            let form: BTreeMap<_, _> = form.iter().map(|(key, value)| (key, fill(value))).collect();
            request = request.form(&form);
        }
        if let Some(body) = &self.body {
            request = request.body(fill(body));
        }
        if self.form.is_some() || !self.files.is_empty() {
            let mut form = Form::new();
            for (key, values) in self.form.iter().flatten() {
                form = values.each().iter().fold(form, |form, value| form.text(key.clone(), fill(value)));
            }
            for (key, files) in &self.files {
                form = files.each().iter().fold(form, |form, file| form.part(key.clone(), file.part()));
            }
            request = request.multipart(form);
        }
        request
    }
}
