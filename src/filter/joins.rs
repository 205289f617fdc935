//! The rows that a filter speaks of beside the row it tests, as a tree: each node is reached from its parent.
//! One node a path, so that conditions over the same path speak about the same row.

use super::plan::Source;
use crate::schema::CollectionRef;

/// A node's place in the tree; parents come before their children.
pub(super) type NodeId = usize;

/// The row that is tested.
pub(super) const BASE: NodeId = 0;

/// How many nodes a query may have, in all its sub-queries.
const MAX_NODES: usize = 200;

/// How a node's rows are found.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Reach {
    /// The tested row.
    Base,
    /// The record whose id a column of the parent holds.
    Relation(String),
    /// The records whose ids a list column of the parent holds.
    RelationList(String),
    /// The records whose column holds the parent's id.
    Back(String),
    /// The records whose list column holds the parent's id.
    BackList(String),
    /// The elements of a list column of the parent.
    Elements(String),
    /// The caller's own record.
    Caller(Source),
    /// All records; the text tells several such sets apart.
    All(String),
    /// The record with a submitted id.
    Submitted(Source),
    /// The records with submitted ids.
    SubmittedList(Source),
    /// Submitted elements.
    SubmittedElements(Source),
}

/// A set of joined rows.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub(super) parent: Option<NodeId>,
    pub(super) reach: Reach,
    /// Whose records the rows are; of elements the collection of the parent, and of no use.
    pub(super) collection: CollectionRef,
    /// Whether several rows may be reached from one.
    pub(super) multiple: bool,
    /// Conditions of different texts never speak about the same of several rows.
    realm: usize,
}

/// All nodes of a query.
#[derive(Debug)]
pub(super) struct Tree {
    nodes: Vec<Node>,
}

impl Tree {
    pub(super) fn new(collection: CollectionRef) -> Self {
        let base = Node { parent: None, reach: Reach::Base, collection, multiple: false, realm: 0 };
        Self { nodes: vec![base] }
    }

    pub(super) fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id]
    }

    pub(super) fn ids(&self) -> std::ops::Range<NodeId> {
        0..self.nodes.len()
    }

    pub(super) fn all(&self) -> &[Node] {
        &self.nodes
    }

    /// The node of a path, made where it is new; `None` where there are too many.
    pub(super) fn reach(
        &mut self,
        parent: Option<NodeId>,
        reach: Reach,
        collection: &CollectionRef,
        multiple: bool,
        realm: usize,
    ) -> Option<NodeId> {
        let known = self.nodes.iter().position(|node| {
            node.parent == parent
                && node.reach == reach
                && node.collection.id == collection.id
                && node.multiple == multiple
                && (node.realm == realm || !multiple)
        });
        if known.is_some() {
            return known;
        }
        if self.nodes.len() >= MAX_NODES {
            return None;
        }
        self.nodes.push(Node { parent, reach, collection: collection.clone(), multiple, realm });
        Some(self.nodes.len() - 1)
    }

    /// The nodes from this one up to its root.
    pub(super) fn chain(&self, id: NodeId) -> impl Iterator<Item = NodeId> {
        std::iter::successors(Some(id), |&id| self.nodes[id].parent)
    }

    /// The nodes of the chain that may have several rows.
    pub(super) fn multiples(&self, id: NodeId) -> impl Iterator<Item = NodeId> {
        self.chain(id).filter(|&id| self.nodes[id].multiple)
    }

    /// Whether one row of the tested table gives exactly one here: such nodes are joined to the query itself.
    pub(super) fn is_outer(&self, id: NodeId) -> bool {
        self.multiples(id).next().is_none() && self.chain(id).last() == Some(BASE)
    }
}
