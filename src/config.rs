//! Configuration: flag over `TUCKBOX_*` over `tuckbox.toml` over default.

use std::path::PathBuf;
use std::time::Duration;

use crate::error::Result;

/// What a server is started with.
#[derive(Debug, Clone)]
pub struct Config {
    /// The data directory.
    pub dir: PathBuf,
    /// The address to listen on, such as `127.0.0.1:8090`.
    pub http: String,
    /// Origins that browsers may call from; `*` is all.
    pub origins: Vec<String>,
    /// Whether a commit waits for the disk (`full`) or for the system (`normal`).
    pub durable: bool,
    /// How long a long read may take.
    pub query_timeout: Duration,
    /// More logs, in colours.
    pub dev: bool,
}

impl Config {
    /// The defaults with this data directory.
    pub fn new(_dir: impl Into<PathBuf>) -> Result<Self> {
        todo!()
    }
}
