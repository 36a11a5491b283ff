-- Verdicts: what the rules make of a declaration, and by which rules. A
-- declaration keeps the verdict that it was given in its own transaction; what
-- was judged again, or decided by an officer, is a row in verdicts; people hold
-- the one in force, for lists. reasons is JSON: rule IDs with areas and days.
ALTER TABLE declarations ADD COLUMN class TEXT NOT NULL DEFAULT '';
ALTER TABLE declarations ADD COLUMN colour TEXT NOT NULL DEFAULT '';
ALTER TABLE declarations ADD COLUMN measure TEXT NOT NULL DEFAULT '';
ALTER TABLE declarations ADD COLUMN verdict TEXT NOT NULL DEFAULT '';

-- class_by is the officer's word F0 to F3, '' without one, and class_since the
-- day from which it counts; colour_rank orders lists, 4 for red; judged_at is
-- when the verdict in force was made, a new time for each: what was read is what
-- is written over. held names earlier declarations, by ID, whose verdict still
-- holds beside the newest's; word is what an officer raised or lowered, JSON.
ALTER TABLE people ADD COLUMN class_by TEXT NOT NULL DEFAULT '';
ALTER TABLE people ADD COLUMN class_since TEXT NOT NULL DEFAULT '';
ALTER TABLE people ADD COLUMN class TEXT NOT NULL DEFAULT '';
ALTER TABLE people ADD COLUMN colour_rank BIGINT NOT NULL DEFAULT 0;
ALTER TABLE people ADD COLUMN measure TEXT NOT NULL DEFAULT '';
ALTER TABLE people ADD COLUMN measure_until TEXT NOT NULL DEFAULT '';
ALTER TABLE people ADD COLUMN verdict TEXT NOT NULL DEFAULT '';
ALTER TABLE people ADD COLUMN judged_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE people ADD COLUMN held TEXT NOT NULL DEFAULT '';
ALTER TABLE people ADD COLUMN word TEXT NOT NULL DEFAULT '';

-- Without judged_at: each declaration changes it, and PostgreSQL would write a
-- new entry into every index of people.
CREATE INDEX people_measure ON people (measure_until, id) WHERE measure_until <> '';
CREATE INDEX people_colour ON people (commune, colour_rank, id) WHERE colour_rank > 2;

-- Rows are only ever added. why: rules (they changed), area, class (an officer
-- set F0 to F3), raised, lowered (with the officer's note, sealed), checkup.
CREATE TABLE verdicts (
  id TEXT PRIMARY KEY,
  person_id TEXT NOT NULL,
  declaration_id TEXT NOT NULL DEFAULT '',
  why TEXT NOT NULL,
  class TEXT NOT NULL,
  colour TEXT NOT NULL,
  measure TEXT NOT NULL,
  verdict TEXT NOT NULL,
  rules TEXT NOT NULL,
  officer_id TEXT NOT NULL DEFAULT '',
  note BYTEA,
  at BIGINT NOT NULL);
CREATE INDEX verdicts_person ON verdicts (person_id, at);

-- Versions of the rule file. state: draft, on, off. Of those that are on and
-- whose from_day has come, the one with the latest from_day is in force, of two
-- of one day the one switched on last. A text is never changed: another is
-- another version.
CREATE TABLE rules (
  version TEXT PRIMARY KEY,
  from_day TEXT NOT NULL,
  text TEXT NOT NULL,
  hash TEXT NOT NULL,
  state TEXT NOT NULL,
  officer_id TEXT NOT NULL DEFAULT '',
  made_at BIGINT NOT NULL,
  switched_at BIGINT NOT NULL DEFAULT 0,
  switched_by TEXT NOT NULL DEFAULT '',
  ended_at BIGINT NOT NULL DEFAULT 0,
  ended_by TEXT NOT NULL DEFAULT '');

-- One row, which grows with each change of what is in force: the lock of those
-- who change it, and what each node compares with what it read.
CREATE TABLE policy_revision (
  id BIGINT PRIMARY KEY,
  revision BIGINT NOT NULL);
INSERT INTO policy_revision (id, revision) VALUES (1, 1);

-- Epidemic areas: a GSO code with its level, from a day until a day (the last
-- one, '' while it is open), in part of a commune where sub is set, or around a
-- point where lat is set (degrees; radius in metres). A change ends the old row
-- and adds one: ended_at says when.
CREATE TABLE epidemic_areas (
  id TEXT PRIMARY KEY,
  code TEXT NOT NULL,
  sub TEXT NOT NULL DEFAULT '',
  lat TEXT NOT NULL DEFAULT '',
  lon TEXT NOT NULL DEFAULT '',
  radius BIGINT NOT NULL DEFAULT 0,
  name TEXT NOT NULL DEFAULT '',
  level TEXT NOT NULL,
  lockdown BIGINT NOT NULL DEFAULT 0,
  from_day TEXT NOT NULL,
  until_day TEXT NOT NULL DEFAULT '',
  state TEXT NOT NULL,
  officer_id TEXT NOT NULL DEFAULT '',
  made_at BIGINT NOT NULL,
  switched_at BIGINT NOT NULL DEFAULT 0,
  switched_by TEXT NOT NULL DEFAULT '',
  ended_at BIGINT NOT NULL DEFAULT 0,
  ended_by TEXT NOT NULL DEFAULT '');

-- Long work with progress, taken by lease and resumed after a restart. cursor
-- is how far it came, result what it found: both JSON without names. unique_key
-- is '' or what at most one job may have. cancelled is who stopped it, '' for
-- nobody.
CREATE TABLE jobs (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  args TEXT NOT NULL,
  officer_id TEXT NOT NULL DEFAULT '',
  area TEXT NOT NULL DEFAULT '',
  total BIGINT NOT NULL DEFAULT 0,
  done BIGINT NOT NULL DEFAULT 0,
  cursor TEXT NOT NULL DEFAULT '',
  result TEXT NOT NULL DEFAULT '',
  error TEXT NOT NULL DEFAULT '',
  unique_key TEXT NOT NULL DEFAULT '',
  made_at BIGINT NOT NULL,
  due_at BIGINT NOT NULL DEFAULT 0,
  leased_until BIGINT NOT NULL DEFAULT 0,
  holder TEXT NOT NULL DEFAULT '',
  failures BIGINT NOT NULL DEFAULT 0,
  cancelled TEXT NOT NULL DEFAULT '',
  ended_at BIGINT NOT NULL DEFAULT 0);
CREATE INDEX jobs_open ON jobs (due_at, id) WHERE ended_at = 0;
CREATE INDEX jobs_made ON jobs (made_at, id);
CREATE UNIQUE INDEX jobs_key ON jobs (unique_key) WHERE unique_key <> '';

-- Who would move by a rehearsal: the list behind its figures. Before and after
-- are "class colour measure", without reasons; the codes are those of the
-- declaration.
CREATE TABLE moves (
  job_id TEXT NOT NULL,
  person_id TEXT NOT NULL,
  commune TEXT NOT NULL,
  district TEXT NOT NULL,
  province TEXT NOT NULL,
  before TEXT NOT NULL,
  after TEXT NOT NULL,
  PRIMARY KEY (job_id, person_id));
