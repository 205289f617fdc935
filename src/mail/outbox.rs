//! Mails as files, for development: `mails/` in the data directory, in the order in which they were sent.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use lettre::Message as Sealed;

use super::Unsent;
use crate::{ids, time};

/// Writes a mail as a file.
pub(super) async fn put(outbox: &Path, mail: &Sealed) -> Result<(), Unsent> {
    let (folder, bytes) = (outbox.to_owned(), mail.formatted());
    let written = tokio::task::spawn_blocking(move || write(&folder, &bytes)).await;
    match written.unwrap_or_else(|error| Err(io::Error::other(error))) {
        Ok(path) => {
            tracing::info!(path = %path.display(), "the mail is a file");
            Ok(())
        }
        Err(error) => Err(Unsent::for_now(format!("The mail cannot be written into {}: {error}.", outbox.display()))),
    }
}

/// Writes under another name first: whoever watches the folder never reads half a mail.
fn write(folder: &Path, bytes: &[u8]) -> io::Result<PathBuf> {
    make(folder)?;
    let name = name();
    let unfinished = folder.join(format!(".{name}.part"));
    let mut file = fs::File::create_new(&unfinished)?;
    file.write_all(bytes)?;
    drop(file);
    let path = folder.join(name);
    fs::rename(unfinished, &path)?;
    Ok(path)
}

fn make(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(folder)
}

/// A name after all earlier ones of this process; the end keeps those of several processes apart.
fn name() -> String {
    static COUNTER: AtomicU32 = AtomicU32::new(0);
    let count = COUNTER.fetch_add(1, Ordering::Relaxed);
    let at = time::now_text().replace([' ', ':'], "-").replace('.', "-");
    format!("{}-{count:06}-{}.eml", at.trim_end_matches('Z'), ids::random_lower(4))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mails_lie_whole_and_in_their_order() {
        let dir = tempfile::tempdir().expect("a folder");
        let outbox = dir.path().join("mails");
        let written: Vec<PathBuf> =
            (0..20).map(|number| write(&outbox, format!("mail {number}").as_bytes()).expect("written")).collect();
        let mut found: Vec<PathBuf> =
            fs::read_dir(&outbox).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
        found.sort();
        assert_eq!(found, written);
        assert!(found.iter().all(|path| path.extension().is_some_and(|extension| extension == "eml")));
        assert_eq!(fs::read_to_string(&found[7]).expect("readable"), "mail 7");
    }
}
