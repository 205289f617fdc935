//! A server that starts itself anew: the same program with the same arguments and environment takes the place of this
//! process, so that whoever watches over it notices nothing.

use std::env;
use std::net::SocketAddr;

use crate::error::Error;

/// The variable that tells the next process where this one listened.
const LISTENED_ON: &str = "TUCKBOX_LISTENED_ON";

/// Where to listen: whoever asked for any free port keeps the one that was found, since clients know it by now.
pub(super) fn address(configured: &str) -> String {
    match env::var(LISTENED_ON) {
        Ok(before) if configured.ends_with(":0") => before,
        _ => configured.to_owned(),
    }
}

/// Starts anew; comes back only where that fails.
#[cfg(unix)]
pub(super) fn again(address: SocketAddr) -> Error {
    use std::os::unix::process::CommandExt;
    let mut arguments = env::args_os();
    let mut command = std::process::Command::new(program());
    if let Some(name) = arguments.next() {
        command.arg0(name);
    }
    let failed = command.args(arguments).env(LISTENED_ON, address.to_string()).exec();
    Error::Setup(format!(
        "A backup is ready to be restored, and the server cannot start itself anew: {failed}. Start it; it restores the \
         backup then."
    ))
}

/// Elsewhere a person starts it.
#[cfg(not(unix))]
pub(super) fn again(_: SocketAddr) -> Error {
    Error::Setup("A backup is ready to be restored. Start the server; it restores the backup then.".to_owned())
}

/// This program, also where its file was replaced or removed meanwhile.
#[cfg(unix)]
fn program() -> std::path::PathBuf {
    match env::current_exe() {
        Ok(path) if path.exists() => path,
        _ => "/proc/self/exe".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::address;

    #[test]
    fn a_port_that_was_asked_for_is_kept() {
        assert_eq!(address("127.0.0.1:8090"), "127.0.0.1:8090");
        assert_eq!(address("127.0.0.1:0"), "127.0.0.1:0");
    }
}
