//! CPU time from the scheduler's own books.

use std::fs;
use std::path::Path;
use std::time::Duration;

/// What a clock tick of `/proc` is: 100 in a second, on every Linux of today.
const TICK: Duration = Duration::from_millis(10);

fn nanoseconds(path: &Path) -> u64 {
    let text = fs::read_to_string(path).unwrap_or_default();
    text.split_whitespace().next().and_then(|field| field.parse().ok()).unwrap_or(0)
}

/// What all threads of a process have used so far. Threads that ended meanwhile are not counted: the servers that
/// are measured keep theirs.
pub fn of_process(pid: u32) -> Duration {
    let tasks = fs::read_dir(format!("/proc/{pid}/task")).expect("the process runs");
    Duration::from_nanos(tasks.flatten().map(|task| nanoseconds(&task.path().join("schedstat"))).sum())
}

/// What this thread has used so far.
pub fn of_this_thread() -> Duration {
    Duration::from_nanos(nanoseconds(Path::new("/proc/thread-self/schedstat")))
}

/// What the children that ended so far have used, in ticks of 10 ms.
pub fn of_ended_children() -> Duration {
    let text = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The name in brackets may hold spaces; cutime and cstime are the 14th and 15th field behind it.
    let fields = text.rsplit_once(')').map_or("", |(_, rest)| rest);
    let ticks: u32 = fields.split_whitespace().skip(13).take(2).filter_map(|field| field.parse::<u32>().ok()).sum();
    TICK * ticks
}
