#include "engine/reconcile_trade.h"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <optional>
#include <unordered_map>

#include "base/wide.h"
#include "engine/trade_reader.h"
#include "reconciliation/match.h"
#include "sql/store/trade_store.h"

namespace engine {
namespace {

using reconciliation::Item;

constexpr std::size_t kJudged = 8'192;  // rows at a time, or all of one number

/// 10^-5 of the currency: what the contract lets the channel take of this amount.
std::int64_t expected_fee_e5(std::int64_t amount, base::Currency currency, std::int64_t fee_e8) {
  constexpr std::int64_t kScale = 100'000'000;
  const base::int128 fee = (base::int128{std::abs(amount)} * fee_e8 + kScale / 2) / kScale;
  std::int64_t scale = 100'000;
  for (int i = 0; i < currency.exponent(); ++i) scale /= 10;
  return base::narrow(fee * scale * (amount < 0 ? -1 : 1));
}

Item item_of(store::NumberRow row, const store::Comparison& comparison) {
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

/// Rows of one side that are judged together.
struct Side {
  std::vector<Item> items = {};
  std::vector<char> known = {};  ///< of each, whether a break is kept by which it is known

  void add(Item item, bool is_known) {
    items.push_back(std::move(item));
    known.push_back(is_known ? 1 : 0);
  }
  void clear() {
    items.clear();
    known.clear();
  }
};

/// Rows by their ids.
class Finder {
 public:
  explicit Finder(const Side& side) : side_(side) {
    positions_.reserve(side.items.size());
    for (std::size_t i = 0; i < side.items.size(); ++i) positions_[side.items[i].id] = i;
  }
  const Item& at(std::int64_t id) const { return side_.items[positions_.at(id)]; }
  const Item* find(const std::optional<std::int64_t>& id) const { return id ? &at(*id) : nullptr; }
  bool is_known(std::int64_t id) const { return side_.known[positions_.at(id)] != 0; }

 private:
  const Side& side_;
  std::unordered_map<std::int64_t, std::size_t> positions_;
};

std::string number_of(const Item& item) {
  return item.channel_txn.empty() ? item.our_ref : item.channel_txn;
}

/// Sums of what agrees: all our items, less those that are looked at, with those of them that pair.
class Sums {
 public:
  void add(base::Day day, base::Currency currency, std::int64_t count, std::int64_t amount) {
    MatchedSum& sum = sums_[{day, currency}];
    sum.day = day;
    sum.currency = currency;
    sum.count += count;
    sum.amount += amount;
  }

  std::vector<MatchedSum> list() const {
    std::vector<MatchedSum> rows;
    for (const auto& [key, sum] : sums_) {
      if (sum.count != 0) rows.push_back(sum);
    }
    return rows;
  }

 private:
  std::map<std::pair<base::Day, base::Currency>, MatchedSum> sums_;
};

/// Judges rows that come by number, and tells what does not agree.
class Judge {
 public:
  Judge(const store::Comparison& comparison, const TakeFound& take)
      : comparison_(comparison), take_(take) {}

  Sums& sums() { return sums_; }

  /// Rows of one number follow each other.
  void add(store::NumberRow row) {
    const bool is_other = row.key != key_ || row.ref.empty();  // without a number nothing pairs
    if (is_other && ours_.items.size() + theirs_.items.size() >= kJudged) judge();
    key_ = row.key;
    const bool is_known = row.is_known;
    Side& side = row.is_ours ? ours_ : theirs_;
    side.add(item_of(std::move(row), comparison_), is_known);
  }

  void finish() {
    judge();
    tell_alone();
  }

 private:
  void judge() {
    const reconciliation::Pairing pairing =
        reconciliation::pair_up(ours_.items, theirs_.items, kTolerance);
    const Finder ours(ours_), theirs(theirs_);
    for (const Item& item : ours_.items) count(item, -1);
    for (const auto& pair : pairing.pairs) {
      const Item& item = ours.at(pair.ledger);
      count(item, 1);
      if (ours.is_known(pair.ledger) || theirs.is_known(pair.bill)) {
        found_.pairs.push_back(
            {store::BreakStage::LedgerBill, pair.ledger, pair.bill, item.our_ref});
      }
    }
    for (const reconciliation::Break& what : pairing.breaks) tell(what, ours, theirs);
    for (const std::size_t i : pairing.ledger_alone) {
      ours_alone_.add(std::move(ours_.items[i]), ours_.known[i] != 0);
    }
    for (const std::size_t i : pairing.bill_alone) {
      theirs_alone_.add(std::move(theirs_.items[i]), theirs_.known[i] != 0);
    }
    ours_.clear();
    theirs_.clear();
    hand_over();
  }

  void tell_alone() {
    const Finder ours(ours_alone_), theirs(theirs_alone_);
    reconciliation::tell_alone(ours_alone_.items, theirs_alone_.items, comparison_.to, kTolerance,
                               [&](reconciliation::Break what) {
                                 tell(std::move(what), ours, theirs);
                                 if (found_.breaks.size() >= kJudged) hand_over();
                               });
    hand_over();
  }

  void hand_over() {
    if (!found_.breaks.empty() || !found_.pairs.empty()) take_(found_);
    found_.breaks.clear();
    found_.pairs.clear();
  }

  void count(const Item& item, int sign) {
    if (item.day < comparison_.from) return;
    sums_.add(item.day, item.currency, sign, sign * item.amount);
  }

  void tell(reconciliation::Break what, const Finder& ours, const Finder& theirs) {
    const Item* our = ours.find(what.ledger);
    const Item* their = theirs.find(what.bill);
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
      named.nearest = number_of((our != nullptr ? theirs : ours).at(*what.candidate));
    }
    named.is_known = our != nullptr ? ours.is_known(our->id) : theirs.is_known(their->id);
    // The pair is told by our row; that its row is compared closes what was told of that alone.
    if (our != nullptr && their != nullptr && theirs.is_known(their->id)) {
      found_.pairs.push_back({store::BreakStage::LedgerBill, our->id, their->id, our->our_ref});
    }
    named.what = std::move(what);
    found_.breaks.push_back(std::move(named));
  }

  // The sum of small fee differences was judged file by file.
  static constexpr reconciliation::Tolerance kTolerance{.fee_file_e5 = INT64_MAX};

  const store::Comparison& comparison_;
  const TakeFound& take_;
  Sums sums_;
  std::int64_t key_ = 0;
  Side ours_;  // of some numbers
  Side theirs_;
  Side ours_alone_;  // of all: the nearest is looked for among them
  Side theirs_alone_;
  Found found_;
};

}  // namespace

std::vector<MatchedSum> compare_trade(store::Session& session, const store::Comparison& comparison,
                                      const TakeFound& take) {
  TradeReaders readers = make_readers(session, comparison);
  all_at_once(readers, [](TradeReader& reader) { reader.compare(); });
  Judge judge(comparison, take);
  for (const auto& reader : readers) {
    for (const auto& sum : reader->sums()) {
      judge.sums().add(sum.day, sum.currency, sum.count, sum.amount);
    }
  }
  {
    const std::vector<std::int64_t> keys = list_keys(readers, comparison);
    if (!keys.empty()) all_at_once(readers, [&](TradeReader& reader) { reader.ask(keys); });
  }
  while (true) {
    TradeReader* first = nullptr;
    for (const auto& reader : readers) {
      const store::NumberRow* row = reader->front();
      if (row != nullptr && (first == nullptr || row->key < first->front()->key)) {
        first = reader.get();
      }
    }
    if (first == nullptr) break;
    judge.add(std::move(*first->front()));
    first->pop();
  }
  judge.finish();
  if (comparison.conninfo.empty()) store::make_usual(session);
  return judge.sums().list();
}

}  // namespace engine
