//! What is special about records that can log in: the checks of the form, and what a change brings with it
//! (contract: auth, sections 3.4 and 13).

use serde_json::{Map, Value as Json};

use super::save::Known;
use crate::error::{Fault, FieldErrors, Result};
use crate::ids;
use crate::schema::field::text::TextOptions;
use crate::schema::{Collection, FieldKind, Record, Schema};
use crate::store::{Sql, Tx, lists};

/// The address of the account that sets up the first superuser.
pub const INSTALLER_EMAIL: &str = "__pbinstaller@example.com";

/// One-time passwords of records.
pub const OTPS: &str = "_otps";
/// Half-done sign-ins of records.
pub const MFAS: &str = "_mfas";
/// Places from which records signed in.
pub const AUTH_ORIGINS: &str = "_authOrigins";
/// Accounts of records at other services.
pub const EXTERNAL_AUTHS: &str = "_externalAuths";

/// The collections whose rows belong to records of auth collections, by `collectionRef` and `recordRef`.
pub const SUPPORT: [&str; 4] = [AUTH_ORIGINS, EXTERNAL_AUTHS, MFAS, OTPS];

const TOKEN_KEY_LENGTH: usize = 50;

/// A new token key, as its field's pattern has it.
pub(super) fn new_token_key(options: &TextOptions) -> String {
    options.generate().unwrap_or_else(|| ids::random_alphanumeric(TOKEN_KEY_LENGTH))
}

/// What the form says beside the fields.
struct Form {
    password: Option<String>,
    confirm: String,
    old: String,
}

impl Form {
    fn read(collection: &Collection, data: &Map<String, Json>) -> Self {
        let field = collection.field("password");
        let text = |key: &str| {
            let sent = data.get(key)?;
            Some(field.map(|field| field.cast(sent).as_text().to_owned()).unwrap_or_default())
        };
        Self {
            password: text("password"),
            confirm: text("passwordConfirm").unwrap_or_default(),
            old: text("oldPassword").unwrap_or_default(),
        }
    }

    fn plain(&self) -> &str {
        self.password.as_deref().unwrap_or_default()
    }

    fn check_confirm(&self, errors: &mut FieldErrors, needed: bool) {
        if self.confirm.is_empty() && needed {
            errors.add("passwordConfirm", Fault::required());
        } else if !self.confirm.is_empty() && self.confirm != self.plain() {
            errors.add("passwordConfirm", mismatch());
        }
    }
}

fn mismatch() -> Fault {
    Fault::new("validation_values_mismatch", "Values don't match.")
}

/// The checks of the form of a new record. `password` tells whether it must have one.
pub(super) fn check_create(
    collection: &Collection,
    data: &Map<String, Json>,
    record: &Record,
    manager: bool,
    password: bool,
) -> FieldErrors {
    let form = Form::read(collection, data);
    let mut errors = FieldErrors::new();
    if record.flag("verified") && !manager {
        errors.add("verified", mismatch());
    }
    if form.plain().is_empty() && password {
        errors.add("password", Fault::required());
    }
    form.check_confirm(&mut errors, password);
    errors
}

/// What the checks of the form of a changed record come to.
pub(super) enum Checked {
    /// Whether the old password is right must be known first.
    Verify { plain: String, hash: String },
    /// All that is wrong.
    Done(FieldErrors),
}

/// The checks of the form of a changed record.
pub(super) fn check_update(
    data: &Map<String, Json>,
    before: &Record,
    record: &Record,
    manager: bool,
    known: &Known,
) -> Checked {
    let form = Form::read(&before.collection, data);
    let mut errors = FieldErrors::new();
    if !manager && record.text("email") != before.text("email") {
        errors.add("email", mismatch());
    }
    if !manager && record.flag("verified") != before.flag("verified") {
        errors.add("verified", mismatch());
    }
    let emptied = form.password.as_deref() == Some("");
    if form.plain().is_empty() && (emptied || !form.confirm.is_empty() || !form.old.is_empty()) {
        errors.add("password", Fault::required());
    }
    form.check_confirm(&mut errors, !form.plain().is_empty() || !form.old.is_empty());
    let asks = !form.plain().is_empty() || !form.confirm.is_empty();
    if asks && !manager {
        let hash = before.text("password");
        match &known.verified {
            _ if form.old.is_empty() => errors.add("oldPassword", Fault::required()),
            Some((of, true)) if of == hash => {}
            Some((of, false)) if of == hash => {
                errors.add(
                    "oldPassword",
                    Fault::new("validation_invalid_old_password", "Missing or invalid old password."),
                );
            }
            _ => return Checked::Verify { plain: form.old, hash: hash.to_owned() },
        }
    }
    Checked::Done(errors)
}

/// What every saved account has: superusers are verified.
pub(super) fn complete(record: &mut Record) {
    if record.collection.is_superusers() {
        record.set("verified", true);
    }
}

/// Puts a new token key into a changed record where the change asks for one, and tells which support collections
/// lose the record's rows. `password` tells whether a password was sent.
pub(super) fn consequences(
    tx: &mut Tx<'_>,
    schema: &Schema,
    before: &Record,
    record: &mut Record,
    password: bool,
) -> Result<Vec<&'static str>> {
    let mut cleared = Vec::new();
    let mut rotate = password || record.text("email") != before.text("email");
    if record.flag("verified")
        && !before.flag("verified")
        && !support_rows(tx, schema, EXTERNAL_AUTHS, &before.collection.id, &[before.id()])?.is_empty()
    {
        cleared.push(EXTERNAL_AUTHS);
        rotate = true;
    }
    if rotate && record.text("tokenKey") == before.text("tokenKey") {
        rotate_token_key(record);
    }
    if record.text("tokenKey") != before.text("tokenKey") {
        cleared.push(OTPS);
    }
    if record.text("password") != before.text("password") {
        cleared.extend([MFAS, AUTH_ORIGINS]);
    }
    Ok(cleared)
}

fn rotate_token_key(record: &mut Record) {
    if let Some(FieldKind::Text(options)) = record.collection.field("tokenKey").map(|field| &field.kind) {
        let key = new_token_key(options);
        record.set("tokenKey", key);
    }
}

/// The ids of the rows in a support collection that belong to records of a collection.
pub(super) fn support_rows(
    tx: &mut Tx<'_>,
    schema: &Schema,
    name: &str,
    collection_id: &str,
    ids: &[&str],
) -> Result<Vec<String>> {
    let Some(support) = schema.by_name(name).filter(|support| support.system) else { return Ok(Vec::new()) };
    let mut sql = Sql::raw(r#"SELECT "id" FROM "#);
    sql.name(&support.name).push(r#" WHERE "collectionRef" = "#).bind(collection_id).push(" AND ");
    match ids {
        [id] => _ = sql.push(r#""recordRef" = "#).bind(*id),
        ids => lists::push_is_one(&mut sql, "recordRef", ids),
    }
    tx.texts(&sql)
}
