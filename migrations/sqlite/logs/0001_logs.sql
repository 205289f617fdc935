-- The logs of auxiliary.db. The table and its indexes are the contract's, since other programs read them.

CREATE TABLE _logs (
  id      TEXT PRIMARY KEY DEFAULT ('r' || lower(hex(randomblob(7)))) NOT NULL,
  level   INTEGER DEFAULT 0 NOT NULL,
  message TEXT DEFAULT '' NOT NULL,
  data    JSON DEFAULT '{}' NOT NULL,
  created TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%fZ')) NOT NULL
);

CREATE INDEX idx_logs_level ON _logs (level);
CREATE INDEX idx_logs_message ON _logs (message);
-- What the statistics group by, and what old entries are found by.
CREATE INDEX idx_logs_created_hour ON _logs (strftime('%Y-%m-%d %H:00:00', created));
