#include "engine/sign_off.h"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>

namespace engine {
namespace {

std::string decimal(std::int64_t minor, base::Currency currency) {
  return base::to_decimal(minor, currency.exponent());
}

bool is_settled(const store::StandingBreak& b) {
  return b.state == "resolved" || b.state == "closed";
}

bool is_obstacle(const store::StandingBreak& b, base::Day as_of) {
  if (is_settled(b)) return false;
  return b.type != "TIMING" || base::days_between(b.day, as_of) > kTimingDaysMax;
}

store::SignoffSum& sum_of(std::vector<store::SignoffSum>& sums, base::Currency currency) {
  auto found = std::ranges::find(sums, currency, &store::SignoffSum::currency);
  if (found == sums.end()) {
    sums.push_back({.currency = currency, .proof = {.currency = currency}});
    found = std::prev(sums.end());
  }
  return *found;
}

std::string hash_of(const std::vector<std::string>& files) {
  std::string text;
  for (const std::string& file : files) text += file.substr(file.find_last_of(' ') + 1) + "\n";
  std::string hash(crypto_hash_sha256_BYTES, '\0');
  crypto_hash_sha256(reinterpret_cast<unsigned char*>(hash.data()),
                     reinterpret_cast<const unsigned char*>(text.data()), text.size());
  return hash;
}

/// Reads what a date is made of; the transaction holds what was found.
class DateReader {
 public:
  DateReader(store::Session& session, const store::Comparison& comparison)
      : session_(session), comparison_(comparison) {}

  DateReport read(const Reconciliation& result) {
    DateReport report{.row = {.channel = comparison_.channel,
                              .day = comparison_.to,
                              .days = base::days_between(comparison_.from, comparison_.to) + 1},
                      .breaks = {}};
    read_files(report.row);
    for (const MatchedSum& sum : result.matched) {
      if (sum.day != comparison_.to) continue;
      store::SignoffSum& of = sum_of(report.row.sums, sum.currency);
      of.matched_count += sum.count;
      of.matched += sum.amount;
    }
    for (const store::BalanceProof& proof :
         store::prove_balance(session_, comparison_.channel, comparison_.from, comparison_.to)) {
      sum_of(report.row.sums, proof.currency).proof = proof;
    }
    store::list_standing(session_, comparison_.channel, comparison_.from, [&](auto b) {
      store::SignoffSum& of = sum_of(report.row.sums, b.currency);
      if (is_settled(b)) {
        ++of.resolved_count;
        of.resolved += b.amount;
      } else if (b.type == "TIMING") {
        ++of.timing_count;
        of.timing += b.amount;
      }
      report.breaks.push_back(std::move(b));
    });
    std::ranges::sort(report.row.sums, {}, &store::SignoffSum::currency);
    report.obstacle = find_obstacle(report, result);
    return report;
  }

 private:
  void read_files(store::SignoffRow& row) {
    for (const auto& file :
         store::list_evidence(session_, comparison_.channel, comparison_.from, comparison_.to)) {
      row.files.push_back(fmt::format("{} {}{} {}", base::to_string(file.day), file.name,
                                      file.is_other ? " (came later, not taken)" : "",
                                      file.sha256));
    }
    row.files_hash = hash_of(row.files);
  }

  std::optional<ReconcileProblem> find_obstacle(const DateReport& report,
                                                const Reconciliation& result) {
    const base::Day date = comparison_.to;
    if (!store::is_posted(session_, date)) {
      return ReconcileProblem{"DATE_NOT_CLOSED", fmt::format("{} is not closed, so its balance can "
                                                             "still change",
                                                             base::to_string(date))};
    }
    const bool has_items =
        std::ranges::any_of(report.breaks,
                            [&](const auto& b) { return b.day == date && b.stage == 1; }) ||
        std::ranges::any_of(result.matched, [&](const auto& sum) { return sum.day == date; });
    if (has_items && !store::has_bill(session_, comparison_.channel, date)) {
      return ReconcileProblem{
          "BILL_MISSING", fmt::format("no trade bill of {} has been taken", base::to_string(date))};
    }
    std::int64_t count = 0;
    const store::StandingBreak* oldest = nullptr;
    for (const store::StandingBreak& b : report.breaks) {
      if (!is_obstacle(b, date)) continue;
      ++count;
      if (oldest == nullptr) oldest = &b;  // they come by date
    }
    if (count > 0) {
      return ReconcileProblem{
          "BREAKS_OPEN",
          fmt::format("{} break{} open; the oldest is {}: {} of {}, {} {} {}", count,
                      count == 1 ? " is" : "s are", oldest->id, oldest->type,
                      base::to_string(oldest->day),
                      oldest->our_ref.empty() ? oldest->their_ref : oldest->our_ref,
                      decimal(oldest->amount, oldest->currency), oldest->currency.code())};
    }
    return find_unproven(report);
  }

  static std::optional<ReconcileProblem> find_unproven(const DateReport& report) {
    for (const store::SignoffSum& sum : report.row.sums) {
      const store::BalanceProof& p = sum.proof;
      if (p.unexplained() == 0) continue;
      const auto text = [&](std::int64_t minor) { return decimal(minor, p.currency); };
      return ReconcileProblem{
          "BALANCE_UNPROVEN",
          fmt::format("1011 is {} {}, but billed {}, settled {}, other {}, less breaks {} and "
                      "posted later {} leaves {} unexplained: look at more dates (--days)",
                      text(p.ledger), p.currency.code(), text(p.billed), text(p.paid),
                      text(p.other), text(p.apart), text(p.later), text(p.unexplained()))};
    }
    return std::nullopt;
  }

  store::Session& session_;
  const store::Comparison& comparison_;
};

}  // namespace

base::Result<DateReport, ReconcileProblem> sign_off(store::Session& session,
                                                    const store::Comparison& comparison,
                                                    const std::string& by,
                                                    const std::string& approved_by) {
  if (by == approved_by) {
    return std::unexpected(
        ReconcileProblem{"SECOND_PERSON_MISSING", "one person signs and another approves"});
  }
  store::Transaction transaction(session);
  store::lock_breaks(session, comparison.channel);
  if (store::is_signed(session, comparison.channel, comparison.to)) {
    return std::unexpected(ReconcileProblem{
        "DATE_SIGNED",
        fmt::format("{} is signed: its result stays", base::to_string(comparison.to))});
  }
  const auto last = store::find_last_run(session, comparison.channel);
  const bool is_behind = !last || *last <= comparison.to;
  const Scope scope = is_behind ? with_late(session, comparison) : Scope{comparison};
  DateReport report;
  try {
    const Reconciliation result =
        is_behind ? find_and_sync(session, scope.comparison, true, [](const auto&) {})
                  : find_only(session, scope.comparison);
    report = DateReader(session, scope.comparison).read(result);
  } catch (const CalendarMissing& missing) {
    return std::unexpected(ReconcileProblem{"CALENDAR_YEAR_MISSING", missing.what()});
  }
  if (report.obstacle) return std::unexpected(*report.obstacle);
  report.row.signed_by = by;
  report.row.approved_by = approved_by;
  store::insert_signoff(session, report.row, scope.comparison.from);
  transaction.commit();
  report.row = store::find_signoff(session, comparison.channel, comparison.to).value();
  return report;
}

DateReport report_date(store::Session& session, const store::Comparison& comparison) {
  store::Transaction transaction(session);
  if (auto row = store::find_signoff(session, comparison.channel, comparison.to)) {
    DateReport report{.row = *std::move(row), .breaks = {}};
    store::list_signed_breaks(session, comparison.channel, comparison.to,
                              [&](auto b) { report.breaks.push_back(std::move(b)); });
    return report;
  }
  const auto last = store::find_last_run(session, comparison.channel);
  const bool is_behind = !last || *last <= comparison.to;
  const Scope scope = is_behind ? with_late(session, comparison) : Scope{comparison};
  return DateReader(session, scope.comparison).read(find_only(session, scope.comparison));
}

}  // namespace engine
