//! Many records and files, in a directory as PocketBase has made them since 0.23: 20,000 and 200 here, a million and
//! 10,000 in the soak.

use serde_json::json;

use super::{House, are_the_same, plain};

const RECORDS: u32 = 20_000;
const FILES: u32 = 200;

/// A directory with many records, of which some have files.
fn many() -> House {
    let house = House::real();
    house.add(
        "posts",
        json!([
            {"name": "title", "type": "text"},
            {"name": "views", "type": "number"},
            {"name": "due", "type": "date"},
            {"name": "tags", "type": "select", "values": ["a", "b", "c"], "maxSelect": 3},
            {"name": "owner", "type": "relation", "collectionId": "_pb_users_auth_", "maxSelect": 1},
            {"name": "cover", "type": "file", "maxSelect": 1},
            {"name": "data", "type": "json"}
        ]),
        ", `title` TEXT DEFAULT '' NOT NULL, `views` NUMERIC DEFAULT 0 NOT NULL, `due` TEXT DEFAULT '' NOT NULL,
         `tags` JSON DEFAULT '[]' NOT NULL, `owner` TEXT DEFAULT '' NOT NULL, `cover` TEXT DEFAULT '' NOT NULL,
         `data` JSON DEFAULT NULL",
        &format!(
            "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < {RECORDS})
             INSERT INTO posts SELECT printf('p%014d', n), 'title ' || n, n, '2024-01-02 03:04:05.678Z', '[\"a\",\"b\"]',
               '4q1xlclmfloku33', iif(n <= {FILES}, 'cover_' || n || '.txt', ''), '{{\"n\":' || n || '}}' FROM c"
        ),
    );
    for number in 1..=FILES {
        let folder = house.source().join(format!("storage/c_posts/p{number:014}"));
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(format!("cover_{number}.txt")), format!("cover {number}").repeat(100)).unwrap();
    }
    house
}

#[test]
fn many_records_and_files_come_as_they_are() {
    let house = many();
    house
        .import(&[])
        .went_well()
        .says("posts: 20,000 of 20,000 records")
        .says("files: 254 of 254 files")
        .never_says("posts.");
    let query =
        "SELECT group_concat(line, char(10)) FROM (SELECT rowid || '|' || id || '|' || title || '|' || views || '|' ||
                 due || '|' || tags || '|' || owner || '|' || cover || '|' || data AS line FROM posts ORDER BY rowid)";
    let source = crate::support::Database::open_file(&house.source().join("data.db"));
    let here = house.data();
    assert!(source.value(query) == here.value(query), "each row is what it was");
    // A table of this form is taken as it is, and not copied row by row.
    let made = "SELECT sql FROM sqlite_schema WHERE name = 'posts'";
    assert_eq!(source.value(made), here.value(made));
    are_the_same(&plain(&house.dir().join("storage")), &plain(&house.source().join("storage")));
    // The feed begins with the next change; what came is no news.
    assert_eq!(here.value("SELECT count(*) FROM _tb_changes"), "0");
    assert_eq!(here.value("SELECT count(*) FROM sqlite_schema WHERE name LIKE '\\_tb\\_c\\_posts%' ESCAPE '\\'"), "1");
}

#[cfg(target_os = "linux")]
#[test]
fn memory_does_not_grow_with_the_records() {
    let house = many();
    let arguments = ["import", "pocketbase", "pb_data", "--dir", "data"].map(str::to_owned);
    let mut import = crate::support::Process::spawn(house.root(), &arguments, &[]);
    let mut peak = 0;
    while import.is_running() {
        if let Ok(status) = std::fs::read_to_string(format!("/proc/{}/status", import.id())) {
            let held = status.lines().find(|line| line.starts_with("RssAnon:"));
            let held = held.and_then(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok());
            peak = peak.max(held.unwrap_or(0));
        }
        std::thread::yield_now();
    }
    assert!(peak < 128 << 10, "{peak} KiB");
}
