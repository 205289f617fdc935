//! `tuckbox import`: works beside a running server. One file a kind of source.

mod bar;
mod pocketbase;
mod sqlite;
mod table;

use clap::Subcommand;

use crate::config::Config;
use crate::error::Result;

/// What is imported.
#[derive(Debug, Subcommand)]
pub(super) enum Import {
    /// Import a JSON array or JSON lines into a collection, which is made where it is not there
    Json(table::Json),
    /// Import CSV into a collection, which is made where it is not there
    Csv(table::Csv),
    /// Turn an SQLite database into collections: a table a collection, a foreign key a relation
    Sqlite(sqlite::Arguments),
    /// Take a PocketBase data directory over: collections, records, accounts, settings and files
    Pocketbase(pocketbase::Arguments),
}

/// Does it and says so.
pub(super) async fn run(config: Config, import: Import) -> Result<()> {
    match import {
        Import::Json(json) => table::run(config, json.import, table::JSON).await,
        Import::Csv(csv) => table::run(config, csv.import, csv.delimiter.format()).await,
        Import::Sqlite(arguments) => sqlite::run(config, arguments).await,
        Import::Pocketbase(arguments) => pocketbase::run(config, arguments).await,
    }
}
