//! Cron expressions in the contract's grammar (contract: settings, section 7): five segments of numbers, ranges and
//! steps, or a macro.

/// What stands for a whole expression.
const MACROS: [&str; 7] = ["@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"];

/// The least and the greatest number of each segment: minute, hour, day of the month, month, day of the week.
const SEGMENTS: [(u8, u8); 5] = [(0, 59), (0, 23), (1, 31), (1, 12), (0, 6)];

/// Whether a text is an expression.
pub fn is_expression(text: &str) -> bool {
    if MACROS.contains(&text) {
        return true;
    }
    let segments: Vec<&str> = text.split(' ').collect();
    segments.len() == SEGMENTS.len()
        && segments.iter().zip(SEGMENTS).all(|(segment, bounds)| segment.split(',').all(|part| is_part(part, bounds)))
}

/// Whether a text is `*`, `5`, `1-5`, `*/2` or `1-5/2` within these bounds.
fn is_part(part: &str, (least, most): (u8, u8)) -> bool {
    let within = |text: &str, least| number(text).filter(|&number| (least..=most).contains(&number));
    let (range, step) = match part.split_once('/') {
        Some((range, step)) => (range, Some(step)),
        None => (part, None),
    };
    if step.is_some_and(|step| within(step, 1).is_none()) {
        return false;
    }
    match range.split_once('-') {
        _ if range == "*" => true,
        Some((from, to)) => within(from, least).is_some_and(|from| within(to, from).is_some()),
        // A step leads from a number to itself.
        None => within(range, least).is_some() && step.is_none_or(|step| number(step) == Some(1)),
    }
}

fn number(text: &str) -> Option<u8> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_are_told_from_other_texts() {
        for text in [
            "* * * * *",
            "0 0 1 1 0",
            "59 23 31 12 6",
            "*/5 0-12 1-31/2 1,2,3-4 0,6",
            "5/1 * * * *",
            "@daily",
            "@midnight",
            "1-1 * * * *",
        ] {
            assert!(is_expression(text), "{text}");
        }
        for text in [
            "",
            "* * * *",
            "* * * * * *",
            "*  * * * *",
            " * * * * *",
            "60 * * * *",
            "* 24 * * *",
            "* * 0 * *",
            "* * 32 * *",
            "* * * 0 *",
            "* * * 13 *",
            "* * * * 7",
            "5/2 * * * *",
            "*/0 * * * *",
            "*/60 * * * *",
            "5-1 * * * *",
            "1-2-3 * * * *",
            "*/2/3 * * * *",
            "1, * * * *",
            "-1 * * * *",
            "+1 * * * *",
            "* * * JAN *",
            "* * * * MON",
            "* * L * *",
            "? * * * *",
            "256 * * * *",
            "@reboot",
            "@Daily",
        ] {
            assert!(!is_expression(text), "{text}");
        }
    }
}
