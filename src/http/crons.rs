//! `/api/crons`: the schedules, and having one run now.

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::{get, post};
use http::StatusCode;
use serde_json::{Value as Json, json};

use super::extract::{Params, Superuser};
use super::fields::Fields;
use crate::app::App;
use crate::crons::{Listed, Outcome, Run};
use crate::error::Result;
use crate::time;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/api/crons", get(list)).route("/api/crons/{id}", post(run))
}

async fn list(State(app): State<App>, _: Superuser, fields: Fields) -> Result<Response> {
    let listed: Json = app.crons.list()?.into_iter().map(item).collect();
    fields.object(listed.to_string().into_bytes()).await
}

async fn run(State(app): State<App>, _: Superuser, Params(id): Params<String>) -> Result<StatusCode> {
    app.crons.run(&id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The contract's keys, and what we add to them. Times that are not are empty texts, as in records.
fn item(listed: Listed) -> Json {
    let text = |at: Option<_>| at.map(time::format).unwrap_or_default();
    let ended = text(listed.last_run.as_ref().map(|run| run.ended));
    let (outcome, error) = listed.last_run.map_or(("", String::new()), |run| words(run.outcome));
    let runs: Json = listed.runs.into_iter().map(ended_run).collect();
    json!({
        "id": listed.id,
        "expression": listed.expression,
        "nextRun": text(listed.next_due),
        "running": listed.is_running,
        "lastStart": text(listed.last_started),
        "lastEnd": ended,
        "lastOutcome": outcome,
        "lastError": error,
        "runs": runs,
    })
}

fn ended_run(run: Run) -> Json {
    let (start, end) = (run.started.map(time::format).unwrap_or_default(), time::format(run.ended));
    let (outcome, error) = words(run.outcome);
    json!({"start": start, "end": end, "outcome": outcome, "error": error})
}

fn words(outcome: Outcome) -> (&'static str, String) {
    match outcome {
        Outcome::Done => ("done", String::new()),
        Outcome::Failed(reason) => ("failed", reason),
    }
}
