//! Where files lie, below the storage: texts that are checked where they are made, so that no path is joined from a
//! part that nobody looked at.

/// What the names of side files end with.
pub(super) const ATTRIBUTES: &str = ".attrs";

/// Folders of derived files stand beside their file, with this before its name.
pub(super) const DERIVED: &str = "thumbs_";

/// The longest part of a path.
pub(super) const LONGEST_PART: usize = 255;

/// A folder of the storage: of a collection, of a record, or of what is derived from one file.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Folder(String);

/// The place of one file.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Key {
    folder: Folder,
    name: String,
}

impl Folder {
    /// The folder of a collection; `None` where the id is no safe name of a folder.
    pub fn of_collection(collection_id: &str) -> Option<Self> {
        is_safe(collection_id).then(|| Self(collection_id.to_owned()))
    }

    /// The folder of a record.
    pub fn of_record(collection_id: &str, record_id: &str) -> Option<Self> {
        Self::of_collection(collection_id)?.sub(record_id)
    }

    /// The place of a file in it; `None` where the name is no safe one, or one that side files have.
    pub fn file(&self, name: &str) -> Option<Key> {
        self.entry(name).filter(|_| !is_side_file(name))
    }

    /// The place of whatever has a name in it.
    pub(super) fn entry(&self, name: &str) -> Option<Key> {
        is_safe(name).then(|| Key { folder: self.clone(), name: name.to_owned() })
    }

    /// The path below the storage, with slashes.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is that of a collection.
    pub(super) fn is_of_collection(&self) -> bool {
        !self.0.contains('/')
    }

    fn sub(&self, part: &str) -> Option<Self> {
        is_safe(part).then(|| Self(format!("{}/{part}", self.0)))
    }
}

impl Key {
    /// The place of a record's file.
    pub fn new(collection_id: &str, record_id: &str, name: &str) -> Option<Self> {
        Folder::of_record(collection_id, record_id)?.file(name)
    }

    /// The place with this path: a record's file, or one that is derived from it.
    pub(super) fn of_path(path: &str) -> Option<Self> {
        let parts: Vec<&str> = path.split('/').collect();
        match parts[..] {
            [collection, record, name] => Self::new(collection, record, name),
            [collection, record, folder, name] if folder.starts_with(DERIVED) => {
                Folder::of_record(collection, record)?.sub(folder)?.file(name)
            }
            _ => None,
        }
    }

    /// The place of a file that lies in no folder, such as an archive.
    pub(super) fn alone(name: &str) -> Option<Self> {
        Folder(String::new()).entry(name)
    }

    /// The folder that it lies in.
    pub fn folder(&self) -> &Folder {
        &self.folder
    }

    /// The name of the file.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The place of a file that is derived from this one: `thumbs_<name>/<kind>_<name>`.
    pub fn derived(&self, kind: &str) -> Option<Self> {
        self.derivatives()?.file(&format!("{kind}_{}", self.name))
    }

    /// The folder of everything that is derived from this file.
    pub(super) fn derivatives(&self) -> Option<Folder> {
        self.folder.sub(&format!("{DERIVED}{}", self.name))
    }

    /// The path below the storage, with slashes.
    pub(super) fn path(&self) -> String {
        if self.folder.0.is_empty() {
            return self.name.clone();
        }
        format!("{}/{}", self.folder.0, self.name)
    }
}

/// Whether a name is that of a side file, which no file of a record may have.
pub(super) fn is_side_file(name: &str) -> bool {
    name.ends_with(ATTRIBUTES)
}

/// Whether a text is one part of a path and nothing else.
fn is_safe(part: &str) -> bool {
    !matches!(part, "" | "." | "..") && part.len() <= LONGEST_PART && !part.contains(['/', '\\', '\0'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_part_leaves_the_storage() {
        for (collection, record, name) in [
            ("..", ".", "secret"),
            ("c", "../..", "secret"),
            ("c", "r", "../../../secret"),
            ("c", "r", "..\\secret"),
            ("c", "r", "a\0b"),
            ("c", "", "a.txt"),
            ("c", "r", "a.txt.attrs"),
        ] {
            assert_eq!(Key::new(collection, record, name), None, "{collection} {record} {name}");
        }
        let key = Key::new("c", "r", "a.png").expect("a place");
        assert_eq!(key.path(), "c/r/a.png");
        assert_eq!(key.derived("100x100").expect("a place").path(), "c/r/thumbs_a.png/100x100_a.png");
        assert_eq!(key.derived("../1"), None);
        assert_eq!(Key::new("c", "r", &"x".repeat(250)).expect("a place").derived("100x100"), None);
    }
}
