-- Figures. Whatever is counted is a row of another table: a declaration, a
-- monitoring, a prompt. Triggers, which the program makes, write down what each
-- change does to the counts, in its transaction; one node at a time folds that
-- into the counts. cell is a text of codes, one place for each dimension.
CREATE TABLE figure_deltas (
  kind TEXT NOT NULL,
  commune TEXT NOT NULL,
  district TEXT NOT NULL,
  province TEXT NOT NULL,
  day TEXT NOT NULL,
  cell TEXT NOT NULL,
  n BIGINT NOT NULL);

-- area is a commune, district or province; day a day, or a month as m2021-08,
-- which sorts behind all days.
CREATE TABLE figures (
  kind TEXT NOT NULL,
  area TEXT NOT NULL,
  day TEXT NOT NULL,
  cell TEXT NOT NULL,
  n BIGINT NOT NULL,
  PRIMARY KEY (kind, area, day, cell));

-- Where a journey came from: the code of a province or of a country.
ALTER TABLE declarations ADD COLUMN origin TEXT NOT NULL DEFAULT '';

-- Who had the duty when somebody was asked. It stays when the duty moves.
ALTER TABLE prompts ADD COLUMN commune TEXT NOT NULL DEFAULT '';
ALTER TABLE prompts ADD COLUMN district TEXT NOT NULL DEFAULT '';
ALTER TABLE prompts ADD COLUMN province TEXT NOT NULL DEFAULT '';
UPDATE prompts SET commune = (SELECT m.commune FROM monitoring m WHERE m.id = prompts.monitoring_id),
  district = (SELECT m.district FROM monitoring m WHERE m.id = prompts.monitoring_id),
  province = (SELECT m.province FROM monitoring m WHERE m.id = prompts.monitoring_id)
  WHERE monitoring_id IN (SELECT id FROM monitoring);
