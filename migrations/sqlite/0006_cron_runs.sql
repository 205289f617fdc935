-- The last runs of each schedule that have ended; all times are milliseconds since 1970, UTC.
CREATE TABLE _tb_cron_runs (
  number   INTEGER PRIMARY KEY, -- the later one is the greater
  schedule TEXT NOT NULL,
  started  INTEGER,             -- NULL where it never began
  ended    INTEGER NOT NULL,
  outcome  TEXT NOT NULL,       -- how it ended: done or failed
  error    TEXT                 -- why it failed
);

CREATE INDEX _tb_cron_runs_of ON _tb_cron_runs (schedule, number);

-- What was known before of each.
INSERT INTO _tb_cron_runs (schedule, started, ended, outcome, error)
SELECT id, CASE WHEN started <= ended THEN started END, ended, outcome, error
FROM _tb_crons WHERE ended IS NOT NULL AND outcome IS NOT NULL;
