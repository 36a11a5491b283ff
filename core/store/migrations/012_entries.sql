-- What officers typed in: each form that was shown has a key, so that one sent
-- twice is stored once. digest is a keyed hash of what was typed: who goes back
-- and types another person over it is told.
CREATE TABLE entries (
  officer_id TEXT NOT NULL, once TEXT NOT NULL, digest TEXT NOT NULL, declaration_id TEXT NOT NULL, at BIGINT NOT NULL,
  PRIMARY KEY (officer_id, once));
