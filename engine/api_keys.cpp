#include "engine/api_keys.h"

#include <sodium.h>

#include <algorithm>
#include <array>

#include "base/check.h"
#include "sql/store/statement_store.h"

namespace engine {
namespace {

constexpr std::string_view kPrefix = "fq_";
constexpr std::size_t kIdBytes = 6;
constexpr std::size_t kSecretBytes = 32;
constexpr std::size_t kKeyLengthMax = 100;

void start_sodium() { CHECK(sodium_init() >= 0, "libsodium can't start"); }

std::string random_text(std::size_t bytes, bool hex) {
  std::string raw(bytes, '\0');
  randombytes_buf(raw.data(), raw.size());
  const auto* data = reinterpret_cast<const unsigned char*>(raw.data());
  std::string text(bytes * 2 + 4, '\0');
  if (hex) {
    sodium_bin2hex(text.data(), text.size(), data, raw.size());
  } else {
    sodium_bin2base64(text.data(), text.size(), data, raw.size(),
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  }
  text.resize(text.find('\0'));
  return text;
}

std::string hash_of(std::string_view secret) {
  std::string hash(crypto_generichash_BYTES, '\0');
  crypto_generichash(reinterpret_cast<unsigned char*>(hash.data()), hash.size(),
                     reinterpret_cast<const unsigned char*>(secret.data()), secret.size(), nullptr,
                     0);
  return hash;
}

/// Fills in id and secret, and stores it.
NewApiKey store_key(store::Session& session, store::ApiKeyRow row) {
  const std::string secret = random_text(kSecretBytes, false);
  row.id = random_text(kIdBytes, true);
  row.secret_hash = hash_of(secret);
  store::insert_api_key(session, row);
  return NewApiKey{row.id, std::string(kPrefix) + row.id + "_" + secret};
}

}  // namespace

NewApiKey create_limits_key(store::Session& session, const std::string& name) {
  start_sodium();
  store::ApiKeyRow row;
  row.name = name;
  row.scopes = {std::string(kScopeLimits)};
  return store_key(session, std::move(row));
}

base::Result<NewApiKey, ApiKeyRefusal> create_api_key(store::Session& session,
                                                      const std::optional<std::string>& merchant,
                                                      const std::string& name) {
  start_sodium();
  store::ApiKeyRow row;
  if (merchant) {
    row.merchant = store::find_merchant(session, *merchant);
    if (!row.merchant) return std::unexpected(ApiKeyRefusal::MerchantUnknown);
  }
  row.name = name;
  row.scopes = {std::string(kScopeStatements)};
  return store_key(session, std::move(row));
}

std::optional<store::ApiKeyRow> check_api_key(store::Session& session, std::string_view key) {
  start_sodium();
  if (!key.starts_with(kPrefix) || key.size() > kKeyLengthMax) return std::nullopt;
  key.remove_prefix(kPrefix.size());
  const std::size_t end = key.find('_');
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view id = key.substr(0, end);
  const bool is_hex = std::ranges::all_of(
      id, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
  if (!is_hex) return std::nullopt;
  auto row = store::find_api_key(session, id);
  const std::string given = hash_of(key.substr(end + 1));
  const std::string stored = row ? row->secret_hash : std::string(given.size(), '\0');
  if (stored.size() != given.size() ||
      sodium_memcmp(stored.data(), given.data(), given.size()) != 0) {
    return std::nullopt;
  }
  if (!row || row->revoked_at) return std::nullopt;
  return row;
}

bool has_scope(const store::ApiKeyRow& key, std::string_view scope) {
  return std::ranges::find(key.scopes, scope) != key.scopes.end();
}

}  // namespace engine
