#include "sql/store/collections_store.h"

#include <fmt/format.h>

#include "sql/store/currency_column.h"
#include "sql/store/rows.h"

namespace store {
namespace {

// An empty array in the table stands for all zeros.
std::vector<std::int64_t> whole(std::vector<std::int64_t> values, std::size_t size) {
  if (values.empty()) values.resize(size, 0);
  return values;
}

// A repayment that the payer's bank took back was none.
constexpr std::string_view kPromises = R"sql(
    SELECT p.party_id, p.currency, p.amount_minor, p.made_at, p.made_on, p.by_date, p.taken_by,
           (SELECT coalesce(sum(r.amount_minor), 0)::bigint FROM repayment r
            WHERE r.party_id = p.party_id AND r.currency = p.currency
              AND r.value_date BETWEEN p.made_on AND p.by_date
              AND NOT EXISTS (SELECT FROM life_event e
                              WHERE e.party_id = r.party_id AND e.subject_event = r.event_id
                                AND e.kind = 'chargeback'))
    FROM payment_promise p)sql";

std::vector<PromiseRow> read_promises(const Rows& rows) {
  std::vector<PromiseRow> promises;
  for (int i = 0; i < rows.size(); ++i) {
    promises.push_back({.party = {rows.int8(i, 0)},
                        .currency = currency_in(rows, i, 1),
                        .amount = rows.int8(i, 2),
                        .made_at = rows.instant(i, 3),
                        .made_on = rows.day(i, 4),
                        .by_date = rows.day(i, 5),
                        .taken_by = std::string(rows.text(i, 6)),
                        .paid = rows.int8(i, 7)});
  }
  return promises;
}

constexpr std::string_view kContacts =
    "SELECT party_id, contacted_at, channel, outcome, note, taken_by FROM customer_contact";

std::vector<ContactRow> read_contacts(const Rows& rows) {
  std::vector<ContactRow> contacts;
  for (int i = 0; i < rows.size(); ++i) {
    contacts.push_back({.party = {rows.int8(i, 0)},
                        .at = rows.instant(i, 1),
                        .channel = std::string(rows.text(i, 2)),
                        .outcome = std::string(rows.text(i, 3)),
                        .note = std::string(rows.text(i, 4)),
                        .taken_by = std::string(rows.text(i, 5))});
  }
  return contacts;
}

}  // namespace

// act_on is next_due or before it, and has the index.
DuePlanCursor::DuePlanCursor(Session& session, base::Day through)
    : cursor_(session, R"sql(
    SELECT p.party_id, p.plan_id, p.purchase_ref, p.product, p.currency, p.business_date,
           p.financed_minor, p.due, p.principal, p.fee, p.interest, p.paid_principal, p.paid_fee,
           p.paid_interest, p.late_fee_minor, p.late_fee_paid_minor, c.ref,
           a.credit_balance_minor, a.outstanding_minor
    FROM plan p
    JOIN party c ON c.party_id = p.party_id
    JOIN credit_account a ON a.party_id = p.party_id AND a.currency = p.currency
    WHERE p.act_on <= $1 AND p.next_due <= $1 AND p.status = 1
    ORDER BY p.party_id, p.currency, p.plan_id)sql",
              Params().day(through)) {}

std::vector<DuePlan> DuePlanCursor::next() {
  const Rows rows = cursor_.next();
  std::vector<DuePlan> plans(static_cast<std::size_t>(rows.size()));
  for (int i = 0; i < rows.size(); ++i) {
    DuePlan& due = plans[static_cast<std::size_t>(i)];
    PlanRow& plan = due.plan;
    plan.party = {rows.int8(i, 0)};
    plan.id = {rows.int8(i, 1)};
    plan.purchase_ref = rows.text(i, 2);
    plan.product = rows.text(i, 3);
    plan.currency = currency_in(rows, i, 4);
    plan.business_date = rows.day(i, 5);
    plan.financed = rows.int8(i, 6);
    plan.due = rows.days(i, 7);
    const std::size_t size = plan.due.size();
    plan.principal = rows.int8s(i, 8);
    plan.fee = whole(rows.int8s(i, 9), size);
    plan.interest = whole(rows.int8s(i, 10), size);
    plan.paid_principal = whole(rows.int8s(i, 11), size);
    plan.paid_fee = whole(rows.int8s(i, 12), size);
    plan.paid_interest = whole(rows.int8s(i, 13), size);
    plan.late_fee = rows.int8(i, 14);
    plan.late_fee_paid = rows.int8(i, 15);
    due.customer = rows.text(i, 16);
    due.credit_balance = rows.int8(i, 17);
    due.outstanding = rows.int8(i, 18);
  }
  return plans;
}

void insert_promise(Session& session, const PromiseRow& promise) {
  query(session, R"sql(
    INSERT INTO payment_promise (party_id, currency, amount_minor, made_at, made_on, by_date,
                                 taken_by)
    VALUES ($1, $2, $3, $4, $5, $6, $7))sql",
        Params()
            .int8(promise.party.value)
            .text(promise.currency.code())
            .int8(promise.amount)
            .instant(promise.made_at)
            .day(promise.made_on)
            .day(promise.by_date)
            .text(promise.taken_by));
}

std::vector<PromiseRow> load_last_promises(Session& session, std::span<const std::int64_t> parties,
                                           base::Day made_through) {
  const auto statement = fmt::format(
      R"sql({} WHERE (p.party_id, p.promise_id) IN (
      SELECT party_id, max(promise_id) FROM payment_promise
      WHERE party_id = ANY ($1) AND made_on <= $2 GROUP BY party_id, currency))sql",
      kPromises);
  return read_promises(
      query(session, statement.c_str(), Params().int8s(parties).day(made_through)));
}

std::vector<PromiseRow> list_promises(Session& session, base::PartyId party) {
  const auto statement =
      fmt::format("{} WHERE p.party_id = $1 ORDER BY p.promise_id DESC", kPromises);
  return read_promises(query(session, statement.c_str(), Params().int8(party.value)));
}

void insert_contact(Session& session, const ContactRow& contact) {
  query(session, R"sql(
    INSERT INTO customer_contact (party_id, contacted_at, channel, outcome, note, taken_by)
    VALUES ($1, $2, $3, $4, $5, $6))sql",
        Params()
            .int8(contact.party.value)
            .instant(contact.at)
            .text(contact.channel)
            .text(contact.outcome)
            .text(contact.note)
            .text(contact.taken_by));
}

std::vector<ContactRow> load_last_contacts(Session& session,
                                           std::span<const std::int64_t> parties) {
  const auto statement = fmt::format(
      R"sql(SELECT DISTINCT ON (party_id) * FROM ({} WHERE party_id = ANY ($1)) c
      ORDER BY party_id, contacted_at DESC)sql",
      kContacts);
  return read_contacts(query(session, statement.c_str(), Params().int8s(parties)));
}

std::vector<ContactRow> list_contacts(Session& session, base::PartyId party, int count) {
  const auto statement = fmt::format(
      "{} WHERE party_id = $1 ORDER BY contacted_at DESC, contact_id DESC LIMIT $2", kContacts);
  return read_contacts(query(session, statement.c_str(), Params().int8(party.value).int4(count)));
}

std::int64_t count_contacts(Session& session, base::PartyId party, base::Instant from,
                            base::Instant to) {
  return query(session, R"sql(
    SELECT count(*) FROM customer_contact
    WHERE party_id = $1 AND contacted_at >= $2 AND contacted_at < $3)sql",
               Params().int8(party.value).instant(from).instant(to))
      .int8(0, 0);
}

}  // namespace store
