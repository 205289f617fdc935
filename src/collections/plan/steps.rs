//! The steps of a change as data, and what has to be asked of the records because of each.

use std::collections::HashMap;

use serde::Serialize;
use serde_json::{Map, Value as Json};

use super::look::{Affected, Ask, Question};
use crate::collections::alteration::{Alteration, values_between};
use crate::collections::rules;
use crate::schema::wire::options_json;
use crate::schema::{Collection, Field, Index};
use crate::store::census::{Coming, Key};

/// One step of a change.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Step {
    /// What is done: `createCollection`, `renameCollection`, `addField`, `dropField`, `replaceField`, `renameField`,
    /// `changeField`, `addIndex`, `dropIndex`, `changeIndex`, `rebuildIndex`, `changeRule`, `changeQuery` or `changeOption`.
    pub kind: &'static str,
    /// The field, by its new name; one that goes by its old one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// The index, by its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub index: Option<String>,
    /// The option of the field or the collection, or the rule.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub option: Option<String>,
    /// What it was: a name, a type, a value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Json>,
    /// What it will be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<Json>,
    /// The records that this touches.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub records: Vec<Affected>,
}

/// What a change consists of.
pub(super) fn between(old: Option<&Collection>, new: &Collection) -> (Vec<Step>, Vec<Question>) {
    let mut steps = Steps::default();
    match old {
        None => steps.creation(new),
        Some(old) => steps.change(old, new),
    }
    (steps.steps, steps.questions)
}

#[derive(Default)]
struct Steps {
    steps: Vec<Step>,
    questions: Vec<Question>,
}

impl Steps {
    fn add(&mut self, step: Step) {
        self.steps.push(step);
    }

    fn ask(&mut self, ask: Ask) {
        self.questions.push(Question { step: self.steps.len() - 1, ask });
    }

    fn creation(&mut self, new: &Collection) {
        let to = Some(Json::from(new.name.as_str()));
        self.add(Step { kind: "createCollection", to, ..Step::default() });
        for field in &new.fields {
            self.field_comes(field);
        }
        for index in new.parsed_indexes() {
            let to = Some(Json::from(index.build()));
            self.add(Step { kind: "addIndex", index: Some(index.name), to, ..Step::default() });
        }
    }

    fn change(&mut self, old: &Collection, new: &Collection) {
        if old.name != new.name {
            let (from, to) = (Some(Json::from(old.name.as_str())), Some(Json::from(new.name.as_str())));
            self.add(Step { kind: "renameCollection", from, to, ..Step::default() });
        }
        // The fields of a view are what its query says.
        match (old.view(), new.view()) {
            (Some(before), Some(after)) => {
                if before.query != after.query {
                    let (from, to) = (Some(before.query.as_str().into()), Some(after.query.as_str().into()));
                    self.add(Step { kind: "changeQuery", from, to, ..Step::default() });
                }
            }
            _ => {
                self.fields(&old.fields, &new.fields);
                self.indexes(old, new);
            }
        }
        self.rules(old, new);
        self.options(old, new);
    }

    fn fields(&mut self, old: &[Field], new: &[Field]) {
        let after: HashMap<&str, &Field> = new.iter().map(|field| (field.id.as_str(), field)).collect();
        let before: HashMap<&str, &Field> = old.iter().map(|field| (field.id.as_str(), field)).collect();
        let comes = |field: &&Field| !before.contains_key(field.id.as_str());
        for field in old {
            match after.get(field.id.as_str()) {
                Some(after) => self.field_stays(field, after),
                None => {
                    let replaced = new.iter().filter(comes).find(|one| one.name == field.name);
                    self.add(Step {
                        kind: if replaced.is_some() { "replaceField" } else { "dropField" },
                        field: Some(field.name.clone()),
                        from: Some(field.type_name().into()),
                        to: replaced.map(|one| one.type_name().into()),
                        ..Step::default()
                    });
                    self.ask(Ask::Lost(field.clone()));
                }
            }
        }
        let names: Vec<&str> =
            old.iter().filter(|one| !after.contains_key(one.id.as_str())).map(|one| &*one.name).collect();
        for field in new.iter().filter(comes).filter(|one| !names.contains(&one.name.as_str())) {
            self.field_comes(field);
        }
    }

    fn field_comes(&mut self, field: &Field) {
        let to = Some(Json::from(field.type_name()));
        self.add(Step { kind: "addField", field: Some(field.name.clone()), to, ..Step::default() });
    }

    fn field_stays(&mut self, before: &Field, after: &Field) {
        let field = || Some(after.name.clone());
        if before.name != after.name {
            let (from, to) = (Some(before.name.as_str().into()), Some(after.name.as_str().into()));
            self.add(Step { kind: "renameField", field: field(), from, to, ..Step::default() });
        }
        let (was, is) = (before.to_json(), after.to_json());
        for (option, to) in &is {
            let from = was.get(option);
            if option == "name" || from == Some(to) {
                continue;
            }
            self.add(Step {
                kind: "changeField",
                field: field(),
                option: Some(option.clone()),
                from: from.cloned(),
                to: Some(to.clone()),
                ..Step::default()
            });
            let mut alone = was.clone();
            alone.insert(option.clone(), to.clone());
            let Ok(alone) = Field::from_json(&alone) else { continue };
            match (before.is_multiple(), alone.is_multiple()) {
                (true, false) => self.ask(Ask::Narrowed(before.clone())),
                (false, true) => {}
                _ if says_nothing_of_values(option) => {}
                _ => self.ask(Ask::Unfit(before.clone(), alone)),
            }
        }
    }

    fn indexes(&mut self, old: &Collection, new: &Collection) {
        let alteration = Alteration::between(Some(old), new);
        let plain = |index: Index| Index { table: String::new(), optional: false, ..index };
        let before: Vec<Index> = old.parsed_indexes().collect();
        let after: Vec<Index> = new.parsed_indexes().collect();
        let same_name = |one: &Index, other: &Index| one.name.eq_ignore_ascii_case(&other.name);
        for index in &before {
            if !after.iter().any(|one| same_name(one, index)) {
                let from = Some(Json::from(index.build()));
                self.add(Step { kind: "dropIndex", index: Some(index.name.clone()), from, ..Step::default() });
            }
        }
        for index in after {
            let there = before.iter().find(|one| same_name(one, &index));
            if there.is_some_and(|there| plain(there.clone()) == plain(index.clone())) {
                // It is the same, but what it is on may not be.
                if !alteration.makes(&index.name) {
                    continue;
                }
                self.add(Step { kind: "rebuildIndex", index: Some(index.name.clone()), ..Step::default() });
            } else {
                self.add(Step {
                    kind: if there.is_some() { "changeIndex" } else { "addIndex" },
                    index: Some(index.name.clone()),
                    from: there.map(|there| there.build().into()),
                    to: Some(index.build().into()),
                    ..Step::default()
                });
            }
            if index.unique {
                let (columns, key) = (coming(old, new), key(&index));
                self.ask(Ask::Shared { name: new.name.clone(), columns, key });
            }
        }
    }

    fn rules(&mut self, old: &Collection, new: &Collection) {
        let before: HashMap<String, Option<&str>> = rules::named(old).into_iter().collect();
        for (rule, to) in rules::named(new) {
            let from = before.get(&rule).copied().flatten();
            if from != to {
                let (from, to) = (Some(from.into()), Some(to.into()));
                self.add(Step { kind: "changeRule", option: Some(rule), from, to, ..Step::default() });
            }
        }
    }

    /// Options of accounts by their names alone: there are secrets among them, which count as well.
    fn options(&mut self, old: &Collection, new: &Collection) {
        let (Some(before), Some(after)) = (old.auth(), new.auth()) else { return };
        let (before, after) = (options_json(before), options_json(after));
        let empty = Map::new();
        let keys = after.as_object().unwrap_or(&empty).keys().filter(|key| !key.ends_with("Rule"));
        for key in keys.filter(|key| without_rule(&before[key.as_str()]) != without_rule(&after[key.as_str()])) {
            self.add(Step { kind: "changeOption", option: Some(key.clone()), ..Step::default() });
        }
    }
}

/// The rule of the second factor is told with the rules.
fn without_rule(option: &Json) -> Json {
    let mut option = option.clone();
    if let Some(map) = option.as_object_mut() {
        map.remove("rule");
    }
    option
}

/// Options of fields that no record can contradict.
fn says_nothing_of_values(option: &str) -> bool {
    matches!(option, "id" | "help" | "hidden" | "presentable" | "system" | "autogeneratePattern" | "convertURLs")
}

/// The columns of a table as they will be.
fn coming(old: &Collection, new: &Collection) -> Vec<Coming> {
    let from = |field: &Field| {
        let before = old.fields.iter().find(|one| one.id == field.id)?;
        Some((before.name.clone(), values_between(before, field)?))
    };
    let coming = |field: &Field| Coming { name: field.name.clone(), from: from(field), zero: field.zero() };
    new.fields.iter().map(coming).collect()
}

fn key(index: &Index) -> Key {
    let part = |column: &crate::schema::index::IndexColumn| match column.expression {
        true => Key::expression(&column.name, &column.collate),
        false => Key::column(&column.name, &column.collate),
    };
    Key { parts: index.columns.iter().map(part).collect(), condition: index.condition.clone() }
}
