#include "engine/close_customers.h"

#include <atomic>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <thread>
#include <vector>

#include "base/check.h"
#include "engine/book.h"
#include "engine/close_load.h"
#include "engine/customer_close.h"
#include "engine/quiet.h"
#include "ledger/posting.h"
#include "sql/store/book_event_store.h"
#include "sql/store/close_chunk_store.h"
#include "sql/store/parked_store.h"
#include "sql/store/party_store.h"
#include "sql/store/quiet_store.h"

namespace engine {
namespace {

using base::Day;
using store::ChunkSums;
using store::CloseChunk;

constexpr int kRetriesMax = 10;  // deadlocks of one chunk in a row; each is another's progress
constexpr std::chrono::milliseconds kPollEvery{200};

std::int64_t late_fee_of(const ledger::Journal& journal) {
  std::int64_t sum = 0;
  for (const ledger::Transfer& t : journal.transfers) {
    sum += t.debit.code == ledger::Code::LateFeeReceivable ? t.amount_minor : -t.amount_minor;
  }
  return sum;
}

ChunkSums sums_of(const Customer& customer, base::Currency currency) {
  ChunkSums sums;
  sums.customers = 1;
  sums.limit_changes = std::ssize(customer.limit_changes);
  for (const ledger::Journal& journal : customer.journals) {
    if (journal.rule != ledger::Rule::LateFee) continue;
    ++sums.late_fees;
    if (journal.currency == currency) sums.late_fee_minor += late_fee_of(journal);
  }
  return sums;
}

ChunkSums close_by_rules(CloseWorker& worker, const CloseChunk& chunk, const Catalog& catalog,
                         bool looks_ahead) {
  std::vector<Customer> customers = load_customers(worker.session, chunk.parties, *chunk.currency);
  std::erase_if(customers, [&](const Customer& c) { return c.credit.closed_through >= chunk.day; });
  std::vector<Customer*> pointers;
  for (Customer& customer : customers) pointers.push_back(&customer);
  load_for_close(worker.session, pointers, chunk.day, catalog);
  for (Customer& customer : customers) {
    close_customer(customer, chunk.day, catalog, worker.ids, /*first_open=*/chunk.day);
    if (looks_ahead) look_ahead(customer, catalog);
    customer.is_changed = true;  // closed_through at least, so that it isn't chosen again
  }
  const std::vector<char> won =
      save_customers(worker.session, worker.ids, worker.accounts, customers);
  ChunkSums sums;
  for (std::size_t i = 0; i < customers.size(); ++i) {
    if (won[i]) {
      sums += sums_of(customers[i], catalog.currency);
    } else {
      ++sums.lost;
    }
  }
  return sums;
}

ChunkSums pass_quiet(CloseWorker& worker, const CloseChunk& chunk, const Catalog& catalog) {
  std::vector<store::LateFeeAccounts> accounts;
  for (const Product& product : catalog.products) {
    const ledger::Transfer fee = ledger::late_fee(product.name, 1).front();
    accounts.push_back({.product = product.name,
                        .debit_code = static_cast<std::int32_t>(fee.debit.code),
                        .debit_tag = fee.debit.tag,
                        .credit_code = static_cast<std::int32_t>(fee.credit.code),
                        .credit_tag = fee.credit.tag});
  }
  const store::QuietSums passed = store::pass_quiet_night(
      worker.session, chunk.day, catalog.version, chunk.first, chunk.last,
      static_cast<std::int16_t>(ledger::Rule::LateFee), accounts, catalog.currency);
  ChunkSums sums;
  sums.customers = passed.customers;
  sums.late_fees = passed.late_fees;
  sums.late_fee_minor = passed.late_fee_minor;
  return sums;
}

/// A chunk that can't be stored: the halves are tried, or its only customer is parked, and the
/// others go on without. Quiet customers are left to the rules, which name who it is.
void give_up(CloseWorker& worker, const CloseChunk& failed, std::string_view reason) {
  store::Transaction transaction(worker.session);
  if (!store::claim_chunk(worker.session, failed.day, failed.catalog, failed.id))
    return;  // somebody else's now
  if (failed.is_quiet()) {
    store::finish_chunk(worker.session, failed.id, {});
  } else if (failed.parties.size() == 1) {
    store::park_unit(worker.session, worker.ids.next(), failed.day, failed.parties.front(),
                     *failed.currency, reason);
    ChunkSums sums;
    sums.parked = 1;
    store::finish_chunk(worker.session, failed.id, sums);
  } else {
    std::vector<CloseChunk> halves(2, failed);
    const auto middle = failed.parties.begin() + std::ssize(failed.parties) / 2;
    halves[0].parties.assign(failed.parties.begin(), middle);
    halves[1].parties.assign(middle, failed.parties.end());
    for (CloseChunk& half : halves) half.id = worker.ids.next();
    store::insert_chunks(worker.session, halves);
    store::delete_chunk(worker.session, failed.id);
  }
  transaction.commit();
}

}  // namespace

CloseWorker::CloseWorker(const std::string& conninfo)
    : session(conninfo), ids(session), accounts(conninfo) {
  // Between bulk loads the statistics are old, and what a close reads of the large tables is always
  // a small part: by index. What that does to the estimated cost of a plan that has to scan would
  // have it compiled, which takes longer than to run it.
  session.execute("SET enable_seqscan = off; SET jit = off");
}

bool run_chunk(CloseWorker& worker, Day day, const Catalog& catalog, const ChunkOptions& options) {
  for (int tries = 1;; ++tries) {
    std::optional<CloseChunk> chunk;
    std::string reason;
    try {
      store::Transaction transaction(worker.session);
      chunk = store::claim_chunk(worker.session, day, catalog.version);
      if (!chunk) return false;
      store::lock_book_shared(worker.session);
      const ChunkSums sums = chunk->is_quiet()
                                 ? pass_quiet(worker, *chunk, catalog)
                                 : close_by_rules(worker, *chunk, catalog, options.looks_ahead);
      store::finish_chunk(worker.session, chunk->id, sums);
      if (options.before_commit) options.before_commit(day, "customers");
      transaction.commit();
      return true;
    } catch (const store::Fault& fault) {
      if (fault.is_retryable() && tries < kRetriesMax) continue;
      if (!fault.is_constraint() || !chunk) throw;
      reason = fault.what();
    } catch (const base::CheckFailure& failure) {
      if (!chunk || chunk->is_quiet()) throw;
      reason = failure.what();
    }
    give_up(worker, *chunk, reason);
    return true;
  }
}

JoinOutcome join_close(const std::string& conninfo, const JoinOptions& options) {
  const auto begun = std::chrono::steady_clock::now();
  store::Session session(conninfo);
  std::vector<std::unique_ptr<CloseWorker>> workers;
  std::shared_ptr<const Catalog> catalog;
  JoinOutcome outcome;
  bool has_joined = false;
  for (;;) {
    const auto open = store::find_open_chunks(session);
    if (!open || !store::is_close_running(session)) {
      const bool is_over = has_joined || std::chrono::steady_clock::now() - begun >= options.wait;
      if (is_over && !store::is_close_running(session)) return outcome;
      std::this_thread::sleep_for(kPollEvery);
      continue;
    }
    has_joined = true;
    if (!catalog || catalog->version != open->catalog) {
      catalog = load_catalog(session, open->catalog);
    }
    while (std::ssize(workers) < options.workers) {
      workers.push_back(std::make_unique<CloseWorker>(conninfo));
      // Of a machine that is gone the chunk is free within a minute, of one that hangs in five.
      workers.back()->session.execute(
          "SET tcp_keepalives_idle = 30; SET tcp_keepalives_interval = 10; "
          "SET tcp_keepalives_count = 3; SET idle_in_transaction_session_timeout = '5min'");
    }
    std::atomic<std::int64_t> chunks = 0;
    std::mutex mutex;
    std::exception_ptr error;
    {
      std::vector<std::jthread> threads;
      for (const auto& worker : workers) {
        threads.emplace_back([&] {
          try {
            while (run_chunk(*worker, open->day, *catalog, options.chunks)) ++chunks;
          } catch (...) {
            const std::lock_guard lock(mutex);
            error = std::current_exception();
          }
        });
      }
    }
    if (error) std::rethrow_exception(error);
    outcome.chunks += chunks;
    outcome.last_date = open->day;
    if (options.progress) options.progress(open->day, outcome.chunks);
    // What is left is held by others: they may give it back.
    if (chunks == 0) std::this_thread::sleep_for(kPollEvery);
  }
}

}  // namespace engine
