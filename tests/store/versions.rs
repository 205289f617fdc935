//! Versions of tables and their numbers of rows: what caches stand on.

use rusqlite::Connection;
use tuckbox::error::Error;
use tuckbox::store::{Sql, Stamp, Store, Value, WriteLane};

use super::{Database, insert, number, options};

const COUNT: &str = "SELECT count(*) FROM notes";

impl Database {
    fn stamp(&self, table: &str) -> Stamp {
        self.store.versions(&[table])
    }

    async fn define(&self, text: &'static str) {
        self.store.write(WriteLane::Exclusive, move |tx| tx.define(text)).await.unwrap();
    }

    async fn run(&self, text: &'static str) {
        self.write(move |tx| tx.execute(text)).await.unwrap();
    }

    fn count(&self, table: &str) -> u64 {
        let text = format!("SELECT count(*) FROM {table}");
        self.store.read_here(|tx| number(tx, &text)).unwrap() as u64
    }

    /// Counts a table as a list does, so that the number of its rows is kept from then on.
    fn learn(&self, table: &str) {
        learn(&self.store, table);
    }

    /// The known number of rows is the true one.
    #[track_caller]
    fn knows(&self, table: &str) {
        assert_eq!(self.store.rows(table), Some(self.count(table)));
    }

    /// The number of rows is the true one, or nobody claims to know it.
    #[track_caller]
    fn does_not_err(&self, table: &str) {
        assert!(self.store.rows(table).is_none_or(|rows| rows == self.count(table)), "{:?}", self.store.rows(table));
    }
}

fn learn(store: &Store, table: &str) {
    let text = format!("SELECT count(*) FROM {table}");
    let read = store.read_here(|tx| {
        let counting = store.counting(tx, table)?;
        let count = number(tx, &text)?;
        if let Some(counting) = counting {
            counting.learned(count as u64);
        }
        Ok(())
    });
    read.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_rises_with_every_write_of_its_table_and_with_no_other() {
    let db = Database::new().await;
    db.define("CREATE TABLE others (id TEXT PRIMARY KEY)").await;
    for text in [
        "INSERT INTO notes (id, text) VALUES ('a', 'x'), ('b', 'y')",
        "UPDATE notes SET text = 'z' WHERE id = 'a'",
        "INSERT INTO notes (id, text) VALUES ('a', 'w') ON CONFLICT DO UPDATE SET text = excluded.text",
        "REPLACE INTO notes (id, text) VALUES ('a', 'v')",
        "DELETE FROM notes WHERE id = 'b'",
        "DELETE FROM notes",
        "insert into NOTES (id) values ('c')",
    ] {
        let (before, same) = (db.stamp("notes"), db.stamp("Notes"));
        db.run(text).await;
        assert_ne!(db.stamp("notes"), before, "{text}");
        assert_ne!(db.stamp("Notes"), same, "{text}");
    }
    let before = db.stamp("notes");
    db.run("INSERT INTO others (id) VALUES ('a')").await;
    db.run("UPDATE notes SET text = '' WHERE id = 'nobody'").await;
    let failed: Result<(), Error> = db
        .write(|tx| {
            insert(tx, "undone")?;
            Err(Error::bad_request(""))
        })
        .await;
    assert!(failed.is_err());
    db.ids();
    assert_eq!(db.stamp("notes"), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_acknowledged_write_has_raised_the_version() {
    let db = Database::new().await;
    let tasks: Vec<_> = (0..8)
        .map(|task| {
            let store = db.store.clone();
            tokio::spawn(async move {
                for round in 0..40 {
                    let before = store.versions(&["notes"]);
                    let id = format!("{task}-{round}");
                    store.write(WriteLane::Grouped, move |tx| insert(tx, &id)).await.unwrap();
                    assert_ne!(store.versions(&["notes"]), before);
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_number_of_rows_survives_a_storm_of_writes() {
    let db = Database::new().await;
    db.run("INSERT INTO notes (id) VALUES ('first')").await;
    db.learn("notes");
    db.knows("notes");
    let release = db.occupy();
    let tasks: Vec<_> = (0..120_usize)
        .map(|at| {
            let store = db.store.clone();
            tokio::spawn(async move {
                let write = store.write(WriteLane::Grouped, move |tx| {
                    insert(tx, &format!("n{at}"))?;
                    match at % 6 {
                        // breaks a rule of the table after its first row
                        0 => drop(
                            tx.execute("INSERT INTO notes (id) SELECT value FROM json_each('[\"x\", \"first\"]')")?,
                        ),
                        1 => return Err(Error::bad_request("on purpose")),
                        2 => {
                            let undone = tx.savepoint(|tx| {
                                insert(tx, &format!("nested{at}"))?;
                                tx.execute("DELETE FROM notes WHERE id = 'first'")?;
                                Err::<(), _>(Error::bad_request("on purpose"))
                            });
                            assert!(undone.is_err());
                            insert(tx, &format!("after{at}"))?;
                        }
                        3 => tx.savepoint(|tx| insert(tx, &format!("kept{at}")).map(drop))?,
                        4 => drop(tx.execute(("DELETE FROM notes WHERE id = ?", &[Value::from(format!("n{at}"))]))?),
                        _ => panic!("on purpose"),
                    }
                    Ok(())
                });
                write.await.is_ok()
            })
        })
        .collect();
    drop(release);
    let mut well = 0;
    for task in tasks {
        well += usize::from(task.await.unwrap());
    }
    assert_eq!(well, 60);
    assert_eq!(db.count("notes"), 1 + 20 * 2 + 20 * 2);
    db.knows("notes");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_transaction_counts_once() {
    let db = Database::new().await;
    db.define("CREATE TABLE uniques (id TEXT UNIQUE, fails INT CHECK (fails = 0) )").await;
    db.learn("uniques");
    let release = db.occupy();
    let tasks: Vec<_> = (0..20)
        .map(|at| {
            let store = db.store.clone();
            tokio::spawn(async move {
                let text = if at == 10 {
                    "INSERT OR ROLLBACK INTO uniques (id, fails) VALUES (hex(randomblob(8)), 1)"
                } else {
                    "INSERT INTO uniques (id, fails) VALUES (hex(randomblob(8)), 0)"
                };
                store.write(WriteLane::Grouped, move |tx| tx.execute(text)).await.is_ok()
            })
        })
        .collect();
    drop(release);
    let mut well = 0;
    for task in tasks {
        well += u64::from(task.await.unwrap());
    }
    assert_eq!((well, db.count("uniques")), (19, 19));
    db.knows("uniques");
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_go_with_others_are_counted() {
    let db = Database::new().await;
    db.define(
        "CREATE TABLE parents (id INTEGER PRIMARY KEY);
         CREATE TABLE children (id INTEGER PRIMARY KEY, parent INT REFERENCES parents ON DELETE CASCADE)",
    )
    .await;
    db.run("INSERT INTO parents (id) VALUES (1), (2)").await;
    db.run("INSERT INTO children (parent) VALUES (1), (1), (2)").await;
    db.learn("parents");
    db.learn("children");
    let before = db.stamp("children");
    db.run("DELETE FROM parents WHERE id = 1").await;
    assert_ne!(db.stamp("children"), before);
    assert_eq!((db.count("parents"), db.count("children")), (1, 1));
    db.knows("parents");
    db.knows("children");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_engine_does_not_tell_is_counted_anew() {
    let db = Database::new().await;
    for text in [
        "REPLACE INTO notes (id, text) VALUES ('a', 'x'), ('b', 'y')",
        "insert or replace into notes (id, text) values ('a', 'z')",
        "UPDATE OR REPLACE notes SET id = 'a'",
        "WITH one AS (SELECT 'a' AS id) REPLACE INTO notes (id) SELECT id FROM one",
        "INSERT OR FAIL INTO notes (id) VALUES ('c'), ('d')",
        "DELETE FROM notes",
    ] {
        db.run("INSERT INTO notes (id) VALUES ('m'), ('n'), ('o')").await;
        db.learn("notes");
        db.knows("notes");
        db.run(text).await;
        db.does_not_err("notes");
        db.run("DELETE FROM notes").await;
    }
    // The statement fails, and its first row stays.
    db.run("INSERT INTO notes (id) VALUES ('taken')").await;
    db.learn("notes");
    let kept = db
        .write(|tx| {
            assert!(tx.execute("INSERT OR FAIL INTO notes (id) VALUES ('stays'), ('taken')").is_err());
            Ok(())
        })
        .await;
    kept.unwrap();
    assert_eq!(db.ids(), ["stays", "taken"]);
    db.does_not_err("notes");
}

#[tokio::test(flavor = "multi_thread")]
async fn savepoints_made_by_hand_mislead_nobody() {
    let db = Database::new().await;
    db.learn("notes");
    let write = db.write(|tx| {
        insert(tx, "kept")?;
        tx.execute("SAVEPOINT mine")?;
        insert(tx, "undone")?;
        tx.execute("ROLLBACK TO mine")?;
        tx.execute("RELEASE mine")
    });
    write.await.unwrap();
    assert_eq!(db.ids(), ["kept"]);
    db.does_not_err("notes");
    db.learn("notes");
    db.knows("notes");
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_without_row_ids_have_versions_and_no_known_number_of_rows() {
    let db = Database::new().await;
    db.define("CREATE TABLE keyed (id TEXT PRIMARY KEY) WITHOUT ROWID").await;
    db.learn("keyed");
    let before = db.stamp("keyed");
    db.run("INSERT INTO keyed (id) VALUES ('a')").await;
    assert_ne!(db.stamp("keyed"), before);
    db.does_not_err("keyed");
}

#[tokio::test(flavor = "multi_thread")]
async fn triggers_and_views_have_no_known_number_of_rows() {
    let db = Database::new().await;
    db.define("CREATE VIEW mine AS SELECT * FROM notes").await;
    db.learn("mine");
    assert_eq!(db.store.rows("mine"), None);
    db.define(
        "CREATE TABLE log (id TEXT PRIMARY KEY ON CONFLICT REPLACE);
         CREATE TRIGGER logged AFTER INSERT ON notes BEGIN INSERT INTO log VALUES ('only'); END",
    )
    .await;
    db.learn("notes");
    db.learn("log");
    let before = db.stamp("log");
    db.run("INSERT INTO notes (id) VALUES ('a'), ('b')").await;
    assert_ne!(db.stamp("log"), before);
    assert_eq!((db.store.rows("notes"), db.store.rows("log")), (None, None));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_tables_raises_everything_and_rows_are_counted_anew() {
    let db = Database::new().await;
    db.run("INSERT INTO notes (id) VALUES ('a')").await;
    db.learn("notes");
    let before = db.stamp("notes");
    db.define("ALTER TABLE notes RENAME TO old; CREATE TABLE notes (id TEXT PRIMARY KEY, text TEXT, owner TEXT)").await;
    assert_ne!(db.stamp("notes"), before);
    db.does_not_err("notes");
    db.learn("notes");
    db.learn("old");
    db.run("INSERT INTO notes (id) VALUES ('b'), ('c')").await;
    db.knows("notes");
    db.knows("old");
}

#[tokio::test(flavor = "multi_thread")]
async fn writes_of_other_processes_are_noticed() {
    let db = Database::new().await;
    db.run("INSERT INTO notes (id) VALUES ('a')").await;
    db.learn("notes");
    let before = db.stamp("notes");
    let other = Connection::open(db.dir.path().join("data.db")).unwrap();
    other.execute("INSERT INTO notes (id) VALUES ('theirs'), ('too')", []).unwrap();
    db.run("INSERT INTO notes (id) VALUES ('ours')").await;
    assert_ne!(db.stamp("notes"), before);
    db.does_not_err("notes");
    db.learn("notes");
    db.run("DELETE FROM notes WHERE id = 'theirs'").await;
    db.knows("notes");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_number_of_rows_is_counted_anew_after_a_restart() {
    let db = Database::new().await;
    db.run("INSERT INTO notes (id) VALUES ('a')").await;
    db.learn("notes");
    db.store.close().await;
    let again = Store::open(&options(&db.dir)).unwrap();
    assert_eq!(again.rows("notes"), None);
    learn(&again, "notes");
    again.write(WriteLane::Grouped, |tx| insert(tx, "b")).await.unwrap();
    assert_eq!(again.rows("notes"), Some(2));
}

#[tokio::test(flavor = "multi_thread")]
async fn counts_that_begin_amid_writes_are_exact() {
    let db = Database::new().await;
    let writer = {
        let store = db.store.clone();
        tokio::spawn(async move {
            for round in 0..300 {
                store.write(WriteLane::Grouped, move |tx| insert(tx, &format!("n{round}"))).await.unwrap();
                if round % 50 == 0 {
                    store
                        .write(WriteLane::Exclusive, |tx| tx.define("CREATE TABLE t (x); DROP TABLE t"))
                        .await
                        .unwrap();
                }
            }
        })
    };
    while !writer.is_finished() {
        if db.store.rows("notes").is_none() {
            db.learn("notes");
        }
        tokio::task::yield_now().await;
    }
    writer.await.unwrap();
    db.does_not_err("notes");
    db.learn("notes");
    db.knows("notes");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_over_views_is_stamped_by_the_tables_below_them() {
    let db = Database::new().await;
    db.define(
        "CREATE TABLE owners (id TEXT PRIMARY KEY);
         CREATE VIEW named AS SELECT notes.id FROM notes JOIN owners ON owners.id = notes.owner;
         CREATE VIEW twice AS SELECT count(*) AS n FROM named",
    )
    .await;
    let query = Sql::raw("SELECT n FROM twice WHERE EXISTS (SELECT 1 FROM json_each('[1]'))");
    let stamp = || db.store.versions_of(&query).unwrap().expect("it stands on tables alone");
    for text in ["INSERT INTO notes (id) VALUES ('a')", "INSERT INTO owners (id) VALUES ('a')"] {
        let before = stamp();
        assert_eq!(stamp(), before);
        db.run(text).await;
        assert_ne!(stamp(), before, "{text}");
    }
    db.define("CREATE TABLE others (id TEXT); DROP VIEW named; CREATE VIEW named AS SELECT id FROM others").await;
    let before = stamp();
    db.run("INSERT INTO notes (id) VALUES ('b')").await;
    assert_eq!(stamp(), before);
    db.run("INSERT INTO others (id) VALUES ('b')").await;
    assert_ne!(stamp(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_depends_on_time_or_chance_has_no_versions() {
    let db = Database::new().await;
    db.define("CREATE VIEW aged AS SELECT id, datetime('now') > text AS old FROM notes").await;
    for text in [
        "SELECT random() FROM notes",
        "SELECT count(*) FROM notes WHERE text < strftime('%Y')",
        "SELECT count(*) FROM notes WHERE text < CURRENT_TIMESTAMP",
        "SELECT count(*) FROM aged WHERE old",
    ] {
        assert_eq!(db.store.versions_of(&Sql::raw(text)).unwrap(), None, "{text}");
    }
    assert!(db.store.versions_of(&Sql::raw(COUNT)).unwrap().is_some());
    assert!(db.store.versions_of(&Sql::raw("SELECT * FROM gone")).is_err());
}
