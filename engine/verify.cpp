#include "engine/verify.h"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <array>

namespace engine {
namespace {

constexpr std::string_view kSnapshot = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
// Rows hidden by row-level security would be taken for missing: an error is better.
constexpr const char* kSettings = "SET LOCAL work_mem = '64MB'; SET LOCAL row_security = off";

void append(Findings& to, Findings&& from) {
  for (Finding& finding : from) to.push_back(std::move(finding));
}

std::string sha256_hex(std::string_view text) {
  std::array<unsigned char, crypto_hash_sha256_BYTES> hash{};
  crypto_hash_sha256(hash.data(), reinterpret_cast<const unsigned char*>(text.data()), text.size());
  std::string hex;
  for (const unsigned char byte : hash) hex += fmt::format("{:02x}", byte);
  return hex;
}

}  // namespace

Findings verify_book(store::Session& session, const DayRange& range,
                     const std::function<void(std::string_view)>& on_pass) {
  const auto pass = [&](std::string_view name) {
    if (on_pass) on_pass(name);
  };
  store::Transaction snapshot(session, kSnapshot);
  session.execute(kSettings);
  Findings findings;
  pass("journals");
  append(findings, store::check_journals(session, range));
  pass("control accounts");
  append(findings, store::check_control_accounts(session));
  pass("settlements");
  append(findings, store::check_settlements(session));
  pass("plans");
  append(findings, store::check_plans(session));
  pass("recognition");
  append(findings, store::check_recognition(session));
  pass("allocations");
  append(findings, store::check_allocations(session));
  pass("customers");
  append(findings, store::check_customers(session));
  pass("account days");
  append(findings, store::check_account_days(session, range));
  pass("seals");
  append(findings, store::check_seals(session, range));
  snapshot.commit();
  std::ranges::stable_sort(findings, {}, [](const Finding& f) {
    // I1, I2, ... I10 in the order of their numbers; what has none last
    const bool numbered = f.id.starts_with("I");
    return numbered ? std::stoi(std::string(f.id.substr(1))) : 1'000;
  });
  return findings;
}

Findings check_day(store::Session& session, base::Day day) {
  Findings findings = store::check_accounts_of_day(session, day);
  append(findings, store::check_customers_of_day(session, day));
  append(findings, store::check_settlements_of_day(session, day));
  return findings;
}

bool all_hold(std::span<const Finding> findings) {
  return std::ranges::all_of(findings, [](const Finding& f) { return f.offenders == 0; });
}

std::string digest_book(store::Session& session) {
  store::Transaction snapshot(session, kSnapshot);
  session.execute(kSettings);
  std::string text;
  for (const store::TableDigest& digest : store::digest_tables(session)) {
    text += fmt::format("{}:{}\n", digest.table, digest.hash);
  }
  snapshot.commit();
  return sha256_hex(text);
}

}  // namespace engine
