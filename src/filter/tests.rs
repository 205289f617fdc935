//! What filters compile to.

use serde_json::{Map, Value as Json, json};

use super::*;
use crate::context::Caller;
use crate::schema::auth_options::AuthOptions;
use crate::schema::field::email::DomainOptions;
use crate::schema::field::json::JsonOptions;
use crate::schema::field::number::NumberOptions;
use crate::schema::field::relation::RelationOptions;
use crate::schema::field::select::SelectOptions;
use crate::schema::field::text::TextOptions;
use crate::schema::{Collection, CollectionKind, Field, FieldKind};

fn field(name: &str, kind: FieldKind) -> Field {
    Field {
        id: format!("f_{name}"),
        name: name.to_owned(),
        system: false,
        hidden: false,
        presentable: false,
        help: String::new(),
        required: false,
        kind,
    }
}

fn text(name: &str) -> Field {
    field(name, FieldKind::Text(TextOptions::default()))
}

fn number(name: &str) -> Field {
    field(name, FieldKind::Number(NumberOptions::default()))
}

fn relation(name: &str, to: &str, max_select: i64) -> Field {
    let options = RelationOptions { collection_id: format!("id_{to}"), max_select, ..Default::default() };
    field(name, FieldKind::Relation(options))
}

fn hidden(field: Field) -> Field {
    Field { hidden: true, ..field }
}

fn collection(name: &str, fields: Vec<Field>) -> Collection {
    Collection {
        id: format!("id_{name}"),
        name: name.to_owned(),
        kind: CollectionKind::Base,
        system: false,
        fields: std::iter::once(text("id")).chain(fields).collect(),
        indexes: Vec::new(),
        list_rule: Some(String::new()),
        view_rule: None,
        create_rule: None,
        update_rule: None,
        delete_rule: None,
        created: String::new(),
        updated: String::new(),
    }
}

fn schema() -> Schema {
    let users = Collection {
        kind: CollectionKind::Auth(Box::<AuthOptions>::default()),
        ..collection(
            "users",
            vec![
                text("name"),
                field("email", FieldKind::Email(DomainOptions::default())),
                field("emailVisibility", FieldKind::Bool),
                field("verified", FieldKind::Bool),
                hidden(text("tokenKey")),
                relation("teams", "teams", 9),
            ],
        )
    };
    let teams = Collection {
        list_rule: Some("name != 'secret'".to_owned()),
        ..collection("teams", vec![text("name"), relation("boss", "users", 1)])
    };
    let vault = Collection { list_rule: None, ..collection("vault", vec![text("key"), relation("post", "posts", 1)]) };
    let posts = collection(
        "posts",
        vec![
            text("title"),
            number("n"),
            field("active", FieldKind::Bool),
            field("data", FieldKind::Json(JsonOptions::default())),
            field("place", FieldKind::GeoPoint),
            field("tags", FieldKind::Select(SelectOptions { max_select: 5, ..Default::default() })),
            field("kind", FieldKind::Select(SelectOptions { max_select: 1, ..Default::default() })),
            relation("author", "users", 1),
            relation("readers", "users", 9),
            relation("parent", "posts", 1),
            relation("vault", "vault", 1),
            hidden(text("secret")),
        ],
    );
    let comments = collection("comments", vec![text("text"), number("votes"), relation("post", "posts", 1)]);
    Schema::new(1, vec![users, teams, vault, posts, comments])
}

fn context(caller: bool) -> RequestContext {
    let caller = caller.then(|| {
        std::sync::Arc::new(Caller {
            id: "u1".to_owned(),
            collection_id: "id_users".to_owned(),
            collection_name: "users".to_owned(),
            email: "u@example.com".to_owned(),
            email_visibility: false,
            verified: true,
            superuser: false,
        })
    });
    RequestContext { caller, ..RequestContext::guest() }
}

struct Case<'a> {
    rule: Option<&'a str>,
    filter: Option<&'a str>,
    sort: Option<&'a str>,
    superuser: bool,
    candidate: bool,
    signed_in: bool,
    body: Json,
}

impl Default for Case<'_> {
    fn default() -> Self {
        Self {
            rule: None,
            filter: None,
            sort: None,
            superuser: false,
            candidate: false,
            signed_in: true,
            body: json!({}),
        }
    }
}

impl Case<'_> {
    fn run(&self) -> Result<(Compiled, Bound), FilterError> {
        let schema = schema();
        let context = context(self.signed_in);
        let body = self.body.as_object().cloned().unwrap_or_default();
        let input = Input { context: &context, body: &body };
        let compiled = compile(&Request {
            schema: &schema,
            collection: schema.by_name("posts").expect("it is there"),
            rule: self.rule,
            filter: self.filter,
            sort: self.sort,
            superuser: self.superuser,
            candidate: self.candidate,
            input,
        })?;
        let bound = compiled.bind(&input).expect("the same request has the same shape");
        for (text, values) in
            [(&compiled.joins, &bound.joins), (&compiled.condition, &bound.condition), (&compiled.order, &bound.order)]
        {
            assert_eq!(text.matches('?').count(), values.len(), "{text}");
        }
        Ok((compiled, bound))
    }
}

#[test]
fn scratch() {
    for rule in [
        "title = 'x'",
        "author.name = 'x' && n > 5",
        "comments_via_post.votes ?> 3",
        "comments_via_post.votes > 3",
        "comments_via_post.votes ?> 3 && comments_via_post.text ?= 'a' && n = 1",
        "readers.id ?= @request.auth.id",
        "@collection.teams.name ?= title && @collection.teams.boss ?= @request.auth.id",
        "tags:each = 'a'",
        "author = @request.auth.id",
        "author.name = @request.auth.name",
        "author.teams.name ?= @request.auth.teams.name",
        "data.a.0.b = 1 || data = null",
        "geoDistance(place.lon, place.lat, 1, 2) < 5",
        "strftime('%Y', title) = '2024'",
        "@request.body.title:changed = true",
        "@request.body.author.name = 'x'",
        "@request.auth.teams.boss.name = 'y'",
        "author.email = 'a'",
        "title = author.name",
        "readers.name != ''",
        "parent.parent.readers.name = readers.name",
    ] {
        let (c, b) = Case { rule: Some(rule), ..Case::default() }.run().expect(rule);
        println!("{rule}\n   J {}\n   C {}\n   {:?}\n", c.joins, c.condition, b);
    }
    for (filter, sort) in [
        ("author.email = 'a'", "author.teams.name,-@rowid"),
        ("author.teams.name ~ 'x' || n = 1", "n"),
        ("parent.author.teams.name ?= 'x'", "-data.a,title:lower,@random"),
    ] {
        let (c, b) = Case { filter: Some(filter), sort: Some(sort), ..Case::default() }.run().expect(filter);
        println!("{filter}\n   J {}\n   C {}\n  O {}\n   {:?}\n", c.joins, c.condition, c.order, b);
    }
}
