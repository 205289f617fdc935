//! Sending by the machine's own `sendmail`, where there is one.

use std::path::{Path, PathBuf};
use std::pin::pin;
use std::process::Stdio;
use std::time::Duration;

use futures_util::future::{Either, select};
use lettre::Message as Sealed;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{ChildStderr, ChildStdin, Command};

use super::Unsent;

/// Where it is looked for first; then in the folders of `PATH`.
const USUAL: [&str; 2] = ["/usr/sbin", "/usr/bin"];

/// How many characters of what it complains about are told.
const COMPLAINT: usize = 500;
/// How many bytes of that are kept.
const HEARD: u64 = 4 * COMPLAINT as u64;

/// How long its last words are waited for once it has ended.
const MOMENT: Duration = Duration::from_millis(500);

/// Whether the machine has one.
pub(super) fn is_there() -> bool {
    program().is_some()
}

fn program() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    find(USUAL.iter().map(PathBuf::from).chain(std::env::split_paths(&path)))
}

/// Sends a mail.
pub(super) async fn send(mail: &Sealed) -> Result<(), Unsent> {
    match program() {
        Some(program) => pipe(&program, &mail.formatted()).await,
        None => Err(Unsent::for_now(
            "No mail can be sent: no mail server is enabled in the settings, and this machine has no sendmail.",
        )),
    }
}

fn find(folders: impl Iterator<Item = PathBuf>) -> Option<PathBuf> {
    // What PATH names by half a path would depend on where the server was started.
    folders.filter(|folder| folder.is_absolute()).map(|folder| folder.join("sendmail")).find(|path| path.is_file())
}

/// Hands a mail over; recipients are taken from its headers, and a line with a dot alone is a line (`-i`). Its own end
/// counts, not that of its pipes: what it leaves running to deliver the mail may hold them for long.
async fn pipe(program: &Path, mail: &[u8]) -> Result<(), Unsent> {
    let failed = |what: String| Unsent::for_now(format!("{} did not take the mail: {what}.", program.display()));
    let mut child = Command::new(program)
        .args(["-i", "-t"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| failed(error.to_string()))?;
    let (stdin, stderr) = (child.stdin.take(), child.stderr.take());
    let mut heard = Vec::new();
    let talk = async { tokio::join!(tell(stdin, mail), hear(stderr, &mut heard)) };
    let status = match select(pin!(child.wait()), pin!(talk)).await {
        Either::Left((status, talk)) => {
            // What it said last may still be on its way.
            let _ = tokio::time::timeout(MOMENT, talk).await;
            status
        }
        Either::Right((_, end)) => end.await,
    };
    let status = status.map_err(|error| failed(error.to_string()))?;
    if status.success() {
        return Ok(());
    }
    let complaint: String = String::from_utf8_lossy(&heard).trim().chars().take(COMPLAINT).collect();
    Err(failed(super::compose::one_line(&format!("{status} {complaint}"))))
}

async fn tell(stdin: Option<ChildStdin>, mail: &[u8]) {
    if let Some(mut stdin) = stdin {
        // Where it ends early its status tells why, not the broken pipe.
        let _ = stdin.write_all(mail).await;
    }
}

/// Keeps the beginning of what it says. The rest is read too, since it would wait for a reader.
async fn hear(stderr: Option<ChildStderr>, heard: &mut Vec<u8>) {
    if let Some(mut stderr) = stderr {
        let _ = (&mut stderr).take(HEARD).read_to_end(heard).await;
        let _ = tokio::io::copy(&mut stderr, &mut tokio::io::sink()).await;
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    /// A program of this name and text in a folder of its own.
    fn program(text: &str) -> tempfile::TempDir {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("sendmail");
        std::fs::write(&path, format!("#!/bin/sh\ncd \"$(dirname \"$0\")\"\n{text}\n")).expect("written");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("allowed");
        dir
    }

    #[tokio::test]
    async fn a_mail_is_handed_over_whole() {
        let dir = program("echo \"$@\" > arguments; cat > mail");
        let mail = [b"To: a@example.com\r\n\r\n.\r\n".as_slice(), &b"x".repeat(300_000)].concat();
        pipe(&dir.path().join("sendmail"), &mail).await.expect("taken");
        assert_eq!(std::fs::read(dir.path().join("mail")).expect("a mail"), mail);
        assert_eq!(std::fs::read_to_string(dir.path().join("arguments")).expect("arguments"), "-i -t\n");
    }

    #[tokio::test]
    async fn what_it_complains_about_is_told() {
        let dir = program("echo 'no such user' >&2; exit 67");
        let refused = pipe(&dir.path().join("sendmail"), &b"x".repeat(300_000)).await.expect_err("refused");
        assert!(refused.reason.contains("no such user") && refused.reason.contains("67"), "{refused}");
        assert!(!refused.lasting);
    }

    #[tokio::test]
    async fn who_complains_without_end_is_heard_in_part() {
        let dir = program("head -c 3000000 /dev/zero | tr '\\0' x >&2; exit 1");
        let refused = pipe(&dir.path().join("sendmail"), b"mail").await.expect_err("refused");
        assert!(refused.reason.contains("xxx") && refused.reason.len() < 1000, "{refused}");
    }

    /// Otherwise a mail that was taken would count as refused, and be handed over again and again.
    #[tokio::test]
    async fn what_it_leaves_running_is_not_waited_for() {
        let wait = "while [ ! -e go ] && [ $i -lt 100 ]; do sleep 0.1; i=$((i+1)); done; echo > ended";
        let dir = program(&format!("cat > mail; (i=0; {wait}) & exit 0"));
        pipe(&dir.path().join("sendmail"), b"mail").await.expect("taken");
        assert_eq!(std::fs::read(dir.path().join("mail")).expect("a mail"), b"mail");
        assert!(!dir.path().join("ended").exists());
        std::fs::write(dir.path().join("go"), "").expect("written");
    }

    #[test]
    fn it_is_found_in_the_first_folder_that_has_it() {
        let (none, first, second) = (tempfile::tempdir().expect("a folder"), program(""), program(""));
        let folders = || [none.path(), first.path(), second.path()].map(Path::to_owned).into_iter();
        assert_eq!(find(folders()), Some(first.path().join("sendmail")));
        assert_eq!(find([none.path().to_owned(), PathBuf::from(".")].into_iter()), None);
    }
}
