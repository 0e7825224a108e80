#include "engine/resolve.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

namespace engine {
namespace {

constexpr int kBatch = 1'000;
constexpr std::size_t kNotPostedShown = 10;

std::int64_t amount_of(const store::ApprovedBreak& b) {
  if (b.type != "FEE") return std::abs(b.difference);
  std::int64_t scale = 100'000;
  for (int i = 0; i < b.currency.exponent(); ++i) scale /= 10;
  return (std::abs(b.difference) + scale / 2) / scale;  // half up
}

std::string ref_of(const store::ApprovedBreak& b) {
  return b.approvals > 1 ? fmt::format("recon-{}.{}", b.id, b.approvals)
                         : fmt::format("recon-{}", b.id);
}

/// The events of one break, in order.
std::vector<BookEvent> events_of(const store::ApprovedBreak& b) {
  const std::int64_t amount = amount_of(b);
  if (amount == 0) return {};
  BookEvent event{.ref = ref_of(b),
                  .type = {},
                  .at = b.approved_at,
                  .currency = b.currency,
                  .amounts = {{"amount", amount}},
                  .channel = b.channel,
                  .reason = b.reason,
                  .requested_by = b.proposed_by,
                  .approved_by = b.approved_by};
  if (b.action == "fee-expense") {
    event.type = "channel_charge";
    return {event};
  }
  const bool is_more = b.difference > 0;
  event.type = !is_more                                 ? "shortage"
               : b.stage == store::BreakStage::FundBank ? "suspense_in"
                                                        : "unmatched_receipt";
  std::vector<BookEvent> events{event};
  BookEvent next = event;
  next.suspense = event.ref;
  if (b.action == "loss") {
    next.ref += "-loss";
    next.type = "shortage_loss";
  } else {
    next.ref += "-owner";
    next.type = "assign_suspense";
    next.amounts.clear();
    next.owner = b.owner.empty() ? b.proposed_by : b.owner;
  }
  events.push_back(next);
  return events;
}

/// Posts what is approved, batch by batch.
class Poster {
 public:
  Poster(Engine& engine, const store::BreakFilter& filter, const BatchContext& context,
         Approval& approval)
      : engine_(engine), filter_(filter), context_(context), approval_(approval) {}

  void run() {
    std::int64_t after = 0;
    for (auto list = next(after); !list.empty(); list = next(after)) {
      after = list.back().id;
      post(list);
    }
  }

 private:
  std::vector<store::ApprovedBreak> next(std::int64_t after) {
    return store::list_approved(engine_.session(), filter_, after, kBatch);
  }

  void post(const std::vector<store::ApprovedBreak>& list) {
    std::vector<BookEvent> events;
    std::vector<std::size_t> ends;
    for (const store::ApprovedBreak& b : list) {
      for (BookEvent& event : events_of(b)) events.push_back(std::move(event));
      ends.push_back(events.size());
    }
    const std::vector<ItemResult> results = engine_.record(events, context_);
    std::vector<store::Posting> postings;
    std::size_t at = 0;
    for (std::size_t i = 0; i < list.size(); ++i) {
      postings.push_back(judge(list[i], std::span(events).subspan(at, ends[i] - at),
                               std::span(results).subspan(at, ends[i] - at)));
      at = ends[i];
    }
    store::Transaction transaction(engine_.session());
    store::save_postings(engine_.session(), postings);
    transaction.commit();
  }

  store::Posting judge(const store::ApprovedBreak& b, std::span<const BookEvent> events,
                       std::span<const ItemResult> results) {
    store::Posting posting{.id = b.id};
    std::string what;
    for (std::size_t i = 0; i < events.size(); ++i) {
      if (results[i].refusal != Refusal::None) {
        posting.is_refused = true;
        posting.detail =
            fmt::format("{} as {}: {}", events[i].type, events[i].ref, code(results[i].refusal));
        break;
      }
      if (events[i].type == "assign_suspense") continue;
      if (!what.empty()) what += ", ";
      what += fmt::format("{} {}", events[i].type, events[i].ref);
    }
    if (posting.is_refused) {
      ++approval_.refused;
      if (approval_.not_posted.size() < kNotPostedShown) {
        approval_.not_posted.push_back(fmt::format("{}: {}", b.id, posting.detail));
      }
      return posting;
    }
    if (!events.empty()) ++approval_.posted;
    posting.detail = events.empty() ? "nothing to post" : fmt::format("posted {}", what);
    if (!events.empty()) posting.posted = moved_by(events.front(), amount_of(b));
    return posting;
  }

  /// How 1011 moves.
  static std::int64_t moved_by(const BookEvent& event, std::int64_t amount) {
    if (event.type == "suspense_in") return 0;  // 1001
    return event.type == "unmatched_receipt" ? amount : -amount;
  }

  Engine& engine_;
  const store::BreakFilter& filter_;
  const BatchContext& context_;
  Approval& approval_;
};

std::string list_types(const store::ActionRule& rule) {
  std::string text;
  for (const std::string& type : rule.types) text += (text.empty() ? "" : ", ") + type;
  if (rule.wants_more) text += ", where the other side has more";
  if (rule.wants_less) text += ", where the other side has less";
  return text;
}

}  // namespace

std::span<const ResolveAction> resolve_actions() {
  static const std::vector<ResolveAction> kActions = {
      {"accepted-timing",
       "",
       "the other side will come, or came, on another date",
       {{"TIMING", "DATE", "MISSING_LEDGER", "MISSING_BILL", "BANK_SHORT"}}},
      {"duplicate-ignored", "", "one row too many, and it counts nowhere", {{"DUPLICATE"}}},
      {"corrected-by-channel",
       "",
       "the channel or the bank puts it right",
       {{"TIMING", "MISSING_LEDGER", "MISSING_BILL", "DUPLICATE", "CURRENCY", "AMOUNT", "STATUS",
         "DATE", "FEE", "BANK_SHORT", "BANK_LONG", "SPLIT"}}},
      {"suspense",
       "1011 / 2901 (R01) where the other side has more, 1901 / 1011 (R03) where less; 1001 / 2901 "
       "where the bank has more",
       "the difference waits for whom it belongs to",
       {{"MISSING_LEDGER", "MISSING_BILL", "DUPLICATE", "AMOUNT", "STATUS", "BANK_SHORT",
         "BANK_LONG"}}},
      {"loss",
       "1901 / 1011 (R03) and 6702 / 1901 (R05)",
       "the difference is lost",
       {{"MISSING_BILL", "MISSING_LEDGER", "DUPLICATE", "AMOUNT", "BANK_SHORT"}, false, true}},
      {"fee-expense", "6401 / 1011", "the channel took more, and may", {{"FEE"}, true}},
  };
  return kActions;
}

const ResolveAction* find_action(std::string_view name) {
  const auto actions = resolve_actions();
  const auto found = std::ranges::find(actions, name, &ResolveAction::name);
  return found == actions.end() ? nullptr : &*found;
}

base::Result<BreakSums, ReconcileProblem> propose(store::Session& session,
                                                  const store::BreakFilter& filter,
                                                  const std::string& action, const std::string& by,
                                                  const std::string& reason) {
  const ResolveAction* known = find_action(action);
  if (known == nullptr) {
    return std::unexpected(
        ReconcileProblem{"ACTION_UNKNOWN", fmt::format("no action is called {}", action)});
  }
  store::Transaction transaction(session);
  const store::Misfits misfits = store::find_misfits(session, filter, known->rule);
  if (misfits.count > 0) {
    return std::unexpected(ReconcileProblem{
        "ACTION_NOT_FOR_BREAK",
        fmt::format("{} of these breaks, the first {} ({}), can't end as {}: that is for {}",
                    misfits.count, misfits.first, misfits.type, action, list_types(known->rule))});
  }
  BreakSums sums = store::propose_action(session, filter, action, by, reason);
  if (sums.empty()) {
    return std::unexpected(ReconcileProblem{"BREAK_UNKNOWN", "no open break is selected"});
  }
  transaction.commit();
  return sums;
}

base::Result<Approval, ReconcileProblem> approve(Engine& engine, const store::BreakFilter& filter,
                                                 const std::string& by, base::Instant at,
                                                 const BatchContext& context) {
  std::vector<std::string> posting;
  for (const ResolveAction& action : resolve_actions()) {
    if (!action.posts.empty()) posting.emplace_back(action.name);
  }
  Approval approval;
  {
    store::Transaction transaction(engine.session());
    if (const auto own = store::count_own_proposals(engine.session(), filter, by); own > 0) {
      return std::unexpected(
          ReconcileProblem{"SECOND_PERSON_MISSING",
                           fmt::format("{} of these proposals {} by {}: another person approves",
                                       own, own == 1 ? "is" : "are", by)});
    }
    approval.approved = store::approve_proposals(engine.session(), filter, by, at, posting);
    transaction.commit();
  }
  Poster(engine, filter, context, approval).run();
  if (approval.approved.empty() && approval.posted == 0 && approval.refused == 0) {
    return std::unexpected(ReconcileProblem{"BREAK_UNKNOWN", "no proposal is selected"});
  }
  return approval;
}

}  // namespace engine
