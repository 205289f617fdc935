//! The route of a request, for counting: method and path, where what stands for one thing is its kind in braces. Names
//! of collections and schedules stay, since there are few of them and one wants to see which.

/// What stands for a part of a path that is different each time.
const ID: &str = "{id}";

/// The route of a method and an address as it stands in an entry.
pub(super) fn route(method: &str, url: &str) -> String {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    let Some(below) = path.strip_prefix("/api/") else { return format!("{method} {}", outside(path)) };
    let parts: Vec<&str> = below.split('/').filter(|part| !part.is_empty()).collect();
    let mut out = format!("{method} /api");
    for (at, part) in parts.iter().enumerate() {
        if at == MOST_PARTS {
            out.push_str("/…");
            break;
        }
        out.push('/');
        out.push_str(kind(&parts, at).unwrap_or(part));
    }
    out
}

/// No route of the API has more parts.
const MOST_PARTS: usize = 5;

/// Everything that is no API, by its first part: the dashboard, and what strangers try.
fn outside(path: &str) -> String {
    match path.strip_prefix('/').unwrap_or(path).split_once('/') {
        Some((first, rest)) if !rest.is_empty() => format!("/{first}/…"),
        _ => path.to_owned(),
    }
}

/// What a part of a path below `/api` is, where it is one of many.
fn kind(parts: &[&str], at: usize) -> Option<&'static str> {
    match (parts, at) {
        (["collections", _, "records" | "impersonate", ..], 3) => Some(ID),
        (["files", _, _, _], 2) => Some(ID),
        (["files", _, _, _], 3) => Some("{name}"),
        (["backups", key, ..], 1) => (!["upload", "active"].contains(key)).then_some("{key}"),
        (["logs", id], 1) => (!["stats", "overview"].contains(id)).then_some(ID),
        // Whoever asks for what is nowhere may ask for anything.
        (_, 1..) => is_id(parts[at]).then_some(ID),
        _ => None,
    }
}

/// Whether a part has the form of the ids that records get.
fn is_id(part: &str) -> bool {
    let mut bytes = part.bytes();
    part.len() == 15
        && bytes.all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        && part.bytes().any(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::route;

    #[test]
    fn what_is_one_of_many_is_told_by_its_kind() {
        for (url, expected) in [
            ("/api/collections/posts/records?page=2", "/api/collections/posts/records"),
            ("/api/collections/posts/records/abc", "/api/collections/posts/records/{id}"),
            ("/api/collections/users/impersonate/abc", "/api/collections/users/impersonate/{id}"),
            ("/api/collections/users/auth-with-password", "/api/collections/users/auth-with-password"),
            ("/api/collections/pbc_1234567890", "/api/collections/pbc_1234567890"),
            ("/api/files/posts/abc/a_b.png?thumb=1x1", "/api/files/posts/{id}/{name}"),
            ("/api/files/token", "/api/files/token"),
            ("/api/backups/a.zip/restore", "/api/backups/{key}/restore"),
            ("/api/backups/upload", "/api/backups/upload"),
            ("/api/logs/abc", "/api/logs/{id}"),
            ("/api/logs/stats", "/api/logs/stats"),
            ("/api/crons/__pbLogsCleanup__", "/api/crons/__pbLogsCleanup__"),
            ("/api/unknown/0123456789abcde/x", "/api/unknown/{id}/x"),
            ("/api/a/b/c/d/e/f/g", "/api/a/b/c/d/e/…"),
            ("/api", "/api"),
            ("/", "/"),
            ("/favicon.ico", "/favicon.ico"),
            ("/_/", "/_/"),
            ("/_/assets/a.js", "/_/…"),
            ("", ""),
        ] {
            assert_eq!(route("GET", url), format!("GET {expected}"), "{url}");
        }
    }
}
