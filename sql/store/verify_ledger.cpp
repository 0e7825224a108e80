// The journals, the accounts they move and the day totals, each proved from the journals.
#include "sql/store/verify_pass.h"

namespace store {
namespace {

// The shape of each journal, and what it refers to. No foreign key guards the references.
constexpr const char* kJournals = R"(
  WITH chosen AS (
    SELECT j.party_id, j.journal_id, j.business_date, j.rule, j.plan_id, j.currency, j.reverses,
           j.debit_account, j.credit_account, j.amount_minor
    FROM journal j WHERE j.business_date BETWEEN $1 AND $2),
  odd AS (
    SELECT DISTINCT j.party_id, j.journal_id, 1 AS fact
    FROM chosen j
      CROSS JOIN LATERAL unnest(j.debit_account, j.credit_account, j.amount_minor)
        AS t (debit, credit, amount)
      LEFT JOIN account d ON d.account_id = t.debit
      LEFT JOIN account c ON c.account_id = t.credit
    WHERE (t.amount > 0 AND t.debit <> t.credit AND d.currency = j.currency
           AND c.currency = j.currency AND (d.code < 9000) = (c.code < 9000)) IS NOT TRUE
    UNION ALL
    SELECT j.party_id, j.journal_id, 1 FROM chosen j WHERE cardinality(j.amount_minor) = 0
    UNION ALL
    SELECT j.party_id, j.journal_id, 2
    FROM chosen j
      LEFT JOIN party w ON w.party_id = j.party_id
      LEFT JOIN plan p ON p.party_id = j.party_id AND p.plan_id = j.plan_id
    WHERE w.party_id IS NULL
       OR (j.plan_id IS NOT NULL AND (p.currency = j.currency) IS NOT TRUE)
    UNION ALL
    SELECT j.party_id, j.journal_id, 3
    FROM chosen j
      LEFT JOIN journal o ON o.party_id = j.party_id AND o.journal_id = j.reverses
    WHERE j.reverses IS NOT NULL
      AND (o.reverses IS NULL AND o.currency = j.currency AND o.business_date <= j.business_date
           AND o.debit_account = j.credit_account AND o.credit_account = j.debit_account
           AND o.amount_minor = j.amount_minor) IS NOT TRUE),
  named AS (
    SELECT o.fact,
           format('journal %s of party %s on %s', o.journal_id,
                  coalesce((SELECT ref FROM party w WHERE w.party_id = o.party_id),
                           '(unknown, id ' || o.party_id || ')'),
                  (SELECT to_char(j.business_date, 'YYYY-MM-DD') FROM journal j
                   WHERE j.party_id = o.party_id AND j.journal_id = o.journal_id)) AS name
    FROM odd o)
  SELECT n.journals,
         (SELECT count(*) FROM named WHERE fact = 1),
         (SELECT min(name) || ': its transfers are not pairs of accounts of its currency with an '
                 'amount above 0' FROM named WHERE fact = 1),
         n.journals,
         (SELECT count(*) FROM named WHERE fact = 2),
         (SELECT min(name) || ': its party or plan is not there, or of another currency'
          FROM named WHERE fact = 2),
         n.reversals,
         (SELECT count(*) FROM named WHERE fact = 3),
         (SELECT min(name) || ': it is not the exact mirror of the journal it reverses'
          FROM named WHERE fact = 3)
  FROM (SELECT count(*) AS journals, count(reverses) AS reversals FROM chosen) n)";

const Facts kJournalFacts = {
    {"I1", "journal-shape",
     "every journal is made of transfers above 0 between two accounts of its currency, so that "
     "debits equal credits"},
    {"REF", "journal-references", "every journal's party exists, and its plan, in its currency"},
    {"I16", "reversal-mirror", "every reversal is the exact mirror of its original"},
};

// Balances by account from nothing.
constexpr std::string_view kMovedByJournals = R"(
    SELECT s.account_id, sum(s.amount) AS balance,
           coalesce(sum(s.amount) FILTER (WHERE t.rule IN (4, 8)), 0) AS funded
    FROM (SELECT j.rule, t.debit, t.credit, sum(t.amount) AS amount
          FROM journal j
            CROSS JOIN LATERAL unnest(j.debit_account, j.credit_account, j.amount_minor)
              AS t (debit, credit, amount)
          GROUP BY j.rule, t.debit, t.credit) t
      CROSS JOIN LATERAL (VALUES (t.debit, t.amount), (t.credit, -t.amount))
        AS s (account_id, amount)
    GROUP BY s.account_id)";

constexpr std::string_view kMovedBySums = R"(
    SELECT s.account_id, sum(s.balance) AS balance, sum(s.funded) AS funded
    FROM (SELECT account_id, debit_minor::numeric - credit_minor AS balance, 0::numeric AS funded
          FROM account_day WHERE business_date <= (SELECT closed_through FROM book)
          UNION ALL
          SELECT * FROM unnest($1::int[], $2::bigint[], $3::bigint[])) s
    GROUP BY s.account_id)";

// What the plans say that control accounts hold.
constexpr std::string_view kPartsOfPlans = R"(
    SELECT 1101, NULL::bigint, currency, sum(outstanding_minor)::numeric FROM plan GROUP BY currency
    UNION ALL
    SELECT 1102, NULL, p.currency, sum(f.unpaid)
    FROM plan p
      CROSS JOIN LATERAL (SELECT coalesce((SELECT sum(x) FROM unnest(p.fee) x), 0)
                                 - coalesce((SELECT sum(x) FROM unnest(p.paid_fee) x), 0)) f (unpaid)
    GROUP BY p.currency
    UNION ALL
    SELECT 1103, NULL, currency, sum(late_fee_minor - late_fee_paid_minor)
    FROM plan GROUP BY currency
    UNION ALL
    SELECT 1190 + ecl_stage, NULL, currency, -sum(allowance_minor)
    FROM plan WHERE ecl_stage > 0 GROUP BY ecl_stage, currency
    UNION ALL
    SELECT 9201, NULL, currency, sum(claim_minor) FROM plan WHERE claim_minor > 0
    GROUP BY currency
    UNION ALL
    SELECT 1112, sponsor_id, currency, sum(subsidy_minor) FROM plan WHERE subsidy_payer = 3
    GROUP BY sponsor_id, currency)";

constexpr std::string_view kPartsBySums = R"(
    SELECT code, nullif(owner_id, 0), currency::char(3), amount::numeric
    FROM unnest($4::int[], $5::bigint[], $6::text[], $7::bigint[])
      AS s (code, owner_id, currency, amount))";

// {moved}: balances of accounts; {parts}: what plans say of them.
constexpr std::string_view kControlAccounts = R"(
  WITH moved AS ({moved}),
  ledger AS MATERIALIZED (
    SELECT a.code, a.owner_id, CASE a.code WHEN 6402 THEN a.tag ELSE '' END AS tag, a.currency,
           sum(m.balance) AS balance, sum(m.funded) AS funded
    FROM moved m LEFT JOIN account a ON a.account_id = m.account_id
    GROUP BY 1, 2, 3, 4),
  zero AS (
    SELECT currency, code >= 9000 AS memo, sum(balance) AS balance
    FROM ledger GROUP BY currency, code >= 9000),
  coupon AS MATERIALIZED (  -- a refund's item has its share with the other sign
    SELECT p.product, p.sponsor_id, i.currency, sum(i.coupon_platform_minor) AS platform,
           sum(i.coupon_sponsor_minor) AS sponsor
    FROM merchant_item i
      LEFT JOIN plan p ON p.party_id = i.party_id AND p.plan_id = i.plan_id
    WHERE i.coupon_platform_minor <> 0 OR i.coupon_sponsor_minor <> 0
    GROUP BY p.product, p.sponsor_id, i.currency),
  part (code, owner_id, currency, balance, tag) AS MATERIALIZED (
    SELECT code, owner_id, currency, sum(balance), '' FROM (
    {parts}
    UNION ALL
    SELECT 2201, NULL, currency, -sum(credit_balance_minor) FROM credit_account GROUP BY currency
    UNION ALL
    SELECT 2202, NULL, currency, -sum(cash)
    FROM (SELECT currency, cash_minor AS cash FROM refund
          UNION ALL SELECT currency, -amount_minor FROM refund_payout) x
    GROUP BY currency
    UNION ALL
    SELECT code, NULL, currency,
           sum(CASE code WHEN 1901 THEN 1 ELSE -1 END * (amount_minor - cleared_minor))
    FROM suspense GROUP BY code, currency
    UNION ALL
    -- what a date that is not closed yet will post of it
    SELECT 1190 + x.stage, NULL, x.currency, sum(x.amount)
    FROM accrual_part a
      CROSS JOIN LATERAL (
        SELECT (CASE WHEN a.kind < 100 THEN a.kind - 10 ELSE (a.kind - 100) % 10 END)::int AS stage,
               a.currency, a.amount_minor AS amount
        UNION ALL
        SELECT (a.kind - 100) / 10, a.currency, -a.amount_minor WHERE a.kind > 100) x
    WHERE a.kind > 10 AND a.business_date > (SELECT closed_through FROM book)
      AND NOT EXISTS (SELECT FROM close_step s
                      WHERE s.business_date = a.business_date AND s.step = 'income')
    GROUP BY x.stage, x.currency
    UNION ALL
    SELECT 9011, NULL, currency, sum(amount_minor) FROM hold WHERE status = 1 GROUP BY currency
    UNION ALL
    SELECT 9012, NULL, currency, -sum(amount_minor) FROM hold WHERE status = 1 GROUP BY currency
    UNION ALL
    SELECT 2101, merchant_id, currency, -sum(net_minor) FROM merchant_item
    GROUP BY merchant_id, currency
    UNION ALL
    SELECT 2103, merchant_id, currency, -sum(amount_minor) FROM reserve_tranche
    WHERE released_on IS NULL GROUP BY merchant_id, currency
    UNION ALL
    SELECT 2104, merchant_id, currency, -sum(amount_minor) FROM payout
    WHERE status = 1 GROUP BY merchant_id, currency
    UNION ALL
    SELECT 1011, owner_id, currency, sum(amount)
    FROM (SELECT channel_id AS owner_id, currency, amount_minor AS amount FROM repayment
          WHERE channel_id IS NOT NULL
          UNION ALL
          SELECT owner_id, currency, amount_minor FROM clearing_item WHERE code = 1011) x
    GROUP BY owner_id, currency
    UNION ALL
    SELECT 3001, NULL, currency, sum(amount_minor) FROM clearing_item WHERE code = 3001
    GROUP BY currency
    UNION ALL
    SELECT 1112, sponsor_id, currency, sum(amount)
    FROM (SELECT sponsor_id, currency, sponsor AS amount FROM coupon WHERE sponsor <> 0) x
    GROUP BY sponsor_id, currency) x (code, owner_id, currency, balance)
    GROUP BY code, owner_id, currency
    UNION ALL
    SELECT 6402, NULL, currency, sum(platform), product FROM coupon WHERE platform <> 0
    GROUP BY currency, product),
  control AS (
    SELECT coalesce(l.code, p.code) AS code, coalesce(l.owner_id, p.owner_id) AS owner_id,
           coalesce(l.tag, p.tag) AS tag, coalesce(l.currency, p.currency) AS currency,
           coalesce(l.balance, 0) AS ledger, coalesce(p.balance, 0) AS part
    FROM (SELECT code, owner_id, currency,
                 CASE WHEN code IN (1112, 6402) THEN funded ELSE balance END, tag
          FROM ledger
          WHERE code IN (1011, 1101, 1102, 1103, 1112, 1191, 1192, 1193, 1901, 2101, 2103, 2104,
                         2201, 2202, 2901, 3001, 6402, 9011, 9012, 9201))
           l (code, owner_id, currency, balance, tag)
      FULL JOIN part p ON p.code = l.code AND p.owner_id IS NOT DISTINCT FROM l.owner_id
                          AND p.tag = l.tag AND p.currency = l.currency),
  judged AS (
    SELECT c.*, format('account %s%s%s in %s holds %s, its sub-ledger sums to %s', code,
                       CASE WHEN owner_id IS NULL THEN '' ELSE ' of ' || owner END,
                       CASE tag WHEN '' THEN '' ELSE ' (' || tag || ')' END, currency, ledger,
                       part) AS name
    FROM (SELECT c.*, ledger <> part AS wrong,
                 coalesce((SELECT ref FROM party w WHERE w.party_id = c.owner_id), '?') AS owner
          FROM control c) c)
  SELECT (SELECT count(*) FROM zero WHERE NOT coalesce(memo, false)),
         (SELECT count(*) FROM zero WHERE NOT coalesce(memo, false) AND (balance = 0) IS NOT TRUE),
         (SELECT min(format('in %s the balances of all accounts sum to %s', currency, balance))
          FROM zero WHERE NOT coalesce(memo, false) AND (balance = 0) IS NOT TRUE),
         (SELECT count(*) FROM zero WHERE memo),
         (SELECT count(*) FROM zero WHERE memo AND balance <> 0),
         (SELECT min(format('in %s the balances of the memo accounts sum to %s', currency, balance))
          FROM zero WHERE memo AND balance <> 0),
         count(*) FILTER (WHERE code NOT IN (1011, 1112, 1901, 2101, 2103, 2104, 2901, 3001, 6402)),
         count(*) FILTER (WHERE wrong AND code NOT IN (1011, 1112, 1901, 2101, 2103, 2104, 2901,
                                                       3001, 6402)),
         min(name) FILTER (WHERE wrong AND code NOT IN (1011, 1112, 1901, 2101, 2103, 2104, 2901,
                                                        3001, 6402)),
         count(*) FILTER (WHERE code = 1011),
         count(*) FILTER (WHERE code = 1011 AND wrong),
         min(name) FILTER (WHERE code = 1011 AND wrong),
         count(*) FILTER (WHERE code IN (1901, 2901)),
         count(*) FILTER (WHERE code IN (1901, 2901) AND wrong),
         min(name) FILTER (WHERE code IN (1901, 2901) AND wrong),
         count(*) FILTER (WHERE code IN (1112, 6402)),
         count(*) FILTER (WHERE code IN (1112, 6402) AND wrong),
         min(name) FILTER (WHERE code IN (1112, 6402) AND wrong),
         count(*) FILTER (WHERE code = 3001),
         count(*) FILTER (WHERE code = 3001 AND wrong),
         min(name) FILTER (WHERE code = 3001 AND wrong),
         count(*) FILTER (WHERE code = 2101),
         count(*) FILTER (WHERE code = 2101 AND wrong),
         min(format('merchant %s in %s: 2101 owes %s, its items sum to %s', owner, currency,
                    -ledger, -part)) FILTER (WHERE code = 2101 AND wrong),
         count(*) FILTER (WHERE code = 2103),
         count(*) FILTER (WHERE code = 2103 AND wrong),
         min(format('merchant %s in %s: 2103 keeps %s, its open reserve tranches are %s', owner,
                    currency, -ledger, -part)) FILTER (WHERE code = 2103 AND wrong),
         count(*) FILTER (WHERE code = 2104),
         count(*) FILTER (WHERE code = 2104 AND wrong),
         min(format('merchant %s in %s: 2104 has %s on the way, its instructed payouts are %s',
                    owner, currency, -ledger, -part)) FILTER (WHERE code = 2104 AND wrong)
  FROM judged)";

const Facts kControlFacts = {
    {"I2", "balances-zero", "the balances of all accounts sum to 0 in each currency"},
    {"I2", "memo-balances-zero", "so do those of the memo accounts alone"},
    {"I3", "control-accounts", "each control account is the sum of its sub-ledger"},
    {"I12", "channel-clearing",
     "1011 of each channel is the sum of its items, bill date by bill date"},
    {"I13", "suspense", "2901 and 1901 are the sums of the open suspense items"},
    {"I17", "coupon-funding",
     "6402 of each product and 1112 of each sponsor took what items and plans say they fund"},
    {"I20", "fx-position", "3001 in each currency is the open FX position"},
    {"I4", "merchant-payable", "2101 of each merchant is the sum of its items"},
    {"I11", "merchant-reserve", "2103 of each merchant is the sum of its open reserve tranches"},
    {"I3", "merchant-payouts", "2104 of each merchant is the sum of its instructed payouts"},
};

// Fee and subsidy: what plans may earn, have earned, and what the nightly journals posted of it.
constexpr std::string_view kIncomeByJournals = R"(
    SELECT s.account_id, x.earned, x.business_date, sum(s.amount) AS amount
    FROM (SELECT j.rule IN (9, 10, 62) AS earned,
                 CASE WHEN j.rule IN (9, 10, 62) THEN j.business_date END AS business_date,
                 t.debit, t.credit, sum(t.amount) AS amount
          FROM journal j
            CROSS JOIN LATERAL unnest(j.debit_account, j.credit_account, j.amount_minor)
              AS t (debit, credit, amount)
          GROUP BY 1, 2, 3, 4) x
      CROSS JOIN LATERAL (VALUES (x.debit, -x.amount), (x.credit, x.amount)) AS s (account_id, amount)
    WHERE s.account_id IN (SELECT account_id FROM code)
    GROUP BY 1, 2, 3)";

constexpr std::string_view kIncomeBySums = R"(
    SELECT account_id, earned, CASE WHEN earned THEN business_date END AS business_date,
           amount::numeric
    FROM unnest($1::int[], $2::boolean[], $3::date[], $4::bigint[])
      AS s (account_id, earned, business_date, amount))";

constexpr std::string_view kIncomeOfPlans = R"(
          SELECT product, currency, fee_minor AS fee, fee_recognized_minor AS fee_recognized,
                 subsidy_minor AS subsidy, subsidy_recognized_minor AS subsidy_recognized,
                 CASE status WHEN 5 THEN interest_recognized_minor
                 ELSE coalesce((SELECT sum(x) FROM unnest(paid_interest) x), 0) END AS interest,
                 interest_recognized_minor AS interest_recognized
          FROM plan)";

constexpr std::string_view kPlansBySums = R"(
          SELECT product, currency::char(3) AS currency, fee, fee_recognized, subsidy,
                 subsidy_recognized, interest::numeric AS interest, interest_recognized
          FROM unnest($5::text[], $6::text[], $7::bigint[], $8::bigint[], $9::bigint[],
                      $10::bigint[], $11::bigint[], $12::bigint[])
            AS s (product, currency, fee, fee_recognized, subsidy, subsidy_recognized, interest,
                  interest_recognized))";

// {moved}: what moved on the accounts of `code`; {plans}: what plans say.
constexpr std::string_view kRecognition = R"(
  WITH code AS (SELECT account_id, code, tag, currency FROM account
                WHERE code IN (1104, 2301, 2302, 6001, 6003, 6010)),
  moved AS MATERIALIZED ({moved}),
  plans AS MATERIALIZED (
    SELECT product, currency, sum(fee) AS fee, sum(fee_recognized) AS fee_recognized,
           sum(subsidy) AS subsidy, sum(subsidy_recognized) AS subsidy_recognized,
           sum(interest) AS interest, sum(interest_recognized) AS interest_recognized
    FROM ({plans}
          UNION ALL  -- neither deferred nor earned in this book
          SELECT product, currency, -fee_recognized_minor, -fee_recognized_minor,
                 -subsidy_recognized_minor, -subsidy_recognized_minor,
                 -interest_recognized_minor, -interest_recognized_minor
          FROM takeover_plan) x
    GROUP BY product, currency),
  deferred AS (
    SELECT code, currency, sum(ledger) AS ledger, sum(plan) AS plan
    FROM (SELECT c.code, c.currency, m.amount AS ledger, 0::numeric AS plan
          FROM moved m JOIN code c ON c.account_id = m.account_id
          WHERE c.code IN (1104, 2301, 2302) AND NOT m.earned
          UNION ALL SELECT 1104, currency, 0, interest FROM plans
          UNION ALL SELECT 2301, currency, 0, fee FROM plans
          UNION ALL SELECT 2302, currency, 0, subsidy FROM plans) x
    GROUP BY code, currency),
  recognized AS (
    SELECT kind, product, currency, sum(part) AS part, sum(plan) AS plan
    FROM (SELECT kind, product, currency, amount_minor AS part, 0::numeric AS plan
          FROM accrual_part WHERE kind IN (1, 2, 3)
          UNION ALL SELECT 1, product, currency, 0, fee_recognized FROM plans
          UNION ALL SELECT 3, product, currency, 0, interest_recognized FROM plans
          UNION ALL SELECT 2, product, currency, 0, subsidy_recognized FROM plans) x
    GROUP BY kind, product, currency),
  posted AS (
    SELECT business_date, kind, product, currency, sum(part) AS part, sum(ledger) AS ledger
    FROM (SELECT business_date, kind, product, currency, amount_minor AS part, 0::numeric AS ledger
          FROM accrual_part WHERE kind IN (1, 2, 3)
          UNION ALL
          SELECT m.business_date, CASE c.code WHEN 6001 THEN 1 WHEN 6003 THEN 2 ELSE 3 END, c.tag,
                 c.currency, 0, m.amount
          FROM moved m JOIN code c ON c.account_id = m.account_id
          WHERE m.earned AND c.code IN (6001, 6003, 6010)) x
    GROUP BY business_date, kind, product, currency),
  posted_wrong AS (
    SELECT * FROM posted
    WHERE part <> ledger
      AND (ledger <> 0 OR business_date <= (SELECT closed_through FROM book)))
  SELECT (SELECT count(*) FROM deferred),
         (SELECT count(*) FROM deferred WHERE ledger <> plan),
         (SELECT min(format('%s in %s: %s was deferred, the plans say %s', code, currency, ledger,
                            plan)) FROM deferred WHERE ledger <> plan),
         (SELECT count(*) FROM recognized),
         (SELECT count(*) FROM recognized WHERE part <> plan),
         (SELECT min(format('%s of product %s in %s: %s was recognized in parts, the plans say %s',
                            CASE kind WHEN 1 THEN 'fee' WHEN 2 THEN 'subsidy' ELSE 'interest' END, product, currency, part,
                            plan)) FROM recognized WHERE part <> plan),
         (SELECT count(*) FROM posted),
         (SELECT count(*) FROM posted_wrong),
         (SELECT min(format('%s of product %s in %s on %s: %s was recognized, %s posted',
                            CASE kind WHEN 1 THEN 'fee' WHEN 2 THEN 'subsidy' ELSE 'interest' END, product, currency,
                            business_date, part, ledger)) FROM posted_wrong))";

const Facts kRecognitionFacts = {
    {"I6", "deferred",
     "what was deferred on 2301 and 2302 is the current fee and subsidy of all plans; 1104 was "
     "paid down by what their installments were paid of interest"},
    {"I6", "recognized",
     "what the plans say is recognized is the sum of the parts it was earned in"},
    {"I6", "recognition-posted", "each closed date posted exactly the parts earned on it"},
};

// The day totals of each account, and its balance running through them, from the journals.
constexpr const char* kAccountDays = R"(
  WITH moved AS (
    SELECT s.account_id, t.business_date, sum(s.debit) AS debit, sum(s.credit) AS credit
    FROM (SELECT j.business_date, t.debit, t.credit, sum(t.amount) AS amount
          FROM journal j
            CROSS JOIN LATERAL unnest(j.debit_account, j.credit_account, j.amount_minor)
              AS t (debit, credit, amount)
          WHERE j.business_date <= (SELECT closed_through FROM book) AND j.business_date <= $2
          GROUP BY j.business_date, t.debit, t.credit) t
      CROSS JOIN LATERAL (VALUES (t.debit, t.amount, 0), (t.credit, 0, t.amount))
        AS s (account_id, debit, credit)
    GROUP BY s.account_id, t.business_date),
  running AS (
    SELECT m.*, sum(debit - credit) OVER (PARTITION BY account_id ORDER BY business_date) AS balance
    FROM moved m),
  judged AS (
    SELECT coalesce(m.account_id, d.account_id) AS account_id,
           coalesce(m.business_date, d.business_date) AS business_date,
           m.debit, m.credit, m.balance, d.debit_minor, d.credit_minor, d.balance_minor,
           (m.debit = d.debit_minor AND m.credit = d.credit_minor) IS NOT TRUE AS day_wrong,
           (m.balance = d.balance_minor) IS NOT TRUE AS balance_wrong
    FROM (SELECT * FROM running WHERE business_date >= $1) m
      FULL JOIN (SELECT * FROM account_day
                 WHERE business_date BETWEEN $1 AND $2
                   AND business_date <= (SELECT closed_through FROM book)) d
        ON d.account_id = m.account_id AND d.business_date = m.business_date),
  named AS (
    SELECT j.*, format('account %s%s%s in %s on %s', a.code,
                       coalesce(' of ' || (SELECT ref FROM party w WHERE w.party_id = a.owner_id),
                                ''),
                       CASE a.tag WHEN '' THEN '' ELSE ' (' || a.tag || ')' END, a.currency,
                       j.business_date) AS name
    FROM judged j LEFT JOIN account a ON a.account_id = j.account_id)
  SELECT count(*), count(*) FILTER (WHERE day_wrong),
         min(format('%s: the journals debit %s and credit %s, account_day says %s and %s', name,
                    coalesce(debit, 0), coalesce(credit, 0), coalesce(debit_minor::text, 'nothing'),
                    coalesce(credit_minor::text, 'nothing'))) FILTER (WHERE day_wrong),
         count(*), count(*) FILTER (WHERE balance_wrong),
         min(format('%s: the journals leave a balance of %s, account_day says %s', name,
                    coalesce(balance::text, 'nothing'), coalesce(balance_minor::text, 'nothing')))
           FILTER (WHERE balance_wrong)
  FROM named)";

const Facts kAccountDayFacts = {
    {"I19", "account-days",
     "replaying the journals gives each account's totals of each closed date"},
    {"I19", "trial-balance",
     "replaying the journals from nothing gives each account's balance at each closed date"},
};

// Where the totals of each date are known to be right, the balances are if each follows from the
// one before.
constexpr const char* kRunningBalances = R"(
  WITH chained AS (
    SELECT d.account_id, d.business_date, d.balance_minor,
           d.balance_minor - coalesce(lag(d.balance_minor::numeric) OVER w, 0)
             <> d.debit_minor::numeric - d.credit_minor AS wrong
    FROM account_day d
    WHERE d.business_date <= $2 AND d.business_date <= (SELECT closed_through FROM book)
    WINDOW w AS (PARTITION BY d.account_id ORDER BY d.business_date)),
  judged AS (
    SELECT c.wrong, CASE WHEN c.wrong THEN
             format('account %s in %s on %s: account_day says the balance is %s, which does not '
                    'follow from the date before', a.code, a.currency, c.business_date,
                    c.balance_minor) END AS name
    FROM chained c LEFT JOIN account a ON a.account_id = c.account_id
    WHERE c.business_date >= $1)
  SELECT count(*), 0::bigint, NULL, count(*), count(*) FILTER (WHERE wrong), min(name) FROM judged)";

// What a date must have for the close to seal it: balance, and each control account moved by what
// its sub-ledger moved. From day to day this proves the whole, which the full run does at once.
constexpr const char* kAccountsOfDay = R"(
  WITH moved AS (
    SELECT s.account_id, sum(s.debit) AS debit, sum(s.credit) AS credit,
           coalesce(sum(s.credit - s.debit) FILTER (WHERE t.is_carried), 0) AS carried
    FROM (SELECT t.debit, t.credit, j.rule IN (1, 63) AS is_carried, sum(t.amount) AS amount
          FROM journal j
            CROSS JOIN LATERAL unnest(j.debit_account, j.credit_account, j.amount_minor)
              AS t (debit, credit, amount)
          WHERE j.business_date = $1
          GROUP BY t.debit, t.credit, j.rule IN (1, 63)) t
      CROSS JOIN LATERAL (VALUES (t.debit, t.amount, 0), (t.credit, 0, t.amount))
        AS s (account_id, debit, credit)
    GROUP BY s.account_id),
  ledger AS MATERIALIZED (
    SELECT a.code, a.owner_id, a.tag, a.currency, coalesce(m.account_id, d.account_id) AS account_id,
           coalesce(m.debit, 0) AS debit, coalesce(m.credit, 0) AS credit,
           coalesce(m.carried, 0) AS carried, d.debit_minor, d.credit_minor
    FROM moved m
      FULL JOIN (SELECT * FROM account_day WHERE business_date = $1) d
        ON d.account_id = m.account_id
      LEFT JOIN LATERAL (SELECT * FROM account a
                         WHERE a.account_id = coalesce(m.account_id, d.account_id) OFFSET 0) a
        ON true),
  zero AS (
    SELECT currency, code >= 9000 AS memo, sum(debit - credit) AS balance
    FROM ledger GROUP BY currency, code >= 9000),
  part (code, owner_id, currency, amount) AS (
    SELECT 2101, merchant_id, currency, sum(net_minor) FROM merchant_item
    WHERE business_date = $1 AND merchant_id IN (
      SELECT owner_id FROM ledger WHERE code = 2101
      UNION SELECT merchant_id FROM settlement WHERE settled_on = $1)
    GROUP BY merchant_id, currency
    UNION ALL
    SELECT 2103, merchant_id, currency, sum(amount)
    FROM (SELECT merchant_id, currency, amount_minor AS amount
          FROM reserve_tranche WHERE settled_on = $1
          UNION ALL
          SELECT merchant_id, currency, -amount_minor FROM reserve_tranche WHERE released_on = $1) x
    GROUP BY merchant_id, currency
    UNION ALL
    SELECT 2104, merchant_id, currency, sum(amount)
    FROM (SELECT merchant_id, currency, amount_minor AS amount
          FROM payout WHERE instructed_on = $1
          UNION ALL
          SELECT merchant_id, currency, -amount_minor FROM payout WHERE confirmed_on = $1
          UNION ALL
          SELECT merchant_id, currency, -amount_minor FROM payout WHERE rejected_on = $1) x
    GROUP BY merchant_id, currency),
  merchant AS (
    SELECT coalesce(l.code, p.code) AS code, coalesce(l.owner_id, p.owner_id) AS owner_id,
           coalesce(l.currency, p.currency) AS currency, coalesce(l.amount, 0) AS ledger,
           coalesce(p.amount, 0) AS part
    FROM (SELECT code, owner_id, currency, sum(credit - debit) AS amount
          FROM ledger WHERE code IN (2101, 2103, 2104) GROUP BY code, owner_id, currency) l
      FULL JOIN part p ON p.code = l.code AND p.owner_id = l.owner_id
                          AND p.currency = l.currency),
  merchant_wrong AS (
    SELECT code, format('merchant %s in %s: %s moved by %s, its sub-ledger by %s',
                        (SELECT ref FROM party w WHERE w.party_id = owner_id), currency, code,
                        ledger, part) AS name
    FROM merchant WHERE ledger <> part),
  posted AS (
    SELECT kind, product, currency, sum(part) AS part, sum(ledger) AS ledger
    FROM (SELECT kind, product, currency, amount_minor AS part, 0::numeric AS ledger
          FROM accrual_part WHERE business_date = $1 AND kind IN (1, 2, 3)
          UNION ALL
          SELECT CASE code WHEN 6001 THEN 1 WHEN 6003 THEN 2 ELSE 3 END, tag, currency, 0,
                 credit - debit - carried
          FROM ledger WHERE code IN (6001, 6003, 6010)) x
    GROUP BY kind, product, currency)
  SELECT (SELECT count(*) FROM zero),
         (SELECT count(*) FROM zero WHERE (balance = 0) IS NOT TRUE),
         (SELECT min(format('in %s the day''s movements of %s sum to %s', currency,
                            CASE WHEN memo THEN 'the memo accounts' ELSE 'all accounts' END, balance))
          FROM zero WHERE (balance = 0) IS NOT TRUE),
         (SELECT count(*) FROM merchant WHERE code = 2101),
         (SELECT count(*) FROM merchant_wrong WHERE code = 2101),
         (SELECT min(name) FROM merchant_wrong WHERE code = 2101),
         (SELECT count(*) FROM merchant WHERE code = 2103),
         (SELECT count(*) FROM merchant_wrong WHERE code = 2103),
         (SELECT min(name) FROM merchant_wrong WHERE code = 2103),
         (SELECT count(*) FROM merchant WHERE code = 2104),
         (SELECT count(*) FROM merchant_wrong WHERE code = 2104),
         (SELECT min(name) FROM merchant_wrong WHERE code = 2104),
         (SELECT count(*) FROM posted),
         (SELECT count(*) FROM posted WHERE part <> ledger),
         (SELECT min(format('%s of product %s in %s: %s was recognized, %s posted',
                            CASE kind WHEN 1 THEN 'fee' WHEN 2 THEN 'subsidy' ELSE 'interest' END, product, currency, part,
                            ledger)) FROM posted WHERE part <> ledger),
         (SELECT count(*) FROM ledger),
         (SELECT count(*) FROM ledger
          WHERE (debit = debit_minor AND credit = credit_minor) IS NOT TRUE),
         (SELECT min(format('account %s%s in %s: the journals debit %s and credit %s, account_day '
                            'says %s and %s', code,
                            coalesce(' of ' || (SELECT ref FROM party w WHERE w.party_id = owner_id),
                                     ''), currency, debit, credit,
                            coalesce(debit_minor::text, 'nothing'),
                            coalesce(credit_minor::text, 'nothing')))
          FROM ledger WHERE (debit = debit_minor AND credit = credit_minor) IS NOT TRUE))";

const Facts kAccountOfDayFacts = {
    {"I2", "day-balances-zero",
     "what the date moved sums to 0 in each currency, the memo accounts apart"},
    {"I4", "day-merchant-payable", "2101 of each merchant moved by the date's items"},
    {"I11", "day-merchant-reserve", "2103 of each merchant moved by tranches held less released"},
    {"I3", "day-merchant-payouts", "2104 of each merchant moved by payouts made less confirmed"},
    {"I6", "day-recognition-posted", "the date posted exactly the income earned on it"},
    {"I19", "day-account-days", "account_day holds what the journals of the date moved"},
};

}  // namespace

const Facts& journal_facts() { return kJournalFacts; }

Findings check_journals(Session& session, const DayRange& range) {
  return run_statement(session, kJournalFacts, kJournals, bounds(range));
}

Findings check_control_accounts(Session& session, const LedgerSums* sums) {
  if (sums == nullptr) {
    return run_statement(
        session, kControlFacts,
        filled(kControlAccounts, {{"{moved}", kMovedByJournals}, {"{parts}", kPartsOfPlans}}), {});
  }
  const auto& [account, open, funded] = sums->accounts;
  const auto& [code, owner, currency, amount] = sums->parts;
  return run_statement(
      session, kControlFacts,
      filled(kControlAccounts, {{"{moved}", kMovedBySums}, {"{parts}", kPartsBySums}}),
      Params()
          .int4s(account)
          .int8s(open)
          .int8s(funded)
          .int4s(code)
          .int8s(owner)
          .texts(currency)
          .int8s(amount));
}

Findings check_accounts_of_day(Session& session, base::Day day) {
  return run_statement(session, kAccountOfDayFacts, kAccountsOfDay, Params().day(day));
}

Findings check_recognition(Session& session, const LedgerSums* sums) {
  if (sums == nullptr) {
    return run_statement(
        session, kRecognitionFacts,
        filled(kRecognition, {{"{moved}", kIncomeByJournals}, {"{plans}", kIncomeOfPlans}}), {});
  }
  const LedgerSums::Income& income = sums->income;
  const LedgerSums::Plans& plans = sums->plans;
  return run_statement(
      session, kRecognitionFacts,
      filled(kRecognition, {{"{moved}", kIncomeBySums}, {"{plans}", kPlansBySums}}),
      Params()
          .int4s(income.account)
          .booleans(income.earned)
          .days(income.business_date)
          .int8s(income.amount)
          .texts(plans.product)
          .texts(plans.currency)
          .int8s(plans.fee)
          .int8s(plans.fee_recognized)
          .int8s(plans.subsidy)
          .int8s(plans.subsidy_recognized)
          .int8s(plans.interest)
          .int8s(plans.interest_recognized));
}

Findings check_account_days(Session& session, const DayRange& range) {
  return run_statement(session, kAccountDayFacts, kAccountDays, bounds(range));
}

Findings check_running_balances(Session& session, const DayRange& range) {
  return run_statement(session, kAccountDayFacts, kRunningBalances, bounds(range));
}

}  // namespace store
