// Which bucket of days past due plans went to from one month end to the next.
#include <array>
#include <map>

#include "engine/ageing.h"
#include "engine/book.h"
#include "engine/financial_reports.h"
#include "engine/plan_months.h"
#include "sql/store/vintage_store.h"

namespace engine {
namespace {

/// Where a plan is at a month end: one of the buckets, or beside them.
constexpr std::size_t kPaid = kBuckets;
constexpr std::size_t kRefunded = kBuckets + 1;
constexpr std::size_t kChargedOff = kBuckets + 2;
constexpr std::size_t kTos = kBuckets + 3;
/// What came from no bucket: bought since, or open again.
constexpr std::size_t kNew = kBuckets;
constexpr std::size_t kReopened = kBuckets + 1;
constexpr std::size_t kFroms = kBuckets + 2;

std::string_view name_of_to(std::size_t to) {
  constexpr std::array<std::string_view, 3> kNames = {"paid", "refunded", "charged off"};
  return to < kBuckets ? bucket_range(to).name : kNames[to - kBuckets];
}

std::string_view name_of_from(std::size_t from) {
  constexpr std::array<std::string_view, 2> kNames = {"new", "reopened"};
  return from < kBuckets ? bucket_range(from).name : kNames[from - kBuckets];
}

struct Cell {
  std::int64_t plans = 0;
  std::int64_t before = 0;  ///< outstanding at the first month end
  std::int64_t after = 0;   ///< at the second

  void add(const Cell& other) {
    plans += other.plans;
    before += other.before;
    after += other.after;
  }
};
using Matrix = std::array<std::array<Cell, kTos>, kFroms>;

Cell row_sum(const std::array<Cell, kTos>& cells) {
  Cell sum;
  for (const Cell& cell : cells) sum.add(cell);
  return sum;
}

/// What ended plans, asked for in the order of the plans.
class Endings {
 public:
  Endings(store::Session& session, base::Day first, base::Day last)
      : cursor_(session, first, last), rows_(cursor_.next()) {}

  /// The plan left its bucket in the month that ends there, by what last touched it.
  std::size_t of(const PlanHistoryRow& plan, base::Day month_end) {
    const auto wanted = std::tuple(plan.party, plan.plan, month_end);
    while (at_ < rows_.size()) {
      const store::LastAllocation& row = rows_[at_];
      const auto found = std::tuple(row.party, row.plan, row.month_end);
      if (found == wanted) return ending_of(row.kind);
      if (found > wanted) break;
      if (++at_ == rows_.size()) {
        rows_ = cursor_.next();
        at_ = 0;
      }
    }
    return kPaid;  // a schedule without anything left to pay
  }

 private:
  static std::size_t ending_of(store::AllocationKind kind) {
    switch (kind) {
      case store::AllocationKind::Refund:
        return kRefunded;
      case store::AllocationKind::ChargeOff:
        return kChargedOff;
      case store::AllocationKind::Repayment:
      case store::AllocationKind::FromCredit:
      case store::AllocationKind::Waiver:
      case store::AllocationKind::Chargeback:
      case store::AllocationKind::Takeover:
        return kPaid;
    }
    std::unreachable();
  }

  store::LastAllocationCursor cursor_;
  std::vector<store::LastAllocation> rows_;
  std::size_t at_ = 0;
};

/// A matrix for each pair of month ends and currency.
class RollRates {
 public:
  RollRates(store::Session& session, std::vector<base::Day> ends) : ends_(std::move(ends)) {
    Endings endings(session, base::plus_days(ends_.front(), 1), ends_.back());
    PlanMonths plans(session, ends_, catalog_of(session, ends_.back()));
    for (auto plan = plans.next(); plan; plan = plans.next()) {
      for (std::size_t i = 0; i + 1 < ends_.size(); ++i) add(*plan, i, endings);
    }
  }

  const std::vector<base::Day>& ends() const { return ends_; }
  const std::map<std::pair<std::size_t, base::Currency>, Matrix>& matrices() const {
    return matrices_;
  }

 private:
  void add(const PlanHistoryRow& plan, std::size_t i, Endings& endings) {
    const auto& before = plan.at[i];
    const auto& after = plan.at[i + 1];
    if (!before && !after) return;
    const std::size_t from = before                      ? bucket_of(before->dpd)
                             : plan.bought_on > ends_[i] ? kNew
                                                         : kReopened;
    const std::size_t to = after ? bucket_of(after->dpd) : endings.of(plan, ends_[i + 1]);
    matrices_[{i, plan.currency}][from][to].add({.plans = 1,
                                                 .before = before ? before->outstanding : 0,
                                                 .after = after ? after->outstanding : 0});
  }

  std::vector<base::Day> ends_;
  std::map<std::pair<std::size_t, base::Currency>, Matrix> matrices_;
};

/// A row for each move that plans made.
class RollRateMoves : public TableSource {
 public:
  RollRateMoves(store::Session& session, const std::vector<base::Day>& ends)
      : rates_(session, ends) {}

  bool append_rows(TableWriter& out) override {
    for (const auto& [key, matrix] : rates_.matrices()) {
      const auto& [i, currency] = key;
      for (std::size_t from = 0; from < kFroms; ++from) {
        const Cell whole = row_sum(matrix[from]);
        for (std::size_t to = 0; to < kTos; ++to) {
          const Cell& cell = matrix[from][to];
          if (cell.plans == 0) continue;
          Row(out)
              .day(rates_.ends()[i])
              .day(rates_.ends()[i + 1])
              .text(currency.code())
              .text(name_of_from(from))
              .text(name_of_to(to))
              .number(cell.plans)
              .share(cell.plans, whole.plans)
              .amount(cell.before, currency)
              .share(cell.before, whole.before)
              .amount(cell.after, currency);
        }
      }
      out.rule();
    }
    return false;
  }

 private:
  RollRates rates_;
};

/// A row for each bucket: where the principal that was in it went.
class RollRateMatrix : public TableSource {
 public:
  RollRateMatrix(store::Session& session, const std::vector<base::Day>& ends)
      : rates_(session, ends) {}

  bool append_rows(TableWriter& out) override {
    for (const auto& [key, matrix] : rates_.matrices()) {
      const auto& [i, currency] = key;
      for (std::size_t from = 0; from < kBuckets; ++from) {
        const Cell whole = row_sum(matrix[from]);
        Row row(out);
        row.day(rates_.ends()[i]).day(rates_.ends()[i + 1]).text(currency.code());
        row.text(name_of_from(from)).number(whole.plans).amount(whole.before, currency);
        for (const Cell& cell : matrix[from]) row.share(cell.before, whole.before);
      }
      out.rule();
    }
    return false;
  }

 private:
  RollRates rates_;
};

std::vector<TableColumn> columns(bool as_matrix) {
  if (!as_matrix) {
    return {{"from", 12},
            {"to", 12},
            {"currency", 9},
            {"from_bucket", 12},
            {"to_bucket", 12},
            {"plans", 10},
            {"plans_percent", 14},
            {"outstanding", 18},
            {"outstanding_percent", 20},
            {"outstanding_after", 18}};
  }
  std::vector<TableColumn> columns = {{"from", 12},        {"to", 12},    {"currency", 9},
                                      {"from_bucket", 12}, {"plans", 10}, {"outstanding", 18}};
  for (std::size_t to = 0; to < kTos; ++to) columns.push_back({name_of_to(to), 11});
  return columns;
}

}  // namespace

ReportAnswer report_roll_rates(store::Session& session, const MonthRequest& request,
                               bool as_matrix) {
  const auto ends = take_months(session, request, 1);
  if (!ends) return std::unexpected(ends.error());
  if (ends->size() < 2) {
    return refused(ReportRefusal::DatesReversed,
                   "roll rates need two month ends: the first month is to be before the last");
  }
  return Report{
      {.name = "roll rates", .columns = columns(as_matrix), .created = ends->back()},
      [ends = *ends, as_matrix](store::Session& snapshot) -> std::unique_ptr<TableSource> {
        if (as_matrix) return std::make_unique<RollRateMatrix>(snapshot, ends);
        return std::make_unique<RollRateMoves>(snapshot, ends);
      }};
}

}  // namespace engine
