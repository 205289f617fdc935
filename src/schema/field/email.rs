//! Email fields.

/// Options of email and url fields: which domains are accepted. At most one list is non-empty.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DomainOptions {
    /// Domains that are refused; `None` where never set.
    pub except_domains: Option<Vec<String>>,
    /// The only domains that are accepted; `None` where never set.
    pub only_domains: Option<Vec<String>>,
}
