//! The collections that every database has, with the contract's names, fields and ids.

use super::Collection;

/// `_mfas`, `_otps`, `_externalAuths`, `_authOrigins`, `_superusers` and `users`, in the order of their creation,
/// with fresh secrets; timestamps are now.
pub fn system_collections() -> Vec<Collection> {
    todo!()
}
