// Events of every kind from one file of JSON lines, in the order they stand there.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "cli/command.h"
#include "cli/event_line.h"
#include "engine/engine.h"

namespace cli {

/// Posts events in their order: neighbors of one kind as one batch. Results beside the events.
std::vector<engine::ItemResult> post_events(engine::Engine& engine,
                                            std::span<const LifecycleEvent> events,
                                            const engine::BatchContext& context);

struct EventImportOptions {
  std::string file;
  std::string rejects;
  std::size_t batch = 5'000;
  bool creates_parties = false;
  bool is_dry_run = false;
  bool is_json = false;
};

Exit import_events(const EventImportOptions& options, const std::string& conninfo,
                   std::shared_ptr<const engine::Catalog> catalog);

}  // namespace cli
