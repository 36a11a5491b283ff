-- The nine digits that somebody's chip card tells they had before: a check by
-- them finds the person. Filled for those who are there by the program, once it
-- has opened its keys.

ALTER TABLE people ADD COLUMN old_id_hash TEXT NOT NULL DEFAULT '';
CREATE INDEX people_old_id ON people (old_id_hash) WHERE old_id_hash <> '';
