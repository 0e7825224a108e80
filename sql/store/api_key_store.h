// API keys: who may ask over HTTP, and about whom.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/day.h"
#include "base/id.h"
#include "sql/store/session.h"

namespace store {

struct ApiKeyRow {
  std::string id;
  std::string secret_hash;
  std::string name;
  std::optional<base::PartyId> merchant;  ///< nothing: every merchant
  std::string merchant_ref;
  std::vector<std::string> scopes;
  base::Instant created_at;
  std::optional<base::Instant> revoked_at;
};

void insert_api_key(Session& session, const ApiKeyRow& key);  ///< `created_at` is the database's
std::optional<ApiKeyRow> find_api_key(Session& session, std::string_view id);
std::vector<ApiKeyRow> list_api_keys(Session& session);  ///< oldest first
/// False if there is no such key. One that was revoked before stays revoked as of then.
bool revoke_api_key(Session& session, std::string_view id);

}  // namespace store
