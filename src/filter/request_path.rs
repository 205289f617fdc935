//! `@request.…`: what a rule may ask of the request.

use super::field_path::{Path, PathModifier, has_elements, plain_column};
use super::joins::Reach;
use super::operand::{Expression, Operand};
use super::plan::{Source, caller_collection};
use super::request_value::{BodyForm, CallerField, Place, RequestValue};
use super::resolve::{Resolver, View, constant, difference};
use crate::schema::{CollectionRef, Field, FieldKind};
use crate::store::{Value, expression};

/// A part of the request as an operand.
fn known(place: Place) -> Operand {
    Operand::Known(Source::Request(RequestValue::new(place)))
}

fn null() -> Operand {
    Operand::Known(Source::Constant(Value::Null))
}

fn owned(parts: &[&str]) -> Vec<String> {
    parts.iter().map(|&part| part.to_owned()).collect()
}

fn is_number(collection: &CollectionRef, name: &str) -> bool {
    collection.field(name).is_some_and(|field| matches!(field.kind, FieldKind::Number(_)))
}

impl Resolver<'_> {
    /// A path behind `@request.`
    pub(super) fn request_path(&mut self, text: &str, view: &View) -> Result<Operand, String> {
        match text {
            "context" => return Ok(known(Place::Occasion)),
            "method" => return Ok(known(Place::Method)),
            _ => {}
        }
        let Path { parts, modifier } = Path::parse(text)?;
        match parts.as_slice() {
            ["query", name @ ..] if !name.is_empty() => {
                Self::map_path(name, modifier, view, Place::Query, Place::QueryGiven)
            }
            ["headers", name @ ..] if !name.is_empty() => {
                Self::map_path(name, modifier, view, Place::Header, Place::HeaderGiven)
            }
            ["auth", path @ ..] if !path.is_empty() => self.auth_path(path, modifier, view),
            ["body", path @ ..] if !path.is_empty() => self.body_path(path, modifier, view),
            _ => Err(format!("unknown identifier {:?}", super::lexer::shortened(&format!("@request.{text}")))),
        }
    }

    /// A query parameter or a header. They have no parts: a longer path is absent.
    fn map_path(
        path: &[&str],
        modifier: Option<PathModifier>,
        view: &View,
        value: fn(String) -> Place,
        given: fn(String) -> Place,
    ) -> Result<Operand, String> {
        let lower = match modifier {
            None => false,
            Some(PathModifier::Lower) => true,
            Some(PathModifier::IsSet) => {
                return Ok(if let [name] = path { known(given((*name).to_owned())) } else { constant(false) });
            }
            Some(_) => return Err("query parameters and headers know only :isset and :lower".to_owned()),
        };
        let [name] = path else { return Ok(null()) };
        let numeric = is_number(&view.collection, name);
        Ok(Operand::Known(Source::Request(RequestValue { place: value((*name).to_owned()), numeric, lower })))
    }

    /// `@request.auth.…`: what the token's check has loaded is known, the rest is a look at the caller's record.
    /// Guests have nothing, and what does not exist is NULL.
    fn auth_path(&mut self, path: &[&str], modifier: Option<PathModifier>, view: &View) -> Result<Operand, String> {
        if let [name] = path
            && let Some(field) = CallerField::parse(name)
        {
            let lower = modifier == Some(PathModifier::Lower);
            return Ok(Operand::Known(Source::Request(RequestValue {
                place: Place::Caller(field),
                numeric: false,
                lower,
            })));
        }
        let collection = caller_collection(&self.request.input);
        self.shape.caller = Some(collection.map(str::to_owned));
        let Some(collection) = collection.and_then(|id| self.request.schema.by_id(id)).cloned() else {
            return Ok(null());
        };
        let id = Source::Request(RequestValue::new(Place::Caller(CallerField::Id)));
        let node = self.tree.reach(None, Reach::Caller(id), &collection, false, view.realm);
        let node = node.ok_or("the filter reaches too many collections")?;
        let unrestricted = View { restricted: false, hides: false, ..view.clone() };
        Ok(self.follow(node, &collection, path, modifier, &unrestricted).unwrap_or_else(|_| null()))
    }

    /// `@request.body.…`
    fn body_path(&mut self, path: &[&str], modifier: Option<PathModifier>, view: &View) -> Result<Operand, String> {
        let body = |form| known(Place::Body(owned(path), form));
        if modifier == Some(PathModifier::IsSet) {
            return Ok(body(BodyForm::Given));
        }
        let field = view.collection.field(path[0]);
        if let [_, rest @ ..] = path
            && !rest.is_empty()
            && let Some(field) = field
            && let FieldKind::Relation(options) = &field.kind
        {
            return self.submitted_relation(field, &options.collection_id, rest, modifier, view);
        }
        let field = field.filter(|_| path.len() == 1);
        let listed = field.filter(|field| has_elements(field));
        match modifier {
            Some(PathModifier::Changed) => {
                let field = field.ok_or("only fields of the collection can be :changed")?;
                return self.changed(field, view);
            }
            Some(PathModifier::Length) => {
                listed.ok_or("only select, file and relation fields have a :length")?;
                return Ok(body(BodyForm::Length));
            }
            Some(PathModifier::Each) => {
                let field = listed.ok_or("only select, file and relation fields have :each")?;
                if field.is_multiple() {
                    let elements = Place::Body(owned(path), BodyForm::Elements);
                    let reach = Reach::SubmittedElements(Source::Request(RequestValue::new(elements)));
                    let node = self.tree.reach(None, reach, &view.collection, true, view.realm);
                    let node = node.ok_or("the filter reaches too many collections")?;
                    return Ok(Operand::Expression(Expression::Element(node)));
                }
            }
            _ => {}
        }
        let lower = modifier == Some(PathModifier::Lower);
        if lower && field.is_some_and(Field::is_multiple) {
            return Ok(constant(""));
        }
        let form = match field.map(|field| &field.kind) {
            Some(FieldKind::Json(_)) => BodyForm::JsonText,
            Some(FieldKind::GeoPoint) => BodyForm::Point,
            _ => BodyForm::Plain,
        };
        let numeric = path.last().is_some_and(|last| is_number(&view.collection, last));
        Ok(Operand::Known(Source::Request(RequestValue { place: Place::Body(owned(path), form), numeric, lower })))
    }

    /// `@request.body.relation.field…`: the records with the submitted ids. What does not exist is NULL.
    fn submitted_relation(
        &mut self,
        field: &Field,
        target: &str,
        rest: &[&str],
        modifier: Option<PathModifier>,
        view: &View,
    ) -> Result<Operand, String> {
        let Some(target) = self.request.schema.by_id(target).cloned() else { return Ok(null()) };
        let path = vec![field.name.clone()];
        let value = |form| Source::Request(RequestValue::new(Place::Body(path, form)));
        let reach = if field.is_multiple() {
            Reach::SubmittedList(value(BodyForm::Elements))
        } else {
            Reach::Submitted(value(BodyForm::Plain))
        };
        let node = self.tree.reach(None, reach, &target, field.is_multiple(), view.realm);
        let node = node.ok_or("the filter reaches too many collections")?;
        let unrestricted = View { restricted: false, hides: false, ..view.clone() };
        Ok(self.follow(node, &target, rest, modifier, &unrestricted).unwrap_or_else(|_| null()))
    }

    /// `@request.body.field:changed`: it was sent, and differs from what is stored. A candidate has it already.
    fn changed(&mut self, field: &Field, view: &View) -> Result<Operand, String> {
        if self.request.candidate {
            return Ok(constant(false));
        }
        let path = || vec![field.name.clone()];
        let submitted = |form| known(Place::Body(path(), form));
        let name = field.name.clone();
        let differences = match &field.kind {
            FieldKind::GeoPoint => ["lon", "lat"]
                .into_iter()
                .map(|part| {
                    let json = expression::json_path(std::iter::once(part));
                    let stored = Expression::Json(view.base, name.clone(), Some(json));
                    difference(submitted(BodyForm::Coordinate(part)), stored, view)
                })
                .collect(),
            FieldKind::Json(_) => {
                let stored = Expression::Json(view.base, name, None);
                vec![difference(submitted(BodyForm::JsonValue), stored, view)]
            }
            _ => vec![difference(submitted(BodyForm::Plain), plain_column(view.base, field), view)],
        };
        let given = Source::Request(RequestValue::new(Place::Body(path(), BodyForm::Given)));
        Ok(Operand::Expression(Expression::Changed(given, differences)))
    }
}
