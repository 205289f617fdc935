//! Lists of addresses and networks (CIDR, RFC 4632).

use std::net::IpAddr;

use ipnet::IpNet;

/// Whether one of these addresses and networks holds an address; what is neither holds none. An IPv4 address that is
/// written as an IPv6 one is the IPv4 address.
pub fn holds(list: &[String], ip: IpAddr) -> bool {
    let ip = ip.to_canonical();
    list.iter().any(|entry| match entry.parse::<IpAddr>() {
        Ok(one) => one.to_canonical() == ip,
        Err(_) => entry.parse::<IpNet>().is_ok_and(|network| network.contains(&ip)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_networks_hold_what_is_in_them() {
        let list = ["10.0.0.0/8", "192.168.1.7", "2001:db8::/32", "nonsense"].map(str::to_owned);
        let within = |ip: &str| holds(&list, ip.parse().expect("an address"));
        assert!(within("10.200.3.4") && within("192.168.1.7") && within("2001:db8::1"));
        assert!(within("::ffff:10.0.0.1"));
        assert!(!within("11.0.0.1") && !within("192.168.1.8") && !within("::1"));
    }
}
