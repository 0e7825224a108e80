#include "engine/answer_payouts.h"

#include <fmt/format.h>

#include <map>
#include <set>

#include "base/check.h"
#include "sql/store/payout_file_store.h"
#include "sql/store/statement_store.h"

namespace engine {
namespace {

AnsweredPayout refused(std::string code, std::string field, std::string value, std::string detail) {
  return {.code = std::move(code),
          .field = std::move(field),
          .value = std::move(value),
          .detail = std::move(detail)};
}

std::string amount_of(const store::PayoutStanding& payout) {
  return fmt::format("{} {}", base::to_decimal(payout.amount, payout.currency.exponent()),
                     payout.currency.code());
}

bool is_same_amount(const PayoutAnswer& answer, const store::PayoutStanding& payout) {
  if (!answer.currency.empty() && answer.currency != payout.currency.code()) return false;
  if (answer.amount.empty()) return true;
  const auto amount = base::parse_money(answer.amount, payout.currency);
  return amount && amount->minor() == payout.amount;
}

std::string_view type_of(PayoutOutcome outcome) {
  switch (outcome) {
    case PayoutOutcome::Confirmed:
      return "payout_confirmed";
    case PayoutOutcome::Rejected:
      return "payout_rejected";
    case PayoutOutcome::Returned:
      return "payout_returned";
    case PayoutOutcome::Repeated:
    case PayoutOutcome::Pending:
    case PayoutOutcome::Refused:
      return "";
  }
  std::unreachable();
}

/// What the answer means for a payout that stands as it does.
AnsweredPayout decide(const PayoutAnswer& answer, const store::PayoutStanding& payout) {
  AnsweredPayout result{.currency = payout.currency, .amount = payout.amount};
  const bool is_paid = *answer.answer == BankAnswer::Paid;
  if (*answer.answer == BankAnswer::Pending) {
    result.outcome = PayoutOutcome::Pending;
    return result;
  }
  switch (static_cast<store::PayoutStatus>(payout.status)) {
    case store::PayoutStatus::Instructed:
      result.outcome = is_paid ? PayoutOutcome::Confirmed : PayoutOutcome::Rejected;
      return result;
    case store::PayoutStatus::Confirmed:
      result.outcome = is_paid ? PayoutOutcome::Repeated : PayoutOutcome::Returned;
      return result;
    case store::PayoutStatus::Returned:
      if (!is_paid) {
        result.outcome = PayoutOutcome::Repeated;
        return result;
      }
      // What was confirmed and came back was paid once: the same answer again says nothing new.
      if (payout.confirmed_on) {
        result.outcome = PayoutOutcome::Repeated;
        return result;
      }
      return refused("PAYOUT_REJECTED_BEFORE", "status", answer.status,
                     fmt::format("the bank rejected payout {} before, and its {} are owed to the "
                                 "merchant again",
                                 payout.payout_ref, amount_of(payout)));
  }
  std::unreachable();
}

AnsweredPayout check(const PayoutAnswer& answer,
                     const std::map<std::string, store::PayoutStanding>& payouts) {
  if (!answer.fault.empty()) return refused("RECORD_INVALID", "", "", answer.fault);
  const auto found = payouts.find(answer.payout_ref);
  if (found == payouts.end()) {
    return refused("PAYOUT_UNKNOWN", "payout_ref", answer.payout_ref,
                   "no payout has this reference");
  }
  if (!answer.answer) {
    return refused("STATUS_UNKNOWN", "status", answer.status,
                   "a status is a code of pain.002 (ACSC, RJCT, ...), or accepted, pending, "
                   "rejected");
  }
  if (!is_same_amount(answer, found->second)) {
    return refused("PAYOUT_AMOUNT_DIFFERS", "amount",
                   answer.currency.empty() ? answer.amount : answer.amount + " " + answer.currency,
                   fmt::format("payout {} is {}", answer.payout_ref, amount_of(found->second)));
  }
  return decide(answer, found->second);
}

BookEvent event_of(const PayoutAnswer& answer, const AnsweredPayout& result,
                   const store::PayoutStanding& payout, base::Instant at) {
  return {.ref = fmt::format("{} {}", payout.payout_ref, type_of(result.outcome)),
          .type = std::string(type_of(result.outcome)),
          .at = at,
          .currency = payout.currency,
          .amounts = {{"amount", payout.amount}},
          .merchant = payout.merchant,
          .payout = payout.payout_ref,
          .reason = answer.reason};
}

}  // namespace

std::vector<AnsweredPayout> answer_payouts(Engine& engine, std::span<const PayoutAnswer> answers,
                                           base::Instant at, const BatchContext& context,
                                           bool is_dry_run) {
  std::vector<std::string> refs;
  for (const PayoutAnswer& answer : answers) {
    if (answer.fault.empty()) refs.push_back(answer.payout_ref);
  }
  CHECK(std::set(refs.begin(), refs.end()).size() == refs.size(),
        "two answers about one payout in a batch");
  std::map<std::string, store::PayoutStanding> payouts;
  for (store::PayoutStanding& payout : store::load_payouts(engine.session(), refs)) {
    payouts.emplace(payout.payout_ref, payout);
  }
  std::vector<AnsweredPayout> results;
  std::vector<BookEvent> events;
  std::vector<std::size_t> places;  // of the events' answers
  for (const PayoutAnswer& answer : answers) {
    AnsweredPayout result = check(answer, payouts);
    auto when = std::optional(at);
    if (!type_of(result.outcome).empty() && !answer.at.empty()) {
      when = base::parse_instant(answer.at, engine.catalog().zone);
      if (!when) {
        result = refused("TIME_INVALID", "at", answer.at,
                         "a time is RFC 3339, or local to the book's zone");
      }
    }
    if (!type_of(result.outcome).empty()) {
      events.push_back(event_of(answer, result, payouts.at(answer.payout_ref), *when));
      places.push_back(results.size());
    }
    results.push_back(std::move(result));
  }
  if (is_dry_run || events.empty()) return results;
  const std::vector<ItemResult> posted = engine.record(events, context);
  for (std::size_t i = 0; i < posted.size(); ++i) {
    AnsweredPayout& result = results[places[i]];
    if (posted[i].status == Status::Repeated) result.outcome = PayoutOutcome::Repeated;
    if (posted[i].status == Status::Rejected || posted[i].status == Status::Declined) {
      result = refused(std::string(code(posted[i].refusal)), std::string(field(posted[i].refusal)),
                       "", std::string(sentence(posted[i].refusal)));
    }
  }
  return results;
}

}  // namespace engine
