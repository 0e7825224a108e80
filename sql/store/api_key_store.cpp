#include "sql/store/api_key_store.h"

#include "sql/store/rows.h"

namespace store {
namespace {

constexpr const char* kColumns = R"sql(
    SELECT k.key_id, k.secret_hash, k.name, k.merchant_id, coalesce(m.ref, ''), k.scopes,
           k.created_at, k.revoked_at
    FROM api_key k LEFT JOIN party m ON m.party_id = k.merchant_id )sql";

std::vector<ApiKeyRow> keys_of(const Rows& rows) {
  std::vector<ApiKeyRow> keys;
  for (int i = 0; i < rows.size(); ++i) {
    ApiKeyRow key;
    key.id = rows.text(i, 0);
    key.secret_hash = rows.text(i, 1);
    key.name = rows.text(i, 2);
    if (const auto merchant = rows.int8_or_null(i, 3)) key.merchant = base::PartyId{*merchant};
    key.merchant_ref = rows.text(i, 4);
    key.scopes = rows.texts(i, 5);
    key.created_at = rows.instant(i, 6);
    if (!rows.is_null(i, 7)) key.revoked_at = rows.instant(i, 7);
    keys.push_back(std::move(key));
  }
  return keys;
}

}  // namespace

void insert_api_key(Session& session, const ApiKeyRow& key) {
  Params params;
  params.text(key.id).bytes(key.secret_hash).text(key.name).texts(key.scopes);
  key.merchant ? params.int8(key.merchant->value) : params.null();
  query(session, R"sql(
    INSERT INTO api_key (key_id, secret_hash, name, scopes, merchant_id)
    VALUES ($1, $2, $3, $4, $5))sql",
        params);
}

std::optional<ApiKeyRow> find_api_key(Session& session, std::string_view id) {
  const std::string statement = std::string(kColumns) + "WHERE k.key_id = $1";
  auto keys = keys_of(query(session, statement.c_str(), Params().text(id)));
  if (keys.empty()) return std::nullopt;
  return std::move(keys.front());
}

std::vector<ApiKeyRow> list_api_keys(Session& session) {
  const std::string statement = std::string(kColumns) + "ORDER BY k.created_at, k.key_id";
  return keys_of(query(session, statement.c_str()));
}

bool revoke_api_key(Session& session, std::string_view id) {
  return query(session, R"sql(
    UPDATE api_key SET revoked_at = coalesce(revoked_at, clock_timestamp())
    WHERE key_id = $1)sql",
               Params().text(id))
             .affected() == 1;
}

}  // namespace store
