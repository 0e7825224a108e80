#include "engine/reconcile_run.h"

#include <fmt/format.h>

#include "sql/store/signoff_store.h"

namespace engine {
namespace {

store::FoundBreak found_of(const NamedBreak& named) {
  const reconciliation::Break& what = named.what;
  return {.stage = named.stage,
          .is_of_ledger = what.ledger.has_value(),
          .subject = what.ledger ? *what.ledger : *what.bill,
          .type = name(what.type),
          .day = named.day,
          .currency = named.currency,
          .amount = named.amount,
          .difference = what.difference,
          .ledger = what.ledger,
          .bill = what.bill,
          .ledger_minor = named.ledger_minor,
          .bill_minor = named.bill_minor,
          .bill_currency = named.bill_currency,
          .key_ref = named.key_ref,
          .is_refund = named.is_refund,
          .our_ref = named.ours,
          .their_ref = named.theirs,
          .field = what.field,
          .ours = what.ours,
          .theirs = what.theirs,
          .nearest = named.nearest,
          .why = what.why};
}

base::Result<void, ReconcileProblem> check_date(store::Session& session,
                                                const store::Comparison& comparison) {
  if (store::is_signed(session, comparison.channel, comparison.to)) {
    return std::unexpected(ReconcileProblem{
        "DATE_SIGNED", fmt::format("{} is signed: its result stays. Files that came later count in "
                                   "the next date's run",
                                   base::to_string(comparison.to))});
  }
  const auto last = store::find_last_run(session, comparison.channel);
  if (last && *last > comparison.to) {
    return std::unexpected(ReconcileProblem{
        "DATE_PASSED",
        fmt::format("the breaks are those at the close of {} already; `fenqi reconcile show` says "
                    "what {} had",
                    base::to_string(*last), base::to_string(comparison.to))});
  }
  return {};
}

}  // namespace

void copy_found(store::Session& session, const Reconciliation& result) {
  store::FoundCopy::make_tables(session);
  {
    store::FoundCopy copy(session);
    for (const NamedBreak& named : result.breaks) copy.add(found_of(named));
    copy.finish();
  }
  {
    store::PairCopy copy(session);
    for (const AgreedPair& pair : result.pairs) {
      copy.add(pair.stage, pair.ledger, pair.bill, pair.ref);
    }
    copy.finish();
  }
}

Reconciliation find_and_sync(store::Session& session, const store::Comparison& comparison,
                             const TakeChange& take) {
  Reconciliation result = reconcile_channel(session, comparison);
  copy_found(session, result);
  store::sync_breaks(session, comparison.channel, comparison.from, comparison.to, take);
  store::save_run(session, comparison.channel, comparison.to);
  return result;
}

base::Result<Reconciliation, ReconcileProblem> run_reconciliation(
    store::Session& session, const store::Comparison& comparison, bool is_dry_run,
    const TakeChange& take) {
  store::Transaction transaction(session);
  store::lock_breaks(session, comparison.channel);
  if (auto checked = check_date(session, comparison); !checked) {
    return std::unexpected(checked.error());
  }
  Reconciliation result = find_and_sync(session, comparison, take);
  if (!is_dry_run) transaction.commit();
  return result;
}

}  // namespace engine
