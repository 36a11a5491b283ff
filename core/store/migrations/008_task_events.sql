-- What officers did about a task, in time order; rows are only ever added.
-- kind: taken, released, attempt, closed. note is an officer's words, sealed.
CREATE TABLE task_events (
  id TEXT PRIMARY KEY,
  task_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  officer_id TEXT NOT NULL,
  duty TEXT NOT NULL,
  outcome TEXT NOT NULL DEFAULT '',
  note BYTEA,
  at BIGINT NOT NULL);
CREATE INDEX task_events_task ON task_events (task_id, at);

-- Red signs stand on top of the first page of each officer.
CREATE INDEX tasks_red ON tasks (opened_at) WHERE closed_at = 0 AND kind = 'red';

-- The few declarations that are urgent are listed out of millions.
CREATE INDEX declarations_urgent ON declarations (colour, province, at, id) WHERE colour = 'red' OR colour = 'orange';
