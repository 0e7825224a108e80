#include "engine/close.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <exception>
#include <functional>
#include <future>
#include <map>
#include <mutex>
#include <set>
#include <span>
#include <thread>
#include <utility>

#include "base/check.h"
#include "credit/limit_policy.h"
#include "engine/book.h"
#include "engine/close_customers.h"
#include "engine/customer_close.h"
#include "engine/customers.h"
#include "engine/decide.h"
#include "engine/impairment.h"
#include "engine/month_sign_offs.h"
#include "engine/seal.h"
#include "engine/settle.h"
#include "engine/verify.h"
#include "engine/year_end.h"
#include "ledger/posting.h"
#include "sql/store/book_event_store.h"
#include "sql/store/close_chunk_store.h"
#include "sql/store/close_store.h"
#include "sql/store/customer_store.h"
#include "sql/store/parked_store.h"
#include "sql/store/party_store.h"
#include "sql/store/quiet_store.h"
#include "sql/store/settlement_store.h"

namespace engine {
namespace {

using base::Day;
using Clock = std::chrono::steady_clock;

constexpr int kProversMax = 4;       // connections that share the proof of a month
constexpr int kIdleRoundsMax = 100;  // customers that lose that often are no coincidence

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

std::string lease_holder_text() {
  std::array<char, 256> host{};
  if (gethostname(host.data(), host.size() - 1) != 0) host[0] = '?';
  const auto now = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
  return fmt::format("process {} on {} since {}", getpid(), host.data(),
                     base::to_string(base::Instant(now.time_since_epoch())));
}

/// The dates whose receipts a channel that takes `business_days` pays out on `day`; empty range if
/// none. `from` > `to` means none.
struct BillDates {
  Day from;
  Day to;
};
BillDates bill_dates_settled_on(const scheduling::Calendar& calendar, int business_days, Day day,
                                Day opens_on) {
  BillDates dates{.from = base::plus_days(day, 1), .to = day};
  for (Day bill = day; bill >= opens_on; bill = base::plus_days(bill, -1)) {
    const auto settled = calendar.add_business_days(bill, business_days);
    if (!settled) {
      throw SettlementImpossible(
          fmt::format("calendar {} has no year {}: apply a catalog that holds it", calendar.name(),
                      settled.error().year));
    }
    if (*settled < day) break;
    if (*settled > day) continue;
    if (dates.from > day) dates.to = bill;
    dates.from = bill;
  }
  return dates;
}

CloseStep check(store::Session& session, Day day) {
  CloseStep step{.name = "check"};
  for (const Finding& finding : check_day(session, day)) {
    if (finding.offenders > 0) {
      throw CloseFailed(fmt::format(
          "the close of {} found that {} does not hold: {} ({} of {}: {})", base::to_string(day),
          finding.id, finding.sentence, finding.offenders, finding.checked, finding.first));
    }
    step.units += finding.checked;
  }
  return step;
}

CloseStep seal(store::Session& session, Day day, const base::SecretSeed& key, DayLeaves& leaves) {
  const SignedSeal sealed = seal_day(session, day, key, leaves);
  store::set_closed_through(session, day);
  return {.name = "seal", .units = static_cast<std::int64_t>(sealed.seal.journal_count)};
}

}  // namespace

struct Closer::Impl {
  Impl(const std::string& conninfo_, std::shared_ptr<const Catalog> catalog_, CloseOptions options_)
      : conninfo(conninfo_),
        catalog(std::move(catalog_)),
        options(std::move(options_)),
        lease(conninfo_),
        main(conninfo_) {
    if (!store::try_close_lease(lease, lease_holder_text())) {
      throw CloseLeased(fmt::format("a close is running: {}", store::close_lease_holder(lease)));
    }
    const std::vector<std::string> ref{kPlatformRef};
    const auto found = store::find_parties(main.session, store::PartyKind::Platform, ref);
    CHECK(found.size() == 1, "the book has no platform party");
    platform = found.front().id;
    evidence_key = open_evidence_key(main.session, options.evidence_key);
  }

  ~Impl() {
    if (proof.valid()) proof.wait();
    try {
      store::release_close_lease(lease);
    } catch (const std::exception&) {
      // The lease ends with the connection in any case.
    }
  }

  CloseOutcome close_through(Day day, Day today, bool goes_on);
  void finish(CloseOutcome& outcome) {
    if (proof.valid()) outcome.dates.push_back(proof.get());
  }

 private:
  using StepFunction = CloseStep (Impl::*)(Day);

  void prove_beside(ClosedDate posted);
  ClosedDate post_date(Day day);
  ClosedDate prove_date(store::Session& session, ClosedDate posted, bool shows_progress);
  void prove_month(ClosedDate& posted);

  void run_steps(Day day, ClosedDate& closed,
                 std::initializer_list<std::pair<const char*, StepFunction>> steps);
  CloseStep open_next(Day day);
  CloseStep settle_channels(Day day);
  CloseStep remeasure(Day day);
  CloseStep recognize_income(Day day);
  CloseStep reclass_debts(Day day);
  CloseStep settle(Day day);
  CloseStep confirm_payouts(Day day);
  CloseStep close_books_of_year(Day day);

  CloseStep expire_holds(Day day);
  std::int64_t expire(Customer& customer, Day day);
  store::ChunkSums close_customers(Day day);
  std::vector<store::CloseChunk> chunks_of(std::span<const store::PartyCurrency> parties, Day day);
  std::vector<store::CloseChunk> quiet_chunks(const store::QuietRange& range, Day day);
  void run_chunks(Day day, std::int64_t planned);
  [[noreturn]] void throw_parked(Day day);

  void before_commit(Day day, std::string_view step) {
    if (options.before_commit) options.before_commit(day, step);
  }
  void progress(Day day, std::string_view step, std::int64_t done = 0, std::int64_t total = 0) {
    if (options.progress) options.progress({day, step, done, total});
  }

  std::string conninfo;
  std::shared_ptr<const Catalog> catalog;
  CloseOptions options;
  store::Session lease;
  CloseWorker main;
  std::vector<std::unique_ptr<CloseWorker>> helpers;  // made when a night is large enough for them
  base::PartyId platform;
  base::SecretSeed evidence_key;

  std::unique_ptr<LeafReaders> leaf_readers;  // made for the first seal
  std::unique_ptr<CloseWorker> prover;        // made when a date is proved while the next is posted
  std::future<ClosedDate> proof;              // or its failure
  Day proof_of;
};

// ---- customers

std::vector<store::CloseChunk> Closer::Impl::chunks_of(
    std::span<const store::PartyCurrency> parties, Day day) {
  constexpr std::size_t kChunkMin = 250;  // below, a round trip costs more than it spreads
  const auto workers = static_cast<std::size_t>(std::max(options.workers, 1));
  const std::size_t fair = (parties.size() + workers - 1) / workers;
  const std::size_t size =
      std::max<std::size_t>(1, std::min(options.chunk, std::max(fair, kChunkMin)));
  std::vector<store::CloseChunk> chunks;
  for (const store::PartyCurrency& party : parties) {
    if (chunks.empty() || chunks.back().parties.size() == size ||
        chunks.back().currency != party.currency) {
      chunks.push_back({.id = main.ids.next(),
                        .day = day,
                        .catalog = catalog->version,
                        .currency = party.currency});
    }
    chunks.back().parties.push_back(party.party);
  }
  return chunks;
}

/// Those whose night was looked at ahead, each chunk in one statement.
std::vector<store::CloseChunk> Closer::Impl::quiet_chunks(const store::QuietRange& range, Day day) {
  constexpr std::int64_t kCustomersAtOnce = 10'000;
  std::vector<store::CloseChunk> chunks;
  const std::int64_t count = (range.count + kCustomersAtOnce - 1) / kCustomersAtOnce;
  if (count == 0) return chunks;
  const std::int64_t width = (range.last - range.first) / count + 1;
  for (std::int64_t first = range.first; first <= range.last; first += width) {
    chunks.push_back({.id = main.ids.next(),
                      .day = day,
                      .catalog = catalog->version,
                      .first = first,
                      .last = first + width - 1});
  }
  return chunks;
}

/// Works off the chunks of the date, on all workers; comes back when those that others have taken
/// are done, too.
void Closer::Impl::run_chunks(Day day, std::int64_t planned) {
  const ChunkOptions chunk_options{.looks_ahead = options.looks_ahead,
                                   .before_commit = options.before_commit};
  std::atomic<bool> is_failing = false;
  std::mutex mutex;
  std::exception_ptr error;
  const auto work = [&](CloseWorker& worker, bool is_main) {
    try {
      while (!is_failing && run_chunk(worker, day, *catalog, chunk_options)) {
        if (!is_main || !options.progress) continue;
        progress(day, "customers", store::find_chunk_state(main.session, day).done.customers,
                 planned);
      }
    } catch (...) {
      is_failing = true;
      const std::lock_guard lock(mutex);
      if (!error) error = std::current_exception();
    }
  };
  for (;;) {
    const std::int64_t open = store::find_chunk_state(main.session, day).open;
    if (open == 0) return;
    const auto extra =
        static_cast<std::size_t>(std::min<std::int64_t>(open, std::max(options.workers, 1)) - 1);
    while (helpers.size() < extra) helpers.push_back(std::make_unique<CloseWorker>(conninfo));
    {
      std::vector<std::jthread> threads;
      for (std::size_t i = 0; i < extra; ++i) {
        threads.emplace_back([&, i] { work(*helpers[i], false); });
      }
      work(main, true);
    }
    if (error) std::rethrow_exception(error);
    store::wait_for_chunk(main.session, day);
  }
}

store::ChunkSums Closer::Impl::close_customers(Day day) {
  const bool judge_cut =
      catalog->limit_policy && credit::month_judged_on(day, grace_days_max(*catalog)).has_value();
  // Who is closed is not listed again, so the ids of a night of any size come in pieces.
  constexpr int kCustomersAtOnce = 100'000;
  store::delete_open_chunks_but(main.session, catalog->version);
  std::int64_t planned = 0;
  if (store::find_chunk_state(main.session, day).chunks == 0) {
    const store::QuietRange range = store::find_quiet_range(main.session);
    planned = range.count;
    store::insert_chunks(main.session, quiet_chunks(range, day));
  }
  run_chunks(day, planned);  // and those that a close left that was broken off
  for (int idle_rounds = 0;;) {
    const auto parties =
        store::list_customers_to_close(main.session, day, judge_cut, kCustomersAtOnce);
    if (parties.empty()) break;
    const store::ChunkSums before = store::find_chunk_state(main.session, day).done;
    store::insert_chunks(main.session, chunks_of(parties, day));
    run_chunks(day, before.customers + std::ssize(parties));
    const store::ChunkSums after = store::find_chunk_state(main.session, day).done;
    // Who lost a race was changed by an event, which may have closed it inline; the rest is left.
    if (after.lost == before.lost && parties.size() < kCustomersAtOnce) break;
    if (after.customers == before.customers && after.parked == before.parked &&
        ++idle_rounds == kIdleRoundsMax) {
      throw CloseFailed(
          fmt::format("customers of {} are still open after {} rounds that closed none",
                      base::to_string(day), kIdleRoundsMax));
    }
  }
  store::finish_parked(main.session, day);
  if (store::count_parked(main.session, day) > 0) throw_parked(day);
  return store::find_chunk_state(main.session, day).done;
}

void Closer::Impl::throw_parked(Day day) {
  const auto units = store::list_parked(main.session, /*all=*/false);
  const auto first = std::ranges::find(units, day, &store::ParkedUnit::business_date);
  CHECK(first != units.end(), "{} has parked customers and none is listed", base::to_string(day));
  throw CloseParked(fmt::format(
      "{} of {} can't be closed and hold the date up; the first is customer {} in {}: {}\nSee "
      "`fenqi close parked`; put it right and `fenqi close retry`, or waive it by two people",
      store::count_parked(main.session, day), base::to_string(day), first->customer,
      first->currency.code(), first->reason));
}

/// Gives back what was authorized and never captured, a set at a time.
CloseStep Closer::Impl::expire_holds(Day day) {
  constexpr int kHoldsAtOnce = 2'000;
  CloseStep step{.name = "holds"};
  const auto start = Clock::now();
  for (;;) {
    store::Transaction transaction(main.session);
    store::lock_book_shared(main.session);
    const std::vector<store::HoldRow> expired =
        store::load_expired_holds(main.session, day, kHoldsAtOnce);
    if (expired.empty()) break;
    std::map<base::Currency, std::set<base::PartyId>> parties;
    std::vector<std::int64_t> ids;
    for (const store::HoldRow& hold : expired) {
      parties[hold.currency].insert(hold.party);
      ids.push_back(hold.id);
    }
    for (const auto& [currency, of_currency] : parties) {
      const std::vector<base::PartyId> sorted(of_currency.begin(), of_currency.end());
      std::vector<Customer> customers =
          load_customers(main.session, sorted, currency, {.plans = false});
      load_holds(main.session, customers, ids);
      for (Customer& customer : customers) step.units += expire(customer, day);
      save_customers(main.session, main.ids, main.accounts, customers);
    }
    before_commit(day, "holds");
    transaction.commit();  // who lost a race is found again in the next round
  }
  step.seconds = seconds_since(start);
  return step;
}

std::int64_t Closer::Impl::expire(Customer& customer, Day day) {
  std::int64_t released = 0;
  for (std::size_t i = 0; i < customer.holds.size(); ++i) {
    if (customer.holds[i].currency != customer.credit.currency) continue;
    const EventContext context{*catalog, main.ids, {main.ids.next()}, day, day, day};
    const std::string ref = customer.holds[i].ref;
    if (release_hold(customer, ref, store::HoldStatus::Expired, ref, context) == Refusal::None) {
      ++released;
    }
  }
  return released;
}

// ---- global steps

CloseStep Closer::Impl::open_next(Day day) {
  store::open_date(main.session, base::plus_days(day, 1));
  return {.name = "open", .units = 1};
}

CloseStep Closer::Impl::settle_channels(Day day) {
  CloseStep step{.name = "channels"};
  std::map<int, std::vector<const Channel*>> by_days;
  for (const Channel& channel : catalog->channels) {
    if (channel.auto_settle) by_days[channel.settle_business_days].push_back(&channel);
  }
  if (by_days.empty()) return step;
  const scheduling::Calendar* calendar = catalog->find_calendar(catalog->calendar);
  if (calendar == nullptr) {
    throw SettlementImpossible(fmt::format("the book's calendar {} is unknown", catalog->calendar));
  }
  const Book book = find_book(main.session).value();
  const std::vector<std::string> bank_ref{catalog->bank};
  const base::PartyId bank =
      store::find_parties(main.session, store::PartyKind::Bank, bank_ref).at(0).id;
  std::vector<ledger::Journal> journals;
  for (const auto& [business_days, channels] : by_days) {
    const BillDates dates = bill_dates_settled_on(*calendar, business_days, day, book.opens_on);
    if (dates.from > dates.to) continue;
    std::vector<std::string> refs;
    for (const Channel* channel : channels) refs.push_back(channel->name);
    std::vector<std::int64_t> ids, fees;
    for (const auto& party : store::find_parties(main.session, store::PartyKind::Channel, refs)) {
      ids.push_back(party.id.value);
      fees.push_back(catalog->find_channel(party.ref)->fee.e8);
    }
    for (const store::ChannelReceipts& r :
         store::sum_channel_receipts(main.session, ids, fees, dates.from, dates.to)) {
      journals.push_back({.party = r.channel,
                          .id = {main.ids.next()},
                          .event = {main.ids.next()},
                          .rule = ledger::Rule::ChannelSettle,
                          .currency = r.currency,
                          .business_date = day,
                          .value_date = day,
                          .source_ref = base::to_string(r.business_date),
                          .transfers = ledger::channel_settle(r.channel, bank, r.gross, r.fee),
                          .bill_date = r.business_date});
      step.units += r.count;
      if (r.currency == catalog->currency) step.amount += r.gross;
    }
  }
  save_journals(main.session, main.accounts, journals);
  return step;
}

/// At a month end every allowance follows what is outstanding then.
CloseStep Closer::Impl::remeasure(Day day) {
  CloseStep step{.name = "impairment"};
  if (!catalog->impairment || day != base::end_of_month(day)) return step;
  const ImpairmentTerms& terms = *catalog->impairment;
  std::vector<std::string> rates;  // of stage 1, 2, 3, in 10^-16
  for (const base::Rate& pd :
       {terms.pd_12m, terms.pd_lifetime, base::Rate{base::kRateScale, base::RateBasis::Flat}}) {
    rates.push_back(std::to_string(base::narrow(base::checked_mul(pd.e8, terms.lgd.e8))));
  }
  std::vector<store::AccrualPart> parts;
  for (const auto& change : store::remeasure_allowances(main.session, rates)) {
    step.units += change.plans;
    if (change.currency == catalog->currency) step.amount += change.amount;
    if (change.amount == 0) continue;
    parts.push_back({day, main.ids.next(), kind_of_change(change.stage), change.product,
                     change.currency, change.amount, change.plans});
  }
  store::copy_accrual_parts(main.session, parts);
  return step;
}

/// At a month end what merchants owe is shown as a claim, and no more as a negative debt of ours.
CloseStep Closer::Impl::reclass_debts(Day day) {
  CloseStep step{.name = "debts"};
  if (day != base::end_of_month(day)) return step;
  std::vector<ledger::Journal> journals;
  std::vector<store::ItemRow> items;
  for (const store::MerchantDebt& debt : store::list_merchant_debts(main.session, day)) {
    const base::EventId event{main.ids.next()};
    journals.push_back({.party = debt.merchant,
                        .id = {main.ids.next()},
                        .event = event,
                        .rule = ledger::Rule::MerchantNegative,
                        .currency = debt.currency,
                        .business_date = day,
                        .value_date = day,
                        .transfers = ledger::merchant_negative(debt.merchant, debt.owed)});
    store::ItemRow item;
    item.party = debt.merchant;
    item.id = {main.ids.next()};
    item.merchant = debt.merchant;
    item.type = store::ItemType::Adjustment;
    item.event = event;
    item.order_ref = "debt of " + base::to_string(day);
    item.currency = debt.currency;
    item.occurred_at = catalog->zone.to_instant(
        date::local_time<std::chrono::microseconds>(day.time_since_epoch()));
    item.business_date = day;
    item.available_on = base::plus_days(day, 1);
    item.gross = debt.owed;
    items.push_back(std::move(item));
    // What is kept as security is taken before anybody is asked to pay.
    if (const std::int64_t taken =
            store::take_reserve_up_to(main.session, debt.merchant, debt.currency, debt.owed, day)) {
      journals.push_back({.party = debt.merchant,
                          .id = {main.ids.next()},
                          .event = event,
                          .rule = ledger::Rule::MerchantSetOff,
                          .currency = debt.currency,
                          .business_date = day,
                          .value_date = day,
                          .transfers = ledger::merchant_set_off(debt.merchant, taken)});
    }
    ++step.units;
    if (debt.currency == catalog->currency) step.amount += debt.owed;
  }
  save_journals(main.session, main.accounts, journals);
  save_items(main.session, items);
  return step;
}

CloseStep Closer::Impl::recognize_income(Day day) {
  CloseStep step{.name = "income"};
  std::vector<ledger::Journal> journals;
  for (const store::AccrualSum& sum : store::sum_accruals(main.session, day)) {
    AccrualPosting posting = posting_of(sum.kind, sum.product, sum.amount);
    journals.push_back({.party = platform,
                        .id = {main.ids.next()},
                        .event = {main.ids.next()},
                        .rule = posting.rule,
                        .currency = sum.currency,
                        .business_date = day,
                        .value_date = day,
                        .transfers = std::move(posting.transfers)});
    step.units += sum.plans;
    if (sum.currency == catalog->currency) step.amount += sum.amount;
  }
  save_journals(main.session, main.accounts, journals);
  return step;
}

CloseStep Closer::Impl::settle(Day day) {
  const Settled settled =
      settle_merchants(main.session, main.ids, main.accounts, *catalog, base::plus_days(day, 1));
  return {.name = "settlement", .units = settled.settlements, .amount = settled.paid_minor};
}

CloseStep Closer::Impl::confirm_payouts(Day day) {
  const Settled settled = confirm_due_payouts(main.session, main.ids, main.accounts, *catalog, day);
  return {.name = "payouts", .units = settled.payouts, .amount = settled.paid_minor};
}

CloseStep Closer::Impl::close_books_of_year(Day day) {
  const YearClosed closed =
      close_year(main.session, main.ids, main.accounts, *catalog, platform, day);
  return {.name = "year end", .units = closed.accounts, .amount = closed.result_minor};
}

void Closer::Impl::run_steps(Day day, ClosedDate& closed,
                             std::initializer_list<std::pair<const char*, StepFunction>> steps) {
  for (const auto& [name, function] : steps) {
    progress(day, name);
    const auto start = Clock::now();
    CloseStep step = (this->*function)(day);
    step.seconds = seconds_since(start);
    store::insert_close_step(main.session, day, {step.name, step.units, step.amount, step.seconds});
    closed.steps.push_back(std::move(step));
    before_commit(day, name);
  }
}

/// Opens the next date, closes the customers and posts what the date itself owes. Afterwards
/// nothing posts to it any more.
ClosedDate Closer::Impl::post_date(Day day) {
  const auto start = Clock::now();
  ClosedDate closed{.date = day, .steps = {}};
  std::set<std::string> done;
  for (const store::CloseStepRow& row : store::load_close_steps(main.session, day)) {
    done.insert(row.step);
    closed.steps.push_back({row.step, row.units, row.amount, row.seconds});
  }
  if (!done.contains("open")) {
    store::Transaction transaction(main.session);
    store::lock_book_exclusive(main.session);
    run_steps(day, closed, {{"open", &Impl::open_next}});
    transaction.commit();
  }
  if (!done.contains("customers")) {
    const CloseStep holds = expire_holds(day);
    progress(day, "customers");
    const auto customers_start = Clock::now();
    const store::ChunkSums sums = close_customers(day);
    const std::array<CloseStep, 4> steps = {
        holds,
        CloseStep{.name = "customers",
                  .units = sums.customers,
                  .seconds = seconds_since(customers_start)},
        CloseStep{.name = "late fees", .units = sums.late_fees, .amount = sums.late_fee_minor},
        CloseStep{.name = "limits", .units = sums.limit_changes}};
    store::Transaction transaction(main.session);
    store::lock_book_shared(main.session);
    for (const CloseStep& step : steps) {
      store::insert_close_step(main.session, day,
                               {step.name, step.units, step.amount, step.seconds});
      closed.steps.push_back(step);
    }
    run_steps(day, closed,
              {{"channels", &Impl::settle_channels},
               {"impairment", &Impl::remeasure},
               {"income", &Impl::recognize_income},
               {"debts", &Impl::reclass_debts},
               {"settlement", &Impl::settle},
               {"payouts", &Impl::confirm_payouts},
               {"year end", &Impl::close_books_of_year}});
    store::delete_chunks(main.session, day);
    transaction.commit();
  }
  closed.seconds = seconds_since(start);
  return closed;
}

/// Writes the date's balances, checks and seals it. It only reads what was posted, so the next date
/// may go on beside it, on other connections.
ClosedDate Closer::Impl::prove_date(store::Session& session, ClosedDate posted,
                                    bool shows_progress) {
  const auto start = Clock::now();
  store::summarize_day_indexes(session);
  store::Transaction transaction(session);
  const auto run = [&](std::string_view name, const std::function<CloseStep()>& function) {
    if (shows_progress) progress(posted.date, name);
    const auto step_start = Clock::now();
    CloseStep step = function();
    step.seconds = seconds_since(step_start);
    store::insert_close_step(session, posted.date,
                             {step.name, step.units, step.amount, step.seconds});
    posted.steps.push_back(std::move(step));
    before_commit(posted.date, name);
  };
  const Day day = posted.date;
  if (!leaf_readers) leaf_readers = std::make_unique<LeafReaders>(session, lease);
  DayLeaves leaves(*leaf_readers, day);  // hashed beside what comes first
  run("balances",
      [&] { return CloseStep{.name = "balances", .units = write_account_days(session, day)}; });
  run("check", [&] { return check(session, day); });
  run("seal", [&] { return seal(session, day, evidence_key, leaves); });
  transaction.commit();
  posted.seconds += seconds_since(start);
  return posted;
}

/// The full proof before a month is sealed, of everything in the book and not of the date alone.
void Closer::Impl::prove_month(ClosedDate& posted) {
  constexpr std::string_view kStep = "proof";
  if (!options.proves_months || posted.date != base::end_of_month(posted.date)) return;
  if (std::ranges::find(posted.steps, kStep, &CloseStep::name) != posted.steps.end()) return;
  if (const auto missing = find_missing_sign_offs(main.session, *catalog, posted.date)) {
    throw CloseWaits(*missing);
  }
  progress(posted.date, kStep);
  const auto start = Clock::now();
  std::vector<base::PublicKey> keys = load_public_keys(public_key_file(options.evidence_key));
  std::vector<store::Session> connections;
  for (int i = 1; i < std::min(options.workers, kProversMax); ++i) {
    connections.emplace_back(conninfo);
  }
  CloseStep step{.name = std::string(kStep)};
  for (const Finding& finding : verify_book(main.session, {}, connections, keys)) {
    if (finding.offenders > 0 && is_business(finding)) {
      posted.warnings.push_back(fmt::format("{} ({})", finding.first, finding.id));
    } else if (finding.offenders > 0) {
      throw CloseFailed(fmt::format(
          "{} can't be sealed: the proof of the whole book found that {} does not hold: {} ({} of "
          "{}: {})",
          base::to_string(posted.date).substr(0, 7), finding.id, finding.sentence,
          finding.offenders, finding.checked, finding.first));
    }
    step.units += finding.checked;
  }
  step.seconds = seconds_since(start);
  store::Transaction transaction(main.session);
  store::insert_close_step(main.session, posted.date,
                           {step.name, step.units, step.amount, step.seconds});
  posted.seconds += step.seconds;
  posted.steps.push_back(std::move(step));
  before_commit(posted.date, kStep);
  transaction.commit();
}

/// Proves the date on a connection of its own, while the next is posted.
void Closer::Impl::prove_beside(ClosedDate posted) {
  if (!prover) prover = std::make_unique<CloseWorker>(conninfo);
  proof_of = posted.date;
  proof = std::async(std::launch::async, [this, closed = std::move(posted)]() mutable {
    return prove_date(prover->session, std::move(closed), /*shows_progress=*/false);
  });
}

CloseOutcome Closer::Impl::close_through(Day day, Day today, bool goes_on) {
  if (day > today) {
    throw CloseRefused(
        fmt::format("{} is not over: today is {}", base::to_string(day), base::to_string(today)));
  }
  const std::optional<Book> book = find_book(main.session);
  if (!book) throw CloseRefused("this database has no book yet");
  if (day < book->opens_on) {
    throw CloseRefused(fmt::format("the book opens on {}: there is no {} to close",
                                   base::to_string(book->opens_on), base::to_string(day)));
  }
  CloseOutcome outcome;
  const Day through = proof.valid() ? proof_of : book->closed_through;
  outcome.is_already_closed = day <= through;
  for (Day date = base::plus_days(through, 1); date <= day; date = base::plus_days(date, 1)) {
    try {
      ClosedDate posted = post_date(date);
      finish(outcome);  // seals are chained, and at most two dates are open to proof
      prove_month(posted);
      if (goes_on || date < day) {
        prove_beside(std::move(posted));
      } else {
        outcome.dates.push_back(prove_date(main.session, std::move(posted), true));
      }
    } catch (const SettlementImpossible& error) {
      throw CloseFailed(
          fmt::format("the close of {} can't settle: {}", base::to_string(date), error.what()));
    }
  }
  return outcome;
}

Closer::Closer(const std::string& conninfo, std::shared_ptr<const Catalog> catalog,
               CloseOptions options)
    : impl_(std::make_unique<Impl>(conninfo, std::move(catalog), std::move(options))) {}
Closer::~Closer() = default;
Closer::Closer(Closer&&) noexcept = default;

CloseOutcome Closer::close_through(Day day, Day today) {
  return impl_->close_through(day, today, /*goes_on=*/false);
}

void Closer::close_ahead(Day day, Day today) { impl_->close_through(day, today, /*goes_on=*/true); }

void Closer::finish() {
  CloseOutcome outcome;
  impl_->finish(outcome);
}

CloseOutcome close_through(const std::string& conninfo, std::shared_ptr<const Catalog> catalog,
                           Day day, Day today, CloseOptions options) {
  return Closer(conninfo, std::move(catalog), std::move(options)).close_through(day, today);
}

}  // namespace engine
