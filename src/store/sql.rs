//! SQL text and its bound values, built side by side. Values are always bound; names are always quoted.
//! What differs between engines is in `dialect.rs`.

use super::Value;

/// A piece of SQL with the values of its placeholders, in order.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sql {
    /// The text; each `?` stands for the next of `values`.
    pub text: String,
    /// The values to bind.
    pub values: Vec<Value>,
}

impl Sql {
    /// An empty piece.
    pub fn new() -> Self {
        Self::default()
    }

    /// A piece of fixed text without values.
    pub fn raw(text: impl Into<String>) -> Self {
        Self { text: text.into(), values: Vec::new() }
    }

    /// Appends fixed text: never a name or a value that came from outside.
    pub fn push(&mut self, text: &str) -> &mut Self {
        self.text.push_str(text);
        self
    }

    /// Appends a quoted name.
    pub fn name(&mut self, name: &str) -> &mut Self {
        push_name(&mut self.text, name);
        self
    }

    /// Appends a quoted column of a table or alias.
    pub fn column(&mut self, table: &str, column: &str) -> &mut Self {
        push_name(&mut self.text, table);
        self.text.push('.');
        push_name(&mut self.text, column);
        self
    }

    /// Appends a placeholder and its value.
    pub fn bind(&mut self, value: impl Into<Value>) -> &mut Self {
        self.text.push('?');
        self.values.push(value.into());
        self
    }

    /// Appends another piece with its values.
    pub fn append(&mut self, other: &Sql) -> &mut Self {
        self.text.push_str(&other.text);
        self.values.extend(other.values.iter().cloned());
        self
    }

    /// Whether nothing was appended yet.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }
}

/// A name, quoted for any engine (`a"b` becomes `"a""b"`).
pub fn quoted(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 2);
    push_name(&mut out, name);
    out
}

fn push_name(out: &mut String, name: &str) {
    out.push('"');
    for part in name.chars() {
        if part == '"' {
            out.push('"');
        }
        out.push(part);
    }
    out.push('"');
}
