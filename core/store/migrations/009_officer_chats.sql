-- Wrong codes typed anywhere while this one could be used: guessing kills it.
ALTER TABLE officer_codes ADD COLUMN tries BIGINT NOT NULL DEFAULT 0;

-- A red task that officers are told of until one of them takes it. short is what
-- they type; round is how many times they were told, next_at when they are told
-- next, 0 once somebody has it; signs is JSON, locale keys without a name.
CREATE TABLE alerts (
  task_id TEXT PRIMARY KEY,
  short TEXT NOT NULL,
  monitoring_id TEXT NOT NULL DEFAULT '',
  person_id TEXT NOT NULL DEFAULT '',
  commune TEXT NOT NULL DEFAULT '',
  district TEXT NOT NULL DEFAULT '',
  province TEXT NOT NULL,
  signs TEXT NOT NULL,
  round BIGINT NOT NULL DEFAULT 0,
  next_at BIGINT NOT NULL,
  made_at BIGINT NOT NULL,
  taken_at BIGINT NOT NULL DEFAULT 0,
  taken_by TEXT NOT NULL DEFAULT '');
CREATE INDEX alerts_next ON alerts (next_at) WHERE next_at > 0;
CREATE INDEX alerts_short ON alerts (short, made_at);
