//! Checks that options of several types of fields share. 0 is "not set" and always passes.

use crate::error::{Fault, FieldErrors};

/// The fault of a number that is too small.
pub fn too_small(least: i64) -> Fault {
    let message = format!("Must be no less than {least}.");
    Fault::new("validation_min_greater_equal_than_required", message).with("threshold", least)
}

/// The fault of a number that is too great.
pub fn too_great(most: i64) -> Fault {
    let message = format!("Must be no greater than {most}.");
    Fault::new("validation_max_less_equal_than_required", message).with("threshold", most)
}

/// The number must not be less.
pub fn at_least(option: &str, value: i64, least: i64, errors: &mut FieldErrors) {
    if value != 0 && value < least {
        errors.add(option, too_small(least));
    }
}

/// The number must not be greater.
pub fn at_most(option: &str, value: i64, most: i64, errors: &mut FieldErrors) {
    if value != 0 && value > most {
        errors.add(option, too_great(most));
    }
}
