//! One case: its name, how its server is started, and its steps.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use serde_json::Value as Json;

use super::stage::Stage;
use super::step::{Action, Step};

/// How the server of a case is started.
#[derive(Debug, Clone, Default, Deserialize, PartialEq)]
#[serde(default, deny_unknown_fields)]
pub struct Server {
    /// Begins with an empty directory.
    pub empty: bool,
    /// More arguments of `serve`.
    pub args: Vec<String>,
    /// Variables of its environment.
    pub env: BTreeMap<String, String>,
    /// Files that lie beside its data directory: path and text.
    pub files: BTreeMap<String, String>,
}

/// A statement of the contract, and how it shows.
pub struct Case {
    /// The file and the statement.
    pub name: String,
    /// How its server is started.
    pub server: Server,
    /// It is refused and changes nothing.
    harmless: bool,
    given: Vec<Step>,
    main: Step,
    then: Vec<Step>,
}

impl Case {
    /// The cases of a file.
    pub fn read_all(path: &Path) -> Vec<Self> {
        let place = path.strip_prefix(super::folder("")).unwrap_or(path).display().to_string();
        let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{place}: {error}"));
        let options = serde_saphyr::options! { strict_booleans: true };
        let cases: Vec<Json> =
            serde_saphyr::from_str_with_options(&text, options).unwrap_or_else(|error| panic!("{place}: {error}"));
        cases.into_iter().map(|case| Self::read(&place, case)).collect()
    }

    fn read(place: &str, case: Json) -> Self {
        let Json::Object(mut case) = case else { panic!("{place}: a case is an object, not {case}") };
        let statement = match case.remove("case") {
            Some(Json::String(statement)) if !statement.is_empty() => statement,
            _ => panic!("{place}: a case without its statement: {case:?}"),
        };
        let name = format!("{place}: {statement}");
        let [server, given, then, harmless] = ["server", "given", "then", "harmless"].map(|key| case.remove(key));
        // What is left is the main step.
        let main: Step = from_json(&name, Json::Object(case));
        assert!(main.demands_something(), "{name}: nothing is demanded of its answer");
        Self {
            server: server.map(|part| from_json(&name, part)).unwrap_or_default(),
            given: given.map(|part| from_json(&name, part)).unwrap_or_default(),
            then: then.map(|part| from_json(&name, part)).unwrap_or_default(),
            harmless: harmless.map(|part| from_json(&name, part)).unwrap_or_default(),
            main,
            name,
        }
    }

    /// Whether it changes nothing, so that others may look at the same server.
    pub fn only_reads(&self) -> bool {
        let alone = self.given.is_empty() && self.then.is_empty() && self.server == Server::default();
        let reads = |line: &str| line.starts_with("GET ") || line.starts_with("HEAD ") || self.harmless;
        alone && matches!(self.main.action(), Action::Request(line) if reads(line))
    }

    /// Plays it; panics where it does not come as the statement says.
    pub async fn run(&self, stage: &mut Stage) {
        for (step, part) in self.steps() {
            let outcome = step.play(stage, part).await;
            stage.variables.keep(&step.keep, &outcome);
        }
    }

    fn steps(&self) -> impl Iterator<Item = (&Step, &'static str)> {
        let given = self.given.iter().map(|step| (step, "given"));
        let then = self.then.iter().map(|step| (step, "then"));
        given.chain([(&self.main, "")]).chain(then)
    }
}

fn from_json<T: serde::de::DeserializeOwned>(name: &str, json: Json) -> T {
    serde_json::from_value(json).unwrap_or_else(|error| panic!("{name}: {error}"))
}
