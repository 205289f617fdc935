//! Servers to measure: child processes, each in a directory of its own.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::cpu;

/// The product.
pub const TUCKBOX: &str = env!("CARGO_BIN_EXE_tuckbox");

/// The superuser that the benches sign in as.
pub const EMAIL: &str = "bench@example.com";
/// Its password.
pub const PASSWORD: &str = "bench password";

/// A running child that printed where it listens.
pub struct Server {
    child: Child,
    /// `127.0.0.1:port`.
    pub address: String,
    /// When it was told to start.
    begin: Instant,
}

/// Makes a data directory with a superuser.
pub fn make_directory(dir: &Path) {
    let made = Command::new(TUCKBOX).args(["superuser", "upsert", EMAIL, PASSWORD, "--dir"]).arg(dir).output();
    let made = made.expect("the binary starts");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
}

impl Server {
    /// The product, on a directory that is there. The feed keeps what the benches write, so that trimming it is no
    /// part of what is measured.
    pub fn tuckbox(dir: &Path) -> Self {
        let mut command = Command::new(TUCKBOX);
        command.args(["serve", "--http", "127.0.0.1:0", "--feed-rows", "100000000", "--dir"]).arg(dir);
        Self::start(command)
    }

    /// An axum server that does nothing, or sends and takes files of a folder, as plainly as it can be written.
    pub fn plain_axum(folder: &Path) -> Self {
        let mut command = Command::new(std::env::current_exe().expect("this program has a path"));
        command.arg("--serve-plain-axum").arg(folder);
        Self::start(command)
    }

    fn start(mut command: Command) -> Self {
        let begin = Instant::now();
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("the server starts");
        let mut lines = BufReader::new(child.stdout.take().expect("stdout is piped")).lines();
        let address = loop {
            let line = lines.next().expect("the server prints its address").expect("it prints text");
            if let Some(at) = line.find("http://127.0.0.1:") {
                let rest = &line[at + "http://".len()..];
                let end = rest.find(|c: char| !(c.is_ascii_digit() || c == '.' || c == ':')).unwrap_or(rest.len());
                break rest[..end].to_owned();
            }
        };
        // Whatever else it prints must not fill the pipe.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, address, begin }
    }

    /// How long ago it was told to start.
    pub fn age(&self) -> Duration {
        self.begin.elapsed()
    }

    /// The CPU time that it has used so far.
    pub fn cpu(&self) -> Duration {
        cpu::of_process(self.child.id())
    }

    /// What the system says of it under a name, such as `VmHWM`, in MiB.
    pub fn status_mib(&self, name: &str) -> f64 {
        let text = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        let kib = line.and_then(|rest| rest.split_whitespace().next()).and_then(|number| number.parse::<f64>().ok());
        kib.unwrap_or(0.0) / 1024.0
    }

    /// Lets the most memory that it ever had (`VmHWM`) begin anew.
    pub fn forget_peak(&self) {
        std::fs::write(format!("/proc/{}/clear_refs", self.child.id()), "5").expect("it is our own process");
    }

    /// Its anonymous memory in MiB. The pages of the database that are mapped do not count: the system takes them
    /// back when it needs them.
    pub fn memory_mib(&self) -> f64 {
        self.status_mib("RssAnon")
    }

    /// Stops it as a service manager does, and waits for its end.
    pub fn stop(mut self) {
        let told = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        assert!(told.is_ok_and(|status| status.success()), "the server can be stopped");
        let ended = self.child.wait().expect("the server ends");
        assert!(ended.success(), "the server ends well: {ended}");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
