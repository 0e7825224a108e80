#include "engine/reconcile.h"

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <exception>
#include <iterator>
#include <map>
#include <thread>
#include <unordered_map>

#include "base/check.h"
#include "base/wide.h"
#include "reconciliation/batches.h"
#include "reconciliation/match.h"

namespace engine {
namespace {

using reconciliation::Item;
using reconciliation::Movement;
using Sums = std::map<std::pair<base::Day, base::Currency>, MatchedSum>;

/// 10^-5 of the currency: what the contract lets the channel take of this amount.
std::int64_t expected_fee_e5(std::int64_t amount, base::Currency currency, std::int64_t fee_e8) {
  constexpr std::int64_t kScale = 100'000'000;
  const base::int128 fee = (base::int128{std::abs(amount)} * fee_e8 + kScale / 2) / kScale;
  std::int64_t scale = 100'000;
  for (int i = 0; i < currency.exponent(); ++i) scale /= 10;
  return base::narrow(fee * scale * (amount < 0 ? -1 : 1));
}

Item item_of(store::UnmatchedRow row, const store::Comparison& comparison) {
  Item item{.id = row.id,
            .channel_txn = std::move(row.channel_txn),
            .our_ref = std::move(row.ref),
            .is_refund = row.is_refund,
            .day = row.day,
            .at = row.at,
            .currency = row.currency,
            .amount = row.amount,
            .is_paid = row.is_paid,
            .payer = std::move(row.payer),
            .is_fee_over_file = row.is_fee_over_file};
  if (!comparison.fee_e8) return item;
  item.fee_e5 =
      row.is_ours ? expected_fee_e5(item.amount, item.currency, *comparison.fee_e8) : row.fee_e5;
  return item;
}

using Index = std::unordered_map<std::int64_t, const Item*>;

Index index_of(const std::vector<Item>& items) {
  Index index;
  index.reserve(items.size());
  for (const Item& item : items) index[item.id] = &item;
  return index;
}

void add(Sums& sums, base::Day day, base::Currency currency, std::int64_t count,
         std::int64_t amount) {
  MatchedSum& sum = sums[{day, currency}];
  sum.day = day;
  sum.currency = currency;
  sum.count += count;
  sum.amount += amount;
}

std::vector<MatchedSum> list(const Sums& sums) {
  std::vector<MatchedSum> rows;
  for (const auto& [key, sum] : sums) {
    if (sum.count != 0) rows.push_back(sum);
  }
  return rows;
}

/// The ledger's items beside the rows of the trade bills.
class TradeSide {
 public:
  TradeSide(store::Session& session, const store::Comparison& comparison, Reconciliation& result)
      : comparison_(comparison), result_(result) {
    for (Part& part : read_parts(session)) {
      for (const store::ItemSum& sum : part.sums) {
        add(matched_, sum.day, sum.currency, sum.count, sum.amount);
      }
      std::ranges::move(part.ours, std::back_inserter(ours_));
      std::ranges::move(part.theirs, std::back_inserter(theirs_));
    }
  }

  void run() {
    // The sum of small fee differences was judged file by file.
    const reconciliation::Tolerance tolerance{.fee_file_e5 = INT64_MAX};
    reconciliation::Matching matching =
        reconciliation::match(ours_, theirs_, comparison_.to, tolerance);
    our_index_ = index_of(ours_);
    their_index_ = index_of(theirs_);
    for (const Item& item : ours_) count(item, -1);
    for (const auto& pair : matching.pairs) {
      const Item& item = *our_index_.at(pair.ledger);
      count(item, 1);
      result_.pairs.push_back(
          {store::BreakStage::LedgerBill, pair.ledger, pair.bill, item.our_ref});
    }
    for (reconciliation::Break& what : matching.breaks) tell(std::move(what));
    result_.matched = list(matched_);
  }

 private:
  /// What one connection has compared.
  struct Part {
    std::vector<store::ItemSum> sums = {};
    std::vector<Item> ours = {};
    std::vector<Item> theirs = {};
    std::exception_ptr failed = {};
  };

  /// Each part on a connection of its own, the first on the one that is there.
  std::vector<Part> read_parts(store::Session& session) {
    const store::TradeFiles files = store::list_trade_files(session, comparison_);
    const int workers = comparison_.conninfo.empty() ? 0 : comparison_.workers;
    std::vector<Part> parts(static_cast<std::size_t>(workers) + 1);
    CHECK(std::has_single_bit(parts.size()), "{} parts", parts.size());
    const auto read = [&](store::Session& on, std::size_t i) {
      parts[i].sums = store::compare_bills(
          on, comparison_, files,
          {static_cast<std::int64_t>(i), static_cast<std::int64_t>(parts.size())},
          [&](store::UnmatchedRow row) {
            auto& side = row.is_ours ? parts[i].ours : parts[i].theirs;
            side.push_back(item_of(std::move(row), comparison_));
          });
    };
    {
      std::vector<std::jthread> threads;
      for (std::size_t i = 1; i < parts.size(); ++i) {
        threads.emplace_back([&, i] {
          try {
            store::Session own(comparison_.conninfo);
            const store::Transaction transaction(own);
            read(own, i);
          } catch (...) {
            parts[i].failed = std::current_exception();
          }
        });
      }
      read(session, 0);
    }
    for (const Part& part : parts) {
      if (part.failed) std::rethrow_exception(part.failed);
    }
    return parts;
  }

  void count(const Item& item, int sign) {
    if (item.day < comparison_.from) return;
    add(matched_, item.day, item.currency, sign, sign * item.amount);
  }

  static std::string number_of(const Item& item) {
    return item.channel_txn.empty() ? item.our_ref : item.channel_txn;
  }

  void tell(reconciliation::Break what) {
    const Item* our = what.ledger ? our_index_.at(*what.ledger) : nullptr;
    const Item* their = what.bill ? their_index_.at(*what.bill) : nullptr;
    const Item& either = our != nullptr ? *our : *their;
    NamedBreak named{.what = {},
                     .key_ref = either.our_ref,
                     .is_refund = either.is_refund,
                     .day = either.day,
                     .currency = either.currency,
                     .amount = either.amount,
                     .bill_currency = either.currency};
    if (our != nullptr) {
      named.ours = our->our_ref;
      named.ledger_minor = our->amount;
    }
    if (their != nullptr) {
      named.theirs = number_of(*their);
      named.day = std::max(named.day, their->day);
      named.bill_minor = their->amount;
      named.bill_currency = their->currency;
    }
    if (named.day < comparison_.from) return;  // it was there to be the other side
    if (what.candidate) {
      named.nearest = number_of(*(our != nullptr ? their_index_ : our_index_).at(*what.candidate));
    }
    // The pair is told by our row; that its row is compared closes what was told of that alone.
    if (our != nullptr && their != nullptr) {
      result_.pairs.push_back({store::BreakStage::LedgerBill, our->id, their->id, our->our_ref});
    }
    named.what = std::move(what);
    result_.breaks.push_back(std::move(named));
  }

  const store::Comparison& comparison_;
  Reconciliation& result_;
  std::vector<Item> ours_;
  std::vector<Item> theirs_;
  Index our_index_;
  Index their_index_;
  Sums matched_;
};

/// The batches of the fund bills beside the bank's lines.
class BankSide {
 public:
  BankSide(store::Session& session, const store::Comparison& comparison, Reconciliation& result)
      : comparison_(comparison), result_(result) {
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

  void run() {
    if (movements_.empty()) return;  // nothing that the bank could be compared with
    reconciliation::BatchMatching matching =
        reconciliation::match_batches(movements_, lines_, comparison_.to);
    Sums paid;
    for (const auto& match : matching.matches) {
      const store::BankRow& first = rows_.at(match.movements.front());
      std::int64_t amount = 0;
      for (const std::int64_t id : match.movements) amount += rows_.at(id).amount;
      if (first.day >= comparison_.from) add(paid, first.day, first.currency, 1, amount);
      if (match.bank.empty()) continue;
      for (const std::int64_t id : match.movements) agree(id, match.bank.front(), first.batch);
      for (const std::int64_t id : match.bank) agree(match.movements.front(), id, first.batch);
    }
    result_.paid = list(paid);
    for (reconciliation::Break& what : matching.breaks) tell(std::move(what));
  }

 private:
  void agree(std::int64_t movement, std::int64_t line, const std::string& batch) {
    result_.pairs.push_back({store::BreakStage::FundBank, movement, line, batch});
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
    result_.breaks.push_back(std::move(named));
  }

  const store::Comparison& comparison_;
  Reconciliation& result_;
  std::vector<Movement> movements_;
  std::vector<Movement> lines_;
  std::unordered_map<std::int64_t, store::BankRow> rows_;
};

}  // namespace

store::Comparison comparison_of(const ChannelContract& contract, base::PartyId channel,
                                base::Day from, base::Day as_of) {
  store::Comparison comparison{
      .channel = channel, .from = from, .to = as_of, .payer = contract.payer};
  if (contract.fee) comparison.fee_e8 = contract.fee->e8;
  return comparison;
}

Reconciliation reconcile_channel(store::Session& session, const store::Comparison& comparison) {
  Reconciliation result;
  TradeSide(session, comparison, result).run();
  BankSide(session, comparison, result).run();
  return result;
}

}  // namespace engine
