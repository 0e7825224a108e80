#include "sql/store/party_store.h"

#include "base/check.h"
#include "sql/store/rows.h"

namespace store {
namespace {

std::vector<PartyRow> party_rows(const Rows& rows) {
  std::vector<PartyRow> found;
  found.reserve(static_cast<std::size_t>(rows.size()));
  for (int i = 0; i < rows.size(); ++i) {
    found.push_back(
        {{rows.int8(i, 0)}, std::string(rows.text(i, 1)), std::string(rows.text(i, 2))});
  }
  return found;
}

}  // namespace

std::vector<PartyRow> find_parties(Session& session, PartyKind kind,
                                   std::span<const std::string> refs) {
  if (refs.empty()) return {};
  const Rows rows =
      query(session, "SELECT party_id, ref, terms FROM party WHERE kind = $1 AND ref = ANY ($2)",
            Params().int2(static_cast<std::int16_t>(kind)).texts(refs));
  return party_rows(rows);
}

std::vector<PartyRow> load_parties(Session& session, std::span<const std::int64_t> ids) {
  return party_rows(query(session,
                          "SELECT party_id, ref, terms FROM party WHERE party_id = ANY ($1)",
                          Params().int8s(ids)));
}

void insert_parties(Session& session, PartyKind kind, std::span<const std::string> refs,
                    std::span<const std::int64_t> ids, const std::string& terms,
                    base::Day created_on) {
  if (refs.empty()) return;
  query(session, R"(
    INSERT INTO party (party_id, kind, ref, terms, created_on)
    SELECT u.id, $1, u.ref, $4, $5 FROM unnest($2, $3) AS u (ref, id) ORDER BY u.ref
    ON CONFLICT DO NOTHING)",
        Params()
            .int2(static_cast<std::int16_t>(kind))
            .texts(refs)
            .int8s(ids)
            .text(terms)
            .day(created_on));
}

void find_or_insert_accounts(Session& session, std::span<AccountRow> rows) {
  if (rows.empty()) return;
  std::vector<std::int32_t> codes;
  std::vector<std::int64_t> owners;
  std::vector<std::string> tags, currencies;
  for (const AccountRow& row : rows) {
    codes.push_back(row.code);
    owners.push_back(row.owner);
    tags.push_back(row.tag);
    currencies.push_back(row.currency);
  }
  const Params params = Params()
                            .int4s(codes)
                            .int8s(owners)
                            .texts(std::span<const std::string>(tags))
                            .texts(std::span<const std::string>(currencies));
  query(session, R"(
    INSERT INTO account (code, owner_id, tag, currency)
    SELECT DISTINCT u.code, nullif(u.owner, 0), u.tag, u.currency
    FROM unnest($1, $2, $3, $4) AS u (code, owner, tag, currency)
    ORDER BY 1, 2, 3, 4
    ON CONFLICT DO NOTHING)",
        params);
  // Two branches, so that each is an equality the unique index answers.
  const Rows found = query(session, R"(
    WITH wanted AS MATERIALIZED (
      SELECT * FROM unnest($1, $2, $3, $4) WITH ORDINALITY AS u (code, owner, tag, currency, at))
    SELECT a.account_id, u.at
    FROM wanted u
    JOIN account a ON a.code = u.code AND a.owner_id = u.owner AND a.tag = u.tag
                  AND a.currency = u.currency::char(3)
    WHERE u.owner <> 0
    UNION ALL
    SELECT a.account_id, u.at
    FROM wanted u
    JOIN account a ON a.code = u.code AND a.owner_id IS NULL AND a.tag = u.tag
                  AND a.currency = u.currency::char(3)
    WHERE u.owner = 0
    ORDER BY 2)",
                           params);
  CHECK(found.size() == static_cast<int>(rows.size()), "{} of {} accounts were found", found.size(),
        rows.size());
  for (int i = 0; i < found.size(); ++i) rows[static_cast<std::size_t>(i)].id = found.int4(i, 0);
}

std::int64_t reserve_id_block(Session& session) {
  return query(session, "SELECT nextval('id_block')").int8(0, 0);
}

std::optional<BookRow> load_book(Session& session) {
  const Rows rows = query(session, R"(
    SELECT catalog_name, zone, calendar, cutoff_minute, opens_on, open_date, closed_through,
           (SELECT max(business_date) FROM parked_unit WHERE state = 4)
    FROM book)");
  if (rows.empty()) return std::nullopt;
  return BookRow{std::string(rows.text(0, 0)),
                 std::string(rows.text(0, 1)),
                 std::string(rows.text(0, 2)),
                 rows.int2(0, 3),
                 rows.day(0, 4),
                 rows.day(0, 5),
                 rows.day(0, 6),
                 rows.day_or_null(0, 7)};
}

void insert_book(Session& session, const BookRow& book) {
  query(session, R"(
    INSERT INTO book (catalog_name, zone, calendar, cutoff_minute, opens_on, open_date,
                      closed_through)
    VALUES ($1, $2, $3, $4, $5, $6, $7))",
        Params()
            .text(book.catalog_name)
            .text(book.zone)
            .text(book.calendar)
            .int2(book.cutoff_minute)
            .day(book.opens_on)
            .day(book.open_date)
            .day(book.closed_through));
}

std::optional<CatalogRow> load_newest_catalog(Session& session) {
  const Rows rows = query(
      session, "SELECT version, name, body FROM catalog_version ORDER BY version DESC LIMIT 1");
  if (rows.empty()) return std::nullopt;
  return CatalogRow{rows.int4(0, 0), std::string(rows.text(0, 1)), std::string(rows.text(0, 2))};
}

std::optional<CatalogRow> load_catalog_version(Session& session, std::int32_t version) {
  const Rows rows =
      query(session, "SELECT version, name, body FROM catalog_version WHERE version = $1",
            Params().int4(version));
  if (rows.empty()) return std::nullopt;
  return CatalogRow{rows.int4(0, 0), std::string(rows.text(0, 1)), std::string(rows.text(0, 2))};
}

void insert_catalog(Session& session, const CatalogRow& catalog) {
  query(session, R"(
    INSERT INTO catalog_version (version, name, body, sha256)
    VALUES ($1, $2, $3, sha256(convert_to($3, 'UTF8'))))",
        Params().int4(catalog.version).text(catalog.name).text(catalog.body));
}

namespace {
// Any number will do, as long as it is ours alone: the letters of "fenqi".
constexpr const char* kLockShared = "SELECT pg_advisory_xact_lock_shared(439956664681)";
constexpr const char* kLockExclusive = "SELECT pg_advisory_xact_lock(439956664681)";
}  // namespace

void lock_book_shared(Session& session) { query(session, kLockShared); }
void lock_book_exclusive(Session& session) { query(session, kLockExclusive); }

}  // namespace store
