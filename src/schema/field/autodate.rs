//! Autodate fields: instants that the server sets.

use super::options::{Reader, Writer};
use crate::error::{Fault, FieldErrors};
use crate::schema::wire::Unreadable;

/// Options of an autodate field: when the server sets it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AutodateOptions {
    /// When the record is created.
    pub on_create: bool,
    /// When the record is updated.
    pub on_update: bool,
}

impl AutodateOptions {
    pub(super) fn read(reader: Reader<'_>) -> Result<Self, Unreadable> {
        Ok(Self { on_create: reader.flag("onCreate")?, on_update: reader.flag("onUpdate")? })
    }

    pub(super) fn write(&self, writer: &mut Writer<'_>) {
        writer.set("onCreate", self.on_create).set("onUpdate", self.on_update);
    }

    pub(super) fn check_options(&self, errors: &mut FieldErrors) {
        if !self.on_create && !self.on_update {
            let fault = Fault::new("validation_required", "Either onCreate or onUpdate must be enabled.");
            errors.add("onCreate", fault.clone());
            errors.add("onUpdate", fault);
        }
    }

    /// What can be said against these options where a system field had others.
    pub fn check_change(&self, old: &Self, errors: &mut FieldErrors) {
        for (option, new, old) in
            [("onCreate", self.on_create, old.on_create), ("onUpdate", self.on_update, old.on_update)]
        {
            if new != old {
                errors.add(option, Fault::new("validation_values_mismatch", "Values don't match."));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::testing::{field, option_codes};

    #[test]
    fn one_of_the_two_occasions_is_needed() {
        assert_eq!(
            option_codes("autodate", json!({})),
            ["onCreate validation_required", "onUpdate validation_required"]
        );
        assert!(option_codes("autodate", json!({"onUpdate": true})).is_empty());
    }

    #[test]
    fn it_has_neither_help_nor_required() {
        let created =
            field(json!({"type": "autodate", "name": "created", "onCreate": true, "required": true, "help": "x"}));
        let shown = created.to_json();
        assert!(!shown.contains_key("help") && !shown.contains_key("required"), "{shown:?}");
        assert!(!created.required);
    }
}
