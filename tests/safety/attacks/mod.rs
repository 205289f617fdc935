//! What worked against systems of this kind, one file an attack:
//! identity (1 to 14), authorization (15, 17 to 19, 21), injection and parsing (22, 23, 26), requests of the server (28 to
//! 30), availability (31 to 36).

mod a01_account_made_for_somebody_else;
mod a02_id_token_of_the_attackers_issuer;
mod a03_id_token_for_another_app;
mod a04_swapped_algorithm;
mod a05_reset_link_from_headers;
mod a06_reset_leaves_tokens_alive;
mod a07_ended_accounts;
mod a08_one_time_passwords_again;
mod a09_skipped_second_factor;
mod a10_chosen_identities_of_clients;
mod a11_account_enumeration;
mod a12_edited_sessions;
mod a13_open_redirect;
mod a14_keys_that_mint_keys;
mod a15_hidden_field_oracle;
mod a17_forgotten_owner_check;
mod a18_raised_access;
mod a19_chosen_ids_and_mass_assignment;
mod a21_open_by_mistake;
mod a22_injection_through_names;
mod a23_nested_values_pass_the_scan;
mod a26_type_confusion;
mod a28_addresses_in_the_house;
mod a30_inflated_answers;
mod a31_panics_end_the_process;
mod a32_one_request_multiplied;
mod a33_expensive_filters;
mod a34_slow_clients;
mod a36_login_flood;
mod a38_secrets_in_backups;
mod a39_hostile_backups;
