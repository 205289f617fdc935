//! The bytes of a connection: which HTTP they speak, and that they move.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use super::connections::Connection;

/// What a connection begins with that speaks HTTP/2.
const PREFACE: &[u8; 24] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// What a connection speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Version {
    Http1,
    Http2,
}

/// A stream that tells when bytes move, and begins with those that were looked at.
///
/// The two come in one read. Apart, as hyper-util's own detection hands them on, they make hyper double a buffer that
/// the connection then holds for all of its life.
pub(super) struct Socket {
    stream: TcpStream,
    known: Arc<Connection>,
    begun: [u8; PREFACE.len()],
    /// Which part of `begun` is still to be read.
    first: usize,
    end: usize,
}

impl Socket {
    pub(super) fn new(stream: TcpStream, known: Arc<Connection>) -> Self {
        Self { stream, known, begun: [0; PREFACE.len()], first: 0, end: 0 }
    }

    /// Waits for as many bytes as tell the version; `None` where none came before the end.
    pub(super) async fn version(&mut self) -> io::Result<Option<Version>> {
        while self.end < PREFACE.len() {
            let read = self.stream.read(&mut self.begun[self.end..]).await?;
            if read == 0 {
                return Ok((self.end > 0).then_some(Version::Http1));
            }
            self.known.moves();
            self.end += read;
            if self.begun[..self.end] != PREFACE[..self.end] {
                return Ok(Some(Version::Http1));
            }
        }
        Ok(Some(Version::Http2))
    }
}

impl AsyncRead for Socket {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let rest = &self.begun[self.first..self.end];
        let begun = rest.len().min(into.remaining());
        into.put_slice(&rest[..begun]);
        self.first += begun;
        if begun > 0 && into.remaining() == 0 {
            return Poll::Ready(Ok(()));
        }
        let read = Pin::new(&mut self.stream).poll_read(context, into);
        if read.is_ready() {
            self.known.moves();
        }
        // What is wrong with the stream comes with the next read.
        if begun > 0 { Poll::Ready(Ok(())) } else { read }
    }
}

impl AsyncWrite for Socket {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, from: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, from);
        if written.is_ready() {
            self.known.moves();
        }
        written
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        from: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, from);
        if written.is_ready() {
            self.known.moves();
        }
        written
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncWriteExt;
    use tokio::net::TcpListener;

    use super::super::connections::Connections;
    use super::*;

    /// What is found of a connection whose client sends these parts one after the other, and what is read after that.
    async fn found(parts: &[&[u8]]) -> (Option<Version>, Vec<u8>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let mut client = TcpStream::connect(listener.local_addr().expect("an address")).await.expect("connected");
        let (stream, _) = listener.accept().await.expect("accepted");
        let place = Connections::new(1).enter().expect("room");
        let mut socket = Socket::new(stream, Arc::clone(&place.connection));
        let send = async {
            for part in parts {
                client.write_all(part).await.expect("sent");
                tokio::task::yield_now().await;
            }
            client.shutdown().await.expect("ended");
        };
        let read = async {
            let version = socket.version().await.expect("a version");
            let mut rest = Vec::new();
            socket.read_to_end(&mut rest).await.expect("read");
            (version, rest)
        };
        tokio::join!(send, read).1
    }

    #[tokio::test]
    async fn nothing_is_lost_of_what_was_looked_at() {
        let long = [b"GET / HTTP/1.1\r\n\r\n".as_slice(), &[b'x'; 100_000]].concat();
        let h2 = [PREFACE.as_slice(), b"more"].concat();
        let parts: Vec<&[u8]> = h2.chunks(5).collect();
        for (sent, version) in [
            (&[long.as_slice()][..], Some(Version::Http1)),
            (&[b"P", b"ATCH / HTTP/1.1\r\n"], Some(Version::Http1)),
            (&[b"PRI * HTTP/1.1\r\n"], Some(Version::Http1)),
            (&[b"PRI"], Some(Version::Http1)),
            (&parts, Some(Version::Http2)),
            (&[], None),
        ] {
            assert_eq!(found(sent).await, (version, sent.concat()));
        }
    }

    #[tokio::test]
    async fn what_was_looked_at_comes_in_one_read_with_what_follows() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let mut client = TcpStream::connect(listener.local_addr().expect("an address")).await.expect("connected");
        let (stream, _) = listener.accept().await.expect("accepted");
        let place = Connections::new(1).enter().expect("room");
        let mut socket = Socket::new(stream, Arc::clone(&place.connection));
        client.write_all(b"GET /api/health HTTP/1.1\r\nHost: here\r\n\r\n").await.expect("sent");
        assert_eq!(socket.version().await.expect("a version"), Some(Version::Http1));
        let mut head = [0; 1024];
        let read = socket.read(&mut head).await.expect("read");
        assert_eq!(&head[..read], b"GET /api/health HTTP/1.1\r\nHost: here\r\n\r\n");
        // A small buffer is no reason to lose anything.
        client.write_all(b"rest").await.expect("sent");
        assert_eq!((socket.read_u8().await.expect("read"), socket.read_u8().await.expect("read")), (b'r', b'e'));
    }
}
