//! Loading the targets of an expansion, level by level.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::plan::{Link, Node, Path};
use super::{BACK, BYTES, Expansion, ROWS, SHORT_BYTES, SHORT_ROWS};
use crate::error::{Error, Result};
use crate::records::plans::{IDS, padded, placeholders};
use crate::records::rows::Rows;
use crate::records::rules;
use crate::records::viewer::Viewer;
use crate::store::{ReadLane, Sql, Tx, Value};

/// What an expansion brought along.
pub(in crate::records) struct Loaded {
    pub(super) nodes: Vec<Option<Targets>>,
    /// The nodes at which the followed paths ended, in the order of the paths.
    pub(super) ends: Vec<usize>,
    /// Whether one of those paths goes through a node.
    pub(super) used: Vec<bool>,
}

/// The targets of a node.
pub(super) struct Targets {
    pub(super) batch: Rows,
    /// For each record that the relation begins at, the places of its targets in the batch, in their order.
    pub(super) of: Vec<Vec<usize>>,
}

/// What may still be loaded.
struct Budget {
    lane: ReadLane,
    rows: usize,
    bytes: usize,
}

impl Budget {
    fn new(lane: ReadLane) -> Self {
        match lane {
            ReadLane::Fast => Self { lane, rows: SHORT_ROWS, bytes: SHORT_BYTES },
            ReadLane::Slow => Self { lane, rows: ROWS, bytes: BYTES },
        }
    }

    /// What happens where it is used up: a short read begins anew as a long one, and there the path is left out.
    fn exceeded(&self) -> Error {
        match self.lane {
            ReadLane::Fast => Error::Deadline,
            ReadLane::Slow => {
                tracing::warn!("an expand was too large and was left out");
                Error::bad_request("")
            }
        }
    }
}

/// Why a path is not followed: it fails alone, or it takes the whole read with it.
enum Failure {
    Path,
    Read(Error),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match rules::unevaluable(error) {
            Error::Invalid(_) => Self::Path,
            other => Self::Read(other),
        }
    }
}

impl Expansion {
    /// Loads what the paths name. A path that fails is discarded whole; others are not concerned.
    ///
    /// # Errors
    /// `Deadline` where this is too much for the lane of short reads.
    pub(in crate::records) fn load(
        &self,
        tx: &mut Tx<'_>,
        viewer: &Viewer,
        records: &Rows,
        lane: ReadLane,
    ) -> Result<Loaded> {
        let count = self.nodes.len();
        let mut loaded =
            Loaded { nodes: (0..count).map(|_| None).collect(), ends: Vec::new(), used: vec![false; count] };
        let mut budget = Budget::new(lane);
        for path in &self.paths {
            match self.follow(tx, viewer, records, path, &mut loaded, &mut budget) {
                Ok(steps) => {
                    let end = path.nodes[..steps].last();
                    loaded.ends.extend(end.filter(|&&end| !std::mem::replace(&mut loaded.used[end], true)));
                }
                Err(Failure::Path) => {}
                Err(Failure::Read(error)) => return Err(error),
            }
        }
        loaded.used = self.used(&loaded.ends);
        Ok(loaded)
    }

    /// Which nodes paths with these ends go through.
    pub(super) fn used(&self, ends: &[usize]) -> Vec<bool> {
        let mut used = vec![false; self.nodes.len()];
        for &end in ends {
            let mut at = Some(end);
            while let Some(node) = at {
                used[node] = true;
                at = self.nodes[node].parent;
            }
        }
        used
    }

    /// Loads along a path until it ends or no records are left; how many of its nodes were reached.
    fn follow(
        &self,
        tx: &mut Tx<'_>,
        viewer: &Viewer,
        records: &Rows,
        path: &Path,
        loaded: &mut Loaded,
        budget: &mut Budget,
    ) -> Result<usize, Failure> {
        for (step, &at) in path.nodes.iter().enumerate() {
            let from = match step {
                0 => records,
                _ => loaded.batch(path.nodes[step - 1], records),
            };
            if from.lines().is_empty() {
                return Ok(step);
            }
            if loaded.nodes[at].is_none() {
                let targets = self.nodes[at].load(tx, viewer, from, budget)?;
                loaded.nodes[at] = Some(targets);
            }
        }
        let end = path.nodes.last().map_or(records, |&at| loaded.batch(at, records));
        if path.broken && !end.lines().is_empty() {
            return Err(Failure::Path);
        }
        Ok(path.nodes.len())
    }
}

impl Loaded {
    fn batch<'a>(&'a self, node: usize, otherwise: &'a Rows) -> &'a Rows {
        self.nodes[node].as_ref().map_or(otherwise, |targets| &targets.batch)
    }
}

impl Node {
    fn load(&self, tx: &mut Tx<'_>, viewer: &Viewer, from: &Rows, budget: &mut Budget) -> Result<Targets, Failure> {
        let back = match &self.link {
            Link::Forward(_) => Vec::new(),
            Link::Back(statement) => pointing(tx, statement, from, budget)?,
            Link::BackList(field, statement) => self.listing(tx, *field, statement, from, budget)?,
        };
        let ids_of = |line: usize| match &self.link {
            Link::Forward(place) => &from.lines()[line].links[*place],
            _ => &back[line],
        };
        let mut wanted: Vec<&str> = Vec::new();
        let mut seen: HashSet<&str> = HashSet::new();
        for line in 0..from.lines().len() {
            wanted.extend(ids_of(line).iter().map(String::as_str).filter(|id| seen.insert(id)));
        }
        let batch = self.targets(tx, viewer, &wanted, budget)?;
        let places: HashMap<&str, usize> =
            batch.lines().iter().enumerate().map(|(at, line)| (line.id.as_str(), at)).collect();
        let of = (0..from.lines().len())
            .map(|line| ids_of(line).iter().filter_map(|id| places.get(id.as_str()).copied()).collect())
            .collect();
        Ok(Targets { batch, of })
    }

    /// The records of these ids that the viewer may see.
    fn targets(&self, tx: &mut Tx<'_>, viewer: &Viewer, wanted: &[&str], budget: &mut Budget) -> Result<Rows, Failure> {
        let mut batch = Rows::new(Arc::clone(&self.layout), self.follows.clone());
        let mut seen: HashSet<String> = HashSet::new();
        for ids in wanted.chunks(IDS) {
            let query = match &self.rule {
                Some(rule) => rule.among(&self.layout.columns, &self.layout.table, ids),
                None => self.unconditional(ids),
            };
            tx.rows(&query, |row| {
                // Joins of the rule can bring a row more than once.
                if self.rule.is_some() && !seen.insert(row.get(self.layout.id).as_text().to_owned()) {
                    return Ok(());
                }
                batch.push_row(viewer, row);
                let over = batch.lines().len() > budget.rows || batch.size() > budget.bytes;
                if over { Err(budget.exceeded()) } else { Ok(()) }
            })?;
        }
        budget.rows -= batch.lines().len();
        budget.bytes -= batch.size();
        if let Some(manage) = self.manage.as_ref().filter(|_| batch.waits()) {
            let managed = rules::admitted(tx, manage, &self.layout.table, &batch.waiting())?;
            batch.settle(&managed);
        } else {
            batch.settle(&HashSet::new());
        }
        Ok(batch)
    }

    pub(super) fn unconditional(&self, ids: &[&str]) -> Sql {
        let (columns, table) = (&self.layout.columns, &self.layout.table);
        let text = format!(r#"SELECT {columns} FROM {table} WHERE {table}."id" IN ({})"#, placeholders(ids.len()));
        Sql { text, values: padded(ids) }
    }

    /// The ids of the targets whose lists name each of the records.
    fn listing(
        &self,
        tx: &mut Tx<'_>,
        field: usize,
        statement: &str,
        from: &Rows,
        budget: &Budget,
    ) -> Result<Vec<Vec<String>>, Failure> {
        let mut lines: HashMap<&str, Vec<usize>> = HashMap::new();
        for (at, line) in from.lines().iter().enumerate() {
            lines.entry(&line.id).or_default().push(at);
        }
        let field = &self.layout.collection.fields[field];
        let mut found: Vec<Vec<String>> = vec![Vec::new(); from.lines().len()];
        let mut left = budget.rows;
        let read = tx.rows(statement, |row| {
            for id in field.elements(row.get(1)) {
                for &line in lines.get(id.as_str()).into_iter().flatten() {
                    if found[line].len() < BACK {
                        left = left.checked_sub(1).ok_or_else(|| budget.exceeded())?;
                        found[line].push(row.get(0).as_text().to_owned());
                    }
                }
            }
            Ok(())
        });
        read?;
        Ok(found)
    }
}

/// The ids of the targets that point to each of the records.
fn pointing(tx: &mut Tx<'_>, statement: &str, from: &Rows, budget: &Budget) -> Result<Vec<Vec<String>>, Failure> {
    let mut left = budget.rows;
    let mut found = Vec::with_capacity(from.lines().len());
    for line in from.lines() {
        let mut ids = Vec::new();
        tx.rows((statement, &[Value::from(line.id.as_str())][..]), |row| {
            left = left.checked_sub(1).ok_or_else(|| budget.exceeded())?;
            ids.push(row.get(0).as_text().to_owned());
            Ok(())
        })?;
        found.push(ids);
    }
    Ok(found)
}
