//! Messages as they are written (contract: realtime, sections 1 and 5).

use bytes::{BufMut, Bytes, BytesMut};

use super::client::{Id, Message};

/// A comment, which keeps a connection from looking dead.
pub(super) const ALIVE: &[u8] = b":\n\n";
/// When to come back; said at the end to those who resume by themselves.
pub(super) const COME_BACK: &[u8] = b"retry:500\n\n";

/// A message without its line `id:`.
pub(super) fn rest(topic: &str, data: &[u8]) -> Bytes {
    let mut out = BytesMut::with_capacity(topic.len() + data.len() + 16);
    for part in [b"event:", topic.as_bytes(), b"\ndata:", data, b"\n\n"] {
        out.put_slice(part);
    }
    out.freeze()
}

/// What tells of a change of a record.
pub(super) fn of_record(topic: &str, record: &[u8], action: &str) -> Bytes {
    let mut data = Vec::with_capacity(record.len() + 32);
    for part in [br#"{"record":"#.as_slice(), record, br#","action":""#, action.as_bytes(), br#""}"#] {
        data.extend_from_slice(part);
    }
    rest(topic, &data)
}

/// The first message, which tells a client its id.
pub(super) fn connected(client: &str) -> Message {
    Message { id: Id::Client, rest: rest("PB_CONNECT", format!(r#"{{"clientId":"{client}"}}"#).as_bytes()) }
}

/// What tells a client that it cannot be told what it missed, of one topic or of all.
pub(super) fn resync(topic: Option<&str>) -> Bytes {
    let data = match topic {
        Some(topic) => serde_json::json!({"topic": topic}),
        None => serde_json::json!({}),
    };
    rest("resync", data.to_string().as_bytes())
}

/// A place in the feed without a message: clients note it and notice nothing.
pub(super) fn place(position: &[u8], out: &mut BytesMut) {
    put_id(position, out);
    out.put_u8(b'\n');
}

/// Writes a message to a client.
pub(super) fn write(message: &Message, client: &str, out: &mut BytesMut) {
    match &message.id {
        Id::Client => put_id(client.as_bytes(), out),
        Id::Position(position) => put_id(position, out),
        Id::None => {}
    }
    out.put_slice(&message.rest);
}

fn put_id(id: &[u8], out: &mut BytesMut) {
    out.put_slice(b"id:");
    out.put_slice(id);
    out.put_u8(b'\n');
}
