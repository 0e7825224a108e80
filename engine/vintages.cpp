// What became of the purchases of each month, by months on book.
#include <map>

#include "engine/book.h"
#include "engine/financial_reports.h"
#include "engine/plan_months.h"
#include "sql/store/vintage_store.h"

namespace engine {
namespace {

constexpr int kMoreThanAMonth = 30;    // stage 2, bucket M2 (domain §1.8)
constexpr int kMoreThanAQuarter = 90;  // stage 3, bucket M4

struct Observed {
  std::int64_t outstanding = 0;
  std::int64_t ever_30 = 0;  ///< financed of plans that were this late at a month end so far
  std::int64_t ever_90 = 0;
  std::int64_t charged_off = 0;
};

struct Vintage {
  std::int64_t plans = 0;
  std::int64_t financed = 0;
  std::vector<Observed> at;  ///< by month end of the report
};

class Vintages : public TableSource {
 public:
  Vintages(store::Session& session, std::vector<base::Day> ends) : ends_(std::move(ends)) {
    const base::Day first = base::plus_days(
        ends_.front(), 1 - static_cast<int>(unsigned(base::ymd(ends_.front()).day())));
    for (const store::PurchaseMonth& month :
         store::sum_purchases_by_month(session, first, ends_.back())) {
      Vintage& vintage = vintages_[{month.month_end, month.currency}];
      vintage = {month.plans, month.financed, std::vector<Observed>(ends_.size())};
    }
    for (const store::ChargeOffMonth& month :
         store::sum_charge_offs_by_month(session, first, ends_.back())) {
      for (std::size_t i = 0; i < ends_.size(); ++i) {
        if (ends_[i] < month.charged_off) continue;
        vintages_.at({month.bought, month.currency}).at[i].charged_off += month.principal;
      }
    }
    PlanMonths plans(session, ends_, catalog_of(session, ends_.back()));
    for (auto plan = plans.next(); plan; plan = plans.next()) {
      if (plan->bought_on >= first) add(*plan);
    }
  }

  bool append_rows(TableWriter& out) override {
    for (const auto& [key, vintage] : vintages_) {
      std::int64_t months_on_book = 0;
      for (std::size_t i = 0; i < ends_.size(); ++i) {
        if (ends_[i] < key.first) continue;
        append_row(out, key.first, key.second, vintage, i, months_on_book++);
      }
      out.rule();
    }
    return false;
  }

 private:
  void add(const PlanHistoryRow& plan) {
    Vintage& vintage = vintages_.at({base::end_of_month(plan.bought_on), plan.currency});
    bool was_30 = false, was_90 = false;
    for (std::size_t i = 0; i < ends_.size(); ++i) {
      Observed& observed = vintage.at[i];
      if (plan.at[i]) {
        observed.outstanding += plan.at[i]->outstanding;
        was_30 = was_30 || plan.at[i]->dpd > kMoreThanAMonth;
        was_90 = was_90 || plan.at[i]->dpd > kMoreThanAQuarter;
      }
      if (was_30) observed.ever_30 += plan.financed;
      if (was_90) observed.ever_90 += plan.financed;
    }
  }

  void append_row(TableWriter& out, base::Day bought, base::Currency currency,
                  const Vintage& vintage, std::size_t i, std::int64_t months_on_book) const {
    const Observed& observed = vintage.at[i];
    Row row(out);
    row.text(base::to_string(bought).substr(0, 7)).text(currency.code()).number(months_on_book);
    row.day(ends_[i]).number(vintage.plans).amount(vintage.financed, currency);
    for (const std::int64_t amount :
         {observed.outstanding, observed.ever_30, observed.ever_90, observed.charged_off}) {
      row.amount(amount, currency).share(amount, vintage.financed);
    }
  }

  std::vector<base::Day> ends_;
  std::map<std::pair<base::Day, base::Currency>, Vintage> vintages_;
};

std::vector<TableColumn> columns() {
  return {{"bought", 9},          {"currency", 9},
          {"months_on_book", 15}, {"as_of", 12},
          {"plans", 10},          {"financed", 18},
          {"outstanding", 18},    {"outstanding_percent", 20},
          {"ever_30", 18},        {"ever_30_percent", 16},
          {"ever_90", 18},        {"ever_90_percent", 16},
          {"charged_off", 18},    {"charged_off_percent", 20}};
}

}  // namespace

ReportAnswer report_vintages(store::Session& session, const MonthRequest& request) {
  const auto ends = take_months(session, request, kVintageMonths);
  if (!ends) return std::unexpected(ends.error());
  return Report{{.name = "vintages", .columns = columns(), .created = ends->back()},
                [ends = *ends](store::Session& snapshot) {
                  return std::make_unique<Vintages>(snapshot, ends);
                }};
}

}  // namespace engine
