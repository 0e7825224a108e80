// Connections that read a channel's items and rows of bills, each its part of the dates.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sql/store/reconcile_store.h"
#include "sql/store/trade_store.h"

namespace engine {

/// A connection with its part of the dates. Keeps a pointer to the comparison.
class TradeReader {
 public:
  TradeReader(const store::Comparison& comparison, store::TradePart part)
      : comparison_(comparison), part_(std::move(part)) {}

  /// Reads on a session that is there.
  void use(store::Session& session);
  /// Reads on a session of its own that sees a snapshot.
  void connect(const std::string& snapshot);

  /// Finds the sums of its items, and the numbers that don't agree in its dates.
  void compare();
  const std::vector<store::ItemSum>& sums() const { return sums_; }
  std::vector<store::NumberSum> take_open() { return std::move(open_); }
  store::Session& session() { return *session_; }

  /// Asks for all its records of these numbers; `front` and `pop` give them by key.
  void ask(const std::vector<std::int64_t>& keys);
  /// The first row that was not taken, nullptr at the end.
  store::NumberRow* front();
  void pop() { ++at_; }

 private:
  const store::Comparison& comparison_;
  store::TradePart part_;
  std::optional<store::Session> own_;
  std::optional<store::Transaction> begun_;
  store::Session* session_ = nullptr;
  std::vector<store::ItemSum> sums_;
  std::vector<store::NumberSum> open_;
  std::vector<std::int64_t> over_;
  std::optional<store::NumberRows> rows_;
  std::vector<store::NumberRow> piece_;
  std::size_t at_ = 0;
};
using TradeReaders = std::vector<std::unique_ptr<TradeReader>>;

/// With `conninfo` so many as there are workers and one more, all of which see one snapshot; else
/// the session itself.
TradeReaders make_readers(store::Session& session, const store::Comparison& comparison);

/// Each reader on a thread of its own; the first failure is thrown.
void all_at_once(TradeReaders& readers, const std::function<void(TradeReader&)>& work);

/// Numbers that no part alone, nor all of them together, makes agree, and those that are looked at
/// anyway; ascending.
std::vector<std::int64_t> list_keys(TradeReaders& readers, const store::Comparison& comparison);

}  // namespace engine
