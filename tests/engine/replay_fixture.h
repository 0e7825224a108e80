// Replays of files into fresh databases, for tests.
#pragma once

#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "engine/close.h"
#include "engine/replay.h"
#include "engine/verify.h"
#include "sql/store/session.h"

namespace tests {

inline std::string read_file(const std::string& path) {
  std::ifstream in(path);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

/// What a command does between reading its flags and printing, with the date given.
struct ReplayRun {
  engine::ReplayFiles files;
  std::shared_ptr<const engine::Catalog> catalog;
  base::Day through;
  base::Day today = base::make_day(2026, 1, 1);
  engine::IntakeSettings intake = {};
  std::size_t events_max = 20'000;

  std::vector<std::pair<input::Kind, input::Reject>> rejects = {};

  engine::ReplayReport operator()(const std::string& conninfo) {
    store::Session session(conninfo);
    engine::Replay replay(files, catalog);
    engine::apply_catalog(session, conninfo, *catalog, replay.first_date().value());
    catalog = engine::load_catalog(session);
    engine::Closer closer(conninfo, catalog);
    return replay.run(
        conninfo, engine::find_book(session).value(),
        {.through = through, .today = today, .intake = intake, .events_max = events_max},
        {.close_date = [&](base::Day day) { closer.close_through(day, today); },
         .on_reject = [&](input::Kind kind,
                          const input::Reject& why) { rejects.emplace_back(kind, why); }});
  }
};

inline std::string digest(const std::string& conninfo) {
  store::Session session(conninfo);
  return engine::digest_book(session);
}

}  // namespace tests
