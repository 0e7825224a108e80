// What people do about breaks, by filter: owners, proposals, approvals, and what was posted.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/day.h"
#include "base/id.h"
#include "base/money.h"
#include "sql/store/break_store.h"
#include "sql/store/session.h"

namespace store {

/// How many, and what their differences come to, of one type and currency.
struct BreakSum {
  std::string type = {};
  base::Currency currency = {};
  std::int64_t count = 0;
  std::int64_t amount = 0;      ///< of the rows, as the break shows it
  std::int64_t difference = 0;  ///< of FEE in 10^-5
};

/// Gives them an owner. Those that have it already are left alone.
std::vector<BreakSum> assign_breaks(Session& session, const BreakFilter& filter,
                                    const std::string& owner, const std::string& by,
                                    const std::string& note);

/// For which breaks an action is.
struct ActionRule {
  std::vector<std::string> types = {};
  bool wants_more = false;  ///< only where the other side has more
  bool wants_less = false;
};

/// Open breaks of the filter that the action is not for: how many, and the first.
struct Misfits {
  std::int64_t count = 0;
  std::int64_t first = 0;
  std::string type = {};
};
Misfits find_misfits(Session& session, const BreakFilter& filter, const ActionRule& rule);

std::vector<BreakSum> propose_action(Session& session, const BreakFilter& filter,
                                     const std::string& action, const std::string& by,
                                     const std::string& reason);
/// Takes proposals back, whoever made them.
std::vector<BreakSum> reject_proposals(Session& session, const BreakFilter& filter,
                                       const std::string& by, const std::string& reason);

/// How many of the proposals are this person's own.
std::int64_t count_own_proposals(Session& session, const BreakFilter& filter,
                                 const std::string& by);

/// Approves every proposal of the filter. Those whose action is in `posting` wait for their
/// journals, the others are resolved.
std::vector<BreakSum> approve_proposals(Session& session, const BreakFilter& filter,
                                        const std::string& by, base::Instant at,
                                        std::span<const std::string> posting);

/// A break whose journals are to be posted.
struct ApprovedBreak {
  std::int64_t id = 0;
  std::string channel = {};
  BreakStage stage = BreakStage::LedgerBill;
  std::string type = {};
  base::Currency currency = {};
  std::int64_t difference = 0;
  std::string owner = {};
  std::string action = {};
  std::string reason = {};
  std::string proposed_by = {};
  std::string approved_by = {};
  base::Instant approved_at = {};
  std::int32_t approvals = 1;
};
/// The next `count` by number behind `after`.
std::vector<ApprovedBreak> list_approved(Session& session, const BreakFilter& filter,
                                         std::int64_t after, int count);

/// What came of posting: `posted` says how it changed 1011; with `refusal` it is open again.
struct Posting {
  std::int64_t id = 0;
  std::int64_t posted = 0;
  std::string detail = {};
  bool is_refused = false;
};
void save_postings(Session& session, std::span<const Posting> postings);

}  // namespace store
