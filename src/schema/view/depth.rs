//! How deep views stand in each other: the engine uses the stack for them, and time that grows faster than they do.

use std::collections::HashMap;

use crate::schema::{CollectionRef, Schema};
use crate::store::select::Words;

/// How many views the view that stands highest needs one below the other, itself included. A query counts as reading
/// every view that one of its words names.
pub fn deepest(schema: &Schema) -> usize {
    let mut known = HashMap::new();
    let views = schema.all().iter().filter(|one| one.is_view());
    views.map(|view| depth(view, schema, &mut known)).max().unwrap_or(0)
}

/// `known` has 0 for a view that is being looked at: what would be a circle is a word that is no table.
fn depth<'s>(view: &'s CollectionRef, schema: &'s Schema, known: &mut HashMap<&'s str, usize>) -> usize {
    if let Some(depth) = known.get(view.id.as_str()) {
        return *depth;
    }
    known.insert(&view.id, 0);
    let query = view.view().map_or("", |options| options.query.as_str());
    let mut below = Vec::new();
    if let Ok(Some(words)) = Words::of(super::trimmed(query)) {
        below.extend(words.names().filter_map(|name| schema.by_name(name)).filter(|one| one.is_view()));
    }
    let depth = 1 + below.into_iter().map(|view| depth(view, schema, known)).max().unwrap_or(0);
    known.insert(&view.id, depth);
    depth
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Collection, CollectionKind, ViewOptions};

    fn schema(views: &[(&str, &str)]) -> Schema {
        let view = |(name, query): &(&str, &str)| Collection {
            id: format!("{name}_id"),
            name: (*name).to_owned(),
            kind: CollectionKind::View(ViewOptions { query: (*query).to_owned() }),
            ..Collection::default()
        };
        Schema::new(1, views.iter().map(view).collect())
    }

    #[test]
    fn views_are_counted_downwards() {
        assert_eq!(deepest(&schema(&[])), 0);
        assert_eq!(deepest(&schema(&[("a", "select id from posts")])), 1);
        let chain = [("c", "select id from [B] join a"), ("a", "select id from t"), ("b", "select id from a, a as x")];
        assert_eq!(deepest(&schema(&chain)), 3);
        assert_eq!(deepest(&schema(&[("a", "select b from b"), ("b", "select a, b from t")])), 2);
    }
}
