//! Sending to a mail server (RFC 5321). Each mail has a connection of its own: there are few, and a server that went
//! away meanwhile is met at once.

use std::error::Error as _;
use std::time::Duration;

use lettre::transport::smtp::Error as SmtpError;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{AsyncSmtpTransport, AsyncTransport, Message as Sealed, Tokio1Executor};

use super::Unsent;
use crate::settings::Smtp;

/// How long connecting may take.
const CONNECT: Duration = Duration::from_secs(10);
/// How long everything may take.
const ALL: Duration = Duration::from_secs(30);

/// Hosts that no wire leads to.
const LOCAL: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

/// Final answers of a server that are about us, not about the mail: someone may put them right.
const ABOUT_US: [u16; 4] = [530, 534, 535, 538];

/// Sends a mail.
pub(super) async fn send(smtp: &Smtp, mail: &Sealed) -> Result<(), Unsent> {
    send_within(ALL, smtp, mail).await
}

async fn send_within(all: Duration, smtp: &Smtp, mail: &Sealed) -> Result<(), Unsent> {
    let transport = transport(smtp)?;
    let to_server =
        |reason: String| format!("The mail server {}:{} did not take the mail: {reason}.", smtp.host, smtp.port);
    match tokio::time::timeout(all, transport.send(mail.clone())).await {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(error)) => Err(Unsent { reason: to_server(told(&error)), lasting: is_lasting(&error) }),
        Err(_) => Err(Unsent::for_now(to_server(format!("it took longer than {} s", all.as_secs())))),
    }
}

fn transport(smtp: &Smtp) -> Result<AsyncSmtpTransport<Tokio1Executor>, Unsent> {
    let port = u16::try_from(smtp.port).map_err(|_| Unsent::for_now("The mail server's port is no port."))?;
    let mut transport = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(smtp.host.as_str())
        .port(port)
        .tls(tls(smtp)?)
        .hello_name(ClientId::Domain(hello(&smtp.local_name).to_owned()))
        .timeout(Some(CONNECT));
    if signs_in(smtp) {
        let mechanism = if smtp.auth_method == "LOGIN" { Mechanism::Login } else { Mechanism::Plain };
        transport = transport
            .credentials(Credentials::new(smtp.username.clone(), smtp.password.clone()))
            .authentication(vec![mechanism]);
    }
    Ok(transport.build())
}

fn signs_in(smtp: &Smtp) -> bool {
    !smtp.username.is_empty() || !smtp.password.is_empty()
}

/// TLS from the first byte; else STARTTLS where it is offered, without which credentials go to this machine alone.
fn tls(smtp: &Smtp) -> Result<Tls, Unsent> {
    let parameters = TlsParameters::new(smtp.host.clone())
        .map_err(|error| Unsent::for_now(format!("The mail server cannot be reached by TLS: {}.", told(&error))))?;
    let is_local = LOCAL.contains(&smtp.host.as_str());
    Ok(match () {
        () if smtp.tls => Tls::Wrapper(parameters),
        () if signs_in(smtp) && !is_local => Tls::Required(parameters),
        () => Tls::Opportunistic(parameters),
    })
}

fn hello(local_name: &str) -> &str {
    if local_name.is_empty() { "localhost" } else { local_name }
}

/// Whether the server refused this mail for good.
fn is_lasting(error: &SmtpError) -> bool {
    error.is_permanent() && error.status().is_some_and(|code| !ABOUT_US.contains(&u16::from(code)))
}

/// The error with its causes, in one line and without a dot.
fn told(error: &SmtpError) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let more = error.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        cause = error.source();
    }
    super::compose::one_line(&text).trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn smtp(host: &str, username: &str, tls: bool) -> Smtp {
        Smtp { host: host.to_owned(), username: username.to_owned(), tls, ..Smtp::default() }
    }

    #[test]
    fn credentials_never_travel_in_the_open() {
        let tls = |host, username, wrapped| tls(&smtp(host, username, wrapped)).expect("TLS");
        assert!(matches!(tls("mail.example.com", "me", false), Tls::Required(_)));
        assert!(matches!(tls("mail.example.com", "", false), Tls::Opportunistic(_)));
        assert!(matches!(tls("mail.example.com", "me", true), Tls::Wrapper(_)));
        for local in LOCAL {
            assert!(matches!(tls(local, "me", false), Tls::Opportunistic(_)), "{local}");
        }
    }

    /// A server that takes connections and never says a word.
    #[tokio::test]
    async fn a_server_that_keeps_silent_is_left() {
        let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = silent.local_addr().expect("an address").port().into();
        let smtp = Smtp { host: "127.0.0.1".into(), port, ..Smtp::default() };
        let message = super::super::Message { to: "a@example.com".into(), subject: String::new(), html: String::new() };
        let mail = super::super::envelope::seal(&message, &Default::default()).expect("sealed");
        let left = send_within(Duration::from_millis(100), &smtp, &mail).await.expect_err("nobody took it");
        assert!(!left.lasting && left.reason.contains("took longer"), "{left}");
    }

    #[test]
    fn a_password_alone_signs_in_too() {
        assert!(signs_in(&Smtp { password: "p".into(), ..Smtp::default() }));
        assert!(!signs_in(&Smtp::default()));
    }

    #[test]
    fn the_server_is_greeted_by_a_name() {
        assert_eq!((hello(""), hello("mail.example.com")), ("localhost", "mail.example.com"));
    }

    #[test]
    fn a_port_that_is_none_is_told() {
        for port in [-1, 65_536] {
            let refused = transport(&Smtp { port, ..Smtp::default() }).expect_err("no port");
            assert!(!refused.lasting, "{refused}");
        }
    }
}
