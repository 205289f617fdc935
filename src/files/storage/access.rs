//! Reading from the disk in two ways: what the system holds in its memory is read at once, on the thread of the
//! request, since a hop to another thread costs several times as much as the read; for anything else a thread waits
//! that may.

use std::fs::File;
use std::io::{self, ErrorKind, Read, Seek, SeekFrom};
use std::path::Path;

use bytes::Bytes;

/// Whether whoever reads may wait for the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::files) enum Access {
    /// Not: what would have to be waited for is an error, and so is what the system cannot tell of.
    AtOnce,
    /// It may.
    Waiting,
}

impl Access {
    /// Opens a file to be read.
    pub(super) fn open(self, path: &Path) -> io::Result<File> {
        match self {
            Self::AtOnce => cached::open(path),
            Self::Waiting => File::open(path),
        }
    }

    /// So many bytes of a file from a place on, or what there is up to its end. It may move the file's own place.
    pub(in crate::files) fn read(self, mut file: &File, from: u64, most: u64) -> io::Result<Bytes> {
        let size = usize::try_from(most).map_err(|_| ErrorKind::InvalidInput)?;
        match self {
            Self::AtOnce => cached::read(file, from, size),
            Self::Waiting => {
                file.seek(SeekFrom::Start(from))?;
                let mut bytes = Vec::with_capacity(size);
                file.take(most).read_to_end(&mut bytes)?;
                Ok(bytes.into())
            }
        }
    }
}

#[cfg(target_os = "linux")]
mod cached {
    use std::io::IoSliceMut;

    use rustix::fs::{CWD, Mode, OFlags, ResolveFlags, openat2};
    use rustix::io::{ReadWriteFlags, preadv2};

    use super::{Bytes, ErrorKind, File, Path, io};

    /// Fails where the names on the way are not all known already.
    pub(super) fn open(path: &Path) -> io::Result<File> {
        let flags = OFlags::RDONLY | OFlags::CLOEXEC;
        Ok(openat2(CWD, path, flags, Mode::empty(), ResolveFlags::CACHED)?.into())
    }

    /// Fails where a part of it would come from the disk.
    pub(super) fn read(file: &File, from: u64, size: usize) -> io::Result<Bytes> {
        let mut bytes = vec![0; size];
        let count = match size {
            0 => 0,
            _ => preadv2(file, &mut [IoSliceMut::new(&mut bytes)], from, ReadWriteFlags::NOWAIT)?,
        };
        if count < size { Err(ErrorKind::WouldBlock.into()) } else { Ok(bytes.into()) }
    }
}

/// Other systems do not tell what they hold.
#[cfg(not(target_os = "linux"))]
mod cached {
    use super::{Bytes, ErrorKind, File, Path, io};

    pub(super) fn open(_: &Path) -> io::Result<File> {
        Err(ErrorKind::Unsupported.into())
    }

    pub(super) fn read(_: &File, _: u64, _: usize) -> io::Result<Bytes> {
        Err(ErrorKind::Unsupported.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_read_the_same() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(file.path(), b"0123456789").expect("written");
        for access in [Access::AtOnce, Access::Waiting] {
            // A system that cannot tell is as good as one that has to wait.
            let Ok(file) = access.open(file.path()) else {
                assert_eq!(access, Access::AtOnce);
                continue;
            };
            for (from, most, expected) in [(0, 10, &b"0123456789"[..]), (3, 4, b"3456"), (10, 0, b""), (0, 0, b"")] {
                match access.read(&file, from, most) {
                    Ok(read) => assert_eq!(read, expected, "{access:?}"),
                    Err(_) => assert_eq!(access, Access::AtOnce),
                }
            }
        }
    }

    #[test]
    fn a_file_that_ends_early_is_left_to_who_may_wait() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(file.path(), b"01234").expect("written");
        assert!(Access::AtOnce.read(file.as_file(), 0, 10).is_err());
        assert_eq!(Access::Waiting.read(file.as_file(), 0, 10).expect("read"), &b"01234"[..]);
        assert!(Access::Waiting.read(file.as_file(), 9, 10).expect("read").is_empty());
    }

    #[test]
    fn what_is_not_there_is_not_opened() {
        let dir = tempfile::tempdir().expect("dir");
        for access in [Access::AtOnce, Access::Waiting] {
            assert!(access.open(&dir.path().join("none")).is_err());
        }
    }
}
