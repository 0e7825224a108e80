#include "engine/reconcile.h"

#include <algorithm>
#include <map>
#include <unordered_map>

#include "engine/reconcile_trade.h"
#include "reconciliation/batches.h"

namespace engine {
namespace {

using reconciliation::Movement;

/// The batches of the fund bills beside the bank's lines.
class BankSide {
 public:
  BankSide(store::Session& session, const store::Comparison& comparison) : comparison_(comparison) {
    store::list_bank_rows(session, comparison, [&](store::BankRow row) {
      Movement movement{.id = row.id,
                        .batch = row.batch,
                        .day = row.day,
                        .currency = row.currency,
                        .amount = row.amount,
                        .count = row.count};
      (row.is_line ? lines_ : movements_).push_back(std::move(movement));
      rows_.emplace(row.id, std::move(row));
    });
  }

  /// Which batches are paid; `found` gets the breaks.
  std::vector<MatchedSum> run(Found& found) {
    found_ = &found;
    if (movements_.empty()) return {};  // nothing that the bank could be compared with
    reconciliation::BatchMatching matching =
        reconciliation::match_batches(movements_, lines_, comparison_.to, paid_by());
    std::map<std::pair<base::Day, base::Currency>, MatchedSum> paid;
    for (const auto& match : matching.matches) {
      const store::BankRow& first = rows_.at(match.movements.front());
      std::int64_t amount = 0;
      for (const std::int64_t id : match.movements) amount += rows_.at(id).amount;
      if (first.day >= comparison_.from) {
        MatchedSum& sum = paid[{first.day, first.currency}];
        sum = {first.day, first.currency, sum.count + 1, sum.amount + amount};
      }
      if (match.bank.empty()) continue;
      for (const std::int64_t id : match.movements) agree(id, match.bank.front(), first.batch);
      for (const std::int64_t id : match.bank) agree(match.movements.front(), id, first.batch);
    }
    for (reconciliation::Break& what : matching.breaks) tell(std::move(what));
    std::vector<MatchedSum> list;
    for (const auto& [key, sum] : paid) list.push_back(sum);
    return list;
  }

 private:
  reconciliation::PaidBy paid_by() const {
    if (comparison_.paid_by) return comparison_.paid_by;
    return [](base::Day day) { return base::plus_days(day, 2); };
  }

  void agree(std::int64_t movement, std::int64_t line, const std::string& batch) {
    found_->pairs.push_back({store::BreakStage::FundBank, movement, line, batch});
  }

  void tell(reconciliation::Break what) {
    const store::BankRow* our = what.ledger ? &rows_.at(*what.ledger) : nullptr;
    const store::BankRow* their = what.bill ? &rows_.at(*what.bill) : nullptr;
    const store::BankRow& either = our != nullptr ? *our : *their;
    NamedBreak named{.what = {},
                     .stage = store::BreakStage::FundBank,
                     .day = either.day,
                     .currency = either.currency,
                     .amount = either.amount,
                     .bill_currency = either.currency};
    if (our != nullptr) named.ours = our->ref;
    if (their != nullptr) {
      named.theirs = their->ref;
      named.day = std::max(named.day, their->day);
    }
    if (named.day < comparison_.from) return;
    if (what.candidate) named.nearest = rows_.at(*what.candidate).ref;
    named.what = std::move(what);
    found_->breaks.push_back(std::move(named));
  }

  const store::Comparison& comparison_;
  Found* found_ = nullptr;
  std::vector<Movement> movements_;
  std::vector<Movement> lines_;
  std::unordered_map<std::int64_t, store::BankRow> rows_;
};

}  // namespace

store::Comparison comparison_of(const ChannelContract& contract, base::PartyId channel,
                                base::Day from, base::Day as_of) {
  store::Comparison comparison{
      .channel = channel, .from = from, .to = as_of, .payer = contract.payer};
  comparison.paid_by = [contract](base::Day day) { return contract.paid_by(day); };
  if (contract.fee) comparison.fee_e8 = contract.fee->e8;
  return comparison;
}

Reconciliation reconcile_channel(store::Session& session, const store::Comparison& comparison,
                                 const TakeFound& take) {
  Reconciliation result{.from = comparison.from};
  const auto count = [&](const Found& found) {
    result.breaks += static_cast<std::int64_t>(found.breaks.size());
    take(found);
  };
  result.matched = compare_trade(session, comparison, count);
  Found found;
  result.paid = BankSide(session, comparison).run(found);
  if (!found.breaks.empty() || !found.pairs.empty()) count(found);
  return result;
}

}  // namespace engine
