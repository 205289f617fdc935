-- What came of reading backups back. A row counts for an archive of the same name, size and time.
CREATE TABLE _tb_backups (
  key      TEXT PRIMARY KEY NOT NULL,
  size     INTEGER NOT NULL,
  modified TEXT NOT NULL,
  verified TEXT NOT NULL,     -- when it was read back
  problem  TEXT NOT NULL      -- why it is no good backup; empty where it is one
);
