-- The log lists calls by time.
CREATE INDEX calls_at ON calls (at);
