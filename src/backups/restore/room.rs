//! Room on the disk, and waiting until it has what was written.

use std::io::{self, ErrorKind};
use std::path::Path;

use crate::error::{Error, Result};

/// What is left free on the disk.
const RESERVE: u64 = 32 << 20;

/// Refuses what would fill the disk.
///
/// # Errors
/// One sentence with both sizes.
pub(super) fn refuse_more_than_there_is(folder: &Path, bytes: Option<u64>) -> Result<()> {
    let Some(free) = free(folder) else { return Ok(()) };
    match bytes {
        Some(bytes) if bytes.saturating_add(RESERVE) <= free => Ok(()),
        Some(bytes) => Err(Error::bad_request(format!(
            "It needs {} MiB and the disk has {} MiB left; the data of now stays until the restored one has opened.",
            bytes.div_ceil(1 << 20),
            free >> 20
        ))),
        None => Err(Error::bad_request("What it says to hold is more than any disk has.")),
    }
}

/// How many bytes are free for us where a folder is, where the system tells it.
#[cfg(target_os = "linux")]
fn free(folder: &Path) -> Option<u64> {
    let about = rustix::fs::statvfs(folder).ok()?;
    about.f_bavail.checked_mul(about.f_frsize)
}

#[cfg(not(target_os = "linux"))]
fn free(_: &Path) -> Option<u64> {
    None
}

/// Whether each file is to be waited for; elsewhere one call waits for all, which is much less work where they are many.
pub(super) fn is_settled_one_by_one() -> bool {
    !cfg!(target_os = "linux")
}

/// Waits until everything that was written is on the disk.
#[cfg(target_os = "linux")]
pub(super) fn settle(folder: &Path) -> Result<()> {
    let folder = std::fs::File::open(folder)?;
    rustix::fs::syncfs(&folder).map_err(|error| fault(error.into()))
}

#[cfg(not(target_os = "linux"))]
pub(super) fn settle(_: &Path) -> Result<()> {
    Ok(())
}

/// What the disk says where it takes no more is told; anything else is a fault of the system.
pub(super) fn fault(error: io::Error) -> Error {
    match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => {
            Error::bad_request(format!("There is no room to unpack it: {error}."))
        }
        _ => error.into(),
    }
}
