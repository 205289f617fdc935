//! Sources as they are found in the wild: what comes of each, and what is said.

use super::House;

/// A source and what is expected of it.
struct Case {
    what: &'static str,
    source: &'static str,
    /// A query on the data directory, and its rows.
    finds: &'static [(&'static str, &'static [&'static [&'static str]])],
    says: &'static [&'static str],
}

const CASES: &[Case] = &[
    Case {
        what: "composite keys are unique together, and a foreign key to one is no relation",
        source: "CREATE TABLE seat (hall TEXT, number INTEGER, price REAL, PRIMARY KEY (hall, number));
                 INSERT INTO seat VALUES ('a', 1, 9.5), ('a', 2, 9), ('b', 1, 8);
                 CREATE TABLE ticket (id INTEGER PRIMARY KEY, hall TEXT, number INTEGER,
                   FOREIGN KEY (hall, number) REFERENCES seat (hall, number));
                 INSERT INTO ticket VALUES (1, 'a', 2)",
        finds: &[
            ("SELECT hall, number, price FROM seat ORDER BY hall, number", &[&["a", "1", "9.5"], &["a", "2", "9"], &["b", "1", "8"]]),
            ("SELECT count(DISTINCT id), min(length(id)) FROM seat", &[&["3", "15"]]),
            ("SELECT count(*) FROM sqlite_schema WHERE sql LIKE 'CREATE UNIQUE INDEX%ON `seat`%hall%number%'", &[&["1"]]),
            ("SELECT hall, number FROM ticket", &[&["a", "2"]]),
        ],
        says: &["ticket: hall, number: no relation to seat, since a relation is one field, and the key has several"],
    },
    Case {
        what: "tables without a key go by the numbers of their rows",
        source: "CREATE TABLE log (line TEXT); INSERT INTO log VALUES ('same'), ('same'), ('other')",
        finds: &[("SELECT id, line FROM log ORDER BY id", &[
            &["n00000000000001", "same"], &["n00000000000002", "same"], &["n00000000000003", "other"],
        ])],
        says: &["3 rows of 1 table"],
    },
    Case {
        what: "tables without row numbers, and strict ones",
        source: "CREATE TABLE word (w TEXT PRIMARY KEY, n INT) WITHOUT ROWID; INSERT INTO word VALUES ('x', 1), ('y', 2);
                 CREATE TABLE tight (id INTEGER PRIMARY KEY, a ANY, t TEXT) STRICT; INSERT INTO tight VALUES (1, 5, 'five')",
        finds: &[
            ("SELECT w, n FROM word ORDER BY w", &[&["x", "1"], &["y", "2"]]),
            ("SELECT a, t FROM tight", &[&["5", "five"]]),
        ],
        says: &[],
    },
    Case {
        what: "rows that point to themselves and to each other",
        source: "CREATE TABLE node (id INTEGER PRIMARY KEY, parent INTEGER REFERENCES node);
                 INSERT INTO node VALUES (1, NULL), (2, 1), (3, 3);
                 CREATE TABLE person (id INTEGER PRIMARY KEY, home INTEGER NOT NULL REFERENCES house ON DELETE CASCADE);
                 CREATE TABLE house (id INTEGER PRIMARY KEY, owner INTEGER REFERENCES person);
                 INSERT INTO person VALUES (7, 70); INSERT INTO house VALUES (70, 7), (71, NULL)",
        finds: &[
            ("SELECT n.source_id, p.source_id FROM node n LEFT JOIN node p ON p.id = n.parent ORDER BY 1", &[&["1", "-"], &["2", "1"], &["3", "3"]]),
            ("SELECT p.source_id, h.source_id, h.owner = p.id FROM person p JOIN house h ON h.id = p.home", &[&["7", "70", "1"]]),
            ("SELECT json_extract(value, '$.cascadeDelete') FROM _collections c, json_each(fields) WHERE c.name = 'person' AND json_extract(value, '$.name') = 'home'", &[&["1"]]),
            ("SELECT json_extract(value, '$.cascadeDelete') FROM _collections c, json_each(fields) WHERE c.name = 'house' AND json_extract(value, '$.name') = 'owner'", &[&["0"]]),
        ],
        says: &["person: id: became the field source_id"],
    },
    Case {
        what: "what points to nothing is emptied and counted",
        source: "CREATE TABLE a (id INTEGER PRIMARY KEY); INSERT INTO a VALUES (1);
                 CREATE TABLE b (id INTEGER PRIMARY KEY, a INTEGER NOT NULL REFERENCES a);
                 INSERT INTO b VALUES (1, 1), (2, 99), (3, 98)",
        finds: &[("SELECT source_id, a FROM b ORDER BY 1", &[&["1", "n00000000000001"], &["2", ""], &["3", ""]])],
        says: &["b: a: 2 rows point to nothing in a: emptied"],
    },
    Case {
        what: "foreign keys to a unique column, and to a table without a key",
        source: "CREATE TABLE country (id INTEGER PRIMARY KEY, code TEXT UNIQUE COLLATE NOCASE); INSERT INTO country VALUES (5, 'de'), (6, 'fr');
                 CREATE TABLE city (name TEXT PRIMARY KEY, country TEXT REFERENCES country (code));
                 INSERT INTO city VALUES ('Bonn', 'DE'), ('Lyon', 'fr'), ('Oz', 'oz');
                 CREATE TABLE plain (code INTEGER UNIQUE); INSERT INTO plain VALUES (42);
                 CREATE TABLE points (id INTEGER PRIMARY KEY, p TEXT REFERENCES plain (code)); INSERT INTO points VALUES (1, '42')",
        finds: &[
            ("SELECT c.name, k.code FROM city c JOIN country k ON k.id = c.country ORDER BY 1", &[&["Bonn", "de"], &["Lyon", "fr"]]),
            ("SELECT k.code FROM points p JOIN plain k ON k.id = p.p", &[&["42"]]),
        ],
        says: &["city: country: 1 row points to nothing in country: emptied"],
    },
    Case {
        what: "generated columns come as what they are",
        source: "CREATE TABLE t (a INTEGER, b INTEGER AS (a * 2), c TEXT AS ('x' || a) STORED); INSERT INTO t (a) VALUES (4)",
        finds: &[("SELECT a, b, c FROM t", &[&["4", "8", "x4"]])],
        says: &["t: b: is computed in the source: an ordinary field here"],
    },
    Case {
        what: "bytes become base64, and texts that are not UTF-8 lose what cannot be read",
        source: "CREATE TABLE t (id INTEGER PRIMARY KEY, data BLOB, name TEXT);
                 INSERT INTO t VALUES (1, x'00ff01', 'fine'), (2, NULL, CAST(x'61ff62' AS TEXT)), (3, zeroblob(0), 'x' || char(0) || 'y')",
        finds: &[("SELECT data, hex(name) FROM t ORDER BY source_id", &[&["AP8B", "66696E65"], &["", "61EFBFBD62"], &["", "780079"]])],
        says: &["t: data: 2 values of bytes: kept as base64 text", "t: name: 1 value of text that is not UTF-8"],
    },
    Case {
        what: "whole numbers beyond 2^53 become texts",
        source: "CREATE TABLE t (id INTEGER PRIMARY KEY, snowflake BIGINT, fits INTEGER);
                 INSERT INTO t VALUES (1, 9007199254740993, 9007199254740991), (2, -9223372036854775808, -9007199254740991)",
        finds: &[("SELECT snowflake, typeof(snowflake), fits FROM t ORDER BY source_id", &[
            &["9007199254740993", "text", "9007199254740991"], &["-9223372036854775808", "text", "-9007199254740991"],
        ])],
        says: &["t: snowflake: declared BIGINT, became text, because numbers beyond 2^53 are not exact as numbers"],
    },
    Case {
        what: "a key beyond 2^53 is found again too",
        source: "CREATE TABLE t (id INTEGER PRIMARY KEY, x); INSERT INTO t VALUES (9223372036854775807, 'a'), (-1, 'b');
                 CREATE TABLE u (t INTEGER REFERENCES t); INSERT INTO u VALUES (9223372036854775807)",
        finds: &[("SELECT t.source_id, t.id FROM u JOIN t ON t.id = u.t", &[&["9223372036854775807", "n01y2p0ij32e8e7"]])],
        says: &[],
    },
    Case {
        what: "NULL is what a field has where it has nothing",
        source: "CREATE TABLE t (i INTEGER, r REAL, t TEXT, b BOOLEAN, d DATETIME, j JSON, x BLOB);
                 INSERT INTO t VALUES (NULL, NULL, NULL, NULL, NULL, NULL, NULL), (1, 1.5, 't', 1, '2020-01-02 03:04:05', '{}', x'01')",
        finds: &[("SELECT i, r, t, b, d, j, x FROM t ORDER BY id", &[
            &["0", "0", "", "0", "", "-", ""], &["1", "1.5", "t", "1", "2020-01-02 03:04:05.000Z", "{}", "AQ=="],
        ])],
        says: &["t: i: 1 value of NULL: became 0", "t: b: 1 value of NULL: became false"],
    },
    Case {
        what: "infinite numbers become the greatest, and what is no number is NULL already",
        source: "CREATE TABLE t (id INTEGER PRIMARY KEY, x REAL); INSERT INTO t VALUES (1, 9e999), (2, -9e999), (3, 9e999 - 9e999), (4, 0.1)",
        finds: &[("SELECT x > 1e308, x < -1e308, x = 0 FROM t ORDER BY source_id", &[&["1", "0", "0"], &["0", "1", "0"], &["0", "0", "1"], &["0", "0", "0"]])],
        says: &["t: x: 2 values that are infinite: became the greatest finite number"],
    },
    Case {
        what: "tables without rows are collections of what was declared",
        source: "CREATE TABLE t (id INTEGER PRIMARY KEY, name VARCHAR(20) NOT NULL, at TIMESTAMP, ok BOOL NOT NULL)",
        finds: &[
            ("SELECT count(*) FROM t", &[&["0"]]),
            ("SELECT json_extract(value, '$.type'), json_extract(value, '$.required') FROM _collections c, json_each(fields) WHERE c.name = 't' AND key > 0", &[
                &["number", "1"], &["text", "1"], &["date", "0"], &["bool", "0"],
            ]),
        ],
        says: &["0 rows of 1 table"],
    },
    Case {
        what: "virtual tables and what they keep their data in stay behind",
        source: "CREATE VIRTUAL TABLE docs USING fts5(body); INSERT INTO docs VALUES ('hello'); CREATE TABLE t (x); INSERT INTO t VALUES (1)",
        finds: &[("SELECT count(*) FROM _collections WHERE name LIKE 'docs%'", &[&["0"]]), ("SELECT x FROM t", &[&["1"]])],
        says: &["docs does not come: it is a virtual table", "docs_content does not come: it is the storage of a virtual table"],
    },
    Case {
        what: "a table that needs what its program brings along stays behind alone, and nothing points to it",
        source: "PRAGMA writable_schema = ON; CREATE TABLE hard (id INTEGER PRIMARY KEY, a TEXT, b TEXT AS (upper(a)));
                 INSERT INTO hard (a) VALUES ('x');
                 UPDATE sqlite_schema SET sql = replace(sql, 'upper(', 'their_own(') WHERE name = 'hard';
                 CREATE TABLE easy (id INTEGER PRIMARY KEY, h INTEGER REFERENCES hard); INSERT INTO easy VALUES (1, 1)",
        finds: &[],
        says: &["hard does not come: it cannot be read: ", "easy: h: no relation to hard, since that table is not imported"],
    },
    Case {
        what: "old databases have rows without a key",
        source: "CREATE TABLE t (code TEXT PRIMARY KEY, x); INSERT INTO t VALUES (NULL, 'a'), (NULL, 'b'), ('k', 'c')",
        finds: &[("SELECT count(DISTINCT id), group_concat(code, '|') FROM (SELECT * FROM t ORDER BY x)", &[&["3", "||k"]])],
        says: &[],
    },
    Case {
        what: "instants in the forms that programs keep",
        source: "CREATE TABLE t (id INTEGER PRIMARY KEY, s TIMESTAMP, m DATETIME, j DATE, x DATETIME, mixed DATE);
                 INSERT INTO t VALUES (1, 1230768000, 1230768000123, 2454832.5, '2009-01-01T01:00:00+01:00', 'soon'),
                   (2, 1230768001, 1230768000124, 2454833.0, '2009-01-01 00:00', '2009-01-01')",
        finds: &[("SELECT s, m, j, x, mixed FROM t ORDER BY source_id LIMIT 1", &[
            &["2009-01-01 00:00:00.000Z", "2009-01-01 00:00:00.123Z", "2009-01-01 00:00:00.000Z", "2009-01-01 00:00:00.000Z", "soon"],
        ])],
        says: &["t: mixed: declared DATE, became no date, because not all of its values are instants of one form"],
    },
    Case {
        what: "JSON stays as it was written",
        source: "CREATE TABLE t (id INTEGER PRIMARY KEY, j JSON); INSERT INTO t VALUES (1, '{\"b\": 1.0, \"a\": 9007199254740993}'), (2, '[]'), (3, 5), (4, '')",
        finds: &[("SELECT j FROM t ORDER BY source_id", &[&["{\"b\": 1.0, \"a\": 9007199254740993}"], &["[]"], &["5"], &["-"]])],
        says: &[],
    },
    Case {
        what: "names that are no names become some, and those that are taken get a number",
        source: "CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT); INSERT INTO users VALUES (1, 'a@b.c');
                 CREATE TABLE \"order lines\" (\"unit price\" REAL, \"a.b\" TEXT, \"a b\" TEXT, \"Größe\" TEXT, \"expand\" TEXT, ID TEXT, \"select\" TEXT);
                 INSERT INTO \"order lines\" VALUES (1.5, 'x', 'y', 'XL', 'e', 'i', 's');
                 CREATE TABLE \"Order.Lines\" (x); CREATE TABLE _params (x); CREATE TABLE a_via_b (b_via_c)",
        finds: &[
            ("SELECT email FROM users_2", &[&["a@b.c"]]),
            ("SELECT unit_price, a_b, a_b_2, Gr_e, source_expand, source_ID, \"select\" FROM order_lines", &[&["1.5", "x", "y", "XL", "e", "i", "s"]]),
            ("SELECT name FROM _collections WHERE NOT system ORDER BY rowid", &[
                &["users"], &["users_2"], &["order_lines"], &["Order_Lines_2"], &["source_params"], &["avia_b"],
            ]),
        ],
        says: &["order lines: unit price: became the field unit_price"],
    },
    Case {
        what: "indexes come as far as they mean the same",
        source: "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT, code TEXT UNIQUE, flag BOOLEAN UNIQUE, n INTEGER, gone DATETIME);
                 INSERT INTO t VALUES (1, 'A', NULL, 0, 1, NULL), (2, 'B', NULL, NULL, 2, NULL), (3, 'A', 'x', 1, 3, '2020-01-01');
                 CREATE INDEX by_name ON t (name COLLATE NOCASE DESC, n);
                 CREATE UNIQUE INDEX alive ON t (name) WHERE gone IS NULL;
                 CREATE INDEX lowered ON t (lower(name));
                 CREATE INDEX late ON t (name) WHERE gone > '2020'",
        finds: &[("SELECT name, replace(replace(sql, char(10), ''), '  ', '') FROM sqlite_schema WHERE type = 'index' AND tbl_name = 't' AND sql IS NOT NULL ORDER BY name", &[
            &["alive", "CREATE UNIQUE INDEX `alive` ON `t` (`name`) WHERE `gone` = ''"],
            &["by_name", "CREATE INDEX `by_name` ON `t` (`name` COLLATE NOCASE DESC,`n`)"],
            &["idx_t_code", "CREATE UNIQUE INDEX `idx_t_code` ON `t` (`code`) WHERE `code` != ''"],
            &["idx_t_source_id", "CREATE UNIQUE INDEX `idx_t_source_id` ON `t` (`source_id`)"],
            &["lowered", "CREATE INDEX `lowered` ON `t` (lower ( `name` ))"],
        ])],
        says: &["index late: left out, since it speaks of a column whose values have another form here", "NULL and false are the same in a bool field"],
    },
    Case {
        what: "a unique index that the values of the fields do not allow is left out",
        source: "CREATE TABLE t (id INTEGER PRIMARY KEY, day DATE NOT NULL UNIQUE);
                 INSERT INTO t VALUES (1, '2020-01-01'), (2, '2020-01-01 00:00:00')",
        finds: &[("SELECT count(*) FROM t", &[&["2"]])],
        says: &["t: the constraint UNIQUE (day): left out, since Failed to create index"],
    },
    Case {
        what: "a database in UTF-16",
        source: "PRAGMA encoding = 'UTF-16le'; CREATE TABLE t (x TEXT); INSERT INTO t VALUES ('größe 箱')",
        finds: &[("SELECT x FROM t", &[&["größe 箱"]])],
        says: &[],
    },
    Case {
        what: "columns that hide the numbers of the rows",
        source: "CREATE TABLE t (rowid TEXT, oid TEXT); INSERT INTO t VALUES ('a', 'b');
                 CREATE TABLE hidden (rowid TEXT, oid TEXT, _rowid_ TEXT PRIMARY KEY); INSERT INTO hidden VALUES ('a', 'b', 'c')",
        finds: &[("SELECT id, rowid, oid FROM t", &[&["n00000000000001", "a", "b"]]), ("SELECT source_rowid_ FROM hidden", &[&["c"]])],
        says: &[],
    },
];

#[test]
fn odd_sources_come_as_far_as_they_can() {
    for case in CASES {
        let house = House::with(case.source);
        let said = house.import(&[]);
        let refuses = case.says.iter().any(|text| text.contains("cannot be read"));
        assert_eq!(said.code, Some(i32::from(refuses)), "{}: {}{}", case.what, said.out, said.err);
        for text in case.says {
            assert!(said.out.contains(text), "{}: no {text:?} in:\n{}", case.what, said.out);
        }
        for (query, rows) in case.finds {
            assert_eq!(house.data().rows(query), *rows, "{}: {query}\n{}", case.what, said.out);
        }
        // Whatever it was, a second run finds it.
        let again = house.import(&[]);
        assert_eq!(again.code, said.code, "{} again: {}{}", case.what, again.out, again.err);
        assert!(again.out.contains(": 0 made,"), "{} again: {}", case.what, again.out);
        assert!(!again.out.contains("differ from"), "{} again: {}", case.what, again.out);
        house.data().is_sound();
    }
}

#[test]
fn declared_types_and_values_decide_on_fields() {
    let house = House::with(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, a VARCHAR(9) NOT NULL, b TEXT NOT NULL, c INT NOT NULL, d DECIMAL(9,2), e, f, g TINYINT(1), h CLOB);
         INSERT INTO t VALUES (1, 'x', '', 0, 1, 1, 'x', 1, printf('%05001d', 0))",
    );
    house.import(&[]).went_well();
    assert_eq!(
        house.fields("t"),
        ["source_id number!", "a text!", "b text", "c number", "d number", "e number", "f text", "g number", "h text"]
    );
    let max = "SELECT json_extract(value, '$.max') FROM _collections c, json_each(fields) WHERE c.name = 't' AND json_extract(value, '$.name') = 'h'";
    assert_eq!(house.data().value(max), "100000");
}
