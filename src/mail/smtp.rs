//! Sending to a mail server (RFC 5321). Each mail has a connection of its own: there are few, and a server that went
//! away meanwhile is met at once.

use std::error::Error as _;
use std::net::IpAddr;
use std::time::Duration;

use lettre::Message as Sealed;
use lettre::transport::smtp::Error as SmtpError;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;

use super::Unsent;
use crate::settings::Smtp;

/// How long connecting may take.
const CONNECT: Duration = Duration::from_secs(10);
/// How long everything may take until the mail is taken.
const ALL: Duration = Duration::from_secs(30);
/// How long the farewell may take.
const FAREWELL: Duration = Duration::from_secs(1);

/// Hosts that no wire leads to.
const LOCAL: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

/// Final answers to a mail that are about us, not about the mail: we should have signed in, or otherwise.
const ABOUT_US: [u16; 4] = [530, 534, 535, 538];

/// Sends a mail.
pub(super) async fn send(smtp: &Smtp, mail: &Sealed) -> Result<(), Unsent> {
    send_within(ALL, smtp, mail).await
}

async fn send_within(all: Duration, smtp: &Smtp, mail: &Sealed) -> Result<(), Unsent> {
    let port = u16::try_from(smtp.port).map_err(|_| Unsent::for_now("The mail server's port is no port."))?;
    let tls = tls(smtp)?;
    let refused = |reason: String, lasting: bool| Unsent {
        reason: format!("The mail server {}:{} did not take the mail: {reason}.", smtp.host, smtp.port),
        lasting,
    };
    let sending = async {
        // Whatever is refused before the mail is spoken of is about us: someone may put it right.
        let mut connection = connect(smtp, port, tls).await.map_err(|error| refused(told(&error), false))?;
        let sent = connection.send(mail.envelope(), &mail.formatted()).await;
        sent.map_err(|error| refused(told(&error), is_lasting(&error)))?;
        Ok(connection)
    };
    match tokio::time::timeout(all, sending).await {
        Ok(Ok(mut connection)) => {
            // It is taken, whatever becomes of the farewell.
            let _ = tokio::time::timeout(FAREWELL, connection.abort()).await;
            Ok(())
        }
        Ok(Err(unsent)) => Err(unsent),
        Err(_) => Err(refused(format!("it took longer than {} s", all.as_secs()), false)),
    }
}

/// A connection that takes mails: encrypted and signed in, as far as the settings say so.
async fn connect(smtp: &Smtp, port: u16, tls: Tls) -> Result<AsyncSmtpConnection, SmtpError> {
    let hello = hello(&smtp.local_name);
    let wrapper = if let Tls::Wrapper(parameters) = &tls { Some(parameters.clone()) } else { None };
    let server = (smtp.host.as_str(), port);
    let mut connection = AsyncSmtpConnection::connect_tokio1(server, Some(CONNECT), &hello, wrapper, None).await?;
    match tls {
        Tls::Opportunistic(parameters) if connection.can_starttls() => connection.starttls(parameters, &hello).await?,
        // Where it is not offered this fails.
        Tls::Required(parameters) => connection.starttls(parameters, &hello).await?,
        Tls::Wrapper(_) | Tls::Opportunistic(_) | Tls::None => {}
    }
    if signs_in(smtp) {
        let mechanism = if smtp.auth_method == "LOGIN" { Mechanism::Login } else { Mechanism::Plain };
        let credentials = Credentials::new(smtp.username.clone(), smtp.password.clone());
        connection.auth(&[mechanism], &credentials).await?;
    }
    Ok(connection)
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

/// What the server is greeted with; an address stands in brackets there.
fn hello(local_name: &str) -> ClientId {
    match local_name.parse::<IpAddr>() {
        Ok(IpAddr::V4(ip)) => ClientId::Ipv4(ip),
        Ok(IpAddr::V6(ip)) => ClientId::Ipv6(ip),
        Err(_) if local_name.is_empty() => ClientId::Domain("localhost".to_owned()),
        Err(_) => ClientId::Domain(local_name.to_owned()),
    }
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
    use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufStream};

    use super::super::{Message, envelope};
    use super::*;

    fn smtp(host: &str, username: &str, tls: bool) -> Smtp {
        Smtp { host: host.to_owned(), username: username.to_owned(), tls, ..Smtp::default() }
    }

    fn mail() -> Sealed {
        let message = Message { to: "a@example.com".into(), subject: String::new(), html: String::new() };
        envelope::seal(&message, &Default::default()).expect("sealed")
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

    /// A mail to a server that says these lines and then falls silent.
    async fn sent_to_a_server_that_says(lines: &[&str]) -> Result<(), Unsent> {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port().into();
        let server = async {
            let (stream, _) = listener.accept().await.expect("a client");
            let mut stream = BufStream::new(stream);
            for line in lines {
                stream.write_all(format!("{line}\r\n").as_bytes()).await.expect("written");
                stream.flush().await.expect("written");
                let mut answer = String::new();
                while stream.read_line(&mut answer).await.expect("a line") > 0
                    && line.starts_with("354")
                    && !answer.ends_with("\r\n.\r\n")
                {}
            }
            std::future::pending::<()>().await
        };
        let smtp = Smtp { host: "127.0.0.1".into(), port, ..Smtp::default() };
        let mail = mail();
        tokio::select! {
            sent = send_within(Duration::from_millis(500), &smtp, &mail) => sent,
            () = server => unreachable!("it waits for ever"),
        }
    }

    /// To the connection, EHLO, MAIL, RCPT, DATA and the mail.
    const DIALOGUE: [&str; 6] = ["220 hello", "250 hello", "250 good", "250 good", "354 go on", "250 taken"];

    #[tokio::test]
    async fn a_server_that_falls_silent_is_left() {
        for lines in 0..DIALOGUE.len() {
            let left = sent_to_a_server_that_says(&DIALOGUE[..lines]).await.expect_err("nobody took it");
            assert!(!left.lasting && left.reason.contains("took longer"), "{lines}: {left}");
        }
    }

    /// Otherwise it would be sent again and again.
    #[tokio::test]
    async fn a_mail_is_taken_though_nobody_says_goodbye() {
        sent_to_a_server_that_says(&DIALOGUE).await.expect("taken");
    }

    #[tokio::test]
    async fn only_what_is_said_of_the_mail_is_for_ever() {
        for (said, refusal, lasting) in [
            (0, "554 no service for you", false),
            (1, "550 who are you", false),
            (2, "530 sign in first", false),
            (3, "550 no such user", true),
            (3, "450 come again", false),
            (5, "554 spam", true),
        ] {
            let lines = [&DIALOGUE[..said], &[refusal, "221 goodbye"]].concat();
            let refused = sent_to_a_server_that_says(&lines).await.expect_err("refused");
            assert_eq!(refused.lasting, lasting, "{refused}");
            assert!(refused.reason.contains(&refusal[..3]), "{refused}");
        }
    }

    #[test]
    fn a_password_alone_signs_in_too() {
        assert!(signs_in(&Smtp { password: "p".into(), ..Smtp::default() }));
        assert!(!signs_in(&Smtp::default()));
    }

    #[test]
    fn the_server_is_greeted_by_a_name() {
        let names = ["", "mail.example.com", "10.0.0.1", "::1"].map(|name| hello(name).to_string());
        assert_eq!(names, ["localhost", "mail.example.com", "[10.0.0.1]", "[IPv6:::1]"]);
    }

    #[tokio::test]
    async fn a_port_that_is_none_is_told() {
        let mail = mail();
        for port in [-1, 65_536] {
            let refused = send(&Smtp { port, ..Smtp::default() }, &mail).await.expect_err("no port");
            assert!(!refused.lasting && refused.reason.contains("port"), "{refused}");
        }
    }
}
