//! Ids: 15 characters of `[a-z0-9]`, and the other random texts that the product hands out.

use rand::RngExt;

const DIGITS: &[u8; 10] = b"0123456789";
const LOWER: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
const ALPHANUMERIC: &[u8; 62] = b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

/// The length of a record id of the default pattern.
pub const RECORD_ID_LENGTH: usize = 15;

fn random(alphabet: &[u8], length: usize) -> String {
    let mut rng = rand::rng();
    (0..length).map(|_| alphabet[rng.random_range(0..alphabet.len())] as char).collect()
}

/// `length` random characters of `[a-z0-9]`, from the thread's cryptographic generator.
pub fn random_lower(length: usize) -> String {
    random(LOWER, length)
}

/// `length` random characters of `[A-Za-z0-9]`: token keys and secrets.
pub fn random_alphanumeric(length: usize) -> String {
    random(ALPHANUMERIC, length)
}

/// `length` random digits: one-time passwords.
pub fn random_digits(length: usize) -> String {
    random(DIGITS, length)
}

/// A random record id.
pub fn random_record_id() -> String {
    random_lower(RECORD_ID_LENGTH)
}

/// Whether a text has the form of a record id.
pub fn is_record_id(text: &str) -> bool {
    text.len() == RECORD_ID_LENGTH && text.bytes().all(|byte| LOWER.contains(&byte))
}

/// A record id that grows with time: 8 characters of base-36 milliseconds, 7 random ones. New rows then land at
/// the end of the primary key's index. Nothing relies on the order.
pub fn ordered_record_id() -> String {
    let mut millis = crate::time::now().timestamp_millis().max(0) as u64;
    let mut head = [b'0'; 8];
    for place in head.iter_mut().rev() {
        *place = LOWER[(millis % 36) as usize];
        millis /= 36;
    }
    let mut id = String::with_capacity(RECORD_ID_LENGTH);
    id.extend(head.iter().map(|&byte| byte as char));
    id.push_str(&random_lower(7));
    id
}

/// `prefix` and the decimal CRC-32 (IEEE) of a text: the contract's form of generated collection and field ids.
pub fn checksum_id(prefix: &str, of: &str) -> String {
    format!("{prefix}{}", crc32fast::hash(of.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn well_known_ids_come_out_as_the_contract_lists_them() {
        assert_eq!(checksum_id("pbc_", "auth_superusers"), "pbc_3142635823");
        assert_eq!(checksum_id("text", "id"), "text3208210256");
    }

    #[test]
    fn ordered_ids_have_the_default_form() {
        let id = ordered_record_id();
        assert!(is_record_id(&id), "{id}");
    }
}
