//! What each listener of a change is told. Whoever asks the same question hears the same answer: it is found once for
//! each distinct rule, caller and options.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use chrono::DateTime;

use super::Parts;
use super::clients::Listener;
use super::frame;
use crate::auth::Session;
use crate::changes::Change;
use crate::pick;
use crate::records;
use crate::schema::{CollectionRef, Record, Schema};
use crate::store::State;
use crate::time;

/// How long one answer may take.
const TIME: Duration = Duration::from_secs(1);

/// Answers for one change.
pub(super) struct Teller<'a> {
    parts: &'a Parts,
    schema: &'a Schema,
    change: &'a Change,
    record: &'a Record,
    /// The database now.
    now: &'a State,
    /// The state before the delete, for one that can still be decided.
    before: Option<Arc<State>>,
    time: Time,
    answers: HashMap<Question, Answer>,
    /// Messages by topic.
    messages: HashMap<(usize, Who), Bytes>,
}

/// When a change is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Time {
    /// As it happens.
    Live,
    /// Later, perhaps much. What was hidden then is not shown because it would be visible now: a record that a rule or
    /// filter is asked about is shown as it is now, and a change before the last one of its collection's rules is not
    /// told to those who are under rules.
    Later,
}

/// What an answer depends on, of one change.
#[derive(PartialEq, Eq, Hash, Clone)]
struct Question {
    by_list_rule: bool,
    who: Who,
    options: String,
}

/// Who asks, as far as it makes a difference.
#[derive(PartialEq, Eq, Hash, Clone)]
enum Who {
    /// Whoever is no superuser.
    Anybody,
    Superuser,
    /// A record of an auth collection, or a guest.
    Account(Option<(String, String)>),
}

/// What a listener is told.
#[derive(Clone)]
pub(super) enum Told {
    Nothing,
    /// Everything but the line `id:`.
    Message(Bytes),
    /// Nobody can say any more.
    Undecided,
}

#[derive(Clone)]
enum Answer {
    Hidden,
    Shown(Bytes),
    Undecided,
}

impl<'a> Teller<'a> {
    pub(super) fn new(
        parts: &'a Parts,
        schema: &'a Schema,
        change: &'a Change,
        record: &'a Record,
        now: &'a State,
        time: Time,
    ) -> Self {
        let before = (change.op == "delete").then(|| parts.before.of(change.seq)).flatten();
        Self { parts, schema, change, record, now, before, time, answers: HashMap::new(), messages: HashMap::new() }
    }

    /// What a listener is told that is signed in like this.
    pub(super) fn tell(&mut self, listener: &Listener, session: Option<&Session>) -> Told {
        let rule = self.rule(listener);
        let who = who(listener, session, self.collection(), rule);
        // All clients with a topic share it, wherever they got it from.
        let place = (Arc::as_ptr(&listener.topic) as usize, who.clone());
        if let Some(message) = self.messages.get(&place) {
            return Told::Message(message.clone());
        }
        let options = listener.topic.options().to_owned();
        let question = Question { by_list_rule: listener.by_list_rule, who, options };
        let answer = match self.answers.get(&question) {
            Some(answer) => answer.clone(),
            None => {
                let answer = self.answer(listener, session);
                self.answers.insert(question, answer.clone());
                answer
            }
        };
        match answer {
            Answer::Hidden => Told::Nothing,
            Answer::Undecided => Told::Undecided,
            Answer::Shown(record) => {
                let message = frame::of_record(&listener.topic.text, &record, &self.change.op);
                self.messages.insert(place, message.clone());
                Told::Message(message)
            }
        }
    }

    fn collection(&self) -> &'a CollectionRef {
        &self.record.collection
    }

    fn rule(&self, listener: &Listener) -> &'a Option<String> {
        match listener.by_list_rule {
            true => &self.collection().list_rule,
            false => &self.collection().view_rule,
        }
    }

    /// Whether the collection was altered after the change.
    fn is_before_its_rules(&self) -> bool {
        // Times in the wire format are in the order of their texts.
        let changed = DateTime::from_timestamp_millis(self.change.at).map(time::format).unwrap_or_default();
        self.collection().updated >= changed
    }

    fn answer(&self, listener: &Listener, session: Option<&Session>) -> Answer {
        let rule = self.rule(listener);
        let context = listener.topic.context(session.map(|session| Arc::clone(&session.caller)));
        if rule.is_none() && !context.is_superuser() {
            return Answer::Hidden;
        }
        let asks = records::asks(&context, rule);
        let deleted = self.change.op == "delete";
        let altered = self.time == Time::Later && !context.is_superuser() && self.is_before_its_rules();
        if altered || (deleted && asks && self.before.is_none()) {
            return Answer::Undecided;
        }
        let state = self.before.as_deref().unwrap_or(self.now);
        let told = state
            .read(TIME, |tx| {
                let current = match self.time {
                    Time::Later if asks && !deleted => match records::load(tx, self.collection(), self.record.id())? {
                        None => return Ok(None),
                        current => current,
                    },
                    _ => None,
                };
                let shown = current.as_ref().unwrap_or(self.record);
                self.parts.records.tell(tx, self.schema, &context, shown, rule)
            })
            .and_then(|shown| match (shown, &listener.topic.fields) {
                (Some(record), Some(wanted)) => pick::pick(&record.0, wanted).map(Some),
                (shown, _) => Ok(shown.map(|record| record.0)),
            });
        match told {
            Ok(Some(record)) => Answer::Shown(record.into()),
            Ok(None) => Answer::Hidden,
            Err(error) => {
                tracing::debug!(%error, topic = %listener.topic.text, "who may hear of a change could not be found out");
                Answer::Hidden
            }
        }
    }
}

/// Whether it makes a difference who asks: for the rule, for related records, and for e-mail addresses.
fn who(listener: &Listener, session: Option<&Session>, collection: &CollectionRef, rule: &Option<String>) -> Who {
    if session.is_some_and(|session| session.caller.superuser) {
        return Who::Superuser;
    }
    let personal = listener.topic.expands()
        || collection.is_auth()
        || rule.as_deref().is_some_and(|rule| rule.contains("@request.auth"));
    match personal {
        true => Who::Account(session.map(|session| (session.caller.collection_id.clone(), session.caller.id.clone()))),
        false => Who::Anybody,
    }
}
