//! From a socket to the router: accepting, HTTP/1.1 and h2c, limits of connections and time, and stopping.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use http::Request;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::connections::{Connection, Connections, Place};
use super::extract::Visitor;
use super::middleware::header_limits::MOST_BYTES_READ;
use super::router::Service;
use super::socket::{Socket, Version};
use crate::app::App;

/// How many connections may wait to be accepted.
const BACKLOG: u32 = 4096;
/// How long the head of a request may take.
const HEADER: Duration = Duration::from_secs(60);
/// How long a connection may be silent while nothing is being answered.
const SILENT: Duration = Duration::from_secs(75);
/// How long requests that are under way may take once the server stops.
const DRAIN: Duration = Duration::from_secs(10);
/// How long a client may be silent in the middle of a request once the server stops.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long accepting pauses when the system gives no more connections.
const NO_ROOM: Duration = Duration::from_millis(20);
/// Open files that connections leave to the database and the storage.
const OTHER_FILES: usize = 192;

/// Listens on an address such as `127.0.0.1:8090` or `localhost:8090`.
///
/// # Errors
/// What the system says; the port is taken (`AddrInUse`), the address is none of ours, it cannot be resolved.
pub async fn bind(address: &str) -> io::Result<TcpListener> {
    let mut last = io::Error::new(io::ErrorKind::InvalidInput, "the name stands for no address");
    for address in tokio::net::lookup_host(address).await? {
        match listen(address) {
            Ok(listener) => return Ok(listener),
            Err(error) => last = error,
        }
    }
    Err(last)
}

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    // On Unix this allows a restart while old connections fade away; elsewhere it would allow two servers.
    if cfg!(unix) {
        socket.set_reuseaddr(true)?;
    }
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// Serves the app until `stop` comes back; then nothing more is accepted, and what is under way gets ten seconds.
pub async fn serve(app: App, listener: TcpListener, stop: impl Future<Output = ()>) {
    let most = places(app.config.max_connections);
    let connections = Connections::new(most);
    let counted = connections.clone();
    app.connections_are(move || counted.open(), most);
    let service = Service::new(app.clone());
    let (stopping, stopped) = watch::channel(false);
    let mut open = JoinSet::new();
    let mut stop = pin!(stop);
    loop {
        tokio::select! {
            () = &mut stop => break,
            Some(_) = open.join_next(), if !open.is_empty() => {}
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => {
                    // Where all places are at work, the newcomer is turned away.
                    if let Some(place) = connections.enter() {
                        open.spawn(connection(service.clone(), stream, peer, place, stopped.clone()));
                    }
                }
                Err(error) if is_of_the_connection(&error) => {}
                Err(error) => {
                    tracing::warn!(%error, "no more connections can be accepted; an idle one is closed");
                    connections.make_room();
                    tokio::time::sleep(NO_ROOM).await;
                }
            }
        }
    }
    drop(listener);
    app.begin_to_stop();
    app.realtime.stop();
    let _ = stopping.send(true);
    let all = async { while open.join_next().await.is_some() {} };
    if tokio::time::timeout(DRAIN, all).await.is_err() {
        tracing::warn!(connections = open.len(), "requests that did not end in time were cut off");
        open.shutdown().await;
    }
}

/// The configured places, or what the system's limit of open files leaves for them.
fn places(configured: usize) -> usize {
    match most_open_files() {
        Some(files) if files < configured + OTHER_FILES => {
            let places = files.saturating_sub(OTHER_FILES).max(files / 2).max(1);
            tracing::info!(places, files, "the system's limit of open files bounds the connections");
            places
        }
        _ => configured,
    }
}

/// The soft limit of open files, where the system tells it in a file.
fn most_open_files() -> Option<usize> {
    let limits = std::fs::read_to_string("/proc/self/limits").ok()?;
    let line = limits.lines().find(|line| line.starts_with("Max open files"))?;
    line.split_whitespace().nth(3)?.parse().ok()
}

fn is_of_the_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionRefused
    )
}

async fn connection(
    service: Service,
    stream: TcpStream,
    peer: SocketAddr,
    place: Place,
    mut stopped: watch::Receiver<bool>,
) {
    let _ = stream.set_nodelay(true);
    let known = Arc::clone(&place.connection);
    let mut leave = pin!(known.has_to_leave(SILENT));
    let mut socket = Socket::new(stream, Arc::clone(&known));
    let version = tokio::select! {
        version = socket.version() => version,
        () = &mut leave => return,
        _ = stopped.wait_for(|&stopped| stopped) => return,
    };
    let Ok(Some(version)) = version else { return };
    // Boxed: the connection keeps room for the future between requests and beside a stream, and it is large.
    let answering =
        service_fn(|request: Request<Incoming>| Box::pin(answer(service.clone(), request, peer, Arc::clone(&known))));
    let builder = builder(version);
    let mut serving = pin!(builder.serve_connection(TokioIo::new(socket), answering));
    let mut is_stopping = false;
    loop {
        tokio::select! {
            ended = serving.as_mut() => {
                if let Err(error) = ended {
                    tracing::debug!(%error, "a connection ended early");
                }
                return;
            }
            () = &mut leave => return,
            _ = stopped.wait_for(|&stopped| stopped), if !is_stopping => {
                is_stopping = true;
                serving.as_mut().graceful_shutdown();
            }
            () = known.is_abandoned(PATIENCE), if is_stopping => return,
        }
    }
}

fn builder(version: Version) -> auto::Builder<TokioExecutor> {
    let builder = auto::Builder::new(TokioExecutor::new());
    let mut builder = match version {
        Version::Http1 => builder.http1_only(),
        Version::Http2 => builder.http2_only(),
    };
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER)
        // It reads at most 100 headers: said explicitly, room for them would be filled in for each request.
        .max_buf_size(MOST_BYTES_READ)
        .http2()
        .timer(TokioTimer::new())
        .max_header_list_size(MOST_BYTES_READ as u32)
        .max_concurrent_streams(200)
        .keep_alive_interval(Duration::from_secs(30))
        .keep_alive_timeout(Duration::from_secs(20));
    builder
}

/// Answers a request. What is made of it is made before the future, which keeps room for each argument.
fn answer(
    service: Service,
    request: Request<Incoming>,
    peer: SocketAddr,
    known: Arc<Connection>,
) -> impl Future<Output = Result<http::Response<Body>, Infallible>> {
    let mut request = request.map(Body::new);
    request.extensions_mut().insert(Visitor::at(peer));
    request.extensions_mut().insert(Arc::clone(&known));
    async move {
        known.give_way().await;
        let running = known.request();
        let response = service.answer(&mut request).await;
        drop(running);
        Ok(response)
    }
}
