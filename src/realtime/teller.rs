//! What each listener of a change is told. Whoever asks the same question hears the same answer: it is found once for
//! each distinct rule, caller and options.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use super::Parts;
use super::clients::Listener;
use super::frame;
use crate::auth::Session;
use crate::changes::Change;
use crate::error::Result;
use crate::pick;
use crate::records;
use crate::schema::{CollectionRef, Record, Schema};
use crate::store::State;

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
    answers: HashMap<Question, Answer>,
    /// Messages by topic.
    messages: HashMap<(usize, Who), Bytes>,
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
    ) -> Self {
        let before = (change.op == "delete").then(|| parts.before.of(change.seq)).flatten();
        Self { parts, schema, change, record, now, before, answers: HashMap::new(), messages: HashMap::new() }
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

    /// The record as it was when it could still be asked about: the transaction that deletes it may have changed it
    /// first, and what it wrote is not what rules were asked of.
    fn as_it_was(&self, before: &State) -> Result<Option<Record>> {
        before.read(TIME, |tx| records::load(tx, self.collection(), self.record.id()))
    }

    fn answer(&self, listener: &Listener, session: Option<&Session>) -> Answer {
        let rule = self.rule(listener);
        let context = listener.topic.context(session.map(|session| Arc::clone(&session.caller)));
        let state = match &self.before {
            Some(state) => state.as_ref(),
            None if self.change.op == "delete" && records::asks(&context, rule) => {
                let nobody = rule.is_none() && !context.is_superuser();
                return if nobody { Answer::Hidden } else { Answer::Undecided };
            }
            None => self.now,
        };
        let record = match &self.before {
            Some(before) if records::asks(&context, rule) => match self.as_it_was(before) {
                Ok(Some(record)) => Cow::Owned(record),
                Ok(None) => return Answer::Hidden,
                Err(error) => {
                    tracing::debug!(%error, "a deleted record cannot be read as it was");
                    return Answer::Undecided;
                }
            },
            _ => Cow::Borrowed(self.record),
        };
        let told = state.read(TIME, |tx| self.parts.records.tell(tx, self.schema, &context, &record, rule)).and_then(
            |shown| match (shown, &listener.topic.fields) {
                (Some(record), Some(wanted)) => pick::pick(&record.0, wanted).map(Some),
                (shown, _) => Ok(shown.map(|record| record.0)),
            },
        );
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
