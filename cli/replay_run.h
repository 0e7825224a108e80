// Runs a replay for a command: opens the book, posts and closes with a progress bar, keeps rejects.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "cli/intake_report.h"
#include "engine/replay.h"

namespace cli {

struct ReplayRequest {
  engine::ReplayFiles files;
  std::optional<engine::Catalog> catalog;  ///< nothing: the book's own
  std::optional<base::Day> through;        ///< nothing: the first event's date decides below
  int workers = 2;
  std::string rejects;  ///< "": rejected rows are only counted
};

struct ReplayResult {
  std::shared_ptr<const engine::Catalog> catalog;
  engine::Book book;  ///< as it is afterwards
  engine::ReplayReport report;
  std::int64_t rejects = 0;  ///< rows that were declined or rejected

  std::vector<KindTotals> totals() const;
  bool changed_nothing() const;  ///< everything was there before
  bool is_whole() const;         ///< nothing rejected, no file broke off
};

/// Throws input::InputError, engine::CatalogMismatch, and what a close throws.
ReplayResult run_replay(ReplayRequest request, const std::string& conninfo);

/// {"purchases": …, "repayments": …, "refunds": …, "closes": N, …}
nlohmann::ordered_json replay_json(const ReplayResult& result);

/// Control totals, dates closed, what was odd about the files.
void print_replay(std::ostream& out, const ReplayResult& result);

}  // namespace cli
