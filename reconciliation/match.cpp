#include "reconciliation/match.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <tuple>
#include <unordered_map>

namespace reconciliation {
namespace {

std::string decimal(std::int64_t minor, base::Currency currency) {
  return base::to_decimal(minor, currency.exponent());
}

/// Occurrence, and ids where that is the same: the order of the input never counts.
bool is_before(const Item* a, const Item* b) {
  return std::tie(a->at, a->day, a->id) < std::tie(b->at, b->day, b->id);
}

using Side = std::vector<const Item*>;

Side side_of(std::span<const Item> items) {
  Side side;
  side.reserve(items.size());
  for (const Item& item : items) side.push_back(&item);
  return side;
}

/// Pairs by the keys, one after the other.
class Pairer {
 public:
  Pairer(std::span<const Item> ledger, std::span<const Item> bill, const Tolerance& tolerance)
      : tolerance_(tolerance),
        ledger_items_(ledger),
        bill_items_(bill),
        ledger_(side_of(ledger)),
        bill_(side_of(bill)) {
    std::ranges::sort(ledger_, is_before);
    std::ranges::sort(bill_, is_before);
  }

  Pairing run() {
    pair_by([](const Item& item) {
      return item.channel_txn.empty() ? "" : item.channel_txn + (item.is_refund ? "\nR" : "\nP");
    });
    pair_by([](const Item& item) {
      return item.our_ref.empty() ? "" : item.our_ref + (item.is_refund ? "\nR" : "\nP");
    });
    check_fees_of_file();
    result_.ledger_alone = positions(ledger_, ledger_items_);
    result_.bill_alone = positions(bill_, bill_items_);
    return std::move(result_);
  }

 private:
  static std::vector<std::size_t> positions(const Side& side, std::span<const Item> items) {
    std::vector<std::size_t> list;
    for (const Item* item : side) list.push_back(static_cast<std::size_t>(item - items.data()));
    std::ranges::sort(list);
    return list;
  }

  struct Group {
    Side ledger;
    Side bill;
  };

  /// Pairs what has the same key; what is left goes on to the next key.
  template <class Key>
  void pair_by(Key key) {
    std::unordered_map<std::string, Group> groups;
    Side ledger_left, bill_left;
    for (const Item* item : ledger_) {
      const std::string k = key(*item);
      k.empty() ? ledger_left.push_back(item) : groups[k].ledger.push_back(item);
    }
    for (const Item* item : bill_) {
      const std::string k = key(*item);
      const auto found = k.empty() ? groups.end() : groups.find(k);
      found == groups.end() ? bill_left.push_back(item) : found->second.bill.push_back(item);
    }
    for (auto& [k, group] : groups) {
      if (group.bill.empty()) {
        ledger_left.insert(ledger_left.end(), group.ledger.begin(), group.ledger.end());
      } else {
        judge(group);
      }
    }
    std::ranges::sort(ledger_left, is_before);
    ledger_ = std::move(ledger_left);
    bill_ = std::move(bill_left);
  }

  /// Equal amounts first, then in order of occurrence; what is left on one side is there twice.
  void judge(Group& group) {
    for (const bool is_exact : {true, false}) {
      for (const Item*& ours : group.ledger) {
        if (ours == nullptr) continue;
        const auto theirs = std::ranges::find_if(group.bill, [&](const Item* item) {
          return item != nullptr &&
                 (!is_exact || (item->amount == ours->amount && item->currency == ours->currency));
        });
        if (theirs == group.bill.end()) continue;
        take(*ours, **theirs);
        ours = nullptr;
        *theirs = nullptr;
      }
    }
    for (const Item* item : group.ledger) {
      if (item != nullptr) tell_duplicate(*item, true);
    }
    for (const Item* item : group.bill) {
      if (item != nullptr) tell_duplicate(*item, false);
    }
  }

  void tell_duplicate(const Item& item, bool is_ours) {
    Break found{.type = BreakType::Duplicate, .field = "key"};
    (is_ours ? found.ledger : found.bill) = item.id;
    (is_ours ? found.ours : found.theirs) = item.our_ref.empty() ? item.channel_txn : item.our_ref;
    found.difference = is_ours ? -item.amount : item.amount;
    found.why = fmt::format("the {} has this key more often than the {}: the first is kept",
                            is_ours ? "ledger" : "bill", is_ours ? "bill" : "ledger");
    result_.breaks.push_back(std::move(found));
  }

  void take(const Item& ours, const Item& theirs) {
    if (auto found = difference(ours, theirs)) {
      found->ledger = ours.id;
      found->bill = theirs.id;
      result_.breaks.push_back(*std::move(found));
      return;
    }
    const std::int64_t fee = theirs.fee_e5 - ours.fee_e5;
    result_.pairs.push_back({ours.id, theirs.id});
    result_.fee_difference_e5 += fee;
    if (fee != 0) fees_.push_back({&ours, &theirs});
    fee_sum_e5_ += std::abs(fee);
  }

  /// The first thing in which a pair does not agree.
  std::optional<Break> difference(const Item& ours, const Item& theirs) const {
    if (ours.currency != theirs.currency) {
      return Break{.type = BreakType::Currency,
                   .field = "currency",
                   .ours = std::string(ours.currency.code()),
                   .theirs = std::string(theirs.currency.code()),
                   .why = "the bill is in another currency than the ledger"};
    }
    if (ours.amount != theirs.amount) {
      const std::int64_t more = theirs.amount - ours.amount;
      return Break{
          .type = BreakType::Amount,
          .field = "amount",
          .ours = decimal(ours.amount, ours.currency),
          .theirs = decimal(theirs.amount, theirs.currency),
          .difference = more,
          .why = fmt::format("the bill has {} {} than the ledger",
                             decimal(std::abs(more), ours.currency), more > 0 ? "more" : "less")};
    }
    if (!ours.is_paid && theirs.is_paid) {
      return Break{.type = BreakType::Status,
                   .field = "status",
                   .ours = "not paid",
                   .theirs = "paid",
                   .difference = theirs.amount,
                   .why = "paid in the bill, failed or closed here"};
    }
    const int apart = base::days_between(ours.day, theirs.day);
    if (std::abs(apart) > tolerance_.days) {
      return Break{.type = BreakType::Date,
                   .field = "date",
                   .ours = base::to_string(ours.day),
                   .theirs = base::to_string(theirs.day),
                   .why = fmt::format("{} days apart; {} would be timing", std::abs(apart),
                                      tolerance_.days)};
    }
    const std::int64_t fee = theirs.fee_e5 - ours.fee_e5;
    if (std::abs(fee) > tolerance_.fee_line_e5) return fee_break(ours, theirs, "of a line");
    if (fee != 0 && theirs.is_fee_over_file) return fee_break(ours, theirs, "of all its file");
    return std::nullopt;
  }

  static Break fee_break(const Item& ours, const Item& theirs, const char* of) {
    const std::int64_t fee = theirs.fee_e5 - ours.fee_e5;
    return {.type = BreakType::Fee,
            .ledger = ours.id,
            .bill = theirs.id,
            .field = "fee",
            .ours = base::to_decimal(ours.fee_e5, 5),
            .theirs = base::to_decimal(theirs.fee_e5, 5),
            .difference = fee,
            .why = fmt::format("the fee differs by {}: beyond the tolerance {}",
                               base::to_decimal(fee, 5), of)};
  }

  /// Small differences are fine as long as they stay small together.
  void check_fees_of_file() {
    if (fee_sum_e5_ <= tolerance_.fee_file_e5) return;
    for (const auto& [ours, theirs] : fees_) {
      std::erase(result_.pairs, Pair{ours->id, theirs->id});
      result_.fee_difference_e5 -= theirs->fee_e5 - ours->fee_e5;
      result_.breaks.push_back(fee_break(*ours, *theirs, "of all lines together"));
    }
  }

  Tolerance tolerance_;
  std::span<const Item> ledger_items_;
  std::span<const Item> bill_items_;
  Side ledger_;  // not paired yet
  Side bill_;
  std::vector<std::pair<const Item*, const Item*>> fees_;  // pairs whose fees differ a little
  std::int64_t fee_sum_e5_ = 0;
  Pairing result_;
};

/// Says why items have no other side.
class Teller {
 public:
  Teller(std::span<const Item> ledger, std::span<const Item> bill, base::Day as_of,
         const Tolerance& tolerance)
      : as_of_(as_of),
        tolerance_(tolerance),
        ledger_(ledger),
        bill_(bill),
        ledger_by_amount_(side_of(ledger)),
        bill_by_amount_(side_of(bill)) {
    std::ranges::sort(ledger_by_amount_, {}, amount_of);
    std::ranges::sort(bill_by_amount_, {}, amount_of);
  }

  void run(const std::function<void(Break)>& take) const {
    for (const Item& item : ledger_) take(tell(item, true));
    for (const Item& item : bill_) take(tell(item, false));
  }

 private:
  static std::pair<base::Currency, std::int64_t> amount_of(const Item* item) {
    return {item->currency, item->amount};
  }

  Break tell(const Item& item, bool is_ours) const {
    const bool is_early = base::days_between(item.day, as_of_) < tolerance_.days;
    Break found{.type = is_early  ? BreakType::Timing
                        : is_ours ? BreakType::MissingBill
                                  : BreakType::MissingLedger,
                .field = item.channel_txn.empty() ? "our_ref" : "channel_txn"};
    (is_ours ? found.ledger : found.bill) = item.id;
    const std::string& key = item.channel_txn.empty() ? item.our_ref : item.channel_txn;
    (is_ours ? found.ours : found.theirs) = key;
    found.difference = is_ours ? -item.amount : item.amount;
    const Item* near = nearest(item, is_ours ? bill_by_amount_ : ledger_by_amount_);
    if (near != nullptr) found.candidate = near->id;
    found.why = fmt::format(
        "no {} has {}{}{}", is_ours ? "row of the bill" : "item of the ledger", key,
        item.channel_txn.empty() || item.our_ref.empty() ? "" : " or our " + item.our_ref,
        is_early ? "; it may come with the next date's" : "");
    if (near != nullptr) found.why += "; " + likeness(item, *near);
    return found;
  }

  /// The amount next to it first, then the payer, the day and the order of occurrence; none whose
  /// amount is more than a tenth away.
  static const Item* nearest(const Item& item, const Side& others) {
    constexpr std::int64_t kPart = 10;
    const Item* best = nullptr;
    const auto distance = [&](const Item* other) {
      return std::tuple(std::abs(other->amount - item.amount),
                        item.payer.empty() || other->payer != item.payer,
                        std::abs(base::days_between(item.day, other->day)), other->at, other->id);
    };
    const auto look = [&](Side::const_iterator of) {
      const auto [begin, end] = std::ranges::equal_range(others, amount_of(*of), {}, amount_of);
      for (const Item* other : std::ranges::subrange(begin, end)) {
        const bool is_near = std::abs(other->amount - item.amount) <= std::abs(item.amount) / kPart;
        if (other->currency != item.currency || other->is_refund != item.is_refund || !is_near) {
          continue;
        }
        if (best == nullptr || distance(other) < distance(best)) best = other;
      }
    };
    const auto at = std::ranges::lower_bound(others, amount_of(&item), {}, amount_of);
    if (at != others.end()) look(at);
    if (at != others.begin()) look(std::prev(at));
    return best;
  }

  static std::string likeness(const Item& item, const Item& near) {
    const std::int64_t more = near.amount - item.amount;
    std::string text = "the nearest without another side has ";
    text += more == 0 ? "the same amount"
                      : fmt::format("{} {}", decimal(std::abs(more), item.currency),
                                    more > 0 ? "more" : "less");
    if (!item.payer.empty() && item.payer == near.payer) text += " of the same payer";
    return text + fmt::format(" on {}", base::to_string(near.day));
  }

  base::Day as_of_;
  Tolerance tolerance_;
  std::span<const Item> ledger_;
  std::span<const Item> bill_;
  Side ledger_by_amount_;
  Side bill_by_amount_;
};

std::vector<Item> select(std::span<const Item> items, const std::vector<std::size_t>& positions) {
  std::vector<Item> list;
  for (const std::size_t i : positions) list.push_back(items[i]);
  return list;
}

}  // namespace

Pairing pair_up(std::span<const Item> ledger, std::span<const Item> bill,
                const Tolerance& tolerance) {
  return Pairer(ledger, bill, tolerance).run();
}

void tell_alone(std::span<const Item> ledger, std::span<const Item> bill, base::Day as_of,
                const Tolerance& tolerance, const std::function<void(Break)>& take) {
  Teller(ledger, bill, as_of, tolerance).run(take);
}

Matching match(std::span<const Item> ledger, std::span<const Item> bill, base::Day as_of,
               const Tolerance& tolerance) {
  Pairing pairing = pair_up(ledger, bill, tolerance);
  Matching result{.pairs = std::move(pairing.pairs),
                  .breaks = std::move(pairing.breaks),
                  .fee_difference_e5 = pairing.fee_difference_e5};
  tell_alone(select(ledger, pairing.ledger_alone), select(bill, pairing.bill_alone), as_of,
             tolerance, [&](Break found) { result.breaks.push_back(std::move(found)); });
  std::ranges::sort(result.pairs, {}, [](const Pair& p) { return std::tie(p.ledger, p.bill); });
  std::ranges::sort(result.breaks, {}, [](const Break& b) {
    return std::tuple(b.type, b.ledger.value_or(0), b.bill.value_or(0));
  });
  return result;
}

}  // namespace reconciliation
