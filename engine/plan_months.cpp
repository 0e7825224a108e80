#include "engine/plan_months.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/book.h"
#include "engine/customer_close.h"
#include "sql/store/statement_store.h"

namespace engine {
namespace {

auto key_of(const store::PlanRow& plan) { return std::pair(plan.party, plan.id); }

base::Day month_end_before(base::Day end) {
  return base::plus_days(end, -static_cast<int>(unsigned(base::ymd(end).day())));
}

}  // namespace

PlanMonths::PlanMonths(store::Session& session, const std::vector<base::Day>& month_ends,
                       std::shared_ptr<const Catalog> catalog)
    : catalog_(std::move(catalog)) {
  streams_.reserve(month_ends.size());
  for (const base::Day day : month_ends) {
    const store::Reading reading{.as_of = day, .sealed_through = day};
    streams_.push_back({day, store::OwingPlanCursor(session, reading)});
  }
}

const store::PlanRow* PlanMonths::peek(Stream& stream) const {
  while (true) {
    if (stream.at == stream.rows.size()) {
      stream.rows = stream.cursor.next();
      stream.at = 0;
      if (stream.rows.empty()) return nullptr;
      for (store::PlanRow& plan : stream.rows) refresh_plan(plan, stream.day, *catalog_);
    }
    const store::PlanRow& plan = stream.rows[stream.at];
    if (plan.status == store::PlanStatus::Active) return &plan;
    ++stream.at;
  }
}

std::optional<PlanHistoryRow> PlanMonths::next() {
  const store::PlanRow* first = nullptr;
  for (Stream& stream : streams_) {
    const store::PlanRow* plan = peek(stream);
    if (plan != nullptr && (first == nullptr || key_of(*plan) < key_of(*first))) first = plan;
  }
  if (first == nullptr) return std::nullopt;
  PlanHistoryRow row{first->party,         first->id,       first->currency,
                     first->business_date, first->financed, {}};
  for (Stream& stream : streams_) {
    const store::PlanRow* plan = peek(stream);
    auto& standing = row.at.emplace_back();
    if (plan == nullptr || key_of(*plan) != std::pair(row.party, row.plan)) continue;
    standing = {plan->dpd, plan->outstanding};
    ++stream.at;
  }
  return row;
}

std::shared_ptr<const Catalog> catalog_of(store::Session& session, base::Day day) {
  const store::Reading reading{.as_of = day, .sealed_through = day};
  return load_catalog(session, store::find_catalog_version(session, reading));
}

std::vector<base::Day> month_ends(base::Day first, base::Day last) {
  std::vector<base::Day> ends;
  for (base::Day end = base::end_of_month(first); end <= base::end_of_month(last);
       end = base::end_of_month(base::plus_days(end, 1))) {
    ends.push_back(end);
  }
  return ends;
}

ReportResult<std::vector<base::Day>> take_months(store::Session& session,
                                                 const MonthRequest& request, int months_before) {
  auto closed = closed_date(session, std::nullopt);
  if (!closed) return std::unexpected(closed.error());
  if (request.known_at) {
    const auto reading = take_reading(session, {.known_at = request.known_at});
    if (!reading) return std::unexpected(reading.error());
    closed = reading->sealed_through;
  }
  const base::Day opened = store::find_book_dates(session)->opens_on;
  const base::Day through = base::end_of_month(*closed);
  base::Day last = *closed == through ? through : month_end_before(through);
  if (request.last) last = base::end_of_month(*request.last);
  base::Day first = last;
  for (int i = 0; i < months_before && first > base::end_of_month(opened); ++i) {
    first = month_end_before(first);
  }
  if (request.first) first = base::end_of_month(*request.first);
  for (const base::Day end : {last, first}) {
    const auto day = closed_date(session, end);
    if (!day) return std::unexpected(day.error());
    if (end > *closed) {
      return refused(ReportRefusal::DateNotClosed,
                     fmt::format("{} was not sealed at {}", base::to_string(end),
                                 base::to_string(*request.known_at)));
    }
  }
  const auto dates = in_order(first, last);
  if (!dates) return std::unexpected(dates.error());
  return month_ends(first, last);
}

}  // namespace engine
