// API keys: made once, shown once, stored as a hash.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "sql/store/api_key_store.h"
#include "sql/store/session.h"

namespace engine {

/// The scope that lets a key read merchants' statements.
inline constexpr std::string_view kScopeStatements = "statements:read";
/// The one that lets it read every customer's limit changes. A merchant's key never has it.
inline constexpr std::string_view kScopeLimits = "limits:read";

struct NewApiKey {
  std::string id;
  std::string key;  ///< "fq_<id>_<secret>": nobody can read it again
};

enum class ApiKeyRefusal { MerchantUnknown };

/// Makes a key that reads limit changes and nothing else.
NewApiKey create_limits_key(store::Session& session, const std::string& name);

/// Makes a key for one merchant's statements, or for everybody's if no merchant is given.
base::Result<NewApiKey, ApiKeyRefusal> create_api_key(store::Session& session,
                                                      const std::optional<std::string>& merchant,
                                                      const std::string& name);

/// The key if it is one of ours, its secret is right and it isn't revoked. The time it takes tells
/// nothing about the secret. The secret has 256 random bits, so one fast hash is enough.
std::optional<store::ApiKeyRow> check_api_key(store::Session& session, std::string_view key);

bool has_scope(const store::ApiKeyRow& key, std::string_view scope);

}  // namespace engine
