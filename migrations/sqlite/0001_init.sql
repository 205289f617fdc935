-- The tables that every Tuckbox database has. `_collections` and `_params` keep the contract's names and columns.

CREATE TABLE _collections (
  id         TEXT PRIMARY KEY DEFAULT ('r'||lower(hex(randomblob(7)))) NOT NULL,
  system     BOOLEAN DEFAULT FALSE NOT NULL,
  type       TEXT DEFAULT 'base' NOT NULL,
  name       TEXT UNIQUE NOT NULL,
  fields     JSON DEFAULT '[]' NOT NULL,
  indexes    JSON DEFAULT '[]' NOT NULL,
  listRule   TEXT DEFAULT NULL,
  viewRule   TEXT DEFAULT NULL,
  createRule TEXT DEFAULT NULL,
  updateRule TEXT DEFAULT NULL,
  deleteRule TEXT DEFAULT NULL,
  options    JSON DEFAULT '{}' NOT NULL,
  created    TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%fZ')) NOT NULL,
  updated    TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%fZ')) NOT NULL
);

CREATE INDEX idx__collections_type ON _collections (type);

CREATE TABLE _params (
  id      TEXT PRIMARY KEY DEFAULT ('r'||lower(hex(randomblob(7)))) NOT NULL,
  value   JSON DEFAULT NULL,
  created TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%fZ')) NOT NULL,
  updated TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%fZ')) NOT NULL
);

-- The feed: one row for each committed create, update or delete of a record, in the order of commits.
-- `seq` needs no AUTOINCREMENT: trimming never removes the newest row, so that numbers never come back.
CREATE TABLE _tb_changes (
  seq        INTEGER PRIMARY KEY,
  collection TEXT NOT NULL,    -- the collection's id
  record     TEXT NOT NULL,    -- the record's id
  op         TEXT NOT NULL,    -- create, update or delete
  actor      TEXT,             -- <collection id>/<record id> of the caller; NULL for guests and the server itself
  at         INTEGER NOT NULL, -- milliseconds since 1970, UTC
  data       TEXT              -- NULL, the old values of the changed fields, or the whole old row, as JSON
);

-- Files whose bytes may lie in the storage though no record holds their name yet.
CREATE TABLE _tb_uploads (
  collection TEXT NOT NULL,
  record     TEXT NOT NULL,
  name       TEXT NOT NULL,
  at         TEXT NOT NULL,
  PRIMARY KEY (collection, record, name)
);
