//! The collections that every database has, with the contract's names, fields and ids.

use super::field::autodate::AutodateOptions;
use super::field::file::FileOptions;
use super::field::password::PasswordOptions;
use super::field::text::TextOptions;
use super::normalise::normalise;
use super::wire::{Scaffold, scaffold};
use super::{Collection, CollectionKind, Field, FieldKind, Index, SUPERUSERS, Schema, defaults};

/// Who may see what belongs to an account: its owner.
const OWNER: &str =
    "@request.auth.id != '' && recordRef = @request.auth.id && collectionRef = @request.auth.collectionId";

/// The id of the collection `users`.
const USERS_ID: &str = "_pb_users_auth_";

/// The types of pictures that `users.avatar` takes.
const AVATAR_TYPES: [&str; 5] = ["image/jpeg", "image/png", "image/svg+xml", "image/gif", "image/webp"];

/// `_mfas`, `_otps`, `_externalAuths`, `_authOrigins`, `_superusers` and `users`, in the order of their creation,
/// with fresh secrets; timestamps are now.
pub fn system_collections() -> Vec<Collection> {
    let mut collections = vec![mfas(), otps(), external_auths(), auth_origins(), superusers(), users()];
    let now = crate::time::now_text();
    for collection in &mut collections {
        normalise(collection, None, &Schema::default());
        collection.created.clone_from(&now);
        collection.updated.clone_from(&now);
    }
    collections
}

fn text(name: &str) -> Field {
    Field { required: true, ..defaults::system_field(name, FieldKind::Text(TextOptions::default())) }
}

/// `created` and `updated`.
fn dates() -> [Field; 2] {
    let date =
        |name, on_update| defaults::field(name, FieldKind::Autodate(AutodateOptions { on_create: true, on_update }));
    [date("created", false), date("updated", true)]
}

fn system_dates() -> impl Iterator<Item = Field> {
    dates().into_iter().map(|field| Field { system: true, ..field })
}

/// A collection of what belongs to an account; its owner may see it.
fn of_accounts(name: &str, fields: Vec<Field>) -> Collection {
    let mut collection = scaffold(Scaffold::Base);
    collection.name = name.to_owned();
    collection.system = true;
    collection.fields.extend([text("collectionRef"), text("recordRef")]);
    collection.fields.extend(fields);
    collection.fields.extend(system_dates());
    collection.list_rule = Some(OWNER.to_owned());
    collection.view_rule = Some(OWNER.to_owned());
    collection
}

fn index(unique: bool, name: &str, table: &str, columns: &[&str]) -> String {
    Index::on(unique, name, table, columns, "").build()
}

fn mfas() -> Collection {
    let mut collection = of_accounts("_mfas", vec![text("method")]);
    let columns = ["collectionRef", "recordRef"];
    collection.indexes = vec![index(false, "idx_mfas_collectionRef_recordRef", "_mfas", &columns)];
    collection
}

fn otps() -> Collection {
    let password = FieldKind::Password(PasswordOptions { cost: 8, ..PasswordOptions::default() });
    let password = Field { hidden: true, required: true, ..defaults::system_field("password", password) };
    let sent_to = Field { hidden: true, required: false, ..text("sentTo") };
    let mut collection = of_accounts("_otps", vec![password, sent_to]);
    let columns = ["collectionRef", "recordRef"];
    collection.indexes = vec![index(false, "idx_otps_collectionRef_recordRef", "_otps", &columns)];
    collection
}

fn external_auths() -> Collection {
    let name = "_externalAuths";
    let mut collection = of_accounts(name, vec![text("provider"), text("providerId")]);
    let by_record = ["collectionRef", "recordRef", "provider"];
    let by_collection = ["collectionRef", "provider", "providerId"];
    collection.indexes = vec![
        index(true, "idx_externalAuths_record_provider", name, &by_record),
        index(true, "idx_externalAuths_collection_provider", name, &by_collection),
    ];
    collection.delete_rule = Some(OWNER.to_owned());
    collection
}

fn auth_origins() -> Collection {
    let name = "_authOrigins";
    let mut collection = of_accounts(name, vec![text("fingerprint")]);
    let columns = ["collectionRef", "recordRef", "fingerprint"];
    collection.indexes = vec![index(true, "idx_authOrigins_unique_pairs", name, &columns)];
    collection.delete_rule = Some(OWNER.to_owned());
    collection
}

fn superusers() -> Collection {
    let mut collection = scaffold(Scaffold::Auth);
    collection.name = SUPERUSERS.to_owned();
    collection.system = true;
    collection.fields.extend(system_dates());
    if let CollectionKind::Auth(options) = &mut collection.kind {
        options.auth_token.duration = 86_400;
    }
    collection
}

fn users() -> Collection {
    let mut collection = scaffold(Scaffold::Auth);
    collection.id = USERS_ID.to_owned();
    collection.name = "users".to_owned();
    let avatar = FileOptions {
        max_select: 1,
        mime_types: Some(AVATAR_TYPES.map(str::to_owned).to_vec()),
        ..FileOptions::default()
    };
    collection.fields.extend([
        defaults::field("name", FieldKind::Text(TextOptions { max: 255, ..TextOptions::default() })),
        defaults::field("avatar", FieldKind::File(avatar)),
    ]);
    collection.fields.extend(dates());
    let own = Some("id = @request.auth.id".to_owned());
    collection.list_rule.clone_from(&own);
    collection.view_rule.clone_from(&own);
    collection.create_rule = Some(String::new());
    collection.update_rule.clone_from(&own);
    collection.delete_rule = own;
    if let CollectionKind::Auth(options) = &mut collection.kind {
        options.oauth2.mapped_fields.name = "name".to_owned();
        options.oauth2.mapped_fields.avatar_url = "avatar".to_owned();
    }
    collection
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::check::check;

    #[test]
    fn names_and_ids_are_the_contracts() {
        let collections = system_collections();
        let found: Vec<_> = collections.iter().map(|one| (one.name.as_str(), one.id.as_str(), one.system)).collect();
        assert_eq!(
            found,
            [
                ("_mfas", "pbc_2279338944", true),
                ("_otps", "pbc_1638494021", true),
                ("_externalAuths", "pbc_2281828961", true),
                ("_authOrigins", "pbc_4275539003", true),
                ("_superusers", "pbc_3142635823", true),
                ("users", "_pb_users_auth_", false),
            ]
        );
    }

    #[test]
    fn field_ids_are_the_contracts() {
        let collections = system_collections();
        let ids = |name: &str| -> Vec<String> {
            let collection = collections.iter().find(|one| one.name == name).unwrap();
            collection.fields.iter().map(|field| field.id.clone()).collect()
        };
        assert_eq!(
            ids("_mfas"),
            [
                "text3208210256",
                "text455797646",
                "text127846527",
                "text1582905952",
                "autodate2990389176",
                "autodate3332085495",
            ]
        );
        assert_eq!(ids("_otps")[3..5], ["password901924565", "text3866985172"]);
        assert_eq!(ids("_externalAuths")[3..5], ["text2462348188", "text1044722854"]);
        assert_eq!(ids("_authOrigins")[3], "text4228609354");
        assert_eq!(
            ids("users"),
            [
                "text3208210256",
                "password901924565",
                "text2504183744",
                "email3885137012",
                "bool1547992806",
                "bool256245529",
                "text1579384326",
                "file376926767",
                "autodate2990389176",
                "autodate3332085495",
            ]
        );
    }

    #[test]
    fn indexes_rules_and_options_are_the_contracts() {
        let collections = system_collections();
        let find = |name: &str| collections.iter().find(|one| one.name == name).unwrap();
        assert_eq!(
            find("_superusers").indexes,
            [
                "CREATE UNIQUE INDEX `idx_tokenKey_pbc_3142635823` ON `_superusers` (`tokenKey`)",
                "CREATE UNIQUE INDEX `idx_email_pbc_3142635823` ON `_superusers` (`email`) WHERE `email` != ''",
            ]
        );
        assert_eq!(
            find("users").indexes[0],
            "CREATE UNIQUE INDEX `idx_tokenKey__pb_users_auth_` ON `users` (`tokenKey`)"
        );
        assert_eq!(find("_superusers").auth().unwrap().auth_token.duration, 86_400);
        assert_eq!(find("users").auth().unwrap().auth_token.duration, 432_000);
        assert_eq!(find("users").auth().unwrap().oauth2.mapped_fields.avatar_url, "avatar");
        for name in ["_mfas", "_otps"] {
            assert_eq!((find(name).list_rule.as_deref(), &find(name).delete_rule), (Some(OWNER), &None));
        }
        for name in ["_externalAuths", "_authOrigins"] {
            assert_eq!(find(name).delete_rule.as_deref(), Some(OWNER));
        }
        assert!(find("_superusers").rules().iter().all(|(_, rule)| rule.is_none()));
        assert_eq!(find("users").create_rule.as_deref(), Some(""));
        assert!(find("users").field("created").is_some_and(|field| !field.system));
        assert!(find("_otps").field("created").is_some_and(|field| field.system));
    }

    #[test]
    fn they_pass_the_checks_that_others_pass() {
        let collections = system_collections();
        let schema = Schema::new(1, collections.clone());
        for collection in &collections {
            assert_eq!(check(collection, Some(collection), &schema), Default::default(), "{}", collection.name);
        }
        let mut before = Vec::new();
        for collection in collections {
            assert_eq!(check(&collection, None, &Schema::new(1, before.clone())), Default::default());
            before.push(collection);
        }
    }
}
