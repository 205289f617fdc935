-- How far those have come that follow the feed and go on there after a restart.
CREATE TABLE _tb_followers (
  name TEXT PRIMARY KEY NOT NULL,
  seq  INTEGER NOT NULL,        -- the last change that it has taken in
  at   INTEGER NOT NULL         -- when it said so; milliseconds since 1970, UTC
);
