-- The log lists what officers typed in by time.
CREATE INDEX entries_at ON entries (at);
