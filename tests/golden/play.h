// The scenarios of this folder, and what comes of playing one through the real engine and close.
// README.md has the format.
#pragma once

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "cli/event_import.h"
#include "cli/event_line.h"
#include "engine/book.h"
#include "engine/close.h"
#include "engine/verify.h"
#include "sql/store/rows.h"
#include "tests/support/test_database.h"

namespace tests {

using base::Day;

/// "2101:sale" on the debit or credit side, in a currency.
struct Side {
  std::string account;
  bool is_debit;
  std::string currency;

  auto operator<=>(const Side&) const = default;
};

struct Expected {
  std::string id;
  Day date;
  std::string event;
  std::vector<std::pair<Side, std::int64_t>> lines = {};
};

struct Scenario {
  std::string name;
  std::string catalog = {};
  std::vector<std::string> given = {};
  std::vector<std::string> events = {};
  std::vector<Expected> journals = {};
  std::map<std::string, std::int64_t> balances = {};  // "1001" or "1001 USD"
  std::set<std::string> transit = {};
  std::set<std::string> only = {};
};

inline std::int64_t minor_of(const std::string& text) {
  const auto money = base::parse_money(text, base::Currency::find("CNY").value());
  if (!money) throw std::runtime_error("not an amount: " + text);
  return money->minor();
}

inline std::string trimmed(const std::string& text) {
  const auto from = text.find_first_not_of(" \t");
  return from == std::string::npos ? ""
                                   : text.substr(from, text.find_last_not_of(" \t") - from + 1);
}

inline std::vector<std::string> split(const std::string& text, char by) {
  std::vector<std::string> parts;
  std::stringstream stream(text);
  for (std::string part; std::getline(stream, part, by);) parts.push_back(trimmed(part));
  return parts;
}

/// "1101 1000.00; 2101:mdr 6.36", an amount in another currency as "3001 USD 962.60".
inline void read_side(const std::string& text, bool is_debit, Expected& journal) {
  for (const std::string& line : split(text, ';')) {
    const std::vector<std::string> words = split(line, ' ');
    const std::string currency = words.size() == 3 ? words[1] : "CNY";
    std::string account = words.at(0);
    // Only item types are told apart; a channel, bank or product is not.
    if (!account.starts_with("2101")) account = account.substr(0, 4);
    journal.lines.push_back({{account, is_debit, currency}, minor_of(words.back())});
  }
}

inline Scenario read_scenario(const std::filesystem::path& path) {
  Scenario scenario{.name = path.stem().string()};
  std::ifstream file(path);
  std::string block;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("```")) {
      block = block.empty() ? line.substr(3) : "";
    } else if (block == "catalog") {
      scenario.catalog += line + "\n";
    } else if (block == "given" || block == "events") {
      auto& events = block == "given" ? scenario.given : scenario.events;
      if (!trimmed(line).empty() && line[0] != '#') events.push_back(line);
    } else if (block == "balances") {
      const std::vector<std::string> words = split(line, ' ');
      scenario.balances[words.size() == 3 ? words[0] + " " + words[1] : words[0]] =
          minor_of(words.back());
    } else if (block == "transit") {
      scenario.transit.insert(trimmed(line));
    } else if (block == "only") {
      scenario.only.insert(trimmed(line));
    } else if (std::regex_search(line, std::regex(R"(^\| [A-Z]\d\d \|)"))) {
      const std::vector<std::string> cells = split(line, '|');
      Expected journal{
          .id = cells.at(1), .date = base::parse_day(cells.at(2)).value(), .event = cells.at(3)};
      read_side(cells.at(4), true, journal);
      read_side(cells.at(5), false, journal);
      scenario.journals.push_back(std::move(journal));
    }
  }
  return scenario;
}

/// What a scenario did: per date, account and side, the sum posted.
class Play {
 public:
  /// Closes one date; the engine's own close if nothing else is said.
  using CloseDate = std::function<void(const std::string& conninfo,
                                       const std::shared_ptr<const engine::Catalog>&, Day)>;
  static inline const Day kToday = base::make_day(2026, 12, 31);

  explicit Play(const Scenario& scenario, CloseDate close_date = {})
      : scenario_(scenario),
        close_date_(std::move(close_date)),
        session_(database_.conninfo()),
        catalog_(std::make_shared<const engine::Catalog>(engine::apply_catalog(
            session_, database_.conninfo(), engine::parse_catalog(scenario.catalog).value(), {}))),
        engine_(database_.conninfo(), catalog_) {
    run(scenario.given);
    if (!scenario.given.empty()) given_ = balances();
    run(scenario.events);
  }

  const std::string& conninfo() const { return database_.conninfo(); }
  const std::shared_ptr<const engine::Catalog>& catalog() const { return catalog_; }

  const std::vector<std::string>& troubles() const { return troubles_; }

  /// By date and side. Recognition posts with the platform, so plans are not told apart here; a
  /// scenario's plans have products of their own where it matters.
  std::map<Day, std::map<Side, std::int64_t>> posted() {
    const store::Rows rows = store::query(session_, R"(
      SELECT j.business_date, j.currency, d.code, d.tag, c.code, c.tag, t.amount
      FROM journal j,
           LATERAL unnest(j.debit_account, j.credit_account, j.amount_minor) AS t (debit, credit, amount)
      JOIN account d ON d.account_id = t.debit JOIN account c ON c.account_id = t.credit
      WHERE NOT (j.journal_id = ANY ($1)))",
                                          store::Params().int8s(given_journals_));
    std::map<Day, std::map<Side, std::int64_t>> sums;
    for (int i = 0; i < rows.size(); ++i) {
      const std::string currency(rows.text(i, 1));
      auto& day = sums[rows.day(i, 0)];
      const auto name = [&](int column) {
        std::string account = std::to_string(rows.int4(i, column));
        if (account == "2101") account += ":" + std::string(rows.text(i, column + 1));
        return account;
      };
      day[{name(2), true, currency}] += rows.int8(i, 6);
      day[{name(4), false, currency}] += rows.int8(i, 6);
    }
    return sums;
  }

  /// Code, with its currency where it is another than CNY, to the sum since `given`.
  std::map<std::string, std::int64_t> closing() {
    std::map<std::string, std::int64_t> all = balances();
    for (const auto& [account, minor] : given_) all[account] -= minor;
    std::erase_if(all, [](const auto& entry) { return entry.second == 0; });
    return all;
  }

  std::vector<std::string> facts_that_fail() {
    store::Session owner(database_.conninfo(), store::Role::Owner);
    std::vector<std::string> failed;
    for (const engine::Finding& finding : engine::verify_book(owner)) {
      if (finding.offenders > 0) {
        failed.push_back(fmt::format("{}: {}", finding.name, finding.first));
      }
    }
    return failed;
  }

 private:
  void run(const std::vector<std::string>& lines) {
    for (const std::string& line : lines) {
      if (line.starts_with("close ")) {
        close(base::parse_day(trimmed(line.substr(6))).value());
        continue;
      }
      const cli::LifecycleEvent event = parse(line);
      const Day day = catalog_->zone.day_of(
          std::visit([](const auto& e) { return instant_of(e); }, event), catalog_->cutoff);
      close(base::plus_days(day, -1));
      const auto result =
          cli::post_events(engine_, std::vector{event}, {kToday, /*create_parties=*/true})[0];
      if (result.status != engine::Status::Posted) {
        troubles_.push_back(fmt::format("{}: {}", code(result.refusal), line));
      }
    }
    if (&lines == &scenario_.given && !lines.empty()) {
      const store::Rows rows = store::query(session_, "SELECT journal_id FROM journal");
      for (int i = 0; i < rows.size(); ++i) given_journals_.push_back(rows.int8(i, 0));
    }
  }

  cli::LifecycleEvent parse(const std::string& line) {
    try {
      return cli::read_event(line, *catalog_);
    } catch (const cli::Problem& problem) {
      throw std::runtime_error(fmt::format("{} {}: {}", problem.field, problem.detail, line));
    }
  }

  static base::Instant instant_of(const engine::Purchase& e) { return e.purchased_at; }
  static base::Instant instant_of(const engine::Repayment& e) { return e.paid_at; }
  static base::Instant instant_of(const engine::RefundRequest& e) { return e.refunded_at; }
  static base::Instant instant_of(const engine::HoldRequest& e) { return e.authorized_at; }
  static base::Instant instant_of(const engine::HoldRelease& e) { return e.released_at; }
  static base::Instant instant_of(const engine::LifeEvent& e) { return e.at; }
  static base::Instant instant_of(const engine::BookEvent& e) { return e.at; }

  void close(Day through) {
    const auto book = engine::find_book(session_);
    if (!book || through <= book->closed_through) return;
    if (!close_date_) {
      engine::close_through(database_.conninfo(), catalog_, through, kToday);
      return;
    }
    for (Day day = base::plus_days(book->closed_through, 1); day <= through;
         day = base::plus_days(day, 1)) {
      close_date_(database_.conninfo(), catalog_, day);
    }
  }

  std::map<std::string, std::int64_t> balances() {
    const store::Rows rows = store::query(session_, R"(
      SELECT a.code, a.currency, sum(s.amount)::bigint
      FROM journal j,
           LATERAL unnest(j.debit_account, j.credit_account, j.amount_minor) AS t (debit, credit, amount),
           LATERAL (VALUES (t.debit, t.amount), (t.credit, -t.amount)) AS s (account_id, amount)
      JOIN account a ON a.account_id = s.account_id
      GROUP BY a.code, a.currency)");
    std::map<std::string, std::int64_t> sums;
    for (int i = 0; i < rows.size(); ++i) {
      std::string account = std::to_string(rows.int4(i, 0));
      if (rows.text(i, 1) != "CNY") account += " " + std::string(rows.text(i, 1));
      sums[account] = rows.int8(i, 2);
    }
    return sums;
  }

  const Scenario& scenario_;
  CloseDate close_date_;
  tests::TestDatabase database_ = tests::TestDatabase::create();
  store::Session session_;
  std::shared_ptr<const engine::Catalog> catalog_;
  engine::Engine engine_;
  std::map<std::string, std::int64_t> given_;
  std::vector<std::int64_t> given_journals_;
  std::vector<std::string> troubles_;
};

}  // namespace tests
