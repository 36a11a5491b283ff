-- One record for a person: khai hộ and objections to it, recall, replaced QRs,
-- merging. people.name_key is filled for those who are there by the program.

ALTER TABLE people ADD COLUMN merged_into TEXT NOT NULL DEFAULT '';
ALTER TABLE people ADD COLUMN name_key TEXT NOT NULL DEFAULT '';
DROP INDEX people_likely;
CREATE INDEX people_likely ON people (commune, name_key, birth_year);
CREATE INDEX people_merged ON people (merged_into) WHERE merged_into <> '';

ALTER TABLE declarations ADD COLUMN proxy BIGINT NOT NULL DEFAULT 0;

-- Whom a khai hộ named as the person's own phone, and was told of it there.
ALTER TABLE ties ADD COLUMN told_hash TEXT NOT NULL DEFAULT '';
ALTER TABLE ties ADD COLUMN told_at BIGINT NOT NULL DEFAULT 0;
CREATE INDEX ties_told ON ties (told_hash) WHERE told_hash <> '';

ALTER TABLE addresses ADD COLUMN told_at BIGINT NOT NULL DEFAULT 0;

ALTER TABLE qr_codes ADD COLUMN revoked_why TEXT NOT NULL DEFAULT '';

-- What officers decided about who is who. Rows are only ever added. kind:
-- merged (other_id lives on in person_id), different. before and after hold IDs
-- and versions, never what was said.
CREATE TABLE corrections (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  officer_id TEXT NOT NULL,
  duty TEXT NOT NULL,
  person_id TEXT NOT NULL,
  other_id TEXT NOT NULL,
  before TEXT NOT NULL DEFAULT '',
  after TEXT NOT NULL DEFAULT '',
  at BIGINT NOT NULL);
CREATE INDEX corrections_person ON corrections (person_id, at);
CREATE INDEX corrections_other ON corrections (other_id, at);
