//! Configuration: flag over `TUCKBOX_*` over `tuckbox.toml` over default.
//!
//! [`Options`] is the one list of keys: flags, environment, file and `--help` are read from it. Two stages: options
//! are what was written, [`Config`] is what it means.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::parser::ValueSource;
use clap::{ArgMatches, Args, ValueEnum};
use serde::Deserialize;

use crate::crypto::seal::KEY_LENGTH;
use crate::error::{Error, Result};

/// The file that is read from the current directory where `--config` names none.
pub const FILE: &str = "tuckbox.toml";
/// The folder of public files, beside the data directory.
const PUBLIC: &str = "pb_public";

/// What was written, in any of the three places. Absent is `None`.
#[derive(Debug, Clone, Default, Args, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// The data directory [default: tuckbox_data]
    #[arg(long, global = true, env = "TUCKBOX_DIR", value_name = "DIR")]
    pub dir: Option<PathBuf>,

    /// The address to listen on [default: 127.0.0.1:8090]
    #[arg(long, global = true, env = "TUCKBOX_HTTP", value_name = "ADDR")]
    pub http: Option<String>,

    /// Origins that browsers may call from, separated by commas; * and ? are wildcards [default: *]
    #[arg(long, global = true, env = "TUCKBOX_ORIGINS", value_name = "LIST", value_delimiter = ',')]
    pub origins: Option<Vec<String>>,

    /// The folder of files that are served to everybody as they are [default: pb_public beside the data directory]
    #[arg(long, global = true, env = "TUCKBOX_PUBLIC_DIR", value_name = "DIR", alias = "publicDir")]
    pub public_dir: Option<PathBuf>,

    /// Whether paths that lead to no public file get its index.html, for apps with pages of their own [default: true]
    #[arg(
        long, global = true, env = "TUCKBOX_INDEX_FALLBACK", value_name = "BOOL", alias = "indexFallback",
        hide_possible_values = true, num_args = 0..=1, require_equals = true, default_missing_value = "true"
    )]
    pub index_fallback: Option<bool>,

    /// How many seconds a long read may take [default: 30]
    #[arg(
        long, global = true, env = "TUCKBOX_QUERY_TIMEOUT", value_name = "SECONDS", alias = "queryTimeout",
        value_parser = count
    )]
    pub query_timeout: Option<u32>,

    /// When a write counts as done: `full` on the disk, `normal` in the system's hands [default: full]
    #[arg(long, global = true, env = "TUCKBOX_SYNCHRONOUS", value_name = "MODE", hide_possible_values = true)]
    pub synchronous: Option<Synchronous>,

    /// How many connections are held at once; beyond it the longest idle one is closed [default: 10000]
    #[arg(long, global = true, env = "TUCKBOX_MAX_CONNECTIONS", value_name = "NUMBER", value_parser = count)]
    pub max_connections: Option<u32>,

    /// How many days the feed of changes reaches back [default: 30]
    #[arg(long, global = true, env = "TUCKBOX_FEED_DAYS", value_name = "DAYS", value_parser = count)]
    pub feed_days: Option<u32>,

    /// How many changes the feed keeps at most [default: 1000000]
    #[arg(long, global = true, env = "TUCKBOX_FEED_ROWS", value_name = "NUMBER", value_parser = count)]
    pub feed_rows: Option<u32>,

    /// From how many milliseconds on a statement is logged with its plan; 0 is never [default: 500]
    #[arg(long, global = true, env = "TUCKBOX_SLOW_QUERY", value_name = "MILLISECONDS")]
    pub slow_query: Option<u32>,

    /// The environment variable that holds the key, of exactly 32 bytes, that the stored settings are sealed with
    #[arg(long, global = true, env = "TUCKBOX_ENCRYPTION_ENV", value_name = "NAME", alias = "encryptionEnv")]
    pub encryption_env: Option<String>,

    /// Log every request and print mails, which become files where no mail server is set up [default: false]
    #[arg(
        long, global = true, env = "TUCKBOX_DEV", value_name = "BOOL",
        hide_possible_values = true, num_args = 0..=1, require_equals = true, default_missing_value = "true"
    )]
    pub dev: Option<bool>,

    /// Where each was written, by the names of these fields.
    #[arg(skip)]
    #[serde(skip)]
    sources: BTreeMap<&'static str, Source>,
}

/// Where an option was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// On the command line.
    Flag,
    /// In the environment.
    Environment,
    /// In the file.
    File,
    /// Nowhere.
    Default,
}

/// An option as a server has it. None of them tells a secret or a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// Its flag.
    pub flag: &'static str,
    /// Its environment variable.
    pub variable: &'static str,
    /// What it is.
    pub value: String,
    /// Where that was written.
    pub source: Source,
}

/// When a write counts as done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Synchronous {
    /// When it is on the disk.
    Full,
    /// When the system has it.
    Normal,
}

/// What a server is started with.
#[derive(Debug, Clone)]
pub struct Config {
    /// The data directory.
    pub dir: PathBuf,
    /// The address to listen on, such as `127.0.0.1:8090`.
    pub http: String,
    /// Origins that browsers may call from; `*` is all.
    pub origins: Vec<String>,
    /// The folder of files that are served as they are; it need not be there.
    pub public_dir: PathBuf,
    /// Whether paths that lead to no public file get the folder's index.
    pub index_fallback: bool,
    /// Whether a commit waits for the disk (`full`) or for the system (`normal`).
    pub durable: bool,
    /// How long a long read may take.
    pub query_timeout: Duration,
    /// How many connections are held at once.
    pub max_connections: usize,
    /// How long changes stay in the feed.
    pub feed_age: Duration,
    /// How many changes stay in the feed.
    pub feed_rows: u32,
    /// From what time on a statement is logged with its plan, if ever.
    pub slow_query: Option<Duration>,
    /// What the stored settings are sealed with; without it they lie readable.
    pub encryption_key: Option<EncryptionKey>,
    /// Whether every request is logged, and mails are printed.
    pub dev: bool,
    /// The options that this comes from, for people to look at.
    pub settings: Vec<Setting>,
}

/// A key that is never shown.
#[derive(Clone)]
pub struct EncryptionKey(pub [u8; KEY_LENGTH]);

impl fmt::Debug for EncryptionKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("EncryptionKey(…)")
    }
}

impl EncryptionKey {
    /// The key in an environment variable.
    fn in_variable(name: &str) -> Result<Self> {
        let value = std::env::var_os(name).unwrap_or_default();
        let length = value.len();
        value.into_encoded_bytes().try_into().map(Self).map_err(|_| {
            let has = if length == 0 { "is empty".to_owned() } else { format!("has {length}") };
            wrong(format!(
                "The environment variable {name} must hold the key of the settings, exactly {KEY_LENGTH} bytes, and {has}."
            ))
        })
    }
}

impl Config {
    /// The defaults with this data directory.
    pub fn new(dir: impl Into<PathBuf>) -> Result<Self> {
        Options { dir: Some(dir.into()), ..Options::default() }.resolve()
    }
}

impl Options {
    /// The options that only a server needs.
    pub const OF_A_SERVER: [&str; 8] =
        ["http", "origins", "public_dir", "index_fallback", "max_connections", "feed_days", "feed_rows", "slow_query"];

    /// Reads the file: the named one, or `tuckbox.toml` of the current directory where there is one.
    ///
    /// # Errors
    /// One sentence for a person where the named file is missing, or the file has an unknown key or a wrong value.
    pub fn from_file(named: Option<&Path>) -> Result<Self> {
        let path = named.unwrap_or_else(|| Path::new(FILE));
        match std::fs::read_to_string(path) {
            Ok(text) => Self::from_text(&text)
                .map(|options| options.all_from(Source::File))
                .map_err(|fault| wrong(format!("{}, {fault}", path.display()))),
            Err(error) if named.is_none() && error.kind() == std::io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(wrong(format!("{} cannot be read: {error}.", path.display()))),
        }
    }

    fn from_text(text: &str) -> std::result::Result<Self, String> {
        toml::from_str(text).map_err(|error| {
            let begin = error.span().map_or(0, |span| span.start);
            let line = text.bytes().take(begin).filter(|&byte| byte == b'\n').count() + 1;
            format!("line {line}: {}.", error.message().replace('\n', ", "))
        })
    }

    /// Notes of each whether it was a flag or stood in the environment, by what the command line was read to.
    pub fn tell_sources(&mut self, matches: &ArgMatches) {
        for (key, _) in self.written() {
            let source = match matches.value_source(key) {
                Some(ValueSource::CommandLine) => Source::Flag,
                Some(ValueSource::EnvVariable) => Source::Environment,
                _ => continue,
            };
            self.sources.insert(key, source);
        }
    }

    fn all_from(mut self, source: Source) -> Self {
        self.sources = self.written().into_iter().filter(|(_, is)| *is).map(|(key, _)| (key, source)).collect();
        self
    }

    /// Whether each was written, but for directories.
    fn written(&self) -> [(&'static str, bool); 11] {
        [
            ("http", self.http.is_some()),
            ("origins", self.origins.is_some()),
            ("index_fallback", self.index_fallback.is_some()),
            ("query_timeout", self.query_timeout.is_some()),
            ("synchronous", self.synchronous.is_some()),
            ("max_connections", self.max_connections.is_some()),
            ("feed_days", self.feed_days.is_some()),
            ("feed_rows", self.feed_rows.is_some()),
            ("slow_query", self.slow_query.is_some()),
            ("encryption_env", self.encryption_env.is_some()),
            ("dev", self.dev.is_some()),
        ]
    }

    /// These options, and where they say nothing, those.
    pub fn over(self, lower: Self) -> Self {
        let mut sources = lower.sources;
        sources.extend(self.sources);
        Self {
            sources,
            dir: self.dir.or(lower.dir),
            http: self.http.or(lower.http),
            origins: self.origins.or(lower.origins),
            public_dir: self.public_dir.or(lower.public_dir),
            index_fallback: self.index_fallback.or(lower.index_fallback),
            query_timeout: self.query_timeout.or(lower.query_timeout),
            synchronous: self.synchronous.or(lower.synchronous),
            max_connections: self.max_connections.or(lower.max_connections),
            feed_days: self.feed_days.or(lower.feed_days),
            feed_rows: self.feed_rows.or(lower.feed_rows),
            slow_query: self.slow_query.or(lower.slow_query),
            encryption_env: self.encryption_env.or(lower.encryption_env),
            dev: self.dev.or(lower.dev),
        }
    }

    /// What the options mean, with the defaults for what they leave open.
    ///
    /// # Errors
    /// One sentence for a person where a value makes no sense.
    pub fn resolve(self) -> Result<Config> {
        let source = |key| match self.sources.get(key) {
            Some(source) => *source,
            None if self.written().contains(&(key, true)) => Source::Flag,
            None => Source::Default,
        };
        let setting = |(key, flag, variable)| Setting { flag, variable, value: String::new(), source: source(key) };
        let settings = NAMES.map(setting).to_vec();
        let origins: Vec<String> = self.origins.unwrap_or_default().iter().map(|one| one.trim().to_owned()).collect();
        let origins: Vec<String> = origins.into_iter().filter(|origin| !origin.is_empty()).collect();
        let key_in = self.encryption_env.filter(|name| !name.is_empty());
        let days = u64::from(at_least_one("feed_days", self.feed_days.unwrap_or(30))?);
        let sealed_by = key_in.clone().unwrap_or_default();
        let dir = self.dir.unwrap_or_else(|| PathBuf::from("tuckbox_data"));
        let mut config = Config {
            settings,
            public_dir: self.public_dir.unwrap_or_else(|| beside(&dir, PUBLIC)),
            index_fallback: self.index_fallback.unwrap_or(true),
            dir,
            http: self.http.unwrap_or_else(|| "127.0.0.1:8090".to_owned()),
            origins: if origins.is_empty() { vec!["*".to_owned()] } else { origins },
            durable: self.synchronous != Some(Synchronous::Normal),
            query_timeout: Duration::from_secs(at_least_one("query_timeout", self.query_timeout.unwrap_or(30))?.into()),
            max_connections: at_least_one("max_connections", self.max_connections.unwrap_or(10_000))? as usize,
            feed_age: Duration::from_secs(days * 24 * 60 * 60),
            feed_rows: at_least_one("feed_rows", self.feed_rows.unwrap_or(1_000_000))?,
            slow_query: match self.slow_query.unwrap_or(500) {
                0 => None,
                millis => Some(Duration::from_millis(millis.into())),
            },
            encryption_key: key_in.map(|name| EncryptionKey::in_variable(&name)).transpose()?,
            dev: self.dev.unwrap_or(false),
        };
        let values = config.values(sealed_by);
        for (setting, value) in config.settings.iter_mut().zip(values) {
            setting.value = value;
        }
        Ok(config)
    }
}

/// Key, flag and environment variable of all options but directories.
const NAMES: [(&str, &str, &str); 11] = [
    ("http", "--http", "TUCKBOX_HTTP"),
    ("origins", "--origins", "TUCKBOX_ORIGINS"),
    ("index_fallback", "--index-fallback", "TUCKBOX_INDEX_FALLBACK"),
    ("query_timeout", "--query-timeout", "TUCKBOX_QUERY_TIMEOUT"),
    ("synchronous", "--synchronous", "TUCKBOX_SYNCHRONOUS"),
    ("max_connections", "--max-connections", "TUCKBOX_MAX_CONNECTIONS"),
    ("feed_days", "--feed-days", "TUCKBOX_FEED_DAYS"),
    ("feed_rows", "--feed-rows", "TUCKBOX_FEED_ROWS"),
    ("slow_query", "--slow-query", "TUCKBOX_SLOW_QUERY"),
    ("encryption_env", "--encryption-env", "TUCKBOX_ENCRYPTION_ENV"),
    ("dev", "--dev", "TUCKBOX_DEV"),
];

impl Config {
    /// The values of the options in the order of their names; of a key only where it is.
    fn values(&self, sealed_by: String) -> [String; 11] {
        [
            self.http.clone(),
            self.origins.join(","),
            self.index_fallback.to_string(),
            self.query_timeout.as_secs().to_string(),
            if self.durable { "full" } else { "normal" }.to_owned(),
            self.max_connections.to_string(),
            (self.feed_age.as_secs() / (24 * 60 * 60)).to_string(),
            self.feed_rows.to_string(),
            self.slow_query.map_or(0, |time| time.as_millis()).to_string(),
            sealed_by,
            self.dev.to_string(),
        ]
    }
}

/// A folder beside the data directory.
fn beside(dir: &Path, name: &str) -> PathBuf {
    match dir.file_name() {
        Some(_) => dir.with_file_name(name),
        // The working directory, one above it, or the root.
        None => dir.join("..").join(name),
    }
}

/// A number of the command line or the environment.
fn count(text: &str) -> std::result::Result<u32, String> {
    text.parse().ok().filter(|&number| number > 0).ok_or_else(|| "it must be a whole number of at least 1".to_owned())
}

fn at_least_one(key: &str, value: u32) -> Result<u32> {
    if value > 0 { Ok(value) } else { Err(wrong(format!("{key} must be at least 1."))) }
}

fn wrong(sentence: String) -> Error {
    Error::Setup(sentence)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn http(address: &str) -> Options {
        Options { http: Some(address.to_owned()), ..Options::default() }
    }

    #[test]
    fn the_file_fills_what_flags_and_environment_leave_open() {
        let file = Options::from_text("http = '0.0.0.0:80'\nquery_timeout = 5\norigins = ['a', 'b']\ndev = true");
        let config = http("127.0.0.1:1").over(file.expect("readable")).resolve().expect("sensible");
        assert_eq!(config.http, "127.0.0.1:1");
        assert_eq!(config.query_timeout, Duration::from_secs(5));
        assert_eq!(config.origins, ["a", "b"]);
        assert!(config.dev && config.durable);
    }

    #[test]
    fn defaults_stand_where_nothing_is_said() {
        let config = Config::new("somewhere").expect("sensible");
        assert_eq!(config.dir, Path::new("somewhere"));
        assert_eq!(config.http, "127.0.0.1:8090");
        assert_eq!(config.origins, ["*"]);
        assert_eq!(config.query_timeout, Duration::from_secs(30));
        assert!(config.durable && !config.dev);
        assert_eq!(config.public_dir, Path::new("pb_public"));
        assert!(config.index_fallback);
    }

    #[test]
    fn public_files_lie_beside_the_data_directory() {
        for (dir, public) in [
            ("tuckbox_data", "pb_public"),
            ("a/b", "a/pb_public"),
            ("/var/lib/tuckbox/", "/var/lib/pb_public"),
            (".", "./../pb_public"),
            ("a/..", "a/../../pb_public"),
        ] {
            assert_eq!(Config::new(dir).expect("sensible").public_dir, Path::new(public), "{dir}");
        }
    }

    #[test]
    fn an_unknown_key_of_the_file_is_named() {
        let error = Options::from_text("dev = true\nhtp = '0.0.0.0:80'").expect_err("unknown");
        assert!(error.starts_with("line 2: unknown field `htp`") && !error.contains('\n'), "{error}");
    }

    #[test]
    fn a_value_of_the_wrong_kind_is_refused() {
        assert!(Options::from_text("query_timeout = 'soon'").is_err());
        assert!(Options::from_text("synchronous = 'sometimes'").is_err());
        assert!(Options { query_timeout: Some(0), ..Options::default() }.resolve().is_err());
    }

    #[test]
    fn a_key_has_exactly_32_bytes_and_is_never_shown() {
        let sealed_with =
            |name: &str| Options { encryption_env: Some(name.to_owned()), ..Options::default() }.resolve();
        let error = sealed_with("TUCKBOX_NO_SUCH_VARIABLE").expect_err("no key");
        assert!(error.to_string().contains("TUCKBOX_NO_SUCH_VARIABLE must hold the key"), "{error}");
        assert!(sealed_with("PATH").is_err(), "not 32 bytes");
        assert!(sealed_with("").expect("off").encryption_key.is_none());
        assert_eq!(format!("{:?}", EncryptionKey([7; 32])), "EncryptionKey(…)");
    }

    #[test]
    fn each_option_tells_where_it_was_written() {
        let file = Options::from_text("http = '0.0.0.0:80'\nslow_query = 5").expect("readable").all_from(Source::File);
        let config = http("127.0.0.1:1").all_from(Source::Environment).over(file).resolve().expect("sensible");
        let told = |flag: &str| {
            let setting = config.settings.iter().find(|setting| setting.flag == flag).expect("an option");
            (setting.value.clone(), setting.source)
        };
        assert_eq!(told("--http"), ("127.0.0.1:1".to_owned(), Source::Environment));
        assert_eq!(told("--slow-query"), ("5".to_owned(), Source::File));
        assert_eq!(told("--dev"), ("false".to_owned(), Source::Default));
        assert_eq!(told("--encryption-env"), (String::new(), Source::Default));
        let names: Vec<_> = NAMES.iter().map(|(key, ..)| *key).collect();
        assert_eq!(names, Options::default().written().map(|(key, _)| key));
    }

    #[test]
    fn empty_origins_mean_all() {
        let options = Options { origins: Some(vec![" ".to_owned()]), ..Options::default() };
        assert_eq!(options.resolve().expect("sensible").origins, ["*"]);
    }
}
