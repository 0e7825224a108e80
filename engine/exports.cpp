#include "engine/exports.h"

#include <fmt/format.h>

#include <map>

#include "base/check.h"
#include "base/wide.h"
#include "ledger/chart.h"

namespace engine {

std::unexpected<ReportRefused> refused(ReportRefusal refusal, std::string sentence) {
  return std::unexpected(ReportRefused{refusal, std::move(sentence)});
}

std::string_view code(ReportRefusal refusal) {
  switch (refusal) {
    case ReportRefusal::BookMissing:
      return "BOOK_MISSING";
    case ReportRefusal::DateNotClosed:
      return "DATE_NOT_CLOSED";
    case ReportRefusal::DateBeforeBook:
      return "DATE_BEFORE_BOOK";
    case ReportRefusal::DatesReversed:
      return "DATES_REVERSED";
  }
  std::unreachable();
}

std::string_view name(store::PlanStatus status) {
  switch (status) {
    case store::PlanStatus::Active:
      return "active";
    case store::PlanStatus::Settled:
      return "settled";
    case store::PlanStatus::Refunded:
      return "refunded";
    case store::PlanStatus::Disputed:
      return "disputed";
    case store::PlanStatus::ChargedOff:
      return "charged_off";
  }
  std::unreachable();
}

std::string_view name(store::LimitAction action) {
  switch (action) {
    case store::LimitAction::Block:
      return "block";
    case store::LimitAction::Cut:
      return "cut";
    case store::LimitAction::Close:
      return "close";
    case store::LimitAction::Unblock:
      return "unblock";
    case store::LimitAction::Restore:
      return "restore";
  }
  std::unreachable();
}

std::string_view name(store::Block block) {
  switch (block) {
    case store::Block::None:
      return "none";
    case store::Block::UntilPaid:
      return "until_paid";
    case store::Block::Closed:
      return "closed";
  }
  std::unreachable();
}

ReportResult<base::Day> closed_date(store::Session& session, std::optional<base::Day> asked) {
  const auto book = store::find_book_dates(session);
  if (!book) return refused(ReportRefusal::BookMissing, "the database has no book yet");
  if (book->closed_through < book->opens_on) {
    return refused(ReportRefusal::DateNotClosed,
                   fmt::format("no date of the book is closed yet; it opened on {}",
                               base::to_string(book->opens_on)));
  }
  if (!asked) return book->closed_through;
  if (*asked > book->closed_through) {
    return refused(ReportRefusal::DateNotClosed,
                   fmt::format("{} is not closed: the book is closed through {}",
                               base::to_string(*asked), base::to_string(book->closed_through)));
  }
  if (*asked < book->opens_on) {
    return refused(ReportRefusal::DateBeforeBook,
                   fmt::format("{} is before the book opened, on {}", base::to_string(*asked),
                               base::to_string(book->opens_on)));
  }
  return *asked;
}

ReportResult<DateRange> lines_dates(store::Session& session, std::optional<base::Day> from,
                                    std::optional<base::Day> to) {
  const auto last = closed_date(session, to);
  if (!last) return std::unexpected(last.error());
  const auto first = closed_date(session, from ? from : *last);
  if (!first) return std::unexpected(first.error());
  return in_order(*first, *last);
}

ReportResult<TrialBalance> trial_balance(store::Session& session, std::optional<base::Day> as_of) {
  const auto day = closed_date(session, as_of);
  if (!day) return std::unexpected(day.error());
  TrialBalance balance{*day, store::list_balances(session, *day)};
  std::map<std::pair<base::Currency, bool>, base::int128> sums;
  for (const auto& [account, minor] : balance.rows) {
    sums[{account.currency, ledger::is_memo(account.code)}] += minor;
  }
  for (const auto& [key, sum] : sums) {
    CHECK(sum == 0, "debits exceed credits by {} minor units of {} on {}", base::narrow(sum),
          key.first.code(), base::to_string(*day));
  }
  return balance;
}

ReportResult<DateRange> in_order(base::Day first, base::Day last) {
  if (first > last) {
    return refused(ReportRefusal::DatesReversed,
                   fmt::format("the dates start on {}, after their end on {}",
                               base::to_string(first), base::to_string(last)));
  }
  return DateRange{first, last};
}

}  // namespace engine
