//! The public folder (`pb_public`): at every address that no route has, what lies there (contract: extending, section
//! 8). Whatever else is asked there is not found.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_TYPE, LAST_MODIFIED, LOCATION};
use http::{HeaderMap, HeaderValue, Method, StatusCode, Uri};

use super::Routine;
use super::extract::decode_path;
use super::files::send;
use super::middleware::compression::AsItIs;
use crate::app::App;
use crate::error::{Error, Result};
use crate::files::{INDEX, PublicEntry, PublicFolder, StoredFile};

pub(super) async fn answer(State(app): State<App>, method: Method, uri: Uri, headers: HeaderMap) -> Result<Response> {
    let path = uri.path();
    if let Some(clean) = cleaned(path) {
        return Ok(moved(StatusCode::TEMPORARY_REDIRECT, &clean, &uri));
    }
    if method != Method::GET && method != Method::HEAD {
        return Err(Error::not_found());
    }
    let folder = PublicFolder::new(&app.config.public_dir);
    let decoded = decode_path(path);
    let found = match &decoded {
        Some(path) => folder.find(path).await?,
        None => None,
    };
    let is_folder_address = path.ends_with('/');
    let file = match found {
        Some(PublicEntry::Folder(_)) if !is_folder_address => {
            return Ok(moved(StatusCode::MOVED_PERMANENTLY, &format!("{path}/"), &uri));
        }
        Some(PublicEntry::Folder(index)) => index,
        Some(PublicEntry::File(_)) if is_folder_address => {
            return Ok(moved(StatusCode::MOVED_PERMANENTLY, path.trim_end_matches('/'), &uri));
        }
        Some(PublicEntry::File(file)) => match path.strip_suffix(INDEX).filter(|folder| folder.ends_with('/')) {
            Some(folder) => return Ok(moved(StatusCode::MOVED_PERMANENTLY, folder, &uri)),
            None => Some(file),
        },
        None => None,
    };
    let file = match file {
        None if app.config.index_fallback => index_of(&folder).await?,
        found => found,
    };
    file.map(|file| sent(file, &headers)).ok_or_else(|| Error::NotFound("File not found.".into()))
}

async fn index_of(folder: &PublicFolder) -> Result<Option<StoredFile>> {
    match folder.find(INDEX).await? {
        Some(PublicEntry::File(index)) => Ok(Some(index)),
        _ => Ok(None),
    }
}

fn sent(file: StoredFile, asked: &HeaderMap) -> Response {
    let values = [
        (CONTENT_TYPE, HeaderValue::from_str(&file.content_type)),
        (LAST_MODIFIED, HeaderValue::from_str(&httpdate::fmt_http_date(file.modified))),
    ];
    let about = values.into_iter().filter_map(|(name, value)| Some((name, value.ok()?))).collect();
    unnoticed(send(file, asked, about))
}

/// Sends a client on to a path of this server, with the query that it came with.
fn moved(status: StatusCode, path: &str, uri: &Uri) -> Response {
    // What begins with two slashes would be the address of another server.
    let path = format!("/{}", path.trim_start_matches(['/', '\\']));
    let target = match uri.query() {
        Some(query) => format!("{path}?{query}"),
        None => path,
    };
    match HeaderValue::from_str(&target) {
        Ok(target) => unnoticed((status, [(LOCATION, target)]).into_response()),
        Err(_) => Error::not_found().into_response(),
    }
}

/// An answer that is neither compressed nor worth an entry in the log.
fn unnoticed(mut response: Response) -> Response {
    response.extensions_mut().insert(AsItIs);
    response.extensions_mut().insert(Routine);
    response
}

/// A path without empty parts, `.` and `..`, where it has such; encoded ones stay.
fn cleaned(path: &str) -> Option<String> {
    let inner = path.strip_prefix('/').unwrap_or(path);
    let (parts, last) = inner.rsplit_once('/').unwrap_or(("", inner));
    let is_clean = (parts.is_empty() && !inner.starts_with('/') || parts.split('/').all(|part| !is_idle(part)))
        && !matches!(last, "." | "..");
    if is_clean {
        return None;
    }
    let mut clean: Vec<&str> = Vec::new();
    for part in inner.split('/') {
        match part {
            ".." => drop(clean.pop()),
            part if is_idle(part) => {}
            part => clean.push(part),
        }
    }
    let end = if last.is_empty() && !clean.is_empty() { "/" } else { "" };
    Some(format!("/{}{end}", clean.join("/")))
}

/// Whether a part of a path leads nowhere further.
fn is_idle(part: &str) -> bool {
    matches!(part, "" | "." | "..")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_cleaned_of_what_leads_nowhere() {
        for (path, expected) in [
            ("/", None),
            ("/a", None),
            ("/a/", None),
            ("/a/b.html", None),
            ("/a/%2e%2e/b", None),
            ("/...", None),
            ("/..a/b..", None),
            ("//", Some("/")),
            ("//a.example/x", Some("/a.example/x")),
            ("/a//", Some("/a/")),
            ("/a//b", Some("/a/b")),
            ("/a/./b", Some("/a/b")),
            ("/a/.", Some("/a")),
            ("/a/b/..", Some("/a")),
            ("/a/../b", Some("/b")),
            ("/..", Some("/")),
            ("/../../etc/passwd", Some("/etc/passwd")),
        ] {
            assert_eq!(cleaned(path).as_deref(), expected, "{path}");
        }
    }

    #[test]
    fn nobody_is_sent_to_another_server() {
        let uri = Uri::from_static("/x?next=1");
        for path in ["//a.example", "/\\a.example", "\\\\a.example", "/a.example", "///a.example"] {
            let response = moved(StatusCode::MOVED_PERMANENTLY, path, &uri);
            assert_eq!(response.headers()[LOCATION], "/a.example?next=1", "{path}");
        }
    }
}
