#include "engine/reconcile.h"

#include <map>
#include <unordered_map>

#include "reconciliation/match.h"

namespace engine {
namespace {

using reconciliation::Item;

Item item_of(store::UnmatchedRow row) {
  return {.id = row.id,
          .channel_txn = std::move(row.channel_txn),
          .our_ref = std::move(row.ref),
          .is_refund = row.is_refund,
          .day = row.day,
          .at = row.at,
          .currency = row.currency,
          .amount = row.amount,
          .fee_e5 = 0,
          .payer = std::move(row.payer)};
}

using Index = std::unordered_map<std::int64_t, const Item*>;

Index index_of(const std::vector<Item>& items) {
  Index index;
  for (const Item& item : items) index[item.id] = &item;
  return index;
}

void add_pairs(const std::vector<reconciliation::Pair>& pairs, const Index& ours,
               std::vector<store::AgreedSum>& matched) {
  std::map<base::Currency, store::AgreedSum> sums;
  for (const store::AgreedSum& sum : matched) sums[sum.currency] = sum;
  for (const auto& pair : pairs) {
    const Item& item = *ours.at(pair.ledger);
    store::AgreedSum& sum = sums[item.currency];
    sum.currency = item.currency;
    ++sum.count;
    sum.amount += item.amount;
  }
  matched.clear();
  for (const auto& [currency, sum] : sums) matched.push_back(sum);
}

}  // namespace

Reconciliation reconcile_channel(store::Session& session, base::PartyId channel, base::Day from,
                                 base::Day as_of) {
  Reconciliation result;
  std::vector<Item> ours, theirs;
  {
    store::Transaction transaction(session, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    result.matched = store::compare_bills(session, channel, from, as_of, [&](auto row) {
      (row.is_ours ? ours : theirs).push_back(item_of(std::move(row)));
    });
  }
  reconciliation::Matching matching = reconciliation::match(ours, theirs, as_of);
  const Index our_index = index_of(ours);
  const Index their_index = index_of(theirs);
  add_pairs(matching.pairs, our_index, result.matched);
  const auto number_of = [](const Item& item) {
    return item.channel_txn.empty() ? item.our_ref : item.channel_txn;
  };
  for (reconciliation::Break& what : matching.breaks) {
    const Item* our = what.ledger ? our_index.at(*what.ledger) : nullptr;
    const Item* their = what.bill ? their_index.at(*what.bill) : nullptr;
    const Item& either = our != nullptr ? *our : *their;
    NamedBreak named{
        .what = {}, .day = either.day, .currency = either.currency, .amount = either.amount};
    if (our != nullptr) named.ours = our->our_ref;
    if (their != nullptr) named.theirs = number_of(*their);
    if (what.candidate) {
      named.nearest = number_of(*(our != nullptr ? their_index : our_index).at(*what.candidate));
    }
    named.what = std::move(what);
    result.breaks.push_back(std::move(named));
  }
  return result;
}

}  // namespace engine
