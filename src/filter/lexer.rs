//! Text → tokens.

use super::FilterError;
use super::ast::Operator;

/// A token with the byte offsets of its begin and its end.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Token<'a> {
    pub(super) at: usize,
    pub(super) end: usize,
    pub(super) kind: TokenKind<'a>,
}

/// The kinds of tokens.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum TokenKind<'a> {
    Identifier(&'a str),
    Number(f64),
    Text(String),
    Operator(Operator, bool),
    And,
    Or,
    Open,
    Close,
    Comma,
}

/// Reads tokens one after the other.
pub(super) struct Lexer<'a> {
    text: &'a str,
    at: usize,
}

fn starts_identifier(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || matches!(byte, b'@' | b'_' | b'#')
}

fn continues_identifier(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b':')
}

fn is_sign(byte: u8) -> bool {
    matches!(byte, b'=' | b'!' | b'?' | b'>' | b'<' | b'~')
}

/// Whether a whole text is one identifier.
pub(super) fn is_identifier(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.first().is_some_and(|&first| starts_identifier(first))
        && bytes[1..].iter().all(|&byte| continues_identifier(byte))
        && !matches!(text, "@" | "_" | "#")
        && !text.ends_with(['.', ':'])
}

impl<'a> Lexer<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    /// Where the next token is searched.
    pub(super) fn position(&self) -> usize {
        self.at
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Skips bytes while they satisfy `is`, and answers what was skipped, which holds whole characters only: each
    /// `is` here accepts ASCII alone.
    fn take(&mut self, is: impl Fn(u8) -> bool) -> &'a str {
        let start = self.at;
        while self.peek().is_some_and(&is) {
            self.at += 1;
        }
        self.text.get(start..self.at).unwrap_or_default()
    }

    fn skip_blanks(&mut self) {
        loop {
            self.take(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r'));
            if !self.text[self.at..].starts_with("//") {
                return;
            }
            let rest = &self.text[self.at..];
            self.at += rest.find('\n').unwrap_or(rest.len());
        }
    }

    /// The next token, `None` at the end.
    pub(super) fn next(&mut self) -> Result<Option<Token<'a>>, FilterError> {
        self.skip_blanks();
        let at = self.at;
        let Some(byte) = self.peek() else { return Ok(None) };
        let kind = match byte {
            b'(' => self.single(TokenKind::Open),
            b')' => self.single(TokenKind::Close),
            b',' => self.single(TokenKind::Comma),
            b'"' | b'\'' => self.quoted(byte)?,
            b'-' | b'0'..=b'9' => self.number()?,
            b'&' | b'|' => self.join()?,
            byte if is_sign(byte) => {
                let sign = self.take(is_sign);
                let (op, any) =
                    Operator::parse(sign).ok_or_else(|| invalid(at, format!("unknown operator {sign:?}")))?;
                TokenKind::Operator(op, any)
            }
            byte if starts_identifier(byte) => {
                self.at += 1;
                self.take(continues_identifier);
                let name = &self.text[at..self.at];
                if !is_identifier(name) {
                    return Err(invalid(at, format!("invalid identifier {name:?}")));
                }
                TokenKind::Identifier(name)
            }
            _ => {
                let found = self.text[at..].chars().next().unwrap_or_default();
                return Err(invalid(at, format!("unexpected character {found:?}")));
            }
        };
        Ok(Some(Token { at, end: self.at, kind }))
    }

    fn single(&mut self, kind: TokenKind<'a>) -> TokenKind<'a> {
        self.at += 1;
        kind
    }

    fn join(&mut self) -> Result<TokenKind<'a>, FilterError> {
        let at = self.at;
        match self.take(|byte| matches!(byte, b'&' | b'|')) {
            "&&" => Ok(TokenKind::And),
            "||" => Ok(TokenKind::Or),
            other => Err(invalid(at, format!("unknown join {other:?}, expected && or ||"))),
        }
    }

    fn number(&mut self) -> Result<TokenKind<'a>, FilterError> {
        let at = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        let whole = self.take(|byte| byte.is_ascii_digit());
        let mut complete = !whole.is_empty();
        if self.peek() == Some(b'.') {
            self.at += 1;
            complete &= !self.take(|byte| byte.is_ascii_digit()).is_empty();
        }
        complete &= !self.peek().is_some_and(|byte| continues_identifier(byte) || starts_identifier(byte));
        let text = &self.text[at..self.at];
        match text.parse::<f64>() {
            Ok(number) if complete && number.is_finite() => Ok(TokenKind::Number(number)),
            _ => Err(invalid(at, format!("invalid number {:?}", shortened(text)))),
        }
    }

    /// A text in double quotes knows the escapes of JSON, one in single quotes only that of the quote itself.
    fn quoted(&mut self, quote: u8) -> Result<TokenKind<'a>, FilterError> {
        let at = self.at;
        self.at += 1;
        let mut out = String::new();
        loop {
            let start = self.at;
            self.at += self.text.as_bytes()[start..]
                .iter()
                .position(|&byte| byte == quote || byte == b'\\')
                .ok_or_else(|| invalid(at, "the text does not end"))?;
            out.push_str(&self.text[start..self.at]);
            if self.peek() == Some(quote) {
                self.at += 1;
                return Ok(TokenKind::Text(out));
            }
            if quote == b'"' {
                self.double_quoted_escape(&mut out);
            } else if self.text.as_bytes().get(self.at + 1) == Some(&quote) {
                out.push('\'');
                self.at += 2;
            } else {
                out.push('\\');
                self.at += 1;
            }
        }
    }

    /// Decodes the escape at a backslash. One that JSON does not know keeps its backslash.
    fn double_quoted_escape(&mut self, out: &mut String) {
        let decoded = match self.text.as_bytes().get(self.at + 1) {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                if let Some((decoded, length)) = unicode_escape(&self.text.as_bytes()[self.at..]) {
                    out.push(decoded);
                    self.at += length;
                    return;
                }
                '\0'
            }
            _ => '\0',
        };
        if decoded == '\0' {
            out.push('\\');
            self.at += 1;
        } else {
            out.push(decoded);
            self.at += 2;
        }
    }
}

/// The character of `\uXXXX`, or of a surrogate pair of them, and the length of what was read. Half a pair is the
/// replacement character, as in JSON decoders that do not refuse it.
fn unicode_escape(bytes: &[u8]) -> Option<(char, usize)> {
    let unit = |from: usize| -> Option<u32> {
        let digits = bytes.get(from..from + 6)?.strip_prefix(b"\\u")?;
        digits.iter().try_fold(0, |unit, &digit| Some(unit * 16 + char::from(digit).to_digit(16)?))
    };
    let first = unit(0)?;
    if let Some(single) = char::from_u32(first) {
        return Some((single, 6));
    }
    let pair = unit(6)
        .filter(|second| (0xD800..0xDC00).contains(&first) && (0xDC00..0xE000).contains(second))
        .and_then(|second| char::from_u32(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00)));
    Some(pair.map_or((char::REPLACEMENT_CHARACTER, 6), |pair| (pair, 12)))
}

/// The beginning of a text, for messages.
pub(super) fn shortened(text: &str) -> String {
    if text.chars().count() <= 40 {
        return text.to_owned();
    }
    text.chars().take(40).chain("…".chars()).collect()
}

/// An error with its position, counted in bytes from 1.
pub(super) fn invalid(at: usize, what: impl AsRef<str>) -> FilterError {
    FilterError::Invalid(format!("{} at position {}", what.as_ref(), at + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(text: &str) -> Result<Vec<TokenKind<'_>>, FilterError> {
        let mut lexer = Lexer::new(text);
        let mut out = Vec::new();
        while let Some(token) = lexer.next()? {
            out.push(token.kind);
        }
        Ok(out)
    }

    fn text_of(source: &str) -> String {
        match tokens(source).expect(source).as_slice() {
            [TokenKind::Text(text)] => text.clone(),
            other => panic!("{source} is {other:?}"),
        }
    }

    #[test]
    fn double_quoted_texts_know_the_escapes_of_json() {
        assert_eq!(text_of(r#""a\\""#), "a\\");
        assert_eq!(text_of(r#""\"\/\b\f\n\r\t""#), "\"/\u{8}\u{c}\n\r\t");
        assert_eq!(text_of(r#""\u00e9\ud83d\ude00""#), "é😀");
        assert_eq!(text_of(r#""\%\_\x\u12""#), r"\%\_\x\u12");
        assert_eq!(text_of("\"a\nb'c\""), "a\nb'c");
        assert_eq!(text_of(r#""\ud83d!""#), "\u{fffd}!");
        assert_eq!(text_of(r#""\u0000x""#), "\u{0}x");
    }

    #[test]
    fn single_quoted_texts_know_only_their_quote() {
        assert_eq!(text_of(r"'it\'s'"), "it's");
        assert_eq!(text_of(r"'a\nb'"), r"a\nb");
        assert_eq!(text_of(r"'a\\b'"), r"a\\b");
        assert_eq!(text_of(r#"'say "x"'"#), r#"say "x""#);
        assert!(tokens(r"'a\'").is_err());
        assert!(tokens(r"'a\\'").is_err());
    }

    #[test]
    fn texts_that_do_not_end_are_refused() {
        for text in ["'", "\"", "\"a", r#""a\""#, "'a\"", "\"\\"] {
            assert!(tokens(text).is_err(), "{text}");
        }
    }

    #[test]
    fn numbers_have_no_exponent_and_no_bare_point() {
        assert_eq!(tokens("01"), Ok(vec![TokenKind::Number(1.0)]));
        assert_eq!(tokens("-1.50"), Ok(vec![TokenKind::Number(-1.5)]));
        for text in ["1.", ".5", "-", "+1", "1e3", "1a", "--1", "1.2.3", "1_000", "- 1"] {
            assert!(tokens(text).is_err(), "{text}");
        }
        assert!(tokens(&"9".repeat(400)).is_err());
    }

    #[test]
    fn signs_are_read_greedily() {
        assert_eq!(tokens("a?!~b").map(|all| all.len()), Ok(3));
        for text in ["a=!b", "a==b", "a<>b", "a=?b", "a&b", "a|b", "a&&&b", "a&|b"] {
            assert!(tokens(text).is_err(), "{text}");
        }
    }

    #[test]
    fn identifiers_end_in_a_letter_or_digit() {
        for good in ["a", "_a", "@now", "#a", "a.b.0.c", "a:lower", "@collection.c:x.f", "A1_", "a__"] {
            assert!(is_identifier(good), "{good}");
            assert_eq!(tokens(good), Ok(vec![TokenKind::Identifier(good)]));
        }
        for bad in ["", "@", "_", "#", "a.", "a:", "1a", "é", "a-b", "a b"] {
            assert!(!is_identifier(bad), "{bad}");
        }
    }

    #[test]
    fn comments_end_at_the_line() {
        assert_eq!(tokens("// a\n1 // b"), Ok(vec![TokenKind::Number(1.0)]));
        assert_eq!(tokens("'//'"), Ok(vec![TokenKind::Text("//".to_owned())]));
        assert!(tokens("a / b").is_err());
        assert!(tokens("a\u{a0}b").is_err());
    }
}
