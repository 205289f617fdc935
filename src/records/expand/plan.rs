//! Which relations are followed, with the statements that load their targets.

use std::sync::Arc;

use super::{BACK, NODES, paths};
use crate::context::{Occasion, RequestContext};
use crate::error::Result;
use crate::filter::Input;
use crate::records::Parts;
use crate::records::layout::{Layout, push_text};
use crate::records::plans::Condition;
use crate::records::viewer::Viewer;
use crate::schema::{CollectionRef, FieldKind, Schema};
use crate::store::{ReadLane, Sql, quoted};

/// The relations that a request follows.
#[derive(Default)]
pub(in crate::records) struct Expansion {
    pub(super) nodes: Vec<Node>,
    pub(super) paths: Vec<Path>,
    /// The nodes that begin at the records themselves.
    pub(super) roots: Vec<usize>,
    /// The relation fields of the records themselves that are followed.
    follows: Vec<usize>,
}

/// A path as far as it can be followed.
pub(super) struct Path {
    pub(super) nodes: Vec<usize>,
    /// Whether its next part names nothing that the caller may follow. Records at its end then discard it.
    pub(super) broken: bool,
}

/// A relation that is followed from one set of records.
pub(super) struct Node {
    /// The key in `expand`: `"name":`.
    pub(super) key: Vec<u8>,
    name: String,
    /// The relation that its records were brought along by; none at the records themselves.
    pub(super) parent: Option<usize>,
    pub(super) link: Link,
    /// Whether one object is shown rather than a list.
    pub(super) single: bool,
    /// The collection of the targets.
    pub(super) layout: Arc<Layout>,
    /// What targets must satisfy to be shown.
    pub(super) rule: Option<Condition>,
    /// What makes the caller a manager of targets.
    pub(super) manage: Option<Condition>,
    pub(super) children: Vec<usize>,
    /// The relation fields of the targets that are followed.
    pub(super) follows: Vec<usize>,
}

/// Where the ids of the targets come from.
pub(super) enum Link {
    /// A relation field; its place among the fields that are followed.
    Forward(usize),
    /// A single relation field of the targets: the statement for the ids of those that point to one record.
    Back(String),
    /// A list field of the targets, at this place: the statement for all of its values.
    BackList(usize, String),
}

/// What planning asks for again and again.
struct Planner<'a> {
    parts: &'a Parts,
    schema: &'a Schema,
    context: RequestContext,
    viewer: &'a Viewer,
}

impl Expansion {
    /// Resolves the request's `expand` for records of a collection.
    pub(in crate::records) fn plan(
        parts: &Parts,
        schema: &Schema,
        context: &RequestContext,
        viewer: &Viewer,
        collection: &CollectionRef,
    ) -> Self {
        let mut expansion = Self::default();
        let Some(text) = context.query_value("expand") else { return expansion };
        let planner = Planner { parts, schema, context: context.on(Occasion::Expand), viewer };
        for path in paths::parse(text) {
            let planned = expansion.resolve(&planner, collection, &path);
            expansion.paths.push(planned);
        }
        expansion
    }

    /// Whether nothing is to be followed.
    pub(in crate::records) fn is_empty(&self) -> bool {
        self.roots.is_empty()
    }

    /// The relation fields of the records themselves whose ids are needed.
    pub(in crate::records) fn follows(&self) -> Vec<usize> {
        self.follows.clone()
    }

    /// The lane of the statements that will run.
    pub(in crate::records) fn lane(&self, parts: &Parts) -> Result<ReadLane> {
        for node in &self.nodes {
            for condition in node.rule.iter().chain(&node.manage) {
                if condition.among_lane(&parts.store, &node.layout)? == ReadLane::Slow {
                    return Ok(ReadLane::Slow);
                }
            }
            if node.rule.is_none()
                && node.layout.lane_of_ids(&parts.store, &node.unconditional(&[""]))? == ReadLane::Slow
            {
                return Ok(ReadLane::Slow);
            }
            let lane = match &node.link {
                Link::Forward(_) => ReadLane::Fast,
                Link::Back(text) => parts.store.lane_of(&Sql { text: text.clone(), values: vec!["".into()] }, true)?,
                Link::BackList(..) => ReadLane::Slow,
            };
            if lane == ReadLane::Slow {
                return Ok(ReadLane::Slow);
            }
        }
        Ok(ReadLane::Fast)
    }

    fn resolve(&mut self, planner: &Planner<'_>, collection: &CollectionRef, path: &[String]) -> Path {
        let mut planned = Path { nodes: Vec::with_capacity(path.len()), broken: false };
        let mut collection = Arc::clone(collection);
        for name in path {
            let parent = planned.nodes.last().copied();
            let Some(at) = self.known(parent, name).or_else(|| self.add(planner, parent, &collection, name)) else {
                planned.broken = true;
                return planned;
            };
            planned.nodes.push(at);
            collection = Arc::clone(&self.nodes[at].layout.collection);
        }
        planned
    }

    fn known(&self, parent: Option<usize>, name: &str) -> Option<usize> {
        let siblings = parent.map_or(&self.roots, |parent| &self.nodes[parent].children);
        siblings.iter().copied().find(|&at| self.nodes[at].name == name)
    }

    /// Adds a relation; `None` where the name is none, or its targets are for superusers alone.
    fn add(
        &mut self,
        planner: &Planner<'_>,
        parent: Option<usize>,
        collection: &CollectionRef,
        name: &str,
    ) -> Option<usize> {
        if self.nodes.len() >= NODES {
            return None;
        }
        let relation = Relation::named(planner.schema, collection, name)?;
        let rule = planner.view_rule(relation.target)?;
        let at = self.nodes.len();
        let (siblings, follows) = match parent {
            None => (&mut self.roots, &mut self.follows),
            Some(parent) => {
                let parent = &mut self.nodes[parent];
                (&mut parent.children, &mut parent.follows)
            }
        };
        siblings.push(at);
        let link = match relation.side {
            Side::Forward(field) => {
                follows.push(field);
                Link::Forward(follows.len() - 1)
            }
            Side::Back(field) => relation.back_link(field),
        };
        let mut key = Vec::new();
        push_text(&mut key, name);
        key.push(b':');
        self.nodes.push(Node {
            key,
            name: name.to_owned(),
            parent,
            link,
            single: relation.single,
            layout: planner.parts.layouts.of(planner.schema, relation.target),
            rule,
            manage: planner.manage_rule(relation.target),
            children: Vec::new(),
            follows: Vec::new(),
        });
        Some(at)
    }
}

/// A relation as the collections define it.
struct Relation<'a> {
    target: &'a CollectionRef,
    side: Side,
    single: bool,
}

/// Which side holds the ids, in the field at a place.
enum Side {
    /// The records themselves.
    Forward(usize),
    /// The targets.
    Back(usize),
}

impl<'a> Relation<'a> {
    fn named(schema: &'a Schema, collection: &CollectionRef, name: &str) -> Option<Self> {
        Self::forward(schema, collection, name).or_else(|| Self::back(schema, collection, name))
    }

    fn forward(schema: &'a Schema, collection: &CollectionRef, name: &str) -> Option<Self> {
        let at = collection.field_index(name)?;
        let field = &collection.fields[at];
        let FieldKind::Relation(options) = &field.kind else { return None };
        let target = schema.by_id(&options.collection_id)?;
        Some(Self { target, side: Side::Forward(at), single: !field.is_multiple() })
    }

    /// `collection_via_field`; neither name can contain `_via_`.
    fn back(schema: &'a Schema, collection: &CollectionRef, name: &str) -> Option<Self> {
        let (target, field) = name.split_once("_via_")?;
        let target = schema.find(target)?;
        let field = target.field_index(field)?;
        match &target.fields[field].kind {
            FieldKind::Relation(options) if options.collection_id == collection.id => {}
            _ => return None,
        }
        let single = target.unique_index(&target.fields[field].name).is_some();
        Some(Self { target, side: Side::Back(field), single })
    }

    fn back_link(&self, field: usize) -> Link {
        let (table, column) = (quoted(&self.target.name), quoted(&self.target.fields[field].name));
        if self.target.fields[field].is_multiple() {
            return Link::BackList(field, format!(r#"SELECT {table}."id", {table}.{column} FROM {table}"#));
        }
        Link::Back(format!(r#"SELECT {table}."id" FROM {table} WHERE {table}.{column} = ? LIMIT {BACK}"#))
    }
}

impl Planner<'_> {
    /// What targets must satisfy, if anything; `None` where the caller may see none of them.
    fn view_rule(&self, target: &CollectionRef) -> Option<Option<Condition>> {
        if self.viewer.superuser {
            return Some(None);
        }
        match target.view_rule.as_deref()? {
            "" => Some(None),
            rule => self.condition(target, rule).map(Some),
        }
    }

    fn manage_rule(&self, target: &CollectionRef) -> Option<Condition> {
        self.condition(target, self.viewer.manage_rule(target)?)
    }

    /// A rule that cannot be evaluated is satisfied by nobody.
    fn condition(&self, target: &CollectionRef, rule: &str) -> Option<Condition> {
        let input = Input::of(&self.context);
        self.parts.conditions.rule(self.schema, target, rule, &input).ok()
    }
}
