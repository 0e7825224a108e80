// Vectors of others (oracles) read as they are, and the count of how many we reproduce.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tests::conformance {

struct OracleFile {
  std::string name;  ///< relative to the folder of oracles, "quantlib/irr.json"
  nlohmann::json content;
};

/// The files under $FENQI_ORACLES (../shared/oracles where it is not set), at any depth, that have
/// the format: it is told by what a file holds, not by its name, so that any folder of the same
/// formats can be given. In order of their names. Files are read once a run; those that no test
/// asked for are named at its end.
std::vector<const OracleFile*> files_like(
    const std::function<bool(const nlohmann::json&)>& is_format);

/// The same in ../shared/oracles whatever is set: for what vectors refer to but don't bring along.
std::vector<OracleFile> shared_files_like(
    const std::function<bool(const nlohmann::json&)>& is_format);

/// The first element of `content[key]`, or null: what most formats are told by.
const nlohmann::json& first_of(const nlohmann::json& content, const char* key);

/// True if `value` is an object with all of the keys.
bool has_keys(const nlohmann::json& value, std::initializer_list<const char*> keys);

/// One comparison with an oracle: exact until a field differs.
class Case {
 public:
  explicit Case(std::string id) : id_(std::move(id)) {}

  void expect(std::string_view field, std::string_view ours, std::string_view theirs);
  void expect(std::string_view field, std::int64_t ours, std::int64_t theirs);
  void expect(std::string_view field, bool ours, bool theirs);
  /// |ours - theirs| <= tolerance
  void expect_near(std::string_view field, double ours, double theirs, double tolerance);
  /// Names the reason for which we differ and mean to; the test then does not fail on it. Say it
  /// for a kind of terms, never for an id, and in docs/conformance.md.
  void differs_by_choice(std::string reason) { reason_ = std::move(reason); }

 private:
  friend class Report;
  struct Difference {
    std::string field, ours, theirs;
  };

  std::string id_;
  std::vector<Difference> differences_;
  std::string reason_;
};

/// Counts the cases of one file. Its destructor prints
///
///   conformance quantlib/irr.json: cases 600, exact 600, deviating 0, out of scope 0
///
/// below a line for each deviation, and fails the test on deviations without a reason and on a file
/// that holds no case.
class Report {
 public:
  explicit Report(std::string file) : file_(std::move(file)) {}
  Report(const Report&) = delete;
  Report& operator=(const Report&) = delete;
  ~Report();

  void add(const Case& one);
  /// A case of a kind we do not offer: counted by itself, under its reason.
  void out_of_scope(const std::string& reason);

 private:
  std::string file_;
  int exact_ = 0;
  int deviating_ = 0;
  int unexplained_ = 0;
  std::map<std::string, int> out_of_scope_;
};

/// Runs `check(content, report)` for each file that has the format; skipped where there is none.
template <class Check>
void for_each_oracle(const std::function<bool(const nlohmann::json&)>& is_format, Check&& check) {
  const std::vector<const OracleFile*> files = files_like(is_format);
  if (files.empty()) GTEST_SKIP() << "no file of this format under FENQI_ORACLES";
  for (const OracleFile* file : files) {
    Report report(file->name);
    check(file->content, report);
  }
}

}  // namespace tests::conformance
