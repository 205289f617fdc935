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
    /// The steps before, as they are written.
    before: String,
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
        let [server, given, then] = ["server", "given", "then"].map(|key| case.remove(key));
        // What is left is the main step.
        let main: Step = from_json(&name, Json::Object(case));
        assert!(main.demands_something(), "{name}: nothing is demanded of its answer");
        Self {
            server: server.map(|part| from_json(&name, part)).unwrap_or_default(),
            before: given.as_ref().map(Json::to_string).unwrap_or_default(),
            given: given.map(|part| from_json(&name, part)).unwrap_or_default(),
            then: then.map(|part| from_json(&name, part)).unwrap_or_default(),
            main,
            name,
        }
    }

    /// The state that it looks at without changing it, so that others with the same may look at the same server: it
    /// reads or is refused, and nothing but requests and the making of tokens goes before.
    pub fn shared_state(&self) -> Option<&str> {
        let simple = self.given.iter().all(|step| matches!(step.action(), Action::Request(_) | Action::Sign(_)));
        let looks = match self.main.action() {
            Action::Request(line) => {
                line.starts_with("GET ") || line.starts_with("HEAD ") || self.main.is_to_be_refused()
            }
            _ => false,
        };
        let shared = simple && looks && self.then.is_empty() && self.server == Server::default();
        shared.then_some(if self.only_signs_before() { "" } else { &self.before })
    }

    /// Whether nothing but the making of tokens goes before.
    fn only_signs_before(&self) -> bool {
        self.given.iter().all(|step| matches!(step.action(), Action::Sign(_)))
    }

    /// The stage of [`Case::shared_state`].
    pub async fn shared_stage(&self) -> Stage {
        let mut stage = Stage::plain().await;
        if !self.only_signs_before() {
            self.play(&self.given, "given", &mut stage).await;
        }
        stage
    }

    /// Plays it on the stage of its state; panics where it does not come as the statement says.
    pub async fn run_on(&self, stage: &mut Stage) {
        if self.only_signs_before() {
            self.play(&self.given, "given", stage).await;
        }
        self.play(std::slice::from_ref(&self.main), "", stage).await;
    }

    /// Plays it on a server of its own; panics where it does not come as the statement says.
    pub async fn run(&self) {
        let mut stage = Stage::of(&self.server).await;
        self.play(&self.given, "given", &mut stage).await;
        self.play(std::slice::from_ref(&self.main), "", &mut stage).await;
        self.play(&self.then, "then", &mut stage).await;
    }

    async fn play(&self, steps: &[Step], part: &str, stage: &mut Stage) {
        for step in steps {
            let outcome = step.play(stage, part).await;
            stage.variables.keep(&step.keep, &outcome);
        }
    }
}

fn from_json<T: serde::de::DeserializeOwned>(name: &str, json: Json) -> T {
    serde_json::from_value(json).unwrap_or_else(|error| panic!("{name}: {error}"))
}
