// Breaks as they are kept: found by a run, changed by the next one, closed when what was missing
// has come; and what people do about them. Everything works on sets.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/day.h"
#include "base/id.h"
#include "base/money.h"
#include "sql/store/rows.h"
#include "sql/store/session.h"

namespace store {

enum class BreakStage : std::int16_t { LedgerBill = 1, FundBank = 2 };

/// A break that a run has found, known by the row it is about.
struct FoundBreak {
  BreakStage stage = BreakStage::LedgerBill;
  bool is_of_ledger = false;  ///< or of the fund bill
  std::int64_t subject = 0;
  std::string_view type = {};
  base::Day day = {};
  base::Currency currency = {};
  std::int64_t amount = 0;
  std::int64_t difference = 0;
  std::optional<std::int64_t> ledger = {};
  std::optional<std::int64_t> bill = {};
  std::int64_t ledger_minor = 0;
  std::int64_t bill_minor = 0;
  base::Currency bill_currency = {};
  std::string_view key_ref = {};
  bool is_refund = false;
  std::string_view our_ref = {};
  std::string_view their_ref = {};
  std::string_view field = {};
  std::string_view ours = {};
  std::string_view theirs = {};
  std::string_view nearest = {};
  std::string_view why = {};
};

/// What a run did to one break.
struct BreakChange {
  std::string happened = {};  ///< "opened", "changed", "reopened", "closed", "agrees"
  std::int64_t id = 0;
  std::string type = {};
  base::Day day = {};
  base::Currency currency = {};
  std::int64_t amount = 0;
  std::int64_t difference = 0;
  std::string our_ref = {};
  std::string their_ref = {};
  std::string detail = {};
};

/// What a run has found, in tables of the transaction that `sync_breaks` reads.
class FoundCopy {
 public:
  static void make_tables(Session& session);

  explicit FoundCopy(Session& session);
  void add(const FoundBreak& found);
  void finish() { copy_.finish(); }

 private:
  CopyIn copy_;
};

/// Keeps breaks of rows by which none was ever kept: no statement has to look for them. Each gets a
/// line of history.
void open_breaks(Session& session, base::PartyId channel, base::Day as_of,
                 std::span<const FoundBreak> breaks, const std::function<void(BreakChange)>& take);

/// Pairs that agree now, so that a break that is gone can say why. `ref` is our number.
class PairCopy {
 public:
  explicit PairCopy(Session& session);
  void add(BreakStage stage, std::int64_t ledger, std::int64_t bill, std::string_view ref);
  void finish() { copy_.finish(); }

 private:
  CopyIn copy_;
};

/// Until the transaction ends, nobody else changes the channel's breaks.
void lock_breaks(Session& session, base::PartyId channel);

/// The date of the last run, if there was one; and that a run was made.
std::optional<base::Day> find_last_run(Session& session, base::PartyId channel);
void save_run(Session& session, base::PartyId channel, base::Day as_of);

/// Makes the channel's breaks those that were found: new ones open, others change, and those dated
/// `from` or later that were not found close, each with a line of history. The same findings twice
/// change nothing. Breaks numbered above `last` were opened by this run. `take` gets every change;
/// it may not use the session.
void sync_breaks(Session& session, base::PartyId channel, base::Day from, base::Day as_of,
                 std::int64_t last, const std::function<void(BreakChange)>& take);

/// The greatest number of a break, 0 if there is none.
std::int64_t find_last_break(Session& session);

/// Which breaks a command is about; what is empty does not select.
struct BreakFilter {
  base::PartyId channel = {};  ///< 0: of all
  std::optional<std::int64_t> id = {};
  std::optional<base::Day> from = {};
  std::optional<base::Day> to = {};
  std::string type = {};
  std::string owner = {};  ///< "-": nobody
  std::string state = {};  ///< open, proposed, approved, resolved, closed; "": all but closed
  bool all = false;        ///< closed ones too
};

struct BreakRow {
  std::int64_t id = 0;
  std::string channel = {};
  BreakStage stage = BreakStage::LedgerBill;
  std::string type = {};
  std::string state = {};  ///< as in the filter
  bool present = true;
  base::Day day = {};
  base::Currency currency = {};
  std::int64_t amount = 0;
  std::int64_t difference = 0;
  std::string our_ref = {};
  std::string their_ref = {};
  std::string field = {};
  std::string ours = {};
  std::string theirs = {};
  std::string nearest = {};
  std::string why = {};
  base::Day opened_on = {};
  std::string owner = {};
  std::string proposed_action = {};
  std::string proposed_by = {};
  std::string reason = {};
  std::string action = {};
  std::string approved_by = {};
  base::Day as_of = {};  ///< of the channel's last run
};

/// In order of channel, date and id. `take` may not use the session.
void list_breaks(Session& session, const BreakFilter& filter,
                 const std::function<void(BreakRow)>& take);

struct HistoryRow {
  base::Instant at = {};
  std::string happened = {};
  std::string by = {};
  std::string detail = {};
};
std::vector<HistoryRow> list_history(Session& session, std::int64_t break_id);

}  // namespace store
