//! `tuckbox sql`, `completions` and `man`, and the page that names all commands.

use std::process::{Command, Output, Stdio};

use serde_json::{Value as Json, json};

use crate::support::{Client, Database, TestServer, id, notes, run_command};

fn out(output: &Output) -> String {
    assert!(output.status.success(), "{output:?}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn refusal(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(output.stdout.is_empty(), "{output:?}");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[tokio::test]
async fn sql_shows_a_table_csv_or_json_beside_a_running_server() {
    let server = TestServer::with(notes()).await;
    let query = "SELECT title, rank, NULL AS none FROM notes ORDER BY rank LIMIT 2";
    assert_eq!(
        out(&server.run(&["sql", query])),
        "title  rank  none\n-----  ----  ----\nAsh    1     NULL\nBirch  2     NULL\n2 rows\n"
    );
    assert_eq!(out(&server.run(&["sql", "--csv", query])), "title,rank,none\nAsh,1,\nBirch,2,\n");
    let shown: Json = serde_json::from_str(&out(&server.run(&["sql", "--json", query]))).unwrap();
    assert_eq!(shown["rows"], json!([["Ash", "1", null], ["Birch", "2", null]]));
    assert_eq!(shown["columns"][1], json!({"name": "rank", "type": "NUMERIC", "nullable": false}));
    let limited = server.run(&["sql", "--csv", "--limit", "1", query]);
    assert_eq!(out(&limited), "title,rank,none\nAsh,1,\n");
    assert!(String::from_utf8_lossy(&limited.stderr).contains("There are more rows than the 1 shown"));
}

#[tokio::test]
async fn sql_writes_only_where_that_is_said_and_a_running_server_sees_it() {
    let server = TestServer::with(notes()).await;
    let delete = format!("DELETE FROM notes WHERE id = '{}'", id("n1"));
    assert!(refusal(&server.run(&["sql", &delete])).contains("say --write"));
    let hidden = format!("WITH x AS (SELECT 1) {delete}");
    assert!(refusal(&server.run(&["sql", &hidden])).contains("attempt to write a readonly database"));
    assert_eq!(server.guest().list("notes", &[]).await.items().len(), 3);
    assert_eq!(out(&server.run(&["sql", "--write", &delete])), "1 row changed.\n");
    assert_eq!(server.guest().list("notes", &[]).await.items().len(), 2);
    let close = "UPDATE _collections SET listRule = NULL WHERE name = 'notes'";
    assert_eq!(out(&server.run(&["sql", "--write", close])), "1 row changed.\n");
    // Before its next write at the latest the server looks for what others changed.
    server.superuser().create("notes", json!({"title": "New"})).await.is(200);
    server.guest().list("notes", &[]).await.is(403);
}

#[tokio::test]
async fn sql_tells_what_is_wrong_in_one_sentence() {
    let mut server = TestServer::with(notes()).await;
    assert!(refusal(&server.run(&["sql", "SELEC 1"])).contains("near \"SELEC\": syntax error"));
    assert!(
        refusal(&server.run(&["sql", "--write", "DELETE FROM notes; DROP TABLE nowhere"]))
            .contains("no such table: nowhere")
    );
    assert!(refusal(&server.run(&["sql", "--write", "DELETE FROM _collections"])).contains("must stay as it is"));
    assert_eq!(server.run(&["sql", "--json", "--csv", "SELECT 1"]).status.code(), Some(2));
    assert!(server.terminate().success());
    assert_eq!(Database::open(&server.dir()).value("SELECT count(*) FROM notes"), "3");
}

#[tokio::test]
async fn sql_is_read_from_the_standard_input_where_none_is_given() {
    let server = TestServer::with(notes()).await;
    let mut child = Command::new(env!("CARGO_BIN_EXE_tuckbox"))
        .args(["sql", "--csv", "--dir", server.dir().to_str().unwrap()])
        .current_dir(server.root())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), b"SELECT max(rank) AS most FROM notes;\n").unwrap();
    assert_eq!(out(&child.wait_with_output().unwrap()), "most\n3\n");
}

#[test]
fn every_shell_gets_its_completions() {
    let root = tempfile::tempdir().unwrap();
    // They need no configuration, not even a sound one.
    std::fs::write(root.path().join("tuckbox.toml"), "nonsense").unwrap();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = out(&run_command(root.path(), &["completions", shell]));
        for word in ["superuser", "upsert", "check", "repair"] {
            assert!(script.contains(word), "{shell}: {word}");
        }
    }
    assert_eq!(run_command(root.path(), &["completions", "tcsh"]).status.code(), Some(2));
    let script = root.path().join("tuckbox.bash");
    std::fs::write(&script, out(&run_command(root.path(), &["completions", "bash"]))).unwrap();
    let read = Command::new("bash").arg("-n").arg(&script).output().unwrap();
    assert!(read.status.success(), "{read:?}");
}

#[test]
fn the_manual_has_a_page_for_each_command() {
    let root = tempfile::tempdir().unwrap();
    assert!(out(&run_command(root.path(), &["man"])).contains(".TH tuckbox 1"));
    assert_eq!(out(&run_command(root.path(), &["man", "pages"])), "");
    let mut pages: Vec<String> = std::fs::read_dir(root.path().join("pages"))
        .unwrap()
        .map(|page| page.unwrap().file_name().into_string().unwrap())
        .collect();
    pages.sort();
    let commands = commands(root.path(), &[]);
    let expected: Vec<String> = commands.iter().map(|command| format!("{}.1", command.join("-"))).collect();
    for page in expected {
        assert!(pages.contains(&page), "{page}: {pages:?}");
    }
    assert!(pages.contains(&"tuckbox.1".to_owned()) && !pages.iter().any(|page| page.contains("help")), "{pages:?}");
    let check = std::fs::read_to_string(root.path().join("pages/tuckbox-check.1")).unwrap();
    assert!(check.contains("repair") && !check.contains("origins"), "{check}");
    std::fs::write(root.path().join("file"), "").unwrap();
    let refused = run_command(root.path(), &["man", "file/pages"]);
    assert!(refusal(&refused).contains("The manual cannot be written to file/pages"));
}

#[test]
fn every_command_is_named_in_the_docs() {
    let root = tempfile::tempdir().unwrap();
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/commands.md");
    let page = std::fs::read_to_string(page).expect("docs/commands.md");
    for command in commands(root.path(), &[]) {
        let command = command.join(" ");
        assert!(page.contains(&format!("`{command}")), "docs/commands.md does not name `{command}`");
    }
}

/// All commands that have no subcommands, as their help tells them.
fn commands(root: &std::path::Path, above: &[&str]) -> Vec<Vec<String>> {
    let mut asked = above.to_vec();
    asked.push("--help");
    let help = out(&run_command(root, &asked));
    let listed = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    // A description that is wrapped goes on further to the right.
    let names = listed.filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    let names: Vec<&str> =
        names.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help").collect();
    if names.is_empty() {
        return vec![["tuckbox"].iter().chain(above).map(|word| (*word).to_owned()).collect()];
    }
    names.iter().flat_map(|name| commands(root, &[above, &[name]].concat())).collect()
}
