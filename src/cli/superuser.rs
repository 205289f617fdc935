//! `tuckbox superuser`: works beside a running server.

use std::io::IsTerminal;

use clap::{Args, Subcommand};
use dialoguer::Password;
use serde_json::{Map, Value as Json};

use super::output;
use crate::app::App;
use crate::auth::OneTimePassword;
use crate::config::Config;
use crate::error::{Error, Result};
use crate::settings::Change;

/// What is done with a superuser.
#[derive(Debug, Subcommand)]
pub(super) enum Action {
    /// Make a superuser
    Create(Credentials),
    /// Make a superuser, or set the password of the one that is there
    Upsert(Credentials),
    /// Set the password of a superuser
    Update(Credentials),
    /// Remove a superuser
    Delete {
        /// The e-mail address
        email: String,
    },
    /// Make a one-time password for a superuser, where those are enabled for them
    Otp {
        /// The e-mail address
        email: String,
    },
    /// Say where superusers may come from; without an address, from anywhere
    Ips {
        /// Addresses and networks, such as 10.0.0.1 or 192.168.0.0/16
        #[arg(value_name = "IP|CIDR")]
        list: Vec<String>,
    },
}

/// Address and password.
#[derive(Debug, Args)]
pub(super) struct Credentials {
    /// The e-mail address
    email: String,
    /// The password; asked for where it is missing
    #[arg(value_name = "PASS")]
    password: Option<String>,
}

/// Does it and says so.
pub(super) async fn run(config: Config, action: Action) -> Result<()> {
    let action = action.with_password()?;
    let app = App::open_beside(config).await?;
    let done = act(&app, &action).await;
    app.close().await;
    Ok(output::line(done?.as_bytes())?)
}

async fn act(app: &App, action: &Action) -> Result<String> {
    match action {
        Action::Create(given) => {
            let made = app.auth.create_superuser(&given.email, given.password()).await;
            made.map_err(|error| told_as("The superuser was not created.", error))?;
            Ok(format!("The superuser {} was created.", given.email))
        }
        Action::Upsert(given) => {
            let is_new = app.auth.upsert_superuser(&given.email, given.password()).await;
            let is_new = is_new.map_err(|error| told_as("The superuser was not saved.", error))?;
            let done = if is_new { "was created" } else { "has a new password" };
            Ok(format!("The superuser {} {done}.", given.email))
        }
        Action::Update(given) => {
            let set = app.auth.set_superuser_password(&given.email, given.password()).await;
            set.map_err(|error| told_as("The password was not changed.", error))?;
            Ok(format!("The superuser {} has a new password.", given.email))
        }
        Action::Ips { list } => {
            let change = Map::from_iter([("superuserIPs".to_owned(), Json::from(list.clone()))]);
            let saved = app.settings.update(Change { data: change, texts: Vec::new() }).await;
            saved.map_err(|error| told_as("The addresses were not saved.", error))?;
            Ok(match list.is_empty() {
                true => "Superusers may come from anywhere.".to_owned(),
                false => format!("Superusers may come from {} alone.", list.join(", ")),
            })
        }
        Action::Delete { email } => {
            let was_there = app.auth.delete_superuser(email).await?;
            let done = if was_there { "was removed" } else { "does not exist; nothing was removed" };
            Ok(format!("The superuser {email} {done}."))
        }
        Action::Otp { email } => {
            let OneTimePassword { id, code, seconds } = app.auth.superuser_otp(email).await?;
            Ok(format!("The one-time password of {email}, good for {seconds} s:\n  otpId     {id}\n  password  {code}"))
        }
    }
}

/// Faults of fields under a sentence of the command, since nobody here thinks of records.
fn told_as(sentence: &'static str, error: Error) -> Error {
    match error {
        Error::Invalid(invalid) if !invalid.fields.is_empty() => Error::invalid(sentence, invalid.fields),
        other => other,
    }
}

impl Action {
    /// Asks for the password before anything is opened.
    fn with_password(mut self) -> Result<Self> {
        match &mut self {
            Self::Create(given) | Self::Upsert(given) | Self::Update(given) => {
                if given.password.is_none() {
                    given.password = Some(ask()?);
                }
            }
            Self::Delete { .. } | Self::Otp { .. } | Self::Ips { .. } => {}
        }
        Ok(self)
    }
}

impl Credentials {
    fn password(&self) -> &str {
        self.password.as_deref().unwrap_or_default()
    }
}

fn ask() -> Result<String> {
    if !std::io::stdin().is_terminal() {
        return Err(Error::Setup("The password is missing; give it after the e-mail address.".into()));
    }
    Password::new()
        .with_prompt("Password")
        .with_confirmation("Repeat the password", "The two passwords differ.")
        .interact()
        .map_err(|error| Error::Setup(format!("The password could not be read: {error}.")))
}
