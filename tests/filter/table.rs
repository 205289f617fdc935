//! Expressions and what they find, for every engine. `all` stands for every row, `-` for none.

use super::world::{Question, World};

const ALL: &str = "p1 p2 p3 p4 p5 p6";

async fn finds(table: &[(&str, &str)]) {
    let world = World::open().await;
    let mut wrong = Vec::new();
    for &(rule, expected) in table {
        let expected = match expected {
            "all" => ALL,
            "-" => "",
            ids => ids,
        };
        let found = world.ask(&Question { rule: Some(rule), ..Question::default() });
        if found.as_deref() != Ok(expected) {
            wrong.push(format!("{rule}\n  expected {expected:?}\n  found    {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn operators_compare_as_the_contract_says() {
    finds(&[
        ("title = 'Alpha'", "p1"),
        ("title = 'alpha'", "-"),
        ("'Alpha' = title", "p1"),
        ("title != 'Alpha'", "p2 p3 p4 p5 p6"),
        ("title = ''", "p4"),
        ("title = null", "p4"),
        ("title != ''", "p1 p2 p3 p5 p6"),
        ("title != null", "p1 p2 p3 p5 p6"),
        ("n = 2.5", "p2"),
        ("n = 01", "p1"),
        ("n = '100'", "p6"),
        ("n = -3", "p3"),
        ("n != 0", "p1 p2 p3 p5 p6"),
        ("n = ''", "-"),
        ("n = null", "-"),
        ("n != ''", "all"),
        ("n > 2", "p2 p5 p6"),
        ("n >= 2.5", "p2 p5 p6"),
        ("n < 1", "p3 p4"),
        ("n <= 1", "p1 p3 p4"),
        ("2 < n", "p2 p5 p6"),
        ("n > '2'", "p2 p5 p6"),
        ("title = 123", "-"),
        ("title = '123'", "p6"),
        ("title > 'a'", "p2 p5"),
        ("title > 5", "p1 p2 p3 p5"),
        ("active = true", "p1 p3 p5"),
        ("active = TRUE", "p1 p3 p5"),
        ("active = false", "p2 p4 p6"),
        ("active = 1", "p1 p3 p5"),
        ("active = 'true'", "-"),
        ("active != true", "p2 p4 p6"),
        ("active = null", "-"),
        ("day >= '2024-01-01'", "p1 p2 p5 p6"),
        ("day < '2024'", "p3 p4"),
        ("day = ''", "p3"),
        ("day > ''", "p1 p2 p4 p5 p6"),
        ("day = \"2024-02-10 00:00:00.000Z\"", "p2"),
        ("kind = 'news'", "p1 p4 p6"),
        ("kind != 'news'", "p2 p3 p5"),
        ("kind = ''", "p3"),
        ("n > null", "-"),
        ("n < active", "p3"),
        ("n = active", "p1 p4"),
        ("title = kind", "-"),
        ("title != kind", "all"),
        ("title ?= 'Alpha'", "p1"),
        ("n ?> 100", "p5"),
        ("id = 'p3'", "p3"),
        ("id > 'p3' && id <= 'p5'", "p4 p5"),
        ("tags = '[\"a\"]'", "p2"),
        ("tags = '[]'", "p3"),
        ("tags ~ 'a'", "p1 p2 p5"),
        ("tags != '[]'", "p1 p2 p4 p5 p6"),
        ("readers = '[\"u2\"]'", "p2"),
    ])
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn known_values_compare_with_each_other() {
    finds(&[
        ("1 = 1", "all"),
        ("1 = 2", "-"),
        ("'' = null", "all"),
        ("null = null", "all"),
        ("'' != null", "-"),
        ("'a' != null", "all"),
        ("'a' = 'A'", "-"),
        ("1 = '1'", "-"),
        ("0 = ''", "-"),
        ("0 = false", "all"),
        ("true = 1", "all"),
        ("2 > 1", "all"),
        ("'b' < 'a'", "-"),
        ("null > 1", "-"),
        ("'abc' ~ 'B'", "all"),
        ("'abc' !~ 'b'", "-"),
        ("'x' ~ title", "p4"),
        ("'Alphabet' ~ title", "p1 p4"),
    ])
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn patterns_match_as_the_contract_says() {
    finds(&[
        ("title ~ 'alp'", "p1"),
        ("title ~ 'A'", "p1 p2 p3"),
        ("title ~ 'alp%'", "p1"),
        ("title ~ '%a'", "p1 p2"),
        ("title ~ 'b_ta%'", "p2"),
        ("title ~ '_'", "p5"),
        ("title ~ 'r_s'", "p5"),
        ("title ~ 'm_a'", "-"),
        (r"title ~ '50\%'", "p3"),
        (r"title ~ '\%'", "p3"),
        ("title ~ '%'", "all"),
        ("title ~ ''", "all"),
        ("title ~ null", "-"),
        ("title !~ null", "-"),
        ("title !~ 'a'", "p4 p5 p6"),
        ("title !~ ''", "-"),
        ("title ~ 2", "p6"),
        ("n ~ 2", "p2 p5"),
        ("n ~ 2.5", "p2"),
        ("active ~ true", "p1 p3 p5"),
        ("author.name ~ ''", "p1 p2 p4 p5 p6"),
        ("author.name !~ 'x'", "p1 p2 p4 p5 p6"),
        ("title ?~ 'alp'", "p1"),
        ("'xp3y' ~ id", "p3"),
    ])
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn joins_bind_and_brackets_group() {
    finds(&[
        ("n = 1 || n = 0 && active = true", "p1"),
        ("(n = 1 || n = 0) && active = true", "p1"),
        ("n = 0 || n = 1 && active = true", "p1 p4"),
        ("(n = 0 || n = 1) && (active = false || title = 'Alpha')", "p1 p4"),
        ("((n = 1))", "p1"),
        ("n=1||n=0", "p1 p4"),
        ("n = 1 // the first\n|| n = 0", "p1 p4"),
        ("(n = 1 // )\n)", "p1"),
        ("title = \"Alpha\"", "p1"),
        (r#"title = "\u0041lpha""#, "p1"),
        ("title = 'a\\'b' || n = 1", "p1"),
        ("\tn\r\n=\n1 ", "p1"),
        ("true = true && n = 1", "p1"),
    ])
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn single_relations_are_followed() {
    finds(&[
        ("author = 'u1'", "p1 p4"),
        ("author.id = 'u1'", "p1 p4"),
        ("author != 'u1'", "p2 p3 p5 p6"),
        ("author = ''", "p3"),
        ("author.name = 'Ann'", "p1 p4"),
        ("author.name != 'Ann'", "p2 p3 p5 p6"),
        ("author.name = ''", "p3 p5"),
        ("author.name = null", "p3 p5"),
        ("author.name != ''", "p1 p2 p4 p6"),
        ("author.age > 35", "p2 p6"),
        ("author.age = 0", "p5"),
        ("author.age != 0", "p1 p2 p3 p4 p6"),
        ("author.boss.name = 'Ann'", "p2 p6"),
        ("author.boss.boss = 'u1'", "p5"),
        ("author.verified = true", "p1 p4 p5"),
        ("parent.parent.title = 'Alpha'", "p4"),
        ("parent.title = ''", "p1 p5"),
        ("parent = 'gone'", "p5"),
        ("parent.id = 'gone'", "p5"),
        ("parent.author = author", "-"),
        ("parent.author.name = author.boss.name", "p1 p2"),
        ("title = author.name", "-"),
        ("author.tokenKey = 'k1'", "p1 p4"),
        ("note = 'psst'", "p1"),
        ("author.email = 'bob@example.com'", "p2 p6"),
        ("team.lead.boss.name = 'Ann'", "p2 p6"),
        ("parent.parent.parent.parent.parent.parent.id = ''", "all"),
        ("author.name = 'Ann' && author.age = 30", "p1 p4"),
        ("author.name = 'Ann' || n = 100", "p1 p4 p6"),
    ])
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn several_rows_match_all_or_any() {
    finds(&[
        ("readers.name = 'Bob'", "p2"),
        ("readers.name ?= 'Bob'", "p1 p2 p5"),
        ("readers.name != 'Bob'", "p3 p4 p6"),
        ("readers.name ?!= 'Bob'", "p1 p3 p4 p5 p6"),
        ("readers.name = ''", "p3 p4"),
        ("readers.name ?= ''", "p3 p4 p5 p6"),
        ("readers.name != ''", "p1 p2"),
        ("readers.name ?!= ''", "p1 p2 p5 p6"),
        ("readers.age > 20", "p1 p2 p6"),
        ("readers.age ?> 40", "p1 p2 p5"),
        ("readers.age >= 0", "p1 p2 p4 p5 p6"),
        ("readers.id = 'u2'", "p2"),
        ("readers.id ?= 'u1'", "p1 p5 p6"),
        ("readers.name ~ 'n'", "p6"),
        ("readers.name ?~ 'nn'", "p1 p5 p6"),
        ("readers.name !~ 'x'", "p1 p2 p4 p5 p6"),
        ("readers.name ?= 'Ann' && readers.age ?= 30", "p1 p5 p6"),
        ("readers.name ?= 'Ann' && readers.age ?= 41", "-"),
        ("(readers.name ?= 'Ann' && n > 5) && readers.age ?= 30", "p5 p6"),
        ("readers.name ?= 'Ann' || readers.age ?= 41", "p1 p2 p5 p6"),
        ("(readers.name ?= 'Ann' || n = 0) && readers.age ?= 30", "p1 p5 p6"),
        ("readers.name ?= 'Ann' && readers.verified = true", "p6"),
        ("readers.boss.name ?= 'Ann'", "p1 p2 p5"),
        ("readers.boss.name = 'Ann'", "p1 p2"),
        ("readers.teams.name ?= 'blue'", "p1 p2 p5 p6"),
        ("readers.teams.name = 'blue'", "p2"),
        ("readers.teams.name ?= 'red' && readers.name ?= 'Bob'", "-"),
        ("readers.teams.name ?= 'red' && readers.teams.lead ?= 'u1' && readers.name ?= 'Ann'", "p1 p5 p6"),
        ("readers.name ?= author.name", "p1 p2 p3 p5"),
        ("readers.name = author.name", "p2 p3"),
        ("readers.boss ?= author", "p1 p3"),
        ("author.teams.name ?= 'red'", "p1 p4"),
        ("author.teams.name = 'blue'", "p2 p6"),
        ("author.teams.name != 'red'", "p2 p3 p5 p6"),
        ("readers.name = readers.name", "p2 p3 p4"),
        ("readers.name ?= readers.name", "all"),
        ("readers.teams.name ?= author.teams.name", "p1 p2 p3 p5 p6"),
        ("readers.teams.name = author.teams.name", "p2 p3"),
        ("author.name = 'Ann' && readers.name ?= 'Ann' && tags:each ?= 'a'", "p1"),
    ])
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn back_relations_are_followed() {
    finds(&[
        ("comments_via_post.text ?= 'good'", "p1 p2"),
        ("comments_via_post.text = 'good'", "p2"),
        ("comments_via_post.text != 'good'", "p3 p4 p5 p6"),
        ("comments_via_post.votes > 0", "p1 p2"),
        ("comments_via_post.votes >= 5", "p2"),
        ("comments_via_post.id = ''", "p3 p5 p6"),
        ("comments_via_post.id != ''", "p1 p2 p4"),
        ("COMMENTS_via_post.text ?= 'bad'", "p1"),
        ("comments_id_via_post.text ?= 'bad'", "p1"),
        ("comments_via_post.text ?= 'good' && comments_via_post.votes ?= 1", "-"),
        ("comments_via_post.text ?= 'good' && comments_via_post.votes ?= 5", "p1"),
        ("comments_via_about.text ?= 'good'", "p1 p2"),
        ("comments_via_about.text = 'good'", "p1"),
        ("comments_via_about.id = 'c4'", "p5"),
        ("posts_via_parent.title ?= 'beta'", "p1"),
        ("posts_via_parent.posts_via_parent.title ?= ''", "all"),
        ("posts_via_parent.posts_via_parent.id ?= 'p4'", "p1"),
        ("author.posts_via_author.n ?= 100", "p2 p6"),
        ("author.posts_via_author.n > 0", "p2 p5 p6"),
        ("author.profiles_via_user.label = 'Countess'", "p1 p4"),
        ("author.profiles_via_user.label = ''", "p3 p5"),
        ("comments_via_post.post.title ?= 'beta'", "p2"),
        ("comments_via_post.about.title ?= 'beta'", "p1"),
        ("comments_via_post.about:length > 1", "-"),
        ("comments_via_post.about:length ?> 1", "p1"),
        ("vaults_via_post.key = 'open sesame'", "p1"),
    ])
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn other_collections_are_asked() {
    finds(&[
        ("@collection.teams.name ?= 'red'", "all"),
        ("@collection.teams.name = 'red'", "-"),
        ("@collection.teams.name != 'green'", "all"),
        ("@collection.TEAMS.id ?= team", "p1 p2 p4 p5 p6"),
        ("@collection.teams_id.id ?= team && @collection.teams_id.lead ?= author", "p1 p2 p6"),
        ("@collection.users.id ?= author && @collection.users.age ?> 35", "p2 p6"),
        ("@collection.users.id ?= author && @collection.users:other.age ?> 35", "p1 p2 p4 p5 p6"),
        ("@collection.users:a.name ?= 'Ann' && @collection.users:b.name ?= 'Bob'", "all"),
        ("@collection.users.name ?= 'Ann' && @collection.users.name ?= 'Bob'", "-"),
        ("@collection.users.name ?= 'Ann' || @collection.users.name ?= 'Zoe'", "all"),
        ("@collection.posts.parent ?= id", "p1 p2 p5"),
        ("@collection.posts.parent ?= id && @collection.posts.n ?> 50", "p5"),
        ("@collection.comments.post ?= id && @collection.comments.about.title ?= 'beta'", "p1"),
        ("@collection.comments.post.title ?= title", "p1 p2 p4"),
        ("@collection.users.teams:length ?= 2 && n = 1", "p1"),
    ])
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn json_is_looked_into() {
    finds(&[
        ("data.a.b.0 = 10", "p1"),
        ("data.a.b.1 > 15", "p1"),
        ("data.a.b.9 = null", "all"),
        ("data.a.b = '[10,20]'", "p1"),
        ("data.n = 5", "p1"),
        ("data.n = '5'", "-"),
        ("data.s = 'text'", "p1"),
        ("data.s ~ 'EX'", "p1"),
        ("data.s != 'text'", "p2 p3 p4 p5 p6"),
        ("data.t = true", "p1"),
        ("data.z = null", "all"),
        ("data.missing = ''", "-"),
        ("data.1 = 2", "p4"),
        ("data = 'plain'", "p2"),
        ("data = ''", "p6"),
        ("data = null", "p3"),
        ("data != null", "p1 p2 p4 p5 p6"),
        ("data = 5", "p5"),
        ("data = '5'", "-"),
        ("data > 4", "p1 p2 p4 p5 p6"),
        ("data = '[1,2,3]'", "p4"),
        ("data:lower = 'plain'", "p2"),
        ("place.lat > 50", "p2"),
        ("place.lon = 8.54", "p1"),
        ("place.lon = 0", "p3 p4 p5 p6"),
        ("place.nope = null", "all"),
        ("parent.data.n = 5", "p2 p3"),
        ("parent.data = null", "p1 p5"),
        ("posts_via_parent.data ?= 5", "-"),
        ("posts_via_parent.data.0 ?= 1", "p2"),
        ("data.n = n", "-"),
        ("data = n", "-"),
    ])
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn modifiers_change_what_is_compared() {
    finds(&[
        ("tags:length = 2", "p1 p4"),
        ("tags:length > 1", "p1 p4 p5"),
        ("tags:length = 0", "p3"),
        ("tags:length = '2'", "-"),
        ("tags:length = ''", "-"),
        ("kind:length = 1", "p1 p2 p4 p5 p6"),
        ("author:length = 0", "p3"),
        ("readers:length >= 2", "p1 p5 p6"),
        ("parent.tags:length = 2", "p2 p3"),
        ("parent.tags:length = 0", "p1 p5"),
        ("readers.teams:length = 1", "p2"),
        ("readers.teams:length ?= 2", "p1 p5 p6"),
        ("title:length = 'Alpha'", "p1"),
        ("n:length = 1", "p1"),
        ("tags:each = 'a'", "p2"),
        ("tags:each ?= 'a'", "p1 p2 p5"),
        ("tags:each != 'a'", "p3 p4 p6"),
        ("tags:each ?!= 'a'", "p1 p3 p4 p5 p6"),
        ("tags:each = ''", "p3"),
        ("tags:each != ''", "p1 p2 p4 p5 p6"),
        ("tags:each ~ 'b'", "-"),
        ("tags:each ?~ 'b'", "p1 p4 p5"),
        ("tags:each > 'a'", "p4 p6"),
        ("kind:each = 'news'", "p1 p4 p6"),
        ("parent.tags:each ?= 'b'", "p2 p3 p6"),
        ("parent.tags:each = 'a'", "p4"),
        ("posts_via_parent.tags:each ?= 'c'", "p2 p5"),
        ("readers:each ?= 'gone'", "p6"),
        ("readers:each = 'u2'", "p2"),
        ("readers:each ?= author", "p1 p2 p3 p5"),
        ("title:each = 'Alpha'", "p1"),
        ("title:lower = 'alpha'", "p1"),
        ("title:lower != 'alpha'", "p2 p3 p4 p5 p6"),
        ("author.name:lower = 'ann'", "p1 p4"),
        ("readers.name:lower ?= 'bob'", "p1 p2 p5"),
        ("title:isset = 'Alpha'", "p1"),
        ("title:changed = 'Alpha'", "p1"),
        ("author:lower = 'u1'", "p1 p4"),
        ("author.id:lower = 'u1'", "p1 p4"),
        ("team.name:lower = title:lower", "-"),
    ])
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn macros_stand_for_moments() {
    finds(&[
        ("day < @now", "all"),
        ("day > @yearEnd", "-"),
        ("@now >= @todayStart && @now <= @todayEnd", "all"),
        ("@monthStart <= @todayStart && @monthEnd >= @todayEnd", "all"),
        ("@yearStart <= @monthStart && @yearEnd >= @monthEnd", "all"),
        ("@yesterday < @now && @tomorrow > @now", "all"),
        ("@year > 2020", "all"),
        ("@year = '2026'", "-"),
        ("@month >= 1 && @month <= 12 && @day >= 1 && @hour >= 0 && @minute >= 0 && @second >= 0", "all"),
        ("@weekday >= 0 && @weekday <= 6", "all"),
        ("@now != ''", "all"),
        ("n = @year", "-"),
        ("@now ~ '-'", "all"),
    ])
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn functions_compute() {
    finds(&[
        ("geoDistance(place.lon, place.lat, 8.54, 47.37) < 1", "p1"),
        ("geoDistance(place.lon, place.lat, 8.54, 47.37) < 1000", "p1 p2"),
        ("geoDistance(13.4, 52.52, 8.54, 47.37) > 669 && geoDistance(13.4, 52.52, 8.54, 47.37) < 672", "all"),
        ("600 < geoDistance(place.lon, place.lat, 8.54, 47.37,) && n = 2.5", "p2"),
        ("geoDistance(title, n, 1, 1) > 0", "p6"),
        ("geoDistance(title, n, 1, 1) = null", "p1 p2 p3 p4 p5"),
        ("geoDistance(n, 0, true, 0) = 0", "p1"),
        ("geoDistance(parent.place.lon, parent.place.lat, place.lon, place.lat) < 1", "p6"),
        ("geoDistance(posts_via_parent.place.lon, posts_via_parent.place.lat, 13.4, 52.52) < 1", "p1"),
        ("strftime('%Y', day) = '2024'", "p1 p2 p5"),
        ("strftime('%Y', day) = 2024", "-"),
        ("strftime('%Y-%m', day) = '2024-02'", "p2 p5"),
        ("strftime('%d', day, '+1 day') = '01'", "p4 p5"),
        ("strftime('%Y', day) = ''", "p3"),
        ("strftime('%Y', day) != ''", "p1 p2 p4 p5 p6"),
        ("strftime('%Y', title) = null", "p1 p2 p3 p4 p5"),
        ("strftime('%Y', null) = ''", "all"),
        ("strftime('%Y', '2024-05-05') = '2024'", "all"),
        ("strftime('%Y') >= '2024'", "all"),
        ("strftime('%Y', @now) >= '2024'", "all"),
        ("strftime('%Y', day) = strftime('%Y', parent.day)", "p2"),
        ("strftime('%Y', posts_via_parent.day) = '2024'", "p1"),
        ("strftime('%Y', posts_via_parent.day) ?= '2024'", "p1"),
        ("strftime('%m', readers.name) = ''", "all"),
        ("strftime('%', day,) = 'x'", "-"),
        ("strftime('%Y', day) ~ '24'", "p1 p2 p5"),
    ])
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_null_of_a_view_is_the_empty_value() {
    // | | title | n | kind | tags | author | count | word |
    // | c1 | Alpha | 1 | news | a b | u1 | 5 | w5 |
    // | c2 | Alpha | 1 | news | a b | u1 | NULL | NULL |
    // | c3 | beta | 2.5 | blog | a | u2 | 9 | w9 |
    // | c4 | NULL | NULL | NULL | NULL | NULL | 0 | w0 |
    let world = World::open().await;
    for (rule, expected) in [
        ("title = ''", "c4"),
        ("title = null", "c4"),
        ("title != ''", "c1 c2 c3"),
        ("title != null", "c1 c2 c3"),
        ("title != 'Alpha'", "c3 c4"),
        ("title = 'Alpha'", "c1 c2"),
        ("'Alpha' != title", "c3 c4"),
        ("title ?= ''", "c4"),
        ("title:lower = ''", "c4"),
        ("title:lower != 'alpha'", "c3 c4"),
        ("title = word", ""),
        ("title != word", "c1 c2 c3 c4"),
        ("kind = title", "c4"),
        ("kind != title", "c1 c2 c3"),
        ("n = ''", "c4"),
        ("n != ''", "c1 c2 c3"),
        ("n = 1", "c1 c2"),
        ("n != 1", "c3 c4"),
        ("n = '1'", "c1 c2"),
        ("n > 0", "c1 c2 c3"),
        ("n <= 0", ""),
        ("active = true", "c1 c2"),
        ("active != true", "c3 c4"),
        ("kind != 'news'", "c3 c4"),
        ("tags:length = 0", "c4"),
        ("tags:each ?= 'a'", "c1 c2 c3"),
        ("tags:each ?= 'b'", "c1 c2"),
        ("author = ''", "c4"),
        ("author.name = ''", "c4"),
        ("author.name = 'Ann'", "c1 c2"),
        ("author.name != 'Ann'", "c3 c4"),
        ("author.boss.name = 'Ann'", "c3"),
        ("data.n = 5", "c1 c2"),
        ("data = null", "c4"),
        ("count = ''", "c2"),
        ("count != ''", "c1 c3 c4"),
        ("count != 5", "c2 c3 c4"),
        ("count = '5'", "c1"),
        ("count > '4'", "c1 c3"),
        ("count = n", ""),
        ("count != n", "c1 c2 c3 c4"),
        ("word = ''", "c2"),
        ("word = 'w9'", "c3"),
        ("word != 'w9'", "c1 c2 c4"),
        ("title = '' || count = ''", "c2 c4"),
        ("title = '' && count = 0", "c4"),
    ] {
        let found = world.ask(&Question { collection: "boards", rule: Some(rule), ..Question::default() });
        assert_eq!(found.as_deref(), Ok(expected), "{rule}");
    }
    let reached = |rule| world.ask(&Question { collection: "users", rule: Some(rule), ..Question::default() });
    assert_eq!(reached("boards_via_author.title ?= 'beta'").as_deref(), Ok("u2"));
    assert_eq!(reached("boards_via_author.count ?= ''").as_deref(), Ok("u1 u3"));
    for (sort, expected) in [("@rowid,-id", "c4 c3 c2 c1"), ("-n,id", "c3 c1 c2 c4"), ("title,-id", "c4 c2 c1 c3")] {
        let question = Question { collection: "boards", sort: Some(sort), superuser: true, ..Question::default() };
        assert_eq!(world.ask(&question).as_deref(), Ok(expected), "{sort}");
    }
}
