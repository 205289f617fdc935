//! The command line: one file a subcommand; flags become a `Config`, then one call.
