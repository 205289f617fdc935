//! The kept plans: compiled once for each version of the collections, then only bound.

use std::hash::Hash;
use std::sync::Arc;

use quick_cache::sync::Cache;
use quick_cache::{Equivalent, Weighter};

use super::{Condition, Plan};
use crate::error::{Error, Result};
use crate::filter::{self, Asker, FilterError};

/// How much text the kept plans may have, in bytes.
const KEPT_BYTES: u64 = 32 << 20;
/// About how much text a plan has, in bytes.
const USUAL_BYTES: u64 = 4096;
/// How many shapes of one key are kept.
const SHAPES: usize = 8;

/// The kept plans.
pub(in crate::records) struct Plans {
    kept: Cache<Key, Shapes, Bytes>,
}

/// The plans of a key, one for each shape that was asked for.
type Shapes = Arc<[Arc<Plan>]>;

#[derive(Clone)]
struct Bytes;

impl Weighter<Key, Shapes> for Bytes {
    fn weight(&self, key: &Key, shapes: &Shapes) -> u64 {
        let texts = [&key.rule, &key.filter, &key.sort];
        let key: usize = texts.into_iter().flatten().map(String::len).sum();
        256 + key as u64 + shapes.iter().map(|plan| plan.bytes()).sum::<u64>()
    }
}

#[derive(PartialEq, Eq, Hash)]
struct Key {
    version: u64,
    collection: String,
    rule: Option<String>,
    filter: Option<String>,
    sort: Option<String>,
    asker: Asker,
    candidate: bool,
    whole: bool,
}

/// Hashed as [`Key`] is.
#[derive(Hash)]
struct Sought<'a> {
    version: u64,
    collection: &'a str,
    rule: Option<&'a str>,
    filter: Option<&'a str>,
    sort: Option<&'a str>,
    asker: Asker,
    candidate: bool,
    whole: bool,
}

impl Equivalent<Key> for Sought<'_> {
    fn equivalent(&self, key: &Key) -> bool {
        self.version == key.version
            && self.asker == key.asker
            && self.candidate == key.candidate
            && self.whole == key.whole
            && self.collection == key.collection
            && self.rule == key.rule.as_deref()
            && self.filter == key.filter.as_deref()
            && self.sort == key.sort.as_deref()
    }
}

impl Plans {
    pub(in crate::records) fn new() -> Self {
        Self { kept: Cache::with_weighter((KEPT_BYTES / USUAL_BYTES) as usize, KEPT_BYTES, Bytes) }
    }

    /// The condition of a request, compiled where no kept plan has its shape.
    ///
    /// # Errors
    /// `Forbidden` where it speaks of what only superusers may filter by, `Invalid` for everything else that is
    /// wrong with it.
    pub(in crate::records) fn condition(&self, request: &filter::Request<'_>) -> Result<Condition> {
        let sought = Sought {
            version: request.schema.version,
            collection: &request.collection.id,
            rule: request.rule,
            filter: request.filter,
            sort: request.sort,
            asker: request.asker,
            candidate: request.candidate,
            whole: request.whole,
        };
        let kept = self.kept.get(&sought);
        for plan in kept.iter().flat_map(|shapes| shapes.iter()) {
            if let Some(bound) = plan.compiled.bind(&request.input) {
                return Ok(Condition { plan: Arc::clone(plan), bound });
            }
        }
        let compiled = filter::compile(request).map_err(|error| match error {
            FilterError::Invalid(_) => Error::bad_request(""),
            FilterError::Forbidden(message) => Error::Forbidden(message),
        })?;
        let bound = compiled
            .bind(&request.input)
            .ok_or_else(|| Error::internal("a condition does not bind to the request that it was compiled for"))?;
        let plan = Arc::new(Plan::new(compiled));
        let others = kept.iter().flat_map(|shapes| shapes.iter()).take(SHAPES - 1).cloned();
        let shapes: Shapes = std::iter::once(Arc::clone(&plan)).chain(others).collect();
        self.kept.insert(sought.to_key(), shapes);
        Ok(Condition { plan, bound })
    }
}

impl Sought<'_> {
    fn to_key(&self) -> Key {
        Key {
            version: self.version,
            collection: self.collection.to_owned(),
            rule: self.rule.map(str::to_owned),
            filter: self.filter.map(str::to_owned),
            sort: self.sort.map(str::to_owned),
            asker: self.asker,
            candidate: self.candidate,
            whole: self.whole,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::hash::{BuildHasher, RandomState};

    use serde_json::Map;

    use super::*;
    use crate::context::{Caller, RequestContext};
    use crate::filter::Input;
    use crate::schema::field::relation::RelationOptions;
    use crate::schema::{Collection, CollectionKind, Field, FieldKind, Schema};

    #[test]
    fn a_sought_key_hashes_as_the_kept_one() {
        let sought = Sought {
            version: 3,
            collection: "c",
            rule: Some("a = 1"),
            filter: None,
            sort: Some("-b"),
            asker: Asker::Client,
            candidate: true,
            whole: false,
        };
        let key = sought.to_key();
        let state = RandomState::new();
        assert_eq!(state.hash_one(&sought), state.hash_one(&key));
        assert!(sought.equivalent(&key));
        assert!(!Sought { rule: None, ..sought }.equivalent(&key));
    }

    /// Notes with an owner among people or robots, in this version.
    fn schema(version: u64) -> Schema {
        let text = |name: &str| Field::new(name, name, FieldKind::Text(Default::default()));
        let owner = RelationOptions { collection_id: "people".into(), max_select: 1, ..Default::default() };
        let named = |name: &str, kind, fields| Collection {
            id: name.into(),
            name: name.into(),
            kind,
            fields,
            ..Collection::default()
        };
        let notes = vec![text("id"), Field::new("owner", "owner", FieldKind::Relation(owner))];
        Schema::new(
            version,
            vec![
                named("notes", CollectionKind::Base, notes),
                named("people", CollectionKind::Auth(Box::default()), vec![text("id"), text("role")]),
                named("robots", CollectionKind::Auth(Box::default()), vec![text("id"), text("role")]),
            ],
        )
    }

    fn signed_in(collection: &str, id: &str) -> RequestContext {
        let caller = Caller {
            id: id.into(),
            collection_id: collection.into(),
            collection_name: collection.into(),
            email: String::new(),
            email_visibility: false,
            verified: true,
            token_key: String::new(),
            superuser: false,
        };
        RequestContext { caller: Some(Arc::new(caller)), ..RequestContext::guest() }
    }

    #[test]
    fn a_rule_is_compiled_once_for_each_version_of_the_collections() {
        let plans = Plans::new();
        let body = Map::new();
        let plan = |schema: &Schema, rule: &str, context: &RequestContext| {
            let request = filter::Request {
                schema,
                collection: schema.find("notes").expect("there"),
                rule: Some(rule),
                filter: None,
                sort: None,
                asker: Asker::Client,
                candidate: false,
                whole: false,
                input: Input { context, body: &body },
            };
            plans.condition(&request).expect("a rule").plan
        };
        let (ann, bob, robot, guest) = (
            signed_in("people", "ann"),
            signed_in("people", "bob"),
            signed_in("robots", "r2d"),
            RequestContext::guest(),
        );
        let (first, second) = (schema(1), schema(2));
        for rule in ["owner = @request.auth.id", "@request.auth.role = 'admin' && owner != ''"] {
            let of_ann = plan(&first, rule, &ann);
            for caller in [&ann, &bob, &ann] {
                assert!(Arc::ptr_eq(&of_ann, &plan(&first, rule, caller)), "{rule}: compiled again");
            }
            // Whatever shape a guest has, it does not push the other out.
            let of_guest = plan(&first, rule, &guest);
            assert!(Arc::ptr_eq(&of_ann, &plan(&first, rule, &bob)));
            assert!(Arc::ptr_eq(&of_guest, &plan(&first, rule, &guest)));
            // The caller's own fields lie in another table.
            let of_robot = plan(&first, rule, &robot);
            assert_eq!(Arc::ptr_eq(&of_ann, &of_robot), !rule.contains("role"), "{rule}");
            assert!(Arc::ptr_eq(&of_robot, &plan(&first, rule, &robot)));
            // Another version is another condition, once.
            let later = plan(&second, rule, &ann);
            assert!(!Arc::ptr_eq(&of_ann, &later), "{rule}: the collections changed");
            assert!(Arc::ptr_eq(&later, &plan(&second, rule, &bob)));
        }
    }
}
