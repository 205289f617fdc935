//! Starting and stopping.

use std::io::Read;
use std::process::Output;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rusqlite::Connection;
use serde_json::{Value as Json, json};

use crate::support::{Client, Process, TestServer, id, notes, run_command, slow_connection};

#[tokio::test]
async fn a_port_that_is_taken_is_a_clear_error() {
    let server = TestServer::start().await;
    let address = server.url().trim_start_matches("http://");
    let other = server.root().join("other");
    let output = run_command(server.root(), &["serve", "--http", address, "--dir", other.to_str().unwrap()]);
    assert!(!output.status.success());
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(said.contains(address), "it does not name the address: {said}");
    assert!(!said.contains("panicked"), "{said}");
}

#[tokio::test]
async fn a_directory_in_use_is_refused() {
    let server = TestServer::start().await;
    let output = server.run(&["serve", "--http", "127.0.0.1:0"]);
    assert!(!output.status.success());
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(said.contains(server.dir().to_str().unwrap()), "it does not name the directory: {said}");
    assert!(!said.contains("panicked"), "{said}");
    server.guest().get("/api/health").await.is(200);
}

#[test]
fn a_directory_that_cannot_be_made_is_refused() {
    let root = tempfile::tempdir().unwrap();
    let file = root.path().join("file");
    std::fs::write(&file, "not a folder").unwrap();
    let dir = file.join("data");
    let output = run_command(root.path(), &["serve", "--http", "127.0.0.1:0", "--dir", dir.to_str().unwrap()]);
    assert!(!output.status.success());
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(said.contains(dir.to_str().unwrap()), "it does not name the directory: {said}");
    assert!(!said.contains("panicked"), "{said}");
}

#[test]
fn a_pocketbase_directory_is_not_opened_in_place() {
    let root = tempfile::tempdir().unwrap();
    let dir = root.path().join("pb_data");
    std::fs::create_dir(&dir).unwrap();
    let db = Connection::open(dir.join("data.db")).unwrap();
    db.execute_batch(
        "CREATE TABLE _migrations (file VARCHAR(255) PRIMARY KEY NOT NULL, applied INTEGER NOT NULL);
         CREATE TABLE _collections (id TEXT PRIMARY KEY, name TEXT, fields JSON, options JSON);
         CREATE TABLE _superusers (id TEXT PRIMARY KEY);
         CREATE TABLE _params (id TEXT PRIMARY KEY, value JSON);",
    )
    .unwrap();
    drop(db);
    let before = std::fs::read(dir.join("data.db")).unwrap();
    let output = run_command(root.path(), &["serve", "--http", "127.0.0.1:0", "--dir", dir.to_str().unwrap()]);
    assert!(!output.status.success());
    assert_eq!(std::fs::read(dir.join("data.db")).unwrap(), before, "the directory was changed");
}

#[tokio::test]
async fn a_newer_database_is_refused() {
    let mut server = TestServer::start().await;
    let database = server.stopped_database();
    database.execute("INSERT INTO _tb_migrations (number, name) VALUES (9999, 'later')");
    drop(database);
    let output = server.run(&["serve", "--http", "127.0.0.1:0"]);
    assert!(!output.status.success());
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(said.contains("newer"), "{said}");
}

#[tokio::test]
async fn data_outlives_a_restart() {
    let mut server = TestServer::with(notes()).await;
    let made = server.guest().create("notes", json!({"title": "Dogwood"})).await;
    made.is(200);
    assert!(server.terminate().success());
    server.restart();
    server.guest().view("notes", &made.id(), &[]).await.is(200).has("/title", "Dogwood");
    server.superuser().get("/api/collections/notes").await.is(200).has("/listRule", "");
    server.stopped_database().is_sound();
}

#[tokio::test]
async fn stopping_leaves_no_write_ahead_log() {
    let mut server = TestServer::with(notes()).await;
    assert!(server.terminate().success());
    let wal = server.dir().join("data.db-wal");
    assert!(std::fs::metadata(&wal).map_or(0, |file| file.len()) == 0, "the log was not checkpointed");
}

#[tokio::test]
async fn sigterm_under_load_finishes_what_was_begun_and_exits_0() {
    let mut server = TestServer::with(notes()).await;
    let stop = Arc::new(AtomicBool::new(false));
    let clients: Vec<_> = (0..8)
        .map(|_| {
            let (guest, stop) = (server.guest(), stop.clone());
            tokio::spawn(async move {
                let mut acknowledged = Vec::new();
                while !stop.load(Ordering::Relaxed) {
                    let request = guest.request(reqwest::Method::POST, "/api/collections/notes/records");
                    // A connection that is refused or closed is how a stopping server says no.
                    let Ok(answer) = request.json(&json!({"title": "load"})).send().await else { break };
                    let status = answer.status();
                    let Ok(body) = answer.json::<serde_json::Value>().await else {
                        panic!("an answer with status {status} was cut off")
                    };
                    assert_eq!(status, 200, "{body}");
                    acknowledged.push(body["id"].as_str().unwrap().to_owned());
                }
                acknowledged
            })
        })
        .collect();
    // Let it get going.
    for _ in 0..20 {
        server.guest().create("notes", json!({"title": "probe"})).await.is(200);
    }
    let status = server.terminate_while_others_run().await;
    stop.store(true, Ordering::Relaxed);
    assert_eq!(status.code(), Some(0), "{}", server.process().log());
    let mut acknowledged = Vec::new();
    for client in clients {
        acknowledged.extend(client.await.expect("no client failed"));
    }
    assert!(!acknowledged.is_empty());
    server.restart();
    let database = server.stopped_database();
    let stored: std::collections::HashSet<_> = database.is_sound().column("SELECT id FROM notes").into_iter().collect();
    let lost: Vec<_> = acknowledged.iter().filter(|id| !stored.contains(*id)).collect();
    assert!(lost.is_empty(), "lost: {lost:?}");
}

#[tokio::test]
async fn an_idle_connection_does_not_delay_stopping() {
    let mut server = TestServer::start().await;
    server.guest().get("/api/health").await.is(200);
    let _silent = slow_connection(server.url(), b"");
    let began = Instant::now();
    assert!(server.terminate().success());
    assert!(began.elapsed() < Duration::from_secs(5), "it took {:?}", began.elapsed());
}

#[tokio::test]
async fn a_second_signal_stops_at_once() {
    let mut server = TestServer::with(notes()).await;
    let half = b"POST /api/collections/notes/records HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"title\":";
    let mut open = slow_connection(server.url(), half);
    // The next request is answered, so the half one has reached the server as well.
    server.guest().view("notes", &id("n1"), &[]).await.is(200);
    server.process().signal("TERM");
    server.process().signal("TERM");
    server.process().wait(Duration::from_secs(5));
    open.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    assert_eq!(open.read(&mut [0; 10]).unwrap_or(0), 0, "the half request got an answer");
    server.restart();
    server.guest().list("notes", &[]).await.is(200).has("/totalItems", 3);
}

#[tokio::test]
async fn ctrl_c_stops_as_well() {
    let mut server = TestServer::start().await;
    server.process().signal("INT");
    assert_eq!(server.process().wait(Duration::from_secs(20)).code(), Some(0));
}

#[test]
fn the_environment_configures_and_a_flag_wins() {
    let root = tempfile::tempdir().unwrap();
    let by_environment = root.path().join("by_environment");
    let by_flag = root.path().join("by_flag");
    let env = [
        ("TUCKBOX_HTTP".to_owned(), "127.0.0.1:0".to_owned()),
        ("TUCKBOX_DIR".to_owned(), by_environment.to_str().unwrap().to_owned()),
    ];
    let mut process = Process::spawn(root.path(), &["serve".to_owned()], &env);
    process.address();
    assert!(by_environment.join("data.db").exists());
    drop(process);

    let args = ["serve", "--dir", by_flag.to_str().unwrap()].map(str::to_owned);
    let mut process = Process::spawn(root.path(), &args, &env);
    process.address();
    assert!(by_flag.join("data.db").exists());
}

#[test]
fn a_file_configures_and_the_environment_wins() {
    let root = tempfile::tempdir().unwrap();
    let by_file = root.path().join("by_file");
    std::fs::write(
        root.path().join("tuckbox.toml"),
        format!("http = \"127.0.0.1:0\"\ndir = {:?}\n", by_file.to_str().unwrap()),
    )
    .unwrap();
    let mut process = Process::spawn(root.path(), &["serve".to_owned()], &[]);
    process.address();
    assert!(by_file.join("data.db").exists());
    drop(process);

    let by_environment = root.path().join("by_environment");
    let env = [("TUCKBOX_DIR".to_owned(), by_environment.to_str().unwrap().to_owned())];
    let mut process = Process::spawn(root.path(), &["serve".to_owned()], &env);
    process.address();
    assert!(by_environment.join("data.db").exists());
}

#[test]
fn a_setting_that_makes_no_sense_is_a_clear_error() {
    let root = tempfile::tempdir().unwrap();
    for (args, told) in [
        (&["serve", "--http", "nonsense"][..], "write host and port, such as 127.0.0.1:8090."),
        (&["serve", "--http", "127.0.0.1:99999"], "write host and port"),
        (&["serve", "--http", "192.0.2.1:18080"], "192.0.2.1:18080 is no address of this machine"),
        (&["serve", "--query-timeout", "0"], "it must be a whole number of at least 1"),
        (&["serve", "--no-such-flag"], "'--no-such-flag'"),
        (&["no-such-command"], "'no-such-command'"),
        (&["serve", "--config", "missing.toml"], "missing.toml cannot be read"),
    ] {
        is_refused(&run_command(root.path(), args), told);
    }
    std::fs::write(root.path().join("tuckbox.toml"), "dev = true\nhtpp = \"127.0.0.1:0\"\n").unwrap();
    is_refused(&run_command(root.path(), &["serve"]), "tuckbox.toml, line 2: unknown field `htpp`");
}

/// It failed, and said so on the standard error alone.
fn is_refused(output: &Output, told: &str) {
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && output.stdout.is_empty(), "{output:?}");
    assert!(said.contains(told) && !said.contains("panicked"), "{told:?} is missing: {said}");
    if said.starts_with("Error: ") {
        assert!(said.ends_with(".\n") && said.lines().count() == 1, "no sentence: {said}");
    }
}

#[tokio::test]
async fn off_a_terminal_the_standard_output_is_a_log_without_the_set_up_link() {
    let mut server = TestServer::builder().empty().arg("--dev").start().await;
    server.process().line_with("/_/#/pbinstall/");
    server.guest().get("/api/health?secret=hush-hush").await.is(200);
    server.process().line_with("\"answered\"");
    let stdout = server.process().stdout();
    assert!(!stdout.contains("pbinstall") && !stdout.contains("hush"), "{stdout}");
    let lines: Vec<Json> = stdout.lines().map(|line| serde_json::from_str(line).expect(line)).collect();
    let answered = lines.iter().find(|line| line["message"] == "answered").expect("the request is logged");
    assert_eq!((&answered["span"]["method"], &answered["span"]["path"]), (&json!("GET"), &json!("/api/health")));
    assert!(answered["span"]["id"].is_string() && answered["status"] == 200 && answered["duration_us"].is_u64());
}

#[tokio::test]
async fn libraries_tell_of_their_ordinary_work_only_where_somebody_asks() {
    for (filter, is_told) in [("info", false), ("debug,hyper=off", false), ("info,tokio_cron_scheduler=info", true)] {
        let mut server = TestServer::builder().env("TUCKBOX_LOG", filter).start().await;
        assert!(server.terminate().success());
        let log = server.process().log();
        assert!(log.contains("\"listening\""), "{log}");
        assert_eq!(log.contains("tokio_cron_scheduler"), is_told, "{filter}: {log}");
    }
}

#[cfg(unix)]
#[test]
fn a_new_data_directory_is_nobody_elses_to_read() {
    use std::os::unix::fs::PermissionsExt;

    let root = tempfile::tempdir().unwrap();
    let output = run_command(root.path(), &["superuser", "create", "me@example.com", "1234567890"]);
    assert!(output.status.success(), "{output:?}");
    let mode = std::fs::metadata(root.path().join("tuckbox_data")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
}
