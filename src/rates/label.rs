//! The labels of rules, and what a request is called in their words.

use super::{Asker, Place};

/// One name of a request.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Candidate<'a> {
    /// `collection:tag`, also with `*` for the collection.
    Tag(&'a str, &'a str),
    /// `METHOD /path`
    Method(&'a str, &'a str),
    /// `/path`
    Path(&'a str),
}

/// All names of a request, in the order in which they are looked for.
pub(super) fn candidates<'a>(asker: &Asker<'a>, place: &Place<'a>) -> impl Iterator<Item = Candidate<'a>> {
    let (name, tags): (&str, &'static [&'static str]) = match *place {
        Place::Route => ("", &[]),
        Place::Collection { name, tags, .. } => (name, tags),
    };
    let of_the_collection = tags.iter().map(move |tag| Candidate::Tag(name, tag));
    let of_all = tags.iter().map(|tag| Candidate::Tag("*", tag));
    let paths = [Candidate::Method(asker.method, asker.path), Candidate::Path(asker.path)];
    of_the_collection.chain(of_all).chain(paths)
}

impl Candidate<'_> {
    /// Whether a label is this name.
    pub(super) fn is(self, label: &str) -> bool {
        match self {
            Self::Tag(collection, tag) => label.split_once(':') == Some((collection, tag)),
            Self::Method(method, path) => after_method(label, method) == Some(path),
            Self::Path(path) => label == path,
        }
    }

    /// Whether a label ends in `/` and this name lies below it, or is it without the `/`.
    pub(super) fn is_below(self, label: &str) -> bool {
        let Some(folder) = label.strip_suffix('/') else { return false };
        let (folder, path) = match self {
            Self::Tag(..) => return false,
            Self::Method(method, path) => match after_method(folder, method) {
                Some(folder) => (folder, path),
                None => return false,
            },
            Self::Path(path) => (folder, path),
        };
        path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }
}

fn after_method<'l>(label: &'l str, method: &str) -> Option<&'l str> {
    label.strip_prefix(method)?.strip_prefix(' ')
}
