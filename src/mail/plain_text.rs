//! The text part of a mail, made of its HTML: links as `[text](address)`, list items behind `- `, a line for each
//! block. What is not shown (styles, scripts, the page's head, class `hidden`) is left out.
//!
//! The tags are read as they come, without a tree: a mail's HTML may be anything, and a tag that is never closed does
//! no harm here.

use std::cell::RefCell;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};

/// Elements without content, which have no end.
const VOID: [&str; 13] =
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"];

/// Elements whose content is shown to nobody.
const UNSEEN: [&str; 5] = ["head", "script", "style", "template", "title"];

/// Elements that stand apart from what is around them, with an empty line.
const PARAGRAPHS: [&str; 14] =
    ["blockquote", "dl", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "ol", "p", "pre", "table", "ul"];

/// Elements that begin and end a line.
const LINES: [&str; 15] = [
    "address", "article", "body", "caption", "dd", "div", "dt", "fieldset", "footer", "header", "li", "main",
    "section", "thead", "tr",
];

/// The text of a page.
pub(super) fn of(html: &str) -> String {
    let tokenizer = Tokenizer::new(Reader::default(), TokenizerOpts::default());
    let input = BufferQueue::default();
    input.push_back(StrTendril::from_slice(html));
    // It stops after each script.
    while !input.is_empty() {
        let _ = tokenizer.feed(&input);
    }
    tokenizer.end();
    tokenizer.sink.text.into_inner().finish()
}

#[derive(Default)]
struct Reader {
    text: RefCell<Text>,
}

impl TokenSink for Reader {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let mut text = self.text.borrow_mut();
        match token {
            Token::CharacterTokens(characters) => text.words(&characters),
            Token::TagToken(tag) if tag.kind == TagKind::StartTag => {
                text.begin(&tag);
                match &*tag.name {
                    // A script is done with at its end; nobody runs it.
                    "script" | "style" | "xmp" | "iframe" | "noembed" | "noframes" => {
                        return TokenSinkResult::RawData(RawKind::Rawtext);
                    }
                    "title" | "textarea" => return TokenSinkResult::RawData(RawKind::Rcdata),
                    _ => {}
                }
            }
            Token::TagToken(tag) => text.end(&tag.name),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

/// The text so far.
#[derive(Default)]
struct Text {
    out: String,
    /// How many line ends must come before the next word.
    breaks: usize,
    /// Whether a space must.
    space: bool,
    /// The open elements within one that is not shown; empty outside of such.
    unseen: Vec<String>,
    /// Where open links began in the text, with their addresses.
    links: Vec<(usize, String)>,
}

impl Text {
    fn begin(&mut self, tag: &Tag) {
        let name = &*tag.name;
        let is_void = VOID.contains(&name) || tag.self_closing;
        if !self.unseen.is_empty() || UNSEEN.contains(&name) || is_hidden(tag) {
            if !is_void {
                self.unseen.push(name.to_owned());
            }
            return;
        }
        self.lines_around(name);
        match name {
            "br" => self.breaks += 1,
            "li" => self.mark("- "),
            "td" | "th" => self.space = true,
            "a" => {
                self.close_link();
                let href = attribute(tag, "href").unwrap_or_default();
                self.links.push((self.out.len(), href));
            }
            _ => {}
        }
    }

    fn end(&mut self, name: &str) {
        if !self.unseen.is_empty() {
            // What was left open inside ends with it.
            if let Some(at) = self.unseen.iter().rposition(|open| open == name) {
                self.unseen.truncate(at);
            }
            return;
        }
        if name == "a" {
            self.close_link();
        }
        self.lines_around(name);
    }

    fn lines_around(&mut self, name: &str) {
        if PARAGRAPHS.contains(&name) {
            self.breaks = self.breaks.max(2);
        } else if LINES.contains(&name) {
            self.breaks = self.breaks.max(1);
        }
    }

    fn words(&mut self, characters: &str) {
        if !self.unseen.is_empty() {
            return;
        }
        for one in characters.chars() {
            if one.is_ascii_whitespace() {
                self.space = true;
            } else {
                self.separate();
                self.out.push(one);
            }
        }
    }

    /// Something that belongs before the words that follow.
    fn mark(&mut self, mark: &str) {
        self.space = false;
        self.separate();
        self.out.push_str(mark);
    }

    /// Writes the line ends or the space that are owed.
    fn separate(&mut self) {
        if !self.out.is_empty() {
            match self.breaks {
                0 if self.space && !self.out.ends_with(' ') => self.out.push(' '),
                0 => {}
                // No more than one empty line.
                breaks => (0..breaks.min(2)).for_each(|_| self.out.push('\n')),
            }
        }
        (self.breaks, self.space) = (0, false);
    }

    /// Writes the address behind the words of a link.
    fn close_link(&mut self) {
        let Some((from, href)) = self.links.pop() else { return };
        let words = self.out[from..].trim_start();
        if href.is_empty() || words == href {
            return;
        }
        if words.is_empty() {
            self.separate();
            self.out.push_str(&format!("[]({href})"));
            return;
        }
        let begin = self.out.len() - words.len();
        self.out.insert(begin, '[');
        self.out.push_str(&format!("]({href})"));
    }

    fn finish(mut self) -> String {
        self.close_link();
        self.out.truncate(self.out.trim_end().len());
        self.out
    }
}

fn attribute(tag: &Tag, name: &str) -> Option<String> {
    tag.attrs.iter().find(|one| &*one.name.local == name).map(|one| one.value.to_string())
}

fn is_hidden(tag: &Tag) -> bool {
    attribute(tag, "class").is_some_and(|classes| classes.split_ascii_whitespace().any(|class| class == "hidden"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn html_becomes_text() {
        for (html, text) in [
            ("", ""),
            ("  Hello,\n  you  ", "Hello, you"),
            ("<p>One</p>\n<p>Two<br/>Three</p>", "One\n\nTwo\nThree"),
            ("<div>a</div><div>b</div>", "a\nb"),
            ("<ul>\n<li>one</li>\n<li>two <b>bold</b></li></ul>end", "- one\n- two bold\n\nend"),
            (
                "<p><a class=\"btn\" href=\"https://x.org/a?b=1&amp;c=2\">Go on</a></p>",
                "[Go on](https://x.org/a?b=1&c=2)",
            ),
            ("see <a href=\"https://x.org\">https://x.org</a>.", "see https://x.org."),
            ("<a>no address</a>", "no address"),
            ("a<a href='u'> b </a>c", "a [b](u) c"),
            ("<a href='u'><img src='x'/></a>", "[](u)"),
            ("1 &lt; 2 &amp; &copy; &#39;x&#39;", "1 < 2 & © 'x'"),
            ("<style>p { a: b }</style><p>x</p><script>if (a < b) { c() }</script><p>y</p>", "x\n\ny"),
            ("<html><head><title>T</title></head><body>b</body></html>", "b"),
            ("a<span class=\"x hidden\">b<br/><i>c</i></span>d", "ad"),
            ("<!-- nothing -->a<!-- -- >", "a"),
            ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
            ("unclosed <a href='u'>link", "unclosed [link](u)"),
            ("<a href='1'>one<a href='2'>two</a>", "[one](1)[two](2)"),
        ] {
            assert_eq!(of(html), text, "{html}");
        }
    }

    #[test]
    fn a_page_has_nothing_of_its_shell_in_its_text() {
        assert_eq!(of(&super::super::shell::page("<p>Hello</p>")), "Hello");
    }

    proptest! {
        #[test]
        fn no_html_makes_it_fail(html in "(<(/?)(a|p|li|ul|div|script|style|title|br)( href='x')?>|[a-z <>&;\\n]){0,60}") {
            let _ = of(&html);
        }
    }
}
