-- 0026_late_bills.sql. Which files a channel's runs have looked at, so that one that comes late is seen
-- whatever its date.

CREATE TABLE reconcile_seen (
  channel_id bigint NOT NULL,
  file_id    bigint NOT NULL,
  as_of      date   NOT NULL,                        -- of the first run that looked at it
  PRIMARY KEY (channel_id, file_id)
);
-- Runs until now looked at what there was.
INSERT INTO reconcile_seen (channel_id, file_id, as_of)
SELECT r.channel_id, f.file_id, r.as_of
FROM reconcile_run r
  JOIN bill_file f ON f.state = 1 AND f.bill_date <= r.as_of
    AND (f.kind = 3 OR f.party_id = r.channel_id);

-- One index does for both: a run with many breaks writes a line for each.
ALTER TABLE reconcile_history DROP CONSTRAINT reconcile_history_pkey;
DROP INDEX reconcile_history_by_break;
ALTER TABLE reconcile_history ADD PRIMARY KEY (break_id, history_id);

DO $$
BEGIN
  EXECUTE format('GRANT SELECT, INSERT ON %I.reconcile_seen TO fenqi_app', current_schema());
END $$;
