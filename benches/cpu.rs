//! CPU time from the scheduler's own books (`/proc/…/schedstat`, nanoseconds).

use std::fs;
use std::time::Duration;

fn read(path: &std::path::Path) -> u64 {
    let text = fs::read_to_string(path).unwrap_or_default();
    text.split_whitespace().next().and_then(|field| field.parse().ok()).unwrap_or(0)
}

/// What all threads of a process have used so far. Threads that ended meanwhile are not counted: the servers that
/// are measured keep theirs.
pub fn of_process(pid: u32) -> Duration {
    let tasks = fs::read_dir(format!("/proc/{pid}/task")).expect("the process runs");
    Duration::from_nanos(tasks.flatten().map(|task| read(&task.path().join("schedstat"))).sum())
}

/// What this thread has used so far.
pub fn of_this_thread() -> Duration {
    Duration::from_nanos(read(std::path::Path::new("/proc/thread-self/schedstat")))
}
