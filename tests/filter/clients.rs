//! What clients may filter by, and what is kept from them.

use tuckbox::filter::{FilterError, check_rule};

use super::world::{Question, World};

fn by_client(filter: &str) -> Question<'_> {
    Question { filter: Some(filter), ..Question::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_only_superusers_may_speak_of_is_forbidden_even_in_quotes() {
    let world = World::open().await;
    for (filter, message) in [
        ("@collection.teams.name = 'x'", "Only superusers can filter by @collection."),
        ("title = '@collection.'", "Only superusers can filter by @collection."),
        ("@request.auth.id = 'x'", "Only superusers can filter by @request."),
        ("title = \"@request.\"", "Only superusers can filter by @request."),
        ("title = // @request.\n'x'", "Only superusers can filter by @request."),
    ] {
        assert_eq!(world.ask(&by_client(filter)), Err(FilterError::Forbidden(message.into())), "{filter}");
        let superuser = Question { superuser: true, ..by_client(filter) };
        assert!(world.ask(&superuser).is_ok(), "{filter}");
    }
    let sort = Question { sort: Some("title,@request.auth.name"), ..Question::default() };
    assert!(matches!(world.ask(&sort), Err(FilterError::Forbidden(_))));
    assert!(world.ask(&Question { superuser: true, ..sort }).is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn hidden_fields_are_refused() {
    let world = World::open().await;
    for filter in [
        "note = 'psst'",
        "note:lower ~ 'p'",
        "note:length = 1",
        "author.tokenKey ~ 'k'",
        "readers.tokenKey ?~ 'k'",
        "posts_via_parent.note ?= 'x'",
        "title = note",
        "strftime('%Y', note) = '1'",
        "geoDistance(note, 1, 1, 1) = 1",
    ] {
        assert!(matches!(world.ask(&by_client(filter)), Err(FilterError::Invalid(_))), "{filter}");
        assert!(world.ask(&Question { superuser: true, ..by_client(filter) }).is_ok(), "{filter}");
        assert!(world.ask(&Question { rule: Some(filter), ..Question::default() }).is_ok(), "{filter}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn closed_collections_are_not_entered() {
    let world = World::open().await;
    for filter in ["vault.key ~ 'o'", "vaults_via_post.key ?~ 'o'", "parent.vault.key = 'x'", "vault.post.title = 'x'"]
    {
        assert!(matches!(world.ask(&by_client(filter)), Err(FilterError::Invalid(_))), "{filter}");
        assert!(world.ask(&Question { superuser: true, ..by_client(filter) }).is_ok(), "{filter}");
    }
    assert_eq!(world.ask(&by_client("vault = 'v1'")).as_deref(), Ok("p1"));
    assert_eq!(world.ask(&by_client("vault.id = 'v1'")).as_deref(), Ok("p1"));
    let sort = Question { sort: Some("vault.key"), ..Question::default() };
    assert!(matches!(world.ask(&sort), Err(FilterError::Invalid(_))));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_rule_of_a_joined_collection_holds_for_the_whole_query() {
    let world = World::open().await;
    for (filter, everyone, superuser) in [
        ("team.name = 'hidden'", "", "p4"),
        ("team.name != 'red'", "p2 p3 p6", "p2 p3 p4 p6"),
        ("team.name ~ 'd' || n = 0", "p1 p5", "p1 p4 p5"),
        ("team.lead.name = ''", "p3", "p3 p4"),
        ("team = 't3'", "p4", "p4"),
        ("team.id = 't3'", "p4", "p4"),
        ("author.teams.name ?= 'blue'", "p1 p2 p4 p6", "p1 p2 p4 p6"),
        ("team.name = ''", "p3", "p3"),
    ] {
        assert_eq!(world.ask(&by_client(filter)).as_deref(), Ok(everyone), "{filter}");
        let question = Question { superuser: true, ..by_client(filter) };
        assert_eq!(world.ask(&question).as_deref(), Ok(superuser), "{filter}");
    }
    let sorted = Question { sort: Some("team.name,n"), ..Question::default() };
    assert_eq!(world.ask(&sorted).as_deref(), Ok("p3 p2 p6 p1 p5"));
    assert_eq!(world.ask(&Question { superuser: true, ..sorted }).as_deref(), Ok("p3 p2 p6 p4 p1 p5"));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_of_several_joined_rows_must_be_listable_and_satisfy() {
    let world = World::open().await;
    let lists_teams = |filter| Question { collection: "users", ..by_client(filter) };
    assert_eq!(world.ask(&lists_teams("teams_via_lead.name ?= 'hidden'")).as_deref(), Ok(""));
    assert_eq!(world.ask(&lists_teams("teams_via_lead.name ?!= 'x'")).as_deref(), Ok("u1 u2"));
    assert_eq!(world.ask(&lists_teams("teams_via_lead.name = 'red' || age = 0")).as_deref(), Ok("u1"));
}

#[tokio::test(flavor = "multi_thread")]
async fn only_public_email_addresses_can_be_filtered_by() {
    let world = World::open().await;
    let users = |filter| Question { collection: "users", ..by_client(filter) };
    for (filter, everyone, superuser) in [
        ("email ~ 'example'", "u1 u3", "u1 u2 u3"),
        ("email = 'bob@example.com'", "", "u2"),
        ("email != ''", "u1 u3", "u1 u2 u3"),
        ("email:lower ~ 'bob'", "", "u2"),
        ("boss.email ~ 'a'", "u2", "u2 u3"),
        ("email ~ 'bob' || name = 'Bob'", "u2", "u2"),
        ("strftime('%Y', email) = ''", "u1 u3", "u1 u2 u3"),
        ("'bob@example.com' = email", "", "u2"),
        ("id = 'u1' && boss.email != 'x'", "", "u1"),
    ] {
        assert_eq!(world.ask(&users(filter)).as_deref(), Ok(everyone), "{filter}");
        assert_eq!(world.ask(&Question { superuser: true, ..users(filter) }).as_deref(), Ok(superuser), "{filter}");
    }
    let posts = "author.email ~ 'example'";
    assert_eq!(world.ask(&by_client(posts)).as_deref(), Ok("p1 p4 p5"));
    // all readers' addresses must match, and a hidden one does not
    assert_eq!(world.ask(&by_client("readers.email ~ 'example'")).as_deref(), Ok("p4 p6"));
    assert_eq!(world.ask(&by_client("readers.email ?~ 'bob'")).as_deref(), Ok(""));
    let sorted = Question { collection: "users", sort: Some("-email"), ..Question::default() };
    assert_eq!(world.ask(&sorted).as_deref(), Ok("u3 u2 u1"));
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_and_filter_both_hold_and_speak_of_rows_of_their_own() {
    let world = World::open().await;
    let both = Question { rule: Some("author = 'u1'"), ..by_client("n > 0 || n = 0") };
    assert_eq!(world.ask(&both).as_deref(), Ok("p1 p4"));
    let both = Question { rule: Some("n = 1"), ..by_client("n = 0") };
    assert_eq!(world.ask(&both).as_deref(), Ok(""));
    let both = Question { rule: Some("readers.id ?= 'u1'"), ..by_client("readers.id ?= 'u2'") };
    assert_eq!(world.ask(&both).as_deref(), Ok("p1 p5"));
    assert_eq!(
        world.ask(&Question { rule: Some(""), filter: Some(""), ..Question::default() }).as_deref(),
        Ok("p1 p2 p3 p4 p5 p6")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn limits_hold() {
    let world = World::open().await;
    let comparisons = |count: usize| vec!["n=1"; count].join("||");
    assert_eq!(world.ask(&by_client(&comparisons(200))).as_deref(), Ok("p1"));
    assert!(matches!(world.ask(&by_client(&comparisons(201))), Err(FilterError::Invalid(_))));
    let padded = |length: usize| format!("{:length$}", "n=1");
    assert_eq!(world.ask(&by_client(&padded(3500))).as_deref(), Ok("p1"));
    assert!(matches!(world.ask(&by_client(&padded(3501))), Err(FilterError::Invalid(_))));
    let long = padded(5000);
    assert_eq!(world.ask(&Question { rule: Some(&long), ..Question::default() }).as_deref(), Ok("p1"));
    for blank in [" ", "\n", "// nothing", " // nothing\n\t"] {
        assert!(matches!(world.ask(&by_client(blank)), Err(FilterError::Invalid(_))), "{blank:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rules_are_checked_when_they_are_saved() {
    let world = World::open().await;
    let posts = world.schema.by_name("posts").unwrap();
    let refused = |rule: &str| match check_rule(&world.schema, posts, rule) {
        Err(FilterError::Invalid(message)) => message,
        other => panic!("{rule}: {other:?}"),
    };
    assert_eq!(refused(" "), "empty filter expression");
    assert_eq!(refused("zz = 1"), "invalid left operand \"zz\" - unknown field \"zz\"");
    assert_eq!(refused("1 = zz"), "invalid right operand \"zz\" - unknown field \"zz\"");
    assert_eq!(refused(&vec!["n=1"; 201].join("&&")), "max filter expressions limit reached");
    for rule in
        ["", "note = 'x'", "@request.auth.team.name = 'x'", "@request.body.title:changed = true", "vault.key = 'a'"]
    {
        assert_eq!(check_rule(&world.schema, posts, rule), Ok(()), "{rule}");
    }
    for rule in [
        "title",
        "title =",
        "= 'x'",
        "title = 'x' and n = 1",
        "title == 'x'",
        "!(n = 1)",
        "n = 1 n = 2",
        "(n = 1) (n = 2)",
        "(n = 1) n = 2",
        "n = (1)",
        "(n) = 1",
        "n = 1 && (n = 2",
        "n = 1)",
        "()",
        "n = 1 &&",
        "|| n = 1",
        "n = 1 + 1",
        "n = nope()",
        "nope(1) = 1",
        "geoDistance(1, 2, 3) = 1",
        "geoDistance(1, 2, 3, 4, 5) = 1",
        "geoDistance('1', 2, 3, 4) = 1",
        "geoDistance(geoDistance(1,2,3,4), 2, 3, 4) = 1",
        "GeoDistance(1, 2, 3, 4) = 1",
        "geoDistance (1, 2, 3, 4) = 1",
        "geoDistance(1, 2, 3, 4,,) = 1",
        "strftime() = ''",
        "strftime(title) = ''",
        "strftime('%Y', strftime('%Y')) = ''",
        "strftime('%Y', day, day) = ''",
        "strftime('%Y', day, '', '', '', '', '', '', '', '', '') = ''",
        "title.more = 1",
        "author.nope = 1",
        "nope.title = 1",
        "nope_via_post.text = 1",
        "comments_via_nope.text = 1",
        "comments_via_text.text = 1",
        "users_via_boss.name = 1",
        "comments_via_post = 1",
        "author.profiles_via_user = 1",
        "author.boss.boss.boss.boss.boss.boss.name = 1",
        "title:nope = 1",
        "title:lower:lower = 'x'",
        "author:lower.name = 'x'",
        "data.a:lower = 'x'",
        "data..a = 1",
        "collectionId = 'x'",
        "collectionName = 'x'",
        "expand = 'x'",
        "@nope = 1",
        "@now:lower = 1",
        "#id = 1",
        "Title = 'x'",
        "@collection.nope.id = 1",
        "@collection.teams = 1",
        "@collection.teams.nope = 1",
        "@collection.teams: = 1",
        "@collection.teams:a = 1",
        "@collection.teams:.id = 1",
        "@collection.teams:a:b.id = 1",
    ] {
        refused(rule);
    }
}
