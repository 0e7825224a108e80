-- 0009_day_proof.sql. What makes the proof of a date cheap, and lets the next date go on beside it.

-- A close looks at what its date moved; without these it read everything that
-- every date before had moved.

CREATE INDEX account_day_by_day ON account_day (business_date);
CREATE INDEX settlement_by_day ON settlement (settled_on);
CREATE INDEX reserve_tranche_by_day ON reserve_tranche (settled_on);
CREATE INDEX reserve_tranche_by_release ON reserve_tranche (released_on)
  WHERE released_on IS NOT NULL;
CREATE INDEX payout_by_day ON payout (instructed_on);
CREATE INDEX payout_by_settlement ON payout (settled_on);
CREATE INDEX payout_by_confirmation ON payout (confirmed_on) WHERE confirmed_on IS NOT NULL;

-- With the available date in it, the items of a merchant outside a settlement's window are passed
-- over in the index.
DROP INDEX merchant_item_by_merchant;
CREATE INDEX merchant_item_by_merchant ON merchant_item (merchant_id, business_date, available_on);

-- One date is posted while the one before is proved and sealed.
ALTER TABLE book DROP CONSTRAINT book_dates_are_in_order;
ALTER TABLE book ADD CONSTRAINT book_dates_are_in_order
  CHECK (opens_on - 1 <= closed_through AND closed_through < open_date
         AND open_date <= closed_through + 3);

-- Summarizing waits for a vacuum of the table, which may take long. It is only for speed, so it
-- gives up soon and is made up for by the next date.
CREATE OR REPLACE FUNCTION summarize_day_indexes() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT SET lock_timeout = '50ms' AS $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['journal_by_day', 'repayment_by_day', 'refund_by_day',
                              'allocation_by_day', 'merchant_item_by_available'] LOOP
    BEGIN
      PERFORM brin_summarize_new_values(name::regclass);
    EXCEPTION WHEN lock_not_available THEN NULL;
    END;
  END LOOP;
END $$;
