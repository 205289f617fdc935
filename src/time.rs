//! Time in the wire format: `YYYY-MM-DD HH:MM:SS.mmmZ`, always UTC, milliseconds truncated.
//! Parsing what people send lives with the date field.

use chrono::{DateTime, Datelike, Timelike, Utc};

/// The current instant.
pub fn now() -> DateTime<Utc> {
    Utc::now()
}

/// The current instant in the wire format.
pub fn now_text() -> String {
    format(now())
}

/// The wire format of an instant. Years outside 0..=9999 do not occur: parsing refuses them.
pub fn format(at: DateTime<Utc>) -> String {
    let mut out = Vec::with_capacity(24);
    let mut digits = |mut value: u32, width: usize, end: u8| {
        let start = out.len();
        out.resize(start + width, b'0');
        for place in (start..start + width).rev() {
            out[place] = b'0' + (value % 10) as u8;
            value /= 10;
        }
        out.push(end);
    };
    digits(at.year().max(0) as u32, 4, b'-');
    digits(at.month(), 2, b'-');
    digits(at.day(), 2, b' ');
    digits(at.hour(), 2, b':');
    digits(at.minute(), 2, b':');
    digits(at.second(), 2, b'.');
    digits(at.nanosecond() / 1_000_000 % 1000, 3, b'Z');
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wire_format_pads_and_truncates() {
        let at = DateTime::from_timestamp(1_704_164_645, 7_999_999).expect("in range");
        assert_eq!(format(at), "2024-01-02 03:04:05.007Z");
    }
}
