-- The way that a message takes, and what it cost. way is empty while an answer
-- or the like waits; of a message to a phone it stands from the beginning, and
-- such a row is ended one by one, since other ways may be left for it.
-- segments: SMS that the text took; cost: đồng, as expected until the network
-- tells; template: the registered text that it went as.
ALTER TABLE outbox ADD COLUMN way TEXT NOT NULL DEFAULT '';
ALTER TABLE outbox ADD COLUMN template TEXT NOT NULL DEFAULT '';
ALTER TABLE outbox ADD COLUMN segments BIGINT NOT NULL DEFAULT 0;
ALTER TABLE outbox ADD COLUMN cost BIGINT NOT NULL DEFAULT 0;
