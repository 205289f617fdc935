//! `tuckbox serve`.

use std::io::{self, IsTerminal};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::oneshot;

use super::restart;
use super::signals::{INTERRUPTED, Signals};
use crate::app::App;
use crate::config::Config;
use crate::error::{Error, Result};
use crate::http;
use crate::logs::Tap;

/// Serves until the process is told to stop; what the tap tells goes to the log. Where a restored backup waits for the
/// next start, that is now.
pub(super) async fn run(config: Config, tap: &Tap) -> Result<()> {
    // The port first: where it is taken, the data directory is left alone.
    let http = restart::address(&config.http);
    let listener = http::serve::bind(&http).await.map_err(|error| not_bound(&http, &error))?;
    let address = listener.local_addr()?;
    let dir = config.dir.display().to_string();
    let app = App::open(config).await?;
    tap.connect(&app.logs);
    let signalled = Arc::new(AtomicBool::new(false));
    let stop = stop_signal(Arc::clone(&signalled))?;
    let mut restart = app.restart.subscribe();
    greet(&app, address, &dir).await?;
    let console = app.console.clone();
    let stop = async move {
        tokio::select! {
            () = stop => {}
            _ = restart.wait_for(|restart| *restart) => tracing::info!("starting anew, with the data of a backup"),
        }
        console.stop();
    };
    http::serve::serve(app.clone(), listener, stop).await;
    app.close().await;
    // Who was told to stop meanwhile stops.
    if *app.restart.borrow() && !signalled.load(Ordering::SeqCst) {
        return Err(restart::again(address));
    }
    tracing::info!("stopped");
    Ok(())
}

fn not_bound(address: &str, error: &io::Error) -> Error {
    Error::Setup(match error.kind() {
        io::ErrorKind::AddrInUse => {
            format!("Another program listens on {address} already; stop it, or choose another address with --http.")
        }
        io::ErrorKind::PermissionDenied => {
            format!("Listening on {address} is not permitted; ports below 1024 need rights.")
        }
        io::ErrorKind::AddrNotAvailable => format!("{address} is no address of this machine; 0.0.0.0 is all of them."),
        _ if !is_host_and_port(address) => {
            format!("{address} is no address to listen on; write host and port, such as 127.0.0.1:8090.")
        }
        _ => format!("Listening on {address} failed: {error}."),
    })
}

fn is_host_and_port(address: &str) -> bool {
    address.rsplit_once(':').is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok())
}

/// What a person wants to know first: on a terminal as text, elsewhere as a line of the log. The set-up link is a
/// secret for 30 minutes and never part of the log.
async fn greet(app: &App, address: SocketAddr, dir: &str) -> Result<()> {
    const VERSION: &str = env!("CARGO_PKG_VERSION");
    let url = base_url(address);
    if io::stdout().is_terminal() {
        println!("Tuckbox {VERSION} serves {dir}");
        println!("  REST API   {url}/api/");
        println!("  Dashboard  {url}/_/");
    } else {
        tracing::info!(version = VERSION, url, dir, "listening");
    }
    if let Some(token) = app.auth.set_up_token().await? {
        eprintln!();
        eprintln!("There is no superuser yet. This link makes the first one; it is good for 30 minutes:");
        eprintln!("  {url}/_/#/pbinstall/{token}");
        eprintln!("Or on the command line:");
        eprintln!("  tuckbox superuser upsert you@example.com YOUR_PASSWORD --dir {dir}");
    }
    Ok(())
}

/// The address as a browser on this machine reaches it.
fn base_url(address: SocketAddr) -> String {
    match address {
        all if all.ip().is_unspecified() => format!("http://127.0.0.1:{}", all.port()),
        one => format!("http://{one}"),
    }
}

/// Comes back with the first signal to stop; the second ends the process at once.
fn stop_signal(signalled: Arc<AtomicBool>) -> Result<impl Future<Output = ()>> {
    let mut signals = Signals::new()?;
    let (first, told) = oneshot::channel();
    tokio::spawn(async move {
        signals.next().await;
        signalled.store(true, Ordering::SeqCst);
        tracing::info!("stopping; a second signal stops at once");
        let _ = first.send(());
        signals.next().await;
        std::process::exit(INTERRUPTED);
    });
    Ok(async move {
        let _ = told.await;
    })
}

#[cfg(test)]
mod tests {
    use super::{base_url, is_host_and_port};

    #[test]
    fn an_address_is_a_host_and_a_port() {
        for (address, is_one) in [
            ("127.0.0.1:8090", true),
            ("localhost:80", true),
            ("[::1]:80", true),
            ("nonsense", false),
            ("8090", false),
            (":8090", false),
            ("host:99999", false),
            ("host:", false),
        ] {
            assert_eq!(is_host_and_port(address), is_one, "{address}");
        }
    }

    #[test]
    fn addresses_of_all_interfaces_are_reached_locally() {
        assert_eq!(base_url(([0, 0, 0, 0], 80).into()), "http://127.0.0.1:80");
        assert_eq!(base_url(([127, 0, 0, 1], 8090).into()), "http://127.0.0.1:8090");
        assert_eq!(base_url((std::net::Ipv6Addr::LOCALHOST, 1).into()), "http://[::1]:1");
    }
}
