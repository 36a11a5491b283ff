-- The doors: accounts that administrators keep, one-time codes, sign-ins that can be seen and ended, the log.
-- version grows with each change of an account; subject_hash is whom the single sign-on knows the officer as.
ALTER TABLE officers ADD COLUMN version BIGINT NOT NULL DEFAULT 1;
ALTER TABLE officers ADD COLUMN signed_in_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE officers ADD COLUMN subject_hash TEXT NOT NULL DEFAULT '';
CREATE UNIQUE INDEX officers_subject ON officers (subject_hash) WHERE subject_hash <> '';

-- awaits: '' for a sign-in that opens pages, code until the one-time code was
-- typed, factor until one was set up. browser is coarse: a family and a system.
ALTER TABLE sign_ins ADD COLUMN awaits TEXT NOT NULL DEFAULT '';
ALTER TABLE sign_ins ADD COLUMN browser TEXT NOT NULL DEFAULT '';
ALTER TABLE sign_ins ADD COLUMN way TEXT NOT NULL DEFAULT 'password';

-- An officer's one-time codes (RFC 6238): the secret, sealed, and the newest
-- step whose code was used, as no code is taken twice.
CREATE TABLE second_factors (
  officer_id TEXT PRIMARY KEY,
  secret BYTEA NOT NULL,
  made_at BIGINT NOT NULL,
  confirmed_at BIGINT NOT NULL DEFAULT 0,
  last_step BIGINT NOT NULL DEFAULT 0);

CREATE TABLE recovery_codes (
  officer_id TEXT NOT NULL,
  code_hash TEXT NOT NULL,
  made_at BIGINT NOT NULL,
  used_at BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (officer_id, code_hash));

-- What became of each account, by whom ('' for the command), with what it was
-- before and after as JSON. Rows are only ever added.
CREATE TABLE account_events (
  id TEXT PRIMARY KEY,
  officer_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  by_id TEXT NOT NULL DEFAULT '',
  duty TEXT NOT NULL DEFAULT '',
  before TEXT NOT NULL DEFAULT '',
  after TEXT NOT NULL DEFAULT '',
  at BIGINT NOT NULL);
CREATE INDEX account_events_officer ON account_events (officer_id, at);
CREATE INDEX account_events_by ON account_events (by_id, at);

-- The log is read by time, by officer and by person.
CREATE INDEX reads_at ON reads (at);
CREATE INDEX account_events_at ON account_events (at);
CREATE INDEX corrections_at ON corrections (at);
CREATE INDEX task_events_at ON task_events (at);
CREATE INDEX monitoring_events_officer ON monitoring_events (at) WHERE officer_id <> '';
CREATE INDEX verdicts_officer ON verdicts (at) WHERE officer_id <> '';
CREATE INDEX sign_ins_created ON sign_ins (created_at);
CREATE INDEX arrival_events_officer ON arrival_events (at) WHERE officer_id <> '';
