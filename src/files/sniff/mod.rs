//! The type of a file by its content, never by its name or by what the client says (contract: files, section 2).

mod containers;

use serde::de::IgnoredAny;

/// How many bytes decide whether a content is text.
const HEAD: usize = 3072;

/// A type found in a content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kind {
    /// The type, with the charset of texts.
    pub content_type: &'static str,
    /// The usual extension without a dot; may be empty.
    pub extension: &'static str,
}

const fn kind(content_type: &'static str, extension: &'static str) -> Kind {
    Kind { content_type, extension }
}

/// The type of a content.
pub fn sniff(content: &[u8]) -> Kind {
    if content.is_empty() {
        return kind("text/plain", "txt");
    }
    if content.starts_with(&[0xFF, 0xFE]) || content.starts_with(&[0xFE, 0xFF]) {
        let little = content[0] == 0xFF;
        return kind(if little { "text/plain; charset=utf-16le" } else { "text/plain; charset=utf-16be" }, "txt");
    }
    let head = &content[..content.len().min(HEAD)];
    if head.iter().any(|byte| is_binary(*byte)) { binary(content) } else { text(content, head) }
}

/// Control characters that no text has (WHATWG MIME Sniffing, "binary data byte").
fn is_binary(byte: u8) -> bool {
    matches!(byte, 0..=8 | 0x0B | 0x0E..=0x1A | 0x1C..=0x1F)
}

fn binary(content: &[u8]) -> Kind {
    if content.starts_with(b"OggS") {
        let codec = content.get(28..).unwrap_or_default();
        let audio: [&[u8]; 4] = [b"OpusHead", b"\x01vorbis", b"\x7fFLAC", b"Speex  "];
        let is_audio = audio.iter().any(|mark| codec.starts_with(mark));
        return if is_audio { kind("audio/ogg", "oga") } else { kind("application/ogg", "ogx") };
    }
    if content.starts_with(b".snd") {
        return kind("audio/basic", "au");
    }
    if content.get(4..8) == Some(b"ftyp") {
        match content.get(8..11) {
            Some(b"3gp" | b"3gs" | b"3ge" | b"3gg") => return kind("video/3gpp", "3gp"),
            Some(b"3g2") => return kind("video/3gpp2", "3g2"),
            _ => {}
        }
    }
    if let Some(held) = containers::matroska(content).or_else(|| containers::office(content)) {
        return held;
    }
    let Some(found) = infer::get(content) else {
        return kind("application/octet-stream", "");
    };
    match found.mime_type() {
        "image/vnd.microsoft.icon" => kind("image/x-icon", "ico"),
        "image/heif" => kind("image/heic", "heic"),
        "audio/x-wav" => kind("audio/wav", "wav"),
        "audio/x-aiff" => kind("audio/aiff", "aiff"),
        "audio/m4a" => kind("audio/x-m4a", "m4a"),
        "audio/x-flac" => kind("audio/flac", "flac"),
        "application/font-woff" if content.starts_with(b"wOF2") => kind("font/woff2", "woff2"),
        "application/font-woff" => kind("font/woff", "woff"),
        "application/font-sfnt" if content.starts_with(b"OTTO") => kind("font/otf", "otf"),
        "application/font-sfnt" => kind("font/ttf", "ttf"),
        "application/vnd.rar" => kind("application/x-rar-compressed", "rar"),
        "text/html" | "text/xml" | "text/x-shellscript" => kind("application/octet-stream", ""),
        other => kind(other, found.extension()),
    }
}

fn text(content: &[u8], head: &[u8]) -> Kind {
    if content.starts_with(b"%PDF-") {
        return kind("application/pdf", "pdf");
    }
    if content.starts_with(b"{\\rtf") {
        return kind("text/rtf", "rtf");
    }
    if content.starts_with(b"%!PS-Adobe-") {
        return kind("application/postscript", "ps");
    }
    let body = content.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(content).trim_ascii_start();
    if is_html(body) {
        return kind("text/html; charset=utf-8", "html");
    }
    if is_svg(&body[..body.len().min(HEAD)]) {
        return kind("image/svg+xml", "svg");
    }
    if starts_with_any_case(body, b"<?xml") {
        return kind("text/xml; charset=utf-8", "xml");
    }
    if starts_with_any_case(body, b"<?php") || body.starts_with(b"<?\n") || body.starts_with(b"<? ") {
        return kind("text/x-php", "php");
    }
    if let Some(script) = script(body) {
        return script;
    }
    if body.starts_with(b"{") || body.starts_with(b"[") {
        if is_json(body) {
            return kind("application/json", "json");
        }
    } else if is_table(head, head.len() < content.len(), b',') {
        return kind("text/csv", "csv");
    } else if is_table(head, head.len() < content.len(), b'\t') {
        return kind("text/tab-separated-values", "tsv");
    }
    let utf8 = match std::str::from_utf8(head) {
        Ok(_) => true,
        // The head may end within a character.
        Err(error) => error.error_len().is_none() && head.len() < content.len(),
    };
    kind(if utf8 { "text/plain; charset=utf-8" } else { "text/plain; charset=iso-8859-1" }, "txt")
}

/// Whether a content is JSON, or the head of a long one may be.
fn is_json(body: &[u8]) -> bool {
    let head = &body[..body.len().min(HEAD)];
    match serde_json::from_slice::<IgnoredAny>(head) {
        Ok(_) => true,
        Err(error) => error.is_eof() && head.len() < body.len(),
    }
}

fn starts_with_any_case(text: &[u8], mark: &[u8]) -> bool {
    text.get(..mark.len()).is_some_and(|start| start.eq_ignore_ascii_case(mark))
}

/// The tags that make a page (WHATWG MIME Sniffing, section 7.1), each followed by a space or `>`.
fn is_html(body: &[u8]) -> bool {
    const TAGS: [&[u8]; 16] = [
        b"<!DOCTYPE HTML",
        b"<HTML",
        b"<HEAD",
        b"<SCRIPT",
        b"<IFRAME",
        b"<H1",
        b"<DIV",
        b"<FONT",
        b"<TABLE",
        b"<A",
        b"<STYLE",
        b"<TITLE",
        b"<B",
        b"<BODY",
        b"<BR",
        b"<P",
    ];
    TAGS.iter().any(|tag| {
        starts_with_any_case(body, tag) && body.get(tag.len()).is_some_and(|next| matches!(next, b' ' | b'>' | b'\n'))
    }) || (body.starts_with(b"<!--") && !is_svg(&body[..body.len().min(HEAD)]))
}

/// An `<svg` element that is the first one: after an XML head, a document type and comments at most.
fn is_svg(mut body: &[u8]) -> bool {
    loop {
        body = body.trim_ascii_start();
        let end: &[u8] = if body.starts_with(b"<?") {
            b"?>"
        } else if body.starts_with(b"<!--") {
            b"-->"
        } else if starts_with_any_case(body, b"<!doctype svg") {
            b">"
        } else {
            return starts_with_any_case(body, b"<svg")
                && body.get(4).is_none_or(|next| next.is_ascii_whitespace() || matches!(next, b'>' | b'/'));
        };
        match body.windows(end.len()).position(|window| window == end) {
            Some(at) => body = &body[at + end.len()..],
            None => return false,
        }
    }
}

/// The language of a script by its first line.
fn script(body: &[u8]) -> Option<Kind> {
    let line = body.strip_prefix(b"#!")?.split(|byte| *byte == b'\n').next()?;
    let line = String::from_utf8_lossy(line);
    let mut words = line.split_whitespace();
    let mut program = words.next()?.rsplit('/').next()?;
    if program == "env" {
        program = words.next()?;
    }
    let program = program.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
    Some(match program {
        "sh" | "bash" | "dash" | "zsh" | "ksh" | "ash" => kind("text/x-shellscript", "sh"),
        "python" => kind("text/x-python", "py"),
        "perl" => kind("text/x-perl", "pl"),
        "php" => kind("text/x-php", "php"),
        "ruby" => kind("text/x-ruby", "rb"),
        "lua" => kind("text/x-lua", "lua"),
        "node" => kind("text/javascript", "js"),
        _ => return None,
    })
}

/// Several lines with the same number of columns, two at least.
fn is_table(head: &[u8], cut: bool, separator: u8) -> bool {
    let mut counts: Vec<usize> = Vec::new();
    let (mut columns, mut quoted, mut line_is_empty) = (1, false, true);
    for &byte in head {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' if !quoted => {
                if !line_is_empty {
                    counts.push(columns);
                }
                (columns, line_is_empty) = (1, true);
                continue;
            }
            b'\r' => continue,
            _ if byte == separator && !quoted => columns += 1,
            _ => {}
        }
        line_is_empty = false;
    }
    if !line_is_empty && !cut {
        counts.push(columns);
    }
    (cut || !quoted)
        && counts.len() > 1
        && counts.first().is_some_and(|first| *first > 1 && counts.iter().all(|count| count == first))
}

/// Whether a found type is one of those that a field accepts: parameters do not count, other names of a type do.
pub fn is_accepted(found: &str, accepted: &[String]) -> bool {
    let found = canonical(found);
    accepted.iter().any(|one| canonical(one) == found)
}

fn canonical(content_type: &str) -> String {
    let bare = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match bare.as_str() {
        "image/jpg" => "image/jpeg",
        "image/vnd.microsoft.icon" => "image/x-icon",
        "image/x-bmp" | "image/x-ms-bmp" => "image/bmp",
        "application/x-pdf" => "application/pdf",
        "application/x-zip" | "application/x-zip-compressed" => "application/zip",
        "application/x-gzip" | "application/x-gunzip" | "application/gzipped" => "application/gzip",
        "application/xml" => "text/xml",
        "application/x-shockwave-flash" => "application/vnd.adobe.flash-movie",
        "application/vnd.rar" | "application/x-rar" => "application/x-rar-compressed",
        "application/rtf" => "text/rtf",
        "text/x-sh" | "application/x-shellscript" => "text/x-shellscript",
        "text/x-script.python" | "application/x-python" => "text/x-python",
        "audio/x-wav" | "audio/vnd.wave" | "audio/wave" => "audio/wav",
        "audio/x-mpeg" | "audio/mp3" => "audio/mpeg",
        "audio/x-aiff" => "audio/aiff",
        "audio/x-flac" => "audio/flac",
        "audio/mid" | "audio/sp-midi" | "audio/x-mid" | "audio/x-midi" => "audio/midi",
        "audio/m4a" => "audio/x-m4a",
        "video/avi" | "video/msvideo" => "video/x-msvideo",
        "video/3gp" | "audio/3gpp" => "video/3gpp",
        "application/x-ogg" => "application/ogg",
        _ => return bare,
    }
    .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_come_from_the_content() {
        let table: [(&[u8], &str); 30] = [
            (b"", "text/plain"),
            (b"hello", "text/plain; charset=utf-8"),
            ("größe".as_bytes(), "text/plain; charset=utf-8"),
            (b"gr\xF6\xDFe", "text/plain; charset=iso-8859-1"),
            (b"\xFF\xFEh\0i\0", "text/plain; charset=utf-16le"),
            (b"const a = 1;\nexport default a;", "text/plain; charset=utf-8"),
            (b"# Title\n\nSome, text", "text/plain; charset=utf-8"),
            (b"<script>alert(1)</script>", "text/html; charset=utf-8"),
            (b"  <!doctype html><p>", "text/html; charset=utf-8"),
            (b"<svg xmlns='x'></svg>", "image/svg+xml"),
            (b"<?xml version='1.0'?>\n<!-- a --><svg/>", "image/svg+xml"),
            (b"<!-- drawn --><svg/>", "image/svg+xml"),
            (b"<?xml version='1.0'?><a/>", "text/xml; charset=utf-8"),
            (b"{\"a\":[1,2]}", "application/json"),
            (b"{\"a\":[1,2}", "text/plain; charset=utf-8"),
            (b"a,b\n1,2\n3,4\n", "text/csv"),
            (b"a,b", "text/plain; charset=utf-8"),
            (b"<?php echo 1;", "text/x-php"),
            (b"#!/bin/sh\necho", "text/x-shellscript"),
            (b"#!/usr/bin/env python3\nprint()", "text/x-python"),
            (b"%PDF-1.4 abc", "application/pdf"),
            (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "image/png"),
            (b"\xFF\xD8\xFF\xE0\0\x10JFIF", "image/jpeg"),
            (b"GIF89a\x01\0\x01\0", "image/gif"),
            (b"GIFs and BMPs are images", "text/plain; charset=utf-8"),
            (b"BMW makes cars", "text/plain; charset=utf-8"),
            (b"RIFF\0\0\0\0WEBPVP8 ", "image/webp"),
            (b"OggS\0\x02\0\0", "application/ogg"),
            (b"PK\x03\x04\x14\0\0\0\0\0", "application/zip"),
            (b"\0\x01\x02nothing known", "application/octet-stream"),
        ];
        for (content, expected) in table {
            let shown = String::from_utf8_lossy(content);
            assert_eq!(sniff(content).content_type, expected, "of {shown:?}");
        }
    }

    #[test]
    fn other_names_of_a_type_and_parameters_are_accepted() {
        let accepts = |found: &str, one: &str| is_accepted(found, &[one.to_owned()]);
        assert!(accepts("text/plain; charset=utf-8", "text/plain"));
        assert!(accepts("image/jpeg", "image/jpg"));
        assert!(accepts("audio/wav", "audio/x-wav"));
        assert!(!accepts("image/svg+xml", "image/png"));
    }
}
