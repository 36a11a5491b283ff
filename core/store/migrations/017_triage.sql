-- Verification of symptoms: a narrow row for each person whose verdict is or was
-- more than green, for lists by colour. state: 0 waits, 1 tried and not reached,
-- 2 verified; since is when it was said what the clock runs for; seen_rank the
-- colour when it was verified: what is worse than that waits again. taken_by is
-- who is at it, until taken_until.
CREATE TABLE triage (
  person_id TEXT PRIMARY KEY,
  declaration_id TEXT NOT NULL,
  commune TEXT NOT NULL,
  district TEXT NOT NULL,
  province TEXT NOT NULL,
  sub TEXT NOT NULL DEFAULT '',
  colour_rank BIGINT NOT NULL,
  state BIGINT NOT NULL DEFAULT 0,
  since BIGINT NOT NULL,
  tries BIGINT NOT NULL DEFAULT 0,
  outcome TEXT NOT NULL DEFAULT '',
  worked_at BIGINT NOT NULL DEFAULT 0,
  worked_by TEXT NOT NULL DEFAULT '',
  seen_rank BIGINT NOT NULL DEFAULT 0,
  taken_by TEXT NOT NULL DEFAULT '',
  taken_until BIGINT NOT NULL DEFAULT 0,
  version BIGINT NOT NULL DEFAULT 1);
CREATE INDEX triage_commune ON triage (commune, colour_rank, state, since, person_id);
CREATE INDEX triage_district ON triage (district, colour_rank, state, since, person_id);
CREATE INDEX triage_province ON triage (province, colour_rank, state, since, person_id);
INSERT INTO triage (person_id, declaration_id, commune, district, province, sub, colour_rank, since)
  SELECT p.id, d.id, p.commune, p.district, p.province, p.sub, p.colour_rank, d.at
  FROM people p JOIN declarations d ON d.id = p.newest WHERE p.colour_rank > 1 AND p.merged_into = '';

-- What is and was open about a person, for their page.
CREATE INDEX tasks_person ON tasks (person_id) WHERE person_id <> '';

-- Calls to people; rows are only ever added. facts is JSON of what was told:
-- symptoms, temperature, SpO2; surveillance the form that was written down; note
-- an officer's words, sealed.
CREATE TABLE calls (
  id TEXT PRIMARY KEY,
  person_id TEXT NOT NULL,
  officer_id TEXT NOT NULL,
  duty TEXT NOT NULL,
  outcome TEXT NOT NULL,
  facts TEXT NOT NULL DEFAULT '',
  surveillance TEXT NOT NULL DEFAULT '',
  note BYTEA,
  at BIGINT NOT NULL);
CREATE INDEX calls_person ON calls (person_id, at);
