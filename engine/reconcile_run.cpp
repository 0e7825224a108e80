#include "engine/reconcile_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <vector>

#include "sql/store/late_store.h"
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

/// Breaks of rows by which none was ever kept, by date.
void open_new(store::Session& session, const store::Comparison& comparison, const Found& found,
              const TakeChange& take) {
  std::vector<store::FoundBreak> breaks;
  for (const NamedBreak& named : found.breaks) {
    if (!named.is_known) breaks.push_back(found_of(named));
  }
  std::ranges::sort(breaks, {}, [](const store::FoundBreak& b) {
    return std::tuple(b.stage, b.day, b.type, b.subject);
  });
  store::open_breaks(session, comparison.channel, comparison.to, breaks, take);
}

/// What may change a break that is kept.
void copy_found(store::Session& session, const Found& found, bool is_all) {
  store::FoundCopy copy(session);
  for (const NamedBreak& named : found.breaks) {
    if (is_all || named.is_known) copy.add(found_of(named));
  }
  copy.finish();
  store::PairCopy pairs(session);
  for (const AgreedPair& pair : found.pairs) {
    pairs.add(pair.stage, pair.ledger, pair.bill, pair.ref);
  }
  pairs.finish();
}

}  // namespace

Scope with_late(store::Session& session, const store::Comparison& comparison) {
  Scope scope{comparison,
              store::find_late(session, comparison.channel, comparison.from, comparison.to)};
  if (scope.late) scope.comparison.from = base::plus_days(*scope.late, -store::kContextDays);
  return scope;
}

Reconciliation find_only(store::Session& session, const store::Comparison& comparison) {
  store::FoundCopy::make_tables(session);
  return reconcile_channel(session, comparison, [&](const Found& found) {
    store::FoundCopy copy(session);
    for (const NamedBreak& named : found.breaks) copy.add(found_of(named));
    copy.finish();
  });
}

Reconciliation find_and_sync(store::Session& session, const store::Comparison& comparison,
                             bool keep_found, const TakeChange& take) {
  store::FoundCopy::make_tables(session);
  const std::int64_t last = store::find_last_break(session);
  const auto keep = [&](const Found& found) {
    open_new(session, comparison, found, take);
    copy_found(session, found, keep_found);
  };
  Reconciliation result = reconcile_channel(session, comparison, keep);
  store::sync_breaks(session, comparison.channel, comparison.from, comparison.to, last, take);
  store::save_run(session, comparison.channel, comparison.to);
  store::mark_seen(session, comparison.channel, comparison.to);
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
  const Scope scope = with_late(session, comparison);
  try {
    Reconciliation result = find_and_sync(session, scope.comparison, false, take);
    result.late = scope.late;
    if (!is_dry_run) transaction.commit();
    return result;
  } catch (const CalendarMissing& missing) {
    return std::unexpected(ReconcileProblem{"CALENDAR_YEAR_MISSING", missing.what()});
  }
}

}  // namespace engine
