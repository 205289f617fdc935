//! Paths through fields: columns, relations forwards and backwards, JSON, and modifiers at the end.

use super::joins::{BASE, NodeId, Reach};
use super::lexer::shortened;
use super::operand::{ColumnClass, Expression, Operand};
use super::resolve::{Resolver, View};
use crate::schema::{CollectionRef, Field, FieldKind};
use crate::store::expression;

/// How many relations a path may follow.
const MAX_HOPS: usize = 6;

/// What may stand behind the last part of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PathModifier {
    IsSet,
    Changed,
    Length,
    Each,
    Lower,
}

/// A path in parts, with its modifier.
pub(super) struct Path<'p> {
    pub(super) parts: Vec<&'p str>,
    pub(super) modifier: Option<PathModifier>,
}

impl<'p> Path<'p> {
    /// Splits a path at its points. Only the last part may carry a modifier.
    pub(super) fn parse(text: &'p str) -> Result<Self, String> {
        let (path, modifier) = match text.split_once(':') {
            None => (text, None),
            Some((path, "isset")) => (path, Some(PathModifier::IsSet)),
            Some((path, "changed")) => (path, Some(PathModifier::Changed)),
            Some((path, "length")) => (path, Some(PathModifier::Length)),
            Some((path, "each")) => (path, Some(PathModifier::Each)),
            Some((path, "lower")) => (path, Some(PathModifier::Lower)),
            Some((_, unknown)) => return Err(format!("unknown modifier {:?}", shortened(unknown))),
        };
        let parts: Vec<&str> = path.split('.').collect();
        if parts.contains(&"") {
            return Err("a part of the path is empty".to_owned());
        }
        Ok(Self { parts, modifier })
    }
}

/// Whether the values of a field are single or several texts: select, file and relation fields.
pub(super) fn has_elements(field: &Field) -> bool {
    matches!(field.kind, FieldKind::Select(_) | FieldKind::File(_) | FieldKind::Relation(_))
}

/// The column of a field as it is compared.
pub(super) fn plain_column(node: NodeId, field: &Field) -> Expression {
    let name = field.name.clone();
    match &field.kind {
        FieldKind::Json(_) => Expression::Json(node, name, None),
        FieldKind::Number(_) | FieldKind::Bool => Expression::Column(node, name, ColumnClass::Number),
        FieldKind::GeoPoint => Expression::Column(node, name, ColumnClass::Stored),
        _ if field.is_multiple() => Expression::Column(node, name, ColumnClass::Stored),
        _ => Expression::Column(node, name, ColumnClass::Text),
    }
}

fn unknown_field(name: &str) -> String {
    format!("unknown field {:?}", shortened(name))
}

const TOO_MANY_ROWS: &str = "the filter reaches too many collections";

impl Resolver<'_> {
    /// A path from the tested row.
    pub(super) fn field_path(&mut self, text: &str, view: &View) -> Result<Operand, String> {
        let path = Path::parse(text)?;
        self.follow(view.base, &view.collection.clone(), &path.parts, path.modifier, view)
    }

    /// A path from a node's row.
    pub(super) fn follow(
        &mut self,
        node: NodeId,
        collection: &CollectionRef,
        parts: &[&str],
        modifier: Option<PathModifier>,
        view: &View,
    ) -> Result<Operand, String> {
        let (mut node, mut collection, mut parts) = (node, collection.clone(), parts);
        let mut hops = 0;
        loop {
            let [name, rest @ ..] = parts else { return Err(unknown_field("")) };
            let hop = match collection.field(name) {
                Some(field) if field.hidden && view.hides => {
                    return Err(format!("field {:?} cannot be used", shortened(name)));
                }
                Some(field) => {
                    if rest.is_empty() {
                        return self.column(node, &collection, field, modifier, view);
                    }
                    match &field.kind {
                        FieldKind::Relation(_) if rest == ["id"] && !field.is_multiple() => {
                            return self.column(node, &collection, field, modifier, view);
                        }
                        FieldKind::Relation(options) => {
                            let target = self.request.schema.by_id(&options.collection_id);
                            let target = target.ok_or_else(|| format!("the collection of {name:?} is missing"))?;
                            let reach = if field.is_multiple() { Reach::RelationList } else { Reach::Relation };
                            (target.clone(), reach(field.name.clone()), field.is_multiple())
                        }
                        FieldKind::Json(_) | FieldKind::GeoPoint if modifier.is_some() => {
                            return Err("JSON paths take no modifiers".to_owned());
                        }
                        FieldKind::Json(_) | FieldKind::GeoPoint => {
                            let json = expression::json_path(rest.iter().copied());
                            return Ok(Operand::Expression(Expression::Json(node, field.name.clone(), Some(json))));
                        }
                        _ => return Err(format!("field {name:?} has no parts")),
                    }
                }
                None if rest.is_empty() => return Err(unknown_field(name)),
                None => self.back_relation(node, &collection, name, view)?,
            };
            hops += 1;
            if hops > MAX_HOPS {
                return Err(format!("a path can follow {MAX_HOPS} relations at most"));
            }
            let (target, reach, multiple) = hop;
            let reached = self.tree.reach(Some(node), reach, &target, multiple, view.realm);
            node = reached.ok_or(TOO_MANY_ROWS)?;
            self.enter(node, &target, view)?;
            (collection, parts) = (target, rest);
        }
    }

    /// `collection_via_field`
    fn back_relation(
        &self,
        node: NodeId,
        collection: &CollectionRef,
        name: &str,
        view: &View,
    ) -> Result<(CollectionRef, Reach, bool), String> {
        let (source, via) = name.split_once("_via_").ok_or_else(|| unknown_field(name))?;
        if self.request.candidate && node == BASE {
            return Err("a record that is not created yet has no back-relations".to_owned());
        }
        let source = self.request.schema.find(source).ok_or_else(|| unknown_field(name))?;
        let field = source.field(via).ok_or_else(|| unknown_field(name))?;
        if field.hidden && view.hides {
            return Err(format!("field {:?} cannot be used", shortened(via)));
        }
        match &field.kind {
            FieldKind::Relation(options) if options.collection_id == collection.id => {}
            _ => return Err(format!("{:?} is no relation to this collection", shortened(via))),
        }
        if field.is_multiple() {
            return Ok((source.clone(), Reach::BackList(field.name.clone()), true));
        }
        let multiple = !has_unique_index(source, &field.name);
        Ok((source.clone(), Reach::Back(field.name.clone()), multiple))
    }

    /// A restricted text may enter only collections that its author may list, and there only rows that it may list.
    fn enter(&mut self, node: NodeId, target: &CollectionRef, view: &View) -> Result<(), String> {
        if !view.restricted {
            return Ok(());
        }
        match target.list_rule.as_deref() {
            None => Err(format!("only superusers can filter by fields of {:?}", target.name)),
            Some("") => Ok(()),
            Some(_) => {
                if !self.guarded.contains(&node) {
                    self.guarded.push(node);
                }
                Ok(())
            }
        }
    }

    /// The field at the end of a path.
    fn column(
        &mut self,
        node: NodeId,
        collection: &CollectionRef,
        field: &Field,
        modifier: Option<PathModifier>,
        view: &View,
    ) -> Result<Operand, String> {
        if view.restricted && field.name == "email" && collection.is_auth() {
            self.public_emails.push(node);
        }
        let name = field.name.clone();
        match modifier {
            Some(PathModifier::Length) if has_elements(field) => {
                return Ok(Operand::Expression(Expression::Length(node, name, field.is_multiple())));
            }
            Some(PathModifier::Each) if field.is_multiple() => {
                let reached = self.tree.reach(Some(node), Reach::Elements(name), collection, true, view.realm);
                return Ok(Operand::Expression(Expression::Element(reached.ok_or(TOO_MANY_ROWS)?)));
            }
            _ => {}
        }
        let expression = plain_column(node, field);
        Ok(Operand::Expression(match modifier {
            Some(PathModifier::Lower) => Expression::Lower(Box::new(expression)),
            _ => expression,
        }))
    }

    /// `@collection.name.field…` and `@collection.name:alias.field…`
    pub(super) fn collection_path(&mut self, text: &str, view: &View) -> Result<Operand, String> {
        let (source, path) = text.split_once('.').ok_or("a field of the collection is missing")?;
        let (name, alias) = source.split_once(':').unwrap_or((source, ""));
        if alias.contains(':') || (source.contains(':') && alias.is_empty()) {
            return Err(format!("invalid alias of collection {:?}", shortened(source)));
        }
        let collection = self.request.schema.find(name);
        let collection = collection.ok_or_else(|| format!("unknown collection {:?}", shortened(name)))?.clone();
        let path = Path::parse(path)?;
        let reached = self.tree.reach(None, Reach::All(alias.to_owned()), &collection, true, view.realm);
        let node = reached.ok_or(TOO_MANY_ROWS)?;
        self.follow(node, &collection, &path.parts, path.modifier, view)
    }
}

/// Whether no two records can have the same value in a column.
fn has_unique_index(collection: &CollectionRef, column: &str) -> bool {
    collection.parsed_indexes().any(|index| {
        let single = index.single_column().filter(|_| index.unique && index.condition.is_empty());
        single.is_some_and(|single| single.name.eq_ignore_ascii_case(column))
    })
}
