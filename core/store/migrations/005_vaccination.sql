-- Doses, their last day and recovery are asked only while a rule uses them: from
-- 6 October 2021 (8399/BYT-MT; docs/reference/vietnam.md 2.7).
INSERT INTO dated (name, from_day, value) VALUES ('ask_vaccination', '2020-01-01', 'no');
INSERT INTO dated (name, from_day, value) VALUES ('ask_vaccination', '2021-10-06', 'yes');
