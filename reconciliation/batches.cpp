#include "reconciliation/batches.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "base/wide.h"
#include "reconciliation/subset_sum.h"

namespace reconciliation {
namespace {

struct Batch {
  std::string name;
  base::Currency currency;
  base::int128 net = 0;   // of the movements
  base::int128 paid = 0;  // of the bank's lines
  std::int64_t count = 0;
  base::Day last = base::Day::min();
  std::vector<std::int64_t> movements;
  std::vector<std::int64_t> bank;
};

std::string decimal(base::int128 minor, base::Currency currency) {
  return base::to_decimal(base::narrow(minor), currency.exponent());
}

class BatchMatcher {
 public:
  BatchMatcher(base::Day as_of, const PaidBy& paid_by) : as_of_(as_of), paid_by_(paid_by) {}

  BatchMatching run(std::span<const Movement> movements, std::span<const Movement> bank) {
    for (const Movement& one : movements) {
      // A movement without a batch is one by itself.
      const std::string name = one.batch.empty() ? fmt::format("\n{}", one.id) : one.batch;
      Batch& batch = batches_[{name, one.currency}];
      batch.name = one.batch;
      batch.currency = one.currency;
      batch.net += one.amount;
      batch.count += one.count;
      batch.last = std::max(batch.last, one.day);
      batch.movements.push_back(one.id);
    }
    for (const Movement& line : bank) {
      const auto found = batches_.find({line.batch, line.currency});
      if (line.batch.empty() || found == batches_.end()) {
        loose_.push_back(line);
      } else {
        found->second.paid += line.amount;
        found->second.bank.push_back(line.id);
      }
    }
    for (auto& [key, batch] : batches_) judge(batch);
    std::ranges::sort(loose_, {}, &Movement::id);
    for (const Movement& line : loose_) suggest(line);
    std::ranges::sort(result_.breaks, {}, [](const Break& b) {
      return std::tuple(b.type, b.ledger.value_or(0), b.bill.value_or(0));
    });
    return std::move(result_);
  }

 private:
  void judge(Batch& batch) {
    std::ranges::sort(batch.movements);
    std::ranges::sort(batch.bank);
    if (batch.bank.empty()) {
      if (batch.net == 0) {  // what nets to nothing is never paid
        result_.matches.push_back({batch.name, batch.movements, {}});
      } else {
        open_.push_back(&batch);
        tell_unpaid(batch);
      }
    } else if (batch.net == batch.paid) {
      result_.matches.push_back({batch.name, batch.movements, batch.bank});
    } else {
      const base::int128 more = batch.paid - batch.net;
      tell(batch, more < 0 ? BreakType::BankShort : BreakType::BankLong, more,
           fmt::format("the bank has {} {} for this batch than its {} movements come to",
                       decimal(more < 0 ? -more : more, batch.currency), more < 0 ? "less" : "more",
                       batch.count));
    }
  }

  void tell_unpaid(const Batch& batch) {
    const base::Day due = paid_by_(batch.last);
    if (as_of_ <= due) {
      tell(batch, BreakType::Timing, -batch.net,
           fmt::format("the bank has no line for this batch yet; it is due by {}",
                       base::to_string(due)));
    } else {
      tell(batch, BreakType::BankShort, -batch.net,
           fmt::format("the bank has no line for this batch, {} days after it; it was due by {}",
                       base::days_between(batch.last, as_of_), base::to_string(due)));
    }
  }

  void tell(const Batch& batch, BreakType type, base::int128 difference, std::string why) {
    Break found{.type = type,
                .ledger = batch.movements.front(),
                .field = "batch",
                .ours = decimal(batch.net, batch.currency),
                .theirs = decimal(batch.paid, batch.currency),
                .difference = base::narrow(difference),
                .why = std::move(why)};
    if (!batch.bank.empty()) found.bill = batch.bank.front();
    result_.breaks.push_back(std::move(found));
  }

  /// A line that names no batch.
  void suggest(const Movement& line) {
    Break found{.type = BreakType::BankLong,
                .bill = line.id,
                .field = "batch",
                .theirs = decimal(line.amount, line.currency),
                .difference = line.amount};
    std::vector<std::int64_t> amounts;
    std::vector<const Batch*> batches;
    for (const Batch* batch : open_) {
      if (batch->currency != line.currency) continue;
      amounts.push_back(base::narrow(batch->net));
      batches.push_back(batch);
    }
    const SubsetSum sum = find_subset(amounts, line.amount);
    switch (sum.answer) {
      case SubsetSum::Answer::None:
        found.why = "the line names no batch, and no batches without a line come to it";
        break;
      case SubsetSum::Answer::TooMany:
        found.why = fmt::format("the line names no batch; {} have no line, too many to try",
                                amounts.size());
        break;
      case SubsetSum::Answer::Ambiguous:
        found.type = BreakType::Split;
        found.why = "the line names no batch; several sets of batches come to it: ambiguous";
        break;
      case SubsetSum::Answer::Unique:
        found.type = BreakType::Split;
        found.candidate = batches[sum.items.front()]->movements.front();
        for (const std::size_t i : sum.items) {
          found.ours += (found.ours.empty() ? "" : " ") +
                        (batches[i]->name.empty() ? std::to_string(batches[i]->movements.front())
                                                  : batches[i]->name);
        }
        found.why =
            fmt::format("the line names no batch; of those without a line only these {} come to it",
                        sum.items.size());
        break;
    }
    result_.breaks.push_back(std::move(found));
  }

  base::Day as_of_;
  const PaidBy& paid_by_;
  std::map<std::pair<std::string, base::Currency>, Batch> batches_;
  std::vector<const Batch*> open_;  // nothing has paid them
  std::vector<Movement> loose_;
  BatchMatching result_;
};

}  // namespace

BatchMatching match_batches(std::span<const Movement> movements, std::span<const Movement> bank,
                            base::Day as_of, const PaidBy& paid_by) {
  return BatchMatcher(as_of, paid_by).run(movements, bank);
}

}  // namespace reconciliation
