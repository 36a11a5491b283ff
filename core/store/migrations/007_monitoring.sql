-- Monitoring: periods in which people are watched, their prompts and answers.
-- until_day is derived: base_day + days + extended. per_day is how many prompts
-- a day, slot the half of the day that the person wants. address_id is who
-- answers, other_id where a reminder went; number is the person's own among all
-- that this address answers for, and stays. colour_rank is the worst of all
-- answers since an officer last lowered it (sticky), ill_at when symptoms were
-- told since then; answered_at and answered_day the last answer, 0 and '' for
-- never; missed counts prompts in a row without an answer. stopped_at is when
-- the address wanted nothing more. version grows with each change.
CREATE TABLE monitoring (
  id TEXT PRIMARY KEY,
  person_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  commune TEXT NOT NULL,
  district TEXT NOT NULL,
  province TEXT NOT NULL,
  sub TEXT NOT NULL DEFAULT '',
  facility TEXT NOT NULL DEFAULT '',
  room TEXT NOT NULL DEFAULT '',
  from_day TEXT NOT NULL,
  base_day TEXT NOT NULL,
  days BIGINT NOT NULL,
  extended BIGINT NOT NULL DEFAULT 0,
  until_day TEXT NOT NULL,
  rules TEXT NOT NULL,
  slot TEXT NOT NULL,
  per_day BIGINT NOT NULL,
  address_id TEXT NOT NULL DEFAULT '',
  other_id TEXT NOT NULL DEFAULT '',
  number BIGINT NOT NULL DEFAULT 1,
  batch TEXT NOT NULL DEFAULT '',
  origin TEXT NOT NULL,
  opened_at BIGINT NOT NULL,
  opened_by TEXT NOT NULL DEFAULT '',
  answered_at BIGINT NOT NULL DEFAULT 0,
  answered_day TEXT NOT NULL DEFAULT '',
  missed BIGINT NOT NULL DEFAULT 0,
  colour_rank BIGINT NOT NULL DEFAULT 0,
  ill_at BIGINT NOT NULL DEFAULT 0,
  red_before BIGINT NOT NULL DEFAULT 0,
  stopped_at BIGINT NOT NULL DEFAULT 0,
  ended_at BIGINT NOT NULL DEFAULT 0,
  ended_how TEXT NOT NULL DEFAULT '',
  ended_by TEXT NOT NULL DEFAULT '',
  version BIGINT NOT NULL DEFAULT 1);
CREATE UNIQUE INDEX monitoring_person ON monitoring (person_id) WHERE ended_at = 0;
CREATE INDEX monitoring_history ON monitoring (person_id, opened_at);
CREATE INDEX monitoring_commune ON monitoring (commune, until_day, id) WHERE ended_at = 0;
CREATE INDEX monitoring_address ON monitoring (address_id, id) WHERE ended_at = 0;
CREATE INDEX monitoring_answers ON monitoring (address_id, ended_at) WHERE address_id <> '';
CREATE INDEX monitoring_other ON monitoring (other_id) WHERE other_id <> '';
-- The lists of a province; a commune's are found in monitoring_commune.
CREATE INDEX monitoring_open ON monitoring (until_day, id) WHERE ended_at = 0;
CREATE INDEX monitoring_silent ON monitoring (until_day, id) WHERE ended_at = 0 AND missed > 0;
CREATE INDEX monitoring_ill ON monitoring (until_day, id) WHERE ended_at = 0 AND ill_at > 0;
CREATE INDEX monitoring_red ON monitoring (until_day, id) WHERE ended_at = 0 AND colour_rank > 3;
CREATE INDEX monitoring_overdue ON monitoring (until_day, id) WHERE ended_how = 'overdue';

-- Who had the duty before and who has it since: both sides list it.
CREATE TABLE monitoring_moves (
  id TEXT PRIMARY KEY,
  monitoring_id TEXT NOT NULL,
  from_commune TEXT NOT NULL,
  from_district TEXT NOT NULL,
  from_province TEXT NOT NULL,
  commune TEXT NOT NULL,
  district TEXT NOT NULL,
  province TEXT NOT NULL,
  at BIGINT NOT NULL);
CREATE INDEX monitoring_moves_at ON monitoring_moves (at, id);

-- One prompt of one monitoring for one slot of one civil day: 0 the welcome of
-- the first day, 1 the day's, 2 the afternoon's of those asked twice. Prompt,
-- delivery, answer and escalation are four facts with a time each, 0 while it is
-- not one. step is how far the ladder came; next_at is when its next step is
-- due, 0 when nothing is: answered, ended, or with an officer. missed_at is when
-- it was seen that nobody could be asked in time, or that a later day's answer
-- came first. outbox_id is the message, which may be about others of the same
-- address too; its text is made when it is sent, about those who have not answered.
CREATE TABLE prompts (
  monitoring_id TEXT NOT NULL,
  day TEXT NOT NULL,
  slot BIGINT NOT NULL,
  due_at BIGINT NOT NULL,
  prompted_at BIGINT NOT NULL DEFAULT 0,
  delivered_at BIGINT NOT NULL DEFAULT 0,
  answered_at BIGINT NOT NULL DEFAULT 0,
  escalated_at BIGINT NOT NULL DEFAULT 0,
  missed_at BIGINT NOT NULL DEFAULT 0,
  step BIGINT NOT NULL DEFAULT 0,
  next_at BIGINT NOT NULL DEFAULT 0,
  outbox_id TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (monitoring_id, day, slot));
CREATE INDEX prompts_next ON prompts (next_at) WHERE next_at > 0;
CREATE INDEX prompts_outbox ON prompts (outbox_id) WHERE outbox_id <> '';

-- Answers. facts is JSON in clear: symptoms, temperature, SpO2; private what
-- else was typed, sealed. One message counts once for a monitoring.
CREATE TABLE checkups (
  id TEXT PRIMARY KEY,
  monitoring_id TEXT NOT NULL,
  person_id TEXT NOT NULL,
  day TEXT NOT NULL,
  at BIGINT NOT NULL,
  colour TEXT NOT NULL,
  facts TEXT NOT NULL,
  private BYTEA,
  address_id TEXT NOT NULL DEFAULT '',
  officer_id TEXT NOT NULL DEFAULT '',
  message_id TEXT NOT NULL DEFAULT '');
CREATE UNIQUE INDEX checkups_message ON checkups (monitoring_id, message_id) WHERE message_id <> '';
CREATE INDEX checkups_monitoring ON checkups (monitoring_id, at);

-- Tests due by the rules or set by an officer. result: '', negative, positive,
-- unclear. told_at is when the person was told that it is due.
CREATE TABLE tests (
  id TEXT PRIMARY KEY,
  monitoring_id TEXT NOT NULL,
  person_id TEXT NOT NULL,
  due_day TEXT NOT NULL,
  taken_day TEXT NOT NULL DEFAULT '',
  result TEXT NOT NULL DEFAULT '',
  officer_id TEXT NOT NULL DEFAULT '',
  at BIGINT NOT NULL DEFAULT 0,
  told_at BIGINT NOT NULL DEFAULT 0);
CREATE INDEX tests_monitoring ON tests (monitoring_id, due_day);
CREATE INDEX tests_due ON tests (due_day) WHERE told_at = 0;

-- What happened to a monitoring, in time order; rows are only ever added. kind:
-- opened, changed, extended, moved, closed, overdue, completed, called, stopped,
-- resumed, lowered, acknowledged, tested, rules, merged. before and after are JSON of IDs, days and codes;
-- note is an officer's words, sealed.
CREATE TABLE monitoring_events (
  id TEXT PRIMARY KEY,
  monitoring_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  officer_id TEXT NOT NULL DEFAULT '',
  duty TEXT NOT NULL DEFAULT '',
  before TEXT NOT NULL DEFAULT '',
  after TEXT NOT NULL DEFAULT '',
  note BYTEA,
  at BIGINT NOT NULL);
CREATE INDEX monitoring_events_monitoring ON monitoring_events (monitoring_id, at);

-- Until when a message of an address may be an answer for somebody watched, in
-- milliseconds: two weeks after the last day of those it answers for. So a turn
-- knows by its own row that a "1" may be one, and nothing needs to be counted down.
ALTER TABLE addresses ADD COLUMN watched_until BIGINT NOT NULL DEFAULT 0;

-- Tasks about a monitoring: one of a kind is open at a time.
ALTER TABLE tasks ADD COLUMN monitoring_id TEXT NOT NULL DEFAULT '';
CREATE UNIQUE INDEX tasks_monitoring ON tasks (monitoring_id, kind) WHERE closed_at = 0 AND monitoring_id <> '';

-- An officer's own chat for alerts, linked by a one-time code.
ALTER TABLE addresses ADD COLUMN officer_id TEXT NOT NULL DEFAULT '';
CREATE INDEX addresses_officer ON addresses (officer_id) WHERE officer_id <> '';
CREATE TABLE officer_codes (
  code_hash TEXT PRIMARY KEY, officer_id TEXT NOT NULL, made_at BIGINT NOT NULL, expires_at BIGINT NOT NULL, used_at BIGINT NOT NULL DEFAULT 0);
