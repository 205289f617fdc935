//! The application: opens the store, builds the rooms in order, stops them in reverse.

mod about;
mod readiness;
mod restoring;
mod schedules;

pub use about::About;
pub use readiness::{Condition, Part};

use std::fs::{self, File, TryLockError};
use std::ops::Deref;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::try_join_all;
use parking_lot::Mutex;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::auth::{self, Auth, AuthParts};
use crate::backups::{Backups, BackupsParts, restore};
use crate::changes::{Feed, Retention};
use crate::check::Checks;
use crate::collections::{self, Collections};
use crate::config::Config;
use crate::console::Console;
use crate::crons::Crons;
use crate::crypto::passwords::Passwords;
use crate::crypto::seal::Sealer;
use crate::error::{Error, Result};
use crate::files::Files;
use crate::import::{Import, pocketbase};
use crate::jobs::Jobs;
use crate::logs::Logs;
use crate::mail::Mail;
use crate::rates::Rates;
use crate::realtime::{Lifetimes, Realtime, RealtimeParts};
use crate::records::Records;
use crate::schema::{Published, Schema};
use crate::settings::Settings;
use crate::store::{ReadLane, Store, StoreOptions, Synchronous, WriteLane};
use about::Running;
use readiness::Readiness;

/// The database in the data directory.
const DATABASE: &str = "data.db";

/// The database of the logs beside it.
const LOGS: &str = "auxiliary.db";

/// The directory's own key.
const INSTANCE_KEY: &str = "instance.key";

/// An open data directory. Cloned for every request, so it is one pointer to the [`Rooms`].
#[derive(Clone)]
pub struct App(Arc<Rooms>);

impl Deref for App {
    type Target = Rooms;

    fn deref(&self) -> &Rooms {
        &self.0
    }
}

/// What an open data directory consists of.
pub struct Rooms {
    /// What it was started with.
    pub config: Arc<Config>,
    /// The database.
    pub store: Store,
    /// The current snapshot of the collections.
    pub schema: Arc<Published>,
    /// What must not lie readable on the disk goes through this.
    pub sealer: Arc<Sealer>,
    /// The stored settings.
    pub settings: Settings,
    /// Limits on how often somebody may ask.
    pub rates: Rates,
    /// Files of records.
    pub files: Files,
    /// Work that is stored before it runs.
    pub jobs: Jobs,
    /// What is done at certain times.
    pub crons: Crons,
    /// Mail.
    pub mail: Mail,
    /// Records.
    pub records: Records,
    /// Collections.
    pub collections: Collections,
    /// Sign-in.
    pub auth: Auth,
    /// Clients that hear of changes as they happen.
    pub realtime: Realtime,
    /// Imports.
    pub import: Import,
    /// Backups.
    pub backups: Backups,
    /// Whether the server is stopping: long work ends at its next step.
    pub stopping: watch::Sender<bool>,
    /// Whether the server is to start anew once it has stopped.
    pub restart: watch::Sender<bool>,
    /// Typed SQL.
    pub console: Console,
    /// What may be wrong with the directory.
    pub checks: Checks,
    /// What the server did; kept where a server runs.
    pub logs: Logs,
    feed: Feed,
    readiness: Readiness,
    running: Running,
    background: Background,
}

/// The lock of a data directory, until it is dropped.
pub struct Claim {
    _lock: File,
}

/// What runs beside the requests of a server, and its lock on the directory.
#[derive(Default)]
struct Background {
    tasks: Mutex<Vec<JoinHandle<()>>>,
    lock: Mutex<Option<File>>,
}

impl App {
    /// Opens a data directory for a server: alone, with the background work.
    ///
    /// # Errors
    /// One sentence for a person where the directory cannot be written, another server has it, or the database in it
    /// cannot be used.
    pub async fn open(config: Config) -> Result<Self> {
        make_directory(&config.dir)?;
        refuse_unfinished(&config.dir)?;
        let lock = lock(&config.dir)?;
        // Nobody else begins to fill it from now on.
        refuse_unfinished(&config.dir)?;
        let app = Self::open_locked(config).await?;
        *app.background.lock.lock() = Some(lock);
        app.logs.open();
        // What a crash left behind is gone before anybody asks; a bucket, which may be away, is swept meanwhile.
        if !app.files.are_in_bucket()
            && let Err(error) = schedules::sweep(app.files.clone(), app.store.clone()).await
        {
            tracing::warn!(%error, "files that no record holds could not be removed");
        }
        app.files.sweep_spooled();
        app.import.sweep();
        pocketbase::sweep(&app.config.dir);
        app.backups.sweep();
        app.start_followers()?;
        app.start_background();
        app.jobs.start().await?;
        app.crons.start().await?;
        try_join_all(schedules::AT_START.map(|id| app.crons.run(id))).await?;
        Ok(app)
    }

    /// Takes the lock of a data directory that a command is going to fill; it is made where it is not there.
    ///
    /// # Errors
    /// One sentence where it cannot be written, or somebody else has it.
    pub fn claim(dir: &Path) -> Result<Claim> {
        make_directory(dir)?;
        lock_with(dir, || {
            let dir = dir.display();
            format!("Another tuckbox works on {dir} already; wait for its end, or name another directory with --dir.")
        })
        .map(|lock| Claim { _lock: lock })
    }

    /// Opens a data directory that is not in its place yet as a start would, and closes it, so that it can be moved.
    ///
    /// # Errors
    /// What a start would say.
    pub async fn try_out(config: Config) -> Result<()> {
        let database = config.dir.join(DATABASE);
        Self::open_beside(config).await?.close().await;
        Store::release(&database)
    }

    /// Opens a data directory that must be there already, for a command that makes nothing.
    ///
    /// # Errors
    /// As [`App::open_beside`], and where there is no database.
    pub async fn open_existing(config: Config) -> Result<Self> {
        refuse_unfinished(&config.dir)?;
        if !Self::is_there(&config.dir) && !restore::is_under_way(&config.dir) {
            let dir = config.dir.display();
            return Err(Error::Setup(format!("There is no database in {dir}; name the data directory with --dir.")));
        }
        Self::open_beside(config).await
    }

    /// Whether a directory has data.
    pub fn is_there(dir: &Path) -> bool {
        dir.join(DATABASE).is_file()
    }

    /// Whether a server runs on a data directory.
    pub fn is_served(dir: &Path) -> bool {
        let lock = File::options().read(true).open(dir.join("lock"));
        lock.is_ok_and(|file| matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)))
    }

    /// Opens a data directory for a command, beside a server that may be running.
    ///
    /// # Errors
    /// As [`App::open`], but for the other server.
    pub async fn open_beside(config: Config) -> Result<Self> {
        make_directory(&config.dir)?;
        refuse_unfinished(&config.dir)?;
        if restore::is_under_way(&config.dir) {
            let dir = config.dir.display();
            return Err(Error::Setup(format!(
                "A backup is being restored in {dir}, which the server does when it starts; try again then."
            )));
        }
        Self::open_rooms(config, None).await
    }

    /// Opens a data directory, whatever waits in it. Statements of the store are told of once they take so long.
    async fn open_rooms(config: Config, slow_query: Option<Duration>) -> Result<Self> {
        let store = Store::open(&StoreOptions { slow_statement: slow_query, ..store_options(&config) })?;
        let opened = Self::over(store.clone(), config).await;
        if opened.is_err() {
            store.close().await;
        }
        opened
    }

    async fn over(store: Store, config: Config) -> Result<Self> {
        let schema = Arc::new(Published::new(load_schema(&store).await?));
        let sealer = Arc::new(sealer(&config));
        let sealing = config.encryption_key.is_some().then(|| sealer.clone());
        let settings = Settings::open(&store, sealing.clone()).await?;
        let rates = Rates::new(settings.clone());
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let passwords = Passwords::new(cores.saturating_sub(1));
        let files = Files::new(&config.dir, settings.changes());
        let records = Records::new(store.clone(), schema.clone(), files.clone(), passwords.clone());
        let collections = Collections::new(store.clone(), schema.clone(), files.clone(), settings.clone());
        let jobs = Jobs::new(store.clone());
        let mail = Mail::new(settings.clone(), config.dev.then(|| config.dir.join("mails")));
        let logs = Logs::new(config.dir.join(LOGS), settings.clone(), config.query_timeout);
        let auth = Auth::new(AuthParts {
            store: store.clone(),
            schema: schema.clone(),
            records: records.clone(),
            settings: settings.clone(),
            passwords,
            jobs: jobs.clone(),
            mail: mail.clone(),
            logs: logs.clone(),
            rates: rates.clone(),
            sealer: sealer.clone(),
            dev: config.dev,
        });
        jobs.handle(auth::MAIL, auth.letters());
        let crons = Crons::new(store.clone(), jobs.clone(), settings.clone());
        let realtime = Realtime::new(RealtimeParts {
            store: store.clone(),
            schema: schema.clone(),
            records: records.clone(),
            auth: auth.clone(),
            sealer: sealer.clone(),
            most_clients: config.max_connections,
            lifetimes: Lifetimes::default(),
        });
        auth.tell_returns_to(realtime.listener());
        let feed = Feed::new(store.clone());
        let console = Console::new(store.clone(), schema.clone());
        let checks = Checks::new(store.clone(), files.clone());
        let import = Import::new(records.clone(), collections.clone(), schema.clone(), &config.dir);
        let (stopping, restart) = (watch::Sender::new(false), watch::Sender::new(false));
        let backups = Backups::new(BackupsParts {
            dir: config.dir.clone(),
            store: store.clone(),
            files: files.clone(),
            settings: settings.clone(),
            mail: mail.clone(),
            sealer: sealing,
            restart: restart.clone(),
            stopping: stopping.subscribe(),
        });
        let config = Arc::new(config);
        let background = Background::default();
        let app = Self(Arc::new(Rooms {
            config,
            store,
            schema,
            sealer,
            settings,
            rates,
            files,
            jobs,
            crons,
            mail,
            records,
            collections,
            auth,
            realtime,
            import,
            backups,
            stopping,
            restart,
            console,
            checks,
            logs,
            feed,
            readiness: Readiness::default(),
            running: Running::new(),
            background,
        }));
        schedules::register(&app);
        app.reload_after_changes_of_others();
        Ok(app)
    }

    /// What reacts to changes, from the feed.
    fn start_followers(&self) -> Result<()> {
        self.realtime.start(&self.feed)
    }

    fn start_background(&self) {
        let lifetimes = tokio::spawn(self.realtime.clone().watch_over_lifetimes());
        self.background.tasks.lock().push(lifetimes);
    }

    /// Another process may change collections and settings beside us, or have jobs done; the writer notices before its
    /// next write.
    fn reload_after_changes_of_others(&self) {
        let (store, schema) = (self.store.clone(), Arc::clone(&self.schema));
        let (settings, jobs, crons) = (self.settings.clone(), self.jobs.clone(), self.crons.clone());
        self.store.on_external_change(Arc::new(move || {
            if let Err(error) = settings.reload() {
                tracing::error!(%error, "settings saved by another process could not be read; the old ones stay");
            }
            if let Err(error) = collections::reload(&store, &schema) {
                tracing::error!(%error, "collections changed by another process could not be read");
            }
            jobs.wake();
            crons.wake();
        }));
    }

    /// Tells those who do long work that it is time to end.
    pub fn begin_to_stop(&self) {
        // First: what ends because the server stops is then no failed run.
        self.crons.begin_to_stop();
        self.stopping.send_replace(true);
    }

    /// Stops the background work, closes the database and gives the directory free.
    pub async fn close(&self) {
        self.begin_to_stop();
        self.realtime.stop();
        self.feed.stop().await;
        self.crons.stop().await;
        self.jobs.stop().await;
        let tasks = std::mem::take(&mut *self.background.tasks.lock());
        for task in tasks {
            task.abort();
            // Ended or aborted: both are what is wanted.
            let _ = task.await;
        }
        self.backups.ended().await;
        self.store.close().await;
        // The last of all, since the others may tell something until their end.
        self.logs.close().await;
        self.background.lock.lock().take();
    }
}

/// A directory that is still being filled, or never was to the end, would come up empty.
fn refuse_unfinished(dir: &Path) -> Result<()> {
    match pocketbase::is_unfinished(dir) {
        false => Ok(()),
        true => Err(Error::Setup(format!(
            "A PocketBase directory is being taken over into {dir}, or that was stopped before its end. Wait for it, \
             run the same `tuckbox import pocketbase` again, or remove {dir}.",
            dir = dir.display()
        ))),
    }
}

fn store_options(config: &Config) -> StoreOptions {
    StoreOptions {
        synchronous: if config.durable { Synchronous::Full } else { Synchronous::Normal },
        query_timeout: config.query_timeout,
        ..StoreOptions::new(config.dir.join(DATABASE))
    }
}

/// What seals: the key that was given, or else the directory's own.
fn sealer(config: &Config) -> Sealer {
    match &config.encryption_key {
        Some(key) => Sealer::with_key(&key.0),
        None => Sealer::with_key_file(config.dir.join(INSTANCE_KEY)),
    }
}

/// What the settings are sealed with, where they are.
fn sealing(config: &Config) -> Option<Arc<Sealer>> {
    config.encryption_key.is_some().then(|| Arc::new(sealer(config)))
}

fn make_directory(dir: &Path) -> Result<()> {
    if dir.is_file() {
        return Err(Error::Setup(format!("{} is a file; choose a directory with --dir.", dir.display())));
    }
    let made = make_own_directory(dir).and_then(|()| probe(dir));
    made.map_err(|error| Error::Setup(format!("The data directory {} cannot be written: {error}.", dir.display())))
}

/// A directory that is made here is nobody else's to read: there are hashes and keys in it.
fn make_own_directory(dir: &Path) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(dir)
}

/// Whether files can be made here; the database would tell it too, in its own words.
fn probe(dir: &Path) -> std::io::Result<()> {
    let path = dir.join(format!(".probe-{}", crate::ids::random_lower(10)));
    File::create_new(&path)?;
    fs::remove_file(path)
}

/// Takes the directory's lock; it is released when the file is closed, by the end of the process too.
fn lock(dir: &Path) -> Result<File> {
    lock_with(dir, || {
        format!(
            "Another tuckbox serves the data directory {} already; stop it, or choose another one with --dir.",
            dir.display()
        )
    })
}

/// As [`lock`], with a sentence of its own for the case that a server has it.
fn lock_with(dir: &Path, taken: impl FnOnce() -> String) -> Result<File> {
    let path = dir.join("lock");
    let failed = |error: std::io::Error| Error::Setup(format!("{} cannot be locked: {error}.", path.display()));
    let file = File::options().create(true).truncate(false).write(true).open(&path).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Error::Setup(taken())),
        Err(TryLockError::Error(error)) => Err(failed(error)),
    }
}

/// The collections of the database, with the system ones made where they are missing.
async fn load_schema(store: &Store) -> Result<Schema> {
    let collections = store.read(ReadLane::Fast, collections::load).await?;
    if !collections.is_empty() {
        return Ok(Schema::new(1, collections));
    }
    let collections = store
        .write(WriteLane::Exclusive, |tx| {
            collections::seed(tx)?;
            collections::load(tx)
        })
        .await?;
    Ok(Schema::new(1, collections))
}

fn retention(config: &Config) -> Retention {
    let age = i64::try_from(config.feed_age.as_millis()).unwrap_or(i64::MAX);
    Retention { max_age_ms: age, max_rows: config.feed_rows.into() }
}
