#include "api/service.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <httplib.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>

#include "api/problem.h"
#include "api/request.h"
#include "engine/api_keys.h"
#include "engine/item.h"
#include "engine/statement_text.h"
#include "sql/store/rows.h"
#include "tests/engine/small_book.h"
#include "tests/support/test_database.h"

namespace {

using testing::HasSubstr;

constexpr const char* kM1 = "/v1/merchants/M1/statements?from=2026-06-18&to=2026-06-23";

std::size_t resident_kilobytes() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmRSS:")) return std::stoul(line.substr(6));
  }
  return 0;
}

/// A client that says exactly what it is told to.
class RawClient {
 public:
  explicit RawClient(int port) : socket_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0;
  }
  RawClient(RawClient&& other) noexcept
      : socket_(std::exchange(other.socket_, -1)), connected_(other.connected_) {}
  RawClient& operator=(RawClient&&) = delete;
  ~RawClient() {
    if (socket_ >= 0) close(socket_);
  }

  bool is_connected() const { return connected_; }
  bool send_all(std::string_view text) {
    while (!text.empty()) {
      const ssize_t sent = send(socket_, text.data(), text.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      text.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  /// What arrives until the server closes, or until it has been silent for two seconds.
  std::string receive() {
    std::string text;
    std::array<char, 4096> buffer;
    pollfd watched{socket_, POLLIN, 0};
    while (poll(&watched, 1, 2000) > 0) {
      const ssize_t count = recv(socket_, buffer.data(), buffer.size(), 0);
      if (count <= 0) break;
      text.append(buffer.data(), static_cast<std::size_t>(count));
    }
    return text;
  }

 private:
  int socket_;
  bool connected_ = false;
};

/// A service on a port of its own, until it goes out of scope.
class Running {
 public:
  explicit Running(const std::string& conninfo, api::ConnectionLimits limits = {})
      : service_({.port = 0, .workers = 4, .conninfo = conninfo, .limits = limits}),
        port_(service_.bind()),
        thread_([this] { service_.run(); }) {}
  ~Running() {
    service_.stop();
    thread_.join();
  }
  int port() const { return port_; }
  httplib::Client client() const {
    httplib::Client client("127.0.0.1", port_);
    client.set_read_timeout(10);
    return client;
  }

 private:
  api::Service service_;
  int port_;
  std::thread thread_;
};

class ServiceTest : public testing::Test {
 protected:
  ServiceTest() {
    tests::make_small_book(owner_);
    m1_ = engine::create_api_key(app_, "M1", "test")->key;
    all_ = engine::create_api_key(app_, std::nullopt, "test")->key;
  }

  httplib::Result get(const Running& server, const std::string& path, const std::string& key,
                      httplib::Headers headers = {}) {
    if (!key.empty()) headers.emplace("Authorization", "Bearer " + key);
    return server.client().Get(path, headers);
  }

  void expect_problem(const httplib::Result& result, int status, const std::string& code) {
    ASSERT_TRUE(result) << httplib::to_string(result.error());
    EXPECT_EQ(result->status, status);
    EXPECT_EQ(result->get_header_value("Content-Type"), api::kProblemType);
    const auto problem = nlohmann::json::parse(result->body);
    EXPECT_EQ(problem["status"], status);
    EXPECT_EQ(problem["code"], code);
    EXPECT_EQ(problem["title"], api::title_of(status));
    EXPECT_FALSE(problem["detail"].get<std::string>().empty());
  }

  tests::TestDatabase database_ = tests::TestDatabase::create();
  store::Session owner_{database_.conninfo(), store::Role::Owner};
  store::Session app_{database_.conninfo()};
  std::string m1_;
  std::string all_;
};

TEST_F(ServiceTest, StatementIsTheOneOfTheCommandLine) {
  const Running server(database_.conninfo());
  for (const auto format : {engine::StatementFormat::Json, engine::StatementFormat::Csv}) {
    std::string expected;
    const auto statement = engine::Statement::open(
        app_, {"M1", base::make_day(2026, 6, 18), base::make_day(2026, 6, 23)});
    engine::StatementText text(**statement, format);
    while (text.next(expected)) {
    }
    const bool is_csv = format == engine::StatementFormat::Csv;
    for (const std::string& key : {m1_, all_}) {
      const auto result =
          get(server, kM1, key, {{"Accept", is_csv ? "text/csv" : "application/json"}});
      ASSERT_TRUE(result);
      EXPECT_EQ(result->status, 200);
      EXPECT_EQ(result->body, expected);
      EXPECT_THAT(result->get_header_value("Content-Type"),
                  HasSubstr(is_csv ? "text/csv" : "application/json"));
      EXPECT_EQ(result->get_header_value("Fenqi-Closing"), "CNY 0.00");
    }
  }
}

TEST_F(ServiceTest, NeedsAKeyThatIsRightAndNotRevoked) {
  const Running server(database_.conninfo());
  std::string wrong = m1_;
  wrong.back() = wrong.back() == 'A' ? 'B' : 'A';
  for (const std::string& key :
       std::vector<std::string>{"", wrong, m1_ + "x", "fq_", "fq__", "fq_a_b", "' OR 1=1 --",
                                std::string(5000, 'x'), m1_.substr(0, m1_.size() - 1)}) {
    const auto result = get(server, kM1, key);
    expect_problem(result, 401, "UNAUTHENTICATED");
    EXPECT_THAT(result->get_header_value("WWW-Authenticate"), HasSubstr("Bearer"));
  }
  EXPECT_EQ(get(server, kM1, "", {{"X-Api-Key", m1_}})->status, 200);
  const std::string id = m1_.substr(3, m1_.find('_', 3) - 3);
  EXPECT_TRUE(store::revoke_api_key(app_, id));
  expect_problem(get(server, kM1, m1_), 401, "UNAUTHENTICATED");
  // The database has only a hash.
  const auto rows = store::query(app_, "SELECT encode(secret_hash, 'escape') FROM api_key");
  for (int i = 0; i < rows.size(); ++i) {
    EXPECT_EQ(rows.text(i, 0).find(m1_.substr(16)), std::string::npos);
  }
}

TEST_F(ServiceTest, KeyOfAnotherMerchantIsRefusedWhetherThatOneExistsOrNot) {
  const Running server(database_.conninfo());
  for (const char* other : {"M2", "nobody", "m1", "M1%20"}) {
    expect_problem(
        get(server,
            std::string("/v1/merchants/") + other + "/statements?from=2026-06-18&to=2026-06-23",
            m1_),
        403, "FORBIDDEN");
  }
  owner_.execute("UPDATE api_key SET scopes = '{}'");
  expect_problem(get(server, kM1, all_), 403, "SCOPE_MISSING");
}

TEST_F(ServiceTest, UnknownMerchantsAndAddressesAreNotFound) {
  const Running server(database_.conninfo());
  expect_problem(get(server, "/v1/merchants/nobody/statements?from=2026-06-18&to=2026-06-23", all_),
                 404, "MERCHANT_UNKNOWN");
  for (const char* path : {"/nothing", "/v1", "/v1/merchants/M1", "/v1/merchants//statements",
                           "/v1/merchants/M1/statements/", "//", "/v1/merchants/%00/statements",
                           "/v1/merchants/%ff/statements", "/v1/merchants/%zz/statements"}) {
    SCOPED_TRACE(path);
    expect_problem(get(server, path, all_), 404, "NOT_FOUND");
  }
}

TEST_F(ServiceTest, InjectionIsJustAnUnknownName) {
  const Running server(database_.conninfo());
  for (const char* ref :
       {"'; DROP TABLE merchant_item; --", "M1' OR '1'='1", "$1", "../../etc/passwd", "M1\\",
        "<script>alert(1)</script>", "{{7*7}}", "%s%n", "\"M1\""}) {
    SCOPED_TRACE(ref);
    std::string encoded;
    for (const char* c = ref; *c; ++c) encoded += fmt::format("%{:02X}", static_cast<unsigned>(*c));
    const auto result =
        get(server, "/v1/merchants/" + encoded + "/statements?from=2026-06-18&to=2026-06-23", all_);
    expect_problem(result, 404, "MERCHANT_UNKNOWN");
  }
  EXPECT_EQ(get(server, kM1, all_)->status, 200);
}

TEST_F(ServiceTest, BadDatesNameFieldValueAndRule) {
  const Running server(database_.conninfo());
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"", "from"},
      {"?from=2026-06-18", "to"},
      {"?from=2026-02-30&to=2026-06-23", "from"},
      {"?from=2026-06-18&to=23.6.2026", "to"},
      {"?from=2026-06-18&to=2026-06-17", "to"},
      {"?from=2026-06-18&from=2026-06-19&to=2026-06-23", "from"},
      {"?from=&to=2026-06-23", "from"},
      {"?from=2026-06-18'--&to=2026-06-23", "from"},
      {"?from=%FF&to=2026-06-23", "from"},
  };
  for (const auto& [parameters, field] : cases) {
    SCOPED_TRACE(parameters);
    const auto result = get(server, "/v1/merchants/M1/statements" + parameters, m1_);
    expect_problem(result, 422, "PARAMETER_INVALID");
    const auto error = nlohmann::json::parse(result->body)["errors"].at(0);
    EXPECT_EQ(error["field"], field);
    EXPECT_TRUE(error.contains("value"));
    EXPECT_FALSE(error["rule"].get<std::string>().empty());
  }
}

TEST_F(ServiceTest, MethodsBodiesAndTypesThatAreNotOffered) {
  const Running server(database_.conninfo());
  auto client = server.client();
  const httplib::Headers headers = {{"Authorization", "Bearer " + m1_}};
  expect_problem(client.Post(kM1, headers, "{}", "application/json"), 405, "METHOD_NOT_ALLOWED");
  expect_problem(client.Delete(kM1, headers), 405, "METHOD_NOT_ALLOWED");
  EXPECT_EQ(server.client().Options("/healthz")->get_header_value("Allow"), "GET, HEAD");
  expect_problem(get(server, kM1, m1_, {{"Accept", "image/png"}}), 406, "NOT_ACCEPTABLE");
  expect_problem(get(server, kM1, m1_, {{"Accept", "text/csv;q=0"}}), 406, "NOT_ACCEPTABLE");
  EXPECT_EQ(server.client().Head(kM1, headers)->status, 200);
  RawClient with_body(server.port());
  with_body.send_all("GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nGET /");
  const std::string answer = with_body.receive();
  EXPECT_THAT(answer, HasSubstr("413"));
  // What looked like a body was not taken for a second request.
  EXPECT_EQ(answer.find("HTTP/1.1", 1), std::string::npos);
}

TEST_F(ServiceTest, ClosedPeriodsHaveATag) {
  const Running server(database_.conninfo());
  const auto first = get(server, kM1, m1_);
  const std::string tag = first->get_header_value("ETag");
  ASSERT_FALSE(tag.empty());
  EXPECT_EQ(get(server, kM1, m1_, {{"If-None-Match", tag}})->status, 304);
  EXPECT_EQ(get(server, kM1, m1_, {{"If-None-Match", "\"other\", " + tag}})->status, 304);
  EXPECT_EQ(get(server, kM1, m1_, {{"If-None-Match", "\"other\""}})->status, 200);
  EXPECT_EQ(get(server, kM1, m1_, {{"If-None-Match", tag}, {"Accept", "text/csv"}})->status, 200);
  const auto open = get(server, "/v1/merchants/M1/statements?from=2026-06-18&to=2026-06-24", m1_);
  EXPECT_EQ(open->status, 200);
  EXPECT_FALSE(open->has_header("ETag"));
  EXPECT_EQ(open->get_header_value("Cache-Control"), "no-store");
}

TEST_F(ServiceTest, PagesNeedNoKey) {
  const Running server(database_.conninfo());
  EXPECT_EQ(get(server, "/healthz", "")->status, 200);
  EXPECT_THAT(get(server, "/", "")->body, HasSubstr("/v1/merchants/"));
  const auto ready = nlohmann::json::parse(get(server, "/readyz", "")->body);
  EXPECT_EQ(ready["closed_through"], "2026-06-23");
  const auto description = nlohmann::json::parse(get(server, "/openapi.json", "")->body);
  EXPECT_EQ(description["openapi"], "3.1.0");
}

TEST(Service, SaysWhatIsMissing) {
  const auto database = tests::TestDatabase::create();
  const Running empty(database.conninfo());
  EXPECT_EQ(empty.client().Get("/readyz")->status, 503);
  EXPECT_EQ(empty.client().Get("/healthz")->status, 200);
  const Running unreachable("host=/nonexistent dbname=nothing");
  const auto result = unreachable.client().Get("/readyz");
  EXPECT_EQ(result->status, 503);
  EXPECT_EQ(nlohmann::json::parse(result->body)["code"], "DATABASE_UNAVAILABLE");
  EXPECT_EQ(result->get_header_value("Retry-After"), "1");
}

TEST_F(ServiceTest, OversizedRequestsAreRefused) {
  const Running server(database_.conninfo());
  expect_problem(get(server, "/" + std::string(9'000, 'a'), ""), 414, "URI_TOO_LONG");
  expect_problem(get(server, "/healthz", "", {{"X-Large", std::string(40'000, 'a')}}), 431,
                 "REQUEST_TOO_LARGE");
  RawClient nonsense(server.port());
  nonsense.send_all("nonsense\r\n\r\n");
  EXPECT_THAT(nonsense.receive(), HasSubstr("REQUEST_MALFORMED"));
}

// cpp-httplib alone would keep all of it: a body, a header section and a line without an end.
TEST_F(ServiceTest, EndlessRequestsTakeNoMemory) {
  const Running server(database_.conninfo());
  EXPECT_EQ(get(server, "/healthz", "")->status, 200);
  const std::size_t before = resident_kilobytes();
  const std::string piece(64 * 1024, 'a');
  const std::string chunk = "10000\r\n" + piece + "\r\n";
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"POST /v1/merchants/M1/statements HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", chunk},
      {"GET /healthz HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", chunk},
      {"POST /healthz HTTP/1.1\r\nContent-Length: 1000000000000\r\n\r\n", piece},
      {"GET /healthz HTTP/1.1\r\n", "X: " + piece.substr(0, 1000) + "\r\n"},
      {"GET /", piece},
  };
  for (const auto& [head, rest] : cases) {
    SCOPED_TRACE(head);
    RawClient client(server.port());
    ASSERT_TRUE(client.send_all(head));
    std::size_t sent = 0;
    while (sent < 256 * 1024 * 1024 && client.send_all(rest)) sent += rest.size();
    EXPECT_LT(sent, 64 * 1024 * 1024);  // the server hung up
  }
  EXPECT_LT(resident_kilobytes(), before + 32 * 1024);
  EXPECT_EQ(get(server, "/healthz", "")->status, 200);
}

TEST_F(ServiceTest, SlowClientsStopNobodyAndAreShownTheDoor) {
  api::ConnectionLimits limits;
  limits.request = std::chrono::milliseconds(900);
  const Running server(database_.conninfo(), limits);
  EXPECT_EQ(get(server, kM1, m1_)->status, 200);
  const std::size_t before = resident_kilobytes();
  std::vector<RawClient> slow;
  for (int i = 0; i < 200; ++i) {
    slow.emplace_back(server.port());
    ASSERT_TRUE(slow.back().is_connected());
    ASSERT_TRUE(slow.back().send_all("GET /healthz HTTP/1.1\r\nX: "));
  }
  EXPECT_EQ(get(server, kM1, m1_)->status, 200);
  EXPECT_LT(resident_kilobytes(), before + 64 * 1024);
  // Each is told after its deadline, however it trickles.
  EXPECT_THAT(slow.front().receive(), HasSubstr("REQUEST_TIMEOUT"));
  EXPECT_THAT(slow.back().receive(), HasSubstr("REQUEST_TIMEOUT"));
}

TEST_F(ServiceTest, ConnectionsBeyondTheLimitAreTold) {
  api::ConnectionLimits limits;
  limits.connections_max = 2;
  const Running server(database_.conninfo(), limits);
  RawClient first(server.port()), second(server.port());
  first.send_all("GET");
  second.send_all("GET");
  RawClient third(server.port());
  EXPECT_THAT(third.receive(), HasSubstr("TOO_MANY_CONNECTIONS"));
}

TEST_F(ServiceTest, StopsBeforeItHasBegun) {
  api::Service service({.port = 0, .conninfo = database_.conninfo()});
  service.bind();
  service.stop();
  service.run();
}

TEST_F(ServiceTest, PortThatIsTakenIsRefused) {
  const Running server(database_.conninfo());
  api::Service second({.port = server.port(), .conninfo = database_.conninfo()});
  EXPECT_THROW(second.bind(), std::runtime_error);
}

TEST(Request, AcceptIsRead) {
  const std::vector<std::string_view> offered = {"application/json", "text/csv"};
  EXPECT_EQ(api::preferred("", offered), 0);
  EXPECT_EQ(api::preferred("*/*", offered), 0);
  EXPECT_EQ(api::preferred("text/*", offered), 1);
  EXPECT_EQ(api::preferred("application/json;q=0.5, TEXT/CSV", offered), 1);
  EXPECT_EQ(api::preferred("*/*;q=0.1, application/json;q=0", offered), 1);
  EXPECT_EQ(api::preferred("text/html", offered), std::nullopt);
  EXPECT_EQ(api::preferred("text/csv;q=x", offered), std::nullopt);
}

TEST(Request, ListenAddressIsRead) {
  EXPECT_EQ(api::parse_listen_address("0.0.0.0:80")->host, "0.0.0.0");
  EXPECT_EQ(api::parse_listen_address("[::1]:8080")->host, "::1");
  EXPECT_EQ(api::parse_listen_address(":8080")->port, 8080);
  EXPECT_EQ(api::parse_listen_address("8080")->port, 8080);
  for (const char* bad : {"", "host", "host:", "host:x", "host:65536", "host:-1"}) {
    EXPECT_FALSE(api::parse_listen_address(bad)) << bad;
  }
}

// docs/errors.md is what integrators read: no code is missing there.
TEST(Documentation, EveryCodeIsListed) {
  std::ifstream file("docs/errors.md");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  for (const std::string_view code : api::problem_codes()) {
    EXPECT_THAT(text, HasSubstr(fmt::format("`{}`", code)));
  }
  // The enum has no end that code could ask for, so its numbers are read where they are written.
  std::ifstream header("engine/item.h");
  const std::string source{std::istreambuf_iterator<char>(header), {}};
  const std::size_t begin = source.find("enum class Refusal");
  const std::string members = source.substr(begin, source.find("};", begin) - begin);
  int known = 0;
  for (std::size_t at = members.find(" = "); at != std::string::npos;
       at = members.find(" = ", at + 1)) {
    const int number = std::stoi(members.substr(at + 3));
    if (number == 0) continue;  // None
    const auto code = engine::code(static_cast<engine::Refusal>(number));
    EXPECT_THAT(text, HasSubstr(fmt::format("`{}`", code)));
    ++known;
  }
  EXPECT_GE(known, 31);
}

}  // namespace
