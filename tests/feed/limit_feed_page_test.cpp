// GET /v1/limit-changes as a risk team's program asks for it.
#include "api/limit_feed_page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <httplib.h>

#include <nlohmann/json.hpp>
#include <thread>

#include "api/service.h"
#include "engine/api_keys.h"
#include "tests/feed/feed_book.h"

namespace {

using testing::HasSubstr;
using tests::FeedBook;

class LimitChangesPage : public testing::Test {
 protected:
  LimitChangesPage() {
    book_.fill(2, 3);
    key_ = engine::create_limits_key(session_, "risk").key;
    thread_ = std::thread([this] { service_.run(); });
  }
  ~LimitChangesPage() override {
    service_.stop();
    thread_.join();
  }

  httplib::Response get(const std::string& query, httplib::Headers headers = {}) {
    if (!headers.contains("Authorization")) headers.emplace("Authorization", "Bearer " + key_);
    httplib::Client client("127.0.0.1", port_);
    const auto result = client.Get("/v1/limit-changes" + query, headers);
    EXPECT_TRUE(result) << httplib::to_string(result.error());
    return result ? *result : httplib::Response{};
  }

  FeedBook book_{2};
  store::Session session_{book_.database.conninfo()};
  std::string key_;
  api::Service service_{{.port = 0, .workers = 2, .conninfo = book_.database.conninfo()}};
  int port_ = service_.bind();
  std::thread thread_;
};

TEST_F(LimitChangesPage, CursorsLeadThroughAllOfIt) {
  std::string cursor = "0";
  std::vector<std::int64_t> positions;
  for (int page = 0; page < 3; ++page) {
    const auto json = nlohmann::json::parse(get("?limit=4&after=" + cursor).body);
    for (const auto& change : json["limit_changes"]) positions.push_back(change["position"]);
    cursor = json["next"];
  }
  EXPECT_THAT(positions, testing::ElementsAre(1, 2, 3, 4, 5, 6));
  EXPECT_EQ(cursor, "6");
  const auto first = nlohmann::json::parse(get("?limit=1").body)["limit_changes"][0];
  EXPECT_EQ(first["customer"], "C1");
  EXPECT_EQ(first["new_limit"]["amount"], "8000.00");
  EXPECT_EQ(first["outstanding"]["currency"], "CNY");
  EXPECT_EQ(first["new_block"], "until_paid");
}

TEST_F(LimitChangesPage, AFullPageIsTheSameForEver) {
  const auto page = get("?after=1&limit=2");
  const std::string etag = page.get_header_value("ETag");
  EXPECT_EQ(page.get_header_value("Fenqi-Next"), "3");
  EXPECT_FALSE(etag.empty());
  EXPECT_EQ(get("?after=1&limit=2", {{"If-None-Match", etag}}).status, 304);
  EXPECT_EQ(get("?after=1&limit=2").body, page.body);
  // One that is not full may grow.
  EXPECT_EQ(get("?after=5&limit=2").get_header_value("Cache-Control"), "no-store");
  EXPECT_TRUE(get("?after=5&limit=2").get_header_value("ETag").empty());
}

TEST_F(LimitChangesPage, ComesAsLinesAndAsCsv) {
  const auto lines = get("", {{"Accept", "application/x-ndjson"}});
  EXPECT_EQ(lines.get_header_value("Content-Type"), "application/x-ndjson");
  EXPECT_EQ(std::ranges::count(lines.body, '\n'), 6);
  const auto csv = get("", {{"Accept", "text/csv"}});
  EXPECT_THAT(csv.body, testing::StartsWith("position,id,listed_at,business_date,customer,"));
  EXPECT_THAT(csv.body, HasSubstr(",2026-07-20,C2,L01,block,CNY,8000.00,8000.00,none,until_paid,"
                                  "172.66,4,\r\n"));
  EXPECT_EQ(get("", {{"Accept", "application/xml"}}).status, 406);
}

TEST_F(LimitChangesPage, IsRefusedByName) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"?after=-1", "after"},
      {"?after=7", "after"},
      {"?after=x", "after"},
      {"?after=1&after=2", "after"},
      {"?limit=0", "limit"},
      {"?limit=10001", "limit"},
      {"?limit=", "limit"},
      {"?limit=1e3", "limit"},
      {"?after=99999999999999999999", "after"},
  };
  for (const auto& [query, field] : cases) {
    const auto answer = get(query);
    EXPECT_EQ(answer.status, 422) << query;
    EXPECT_EQ(nlohmann::json::parse(answer.body)["errors"][0]["field"], field) << query;
  }
}

TEST_F(LimitChangesPage, NeedsAKeyOfItsOwnScope) {
  EXPECT_EQ(get("", {{"Authorization", "Bearer fq_0_x"}}).status, 401);
  const std::string all = engine::create_api_key(session_, std::nullopt, "statements")->key;
  const auto refused = get("", {{"Authorization", "Bearer " + all}});
  EXPECT_EQ(refused.status, 403);
  EXPECT_EQ(nlohmann::json::parse(refused.body)["code"], "SCOPE_MISSING");
  EXPECT_THAT(refused.body, HasSubstr("limits:read"));
  // And the other way round: this key reads no statements.
  httplib::Client client("127.0.0.1", port_);
  const auto statement = client.Get("/v1/merchants/M1/statements?from=2026-06-01&to=2026-06-02",
                                    {{"Authorization", "Bearer " + key_}});
  ASSERT_TRUE(statement);
  EXPECT_EQ(statement->status, 403);
}

}  // namespace
