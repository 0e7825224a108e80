#include "cli/replay_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <ostream>

#include "cli/clock.h"
#include "cli/progress.h"
#include "engine/close.h"
#include "engine/input/rejects_file.h"
#include "engine/price_check.h"

namespace cli {
namespace {

/// The book, opened by the first event if the database has none.
engine::Book open_book(store::Session& session, const std::string& conninfo,
                       const std::optional<engine::Catalog>& catalog,
                       std::optional<base::Day> first_date) {
  if (catalog) {
    const bool is_new = !engine::find_book(session);
    if (is_new && !first_date && !catalog->opens_on) {
      throw input::InputError("the files have no row that can be read, so no date opens the book");
    }
    engine::apply_catalog(session, conninfo, *catalog, first_date.value_or(base::Day{}));
  }
  return engine::find_book(session).value();
}

}  // namespace

std::vector<KindTotals> ReplayResult::totals() const {
  std::vector<KindTotals> all;
  for (std::size_t i = 0; i < engine::kInputKinds; ++i) {
    all.push_back({static_cast<input::Kind>(i), report.totals[i]});
  }
  return all;
}

bool ReplayResult::changed_nothing() const {
  return report.dates_closed == 0 && std::ranges::all_of(report.totals, [](const auto& totals) {
           return totals.posted.count == 0;
         });
}

bool ReplayResult::is_whole() const { return !report.has_rejects() && report.faults.empty(); }

ReplayResult run_replay(ReplayRequest request, const std::string& conninfo) {
  store::Session session(conninfo);
  auto catalog = request.catalog ? std::make_shared<const engine::Catalog>(*request.catalog)
                                 : engine::load_catalog(session);
  const base::Day today = today_in(*catalog);
  if (request.catalog) engine::refuse_price_breach(*catalog, today);
  engine::Replay replay(request.files, catalog);
  const engine::Book book = open_book(session, conninfo, request.catalog, replay.first_date());
  catalog = engine::load_catalog(session);  // now with its version
  const base::Day through = request.through.value_or(std::min(today, book.closed_through));
  if (through > today) {
    throw engine::CloseRefused(fmt::format("{} is not over yet: today is {}",
                                           base::to_string(through), base::to_string(today)));
  }
  input::RejectsFile rejects(request.rejects, /*names_file=*/true);
  RejectLines lines;
  Progress progress("replay");
  // Proving the whole book each month would take longer than the history; `fenqi verify` does it at
  // the end.
  engine::Closer closer(conninfo, catalog, {.proves_months = false});
  const engine::Replay::Settings settings = {
      .through = through, .today = today, .intake = {.workers = request.workers}};
  const engine::Replay::Hooks hooks = {
      .close_date = [&](base::Day date) { closer.close_ahead(date, today); },
      .on_reject =
          [&](input::Kind kind, const input::Reject& why) {
            rejects.add(why, input::name(kind));
            lines.add(kind, why.line, why.code, why.field, why.value, why.detail);
          },
      .on_progress =
          [&](const engine::ReplayProgress& done) {
            progress.show(static_cast<std::uint64_t>(done.dates_done),
                          static_cast<std::uint64_t>(done.dates_total), done.events,
                          base::to_string(done.date));
          }};
  ReplayResult result;
  result.report = replay.run(conninfo, book, settings, hooks);
  closer.finish();
  rejects.commit();
  std::int64_t rows = 0;
  for (const input::Totals& totals : result.report.totals) rows += totals.read.count;
  progress.end(rows);
  result.rejects = rejects.count();
  result.catalog = catalog;
  result.book = engine::find_book(session).value();
  return result;
}

nlohmann::ordered_json replay_json(const ReplayResult& result) {
  nlohmann::ordered_json json;
  for (const KindTotals& kind : result.totals()) {
    json[std::string(input::name(kind.kind))] = totals_json(kind.totals, result.catalog->currency);
  }
  json["currency"] = result.catalog->currency.code();
  json["closes"] = result.report.dates_closed;
  json["opened_on"] = base::to_string(result.book.opens_on);
  json["closed_through"] = base::to_string(result.book.closed_through);
  json["out_of_order"] = result.report.out_of_order;
  json["faults"] = result.report.faults;
  return json;
}

void print_replay(std::ostream& out, const ReplayResult& result) {
  print_totals(out, result.totals(), result.catalog->currency);
  out << fmt::format("{} dates closed; the book covers {} to {}\n", result.report.dates_closed,
                     base::to_string(result.book.opens_on),
                     base::to_string(result.book.closed_through));
  if (result.report.out_of_order > 0) {
    out << fmt::format(
        "{} rows were earlier than the row before them: posted on the date reached\n",
        result.report.out_of_order);
  }
  for (const std::string& fault : result.report.faults) {
    out << fault << "; the rows before it were taken\n";
  }
  if (result.changed_nothing()) out << "nothing changed: everything was there before\n";
}

}  // namespace cli
