#include "engine/intake.h"

#include <algorithm>
#include <array>
#include <future>
#include <unordered_map>
#include <utility>

#include "base/check.h"
#include "sql/store/purchase_lookup.h"

namespace engine {
namespace {

using input::Event;

constexpr std::size_t kKinds = std::variant_size_v<Event>;

/// The events of one round, by kind.
using Round = std::array<std::vector<std::size_t>, kKinds>;

template <class T>
void post_kind(Engine& engine,
               std::vector<ItemResult> (Engine::*operation)(std::span<const T>,
                                                            const BatchContext&),
               std::span<const Event> events, std::span<const std::size_t> indexes,
               std::size_t batch_max, const BatchContext& context,
               std::vector<ItemResult>& results) {
  std::vector<T> batch;
  for (std::size_t from = 0; from < indexes.size(); from += batch_max) {
    const auto part = indexes.subspan(from, std::min(batch_max, indexes.size() - from));
    batch.clear();
    for (const std::size_t index : part) batch.push_back(std::get<T>(events[index]));
    const std::vector<ItemResult> answers = (engine.*operation)(batch, context);
    CHECK(answers.size() == part.size(), "a batch of {} got {} answers", part.size(),
          answers.size());
    for (std::size_t i = 0; i < part.size(); ++i) results[part[i]] = answers[i];
  }
}

void post_round(Engine& engine, std::span<const Event> events, const Round& round,
                std::size_t batch_max, const BatchContext& context,
                std::vector<ItemResult>& results) {
  post_kind<Purchase>(engine, &Engine::capture, events, round[0], batch_max, context, results);
  post_kind<Repayment>(engine, &Engine::repay, events, round[1], batch_max, context, results);
  post_kind<RefundRequest>(engine, &Engine::refund, events, round[2], batch_max, context, results);
}

}  // namespace

/// What one worker does: its customers' events in rounds.
struct Intake::Share {
  struct Lane {
    std::size_t kind = kKinds;  // of the last event; none yet
    std::size_t runs = 0;
  };
  std::unordered_map<std::string_view, Lane> lanes;
  std::vector<Round> rounds;

  void add(std::string_view customer, std::size_t kind, std::size_t index) {
    Lane& lane = lanes[customer];
    if (lane.kind != kind) {
      lane.kind = kind;
      ++lane.runs;
    }
    if (rounds.size() < lane.runs) rounds.resize(lane.runs);
    rounds[lane.runs - 1][kind].push_back(index);
  }
};

Intake::Intake(const std::string& conninfo, std::shared_ptr<const Catalog> catalog,
               IntakeSettings settings)
    : settings_(settings) {
  CHECK(settings.workers >= 1 && settings.batch_max >= 1 && settings.batch_max <= kBatchMax,
        "{} workers, batches of {}", settings.workers, settings.batch_max);
  for (int i = 0; i < settings.workers; ++i) engines_.emplace_back(conninfo, catalog);
}

Intake::~Intake() = default;

std::vector<std::string> Intake::customers_of(std::span<const Event> events) {
  std::vector<std::string> customers(events.size());
  std::unordered_map<std::string_view, std::size_t> purchases;  // by reference, of this call
  std::vector<std::size_t> unresolved;
  std::vector<std::string> refs;
  for (std::size_t i = 0; i < events.size(); ++i) {
    if (const auto* purchase = std::get_if<Purchase>(&events[i])) {
      customers[i] = purchase->customer;
      purchases.emplace(purchase->ref, i);
    } else if (const auto* repayment = std::get_if<Repayment>(&events[i])) {
      customers[i] = repayment->customer;
    } else {
      unresolved.push_back(i);
      refs.push_back(std::get<RefundRequest>(events[i]).purchase_ref);
    }
  }
  if (unresolved.empty()) return customers;
  // What is in the books was there first: a purchase of this call under the same reference is a
  // repeat or a conflict.
  const auto known = store::find_purchase_customers(engines_.front().session(), refs);
  for (std::size_t k = 0; k < unresolved.size(); ++k) {
    std::string& customer = customers[unresolved[k]];
    const auto here = purchases.find(refs[k]);
    if (known[k]) {
      customer = *known[k];
    } else if (here != purchases.end()) {
      customer = customers[here->second];
    } else {
      customer = "\x01" + refs[k];  // unknown: no customer is called that
    }
  }
  return customers;
}

std::vector<ItemResult> Intake::post(std::span<const Event> events, const BatchContext& context) {
  std::vector<ItemResult> results(events.size());
  const std::vector<std::string> customers = customers_of(events);
  std::array<std::unordered_map<std::string_view, std::size_t>, kKinds> first_users;
  std::vector<Share> shares(engines_.size());
  std::vector<std::size_t> last;
  for (std::size_t i = 0; i < events.size(); ++i) {
    const std::size_t kind = events[i].index();
    const auto [first, is_first] = first_users[kind].emplace(input::ref_of(events[i]), i);
    if (!is_first && customers[first->second] != customers[i]) {
      last.push_back(i);
      continue;
    }
    const std::size_t worker = std::hash<std::string_view>{}(customers[i]) % engines_.size();
    shares[worker].add(customers[i], kind, i);
  }
  auto work = [&](std::size_t worker) {
    for (const Round& round : shares[worker].rounds) {
      post_round(engines_[worker], events, round, settings_.batch_max, context, results);
    }
  };
  std::vector<std::future<void>> others;
  for (std::size_t worker = 1; worker < engines_.size(); ++worker) {
    if (shares[worker].rounds.empty()) continue;
    others.push_back(std::async(std::launch::async, work, worker));
  }
  work(0);
  for (std::future<void>& other : others) other.get();
  for (const std::size_t index : last) {
    Round alone;
    alone[events[index].index()].push_back(index);
    post_round(engines_.front(), events, alone, 1, context, results);
  }
  return results;
}

}  // namespace engine
