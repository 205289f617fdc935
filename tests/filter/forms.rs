//! The forms that a condition has for a few rows, for a page of many and for a count find the same rows, whatever is
//! stored: lists with doubles and with ids that nobody has, bare texts, empty tables.

use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use tuckbox::store::{Sql, Value, WriteLane, quoted};

use super::world::{Question, World};

/// What a filter may compare, and with what it makes sense.
type Operands = &'static [(&'static str, &'static [&'static str])];

/// What one may ask of posts.
const OF_POSTS: Operands = &[
    ("title", &["'a'", "'b'", "''", "author.name"]),
    ("n", &["1", "2", "author.age"]),
    ("tags:each", &["'a'", "'b'", "''", "title"]),
    ("readers.name", &["'a'", "'b'", "''", "null", "title", "author.name"]),
    ("readers.id", &["'u1'", "'u7'", "author", "''"]),
    ("readers.age", &["1", "2", "n"]),
    ("readers.teams.name", &["'a'", "''", "title"]),
    ("readers.teams:length", &["0", "1"]),
    ("readers.boss.name", &["'a'", "''"]),
    ("author.name", &["'a'", "'b'", "''", "title"]),
    ("author.boss.name", &["'a'", "''"]),
    ("author.teams.name", &["'a'", "''", "readers.name"]),
    ("parent.readers.name", &["'a'", "''"]),
    ("data.n", &["1", "null", "''"]),
    ("readers.boss.teams.lead.name", &["'a'", "''"]),
    ("comments_via_post.text", &["'a'", "''", "title"]),
    ("comments_via_post.votes", &["1", "2", "n"]),
    ("comments_via_post.id", &["'c1'", "''"]),
    ("comments_via_about.text", &["'a'", "'b'", "''", "title"]),
    ("comments_via_about.votes", &["1", "2"]),
    ("comments_via_about.post.title", &["'a'", "''"]),
    ("posts_via_parent.readers.name", &["'a'", "''"]),
    ("@collection.teams.name", &["'a'", "title", "author.name", "''"]),
    ("@collection.comments.post", &["id", "parent"]),
    ("@collection.comments.votes", &["n", "1", "author.age"]),
    ("@collection.comments.post.title", &["title", "'a'"]),
    ("@collection.vaults.key", &["title", "''", "'a'"]),
    ("@request.auth.name", &["readers.name", "'a'", "author.name"]),
    ("author.email", &["title", "'a'", "''", "readers.email"]),
    ("readers.email", &["title", "'a'", "''"]),
    ("readers.boss.email", &["title", "author.email"]),
    ("@collection.users.email", &["title", "'a'", "''", "author.email"]),
    ("@collection.boards.word", &["title", "''", "author.name"]),
    ("@collection.boards.author.name", &["title", "''", "author.name"]),
    ("@collection.boards.author.email", &["title", "''"]),
];

/// What one may ask of a view in which any column may be NULL.
const OF_BOARDS: Operands = &[
    ("title", &["'a'", "''", "word", "author.name"]),
    ("n", &["1", "count", "''"]),
    ("count", &["2", "''", "null", "author.age"]),
    ("word", &["'w2'", "''", "author.boards_via_author.word"]),
    ("tags:each", &["'a'", "''", "title"]),
    ("tags:length", &["0", "1", "count"]),
    ("author.name", &["'a'", "''", "title"]),
    ("author.boss.name", &["'a'", "''"]),
    ("author.boss.email", &["title", "''"]),
    ("author.teams.name", &["'a'", "''", "title", "word"]),
    ("author.teams.lead.name", &["'a'", "''"]),
    ("author.posts_via_author.title", &["'a'", "''", "title"]),
    ("author.posts_via_readers.n", &["1", "n", "''"]),
    ("author.boards_via_author.count", &["2", "''", "n", "null"]),
    ("author.boards_via_author.title", &["'a'", "''", "title"]),
    ("@collection.boards.word", &["title", "word", "''"]),
    ("@collection.boards.count", &["n", "count", "null"]),
    ("@collection.boards.author", &["author", "title", "''"]),
    ("@collection.users.email", &["title", "word"]),
    ("@collection.posts.author", &["author", "''", "id"]),
    ("data.n", &["1", "null", "''"]),
];

const SIGNS: &[&str] = &["=", "!=", ">", "<=", "~", "!~", "?=", "?!=", "?>", "?<=", "?~", "?!~", "?=", "="];

fn comparison(operands: Operands) -> impl Strategy<Value = String> {
    (any::<prop::sample::Index>(), any::<prop::sample::Index>(), any::<prop::sample::Index>(), any::<bool>()).prop_map(
        move |(operand, sign, value, swapped)| {
            let (left, values) = operands[operand.index(operands.len())];
            let (sign, right) = (SIGNS[sign.index(SIGNS.len())], values[value.index(values.len())]);
            if swapped { format!("{right} {sign} {left}") } else { format!("{left} {sign} {right}") }
        },
    )
}

fn filter(operands: Operands) -> impl Strategy<Value = String> {
    let joined = prop::collection::vec((comparison(operands), any::<bool>(), any::<bool>()), 1..4);
    joined.prop_map(|parts| {
        let mut text = String::new();
        for (at, (part, or, alone)) in parts.iter().enumerate() {
            text.push_str(match (at, or) {
                (0, _) => "",
                (_, true) => " || ",
                (_, false) => " && ",
            });
            text.push_str(&if *alone { format!("({part})") } else { part.clone() });
        }
        text
    })
}

/// Numbers that chance picks; a world is made of them.
fn dice() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 400)
}

/// Replaces all rows.
async fn scatter(world: &World, dice: &[u8]) {
    let mut dice = dice.iter().copied().cycle();
    let mut die = move |sides: u8| dice.next().unwrap_or_default() % sides;
    let mut rows: Vec<(&str, Vec<(&str, Value)>)> = Vec::new();
    let word = |at: u8| Value::from(["a", "b", "", "ab"][usize::from(at % 4)]);
    let ids = |kind: &str, dice: [u8; 4]| {
        let picked: Vec<String> =
            dice[1..].iter().take(usize::from(dice[0] % 4)).map(|at| format!("{kind}{at}")).collect();
        match dice[0] {
            6 => Value::from(format!("{kind}{}", dice[1])),
            7 => Value::from(""),
            _ => Value::from(serde_json::to_string(&picked).unwrap_or_default()),
        }
    };
    for (kind, most) in [("teams", 4), ("users", 5), ("posts", 9), ("comments", 9), ("vaults", 2)] {
        for at in 0..die(most) {
            let id = Value::from(format!("{}{at}", &kind[..1]));
            let mut row = vec![("id", id)];
            match kind {
                "teams" => row.extend([("name", word(die(4))), ("lead", Value::from(format!("u{}", die(6))))]),
                "users" => row.extend([
                    ("name", word(die(4))),
                    ("email", word(die(4))),
                    ("age", Value::Int(die(3).into())),
                    ("emailVisibility", Value::Int(die(2).into())),
                    ("boss", Value::from(format!("u{}", die(6)))),
                    ("teams", ids("t", [die(8), die(5), die(5), die(5)])),
                ]),
                "posts" => row.extend([
                    ("title", word(die(4))),
                    ("n", Value::Int(die(3).into())),
                    ("author", Value::from(format!("u{}", die(6)))),
                    ("parent", Value::from(format!("p{}", die(6)))),
                    ("readers", ids("u", [die(8), die(6), die(6), die(6)])),
                    ("tags", ids("a", [die(8), die(2), die(2), die(2)])),
                    ("data", Value::from(["{\"n\":1}", "{}", "1"][usize::from(die(3))])),
                ]),
                "comments" => row.extend([
                    ("text", word(die(4))),
                    ("votes", Value::Int(die(3).into())),
                    ("post", Value::from(format!("p{}", die(6)))),
                    ("about", ids("p", [die(8), die(6), die(6), die(6)])),
                ]),
                _ => row.extend([("key", word(die(4)))]),
            }
            rows.push((kind, row));
        }
    }
    let write = move |tx: &mut tuckbox::store::Tx<'_>| {
        for table in ["teams", "users", "posts", "comments", "vaults"] {
            tx.execute(&Sql::raw(format!("DELETE FROM {}", quoted(table))))?;
        }
        for (table, row) in &rows {
            let names: Vec<String> = row.iter().map(|(name, _)| quoted(name)).collect();
            let places = vec!["?"; row.len()].join(", ");
            let mut sql = Sql::raw(format!("INSERT INTO {} ({}) VALUES ({places})", quoted(table), names.join(", ")));
            sql.values = row.iter().map(|(_, value)| value.clone()).collect();
            tx.execute(&sql)?;
        }
        Ok(())
    };
    world.store.write(WriteLane::Exclusive, write).await.unwrap();
}

/// Demands that all forms agree on what is asked of a collection.
fn all_forms_agree(collection: &str, operands: Operands) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let world = runtime.block_on(World::open());
    let mut runner = TestRunner::new(ProptestConfig::with_cases(24));
    let cases = (dice(), prop::collection::vec(filter(operands), 40));
    let outcome = runner.run(&cases, |(dice, filters)| {
        runtime.block_on(scatter(&world, &dice));
        for filter in &filters {
            for (rule, client) in [(Some(filter.as_str()), None), (None, Some(filter.as_str()))] {
                // what a client may not ask is refused for all forms; `ask` compares them
                let _ = world.ask(&Question { collection, rule, filter: client, ..Question::default() });
            }
            let answer = world.ask(&Question { collection, rule: Some(filter), ..Question::default() });
            prop_assert!(answer.is_ok(), "{filter}: {answer:?}");
        }
        Ok(())
    });
    outcome.unwrap();
}

#[test]
fn all_forms_of_a_condition_find_the_same_rows() {
    all_forms_agree("posts", OF_POSTS);
}

#[test]
fn all_forms_of_a_condition_find_the_same_rows_of_a_view() {
    all_forms_agree("boards", OF_BOARDS);
}
