//! People and machines in clubs, and the notes that they share.
//!
//! | who | clubs | role | verified | address |
//! | --- | --- | --- | --- | --- |
//! | ann | red, blue | admin | yes | private |
//! | bob | blue | – | yes | private |
//! | cid | – | – | no | public |
//! | r2d, a robot of ann's | red | – | no | private |
//!
//! | note | owner | readers | club | archived | labels | rank |
//! | --- | --- | --- | --- | --- | --- | --- |
//! | n1 | ann | bob | red | no | x y | 1 |
//! | n2 | ann | – | blue | yes | x | 2 |
//! | n3 | bob | ann cid | blue | no | y | 3 |
//! | n4 | – | – | – | no | – | 4 |
//! | n5 | cid | bob ann | red | yes | z | 5 |
//!
//! Each note has a comment that everybody may see. Memberships: ann in red (level 2), bob in blue (1), cid in red (1).

use serde_json::{Value as Json, json};

use super::client::{Client, Guest, Superuser, User};
use super::fixtures::{Fixture, collection, id};
use super::server::TestServer;

/// The password of everybody.
pub const PASSWORD: &str = "password-of-the-club";

/// The notes.
pub const NOTES: [&str; 5] = ["n1", "n2", "n3", "n4", "n5"];

/// A server with the club, and everybody signed in.
pub struct Club {
    pub server: TestServer,
    pub superuser: Superuser,
    pub guest: Guest,
    pub ann: User,
    pub bob: User,
    pub cid: User,
    pub robot: User,
}

impl Club {
    pub async fn open() -> Self {
        let server = TestServer::with(fixture()).await;
        let (superuser, guest) = (server.superuser(), server.guest());
        let ann = server.user("people", &id("ann")).await;
        let bob = server.user("people", &id("bob")).await;
        let cid = server.user("people", &id("cid")).await;
        let robot = server.user("robots", &id("r2d")).await;
        Self { server, superuser, guest, ann, bob, cid, robot }
    }

    /// Everybody, a guest last, in the order of the tables of the tests.
    pub fn everybody(&self) -> [(&'static str, impl Client + Clone + use<>); 5] {
        let bearer = |user: &User| self.guest.with_token(user.token().expect("a token"));
        let guest = self.guest.with_token("no token");
        [
            ("ann", bearer(&self.ann)),
            ("bob", bearer(&self.bob)),
            ("cid", bearer(&self.cid)),
            ("robot", bearer(&self.robot)),
            ("guest", guest),
        ]
    }

    /// Sets rules of a collection.
    pub async fn rules(&self, collection: &str, rules: Json) {
        self.superuser.update_collection(collection, rules).await.is(200);
    }

    /// Sets the same rule for these actions on notes.
    pub async fn rule(&self, actions: &[&str], rule: &str) {
        let rules = actions.iter().map(|action| (format!("{action}Rule"), Json::from(rule))).collect();
        self.rules("notes", Json::Object(rules)).await;
    }
}

/// The ids of a table's words.
pub fn ids(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| id(word)).collect()
}

fn auth(name: &str, fields: Json) -> Json {
    let mut made = collection(name, fields);
    made["type"] = "auth".into();
    made
}

fn relation(name: &str, to: &str, most: i64) -> Json {
    json!({"name": name, "type": "relation", "collectionId": format!("c_{to}"), "maxSelect": most})
}

fn account(short: &str, rest: Json) -> Json {
    let mut account = json!({
        "id": id(short), "name": short, "email": format!("{short}@example.com"),
        "password": PASSWORD, "passwordConfirm": PASSWORD,
    });
    account.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
    account
}

fn collections() -> Vec<Json> {
    let text = |name: &str| json!({"name": name, "type": "text"});
    let number = |name: &str| json!({"name": name, "type": "number"});
    let cascading = |mut field: Json| {
        field["cascadeDelete"] = true.into();
        field
    };
    let pin = json!({"name": "pin", "type": "text", "hidden": true});
    let view = json!({
        "id": "c_boards", "name": "boards", "type": "view", "listRule": "", "viewRule": "",
        "viewQuery": "SELECT id, title, owner, archived, rank FROM notes",
    });
    vec![
        collection("clubs", json!([text("name")])),
        auth("people", json!([text("name"), text("role"), relation("clubs", "clubs", 9), pin])),
        auth("robots", json!([text("name"), relation("club", "clubs", 1), relation("maker", "people", 1)])),
        collection(
            "notes",
            json!([
                text("title"),
                relation("owner", "people", 1),
                relation("readers", "people", 9),
                relation("club", "clubs", 1),
                {"name": "archived", "type": "bool"},
                {"name": "labels", "type": "select", "values": ["x", "y", "z"], "maxSelect": 3},
                number("rank"),
                {"name": "meta", "type": "json"},
                {"name": "secret", "type": "text", "hidden": true},
                {"name": "paper", "type": "file", "protected": true},
            ]),
        ),
        collection(
            "comments",
            json!([cascading(relation("note", "notes", 1)), relation("by", "people", 1), text("text")]),
        ),
        collection(
            "memberships",
            json!([relation("person", "people", 1), relation("club", "clubs", 1), number("level")]),
        ),
        view,
    ]
}

fn fixture() -> Fixture {
    let note = |rank: usize, owner: &str, readers: &[&str], club: &str, archived: bool, labels: &[&str]| {
        let one = |word: &str| if word.is_empty() { String::new() } else { id(word) };
        let name = NOTES[rank - 1];
        json!({
            "id": id(name), "title": name, "owner": one(owner), "readers": ids(readers), "club": one(club),
            "archived": archived, "labels": labels, "rank": rank, "secret": format!("secret of {name}"),
        })
    };
    let comment = |(n, name): (usize, &&str)| {
        let by = ["bob", "cid", "ann", "bob", "ann"][n];
        json!({"id": id(&format!("c{}", n + 1)), "note": id(name), "by": id(by), "text": format!("about {name}")})
    };
    let membership = |short: &str, person: &str, club: &str, level: i64| json!({"id": id(short), "person": id(person), "club": id(club), "level": level});
    Fixture {
        collections: collections(),
        records: vec![
            ("clubs", vec![json!({"id": id("red"), "name": "red"}), json!({"id": id("blue"), "name": "blue"})]),
            (
                "people",
                vec![
                    account(
                        "ann",
                        json!({"role": "admin", "clubs": ids(&["red", "blue"]), "verified": true, "pin": "pin of ann"}),
                    ),
                    account("bob", json!({"clubs": ids(&["blue"]), "verified": true, "pin": "pin of bob"})),
                    account("cid", json!({"emailVisibility": true, "pin": "pin of cid"})),
                ],
            ),
            ("robots", vec![account("r2d", json!({"club": id("red"), "maker": id("ann")}))]),
            (
                "notes",
                vec![
                    note(1, "ann", &["bob"], "red", false, &["x", "y"]),
                    note(2, "ann", &[], "blue", true, &["x"]),
                    note(3, "bob", &["ann", "cid"], "blue", false, &["y"]),
                    note(4, "", &[], "", false, &[]),
                    note(5, "cid", &["bob", "ann"], "red", true, &["z"]),
                ],
            ),
            ("comments", NOTES.iter().enumerate().map(comment).collect()),
            (
                "memberships",
                vec![
                    membership("m1", "ann", "red", 2),
                    membership("m2", "bob", "blue", 1),
                    membership("m3", "cid", "red", 1),
                ],
            ),
        ],
    }
}
