//! Types of containers whose first bytes are not enough: what lies in them says what they are.

use super::{Kind, kind};

const MATROSKA: [u8; 4] = [0x1A, 0x45, 0xDF, 0xA3];
/// Stands before what the header of a Matroska container calls it.
const DOC_TYPE: [u8; 2] = [0x42, 0x82];

/// Begins each entry of a zip.
const ENTRY: [u8; 4] = *b"PK\x03\x04";
/// Where an entry has the length of its name, and where its name begins.
const NAME_LENGTH: usize = 26;
const NAME: usize = 30;
/// What office documents begin with.
const FIRST: [&[u8]; 7] = [b"[Content_Types].xml", b"_rels/", b"docProps/", b"customXml/", b"word/", b"xl/", b"ppt/"];

/// A video of the Matroska family by what its header calls it (RFC 8794: before a text stands its length, in as many
/// bytes as the first of them says).
pub(super) fn matroska(content: &[u8]) -> Option<Kind> {
    if !content.starts_with(&MATROSKA) {
        return None;
    }
    let marks = content.windows(DOC_TYPE.len()).enumerate().filter(|(_, bytes)| **bytes == DOC_TYPE);
    marks.into_iter().find_map(|(at, _)| {
        let length = at + DOC_TYPE.len();
        let name = content.get(length + content.get(length)?.leading_zeros() as usize + 1..)?;
        match name {
            _ if name.starts_with(b"webm") => Some(kind("video/webm", "webm")),
            _ if name.starts_with(b"matroska") => Some(kind("video/x-matroska", "mkv")),
            _ => None,
        }
    })
}

/// An office document by the folders in its zip, in whatever order a program has written them.
pub(super) fn office(content: &[u8]) -> Option<Kind> {
    let name = |at: usize| {
        let length = content.get(at + NAME_LENGTH..at + NAME_LENGTH + 2)?;
        content.get(at + NAME..)?.get(..usize::from(u16::from_le_bytes([length[0], length[1]])))
    };
    if !content.starts_with(&ENTRY) || !FIRST.iter().any(|first| name(0).is_some_and(|name| name.starts_with(first))) {
        return None;
    }
    let entries = content.windows(ENTRY.len()).enumerate().filter(|(_, bytes)| **bytes == ENTRY);
    entries.filter_map(|(at, _)| name(at)).find_map(|name| match name {
        _ if name.starts_with(b"word/") => {
            Some(kind("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx"))
        }
        _ if name.starts_with(b"xl/") => {
            Some(kind("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"))
        }
        _ if name.starts_with(b"ppt/") => {
            Some(kind("application/vnd.openxmlformats-officedocument.presentationml.presentation", "pptx"))
        }
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::super::sniff;

    /// A zip of empty entries, without its end.
    fn zip(names: &[&str]) -> Vec<u8> {
        let entry = |name: &&str| {
            let length = u16::try_from(name.len()).expect("a short name").to_le_bytes();
            [b"PK\x03\x04\x14\0".as_slice(), &[0; 20], &length, &[0; 2], name.as_bytes()].concat()
        };
        names.iter().flat_map(entry).collect()
    }

    #[test]
    fn office_documents_are_found_whoever_wrote_them() {
        let word = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
        let cells = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
        let slides = "application/vnd.openxmlformats-officedocument.presentationml.presentation";
        let table: [(&[&str], &str); 6] = [
            (&["[Content_Types].xml", "_rels/.rels", "word/document.xml"], word),
            (&["_rels/.rels", "docProps/core.xml", "docProps/app.xml", "word/document.xml"], word),
            (
                &["[Content_Types].xml", "_rels/.rels", "docProps/app.xml", "docProps/core.xml", "xl/workbook.xml"],
                cells,
            ),
            (&["[Content_Types].xml", "_rels/.rels", "ppt/presentation.xml", "customXml/item.xml"], slides),
            (&["notes/word/a.txt", "word/a.txt"], "application/zip"),
            (&["[Content_Types].xml", "_rels/.rels", "other/a.xml", "swords/b.xml"], "application/zip"),
        ];
        for (names, expected) in table {
            assert_eq!(sniff(&zip(names)).content_type, expected, "{names:?}");
        }
        let cut = zip(&["[Content_Types].xml", "word/document.xml"]);
        (0..cut.len()).for_each(|end| _ = sniff(&cut[..end]));
    }

    #[test]
    fn videos_of_the_matroska_family_are_told_apart() {
        let table: [(&[u8], &str); 4] = [
            (b"\x1A\x45\xDF\xA3\x9F\x42\x86\x81\x01\x42\x82\x84webm", "video/webm"),
            (b"\x1A\x45\xDF\xA3\x93\x42\x82\x40\x08matroska", "video/x-matroska"),
            (b"\x1A\x45\xDF\xA3\x93\x42\x82\x84other", "application/octet-stream"),
            (b"\x1A\x45\xDF\xA3\x93\x42\x82", "application/octet-stream"),
        ];
        for (content, expected) in table {
            assert_eq!(sniff(content).content_type, expected, "{content:?}");
        }
    }
}
