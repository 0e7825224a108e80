-- 0007_access.sql. Who may do what. fenqi_app serves requests and runs batches; it can't change
-- the past. fenqi_merchant reads one merchant's rows and nothing else.

DO $$
BEGIN
  EXECUTE format('GRANT USAGE ON SCHEMA %I TO fenqi_app, fenqi_merchant', current_schema());
  EXECUTE format('GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA %I TO fenqi_app', current_schema());
  EXECUTE format('GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA %I TO fenqi_app', current_schema());
END $$;

GRANT UPDATE ON book, credit_account, plan, hold, reserve_tranche, payout, close_lease, command,
  api_key TO fenqi_app;
GRANT DELETE ON command, close_lease TO fenqi_app;

ALTER TABLE merchant_item ENABLE ROW LEVEL SECURITY;
ALTER TABLE settlement ENABLE ROW LEVEL SECURITY;
ALTER TABLE payout ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_items ON merchant_item FOR SELECT TO fenqi_merchant
  USING (merchant_id = nullif(current_setting('fenqi.merchant_id', true), '')::bigint);
CREATE POLICY own_settlements ON settlement FOR SELECT TO fenqi_merchant
  USING (merchant_id = nullif(current_setting('fenqi.merchant_id', true), '')::bigint);
CREATE POLICY own_payouts ON payout FOR SELECT TO fenqi_merchant
  USING (merchant_id = nullif(current_setting('fenqi.merchant_id', true), '')::bigint);
GRANT SELECT ON merchant_item, settlement, payout TO fenqi_merchant;
