-- Verification of arrivals: a narrow row for each journey as its area has it,
-- for work lists. state: 0 new, 1 unverifiable, 2 arrived, 3 moved; owner is the
-- area whose turn it is; origin a province's code or a country's; other_id the
-- same journey in another area, which one moved to or came from. Those who
-- declared before are filled in by the program.
CREATE TABLE arrivals (
  id TEXT PRIMARY KEY,
  person_id TEXT NOT NULL,
  declaration_id TEXT NOT NULL,
  commune TEXT NOT NULL,
  district TEXT NOT NULL,
  province TEXT NOT NULL,
  sub TEXT NOT NULL DEFAULT '',
  origin TEXT NOT NULL DEFAULT '',
  day TEXT NOT NULL,
  colour_rank BIGINT NOT NULL DEFAULT 0,
  state BIGINT NOT NULL DEFAULT 0,
  owner TEXT NOT NULL,
  surveillance TEXT NOT NULL DEFAULT '',
  monitoring_id TEXT NOT NULL DEFAULT '',
  other_id TEXT NOT NULL DEFAULT '',
  other_area TEXT NOT NULL DEFAULT '',
  version BIGINT NOT NULL DEFAULT 1,
  made_at BIGINT NOT NULL);
CREATE INDEX arrivals_person ON arrivals (person_id, made_at);
CREATE INDEX arrivals_commune ON arrivals (commune, state, day, id);
CREATE INDEX arrivals_district ON arrivals (district, state, day, id);
CREATE INDEX arrivals_province ON arrivals (province, state, day, id);
-- What is rare in a province, and what came up to an area.
CREATE INDEX arrivals_origin ON arrivals (origin, state, day, id);
CREATE INDEX arrivals_colour ON arrivals (colour_rank, state, day, id) WHERE colour_rank > 2;
CREATE INDEX arrivals_owner ON arrivals (owner, day, id) WHERE state = 1;

-- What happened to an arrival, in time order; rows are only ever added. kind:
-- declared (anew), arrived, unverifiable, moved, came, reopened, corrected.
-- before and after are JSON of IDs, days and codes; note is an officer's words,
-- sealed.
CREATE TABLE arrival_events (
  id TEXT PRIMARY KEY,
  arrival_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  officer_id TEXT NOT NULL DEFAULT '',
  duty TEXT NOT NULL DEFAULT '',
  before TEXT NOT NULL DEFAULT '',
  after TEXT NOT NULL DEFAULT '',
  note BYTEA,
  at BIGINT NOT NULL);
CREATE INDEX arrival_events_arrival ON arrival_events (arrival_id, at);
