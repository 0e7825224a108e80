#include "tests/conformance/oracles.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <set>

namespace tests::conformance {
namespace {

constexpr const char* kDefaultFolder = "../shared/oracles";  // seen from the project's folder
constexpr int kDeviationsListed = 200;  // of a file; a wrong rule needs no more to be seen

std::vector<OracleFile> read_all(const std::filesystem::path& folder) {
  namespace fs = std::filesystem;
  std::vector<OracleFile> files;
  if (!fs::is_directory(folder)) return files;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file() || entry.path().extension() != ".json") continue;
    std::ifstream in(entry.path());
    files.push_back({fs::relative(entry.path(), folder).string(), nlohmann::json::parse(in)});
  }
  std::ranges::sort(files, {}, &OracleFile::name);
  return files;
}

const std::vector<OracleFile>& all_files() {
  static const std::vector<OracleFile> all = [] {
    const char* set = std::getenv("FENQI_ORACLES");
    return read_all(set != nullptr ? set : kDefaultFolder);
  }();
  return all;
}

std::set<const OracleFile*>& files_asked_for() {
  static std::set<const OracleFile*> asked;
  return asked;
}

/// A file whose format nobody here knows must not look like one that agrees.
class NamesFilesNotRead : public testing::Environment {
 public:
  void TearDown() override {
    for (const OracleFile& file : all_files()) {
      if (!files_asked_for().contains(&file)) {
        std::cout << fmt::format("conformance {}: not read by this run\n", file.name);
      }
    }
  }
};

const testing::Environment* const kNamesFilesNotRead =
    testing::AddGlobalTestEnvironment(new NamesFilesNotRead);

}  // namespace

std::vector<const OracleFile*> files_like(
    const std::function<bool(const nlohmann::json&)>& is_format) {
  std::vector<const OracleFile*> found;
  for (const OracleFile& file : all_files()) {
    if (is_format(file.content)) found.push_back(&file);
  }
  files_asked_for().insert(found.begin(), found.end());
  return found;
}

std::vector<OracleFile> shared_files_like(
    const std::function<bool(const nlohmann::json&)>& is_format) {
  std::vector<OracleFile> files = read_all(kDefaultFolder);
  std::erase_if(files, [&](const OracleFile& file) { return !is_format(file.content); });
  return files;
}

const nlohmann::json& first_of(const nlohmann::json& content, const char* key) {
  static const nlohmann::json kNothing;
  if (!content.is_object()) return kNothing;
  const auto list = content.find(key);
  return list != content.end() && list->is_array() && !list->empty() ? list->front() : kNothing;
}

bool has_keys(const nlohmann::json& value, std::initializer_list<const char*> keys) {
  return value.is_object() &&
         std::ranges::all_of(keys, [&](const char* key) { return value.contains(key); });
}

void Case::expect(std::string_view field, std::string_view ours, std::string_view theirs) {
  if (ours != theirs) {
    differences_.push_back({std::string(field), std::string(ours), std::string(theirs)});
  }
}

void Case::expect(std::string_view field, std::int64_t ours, std::int64_t theirs) {
  if (ours != theirs) {
    differences_.push_back({std::string(field), std::to_string(ours), std::to_string(theirs)});
  }
}

void Case::expect(std::string_view field, bool ours, bool theirs) {
  expect(field, std::string_view(ours ? "true" : "false"),
         std::string_view(theirs ? "true" : "false"));
}

void Case::expect_near(std::string_view field, double ours, double theirs, double tolerance) {
  // Written so that a figure that is not a number differs.
  if (std::abs(ours - theirs) <= tolerance) return;
  differences_.push_back(
      {std::string(field), fmt::format("{:.15g}", ours), fmt::format("{:.15g}", theirs)});
}

void Report::add(const Case& one) {
  if (one.differences_.empty()) {
    ++exact_;
    return;
  }
  ++deviating_;
  if (one.reason_.empty()) ++unexplained_;
  if (deviating_ > kDeviationsListed) return;
  for (const Case::Difference& d : one.differences_) {
    std::cout << fmt::format("  {} {}: {}: ours {}, theirs {}{}{}\n", file_, one.id_, d.field,
                             d.ours, d.theirs,
                             one.reason_.empty() ? "" : "; reason: ", one.reason_);
  }
}

void Report::out_of_scope(const std::string& reason) { ++out_of_scope_[reason]; }

Report::~Report() {
  int outside = 0;
  for (const auto& [reason, count] : out_of_scope_) {
    std::cout << fmt::format("  {} out of scope: {} ({})\n", file_, count, reason);
    outside += count;
  }
  const int cases = exact_ + deviating_ + outside;
  std::cout << fmt::format("conformance {}: cases {}, exact {}, deviating {}, out of scope {}\n",
                           file_, cases, exact_, deviating_, outside);
  EXPECT_GT(cases, 0) << file_ << " holds no case";
  EXPECT_EQ(unexplained_, 0) << file_ << ": deviations without a reason";
}

}  // namespace tests::conformance
