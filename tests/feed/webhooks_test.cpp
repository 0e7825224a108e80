#include "engine/webhooks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <mutex>
#include <nlohmann/json.hpp>
#include <random>
#include <thread>

#include "engine/webhook_signature.h"
#include "tests/feed/feed_book.h"
#include "tests/support/property.h"

namespace {

using engine::WebhookAnswer;
using engine::WebhookRefusal;
using engine::WebhookRequest;
using tests::FeedBook;

constexpr const char* kSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

std::string base64(std::string_view bytes) {
  std::string text(bytes.size() * 2 + 8, '\0');
  text.resize(static_cast<std::size_t>(EVP_EncodeBlock(
      reinterpret_cast<unsigned char*>(text.data()),
      reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()))));
  return text;
}

/// What a receiver computes; by OpenSSL, while we sign with libsodium.
std::string signature_of(std::string_view secret, const WebhookRequest& request) {
  const std::string signed_text =
      fmt::format("{}.{}.{}", request.id, request.timestamp, request.body);
  unsigned char hash[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
       reinterpret_cast<const unsigned char*>(signed_text.data()), signed_text.size(), hash, &size);
  return fmt::format("v1,{}", base64({reinterpret_cast<char*>(hash), size}));
}

// The example that libraries for Standard Webhooks test with.
TEST(WebhookSignature, IsThatOfTheSpecificationsExample) {
  EXPECT_EQ(
      engine::sign_webhook(*engine::parse_webhook_secret(kSecret), "msg_p5jXN8AQM9LWM0D4loKWxJek",
                           1614265330, R"({"test": 2432232314})"),
      "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

TEST(WebhookSignature, AgreesWithAnotherImplementation) {
  tests::property([](const std::string& id, std::uint32_t timestamp, const std::string& payload) {
    const std::string made = engine::make_webhook_secret();
    const std::string secret = engine::parse_webhook_secret(made).value();
    RC_ASSERT(engine::sign_webhook(secret, id, timestamp, payload) ==
              signature_of(
                  secret,
                  {.url = {}, .id = id, .timestamp = timestamp, .signature = {}, .body = payload}));
  });
}

TEST(WebhookSignature, SecretsHave24To64Bytes) {
  for (const std::size_t size : {24u, 32u, 64u}) {
    const std::string bytes(size, 'x');
    EXPECT_EQ(engine::parse_webhook_secret("whsec_" + base64(bytes)), bytes);
  }
  for (const std::size_t size : {0u, 1u, 23u, 65u}) {
    EXPECT_FALSE(engine::parse_webhook_secret("whsec_" + base64(std::string(size, 'x')))) << size;
  }
  EXPECT_FALSE(engine::parse_webhook_secret(base64(std::string(32, 'x'))));
  EXPECT_FALSE(engine::parse_webhook_secret("whsec_" + base64(std::string(32, 'x')) + " "));
  EXPECT_FALSE(engine::parse_webhook_secret("whsec_not base64 at all, not at all, not a bit"));
}

TEST(WebhookUrl, OnlyHttpAndHttpsWithAHost) {
  const auto url = engine::parse_webhook_url("https://risk.example/hooks?a=b").value();
  EXPECT_EQ(url.origin(), "https://risk.example:443");
  EXPECT_EQ(url.path, "/hooks?a=b");
  EXPECT_EQ(engine::parse_webhook_url("http://[::1]:81")->origin(), "http://[::1]:81");
  EXPECT_EQ(engine::parse_webhook_url("http://h?x")->path, "/?x");
  for (const char* bad :
       {"", "ftp://h/", "file:///etc/passwd", "gopher://h", "HTTPS//h", "https://", "https:///p",
        "https://user:word@h/", "https://h:0/", "https://h:65536/", "https://h:x/", "https://h/#f",
        "https://h/a b", "https://h/\r\nX: y", "https://[::1", "https://[host]/", "https://hö/"}) {
    EXPECT_FALSE(engine::parse_webhook_url(bad)) << bad;
  }
  EXPECT_FALSE(engine::parse_webhook_url("https://h/" + std::string(2000, 'x')));
}

TEST(WebhookPause, GrowsAndThenTheEventIsDead) {
  std::chrono::microseconds last{0};
  for (int attempt = 1; attempt <= std::ssize(engine::kWebhookPauses); ++attempt) {
    const auto pause = engine::webhook_pause(attempt, 7, std::nullopt).value();
    const auto planned = engine::kWebhookPauses.at(static_cast<std::size_t>(attempt) - 1);
    EXPECT_GE(pause, planned);
    EXPECT_LE(pause, std::chrono::microseconds(planned) * 11 / 10);
    EXPECT_GT(pause, last);
    last = pause;
  }
  EXPECT_FALSE(engine::webhook_pause(10, 7, std::nullopt));
  using std::chrono::seconds;
  EXPECT_EQ(engine::webhook_pause(1, 7, seconds{90}), seconds{90});
  EXPECT_LT(*engine::webhook_pause(1, 7, seconds{1'000'000'000}), seconds{6});  // nobody waits so
  EXPECT_GE(*engine::webhook_pause(2, 7, seconds{1}), std::chrono::minutes{5});
}

/// A receiver in memory that checks what it gets, and answers as it is told.
class Receiver {
 public:
  std::function<WebhookAnswer(const WebhookRequest&)> answers = [](const WebhookRequest&) {
    return WebhookAnswer{.status = 200};
  };

  WebhookAnswer post(const WebhookRequest& request) {
    std::lock_guard lock(mutex_);
    EXPECT_EQ(request.signature, signature_of(*engine::parse_webhook_secret(kSecret), request));
    const auto json = nlohmann::json::parse(request.body);
    EXPECT_EQ(json["type"], "limit.changed");
    EXPECT_EQ(json["data"]["id"], request.id);
    const WebhookAnswer answer = answers(request);
    ++requests;
    if (answer.is_success() && ids.insert(request.id).second) {
      by_customer[json["data"]["customer"]].push_back(json["data"]["position"]);
    }
    return answer;
  }

  std::int64_t requests = 0;
  std::set<std::string> ids;  // what it has taken; a repeat has no effect
  std::map<std::string, std::vector<std::int64_t>> by_customer;

 private:
  std::mutex mutex_;
};

class ReceiverSender : public engine::WebhookSender {
 public:
  explicit ReceiverSender(Receiver& receiver) : receiver_(receiver) {}
  WebhookAnswer post(const WebhookRequest& request) override { return receiver_.post(request); }

 private:
  Receiver& receiver_;
};

struct Webhooks : FeedBook {
  static constexpr int kCustomers = 6, kChanges = 4, kAll = kCustomers * kChanges;

  explicit Webhooks(std::optional<std::int64_t> after = 0) : FeedBook(kCustomers) {
    fill(kCustomers, kChanges);
    endpoint = engine::add_endpoint(
                   session, {.url = "https://h/", .secret = kSecret, .after = after}, clock.now())
                   .value();
  }

  engine::WebhookRunner runner(int batch = 100, int connections = 2) {
    return {database.conninfo(),
            {.make_sender = [this] { return std::make_unique<ReceiverSender>(receiver); },
             .now = [this] { return clock.now(); },
             .batch = batch,
             .connections = connections}};
  }

  store::DeliveryCounts counts() { return store::count_deliveries(session).at(0); }

  void expect_in_order() const {
    for (const auto& [customer, positions] : receiver.by_customer) {
      EXPECT_TRUE(std::ranges::is_sorted(positions)) << customer;
    }
  }

  tests::TestClock clock;
  Receiver receiver;
  store::Session session{database.conninfo()};
  std::string endpoint;
};

TEST(WebhookRunner, TellsEverythingOnceAndInOrder) {
  Webhooks hooks;
  const auto run = hooks.runner(5).run_once();
  EXPECT_EQ(run.delivered, Webhooks::kAll);
  EXPECT_EQ(hooks.receiver.requests, Webhooks::kAll);
  hooks.expect_in_order();
  EXPECT_EQ(hooks.runner().run_once().delivered, 0);
}

TEST(WebhookRunner, StartsWithWhatComesAfterTheEndpointWasAdded) {
  Webhooks hooks(std::nullopt);
  EXPECT_EQ(hooks.runner().run_once().delivered, 0);
  {
    store::Transaction transaction(hooks.session);
    FeedBook::add(hooks.session, {FeedBook::change(1, 99)});
    transaction.commit();
  }
  EXPECT_EQ(hooks.runner().run_once().delivered, 1);
}

// Whatever a receiver answers: nothing is lost, nothing overtakes what is tried again, and what is
// never taken is dead after the last pause.
TEST(WebhookRunner, KeepsOrderWhateverFails) {
  for (unsigned seed = 1; seed <= 8; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    Webhooks hooks;
    std::mt19937 random(seed);
    const std::set<int> hated = {static_cast<int>(random() % Webhooks::kAll) + 1};
    std::map<std::string, std::int64_t> last_tried;
    hooks.receiver.answers = [&](const WebhookRequest& request) {
      const auto data = nlohmann::json::parse(request.body)["data"];
      // Nothing of the customer is sent while an earlier one is neither taken nor dead.
      const std::int64_t position = data["position"];
      EXPECT_GE(position, last_tried[data["customer"]]);
      last_tried[data["customer"]] = position;
      if (hated.contains(static_cast<int>(position))) return WebhookAnswer{.status = 500};
      const int statuses[] = {200, 204, 500, 503, 302, 0};
      return WebhookAnswer{.status = statuses[random() % 6]};
    };
    engine::WebhookRunner first = hooks.runner(3, 1), second = hooks.runner(4, 1);
    for (int i = 0; i < 400 && hooks.counts().waiting > 0; ++i) {
      (random() % 2 == 0 ? first : second).run_once();
      hooks.clock.advance(std::chrono::hours{3});
    }
    const auto counts = hooks.counts();
    EXPECT_EQ(counts.waiting, 0);
    EXPECT_EQ(counts.delivered + counts.dead, Webhooks::kAll);
    EXPECT_GE(counts.dead, 1);
    EXPECT_EQ(std::ssize(hooks.receiver.ids), counts.delivered);
    hooks.expect_in_order();
  }
}

TEST(WebhookRunner, WhatWaitsBehindAFailureIsNotTriedBeforeIt) {
  Webhooks hooks;
  hooks.receiver.answers = [](const WebhookRequest& request) {
    return WebhookAnswer{.status = request.body.contains(R"("customer":"C2")") ? 500 : 200};
  };
  auto runner = hooks.runner();
  const auto run = runner.run_once();
  EXPECT_EQ(run.failed, 1);
  EXPECT_EQ(run.delivered, Webhooks::kAll - Webhooks::kChanges);
  EXPECT_EQ(runner.run_once().failed, 0);  // not due
  hooks.clock.advance(std::chrono::seconds{6});
  EXPECT_EQ(runner.run_once().failed, 1);
  hooks.receiver.answers = [](const WebhookRequest&) { return WebhookAnswer{.status = 200}; };
  EXPECT_EQ(runner.run_once().delivered, 0);  // now in five minutes
  hooks.clock.advance(std::chrono::minutes{6});
  EXPECT_EQ(runner.run_once().delivered, Webhooks::kChanges);
  hooks.expect_in_order();
}

TEST(WebhookRunner, DeadOnesAreListedAndRevived) {
  Webhooks hooks;
  hooks.receiver.answers = [](const WebhookRequest& request) {
    const bool is_bad = request.body.contains(R"("data":{"position":1,)");
    return WebhookAnswer{.status = is_bad ? 418 : 200, .text = is_bad ? "I am\na teapot" : ""};
  };
  auto runner = hooks.runner();
  engine::WebhookRun sum;
  for (int i = 0; i < 12; ++i) {
    const auto run = runner.run_once();
    sum.failed += run.failed;
    sum.dead += run.dead;
    hooks.clock.advance(std::chrono::hours{30});
  }
  EXPECT_EQ(sum.failed, 9);
  EXPECT_EQ(sum.dead, 1);
  {
    store::Transaction transaction(hooks.session);
    store::DeadDeliveryCursor cursor(hooks.session, "");
    const auto dead = cursor.next();
    ASSERT_EQ(dead.size(), 1u);
    EXPECT_EQ(dead[0].position, 1);
    EXPECT_EQ(dead[0].customer, "C1");
    EXPECT_EQ(dead[0].attempts, 10);
    EXPECT_EQ(dead[0].status, 418);
    EXPECT_EQ(dead[0].answer, "I am a teapot");
  }
  EXPECT_EQ(hooks.counts().delivered, Webhooks::kAll - 1);
  hooks.receiver.answers = [](const WebhookRequest&) { return WebhookAnswer{.status = 200}; };
  EXPECT_EQ(engine::revive_webhooks(hooks.session, hooks.endpoint, hooks.clock.now()), 1);
  EXPECT_EQ(runner.run_once().delivered, 1);
}

TEST(WebhookRunner, ReplaySendsAgainUnderTheSameIds) {
  Webhooks hooks;
  auto runner = hooks.runner();
  runner.run_once();
  const auto before = hooks.receiver.by_customer;
  EXPECT_EQ(engine::replay_webhooks(hooks.session, hooks.endpoint, 10, hooks.clock.now()),
            Webhooks::kAll - 10);
  EXPECT_EQ(runner.run_once().delivered, Webhooks::kAll - 10);
  EXPECT_EQ(hooks.receiver.requests, 2 * Webhooks::kAll - 10);
  EXPECT_EQ(hooks.receiver.by_customer, before);  // no double effect
  EXPECT_EQ(engine::replay_webhooks(hooks.session, hooks.endpoint, 999, hooks.clock.now()).error(),
            WebhookRefusal::CursorUnknown);
  EXPECT_EQ(engine::replay_webhooks(hooks.session, "wh_", 0, hooks.clock.now()).error(),
            WebhookRefusal::EndpointUnknown);
}

TEST(WebhookRunner, TwoAtOnceSendNothingTwice) {
  Webhooks hooks;
  {
    std::vector<std::jthread> runners;
    for (int i = 0; i < 3; ++i) {
      runners.emplace_back([&] { hooks.runner(2, 2).run_once(); });
    }
  }
  EXPECT_EQ(hooks.receiver.requests, Webhooks::kAll);
  EXPECT_EQ(hooks.counts().delivered, Webhooks::kAll);
  hooks.expect_in_order();
}

TEST(WebhookRunner, WhatADeadRunnerHeldIsSentWhenItsLeaseIsOver) {
  Webhooks hooks;
  store::queue_deliveries(hooks.session, hooks.endpoint, hooks.clock.now(), 1000);
  const auto held =
      store::claim_deliveries(hooks.session, hooks.endpoint, "dead", hooks.clock.now(),
                              hooks.clock.now() + std::chrono::minutes{5}, 2);
  ASSERT_EQ(held.size(), 2u);
  auto runner = hooks.runner();
  EXPECT_EQ(runner.run_once().delivered, Webhooks::kAll - 2 * Webhooks::kChanges);
  hooks.clock.advance(std::chrono::minutes{6});
  EXPECT_EQ(runner.run_once().delivered, 2 * Webhooks::kChanges);
  // What it says after that is not heard.
  store::record_attempts(hooks.session, hooks.endpoint, "dead", hooks.clock.now(),
                         std::vector<store::AttemptRow>{{.position = held[0].position,
                                                         .party = held[0].party,
                                                         .state = store::DeliveryState::Dead,
                                                         .next_attempt_at = hooks.clock.now(),
                                                         .answer = {}}});
  EXPECT_EQ(hooks.counts().dead, 0);
}

TEST(WebhookRunner, NobodyThereIsLeftAloneForAWhile) {
  Webhooks hooks;
  hooks.receiver.answers = [](const WebhookRequest&) { return WebhookAnswer{.text = "refused"}; };
  auto runner = hooks.runner(100, 1);
  EXPECT_EQ(runner.run_once().failed, 5);
  EXPECT_EQ(runner.run_once().failed, 0);
  hooks.clock.advance(std::chrono::minutes{6});
  EXPECT_EQ(runner.run_once().failed, 5);
  hooks.receiver.answers = [](const WebhookRequest&) { return WebhookAnswer{.status = 200}; };
  hooks.clock.advance(std::chrono::hours{1});
  EXPECT_EQ(runner.run_once().delivered, Webhooks::kAll);
  hooks.expect_in_order();
}

TEST(WebhookRunner, AReceiverThatIsGoneIsStopped) {
  Webhooks hooks;
  hooks.receiver.answers = [](const WebhookRequest&) { return WebhookAnswer{.status = 410}; };
  auto runner = hooks.runner(100, 1);
  runner.run_once();
  EXPECT_EQ(hooks.receiver.requests, 1);
  hooks.clock.advance(std::chrono::hours{100});
  runner.run_once();
  EXPECT_EQ(hooks.receiver.requests, 1);
  EXPECT_TRUE(store::list_endpoints(hooks.session).at(0).stopped_at);
  hooks.receiver.answers = [](const WebhookRequest&) { return WebhookAnswer{.status = 200}; };
  EXPECT_EQ(engine::replay_webhooks(hooks.session, hooks.endpoint, 0, hooks.clock.now()),
            Webhooks::kAll);
  EXPECT_EQ(runner.run_once().delivered, Webhooks::kAll);
}

TEST(WebhookEndpoints, AreRefusedByName) {
  Webhooks hooks;
  const auto refusal = [&](engine::NewEndpoint endpoint) {
    return engine::add_endpoint(hooks.session, endpoint, hooks.clock.now()).error();
  };
  const std::string url = "https://i/";
  EXPECT_EQ(refusal({.url = "ftp://h/", .secret = kSecret, .after = {}}),
            WebhookRefusal::UrlInvalid);
  EXPECT_EQ(refusal({.url = "http://h/", .secret = kSecret, .after = {}}),
            WebhookRefusal::UrlNotSecure);
  EXPECT_EQ(refusal({.url = "https://h/", .secret = kSecret, .after = {}}),
            WebhookRefusal::UrlThere);
  EXPECT_EQ(refusal({.url = url, .secret = "whsec_x", .after = {}}), WebhookRefusal::SecretInvalid);
  EXPECT_EQ(refusal({.url = url, .secret = kSecret, .after = Webhooks::kAll + 1}),
            WebhookRefusal::CursorUnknown);
  EXPECT_TRUE(store::remove_endpoint(hooks.session, hooks.endpoint, hooks.clock.now()));
  EXPECT_FALSE(store::remove_endpoint(hooks.session, hooks.endpoint, hooks.clock.now()));
  EXPECT_EQ(hooks.runner().run_once().delivered, 0);  // it is told no more
  EXPECT_TRUE(engine::add_endpoint(hooks.session, {.url = "https://h/", .secret = kSecret},
                                   hooks.clock.now()));
}

}  // namespace
