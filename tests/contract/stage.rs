//! Where a case plays: a server on the directory that was taken over, open streams, and what was kept.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::case::Server;
use super::people::Who;
use super::variables::Variables;
use crate::support::{Events, Guest, TestServer};

/// A server and what a case knows of it.
pub struct Stage {
    server: Rc<TestServer>,
    /// What was kept.
    pub variables: Variables,
    /// Open streams by name.
    pub streams: BTreeMap<String, Events>,
}

impl Stage {
    /// One as most cases want it.
    pub async fn plain() -> Self {
        Self::of(&Server::default()).await
    }

    /// One that is started as a case says.
    pub async fn of(wanted: &Server) -> Self {
        let mut builder = TestServer::builder();
        builder = if wanted.empty { builder.empty() } else { builder.taken_over() };
        for arg in &wanted.args {
            builder = builder.arg(arg);
        }
        for (name, value) in &wanted.env {
            builder = builder.env(name, value);
        }
        for (path, text) in &wanted.files {
            builder = builder.file(path, text);
        }
        Self::on(Rc::new(builder.start().await))
    }

    /// The same server, and what is kept so far, for another case.
    pub fn again(&self) -> Self {
        Self { server: self.server.clone(), variables: self.variables.clone(), streams: BTreeMap::new() }
    }

    fn on(server: Rc<TestServer>) -> Self {
        let mut variables = Variables::default();
        variables.set("url", server.url());
        variables.set("dir", server.dir().display().to_string());
        Self { server, variables, streams: BTreeMap::new() }
    }

    /// The server.
    pub fn server(&self) -> &TestServer {
        &self.server
    }

    /// An open stream.
    pub fn stream(&mut self, name: &str) -> &mut Events {
        self.streams.get_mut(name).unwrap_or_else(|| panic!("no stream {name}"))
    }

    /// Ends it in order and starts it again on the same directory.
    pub fn restart(&mut self) {
        let server = Rc::get_mut(&mut self.server).expect("a server of the case's own");
        assert!(server.terminate().success(), "it did not end in order");
        server.restart();
        let url = server.url().to_owned();
        self.variables.set("url", url);
    }

    /// What somebody sends as `Authorization`.
    pub fn token(&self, who: &Who) -> Option<String> {
        who.token(|text| self.variables.fill(text))
    }

    /// A client without a token.
    pub fn client(&self) -> Guest {
        self.server.guest()
    }
}
