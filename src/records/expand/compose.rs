//! Putting the objects together: each record with its `expand`.

use super::load::{Loaded, Targets};
use super::{BYTES, Expansion};
use crate::records::rows::Rows;

impl Expansion {
    /// Leaves paths out, the last ones first, until what is written out has a reasonable size. A record that many
    /// point to stands in the answer as often: a few hundred loaded records can make gigabytes.
    pub(in crate::records) fn fit(&self, loaded: &mut Loaded, records: &Rows) {
        if self.size(&loaded.used, loaded, records) <= BYTES as u64 {
            return;
        }
        tracing::warn!("an expand would have made the answer too large and was left out");
        // The size grows with each path: the most that fit are found by halving.
        let (mut fitting, mut too_many) = (0, loaded.ends.len());
        while fitting + 1 < too_many {
            let middle = (fitting + too_many) / 2;
            match self.size(&self.used(&loaded.ends[..middle]), loaded, records) <= BYTES as u64 {
                true => fitting = middle,
                false => too_many = middle,
            }
        }
        loaded.used = self.used(&loaded.ends[..fitting]);
    }

    /// How many bytes the expands of the records will have.
    fn size(&self, used: &[bool], loaded: &Loaded, records: &Rows) -> u64 {
        let targets = |at: usize| loaded.nodes[at].as_ref().filter(|_| used[at]);
        let mut sizes: Vec<Option<Vec<u64>>> = vec![None; self.nodes.len()];
        // Parents stand before their children.
        for (at, node) in self.nodes.iter().enumerate().rev() {
            let Some(shown) = targets(at) else { continue };
            let size_of = |line: usize| {
                let below = node.children.iter().filter_map(|&child| {
                    Some(sum(sizes[child].as_ref()?, &targets(child)?.of[line], self.nodes[child].key.len()))
                });
                below.fold(shown.batch.size_of(line) as u64, u64::saturating_add)
            };
            sizes[at] = Some((0..shown.batch.lines().len()).map(size_of).collect());
        }
        let mut total = 0_u64;
        for &root in &self.roots {
            if let (Some(sizes), Some(shown)) = (&sizes[root], targets(root)) {
                for line in 0..records.lines().len() {
                    total = total.saturating_add(sum(sizes, &shown.of[line], self.nodes[root].key.len()));
                }
            }
        }
        total
    }

    /// Writes a record with its expands.
    pub(in crate::records) fn write(&self, loaded: &Loaded, records: &Rows, line: usize, out: &mut Vec<u8>) {
        self.write_object(loaded, records, line, &self.roots, out);
    }

    fn write_object(&self, loaded: &Loaded, batch: &Rows, line: usize, children: &[usize], out: &mut Vec<u8>) {
        batch.write_open(line, out);
        let mut opened = false;
        let mut first = true;
        for &child in children {
            let Some(targets) = loaded.targets(child) else { continue };
            if !opened {
                out.extend_from_slice(br#","expand":{"#);
                opened = true;
            }
            let places = &targets.of[line];
            if places.is_empty() {
                continue;
            }
            if !first {
                out.push(b',');
            }
            first = false;
            self.write_targets(loaded, child, targets, places, out);
        }
        if opened {
            out.push(b'}');
        }
        out.push(b'}');
    }

    fn write_targets(&self, loaded: &Loaded, at: usize, targets: &Targets, places: &[usize], out: &mut Vec<u8>) {
        let node = &self.nodes[at];
        out.extend_from_slice(&node.key);
        if node.single {
            return self.write_object(loaded, &targets.batch, places[0], &node.children, out);
        }
        for (place, &target) in places.iter().enumerate() {
            out.push(if place == 0 { b'[' } else { b',' });
            self.write_object(loaded, &targets.batch, target, &node.children, out);
        }
        out.push(b']');
    }
}

impl Loaded {
    /// The targets of a node that is shown.
    fn targets(&self, node: usize) -> Option<&Targets> {
        self.nodes[node].as_ref().filter(|_| self.used[node])
    }
}

fn sum(sizes: &[u64], places: &[usize], key: usize) -> u64 {
    places.iter().map(|&place| sizes[place]).fold(key as u64 + 16, u64::saturating_add)
}
