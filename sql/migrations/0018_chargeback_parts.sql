-- 0018_chargeback_parts.sql. What a chargeback takes back is negative in every part: late fee and
-- credit balance, too.

ALTER TABLE allocation DROP CONSTRAINT allocation_parts_are_whole;
ALTER TABLE allocation ADD CONSTRAINT allocation_parts_are_whole CHECK (
  cardinality(principal) = cardinality(installment)
  AND cardinality(fee) = cardinality(installment)
  AND cardinality(interest) = cardinality(installment)
  AND CASE kind WHEN 5 THEN penalty_minor <= 0 AND credit_minor <= 0
                ELSE penalty_minor >= 0 AND credit_minor >= 0 END);
