//! Lists of addresses and networks (CIDR, RFC 4632).

use std::net::IpAddr;

use ipnet::IpNet;

/// Addresses and networks, ready to be asked.
#[derive(Debug, Default)]
pub struct Networks(Vec<IpNet>);

impl Networks {
    /// The entries of a list; what is neither an address nor a network is none.
    pub fn new(list: &[String]) -> Self {
        Self(list.iter().filter_map(|entry| network(entry)).collect())
    }

    /// Whether one of them holds an address. An IPv4 address that is written as an IPv6 one is the IPv4 address.
    pub fn hold(&self, ip: IpAddr) -> bool {
        let ip = ip.to_canonical();
        self.0.iter().any(|network| network.contains(&ip))
    }
}

/// Whether a text is an address or a network.
pub(super) fn is_one(entry: &str) -> bool {
    network(entry).is_some()
}

/// An address is a network of one.
fn network(entry: &str) -> Option<IpNet> {
    match entry.parse::<IpAddr>() {
        Ok(one) => Some(one.to_canonical().into()),
        Err(_) => entry.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_networks_hold_what_is_in_them() {
        let list = ["10.0.0.0/8", "192.168.1.7", "2001:db8::/32", "nonsense"].map(str::to_owned);
        let networks = Networks::new(&list);
        let within = |ip: &str| networks.hold(ip.parse().expect("an address"));
        assert!(within("10.200.3.4") && within("192.168.1.7") && within("2001:db8::1"));
        assert!(within("::ffff:10.0.0.1"));
        assert!(!within("11.0.0.1") && !within("192.168.1.8") && !within("::1"));
    }

    #[test]
    fn a_mapped_address_of_a_list_is_the_other_one() {
        assert!(Networks::new(&["::ffff:10.0.0.1".to_owned()]).hold([10, 0, 0, 1].into()));
    }
}
