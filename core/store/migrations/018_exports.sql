-- Lists as files: a job's result, sealed, in pieces in the order of n, so that
-- any node gives out what another made. What was asked holds a name that was
-- searched for. gone_at is when the rows were removed.
CREATE TABLE exports (
  id TEXT PRIMARY KEY,
  officer_id TEXT NOT NULL,
  area TEXT NOT NULL,
  list TEXT NOT NULL,
  asked BYTEA NOT NULL,
  frame BYTEA,
  rows BIGINT NOT NULL DEFAULT 0,
  needs BIGINT NOT NULL DEFAULT 0,
  confirmed_by TEXT NOT NULL DEFAULT '',
  confirmed_at BIGINT NOT NULL DEFAULT 0,
  made_at BIGINT NOT NULL,
  gone_at BIGINT NOT NULL DEFAULT 0);
CREATE INDEX exports_of ON exports (officer_id, made_at, id);
CREATE INDEX exports_kept ON exports (made_at) WHERE gone_at = 0;
CREATE INDEX exports_waiting ON exports (made_at) WHERE needs = 1 AND confirmed_by = '';
CREATE TABLE export_pieces (export_id TEXT NOT NULL, n BIGINT NOT NULL, body BYTEA NOT NULL, PRIMARY KEY (export_id, n));
