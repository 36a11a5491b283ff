-- Lists are filtered while an index is read: what they are filtered by stands in
-- it behind the time, so that only rows that are shown are read.
DROP INDEX declarations_commune;
DROP INDEX declarations_district;
DROP INDEX declarations_province;
CREATE INDEX declarations_commune ON declarations (commune, at, id, form, channel, colour, proven, symptoms, exposures, origin);
CREATE INDEX declarations_district ON declarations (district, at, id, form, channel, colour, proven, symptoms, exposures, origin);
CREATE INDEX declarations_province ON declarations (province, at, id, form, channel, colour, proven, symptoms, exposures, origin);
