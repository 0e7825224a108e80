#include "engine/verify.h"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "base/check.h"
#include "engine/quick_proof.h"
#include "sql/store/rows.h"

namespace engine {
namespace {

// Rows hidden by row-level security would be taken for missing: an error is better.
// A pass may change the others, so each begins with these.
constexpr const char* kSettings =
    "SET LOCAL work_mem = '128MB'; SET LOCAL row_security = off; "
    "SET LOCAL enable_nestloop = DEFAULT; SET LOCAL enable_mergejoin = DEFAULT; "
    "SET LOCAL max_parallel_workers_per_gather = DEFAULT";

/// One snapshot of the database, seen by all of its connections.
class Snapshot {
 public:
  Snapshot(store::Session& first, std::span<store::Session> more) {
    join(first);
    if (more.empty()) return;
    const std::string id(store::query(first, "SELECT pg_export_snapshot()").text(0, 0));
    for (store::Session& session : more) {
      join(session);
      session.execute(fmt::format("SET TRANSACTION SNAPSHOT '{}'", id));
    }
  }

  /// Calls `pass` with a connection and each number below `count`, each connection on a thread of
  /// its own; the first failure ends it.
  void run(std::size_t count, const std::function<void(store::Session&, std::size_t)>& pass) {
    std::atomic<std::size_t> next = 0;
    std::exception_ptr error;
    std::mutex mutex;
    const auto work = [&](store::Session& session) {
      try {
        for (std::size_t i = next++; i < count; i = next++) {
          session.execute(kSettings);
          pass(session, i);
        }
      } catch (...) {
        next = count;
        const std::lock_guard lock(mutex);
        if (!error) error = std::current_exception();
      }
    };
    {
      std::vector<std::jthread> threads;
      for (std::size_t i = 1; i < sessions_.size(); ++i) {
        threads.emplace_back([&, i] { work(*sessions_[i]); });
      }
      work(*sessions_.front());
    }
    if (error) std::rethrow_exception(error);
  }

 private:
  void join(store::Session& session) {
    transactions_.push_back(std::make_unique<store::Transaction>(
        session, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"));
    sessions_.push_back(&session);
  }

  std::vector<store::Session*> sessions_;
  std::vector<std::unique_ptr<store::Transaction>>
      transactions_;  // rolled back: nothing was written
};

/// Each fact by a statement of its own, which names what is wrong.
std::vector<Pass> naming_passes(store::Session& session, const DayRange& range,
                                std::span<const base::PublicKey> keys) {
  using store::Session;
  std::vector<Pass> passes = {
      {"journals", [&](Session& s) { return store::check_journals(s, range); }},
      {"control accounts", [](Session& s) { return store::check_control_accounts(s); }},
      {"settlements", store::check_settlements},
      {"reconciled items", store::check_reconciled},
      {"limit feed", store::check_limit_feed},
      {"collections", store::check_collections},
      {"breaks", store::check_breaks},
      {"plans", store::check_plans},
      {"recognition", [](Session& s) { return store::check_recognition(s); }},
      {"allocations", store::check_allocations},
      {"customers", store::check_customers},
      {"account days", [&](Session& s) { return store::check_account_days(s, range); }},
  };
  for (const DayRange& part : store::seal_passes(session, range)) {
    passes.push_back({"seals through " + base::to_string(*part.to),
                      [part, keys](Session& s) { return store::check_seals(s, part, keys); }});
  }
  return passes;
}

/// Whether the books hold, whatever people have left undone.
bool books_hold(std::span<const Finding> findings) {
  return std::ranges::all_of(findings,
                             [](const Finding& f) { return f.offenders == 0 || is_business(f); });
}

/// Facts found in several parts are one fact.
void merge(Findings& to, const Findings& from) {
  for (const Finding& finding : from) {
    const auto same = std::ranges::find_if(
        to, [&](const Finding& f) { return f.id == finding.id && f.name == finding.name; });
    if (same == to.end()) {
      to.push_back(finding);
      continue;
    }
    same->checked += finding.checked;
    same->offenders += finding.offenders;
    if (same->first.empty()) same->first = finding.first;
  }
}

std::string sha256_hex(std::string_view text) {
  std::array<unsigned char, crypto_hash_sha256_BYTES> hash{};
  crypto_hash_sha256(hash.data(), reinterpret_cast<const unsigned char*>(text.data()), text.size());
  std::string hex;
  for (const unsigned char byte : hash) hex += fmt::format("{:02x}", byte);
  return hex;
}

}  // namespace

namespace {

/// The findings of all passes, each run on the first connection that is free.
Findings run_passes(Snapshot& snapshot, std::vector<Pass> passes,
                    const std::function<void(std::string_view)>& on_pass) {
  std::mutex mutex;
  snapshot.run(passes.size(), [&](store::Session& of_thread, std::size_t i) {
    if (on_pass) {
      const std::lock_guard lock(mutex);
      on_pass(passes[i].name);
    }
    passes[i].findings = passes[i].run(of_thread);
  });
  Findings findings;
  for (const Pass& pass : passes) merge(findings, pass.findings);
  return findings;
}

/// What a sound book's facts are; nothing if one may not hold.
std::optional<Findings> prove_quickly(Snapshot& snapshot, store::Session& session,
                                      const VerifyOptions& options, std::uint64_t workers,
                                      std::span<const base::PublicKey> keys) {
  const auto& on_pass = options.on_pass;
  QuickProof proof(session, options.range, keys, workers);
  Findings findings = run_passes(snapshot, proof.passes(), on_pass);
  if (!proof.is_sound() || !books_hold(findings)) return std::nullopt;
  merge(findings, proof.shown());
  std::vector<Pass> conclusions = proof.conclusions();
  if (conclusions.empty()) return std::nullopt;
  merge(findings, run_passes(snapshot, std::move(conclusions), on_pass));
  if (!books_hold(findings)) return std::nullopt;
  return findings;
}

}  // namespace

Findings verify_book(store::Session& session, const VerifyOptions& options,
                     std::span<store::Session> helpers, std::span<const base::PublicKey> keys) {
  std::optional<Findings> findings;
  if (!options.name_each) {
    try {
      Snapshot snapshot(session, helpers);
      findings = prove_quickly(snapshot, session, options, helpers.size() + 1, keys);
    } catch (const base::CheckFailure&) {
      // A row that can't be read as what it should be: somebody has changed the table itself.
    }
  }
  const bool was_refused = !findings && !options.name_each;
  if (!findings) {
    Snapshot snapshot(session, helpers);
    findings = run_passes(snapshot, naming_passes(session, options.range, keys), options.on_pass);
  }
  if (was_refused && !options.range.from && !options.range.to && books_hold(*findings)) {
    findings->push_back({.id = "ALL",
                         .name = "weighed-sums",
                         .sentence = "tables that must agree weigh the same",
                         .checked = 1,
                         .offenders = 1,
                         .first = "tables differ in a way that no other fact names"});
  }
  // I1, I2, ... I10 in the order of their numbers; what has none last
  std::ranges::sort(*findings, {}, [](const Finding& f) {
    const bool is_numbered = f.id.starts_with("I");
    return std::pair(is_numbered ? std::stoi(std::string(f.id.substr(1))) : 1'000, f.name);
  });
  return *std::move(findings);
}

Findings check_day(store::Session& session, base::Day day) {
  Findings findings = store::check_accounts_of_day(session, day);
  merge(findings, store::check_customers_of_day(session, day));
  merge(findings, store::check_settlements_of_day(session, day));
  merge(findings, store::check_subledgers_of_day(session, day));
  return findings;
}

bool is_business(const Finding& finding) { return finding.name == "suspense-owned"; }

bool all_hold(std::span<const Finding> findings) {
  return std::ranges::all_of(findings, [](const Finding& f) { return f.offenders == 0; });
}

std::string digest_book(store::Session& session, std::span<store::Session> helpers) {
  std::vector<std::string> lines(store::digest_table_count());
  Snapshot(session, helpers).run(lines.size(), [&](store::Session& of_thread, std::size_t i) {
    const store::TableDigest digest = store::digest_table(of_thread, i);
    lines[i] = fmt::format("{}:{}\n", digest.table, digest.hash);
  });
  std::string text;
  for (const std::string& line : lines) text += line;
  return sha256_hex(text);
}

}  // namespace engine
