#include "engine/debit_answers.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/check.h"
#include "sql/store/debit_store.h"

namespace engine {
namespace {

using input::InputError;
using store::DebitStanding;
using store::DebitStatus;

constexpr std::array<std::string_view, 6> kColumns = {"debit_ref", "status", "amount",
                                                      "currency",  "at",     "reason"};
constexpr std::size_t kRequired = 2;
constexpr std::size_t kReasonMax = 500;

std::optional<DebitResult> result_of(std::string_view status) {
  if (status == "paid") return DebitResult::Paid;
  if (status == "failed") return DebitResult::Failed;
  if (status == "unknown") return DebitResult::Unknown;
  if (status == "pending") return DebitResult::Pending;
  return std::nullopt;
}

AnsweredDebit refused(std::string code, std::string field, std::string value, std::string detail) {
  return {.code = std::move(code),
          .field = std::move(field),
          .value = std::move(value),
          .detail = std::move(detail)};
}

bool is_same_amount(const DebitAnswer& answer, const DebitStanding& debit) {
  if (!answer.currency.empty() && answer.currency != debit.currency.code()) return false;
  if (answer.amount.empty()) return true;
  const auto amount = base::parse_money(answer.amount, debit.currency);
  return amount && amount->minor() == debit.amount;
}

/// What the answer means for an instruction that stands as it does (domain §1.1: UNKNOWN becomes
/// paid or failed; what is paid or failed stays so).
AnsweredDebit decide(const DebitAnswer& answer, const DebitStanding& debit) {
  AnsweredDebit result{.currency = debit.currency, .amount = debit.amount};
  const auto outcome = [&](DebitOutcome o) {
    result.outcome = o;
    return result;
  };
  switch (debit.status) {
    case DebitStatus::Instructed:
    case DebitStatus::Unknown:
      switch (*answer.result) {
        case DebitResult::Paid:
          return outcome(DebitOutcome::Paid);
        case DebitResult::Failed:
          return outcome(DebitOutcome::Failed);
        case DebitResult::Unknown:
          return outcome(debit.status == DebitStatus::Unknown ? DebitOutcome::Repeated
                                                              : DebitOutcome::Unknown);
        case DebitResult::Pending:
          return outcome(DebitOutcome::Pending);
      }
      break;
    case DebitStatus::Paid:
      if (*answer.result != DebitResult::Failed) return outcome(DebitOutcome::Repeated);
      return refused("DEBIT_PAID_BEFORE", "status", answer.status,
                     fmt::format("{} was paid and is booked; if the payer's bank took it back, "
                                 "that is the event chargeback",
                                 debit.debit_ref));
    case DebitStatus::Failed:
      if (*answer.result != DebitResult::Paid) return outcome(DebitOutcome::Repeated);
      return refused("DEBIT_FAILED_BEFORE", "status", answer.status,
                     fmt::format("{} failed before and may have been tried again; ask the channel, "
                                 "and import the money as a repayment if it is there",
                                 debit.debit_ref));
  }
  std::unreachable();
}

AnsweredDebit check(const DebitAnswer& answer, const std::map<std::string, DebitStanding>& debits) {
  if (!answer.fault.empty()) return refused("RECORD_INVALID", "", "", answer.fault);
  const auto found = debits.find(answer.debit_ref);
  if (found == debits.end()) {
    return refused("DEBIT_UNKNOWN", "debit_ref", answer.debit_ref,
                   "no instruction has this reference");
  }
  if (!answer.result) {
    return refused("STATUS_UNKNOWN", "status", answer.status,
                   "a status is paid, failed, unknown or pending");
  }
  if (!is_same_amount(answer, found->second)) {
    return refused(
        "DEBIT_AMOUNT_DIFFERS", "amount",
        answer.currency.empty() ? answer.amount
                                : fmt::format("{} {}", answer.amount, answer.currency),
        fmt::format("{} is of {} {}", answer.debit_ref,
                    base::to_decimal(found->second.amount, found->second.currency.exponent()),
                    found->second.currency.code()));
  }
  return decide(answer, found->second);
}

DebitStatus status_of(DebitOutcome outcome) {
  return outcome == DebitOutcome::Paid     ? DebitStatus::Paid
         : outcome == DebitOutcome::Failed ? DebitStatus::Failed
                                           : DebitStatus::Unknown;
}

bool is_change(DebitOutcome outcome) {
  return outcome == DebitOutcome::Paid || outcome == DebitOutcome::Failed ||
         outcome == DebitOutcome::Unknown;
}

/// At most so many bytes, cut between characters.
std::string cut(std::string text) {
  if (text.size() <= kReasonMax) return text;
  std::size_t end = kReasonMax;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  text.resize(end);
  return text;
}

}  // namespace

DebitAnswers::DebitAnswers(const std::string& path) : reader_(input::ByteSource(path)) {
  input::Record header;
  if (!reader_.next(header) || header.fault != input::RecordFault::None) {
    throw InputError(path + ": the file has no header");
  }
  width_ = header.fields.size();
  for (std::size_t i = 0; i < kColumns.size(); ++i) {
    const auto found = std::ranges::find(header.fields, kColumns[i]);
    if (found != header.fields.end()) {
      at_[i] = static_cast<std::size_t>(found - header.fields.begin());
      if (std::ranges::count(header.fields, kColumns[i]) > 1) {
        throw InputError(fmt::format("{}: the column {} is there twice", path, kColumns[i]));
      }
    } else if (i < kRequired) {
      throw InputError(fmt::format("{}: the column {} is missing", path, kColumns[i]));
    }
  }
}

bool DebitAnswers::next(DebitAnswer& answer) {
  input::Record record;
  if (!reader_.next(record)) return false;
  answer = {.line = record.line};
  if (record.fault != input::RecordFault::None) {
    answer.fault = input::sentence(record.fault);
    return true;
  }
  if (record.fields.size() != width_) {
    answer.fault = fmt::format("{} fields where the header has {}", record.fields.size(), width_);
    return true;
  }
  const std::array fields = {&answer.debit_ref, &answer.status, &answer.amount,
                             &answer.currency,  &answer.at,     &answer.reason};
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (at_[i]) *fields[i] = record.fields[*at_[i]];
  }
  answer.result = result_of(answer.status);
  if (answer.debit_ref.empty()) answer.fault = "debit_ref is empty";
  return true;
}

std::vector<AnsweredDebit> answer_debits(Engine& engine, std::span<const DebitAnswer> answers,
                                         base::Instant at, const BatchContext& context) {
  std::vector<std::string> refs;
  for (const DebitAnswer& answer : answers) {
    if (answer.fault.empty()) refs.push_back(answer.debit_ref);
  }
  CHECK(std::set(refs.begin(), refs.end()).size() == refs.size(),
        "two answers about one instruction in a batch");
  const store::DebitAnswerLock lock(engine.session());
  std::map<std::string, DebitStanding> debits;
  for (DebitStanding& debit : store::load_debits(engine.session(), refs)) {
    debits.emplace(debit.debit_ref, debit);
  }
  std::vector<AnsweredDebit> results;
  std::vector<Repayment> repayments;
  std::vector<std::size_t> places;  // of the repayments' answers
  for (const DebitAnswer& answer : answers) {
    AnsweredDebit result = check(answer, debits);
    if (result.outcome == DebitOutcome::Paid) {
      const auto when = answer.at.empty() ? std::optional(at)
                                          : base::parse_instant(answer.at, engine.catalog().zone);
      if (when) {
        const DebitStanding& debit = debits.at(answer.debit_ref);
        repayments.push_back({.ref = debit.debit_ref,
                              .customer = debit.customer,
                              .paid_at = *when,
                              .amount = {debit.amount, debit.currency},
                              .channel = debit.channel});
        places.push_back(results.size());
      } else {
        result = refused("TIME_INVALID", "at", answer.at,
                         "a time is RFC 3339, or local to the book's zone");
      }
    }
    results.push_back(std::move(result));
  }
  if (!repayments.empty()) {
    const std::vector<ItemResult> posted = engine.repay(repayments, context);
    for (std::size_t i = 0; i < posted.size(); ++i) {
      if (posted[i].status == Status::Posted || posted[i].status == Status::Repeated) continue;
      const Refusal refusal = posted[i].refusal;
      // Broken off after it was posted, and said again with another time: it is there already.
      if (refusal == Refusal::IdempotencyConflict &&
          store::is_debit_posted(engine.session(), debits.at(answers[places[i]].debit_ref))) {
        continue;
      }
      results[places[i]] = refused(std::string(code(refusal)), std::string(field(refusal)), "",
                                   std::string(sentence(refusal)));
    }
  }
  std::vector<store::DebitAnswered> changes;
  for (std::size_t i = 0; i < results.size(); ++i) {
    if (!is_change(results[i].outcome)) continue;
    changes.push_back(
        {answers[i].debit_ref, status_of(results[i].outcome), cut(answers[i].reason)});
  }
  if (!changes.empty()) store::update_debits(engine.session(), changes, at);
  return results;
}

}  // namespace engine
