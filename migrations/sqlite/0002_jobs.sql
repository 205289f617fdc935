-- The job queue: what is to be done, until it has ended.
-- Ids never come back (AUTOINCREMENT): a handler may have named something outside after its job.
CREATE TABLE _tb_jobs (
  id            INTEGER PRIMARY KEY AUTOINCREMENT,
  kind          TEXT NOT NULL,              -- which handler knows what to do
  payload       TEXT NOT NULL,              -- what the handler needs, as JSON; never logged
  due_at        INTEGER NOT NULL,           -- when to look at it next: to run it, to expire it, or since its lease ran out
  expires_at    INTEGER,                    -- from when on it is not worth running; NULL is never
  attempts      INTEGER NOT NULL DEFAULT 0, -- how many were begun
  most_attempts INTEGER NOT NULL,
  owner         TEXT,                       -- who runs it now, until `due_at`; NULL is nobody
  error         TEXT,                       -- why the last attempt failed
  created       INTEGER NOT NULL            -- all times are milliseconds since 1970, UTC
);

CREATE INDEX _tb_jobs_due ON _tb_jobs (kind, due_at);
