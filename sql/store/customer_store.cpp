#include "sql/store/customer_store.h"

#include <algorithm>
#include <string>

#include "base/check.h"
#include "sql/store/rows.h"

namespace store {
namespace {

/// Stands for NULL in a bulk parameter; no row holds it.
const base::Day kNoDay = base::make_day(1900, 1, 1);
constexpr std::int64_t kNoAmount = -1;
constexpr std::int64_t kNoRate = -1;

std::string code(base::Currency currency) { return std::string(currency.code()); }

/// All zeros are stored as an empty array.
std::span<const std::int64_t> sparse(const std::vector<std::int64_t>& values) {
  const bool empty = std::ranges::all_of(values, [](std::int64_t v) { return v == 0; });
  return empty ? std::span<const std::int64_t>{} : std::span(values);
}

std::vector<std::int64_t> dense(std::vector<std::int64_t> values, std::size_t size) {
  if (values.empty()) values.resize(size);
  return values;
}

/// The columns of plan.returned, in their order; none where nothing was given back.
std::vector<std::int64_t> returned_columns(const ReturnedSums& r) {
  if (r == ReturnedSums{}) return {};
  return {
      r.goods, r.coupon_platform, r.coupon_merchant, r.coupon_sponsor, r.discount, r.discount_vat,
      r.fee};
}

ReturnedSums returned_sums(const std::vector<std::int64_t>& columns) {
  if (columns.empty()) return {};
  return {columns[0], columns[1], columns[2], columns[3], columns[4], columns[5], columns[6]};
}

std::optional<std::int64_t> optional_id(std::int64_t value) {
  return value == 0 ? std::nullopt : std::optional(value);
}

template <class Row, class Field>
auto column(std::span<const Row* const> rows, Field field) {
  std::vector<std::decay_t<decltype(field(*rows.front()))>> values;
  values.reserve(rows.size());
  for (const Row* row : rows) values.push_back(field(*row));
  return values;
}

std::vector<std::int64_t> first_column(const Rows& rows) {
  std::vector<std::int64_t> values;
  values.reserve(static_cast<std::size_t>(rows.size()));
  for (int i = 0; i < rows.size(); ++i) values.push_back(rows.int8(i, 0));
  return values;
}

}  // namespace

std::vector<CreditRow> load_credit(Session& session, std::span<const std::int64_t> parties,
                                   base::Currency currency, RowLock lock) {
  static constexpr const char* kLoad = R"(
    SELECT c.party_id, c.version, c.closed_through, c.base_limit_minor, c.held_minor,
           c.outstanding_minor, c.credit_balance_minor, c.dpd, c.block, c.episode_base_minor,
           c.episode_rows, c.episode_peak_dpd, c.former_base_minor, c.clean_cycles, c.late_episodes
    FROM credit_account c
    WHERE c.party_id = ANY ($1) AND c.currency = $2
    ORDER BY c.party_id)";
  const std::string statement = lock == RowLock::None ? kLoad : std::string(kLoad) + " FOR UPDATE";
  const Rows rows = query(session, statement.c_str(), Params().int8s(parties).text(code(currency)));
  std::vector<CreditRow> loaded;
  loaded.reserve(static_cast<std::size_t>(rows.size()));
  for (int i = 0; i < rows.size(); ++i) {
    CreditRow row;
    row.party = {rows.int8(i, 0)};
    row.currency = currency;
    row.version = rows.int8(i, 1);
    row.closed_through = rows.day(i, 2);
    row.base_limit = rows.int8(i, 3);
    row.held = rows.int8(i, 4);
    row.outstanding = rows.int8(i, 5);
    row.credit_balance = rows.int8(i, 6);
    row.dpd = rows.int2(i, 7);
    row.block = static_cast<Block>(rows.int2(i, 8));
    row.episode_base = rows.int8_or_null(i, 9);
    row.episode_rows = rows.int2(i, 10);
    row.episode_peak_dpd = rows.int2(i, 11);
    row.former_base = rows.int8_or_null(i, 12);
    row.clean_cycles = rows.int2(i, 13);
    row.late_episodes = rows.days(i, 14);
    loaded.push_back(std::move(row));
  }
  return loaded;
}

std::vector<std::int64_t> parties_to_act_on(Session& session, std::span<const std::int64_t> parties,
                                            base::Currency currency, base::Day day) {
  return first_column(query(session, R"(
    SELECT DISTINCT p.party_id FROM plan p
    WHERE p.party_id = ANY ($1) AND p.currency = $2 AND p.act_on <= $3
    ORDER BY p.party_id)",
                            Params().int8s(parties).text(code(currency)).day(day)));
}

std::vector<PlanRow> load_plans(Session& session, std::span<const std::int64_t> parties,
                                std::span<const std::int64_t> plans, base::Currency currency) {
  const Rows rows = query(session, R"(
    SELECT party_id, plan_id, event_id, purchase_ref, merchant_id, product, catalog_version, status,
           purchased_at, business_date, start_on, goods_minor, financed_minor,
           coupon_platform_minor, coupon_merchant_minor, coupon_sponsor_minor, sponsor_id,
           discount_minor, discount_vat_minor, fee_minor, subsidy_minor, subsidy_payer,
           available_on, schedule_version, schedule_cause, due, principal, fee, interest,
           paid_principal, paid_fee, paid_interest, outstanding_minor, refunded_minor,
           late_fee_minor, late_fee_paid_minor, late_through, dpd, next_due, fee_recognized_minor,
           subsidy_recognized_minor, recognize_on, changed_on, late_fee_before_minor, returned,
           disputed_on, ecl_stage, allowance_minor, charged_off_minor, claim_minor,
           dispute_fee_minor, interest_recognized_minor, rate_e8
    FROM plan
    WHERE party_id = ANY ($1) AND currency = $3
      AND (status IN (1, 4) OR late_fee_minor > late_fee_paid_minor OR act_on IS NOT NULL
           OR plan_id = ANY ($2))
    ORDER BY party_id, plan_id)",
                          Params().int8s(parties).int8s(plans).text(code(currency)));
  std::vector<PlanRow> loaded;
  loaded.reserve(static_cast<std::size_t>(rows.size()));
  for (int i = 0; i < rows.size(); ++i) {
    PlanRow row;
    row.party = {rows.int8(i, 0)};
    row.id = {rows.int8(i, 1)};
    row.event = {rows.int8(i, 2)};
    row.purchase_ref = rows.text(i, 3);
    row.merchant = {rows.int8(i, 4)};
    row.product = rows.text(i, 5);
    row.catalog_version = rows.int4(i, 6);
    row.currency = currency;
    row.status = static_cast<PlanStatus>(rows.int2(i, 7));
    row.purchased_at = rows.instant(i, 8);
    row.business_date = rows.day(i, 9);
    row.start_on = rows.day(i, 10);
    row.goods = rows.int8(i, 11);
    row.financed = rows.int8(i, 12);
    row.coupon_platform = rows.int8(i, 13);
    row.coupon_merchant = rows.int8(i, 14);
    row.coupon_sponsor = rows.int8(i, 15);
    row.sponsor = {rows.int8_or_null(i, 16).value_or(0)};
    row.discount = rows.int8(i, 17);
    row.discount_vat = rows.int8(i, 18);
    row.fee_total = rows.int8(i, 19);
    row.subsidy_total = rows.int8(i, 20);
    row.subsidy_payer = rows.int2(i, 21);
    row.available_on = rows.day(i, 22);
    row.schedule_version = rows.int2(i, 23);
    row.schedule_cause = static_cast<ScheduleCause>(rows.int2(i, 24));
    row.due = rows.days(i, 25);
    row.principal = rows.int8s(i, 26);
    const std::size_t count = row.due.size();
    row.fee = dense(rows.int8s(i, 27), count);
    row.interest = dense(rows.int8s(i, 28), count);
    row.paid_principal = dense(rows.int8s(i, 29), count);
    row.paid_fee = dense(rows.int8s(i, 30), count);
    row.paid_interest = dense(rows.int8s(i, 31), count);
    row.outstanding = rows.int8(i, 32);
    row.refunded = rows.int8(i, 33);
    row.late_fee = rows.int8(i, 34);
    row.late_fee_paid = rows.int8(i, 35);
    row.late_through = rows.day_or_null(i, 36);
    row.dpd = rows.int2(i, 37);
    row.next_due = rows.day_or_null(i, 38);
    row.fee_recognized = rows.int8(i, 39);
    row.subsidy_recognized = rows.int8(i, 40);
    row.recognize_on = rows.day_or_null(i, 41);
    row.changed_on = rows.day_or_null(i, 42);
    row.late_fee_before = rows.int8(i, 43);
    row.returned = returned_sums(rows.int8s(i, 44));
    row.disputed_on = rows.day_or_null(i, 45);
    row.ecl_stage = rows.int2(i, 46);
    row.allowance = rows.int8(i, 47);
    row.charged_off = rows.int8(i, 48);
    row.claim = rows.int8(i, 49);
    row.dispute_fee = rows.int8(i, 50);
    row.interest_recognized = rows.int8(i, 51);
    row.rate_e8 = rows.int8_or_null(i, 52);
    loaded.push_back(std::move(row));
  }
  return loaded;
}

std::vector<AllocationRow> load_allocations(Session& session, std::span<const std::int64_t> parties,
                                            base::Currency currency) {
  const Rows rows = query(session, R"(
    SELECT party_id, event_id, plan_id, kind, business_date, value_date, penalty_minor,
           credit_minor, installment, principal, fee, interest
    FROM allocation
    WHERE party_id = ANY ($1) AND currency = $2
    ORDER BY party_id, event_id, plan_id)",
                          Params().int8s(parties).text(code(currency)));
  std::vector<AllocationRow> loaded;
  loaded.reserve(static_cast<std::size_t>(rows.size()));
  for (int i = 0; i < rows.size(); ++i) {
    AllocationRow row;
    row.party = {rows.int8(i, 0)};
    row.event = {rows.int8(i, 1)};
    row.plan = {rows.int8(i, 2)};
    row.kind = static_cast<AllocationKind>(rows.int2(i, 3));
    row.currency = currency;
    row.business_date = rows.day(i, 4);
    row.value_date = rows.day(i, 5);
    row.penalty = rows.int8(i, 6);
    row.credit = rows.int8(i, 7);
    for (const std::int64_t number : rows.int8s(i, 8)) {
      row.installment.push_back(static_cast<std::int16_t>(number));
    }
    row.principal = rows.int8s(i, 9);
    row.fee = rows.int8s(i, 10);
    row.interest = rows.int8s(i, 11);
    loaded.push_back(std::move(row));
  }
  return loaded;
}

std::vector<std::int64_t> update_credit(Session& session, std::span<const CreditRow* const> rows) {
  if (rows.empty()) return {};
  const Params params =
      Params()
          .int8s(column(rows, [](const CreditRow& r) { return r.party.value; }))
          .texts(std::span<const std::string>(
              column(rows, [](const CreditRow& r) { return code(r.currency); })))
          .int8s(column(rows, [](const CreditRow& r) { return r.version; }))
          .days(column(rows, [](const CreditRow& r) { return r.closed_through; }))
          .int8s(column(rows, [](const CreditRow& r) { return r.base_limit; }))
          .int8s(column(rows, [](const CreditRow& r) { return r.held; }))
          .int8s(column(rows, [](const CreditRow& r) { return r.outstanding; }))
          .int8s(column(rows, [](const CreditRow& r) { return r.credit_balance; }))
          .int2s(column(rows, [](const CreditRow& r) { return r.dpd; }))
          .int2s(
              column(rows, [](const CreditRow& r) { return static_cast<std::int16_t>(r.block); }))
          .int8s(
              column(rows, [](const CreditRow& r) { return r.episode_base.value_or(kNoAmount); }))
          .int2s(column(rows, [](const CreditRow& r) { return r.episode_rows; }))
          .int2s(column(rows, [](const CreditRow& r) { return r.episode_peak_dpd; }))
          .int8s(column(rows, [](const CreditRow& r) { return r.former_base.value_or(kNoAmount); }))
          .int2s(column(rows, [](const CreditRow& r) { return r.clean_cycles; }))
          .texts(std::span<const std::string>(
              column(rows, [](const CreditRow& r) { return array_literal(r.late_episodes); })))
          .days(column(rows, [](const CreditRow& r) { return r.quiet_through.value_or(kNoDay); }))
          .int4s(column(rows, [](const CreditRow& r) { return r.quiet_catalog; }));
  return first_column(query(session, R"(
    UPDATE credit_account c
    SET version = c.version + 1, closed_through = u.closed_through, base_limit_minor = u.base_limit,
        held_minor = u.held, outstanding_minor = u.outstanding,
        credit_balance_minor = u.credit_balance, dpd = u.dpd, block = u.block,
        episode_base_minor = nullif(u.episode_base, -1), episode_rows = u.episode_rows,
        episode_peak_dpd = u.episode_peak_dpd, former_base_minor = nullif(u.former_base, -1),
        clean_cycles = u.clean_cycles, late_episodes = u.late_episodes::date[],
        quiet_through = nullif(u.quiet_through, DATE '1900-01-01'),
        quiet_catalog = nullif(u.quiet_catalog, 0)
    FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
         AS u (party_id, currency, version, closed_through, base_limit, held, outstanding,
               credit_balance, dpd, block, episode_base, episode_rows, episode_peak_dpd,
               former_base, clean_cycles, late_episodes, quiet_through, quiet_catalog)
    WHERE c.party_id = u.party_id AND c.currency = u.currency::char(3) AND c.version = u.version
    RETURNING c.party_id)",
                            params));
}

std::vector<std::int64_t> insert_credit(Session& session, std::span<const CreditRow* const> rows) {
  if (rows.empty()) return {};
  const Params params =
      Params()
          .int8s(column(rows, [](const CreditRow& r) { return r.party.value; }))
          .texts(std::span<const std::string>(
              column(rows, [](const CreditRow& r) { return code(r.currency); })))
          .days(column(rows, [](const CreditRow& r) { return r.closed_through; }))
          .int8s(column(rows, [](const CreditRow& r) { return r.base_limit; }))
          .int8s(column(rows, [](const CreditRow& r) { return r.held; }))
          .int8s(column(rows, [](const CreditRow& r) { return r.outstanding; }))
          .int8s(column(rows, [](const CreditRow& r) { return r.credit_balance; }));
  return first_column(query(session, R"(
    INSERT INTO credit_account (party_id, currency, closed_through, base_limit_minor, held_minor,
                                outstanding_minor, credit_balance_minor)
    SELECT u.* FROM unnest($1, $2, $3, $4, $5, $6, $7) AS u
    ON CONFLICT DO NOTHING
    RETURNING party_id)",
                            params));
}

void update_plan_progress(Session& session, std::span<const PlanRow* const> rows) {
  if (rows.empty()) return;
  const Params params =
      Params()
          .int8s(column(rows, [](const PlanRow& r) { return r.party.value; }))
          .int8s(column(rows, [](const PlanRow& r) { return r.id.value; }))
          .int2s(column(rows, [](const PlanRow& r) { return static_cast<std::int16_t>(r.status); }))
          .int8s(column(rows, [](const PlanRow& r) { return r.late_fee; }))
          .days(column(rows, [](const PlanRow& r) { return r.late_through.value_or(kNoDay); }))
          .int2s(column(rows, [](const PlanRow& r) { return r.dpd; }))
          .days(column(rows, [](const PlanRow& r) { return r.next_due.value_or(kNoDay); }))
          .int8s(column(rows, [](const PlanRow& r) { return r.fee_recognized; }))
          .int8s(column(rows, [](const PlanRow& r) { return r.subsidy_recognized; }))
          .days(column(rows, [](const PlanRow& r) { return r.recognize_on.value_or(kNoDay); }))
          .days(column(rows, [](const PlanRow& r) { return r.act_on().value_or(kNoDay); }))
          .int2s(column(rows, [](const PlanRow& r) { return r.ecl_stage; }))
          .int8s(column(rows, [](const PlanRow& r) { return r.allowance; }))
          .int8s(column(rows, [](const PlanRow& r) { return r.interest_recognized; }))
          .int8s(column(rows, [](const PlanRow& r) { return r.nightly_fee; }));
  const Rows updated = query(session, R"(
    UPDATE plan p
    SET status = u.status, ecl_stage = u.ecl_stage, allowance_minor = u.allowance,
        interest_recognized_minor = u.interest_recognized, late_fee_minor = u.late_fee,
        late_through = nullif(u.late_through, DATE '1900-01-01'), dpd = u.dpd,
        next_due = nullif(u.next_due, DATE '1900-01-01'),
        fee_recognized_minor = u.fee_recognized, subsidy_recognized_minor = u.subsidy_recognized,
        recognize_on = nullif(u.recognize_on, DATE '1900-01-01'),
        act_on = nullif(u.act_on, DATE '1900-01-01'), nightly_fee_minor = u.nightly_fee
    FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
         AS u (party_id, plan_id, status, late_fee, late_through, dpd, next_due, fee_recognized,
               subsidy_recognized, recognize_on, act_on, ecl_stage, allowance,
               interest_recognized, nightly_fee)
    WHERE p.party_id = u.party_id AND p.plan_id = u.plan_id)",
                             params);
  CHECK(updated.affected() == static_cast<std::int64_t>(rows.size()), "{} of {} plans were updated",
        updated.affected(), rows.size());
}

void update_plans(Session& session, std::span<const PlanRow* const> rows) {
  if (rows.empty()) return;
  auto literals = [&](auto field) {
    return column(rows, [&](const PlanRow& r) { return array_literal(sparse(field(r))); });
  };
  const auto act_on = column(rows, [](const PlanRow& r) { return r.act_on().value_or(kNoDay); });
  const Params params =
      Params()
          .int8s(column(rows, [](const PlanRow& r) { return r.party.value; }))
          .int8s(column(rows, [](const PlanRow& r) { return r.id.value; }))
          .int2s(column(rows, [](const PlanRow& r) { return static_cast<std::int16_t>(r.status); }))
          .int8s(column(rows, [](const PlanRow& r) { return r.fee_total; }))
          .int8s(column(rows, [](const PlanRow& r) { return r.subsidy_total; }))
          .int2s(column(rows, [](const PlanRow& r) { return r.schedule_version; }))
          .int2s(column(
              rows, [](const PlanRow& r) { return static_cast<std::int16_t>(r.schedule_cause); }))
          .texts(std::span<const std::string>(
              column(rows, [](const PlanRow& r) { return array_literal(r.due); })))
          .texts(std::span<const std::string>(
              column(rows, [](const PlanRow& r) { return array_literal(r.principal); })))
          .texts(std::span<const std::string>(
              literals([](const PlanRow& r) -> const auto& { return r.fee; })))
          .texts(std::span<const std::string>(
              literals([](const PlanRow& r) -> const auto& { return r.interest; })))
          .texts(std::span<const std::string>(
              literals([](const PlanRow& r) -> const auto& { return r.paid_principal; })))
          .texts(std::span<const std::string>(
              literals([](const PlanRow& r) -> const auto& { return r.paid_fee; })))
          .texts(std::span<const std::string>(
              literals([](const PlanRow& r) -> const auto& { return r.paid_interest; })))
          .int8s(column(rows, [](const PlanRow& r) { return r.outstanding; }))
          .int8s(column(rows, [](const PlanRow& r) { return r.refunded; }))
          .int8s(column(rows, [](const PlanRow& r) { return r.late_fee; }))
          .int8s(column(rows, [](const PlanRow& r) { return r.late_fee_paid; }))
          .days(column(rows, [](const PlanRow& r) { return r.late_through.value_or(kNoDay); }))
          .int2s(column(rows, [](const PlanRow& r) { return r.dpd; }))
          .days(column(rows, [](const PlanRow& r) { return r.next_due.value_or(kNoDay); }))
          .int8s(column(rows, [](const PlanRow& r) { return r.fee_recognized; }))
          .int8s(column(rows, [](const PlanRow& r) { return r.subsidy_recognized; }))
          .days(column(rows, [](const PlanRow& r) { return r.recognize_on.value_or(kNoDay); }))
          .days(act_on)
          .days(column(rows, [](const PlanRow& r) { return r.changed_on.value_or(kNoDay); }))
          .int8s(column(rows, [](const PlanRow& r) { return r.late_fee_before; }))
          .texts(std::span<const std::string>(column(
              rows, [](const PlanRow& r) { return array_literal(returned_columns(r.returned)); })))
          .days(column(rows, [](const PlanRow& r) { return r.disputed_on.value_or(kNoDay); }))
          .int2s(column(rows, [](const PlanRow& r) { return r.ecl_stage; }))
          .int8s(column(rows, [](const PlanRow& r) { return r.allowance; }))
          .int8s(column(rows, [](const PlanRow& r) { return r.charged_off; }))
          .int8s(column(rows, [](const PlanRow& r) { return r.claim; }))
          .int8s(column(rows, [](const PlanRow& r) { return r.dispute_fee; }))
          .int8s(column(rows, [](const PlanRow& r) { return r.interest_recognized; }))
          .int8s(column(rows, [](const PlanRow& r) { return r.rate_e8.value_or(kNoRate); }))
          .int8s(column(rows, [](const PlanRow& r) { return r.nightly_fee; }));
  const Rows updated = query(session, R"(
    UPDATE plan p
    SET status = u.status, fee_minor = u.fee_minor, subsidy_minor = u.subsidy_minor,
        schedule_version = u.schedule_version, schedule_cause = u.schedule_cause,
        due = u.due::date[], principal = u.principal::bigint[], fee = u.fee::bigint[],
        interest = u.interest::bigint[], paid_principal = u.paid_principal::bigint[],
        paid_fee = u.paid_fee::bigint[], paid_interest = u.paid_interest::bigint[],
        outstanding_minor = u.outstanding, refunded_minor = u.refunded,
        late_fee_minor = u.late_fee, late_fee_paid_minor = u.late_fee_paid,
        late_through = nullif(u.late_through, DATE '1900-01-01'), dpd = u.dpd,
        next_due = nullif(u.next_due, DATE '1900-01-01'),
        fee_recognized_minor = u.fee_recognized, subsidy_recognized_minor = u.subsidy_recognized,
        recognize_on = nullif(u.recognize_on, DATE '1900-01-01'),
        act_on = nullif(u.act_on, DATE '1900-01-01'),
        changed_on = nullif(u.changed_on, DATE '1900-01-01'),
        late_fee_before_minor = u.late_fee_before, returned = u.returned::bigint[],
        disputed_on = nullif(u.disputed_on, DATE '1900-01-01'), ecl_stage = u.ecl_stage,
        allowance_minor = u.allowance, charged_off_minor = u.charged_off, claim_minor = u.claim,
        dispute_fee_minor = u.dispute_fee, interest_recognized_minor = u.interest_recognized,
        rate_e8 = nullif(u.rate_e8, -1), nightly_fee_minor = u.nightly_fee
    FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18,
                $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35,
                $36, $37)
         AS u (party_id, plan_id, status, fee_minor, subsidy_minor, schedule_version,
               schedule_cause, due, principal, fee, interest, paid_principal, paid_fee,
               paid_interest, outstanding, refunded, late_fee, late_fee_paid, late_through, dpd,
               next_due, fee_recognized, subsidy_recognized, recognize_on, act_on, changed_on,
               late_fee_before, returned, disputed_on, ecl_stage, allowance, charged_off, claim,
               dispute_fee, interest_recognized, rate_e8, nightly_fee)
    WHERE p.party_id = u.party_id AND p.plan_id = u.plan_id)",
                             params);
  CHECK(updated.affected() == static_cast<std::int64_t>(rows.size()), "{} of {} plans were updated",
        updated.affected(), rows.size());
}

namespace {

constexpr const char* kSelectHold = R"(
    SELECT party_id, hold_id, event_id, hold_ref, merchant_id, currency, amount_minor,
           business_date, expires_on, status
    FROM hold )";

std::vector<HoldRow> hold_rows(const Rows& rows) {
  std::vector<HoldRow> loaded;
  for (int i = 0; i < rows.size(); ++i) {
    loaded.push_back({.party = {rows.int8(i, 0)},
                      .id = rows.int8(i, 1),
                      .event = {rows.int8(i, 2)},
                      .ref = std::string(rows.text(i, 3)),
                      .merchant = {rows.int8(i, 4)},
                      .currency = base::Currency::find(rows.text(i, 5)).value(),
                      .amount = rows.int8(i, 6),
                      .business_date = rows.day(i, 7),
                      .expires_on = rows.day(i, 8),
                      .status = static_cast<HoldStatus>(rows.int2(i, 9))});
  }
  return loaded;
}

}  // namespace

std::vector<HoldRow> load_holds(Session& session, std::span<const std::int64_t> parties,
                                std::span<const std::int64_t> ids) {
  const std::string statement =
      std::string(kSelectHold) +
      "WHERE party_id = ANY ($1) AND hold_id = ANY ($2) ORDER BY party_id, hold_id";
  return hold_rows(query(session, statement.c_str(), Params().int8s(parties).int8s(ids)));
}

std::vector<HoldRow> load_expired_holds(Session& session, base::Day day, int limit) {
  const std::string statement =
      std::string(kSelectHold) +
      "WHERE status = 1 AND expires_on <= $1 ORDER BY party_id, hold_id LIMIT $2";
  return hold_rows(query(session, statement.c_str(), Params().day(day).int8(limit)));
}

void copy_holds(Session& session, std::span<const HoldRow* const> rows) {
  if (rows.empty()) return;
  CopyIn copy(session, R"(
    COPY hold (party_id, hold_id, event_id, hold_ref, merchant_id, currency, amount_minor,
               business_date, expires_on, status)
    FROM STDIN (FORMAT binary))");
  for (const HoldRow* r : rows) {
    copy.row(10)
        .int8(r->party.value)
        .int8(r->id)
        .int8(r->event.value)
        .text(r->ref)
        .int8(r->merchant.value)
        .text(r->currency.code())
        .int8(r->amount)
        .day(r->business_date)
        .day(r->expires_on)
        .int2(static_cast<std::int16_t>(r->status));
  }
  copy.finish();
}

void update_holds(Session& session, std::span<const HoldRow* const> rows) {
  if (rows.empty()) return;
  query(session, R"(
    UPDATE hold h SET status = u.status FROM unnest($1, $2, $3) AS u (party_id, hold_id, status)
    WHERE h.party_id = u.party_id AND h.hold_id = u.hold_id)",
        Params()
            .int8s(column(rows, [](const HoldRow& r) { return r.party.value; }))
            .int8s(column(rows, [](const HoldRow& r) { return r.id; }))
            .int2s(column(rows,
                          [](const HoldRow& r) { return static_cast<std::int16_t>(r.status); })));
}

void copy_plans(Session& session, std::span<const PlanRow* const> rows) {
  if (rows.empty()) return;
  CopyIn copy(session, R"(
    COPY plan (party_id, plan_id, event_id, purchase_ref, merchant_id, product, catalog_version,
               currency, status, purchased_at, business_date, start_on, goods_minor,
               financed_minor, coupon_platform_minor, coupon_merchant_minor, coupon_sponsor_minor,
               sponsor_id, discount_minor, discount_vat_minor, fee_minor, subsidy_minor,
               subsidy_payer, available_on, schedule_version, schedule_cause, due, principal, fee,
               interest, paid_principal, paid_fee, paid_interest, outstanding_minor,
               refunded_minor, late_fee_minor, late_fee_paid_minor, late_through, dpd, next_due,
               fee_recognized_minor, subsidy_recognized_minor, recognize_on, act_on, ecl_stage,
               allowance_minor, interest_recognized_minor, rate_e8)
    FROM STDIN (FORMAT binary))");
  for (const PlanRow* r : rows) {
    copy.row(48)
        .int8(r->party.value)
        .int8(r->id.value)
        .int8(r->event.value)
        .text(r->purchase_ref)
        .int8(r->merchant.value)
        .text(r->product)
        .int4(r->catalog_version)
        .text(r->currency.code())
        .int2(static_cast<std::int16_t>(r->status))
        .instant(r->purchased_at)
        .day(r->business_date)
        .day(r->start_on)
        .int8(r->goods)
        .int8(r->financed)
        .int8(r->coupon_platform)
        .int8(r->coupon_merchant)
        .int8(r->coupon_sponsor)
        .int8_or_null(optional_id(r->sponsor.value))
        .int8(r->discount)
        .int8(r->discount_vat)
        .int8(r->fee_total)
        .int8(r->subsidy_total)
        .int2(r->subsidy_payer)
        .day(r->available_on)
        .int2(r->schedule_version)
        .int2(static_cast<std::int16_t>(r->schedule_cause))
        .days(r->due)
        .int8s(r->principal)
        .int8s(sparse(r->fee))
        .int8s(sparse(r->interest))
        .int8s(sparse(r->paid_principal))
        .int8s(sparse(r->paid_fee))
        .int8s(sparse(r->paid_interest))
        .int8(r->outstanding)
        .int8(r->refunded)
        .int8(r->late_fee)
        .int8(r->late_fee_paid)
        .day_or_null(r->late_through)
        .int2(r->dpd)
        .day_or_null(r->next_due)
        .int8(r->fee_recognized)
        .int8(r->subsidy_recognized)
        .day_or_null(r->recognize_on)
        .day_or_null(r->act_on())
        .int2(r->ecl_stage)
        .int8(r->allowance)
        .int8(r->interest_recognized)
        .int8_or_null(r->rate_e8);
  }
  copy.finish();
}

void copy_versions(Session& session, std::span<const PlanVersionRow* const> rows) {
  if (rows.empty()) return;
  CopyIn copy(session, R"(
    COPY plan_version (party_id, plan_id, schedule_version, schedule_cause, replaced_by,
                       replaced_on, valued_on, due, principal, fee, interest, paid_principal,
                       paid_fee, paid_interest)
    FROM STDIN (FORMAT binary))");
  for (const PlanVersionRow* v : rows) {
    const PlanRow& r = v->plan;
    copy.row(14)
        .int8(r.party.value)
        .int8(r.id.value)
        .int2(r.schedule_version)
        .int2(static_cast<std::int16_t>(r.schedule_cause))
        .int8(v->replaced_by.value)
        .day(v->replaced_on)
        .day(v->valued_on)
        .days(r.due)
        .int8s(r.principal)
        .int8s(sparse(r.fee))
        .int8s(sparse(r.interest))
        .int8s(sparse(r.paid_principal))
        .int8s(sparse(r.paid_fee))
        .int8s(sparse(r.paid_interest));
  }
  copy.finish();
}

void copy_allocations(Session& session, std::span<const AllocationRow* const> rows) {
  if (rows.empty()) return;
  CopyIn copy(session, R"(
    COPY allocation (party_id, event_id, plan_id, kind, currency, business_date, value_date,
                     penalty_minor, credit_minor, installment, principal, fee, interest)
    FROM STDIN (FORMAT binary))");
  for (const AllocationRow* r : rows) {
    copy.row(13)
        .int8(r->party.value)
        .int8(r->event.value)
        .int8(r->plan.value)
        .int2(static_cast<std::int16_t>(r->kind))
        .text(r->currency.code())
        .day(r->business_date)
        .day(r->value_date)
        .int8(r->penalty)
        .int8(r->credit)
        .int2s(r->installment)
        .int8s(r->principal)
        .int8s(r->fee)
        .int8s(r->interest);
  }
  copy.finish();
}

void copy_repayments(Session& session, std::span<const RepaymentRow* const> rows) {
  if (rows.empty()) return;
  CopyIn copy(session, R"(
    COPY repayment (party_id, event_id, repayment_ref, channel_id, currency, amount_minor, paid_at,
                    business_date, value_date)
    FROM STDIN (FORMAT binary))");
  for (const RepaymentRow* r : rows) {
    copy.row(9)
        .int8(r->party.value)
        .int8(r->event.value)
        .text(r->ref)
        .int8_or_null(optional_id(r->channel.value))
        .text(r->currency.code())
        .int8(r->amount)
        .instant(r->paid_at)
        .day(r->business_date)
        .day(r->value_date);
  }
  copy.finish();
}

void copy_refunds(Session& session, std::span<const RefundRow* const> rows) {
  if (rows.empty()) return;
  CopyIn copy(session, R"(
    COPY refund (party_id, event_id, refund_ref, plan_id, currency, amount_minor, principal_minor,
                 cash_minor, refunded_at, business_date, value_date, reason)
    FROM STDIN (FORMAT binary))");
  for (const RefundRow* r : rows) {
    copy.row(12)
        .int8(r->party.value)
        .int8(r->event.value)
        .text(r->ref)
        .int8(r->plan.value)
        .text(r->currency.code())
        .int8(r->amount)
        .int8(r->principal)
        .int8(r->cash)
        .instant(r->refunded_at)
        .day(r->business_date)
        .day(r->value_date)
        .text(r->reason);
  }
  copy.finish();
}

void copy_life_events(Session& session, std::span<const LifeEventRow* const> rows) {
  if (rows.empty()) return;
  CopyIn copy(session, R"(
    COPY life_event (party_id, event_id, event_ref, kind, plan_id, currency, happened_at,
                     business_date, value_date, reason, requested_by, approved_by, subject_event,
                     amount_minor)
    FROM STDIN (FORMAT binary))");
  for (const LifeEventRow* r : rows) {
    copy.row(14)
        .int8(r->party.value)
        .int8(r->event.value)
        .text(r->ref)
        .text(r->kind)
        .int8_or_null(optional_id(r->plan.value))
        .text(r->currency.code())
        .instant(r->happened_at)
        .day(r->business_date)
        .day(r->value_date)
        .text(r->reason)
        .text(r->requested_by)
        .text(r->approved_by)
        .int8_or_null(optional_id(r->subject.value))
        .int8(r->amount);
  }
  copy.finish();
}

void copy_refund_payouts(Session& session, std::span<const RefundPayoutRow* const> rows) {
  if (rows.empty()) return;
  CopyIn copy(session, R"(
    COPY refund_payout (party_id, event_id, refund_event, channel_id, currency, amount_minor,
                        business_date)
    FROM STDIN (FORMAT binary))");
  for (const RefundPayoutRow* r : rows) {
    copy.row(7)
        .int8(r->party.value)
        .int8(r->event.value)
        .int8(r->refund.value)
        .int8_or_null(optional_id(r->channel.value))
        .text(r->currency.code())
        .int8(r->amount)
        .day(r->business_date);
  }
  copy.finish();
}

void copy_limit_changes(Session& session, std::span<const LimitChangeRow* const> rows) {
  if (rows.empty()) return;
  CopyIn copy(session, R"(
    COPY limit_change (party_id, change_id, currency, business_date, reason, action,
                       old_base_minor, new_base_minor, old_block, new_block, outstanding_minor,
                       dpd, plans)
    FROM STDIN (FORMAT binary))");
  for (const LimitChangeRow* r : rows) {
    copy.row(13)
        .int8(r->party.value)
        .int8(r->id)
        .text(r->currency.code())
        .day(r->business_date)
        .text(r->reason)
        .int2(static_cast<std::int16_t>(r->action))
        .int8(r->old_base)
        .int8(r->new_base)
        .int2(static_cast<std::int16_t>(r->old_block))
        .int2(static_cast<std::int16_t>(r->new_block))
        .int8(r->outstanding)
        .int2(r->dpd)
        .int8s(r->plans);
  }
  copy.finish();
}

void copy_items(Session& session, std::span<const ItemRow* const> rows) {
  if (rows.empty()) return;
  CopyIn copy(session, R"(
    COPY merchant_item (party_id, item_id, merchant_id, type, event_id, plan_id, order_ref, periods,
                        currency, occurred_at, business_date, available_on, gross_minor,
                        coupon_platform_minor, coupon_merchant_minor, coupon_sponsor_minor,
                        discount_minor, vat_minor, subsidy_minor, net_minor)
    FROM STDIN (FORMAT binary))");
  for (const ItemRow* r : rows) {
    copy.row(20)
        .int8(r->party.value)
        .int8(r->id.value)
        .int8(r->merchant.value)
        .int2(static_cast<std::int16_t>(r->type))
        .int8(r->event.value)
        .int8_or_null(optional_id(r->plan.value))
        .text(r->order_ref)
        .int2(r->periods)
        .text(r->currency.code())
        .instant(r->occurred_at)
        .day(r->business_date)
        .day(r->available_on)
        .int8(r->gross)
        .int8(r->coupon_platform)
        .int8(r->coupon_merchant)
        .int8(r->coupon_sponsor)
        .int8(r->discount)
        .int8(r->vat)
        .int8(r->subsidy)
        .int8(r->net());
  }
  copy.finish();
}

void copy_accrual_parts(Session& session, std::span<const AccrualPart> rows) {
  if (rows.empty()) return;
  CopyIn copy(session, R"(
    COPY accrual_part (business_date, part_id, kind, product, currency, amount_minor, plans)
    FROM STDIN (FORMAT binary))");
  for (const AccrualPart& r : rows) {
    copy.row(7)
        .day(r.business_date)
        .int8(r.id)
        .int2(r.kind)
        .text(r.product)
        .text(r.currency.code())
        .int8(r.amount)
        .int4(r.plans);
  }
  copy.finish();
}

void copy_journals(Session& session, std::span<const StoredJournal> rows) {
  if (rows.empty()) return;
  CopyIn copy(session, R"(
    COPY journal (party_id, journal_id, event_id, rule, plan_id, currency, business_date,
                  value_date, source_ref, reverses, debit_account, credit_account, amount_minor)
    FROM STDIN (FORMAT binary))");
  for (const StoredJournal& r : rows) {
    const ledger::Journal& j = *r.journal;
    copy.row(13)
        .int8(j.party.value)
        .int8(j.id.value)
        .int8(j.event.value)
        .int2(static_cast<std::int16_t>(j.rule))
        .int8_or_null(optional_id(j.plan.value))
        .text(j.currency.code())
        .day(j.business_date)
        .day(j.value_date);
    if (j.source_ref) {
      copy.text(*j.source_ref);
    } else {
      copy.null();
    }
    copy.int8_or_null(optional_id(j.reverses.value)).int4s(r.debit).int4s(r.credit).int8s(r.amount);
  }
  copy.finish();
}

}  // namespace store
