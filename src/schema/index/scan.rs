//! SQL text as tokens: words, quoted texts, brackets and the rest. Never panics, whatever the text.

/// Reads SQL text from the front.
pub(super) struct Scanner<'a> {
    text: &'a str,
    at: usize,
}

/// A piece of SQL.
#[derive(Debug, Clone, Copy)]
pub(super) struct Token<'a> {
    /// Where it begins.
    pub start: usize,
    /// As it was written.
    pub text: &'a str,
    /// Whether it is a bare word.
    pub is_word: bool,
}

impl Token<'_> {
    /// Whether it names something: a bare word that is no number, or a quoted text.
    pub fn is_name(&self) -> bool {
        self.is_word || self.text.starts_with(['"', '`', '\'', '['])
    }
}

impl<'a> Scanner<'a> {
    pub fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    /// Skips blanks and comments. A comment that does not end goes to the end of the text.
    fn skip_blanks(&mut self) {
        loop {
            let rest = self.rest();
            let trimmed = rest.trim_start();
            self.at += rest.len() - trimmed.len();
            let length = if trimmed.starts_with("--") {
                trimmed.find('\n').unwrap_or(trimmed.len())
            } else if let Some(comment) = trimmed.strip_prefix("/*") {
                comment.find("*/").map_or(trimmed.len(), |end| end + 4)
            } else {
                return;
            };
            self.at += length;
        }
    }

    /// The next token, `None` at the end and at a quote that is never closed.
    fn token(&mut self) -> Option<Token<'a>> {
        self.skip_blanks();
        let rest = self.rest();
        let first = rest.chars().next()?;
        let is_word = is_word_char(first) && !first.is_ascii_digit();
        let length = match first {
            '"' | '`' | '\'' => closing(rest, first)?,
            '[' => rest.find(']')? + 1,
            _ if is_word_char(first) => rest.find(|one| !is_word_char(one)).unwrap_or(rest.len()),
            other => other.len_utf8(),
        };
        let start = self.at;
        self.at += length;
        Some(Token { start, text: &rest[..length], is_word })
    }

    /// All tokens that are left.
    pub fn tokens(&mut self) -> Vec<Token<'a>> {
        std::iter::from_fn(|| self.token()).collect()
    }

    /// Reads a word, in any case.
    pub fn keyword(&mut self, keyword: &str) -> Option<()> {
        self.accept(|token| token.is_word && token.text.eq_ignore_ascii_case(keyword)).map(drop)
    }

    /// Reads a sign.
    pub fn symbol(&mut self, symbol: u8) -> Option<()> {
        self.accept(|token| token.text.as_bytes() == [symbol]).map(drop)
    }

    /// Reads a name and removes its quotes.
    pub fn identifier(&mut self) -> Option<String> {
        let token = self.accept(Token::is_name)?;
        if token.is_word {
            return Some(token.text.to_owned());
        }
        let inner = token.text.get(1..token.text.len() - 1)?;
        Some(match token.text.as_bytes().first() {
            Some(b'[') | None => inner.to_owned(),
            Some(&quote) => {
                let quote = char::from(quote).to_string();
                inner.replace(&quote.repeat(2), &quote)
            }
        })
    }

    fn accept(&mut self, wanted: impl FnOnce(&Token<'a>) -> bool) -> Option<Token<'a>> {
        let before = self.at;
        let token = self.token().filter(wanted);
        if token.is_none() {
            self.at = before;
        }
        token
    }

    /// Reads what stands between commas up to the bracket that closes the open one.
    pub fn entries(&mut self) -> Option<Vec<&'a str>> {
        let mut entries = Vec::new();
        let mut depth = 0_usize;
        let mut start = self.at;
        loop {
            let token = self.token()?;
            match token.text {
                "(" => depth += 1,
                ")" if depth > 0 => depth -= 1,
                ";" => return None,
                "," | ")" if depth == 0 => {
                    entries.push(&self.text[start..token.start]);
                    start = self.at;
                    if token.text == ")" {
                        return Some(entries);
                    }
                }
                _ => {}
            }
        }
    }

    /// The rest of the statement, without the semicolon that may end it. `None` where another statement follows.
    pub fn statement(&mut self) -> Option<&'a str> {
        let start = self.at;
        while let Some(token) = self.token() {
            if token.text == ";" {
                self.skip_blanks();
                return self.rest().is_empty().then(|| self.text[start..token.start].trim());
            }
        }
        // Text that is left over is a quote that is never closed.
        self.rest().is_empty().then(|| self.text[start..].trim())
    }
}

/// Letters, digits, `_`, `$`, and everything outside ASCII, as SQLite reads words.
fn is_word_char(one: char) -> bool {
    one.is_ascii_alphanumeric() || one == '_' || one == '$' || (!one.is_ascii() && !one.is_whitespace())
}

/// The length of a quoted text with its quotes; doubled quotes inside are part of it.
fn closing(text: &str, quote: char) -> Option<usize> {
    let mut from = 1;
    loop {
        let end = from + text.get(from..)?.find(quote)?;
        if !text[end + 1..].starts_with(quote) {
            return Some(end + 1);
        }
        from = end + 2;
    }
}
