// Webhooks over HTTP, to receivers of every kind.
#include "api/webhook_sender.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <httplib.h>
#include <netinet/in.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <mutex>
#include <nlohmann/json.hpp>
#include <thread>

#include "engine/webhook_signature.h"
#include "tests/feed/feed_book.h"

namespace {

using engine::WebhookAnswer;
using testing::HasSubstr;
using tests::FeedBook;

constexpr const char* kSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// An HTTP server on a port of its own.
class Server {
 public:
  explicit Server(httplib::Server::Handler handler) {
    server_.Post(".*", std::move(handler));
    port_ = server_.bind_to_any_port("127.0.0.1");
    thread_ = std::thread([this] { server_.listen_after_bind(); });
    while (!server_.is_running()) std::this_thread::yield();
  }
  ~Server() {
    server_.stop();
    thread_.join();
  }
  std::string url(const std::string& path = "/hook") const {
    return fmt::format("http://127.0.0.1:{}{}", port_, path);
  }

 private:
  httplib::Server server_;
  int port_ = 0;
  std::thread thread_;
};

/// Takes connections and says nothing; or this, again and again.
class RudeServer {
 public:
  explicit RudeServer(std::string words) : words_(std::move(words)) {
    socket_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    EXPECT_EQ(bind(socket_, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(listen(socket_, 4), 0);
    getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::jthread([this](const std::stop_token& token) { serve(token); });
  }
  ~RudeServer() {
    thread_.request_stop();
    shutdown(socket_, SHUT_RDWR);
    thread_.join();
    close(socket_);
  }
  std::string url() const { return fmt::format("http://127.0.0.1:{}/", port_); }

 private:
  void serve(const std::stop_token& token) {
    while (!token.stop_requested()) {
      const int client = accept(socket_, nullptr, nullptr);
      if (client < 0) return;
      std::array<char, 4096> buffer;
      if (words_.empty()) {
        while (recv(client, buffer.data(), buffer.size(), 0) > 0) {
        }
      } else {
        recv(client, buffer.data(), buffer.size(), 0);
        while (send(client, words_.data(), words_.size(), MSG_NOSIGNAL) > 0) {
        }
      }
      close(client);
    }
  }

  std::string words_;
  int socket_ = -1;
  int port_ = 0;
  std::jthread thread_;
};

WebhookAnswer post(const std::string& url,
                   std::chrono::milliseconds time_max = engine::kWebhookTimeMax) {
  return api::make_webhook_sender(time_max)->post(
      {.url = url, .id = "lc_a_1", .timestamp = 1614265330, .signature = "v1,x", .body = "{}"});
}

TEST(WebhookSender, PostsWhatTheSpecificationAsksFor) {
  httplib::Headers headers;
  std::string body, path;
  const Server server([&](const httplib::Request& request, httplib::Response& response) {
    headers = request.headers;
    body = request.body;
    path = request.target;
    response.status = 202;
    response.set_content("thanks", "text/plain");
  });
  const WebhookAnswer answer = post(server.url("/hook?tenant=1"));
  EXPECT_EQ(answer.status, 202);
  EXPECT_TRUE(answer.is_success());
  EXPECT_EQ(answer.text, "thanks");
  EXPECT_EQ(path, "/hook?tenant=1");
  EXPECT_EQ(body, "{}");
  EXPECT_EQ(headers.find("webhook-id")->second, "lc_a_1");
  EXPECT_EQ(headers.find("webhook-timestamp")->second, "1614265330");
  EXPECT_EQ(headers.find("webhook-signature")->second, "v1,x");
  EXPECT_EQ(headers.find("Content-Type")->second, "application/json");
}

TEST(WebhookSender, FollowsNoRedirectAndReadsRetryAfter) {
  int requests = 0;
  const Server server([&](const httplib::Request&, httplib::Response& response) {
    ++requests;
    response.set_header("Retry-After", "90");
    response.set_redirect("/elsewhere", 307);
  });
  const WebhookAnswer answer = post(server.url());
  EXPECT_EQ(answer.status, 307);
  EXPECT_FALSE(answer.is_success());
  EXPECT_EQ(answer.retry_after, std::chrono::seconds{90});
  EXPECT_EQ(requests, 1);
}

TEST(WebhookSender, ReadsTheFirstOfAnAnswerOnly) {
  std::atomic<std::int64_t> sent = 0;
  const Server server([&](const httplib::Request&, httplib::Response& response) {
    response.set_chunked_content_provider("text/plain", [&](std::size_t, httplib::DataSink& sink) {
      const std::string piece(8'192, 'x');
      sent += std::ssize(piece);
      return sink.write(piece.data(), piece.size());  // without end
    });
  });
  const WebhookAnswer answer = post(server.url());
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.text.size(), engine::kWebhookAnswerMax);
  EXPECT_LT(sent, 64'000'000);
}

TEST(WebhookSender, SaysWhyThereWasNoAnswer) {
  std::string url;
  {
    const Server server([](const httplib::Request&, httplib::Response&) {});
    url = server.url();
  }
  EXPECT_EQ(post(url).status, 0);
  EXPECT_THAT(post(url).text, HasSubstr("127.0.0.1"));
  const WebhookAnswer nowhere = post("http://no-such-host.invalid/");
  EXPECT_EQ(nowhere.status, 0);
  EXPECT_FALSE(nowhere.text.empty());
}

// The time is over all of it: a receiver that is silent, or goes on and on, does not hold us.
TEST(WebhookSender, GivesUpWhenItsTimeIsOver) {
  const RudeServer silent(""), chatty("X-Header: and another one\r\n"), endless("HTTP/1.1 200 OK");
  for (const RudeServer* server : {&silent, &chatty, &endless}) {
    const auto start = std::chrono::steady_clock::now();
    const WebhookAnswer answer = post(server->url(), std::chrono::milliseconds{300});
    EXPECT_EQ(answer.status, 0) << answer.text;
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds{10});
  }
}

/// A certificate for localhost that nobody has signed, and its key.
struct Certificate {
  Certificate() : key(EVP_RSA_gen(2048)), x509(X509_new()) {
    ASN1_INTEGER_set(X509_get_serialNumber(x509), 1);
    X509_set_version(x509, 2);
    X509_gmtime_adj(X509_getm_notBefore(x509), -3600);
    X509_gmtime_adj(X509_getm_notAfter(x509), 3600);
    X509_set_pubkey(x509, key);
    X509_NAME* name = X509_get_subject_name(x509);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>("localhost"), -1, -1, 0);
    X509_set_issuer_name(x509, name);
    X509_sign(x509, key, EVP_sha256());
  }
  ~Certificate() {
    X509_free(x509);
    EVP_PKEY_free(key);
  }
  void write(const std::string& path) const {
    std::FILE* file = std::fopen(path.c_str(), "w");
    PEM_write_X509(file, x509);
    std::fclose(file);
  }
  EVP_PKEY* key;
  X509* x509;
};

TEST(WebhookSender, SpeaksTlsToThoseItTrustsOnly) {
  const Certificate certificate;
  httplib::SSLServer server(certificate.x509, certificate.key);
  int requests = 0;
  server.Post("/hook", [&](const httplib::Request& request, httplib::Response& response) {
    ++requests;
    response.status = request.body == "{}" ? 200 : 400;
    response.set_content(std::string(10'000, 'x'), "text/plain");
  });
  const int port = server.bind_to_any_port("127.0.0.1");
  std::jthread thread([&] { server.listen_after_bind(); });
  const std::string url = fmt::format("https://localhost:{}/hook", port);
  EXPECT_EQ(post(url).status, 0);
  EXPECT_THAT(post(url).text, HasSubstr("SSL"));
  EXPECT_EQ(requests, 0);

  const std::string path =
      fmt::format("{}webhook_sender_test.{}.pem", testing::TempDir(), getpid());
  certificate.write(path);
  setenv("SSL_CERT_FILE", path.c_str(), 1);
  const auto sender = api::make_webhook_sender();
  for (int i = 1; i <= 3; ++i) {  // on one connection
    const WebhookAnswer answer = sender->post(
        {.url = url, .id = "lc_a_1", .timestamp = 1, .signature = "v1,x", .body = "{}"});
    EXPECT_EQ(answer.status, 200) << answer.text;
    EXPECT_EQ(answer.text.size(), 10'000u);
    EXPECT_EQ(requests, i);
  }
  EXPECT_EQ(post(fmt::format("https://127.0.0.1:{}/hook", port)).status, 0);  // another name
  unsetenv("SSL_CERT_FILE");
  unlink(path.c_str());
  while (!server.is_running()) std::this_thread::yield();
  server.stop();
}

/// Keeps what it gets, as a receiver does that drops what it has by its id. At a chosen request it
/// kills who sends.
struct KeepingReceiver {
  std::mutex mutex;
  std::map<std::string, std::int64_t> ids;
  std::map<std::string, std::vector<std::int64_t>> by_customer;
  std::int64_t requests = 0;
  std::int64_t kill_at = 0;
  pid_t victim = 0;

  void take(const httplib::Request& request, httplib::Response& response) {
    std::lock_guard lock(mutex);
    const std::string id = request.get_header_value("webhook-id");
    const std::string expected = engine::sign_webhook(
        *engine::parse_webhook_secret(kSecret), id,
        std::stoll(request.get_header_value("webhook-timestamp")), request.body);
    if (request.get_header_value("webhook-signature") != expected) {
      response.status = 401;
      return;
    }
    const auto data = nlohmann::json::parse(request.body)["data"];
    if (++ids[id] == 1) by_customer[data["customer"]].push_back(data["position"]);
    if (++requests == kill_at) kill(victim, SIGKILL);
    response.status = 204;
  }
};

pid_t start(std::vector<std::string> words, const std::string& conninfo) {
  std::vector<char*> argv, environment;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  std::string database = fmt::format("FENQI_DATABASE_URL={}", conninfo);
  environment.push_back(database.data());
  environment.push_back(nullptr);
  pid_t child = 0;
  EXPECT_EQ(posix_spawn(&child, FENQI_PROGRAM, nullptr, nullptr, argv.data(), environment.data()),
            0);
  return child;
}

// kill -9 of a runner in the middle, several times: no event is missing, each customer's come in
// order, and what came twice has the id it had before.
TEST(WebhookSender, SurvivesKillsOfTheRunner) {
  constexpr int kCustomers = 320, kChanges = 3, kAll = kCustomers * kChanges;
  const FeedBook book(kCustomers);
  book.fill(kCustomers, kChanges);
  KeepingReceiver receiver;
  const Server server([&](const httplib::Request& request, httplib::Response& response) {
    receiver.take(request, response);
  });
  store::Session session(book.database.conninfo());
  const auto now = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
  base::Instant clock(now.time_since_epoch());
  ASSERT_TRUE(
      engine::add_endpoint(session, {.url = server.url(), .secret = kSecret, .after = 0}, clock));
  for (const std::int64_t kill_at : {1, 7, 90}) {
    {
      std::lock_guard lock(receiver.mutex);
      receiver.requests = 0;
      receiver.kill_at = kill_at;
      receiver.victim = start({"fenqi", "webhook", "send", "--once"}, book.database.conninfo());
    }
    int status = 0;
    waitpid(receiver.victim, &status, 0);
    EXPECT_TRUE(WIFSIGNALED(status));  // each leases some that no other has
    std::lock_guard lock(receiver.mutex);
    receiver.kill_at = 0;
  }
  clock += std::chrono::hours{1};  // the leases of the dead are over
  engine::WebhookRunner runner(
      book.database.conninfo(),
      {.make_sender = [] { return api::make_webhook_sender(); }, .now = [&] { return clock; }});
  runner.run_once();
  std::lock_guard lock(receiver.mutex);
  EXPECT_EQ(receiver.ids.size(), kAll);
  EXPECT_EQ(store::count_deliveries(session).at(0).delivered, kAll);
  std::int64_t sum = 0;
  for (const auto& [customer, positions] : receiver.by_customer) {
    EXPECT_TRUE(std::ranges::is_sorted(positions)) << customer;
    sum += std::ssize(positions);
  }
  EXPECT_EQ(sum, kAll);
}

}  // namespace
