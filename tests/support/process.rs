//! The real binary as a child process: started, asked for its address, ended.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// How long a start may take before the test gives up. Generous, because machines are busy while tests run.
const START: Duration = Duration::from_secs(30);

/// A running server process, killed when dropped.
pub struct Process {
    child: Child,
    lines: Receiver<String>,
    log: Arc<Mutex<String>>,
    stdout: Arc<Mutex<String>>,
}

/// The binary with a clean environment, started in a directory that holds no configuration file.
fn command(cwd: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tuckbox"));
    for (name, _) in std::env::vars() {
        if name.starts_with("TUCKBOX_") || name.starts_with("RUST_LOG") {
            command.env_remove(name);
        }
    }
    command.current_dir(cwd).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Runs a subcommand to its end.
pub fn run_command(cwd: &Path, args: &[&str]) -> Output {
    run_command_with(cwd, args, &[])
}

/// Runs a subcommand to its end, with variables of the environment.
pub fn run_command_with(cwd: &Path, args: &[&str], env: &[(&str, &str)]) -> Output {
    command(cwd).args(args).envs(env.iter().copied()).output().expect("the binary runs")
}

impl Process {
    /// Starts the binary; it may still be opening its directory when this returns.
    pub fn spawn(cwd: &Path, args: &[String], env: &[(String, String)]) -> Self {
        let mut child =
            command(cwd).args(args).envs(env.iter().map(|(name, value)| (name, value))).spawn().expect("it starts");
        let (sender, lines) = channel();
        let [log, stdout] = [(); 2].map(|()| Arc::new(Mutex::new(String::new())));
        let outputs: [(Box<dyn Read + Send>, _); 2] = [
            (Box::new(child.stdout.take().expect("stdout is piped")), vec![log.clone(), stdout.clone()]),
            (Box::new(child.stderr.take().expect("stderr is piped")), vec![log.clone()]),
        ];
        for (output, kept) in outputs {
            let sender = sender.clone();
            std::thread::spawn(move || {
                for line in BufReader::new(output).split(b'\n') {
                    let Ok(line) = line else { break };
                    let line = String::from_utf8_lossy(&line).into_owned();
                    for text in &kept {
                        let mut text = text.lock().unwrap();
                        text.push_str(&line);
                        text.push('\n');
                    }
                    // Nobody listens any more once the address is known; the log is still kept.
                    sender.send(line).ok();
                }
            });
        }
        Self { child, lines, log, stdout }
    }

    /// Waits until it prints where it listens.
    ///
    /// # Panics
    /// It ends or stays silent.
    pub fn address(&mut self) -> String {
        let until = Instant::now() + START;
        loop {
            match self.lines.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(line) => {
                    if let Some(url) = url_in(&line) {
                        return url;
                    }
                }
                Err(RecvTimeoutError::Timeout) => panic!("no address within {START:?}; it printed:\n{}", self.log()),
                Err(RecvTimeoutError::Disconnected) => {
                    let status = self.child.wait();
                    panic!("it ended ({status:?}) before it listened; it printed:\n{}", self.log())
                }
            }
        }
    }

    /// Waits until it prints a line with this in it, and gives the line.
    pub fn line_with(&mut self, text: &str) -> String {
        let until = Instant::now() + START;
        loop {
            if let Some(line) = self.log().lines().find(|line| line.contains(text)) {
                return line.to_owned();
            }
            match self.lines.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(_) => {}
                Err(reason) => panic!("no line with {text:?} ({reason}); it printed:\n{}", self.log()),
            }
        }
    }

    /// All that it printed so far, on both channels.
    pub fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    /// What it printed so far on the standard output alone.
    pub fn stdout(&self) -> String {
        self.stdout.lock().unwrap().clone()
    }

    /// Its number in the system.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// The most memory that it ever held, in KiB.
    #[cfg(target_os = "linux")]
    pub fn peak_memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    }

    /// Sends a signal by name, such as `TERM`.
    pub fn signal(&self, name: &str) {
        let status = Command::new("sh").arg("-c").arg(format!("kill -{name} {}", self.child.id())).status();
        assert!(status.expect("sh runs").success(), "kill -{name} failed");
    }

    /// Ends it as a power cut would: SIGKILL.
    pub fn kill(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }

    /// Whether it still runs.
    pub fn is_running(&mut self) -> bool {
        self.child.try_wait().expect("a child can be asked").is_none()
    }

    /// Waits for its end.
    ///
    /// # Panics
    /// It does not end in time.
    pub fn wait(&mut self, limit: Duration) -> ExitStatus {
        let until = Instant::now() + limit;
        while Instant::now() < until {
            if let Some(status) = self.child.try_wait().expect("a child can be asked") {
                return status;
            }
            // The only way to wait for a process with a limit in the standard library is to ask again.
            std::thread::sleep(Duration::from_millis(5));
        }
        panic!("it still runs after {limit:?}; it printed:\n{}", self.log());
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
        if std::thread::panicking() {
            eprintln!("--- the server printed ---\n{}--------------------------", self.log());
        }
    }
}

fn url_in(line: &str) -> Option<String> {
    let at = line.find("http://127.0.0.1:")?;
    let rest = &line[at + "http://127.0.0.1:".len()..];
    let port: String = rest.chars().take_while(char::is_ascii_digit).collect();
    (!port.is_empty() && port != "0").then(|| format!("http://127.0.0.1:{port}"))
}
