//! `CREATE INDEX` texts: read, compared, rewritten for another table.

mod scan;

use scan::Scanner;

/// A parsed `CREATE INDEX` text.
#[derive(Debug, Clone, PartialEq)]
pub struct Index {
    /// Whether it is UNIQUE.
    pub unique: bool,
    /// Whether it says IF NOT EXISTS.
    pub optional: bool,
    /// The schema before the name, unquoted, or empty.
    pub schema: String,
    /// Its name, unquoted.
    pub name: String,
    /// The table's name, unquoted; empty in the indexes of a collection that has no name yet.
    pub table: String,
    /// What it is on, in order.
    pub columns: Vec<IndexColumn>,
    /// The text after WHERE, or empty.
    pub condition: String,
}

/// One entry of an index.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct IndexColumn {
    /// A column's name, unquoted, or an expression as it was written.
    pub name: String,
    /// Whether it is an expression.
    pub expression: bool,
    /// The text after COLLATE, or empty.
    pub collate: String,
    /// `ASC`, `DESC` or empty.
    pub sort: String,
}

impl Index {
    /// An index on plain columns.
    pub fn on(unique: bool, name: &str, table: &str, columns: &[&str], condition: &str) -> Self {
        let columns =
            columns.iter().map(|name| IndexColumn { name: (*name).to_owned(), ..IndexColumn::default() }).collect();
        Self {
            unique,
            optional: false,
            schema: String::new(),
            name: name.to_owned(),
            table: table.to_owned(),
            columns,
            condition: condition.to_owned(),
        }
    }

    /// Parses a text; `None` where it is no `CREATE INDEX` with a name and a column, or more than one statement.
    pub fn parse(text: &str) -> Option<Self> {
        let mut scanner = Scanner::new(text);
        scanner.keyword("CREATE")?;
        let unique = scanner.keyword("UNIQUE").is_some();
        scanner.keyword("INDEX")?;
        let optional = scanner.keyword("IF").is_some();
        if optional {
            scanner.keyword("NOT")?;
            scanner.keyword("EXISTS")?;
        }
        let mut schema = String::new();
        let mut name = scanner.identifier()?;
        if scanner.symbol(b'.').is_some() {
            schema = name;
            name = scanner.identifier()?;
        }
        scanner.keyword("ON")?;
        let table = scanner.identifier()?;
        scanner.symbol(b'(')?;
        let columns: Vec<_> = scanner.entries()?.into_iter().filter_map(IndexColumn::parse).collect();
        if name.trim().is_empty() || columns.is_empty() {
            return None;
        }
        let filtered = scanner.keyword("WHERE").is_some();
        let rest = scanner.statement()?;
        let condition = if filtered { rest.to_owned() } else { String::new() };
        Some(Self { unique, optional, schema, name, table, columns, condition })
    }

    /// The normalised text: identifiers in backticks, several columns on lines of their own.
    pub fn build(&self) -> String {
        let mut out = String::from("CREATE ");
        if self.unique {
            out.push_str("UNIQUE ");
        }
        out.push_str("INDEX ");
        if self.optional {
            out.push_str("IF NOT EXISTS ");
        }
        if !self.schema.is_empty() {
            push_quoted(&mut out, &self.schema);
            out.push('.');
        }
        push_quoted(&mut out, &self.name);
        out.push_str(" ON ");
        push_quoted(&mut out, &self.table);
        out.push_str(" (");
        let several = self.columns.len() > 1;
        for (at, column) in self.columns.iter().enumerate() {
            if at > 0 {
                out.push(',');
            }
            if several {
                out.push_str("\n  ");
            }
            column.push(&mut out);
        }
        out.push_str(if several { "\n)" } else { ")" });
        if !self.condition.is_empty() {
            out.push_str(" WHERE ");
            out.push_str(&self.condition);
        }
        out
    }

    /// What it indexes, whatever it is called: equal texts are the same definition.
    pub fn definition(&self) -> String {
        let bare = Self { optional: false, schema: String::new(), name: String::new(), ..self.clone() };
        bare.build().to_ascii_lowercase()
    }

    /// Its columns as far as uniqueness goes: without name, condition, collation and order.
    pub fn key(&self) -> Vec<String> {
        self.columns.iter().map(|column| column.name.to_ascii_lowercase()).collect()
    }

    /// The only column, where it is one and no expression.
    pub fn single_column(&self) -> Option<&IndexColumn> {
        match self.columns.as_slice() {
            [column] if !column.expression => Some(column),
            _ => None,
        }
    }
}

impl IndexColumn {
    /// Parses an entry between two commas; `None` where it is blank.
    fn parse(text: &str) -> Option<Self> {
        let mut scanner = Scanner::new(text);
        let tokens = scanner.tokens();
        let mut end = tokens.len();
        let mut column = Self::default();
        let word = |at: usize| tokens.get(at).filter(|token| token.is_word).map_or("", |token| token.text);
        if end > 1 && (word(end - 1).eq_ignore_ascii_case("ASC") || word(end - 1).eq_ignore_ascii_case("DESC")) {
            column.sort = word(end - 1).to_ascii_uppercase();
            end -= 1;
        }
        if end > 2 && word(end - 2).eq_ignore_ascii_case("COLLATE") {
            column.collate = tokens[end - 1].text.to_owned();
            end -= 2;
        }
        match &tokens[..end] {
            [] => return None,
            [token] if token.is_name() => column.name = Scanner::new(token.text).identifier()?,
            [first, .., last] => {
                column.expression = true;
                column.name = text[first.start..last.start + last.text.len()].to_owned();
            }
            [token] => {
                column.expression = true;
                column.name = token.text.to_owned();
            }
        }
        (!column.name.trim().is_empty()).then_some(column)
    }

    /// Whether it compares without regard to case.
    pub fn ignores_case(&self) -> bool {
        self.collate.trim_matches(['"', '`', '\'', '[', ']']).eq_ignore_ascii_case("NOCASE")
    }

    fn push(&self, out: &mut String) {
        if self.expression {
            out.push_str(&self.name);
        } else {
            push_quoted(out, &self.name);
        }
        for (word, text) in [(" COLLATE ", &self.collate), (" ", &self.sort)] {
            if !text.is_empty() {
                out.push_str(word);
                out.push_str(text);
            }
        }
    }
}

fn push_quoted(out: &mut String, name: &str) {
    out.push('`');
    out.push_str(&name.replace('`', "``"));
    out.push('`');
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn column(name: &str) -> IndexColumn {
        IndexColumn { name: name.to_owned(), ..IndexColumn::default() }
    }

    #[test]
    fn any_quoting_is_read() {
        for text in [
            "CREATE UNIQUE INDEX i1 ON t (a, b) WHERE a != ''",
            "create unique index `i1` on `t` (`a`,`b`) where a != ''",
            "CREATE UNIQUE INDEX \"i1\" ON \"t\"(\"a\" , [b]) WHERE a != '' ;",
            "\n CREATE\tUNIQUE INDEX [i1]\nON 't' (\n  'a',\n  b\n) WHERE a != ''",
            "CREATE UNIQUE /* a, ( */ INDEX i1 -- x\n ON t (a, b /* ) */) WHERE a != ''",
        ] {
            let index = Index::parse(text).expect(text);
            assert!(index.unique && !index.optional, "{text}");
            assert_eq!((index.name.as_str(), index.table.as_str()), ("i1", "t"), "{text}");
            assert_eq!(index.key(), ["a", "b"], "{text}");
            assert_eq!(index.condition, "a != ''", "{text}");
        }
    }

    #[test]
    fn entries_may_be_expressions_with_collation_and_order() {
        let index = Index::parse(
            "CREATE INDEX IF NOT EXISTS main.i ON t (lower(a || ',)') DESC, b COLLATE NOCASE ASC, `c d`, json_extract(e, '$.x') COLLATE \"RTRIM\", desc, (f))",
        )
        .unwrap();
        assert!(index.optional);
        assert_eq!(index.schema, "main");
        let expected = [
            IndexColumn {
                name: "lower(a || ',)')".into(),
                expression: true,
                sort: "DESC".into(),
                ..Default::default()
            },
            IndexColumn { name: "b".into(), collate: "NOCASE".into(), sort: "ASC".into(), ..Default::default() },
            column("c d"),
            IndexColumn {
                name: "json_extract(e, '$.x')".into(),
                expression: true,
                collate: "\"RTRIM\"".into(),
                ..Default::default()
            },
            column("desc"),
            IndexColumn { name: "(f)".into(), expression: true, ..Default::default() },
        ];
        assert_eq!(index.columns, expected);
        assert!(index.columns[1].ignores_case() && !index.columns[3].ignores_case());
    }

    #[test]
    fn the_normalised_text_has_backticks_and_lines() {
        let one = Index::parse("create  unique index i1 on t (a COLLATE NOCASE desc) where  a > 1").unwrap();
        assert_eq!(one.build(), "CREATE UNIQUE INDEX `i1` ON `t` (`a` COLLATE NOCASE DESC) WHERE a > 1");
        let two = Index::parse("CREATE INDEX IF NOT EXISTS x.i1 ON \"t`\" (a,lower( b )) garbage").unwrap();
        assert_eq!(two.build(), "CREATE INDEX IF NOT EXISTS `x`.`i1` ON `t``` (\n  `a`,\n  lower( b )\n)");
        let empty = Index::parse("CREATE UNIQUE INDEX `i` ON `` (`a`)").unwrap();
        assert_eq!(empty.table, "");
        assert_eq!(Index::parse(&two.build()), Some(two));
    }

    #[test]
    fn what_is_no_index_is_refused() {
        for text in [
            "",
            "CREATE",
            "CREATE INDEX",
            "CREATE TABLE t (a)",
            "CREATE INDEX ON t (a)",
            "CREATE INDEX `` ON t (a)",
            "CREATE INDEX i ON t",
            "CREATE INDEX i ON t ()",
            "CREATE INDEX i ON t (,)",
            "CREATE INDEX i ON t (a",
            "CREATE INDEX i ON t (a, 'b)",
            "CREATE INDEX i ON t (lower(a)",
            "CREATE UNIQUE i ON t (a)",
            "CREATE INDEX IF EXISTS i ON t (a)",
            "CREATE INDEX i ON t (a); DROP TABLE t",
            "CREATE INDEX i ON t (a) WHERE a = 1; DROP TABLE t",
            "CREATE INDEX i ON t (a; DROP TABLE t)",
            "CREATE INDEX i ON t (a) WHERE a = 'x",
            "DROP INDEX i",
        ] {
            assert_eq!(Index::parse(text), None, "{text}");
        }
        let quoted = Index::parse("CREATE INDEX i ON t (a) WHERE a = ';' AND b = \"x;y\" -- ; c").unwrap();
        assert_eq!(quoted.condition, "a = ';' AND b = \"x;y\" -- ; c");
    }

    #[test]
    fn definitions_are_the_same_whatever_their_names() {
        let same = |a: &str, b: &str| Index::parse(a).unwrap().definition() == Index::parse(b).unwrap().definition();
        assert!(same("CREATE INDEX a ON t (x, y)", "CREATE INDEX IF NOT EXISTS `b` ON T (`X`,y)"));
        assert!(!same("CREATE INDEX a ON t (x)", "CREATE UNIQUE INDEX a ON t (x)"));
        assert!(!same("CREATE INDEX a ON t (x)", "CREATE INDEX a ON t (x DESC)"));
        assert!(!same("CREATE INDEX a ON t (x, y)", "CREATE INDEX a ON t (y, x)"));
    }

    proptest! {
        #[test]
        fn no_text_panics(text in ".*") {
            let _ = Index::parse(&text);
        }

        #[test]
        fn what_is_built_is_read_back(
            text in "CREATE (UNIQUE )?INDEX (IF NOT EXISTS )?[`\"]?i[`\"]? ON t ?\\([a-c(), '\"`\\[\\]é-]{0,20}\\)( WHERE [a-c'; ]{0,8})?"
        ) {
            if let Some(index) = Index::parse(&text) {
                prop_assert_eq!(Index::parse(&index.build()), Some(index));
            }
        }
    }
}
