//! `:excerpt`: the beginning of the plain text of an HTML text.

use std::cell::RefCell;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer};

/// Elements whose content is no text of the page.
const DROPPED: [&str; 18] = [
    "head", "style", "script", "iframe", "embed", "applet", "object", "svg", "img", "picture", "dialog", "template",
    "button", "form", "textarea", "input", "select", "option",
];

/// Elements that do not interrupt the text around them; all others separate words.
const INLINE: [&str; 21] = [
    "a", "abbr", "acronym", "b", "bdo", "big", "br", "button", "cite", "code", "em", "i", "label", "q", "small",
    "span", "strong", "strike", "sub", "sup", "time",
];

/// Elements that have no content and no end tag.
const VOID: [&str; 13] =
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"];

/// What is collapsed to one space.
const SPACES: [char; 5] = [' ', '\t', '\n', '\r', '\x0c'];

/// How far back the beginning of a block that ends is looked for.
const DEEPEST: usize = 256;

/// How much of a text is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Excerpt {
    /// How many characters at most.
    pub(super) max: usize,
    /// Whether `...` says that there is more.
    pub(super) ellipsis: bool,
}

impl Excerpt {
    /// The excerpt of a text.
    pub(super) fn of(self, html: &str) -> String {
        let text = plain_text(html);
        let text = text.trim();
        match text.char_indices().nth(self.max) {
            None => text.to_owned(),
            Some((end, _)) => {
                let mut cut = text[..end].trim().to_owned();
                if self.ellipsis {
                    cut.push_str("...");
                }
                cut
            }
        }
    }
}

fn plain_text(html: &str) -> String {
    if !html.contains(['<', '&']) {
        let mut text = Text::default();
        text.add(html);
        return text.out;
    }
    let input = BufferQueue::default();
    input.push_back(StrTendril::from_slice(html));
    let tokenizer = Tokenizer::new(Sink::default(), Default::default());
    // A script's end asks to be let on; there is nothing to run.
    while !input.is_empty() {
        let _ = tokenizer.feed(&input);
    }
    tokenizer.end();
    tokenizer.sink.0.into_inner().text.out
}

/// Text with its white space collapsed.
#[derive(Default)]
struct Text {
    out: String,
}

impl Text {
    fn add(&mut self, text: &str) {
        for part in text.split_inclusive(SPACES) {
            let word = part.trim_end_matches(SPACES);
            self.out.push_str(word);
            if word.len() < part.len() {
                self.space();
            }
        }
    }

    fn space(&mut self) {
        if !self.out.ends_with(' ') {
            self.out.push(' ');
        }
    }
}

#[derive(Default)]
struct Sink(RefCell<State>);

#[derive(Default)]
struct State {
    text: Text,
    /// The dropped element that the tokens are in, and how many of its name are open.
    dropped: Option<(String, usize)>,
    /// The block elements that are open, innermost last.
    open: Vec<String>,
    /// Whether the body has begun: a title before it belongs to the head.
    in_body: bool,
}

impl State {
    fn characters(&mut self, characters: &str) {
        if self.dropped.is_none() {
            self.in_body |= !characters.trim().is_empty();
            self.text.add(characters);
        }
    }

    fn tag(&mut self, tag: &Tag) {
        let name: &str = &tag.name;
        let opens = tag.kind == TagKind::StartTag && !VOID.contains(&name);
        if let Some((dropped, depth)) = &mut self.dropped {
            if dropped == name {
                // Of foreign elements alone a slash closes the tag.
                let nested = opens && !(tag.self_closing && name == "svg");
                if nested {
                    *depth += 1;
                } else if tag.kind == TagKind::EndTag {
                    *depth -= 1;
                }
            }
            if *depth == 0 {
                self.dropped = None;
            }
            return;
        }
        let is_head = name == "title" && !self.in_body;
        if DROPPED.contains(&name) || is_head {
            if opens && !(tag.self_closing && name == "svg") {
                self.dropped = Some((name.to_owned(), 1));
            }
            return;
        }
        if !matches!(name, "html" | "meta" | "link" | "base") {
            self.in_body = true;
        }
        if !INLINE.contains(&name) {
            self.block(name, tag.kind == TagKind::EndTag, opens);
        }
    }

    /// A block begins or ends; the end of one that was never begun is nothing (but `</p>`, which is an empty one).
    fn block(&mut self, name: &str, ends: bool, opens: bool) {
        if ends {
            let recent = self.open.len().saturating_sub(DEEPEST);
            match self.open[recent..].iter().rposition(|open| open == name) {
                Some(at) => self.open.truncate(recent + at),
                None if name == "p" => {}
                None => return,
            }
        } else if opens {
            self.open.push(name.to_owned());
        }
        self.text.space();
    }
}

impl TokenSink for Sink {
    type Handle = ();

    fn process_token(&self, token: Token, _: u64) -> TokenSinkResult<()> {
        let mut state = self.0.borrow_mut();
        match token {
            Token::CharacterTokens(characters) => state.characters(&characters),
            Token::TagToken(tag) => {
                state.tag(&tag);
                if tag.kind == TagKind::StartTag {
                    return content_of(&tag.name);
                }
            }
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

/// How the content of an element is read: in some of them tags are text.
fn content_of(name: &str) -> TokenSinkResult<()> {
    match name {
        "script" => TokenSinkResult::RawData(RawKind::ScriptData),
        "style" | "iframe" | "xmp" | "noembed" | "noframes" | "noscript" => TokenSinkResult::RawData(RawKind::Rawtext),
        "textarea" | "title" => TokenSinkResult::RawData(RawKind::Rcdata),
        "plaintext" => TokenSinkResult::Plaintext,
        _ => TokenSinkResult::Continue,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn excerpt(max: usize, ellipsis: bool, html: &str) -> String {
        Excerpt { max, ellipsis }.of(html)
    }

    #[test]
    fn the_plain_text_of_html() {
        for (html, text) in [
            ("plain", "plain"),
            ("", ""),
            ("  a \n\t b  ", "a b"),
            ("<p>Hello <b>wor</b>ld</p><p>again</p>", "Hello world again"),
            ("a<br>b", "ab"),
            ("a<div>b</div>c", "a b c"),
            ("&lt;b&gt; &amp; &eacute;", "<b> & é"),
            ("a < b", "a < b"),
            ("a<script>if (1 < 2) { '</div>' }</script>b", "ab"),
            ("<style>p { color: red }</style>x", "x"),
            ("x<svg><text>in</text></svg>y", "xy"),
            ("x<svg/>y", "xy"),
            ("x<img src=a.png alt=b>y", "xy"),
            ("x<input value=v>y", "xy"),
            ("x<select><option>a<option>b</select>y", "xy"),
            ("x<textarea><b>raw</b></textarea>y", "xy"),
            ("x<object>a<object>b</object>c</object>y", "xy"),
            ("x<iframe><p>no</p></iframe>y", "xy"),
            ("x<button>press</button>y", "xy"),
            ("<head><title>t</title></head><body>x</body>", "x"),
            ("<title>t</title>x", "x"),
            ("<!doctype html><html><body><h1>T</h1>x<!-- c --></body></html>", "T x"),
            ("x</nonsense>y", "xy"),
            ("x</p>y", "x y"),
            ("unclosed <script>rest", "unclosed"),
            ("<ul><li>a</li><li>b</li></ul>", "a b"),
            ("a&nbsp;b", "a\u{a0}b"),
        ] {
            assert_eq!(excerpt(1000, true, html), text, "{html}");
        }
    }

    #[test]
    fn it_is_cut_at_characters_and_trimmed() {
        assert_eq!(excerpt(3, false, "ééééé"), "ééé");
        assert_eq!(excerpt(3, true, "ééééé"), "ééé...");
        assert_eq!(excerpt(5, true, "ééééé"), "ééééé");
        assert_eq!(excerpt(6, true, "Hello <b>world</b>"), "Hello...");
        assert_eq!(excerpt(1, true, "<p>ab</p>"), "a...");
    }

    proptest! {
        #[test]
        fn any_text_has_an_excerpt(html in "[a-z<>/&;!\\- \"'=]{0,80}", max in 1..20_usize) {
            prop_assert!(excerpt(max, false, &html).chars().count() <= max);
        }
    }
}
