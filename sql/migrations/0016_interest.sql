-- 0016_interest.sql. Interest on the balance: accrued into 1104 and 6010 as its periods pass.

ALTER TABLE plan
  ADD COLUMN interest_recognized_minor bigint NOT NULL DEFAULT 0,  -- accrued so far
  ADD COLUMN rate_e8 bigint;             -- in force, on the product's basis; NULL: no interest
