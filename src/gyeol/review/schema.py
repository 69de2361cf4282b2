"""The review database's tables, in SQL. docs/serve.md explains them to whoever reads the file with other tools."""

from __future__ import annotations

APPLICATION = 0x67796C31
"""Written into the file's header ("gyl1"), so that another program's database is not taken for one."""
SCHEMA = 2
"""Version of the tables (PRAGMA user_version); a reader refuses what it does not know."""

TABLES = """
CREATE TABLE images (
  id      INTEGER PRIMARY KEY,
  folder  TEXT NOT NULL,              -- absolute path
  name    TEXT NOT NULL,              -- file name in it
  title   TEXT NOT NULL,              -- what to call it on the page
  score   REAL,                       -- the model's, NULL: not judged yet
  kind    INTEGER,                    -- the texture that the model takes it for
  strange INTEGER NOT NULL DEFAULT 0, -- 1: unlike every kind of texture in training
  error   TEXT NOT NULL DEFAULT '',   -- why it cannot be read
  model   TEXT NOT NULL DEFAULT '',   -- which weights gave the score (the first 16 digits of their SHA-256)
  feature BLOB,                       -- float32: the texture where it is oddest, for 'what to look at next'
  UNIQUE (folder, name)
) STRICT;
CREATE TABLE verdicts (               -- what is held true now: at most one row an image
  image     INTEGER PRIMARY KEY REFERENCES images (id),
  version   INTEGER NOT NULL,         -- 1, 2, 3, ...: rises with every write, undoing included
  event     INTEGER,                  -- the event that this state comes from, NULL: everything was undone
  answer    TEXT,                     -- one of ANSWERS in verdicts.py, NULL: none
  mask      BLOB,                     -- PNG of the image's size, 8-bit grey, 255: defect; NULL: none
  reviewer  TEXT NOT NULL,
  made      TEXT NOT NULL,            -- UTC, ISO 8601
  contested INTEGER NOT NULL DEFAULT 0 -- 1: two people's last answers differ
) STRICT;
CREATE TABLE events (                 -- everything that was ever said, in order; never changed but for 'undone'
  id       INTEGER PRIMARY KEY AUTOINCREMENT,
  image    INTEGER NOT NULL REFERENCES images (id),
  version  INTEGER NOT NULL,          -- of the verdict, after this event
  previous INTEGER,                   -- the event whose state this one replaced
  answer   TEXT,
  mask     BLOB,
  reviewer TEXT NOT NULL,
  made     TEXT NOT NULL,
  action   TEXT NOT NULL CHECK (action IN ('say', 'undo')),
  undone   INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX events_of_image ON events (image);
CREATE INDEX events_of_reviewer ON events (reviewer, undone);
CREATE TABLE models (                 -- the detectors that were served with this file
  id      TEXT PRIMARY KEY,           -- the first 16 digits of their weights' SHA-256
  path    TEXT NOT NULL,              -- absolute: where it lay when it was served last
  served  TEXT NOT NULL               -- when it was served last: UTC, ISO 8601
) STRICT"""
