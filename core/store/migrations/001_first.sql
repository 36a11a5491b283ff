-- The first slice: messages in and out, conversations, people, declarations,
-- QR codes, tasks, officers. One text for SQLite and PostgreSQL. Times are
-- Unix milliseconds; days are text; *_hash are keyed hashes in hex; BYTEA
-- columns are sealed, with "table.column|row ID" as associated data.

CREATE TABLE keys (
  id BIGINT PRIMARY KEY, purpose TEXT NOT NULL, blob BYTEA NOT NULL, created_at BIGINT NOT NULL);

-- An address is a person's place on one network, with its session: the row is
-- the lock under which its turns run one after the other.
CREATE TABLE addresses (
  id TEXT PRIMARY KEY,
  channel TEXT NOT NULL,
  hash TEXT NOT NULL,
  urn BYTEA NOT NULL,
  lang TEXT NOT NULL DEFAULT '',
  phone_hash TEXT NOT NULL DEFAULT '',
  phone BYTEA,
  proven_at BIGINT NOT NULL DEFAULT 0,
  proven_how TEXT NOT NULL DEFAULT '',
  opted_out_at BIGINT NOT NULL DEFAULT 0,
  gone_at BIGINT NOT NULL DEFAULT 0,
  notice BIGINT NOT NULL DEFAULT 0,
  declared_at BIGINT NOT NULL DEFAULT 0,
  form TEXT NOT NULL DEFAULT '',
  question TEXT NOT NULL DEFAULT '',
  state BYTEA,
  turned_at BIGINT NOT NULL DEFAULT 0,
  created_at BIGINT NOT NULL);
CREATE UNIQUE INDEX addresses_hash ON addresses (channel, hash);
CREATE INDEX addresses_phone ON addresses (phone_hash) WHERE phone_hash <> '';

CREATE TABLE messages (
  channel TEXT NOT NULL,
  external_id TEXT NOT NULL,
  id TEXT NOT NULL,
  address_id TEXT NOT NULL,
  body BYTEA,
  received_at BIGINT NOT NULL,
  PRIMARY KEY (channel, external_id));
CREATE INDEX messages_address ON messages (address_id, received_at);

-- state: 0 waiting, 1 sent, 2 dropped (refused, too old or the address is gone)
CREATE TABLE outbox (
  id TEXT PRIMARY KEY,
  channel TEXT NOT NULL,
  address_id TEXT NOT NULL,
  cause TEXT NOT NULL DEFAULT '',
  priority BIGINT NOT NULL,
  locale_key TEXT NOT NULL,
  lang TEXT NOT NULL,
  args BYTEA,
  created_at BIGINT NOT NULL,
  due_at BIGINT NOT NULL,
  leased_until BIGINT NOT NULL DEFAULT 0,
  attempts BIGINT NOT NULL DEFAULT 0,
  parts_sent BIGINT NOT NULL DEFAULT 0,
  state BIGINT NOT NULL DEFAULT 0,
  done_at BIGINT NOT NULL DEFAULT 0,
  network_id TEXT NOT NULL DEFAULT '',
  network_state TEXT NOT NULL DEFAULT '',
  network_rank BIGINT NOT NULL DEFAULT 0,
  error_class TEXT NOT NULL DEFAULT '');
-- due_at > 0 holds for all rows. It keeps PostgreSQL from looking for an
-- address's messages in outbox_due: while its statistics still know an empty
-- outbox, a claim from a long one would read all of it for each message.
CREATE INDEX outbox_due ON outbox (channel, priority, due_at, id) WHERE state = 0 AND due_at > 0;
CREATE INDEX outbox_order ON outbox (address_id, priority, id) WHERE state = 0;
CREATE INDEX outbox_network ON outbox (network_id) WHERE network_id <> '';

-- Who sends for a channel, and until when the network asked for rest.
CREATE TABLE senders (
  channel TEXT PRIMARY KEY, holder TEXT NOT NULL, until BIGINT NOT NULL, paused_until BIGINT NOT NULL DEFAULT 0);

-- How far a recurring work has come: name -> the moment up to which it is done.
CREATE TABLE marks (name TEXT PRIMARY KEY, at BIGINT NOT NULL);

-- What web chat pages show: the mailbox of a browser.
CREATE TABLE web_mail (
  hash TEXT NOT NULL, seq BIGINT NOT NULL, id TEXT NOT NULL, mine BIGINT NOT NULL, body BYTEA NOT NULL, at BIGINT NOT NULL,
  PRIMARY KEY (hash, seq));
CREATE UNIQUE INDEX web_mail_id ON web_mail (hash, id);

CREATE TABLE codes (
  id TEXT PRIMARY KEY,
  phone_hash TEXT NOT NULL,
  address_id TEXT NOT NULL,
  purpose TEXT NOT NULL,
  code_hash TEXT NOT NULL,
  network TEXT NOT NULL DEFAULT '',
  sent_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  tries BIGINT NOT NULL DEFAULT 0,
  used_at BIGINT NOT NULL DEFAULT 0,
  dead_at BIGINT NOT NULL DEFAULT 0);
CREATE INDEX codes_phone ON codes (phone_hash, sent_at);
CREATE INDEX codes_address ON codes (address_id, sent_at);
CREATE INDEX codes_network ON codes (network, sent_at);
CREATE INDEX codes_sent ON codes (sent_at);

CREATE TABLE people (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  folded TEXT NOT NULL,
  sort_key TEXT NOT NULL,
  birth TEXT NOT NULL,
  birth_year BIGINT NOT NULL,
  sex TEXT NOT NULL,
  id_type TEXT NOT NULL DEFAULT '',
  id_hash TEXT NOT NULL DEFAULT '',
  insurance_hash TEXT NOT NULL DEFAULT '',
  private BYTEA,
  commune TEXT NOT NULL,
  district TEXT NOT NULL,
  province TEXT NOT NULL,
  sub TEXT NOT NULL DEFAULT '',
  newest TEXT NOT NULL DEFAULT '',
  created_at BIGINT NOT NULL);
CREATE INDEX people_id_hash ON people (id_hash) WHERE id_hash <> '';
CREATE INDEX people_insurance ON people (insurance_hash) WHERE insurance_hash <> '';
CREATE INDEX people_likely ON people (commune, folded, birth_year);

-- What ties a person to a phone or, while no phone is proved, to an address.
CREATE TABLE ties (
  person_id TEXT NOT NULL,
  phone_hash TEXT NOT NULL DEFAULT '',
  phone BYTEA,
  address_id TEXT NOT NULL DEFAULT '',
  how TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (person_id, phone_hash, address_id));
CREATE INDEX ties_phone ON ties (phone_hash) WHERE phone_hash <> '';
CREATE INDEX ties_address ON ties (address_id) WHERE address_id <> '';

-- kind: likely, merged, different. The smaller ID is a.
CREATE TABLE links (
  a TEXT NOT NULL, b TEXT NOT NULL, kind TEXT NOT NULL, reason TEXT NOT NULL, created_at BIGINT NOT NULL,
  PRIMARY KEY (a, b));
CREATE INDEX links_b ON links (b);

CREATE TABLE declarations (
  id TEXT PRIMARY KEY,
  person_id TEXT NOT NULL,
  form TEXT NOT NULL,
  version BIGINT NOT NULL,
  former TEXT NOT NULL DEFAULT '',
  day TEXT NOT NULL,
  at BIGINT NOT NULL,
  channel TEXT NOT NULL,
  address_id TEXT NOT NULL DEFAULT '',
  officer_id TEXT NOT NULL DEFAULT '',
  proven BIGINT NOT NULL,
  notice BIGINT NOT NULL DEFAULT 0,
  commune TEXT NOT NULL,
  district TEXT NOT NULL,
  province TEXT NOT NULL,
  sub TEXT NOT NULL DEFAULT '',
  symptoms BIGINT NOT NULL DEFAULT 0,
  exposures BIGINT NOT NULL DEFAULT 0,
  facts TEXT NOT NULL,
  private BYTEA);
CREATE INDEX declarations_person ON declarations (person_id, at);
CREATE INDEX declarations_commune ON declarations (commune, at, id);
CREATE INDEX declarations_district ON declarations (district, at, id);
CREATE INDEX declarations_province ON declarations (province, at, id);

CREATE TABLE qr_codes (
  id TEXT PRIMARY KEY,
  person_id TEXT NOT NULL,
  code_hash TEXT NOT NULL,
  code BYTEA NOT NULL,
  number_hash TEXT NOT NULL,
  number BYTEA NOT NULL,
  created_at BIGINT NOT NULL,
  revoked_at BIGINT NOT NULL DEFAULT 0);
CREATE UNIQUE INDEX qr_codes_code ON qr_codes (code_hash);
CREATE UNIQUE INDEX qr_codes_number ON qr_codes (number_hash);
CREATE INDEX qr_codes_person ON qr_codes (person_id);

CREATE TABLE tasks (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  person_id TEXT NOT NULL DEFAULT '',
  address_id TEXT NOT NULL DEFAULT '',
  commune TEXT NOT NULL DEFAULT '',
  district TEXT NOT NULL DEFAULT '',
  province TEXT NOT NULL,
  owner TEXT NOT NULL DEFAULT '',
  note TEXT NOT NULL DEFAULT '',
  opened_at BIGINT NOT NULL,
  due_at BIGINT NOT NULL,
  attempts BIGINT NOT NULL DEFAULT 0,
  outcome TEXT NOT NULL DEFAULT '',
  closed_at BIGINT NOT NULL DEFAULT 0);
CREATE INDEX tasks_open ON tasks (province, due_at, id) WHERE closed_at = 0;
CREATE INDEX tasks_address ON tasks (address_id, kind) WHERE closed_at = 0;

CREATE TABLE officers (
  id TEXT PRIMARY KEY,
  sign_in_name TEXT NOT NULL,
  name TEXT NOT NULL,
  duty TEXT NOT NULL,
  area TEXT NOT NULL,
  password TEXT NOT NULL,
  must_change BIGINT NOT NULL DEFAULT 0,
  created_at BIGINT NOT NULL,
  disabled_at BIGINT NOT NULL DEFAULT 0);
CREATE UNIQUE INDEX officers_sign_in_name ON officers (sign_in_name);

CREATE TABLE sign_ins (
  token_hash TEXT PRIMARY KEY,
  officer_id TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  seen_at BIGINT NOT NULL,
  ended_at BIGINT NOT NULL DEFAULT 0);
CREATE INDEX sign_ins_officer ON sign_ins (officer_id);

-- Failed sign-ins by account and by network, for a growing delay.
CREATE TABLE sign_in_failures (
  key_hash TEXT PRIMARY KEY, failures BIGINT NOT NULL, last_at BIGINT NOT NULL);

-- Every look-up of a person by an officer. Rows are only ever added.
CREATE TABLE reads (
  id TEXT PRIMARY KEY,
  officer_id TEXT NOT NULL,
  duty TEXT NOT NULL,
  person_id TEXT NOT NULL DEFAULT '',
  screen TEXT NOT NULL,
  fields TEXT NOT NULL DEFAULT '',
  found BIGINT NOT NULL,
  at BIGINT NOT NULL);
CREATE INDEX reads_person ON reads (person_id, at);
CREATE INDEX reads_officer ON reads (officer_id, at);

-- Dated data: the value with the newest from_day not after a day is in force.
CREATE TABLE dated (
  name TEXT NOT NULL, from_day TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (name, from_day));
INSERT INTO dated (name, from_day, value) VALUES ('look_back_days', '2020-01-01', '14');
INSERT INTO dated (name, from_day, value) VALUES ('look_back_days', '2021-05-05', '21');
INSERT INTO dated (name, from_day, value) VALUES ('look_back_days', '2021-07-14', '14');
INSERT INTO dated (name, from_day, value) VALUES ('notice', '2020-01-01', '1');
INSERT INTO dated (name, from_day, value) VALUES ('disease', '2020-01-01', 'COVID-19');
INSERT INTO dated (name, from_day, value) VALUES ('ask_religion', '2020-01-01', 'no');
