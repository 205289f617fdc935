-- When schedules are due, and what came of their last runs. Ids never seen are added, others stay when nobody knows
-- them any more: an extension may come back. All times are milliseconds since 1970, UTC.
CREATE TABLE _tb_crons (
  id         TEXT PRIMARY KEY NOT NULL,
  expression TEXT,                       -- what `next_due` was calculated from; NULL is no schedule now
  next_due   INTEGER,                    -- NULL is never
  seen_until INTEGER,                    -- due times up to here have been seen to
  job        INTEGER,                    -- the stored job of the run that has not ended
  begun      INTEGER,                    -- the job that has begun
  asked      INTEGER NOT NULL DEFAULT 0, -- whether somebody asked for another run while this one was under way
  started    INTEGER,                    -- when the last run began
  ended      INTEGER,                    -- when the last one that ended did
  outcome    TEXT,                       -- how it ended: done or failed
  error      TEXT                        -- why it failed
);
