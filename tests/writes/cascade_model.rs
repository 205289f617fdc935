//! Cascades of any shape against what section 8 of the contract says of the whole, whatever order they go in.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use serde_json::{Value as Json, json};
use tuckbox::store::{Sql, Value, WriteLane};

use super::house::{House, base, field, guest, relation};

const NAMES: [&str; 3] = ["ants", "bees", "cats"];
/// Records of each collection; ids beyond are ids that nobody has.
const RECORDS: usize = 5;

/// A relation field of a collection.
#[derive(Debug, Clone)]
struct Link {
    to: usize,
    multiple: bool,
    cascades: bool,
    required: bool,
}

/// A record, by its collection and place.
type Key = (usize, usize);

/// What the fields of the records hold.
type State = BTreeMap<Key, Vec<Vec<Key>>>;

#[derive(Debug, Clone)]
struct Case {
    links: Vec<Vec<Link>>,
    state: State,
    order: Vec<Key>,
}

fn id((collection, at): Key) -> String {
    format!("{}{at:011}", NAMES[collection])
}

fn key(id: &str) -> Key {
    let collection = NAMES.iter().position(|name| id.starts_with(name)).expect("an id of ours");
    (collection, id[4..].parse().expect("a number"))
}

fn case() -> impl Strategy<Value = Case> {
    let link = (0..3_usize, any::<bool>(), 0..3_u8, 0..4_u8).prop_map(|(to, multiple, cascades, required)| Link {
        to,
        multiple,
        cascades: cascades > 0,
        required: required == 0,
    });
    let links = prop::collection::vec(prop::collection::vec(link, 1..4), 3);
    let values = prop::collection::vec(prop::collection::vec(0..RECORDS + 1, 0..4), 3 * RECORDS * 3);
    let order = prop::sample::subsequence((0..3 * RECORDS).collect::<Vec<_>>(), 1..3 * RECORDS).prop_shuffle();
    (links, values, order).prop_map(|(links, values, order)| {
        let mut values = values.into_iter();
        let mut state = State::new();
        for (collection, links) in links.iter().enumerate() {
            for at in 0..RECORDS {
                let held = links.iter().map(|link| {
                    let most = if link.multiple { 3 } else { 1 };
                    values.next().into_iter().flatten().take(most).map(|at| (link.to, at)).collect()
                });
                state.insert((collection, at), held.collect());
            }
        }
        let order = order.into_iter().map(|at| (at / RECORDS, at % RECORDS)).collect();
        Case { links, state, order }
    })
}

async fn house(case: &Case) -> House {
    let collections = NAMES.iter().zip(&case.links).map(|(name, links)| {
        let mut fields: Vec<Json> = links
            .iter()
            .enumerate()
            .map(|(at, link)| {
                let most = if link.multiple { 9 } else { 1 };
                let options = json!({"maxSelect": most, "cascadeDelete": link.cascades, "required": link.required});
                relation(&format!("r{at}"), NAMES[link.to], options)
            })
            .collect();
        fields.push(field("updated", "autodate", json!({"onUpdate": true})));
        base(name, json!(fields))
    });
    let house = House::with(collections.collect()).await;
    let (links, state) = (case.links.clone(), case.state.clone());
    let fill = move |tx: &mut tuckbox::store::Tx<'_>| {
        for (&(collection, at), held) in &state {
            let mut sql = Sql::raw("INSERT INTO ");
            sql.name(NAMES[collection]).push(" VALUES (").bind(id((collection, at)));
            for (link, held) in links[collection].iter().zip(held) {
                let ids: Vec<String> = held.iter().map(|&key| id(key)).collect();
                sql.push(", ").bind(match link.multiple {
                    true => serde_json::to_string(&ids).expect("JSON"),
                    false => ids.into_iter().next().unwrap_or_default(),
                });
            }
            sql.push(", '')");
            tx.execute(&sql)?;
        }
        Ok(())
    };
    house.store.write(WriteLane::Exclusive, fill).await.expect("rows");
    house
}

/// What is stored, and which records were touched.
fn stored(house: &House, links: &[Vec<Link>]) -> (State, BTreeSet<Key>) {
    let (mut state, mut touched) = (State::new(), BTreeSet::new());
    for (collection, links) in links.iter().enumerate() {
        let columns: Vec<String> = (0..links.len()).map(|at| format!("r{at}")).collect();
        let text = format!("SELECT id, updated, {} FROM {}", columns.join(", "), NAMES[collection]);
        let read = house.store.read_here(|tx| {
            tx.rows(text.as_str(), |row| {
                let held = links.iter().enumerate().map(|(at, link)| {
                    let text = row.get(at + 2).as_text().to_owned();
                    let ids: Vec<String> = match link.multiple {
                        true => serde_json::from_str(&text).expect("a list"),
                        false => Some(text).filter(|text| !text.is_empty()).into_iter().collect(),
                    };
                    ids.iter().map(|id| key(id)).collect()
                });
                let record = key(row.get(0).as_text());
                state.insert(record, held.collect());
                if !row.get(1).as_text().is_empty() {
                    touched.insert(record);
                }
                Ok(())
            })
        });
        read.expect("a query");
    }
    (state, touched)
}

/// The feed of a collection since a place: operations with their records.
fn feed(house: &House, after: i64) -> (i64, Vec<(String, Key)>) {
    let (mut last, mut found) = (after, Vec::new());
    let read = house.store.read_here(|tx| {
        let query = "SELECT seq, op, record FROM _tb_changes WHERE seq > ? ORDER BY seq";
        tx.rows((query, &[Value::from(after)]), |row| {
            last = row.get(0).as_f64() as i64;
            found.push((row.get(1).as_text().to_owned(), key(row.get(2).as_text())));
            Ok(())
        })
    });
    read.expect("a query");
    (last, found)
}

/// All that goes with a record.
fn doomed(links: &[Vec<Link>], state: &State, first: Key) -> BTreeSet<Key> {
    let mut gone = BTreeSet::from([first]);
    loop {
        let more: Vec<Key> = state
            .iter()
            .filter(|(record, _)| !gone.contains(record))
            .filter(|(record, held)| {
                let mut fields = links[record.0].iter().zip(*held);
                fields.any(|(link, held)| link.cascades && is_emptied(held, &gone))
            })
            .map(|(record, _)| *record)
            .collect();
        if more.is_empty() {
            return gone;
        }
        gone.extend(more);
    }
}

fn is_emptied(held: &[Key], gone: &BTreeSet<Key>) -> bool {
    !held.is_empty() && held.iter().all(|key| gone.contains(key))
}

/// The records that a delete would leave with an empty field that must not be.
fn held_back(links: &[Vec<Link>], state: &State, gone: &BTreeSet<Key>) -> Vec<Key> {
    let holds = |record: &Key, held: &[Vec<Key>]| {
        let mut fields = links[record.0].iter().zip(held);
        fields.any(|(link, held)| link.required && !link.cascades && is_emptied(held, gone))
    };
    state.iter().filter(|(record, held)| holds(record, held)).map(|(record, _)| *record).collect()
}

#[test]
fn a_delete_takes_all_that_must_go_and_nothing_else() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let mut runner = TestRunner::new(ProptestConfig::with_cases(40));
    let outcome = runner.run(&case(), |case| {
        let house = runtime.block_on(house(&case));
        let (mut state, mut place) = (case.state.clone(), 0);
        for record in &case.order {
            let result = runtime.block_on(house.records.delete(&guest(), NAMES[record.0], &id(*record)));
            let (now, touched) = stored(&house, &case.links);
            let (last, changes) = feed(&house, place);
            place = last;
            if !state.contains_key(record) {
                prop_assert!(result.is_err() && now == state, "{record:?} was gone already");
                continue;
            }
            let gone = doomed(&case.links, &state, *record);
            let held_back = held_back(&case.links, &state, &gone);
            if result.is_err() {
                prop_assert!(!held_back.is_empty(), "nothing holds {record:?}: {result:?}");
                prop_assert_eq!(&now, &state, "a refusal changes nothing");
                prop_assert!(changes.is_empty());
                continue;
            }
            // Who goes by another reference holds nobody, if that was looked at earlier.
            prop_assert!(held_back.iter().all(|one| gone.contains(one)), "{record:?} is held by {held_back:?}");
            let mut expected = state.clone();
            expected.retain(|one, _| !gone.contains(one));
            for held in expected.values_mut().flatten().filter(|held| held.iter().any(|one| gone.contains(one))) {
                // What is written has each id once.
                let mut seen = BTreeSet::new();
                held.retain(|one| !gone.contains(one) && seen.insert(*one));
            }
            prop_assert_eq!(&now, &expected, "after {:?}", record);
            let removed: Vec<Key> = changes.iter().filter(|(op, _)| op == "delete").map(|(_, one)| *one).collect();
            prop_assert_eq!(removed.first(), Some(record));
            prop_assert_eq!(removed.len(), gone.len(), "each goes once: {:?}", &removed);
            prop_assert_eq!(&removed.into_iter().collect::<BTreeSet<_>>(), &gone);
            for (one, held) in &expected {
                let told = changes.iter().any(|(op, record)| op == "update" && record == one);
                prop_assert_eq!(told, *held != state[one], "the feed of {:?}", one);
                prop_assert!(!told || touched.contains(one), "the date of {one:?}");
            }
            state = now;
        }
        Ok(())
    });
    outcome.unwrap();
}
