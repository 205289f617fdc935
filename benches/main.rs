//! Workloads against the real binary beside the floors that they are measured by, in one run: `cargo bench`.
//!
//! A floor is the least that the work can cost on this machine: a handler of plain axum, and the SQL that a good
//! programmer would write by hand, on a raw connection to the same data. Rounds of workload and floor alternate, so
//! that a noisy neighbour disturbs both; the tables hold the medians, and the ratios of CPU time per request are what
//! counts. No time is asserted.
//!
//! ```text
//! cargo bench                     all of it, on 100,000 and on 1,000,000 records
//! cargo bench -- --quick          short rounds on 10,000 records
//! cargo bench -- --only WORD      the workloads with this word in their names
//! cargo bench -- --rows N         on so many records
//! cargo bench -- --builds         also times a cold build of both profiles (many minutes)
//! cargo bench -- --write          replaces benches/RESULTS.md; its last, hand-written section stays
//! cargo bench -- --soak           no bench but a long run that looks for what is lost: see scripts/soak
//! cargo bench -- --upload GIB     no bench but the upload of a file that large, watched: see scripts/soak
//! cargo bench -- --takeover       no bench but a PocketBase directory that is taken over: see scripts/soak
//! ```
//!
//! - `data`: the collections and their rows; `server`: child processes; `load`: the load generator; `cpu`: whose time
//! - `floors`: the raw queries; `rounds`: a workload and its floor in turns
//! - `workloads/`: what is measured, one file a group
//! - `report`: the tables; `soak`: the long run; `upload`: the large file; `takeover`: the large directory

mod cpu;
mod data;
mod floors;
mod load;
mod report;
mod rounds;
mod server;
mod soak;
mod takeover;
mod upload;
mod workloads;

use std::time::Duration;

/// How long and on how much is measured.
#[derive(Debug, Clone)]
pub struct Scale {
    /// Rows of the large collection, for each pass.
    pub rows: Vec<usize>,
    /// How long one round lasts.
    pub round: Duration,
    /// How many rounds; medians are taken over them.
    pub rounds: usize,
    /// Whether the program is built from nothing too.
    pub builds: bool,
    /// Workloads without this word in their names are left out.
    pub only: String,
}

/// What the command line asks for.
struct Asked {
    scale: Scale,
    /// Whether the results are kept.
    write: bool,
    /// How long the long run takes, if it is asked for.
    soak: Option<Duration>,
    /// How large the large file is, in GiB, if it is asked for.
    upload: Option<u64>,
    /// Whether a directory of PocketBase is taken over.
    takeover: bool,
}

impl Asked {
    fn of(arguments: &[String]) -> Result<Self, String> {
        let mut scale = Scale {
            rows: vec![100_000, 1_000_000],
            round: Duration::from_millis(1200),
            rounds: 3,
            builds: false,
            only: String::new(),
        };
        let (mut write, mut is_soak, mut takeover) = (false, false, false);
        let (mut minutes, mut rows, mut upload) = (10, None, None);
        let mut arguments = arguments.iter();
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().cloned().ok_or_else(|| format!("{argument} needs a value"));
            match argument.as_str() {
                "--quick" => {
                    scale.rows = vec![10_000];
                    scale.round = Duration::from_millis(300);
                    scale.rounds = 1;
                }
                "--only" => scale.only = value()?,
                "--rows" => {
                    let number = value()?.replace(['_', ','], "").parse::<usize>();
                    let number = number.ok().filter(|&number| number >= 1000);
                    rows = Some(number.ok_or("--rows is a number of at least 1000")?);
                }
                "--builds" => scale.builds = true,
                "--write" => write = true,
                "--soak" => is_soak = true,
                "--minutes" => minutes = value()?.parse::<u64>().map_err(|_| "--minutes is a number")?,
                "--upload" => {
                    let gib = value()?.parse::<u64>().ok().filter(|gib| (1..=1024).contains(gib));
                    upload = Some(gib.ok_or("--upload is a number of GiB")?);
                }
                "--takeover" => takeover = true,
                // Cargo's own word for "run the benches".
                "--bench" => {}
                other => return Err(format!("{other} is not known; benches/main.rs lists what is")),
            }
        }
        scale.rows = rows.map_or(scale.rows, |rows| vec![rows]);
        let soak = is_soak.then(|| Duration::from_secs(60 * minutes));
        if write && !scale.only.is_empty() {
            return Err("--write needs a whole run, without --only".to_owned());
        }
        Ok(Self { scale, write, soak, upload, takeover })
    }
}

impl Scale {
    /// Whether a workload of this name is measured.
    pub fn wants(&self, name: &str) -> bool {
        name.contains(&self.only)
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [serve, folder] = arguments.as_slice()
        && serve == "--serve-plain-axum"
    {
        return floors::serve_plain_axum(folder.as_ref());
    }
    let Asked { scale, write, soak, upload, takeover } = match Asked::of(&arguments) {
        Ok(asked) => asked,
        Err(fault) => {
            eprintln!("{fault}.");
            std::process::exit(2);
        }
    };
    let rows = scale.rows.last().copied().unwrap_or_default();
    let long_run = match (upload, soak) {
        _ if takeover => Some(takeover::run(rows)),
        (Some(gib), _) => Some(upload::run(gib)),
        (None, Some(time)) => Some(soak::run(rows, time)),
        (None, None) => None,
    };
    if let Some(ended) = long_run {
        if let Err(loss) = ended {
            eprintln!("{loss}");
            std::process::exit(1);
        }
        return;
    }
    let text = report::render(&workloads::run(&scale), &scale);
    print!("{text}");
    if write {
        report::write(&text);
    }
}
