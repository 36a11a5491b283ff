-- Lists that officers brought as Excel files. Each row is read, then kept as a
-- declaration in the transaction that says so, so that none is kept twice. What
-- was said is sealed; digest is a keyed hash of the file, told brings the same
-- one back to mind. state: '' to be read, 'good', 'bad', 'kept', 'withdrawn',
-- 'stayed'.
CREATE TABLE imports (
  id TEXT PRIMARY KEY,
  officer_id TEXT NOT NULL,
  area TEXT NOT NULL,
  form TEXT NOT NULL,
  lang TEXT NOT NULL,
  head BYTEA NOT NULL,
  digest TEXT NOT NULL,
  total BIGINT NOT NULL,
  phase TEXT NOT NULL DEFAULT 'read',
  made_at BIGINT NOT NULL,
  kept_at BIGINT NOT NULL DEFAULT 0,
  undone_by TEXT NOT NULL DEFAULT '',
  gone_at BIGINT NOT NULL DEFAULT 0);
CREATE INDEX imports_of ON imports (area, made_at, id);
CREATE INDEX imports_same ON imports (digest);
CREATE TABLE import_rows (
  import_id TEXT NOT NULL,
  n BIGINT NOT NULL,
  body BYTEA,
  state TEXT NOT NULL DEFAULT '',
  id_hash TEXT NOT NULL DEFAULT '',
  why BYTEA,
  person_id TEXT NOT NULL DEFAULT '',
  declaration_id TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (import_id, n));
CREATE INDEX import_rows_state ON import_rows (import_id, state, n);
CREATE INDEX import_rows_paper ON import_rows (import_id, id_hash, n) WHERE id_hash <> '';

-- What was taken back: the row that it was, sealed. The declaration and its
-- person stay where they are, of no area and found by no number.
CREATE TABLE withdrawals (
  declaration_id TEXT PRIMARY KEY,
  person_id TEXT NOT NULL,
  import_id TEXT NOT NULL,
  officer_id TEXT NOT NULL,
  was BYTEA NOT NULL,
  at BIGINT NOT NULL);
CREATE INDEX withdrawals_of ON withdrawals (person_id);
