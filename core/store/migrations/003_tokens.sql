-- Tokens that a network gave so that we may call it, for networks that give a
-- new pair at each renewal: refresh is good for one use, offered comes from the
-- settings and is used in its place. generation grows with each change of what
-- is to be used next; leased_until keeps all nodes but one from using it.
CREATE TABLE tokens (
  name TEXT PRIMARY KEY,
  generation BIGINT NOT NULL DEFAULT 0,
  access BYTEA,
  refresh BYTEA,
  offered BYTEA,
  issued_at BIGINT NOT NULL DEFAULT 0,
  expires_at BIGINT NOT NULL DEFAULT 0,
  leased_until BIGINT NOT NULL DEFAULT 0,
  tries BIGINT NOT NULL DEFAULT 0,
  refused_at BIGINT NOT NULL DEFAULT 0);

-- Which tokens the settings ever offered: none is taken twice, since a node
-- may start again with one that was used up long ago.
CREATE TABLE token_offers (name TEXT NOT NULL, hash TEXT NOT NULL, at BIGINT NOT NULL, PRIMARY KEY (name, hash));

-- What a channel found out about its network and must know after a restart.
CREATE TABLE learned (channel TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL, at BIGINT NOT NULL, PRIMARY KEY (channel, name));
