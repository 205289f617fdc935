//! The load generator: keep-alive connections that each send the next request when the last is answered.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Makes the bytes of a request from the connection's number and the count of its requests so far.
pub type Script = Arc<dyn Fn(usize, usize) -> Bytes + Send + Sync>;

/// What came of a round.
#[derive(Debug, Clone, Default)]
pub struct Outcome {
    /// Answers with a 2xx status.
    pub requests: usize,
    /// Other answers. What they cost counts as little as they do: a line with any says so.
    pub refused: usize,
    /// How long the round took.
    pub wall: Duration,
    /// Latencies of the successes, sorted.
    pub latencies: Vec<Duration>,
}

impl Outcome {
    /// The latency that this share of the requests stays under.
    pub fn percentile(&self, share: f64) -> Duration {
        let last = self.latencies.len().saturating_sub(1);
        self.latencies.get((last as f64 * share) as usize).copied().unwrap_or_default()
    }

    /// Requests a second.
    pub fn rate(&self) -> f64 {
        self.requests as f64 / self.wall.as_secs_f64()
    }
}

/// A request with a JSON body, or none.
pub fn request(method: &str, path: &str, token: Option<&str>, body: Option<&str>) -> Bytes {
    let mut text = format!("{method} {path} HTTP/1.1\r\nHost: bench\r\n");
    if let Some(token) = token {
        text.push_str(&format!("Authorization: {token}\r\n"));
    }
    if let Some(body) = body {
        text.push_str(&format!("Content-Type: application/json\r\nContent-Length: {}\r\n", body.len()));
    }
    text.push_str("\r\n");
    text.push_str(body.unwrap_or(""));
    text.into()
}

/// How much of an answer that nobody looks at is kept.
const KEPT: usize = 256 * 1024;

/// One connection.
pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    /// Connects.
    pub async fn open(address: &str) -> std::io::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(64 * 1024) })
    }

    /// Sends a request and reads its answer: status and body. Answers have a Content-Length or are chunked.
    pub async fn call(&mut self, request: &[u8]) -> std::io::Result<(u16, &[u8])> {
        self.answer(request, usize::MAX).await
    }

    /// As [`Connection::call`], but of a long body only some of the end is kept, so that who measures has less to do.
    pub async fn skim(&mut self, request: &[u8]) -> std::io::Result<(u16, &[u8])> {
        self.answer(request, KEPT).await
    }

    async fn answer(&mut self, request: &[u8], kept: usize) -> std::io::Result<(u16, &[u8])> {
        self.stream.write_all(request).await?;
        self.buffer.clear();
        let mut head = loop {
            if let Some(end) = find(&self.buffer, b"\r\n\r\n") {
                break end + 4;
            }
            self.fill().await?;
        };
        let text = std::str::from_utf8(&self.buffer[..head]).unwrap_or_default();
        let status = text.get(9..12).and_then(|digits| digits.parse().ok()).unwrap_or(0);
        let header = |name: &str| {
            let mut lines = text.lines().filter_map(|line| line.split_once(':'));
            lines.find(|(one, _)| one.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
        };
        let length = header("content-length").and_then(|value| value.parse::<usize>().ok());
        let is_chunked = header("transfer-encoding").is_some();
        let end = match length {
            Some(length) => {
                let mut left = (head + length).saturating_sub(self.buffer.len());
                while left > 0 {
                    if self.buffer.len() >= kept {
                        self.buffer.clear();
                        head = 0;
                    }
                    left = left.saturating_sub(self.fill().await?);
                }
                self.buffer.len().min(head.saturating_add(length))
            }
            None if is_chunked => loop {
                if self.buffer.ends_with(b"0\r\n\r\n") {
                    break self.buffer.len();
                }
                self.fill().await?;
            },
            None => head,
        };
        Ok((status, &self.buffer[head..end]))
    }

    async fn fill(&mut self) -> std::io::Result<usize> {
        match self.stream.read_buf(&mut self.buffer).await? {
            0 => Err(std::io::ErrorKind::UnexpectedEof.into()),
            count => Ok(count),
        }
    }
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window == needle)
}

/// When a round ends.
pub enum Until {
    /// After so long.
    Time(Duration),
    /// When this is set.
    Told(Arc<AtomicBool>),
}

/// Runs a script on this many connections; each of them sends one request at least.
pub async fn run(address: String, connections: usize, until: Until, script: Script) -> Outcome {
    let mut open = Vec::with_capacity(connections);
    for _ in 0..connections {
        open.push(Connection::open(&address).await.expect("the server accepts"));
    }
    let (stop, time) = match until {
        Until::Time(time) => (Arc::default(), Some(time)),
        Until::Told(stop) => (stop, None),
    };
    let begin = Instant::now();
    let tasks: Vec<_> = open
        .into_iter()
        .enumerate()
        .map(|(number, mut connection)| {
            let (stop, script) = (Arc::clone(&stop), Arc::clone(&script));
            tokio::spawn(async move {
                let (mut latencies, mut refused) = (Vec::new(), 0);
                loop {
                    let request = script(number, latencies.len() + refused);
                    let sent = Instant::now();
                    let (status, body) = connection.skim(&request).await.expect("the server answers");
                    if (200..300).contains(&status) {
                        latencies.push(sent.elapsed());
                    } else {
                        if refused == 0 {
                            eprintln!("refused: {status} {}", String::from_utf8_lossy(body));
                        }
                        refused += 1;
                    }
                    if stop.load(Ordering::Relaxed) {
                        return (latencies, refused);
                    }
                }
            })
        })
        .collect();
    if let Some(time) = time {
        tokio::time::sleep(time).await;
        stop.store(true, Ordering::Relaxed);
    }
    let (mut latencies, mut refused) = (Vec::new(), 0);
    for task in tasks {
        let (taken, other) = task.await.expect("a connection does not fail");
        latencies.extend(taken);
        refused += other;
    }
    let wall = begin.elapsed();
    latencies.sort_unstable();
    Outcome { requests: latencies.len(), refused, wall, latencies }
}
