-- 0008_close_support.sql. What makes a quiet date cheap to close.

-- A block-range index knows nothing of the newest blocks until somebody summarizes them, and a
-- night of bulk loading would read them whole for every date. Only the owner may summarize.
CREATE FUNCTION summarize_day_indexes() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
  PERFORM brin_summarize_new_values('journal_by_day'::regclass);
  PERFORM brin_summarize_new_values('repayment_by_day'::regclass);
  PERFORM brin_summarize_new_values('merchant_item_by_available'::regclass);
END $$;
REVOKE EXECUTE ON FUNCTION summarize_day_indexes() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION summarize_day_indexes() TO fenqi_app;

CREATE INDEX payout_in_transit ON payout (instructed_on) WHERE status = 1;

-- A customer who paid up has no plan to act on, but an episode to end.
CREATE INDEX credit_account_in_episode ON credit_account (party_id)
  WHERE episode_base_minor IS NOT NULL;
