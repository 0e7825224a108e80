#include "api/service.h"

#include <fmt/format.h>
#include <sodium.h>
#include <sys/socket.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <map>
#include <stdexcept>

#include "api/limit_feed_page.h"
#include "api/pages.h"
#include "api/problem.h"
#include "api/request.h"
#include "api/session_pool.h"
#include "engine/api_keys.h"
#include "engine/report_text.h"
#include "engine/statement.h"
#include "engine/statement_text.h"

namespace api {
namespace {

using httplib::Request;
using httplib::Response;

// How long a request waits for a database connection to come free.
constexpr std::chrono::milliseconds kPatience{2'000};
constexpr int kBacklog = 512;

void set_problem(Response& response, const Problem& problem) {
  response.status = problem.status;
  response.set_content(to_json(problem), kProblemType);
  if (problem.status == 401) response.set_header("WWW-Authenticate", "Bearer realm=\"fenqi\"");
  if (problem.status == 405) response.set_header("Allow", "GET, HEAD");
  if (problem.retry_after_seconds > 0) {
    response.set_header("Retry-After", std::to_string(problem.retry_after_seconds));
  }
}

// Thrown where a request can't go on; caught once.
struct Refused {
  Problem problem;
};

/// Statements under way per key, so that one merchant can't take every database connection.
class KeyCounter {
 public:
  class Hold {
   public:
    Hold(KeyCounter& counter, std::string key) : counter_(&counter), key_(std::move(key)) {}
    Hold(Hold&& other) noexcept : counter_(other.counter_), key_(std::move(other.key_)) {
      other.counter_ = nullptr;
    }
    Hold& operator=(Hold&&) = delete;
    ~Hold() {
      if (counter_) counter_->release(key_);
    }

   private:
    KeyCounter* counter_;
    std::string key_;
  };

  std::optional<Hold> take(const std::string& key, std::size_t most) {
    std::lock_guard lock(mutex_);
    std::size_t& count = counts_[key];
    if (count >= most) return std::nullopt;
    ++count;
    return Hold(*this, key);
  }

 private:
  void release(const std::string& key) {
    std::lock_guard lock(mutex_);
    if (--counts_[key] == 0) counts_.erase(key);
  }

  std::mutex mutex_;
  std::map<std::string, std::size_t> counts_;
};

/// A statement being sent, with everything it needs; goes when the response does.
struct Sending {
  KeyCounter::Hold hold;
  SessionPool::Lease lease;
  std::unique_ptr<engine::Statement> statement;
  std::unique_ptr<engine::StatementText> text;
};

base::Day day_parameter(const Request& request, const char* name) {
  const std::size_t count = request.get_param_value_count(name);
  const std::string value = request.get_param_value(name);
  if (count == 0) throw Refused{parameter_invalid(name, "", "is missing: a date YYYY-MM-DD")};
  if (count > 1) throw Refused{parameter_invalid(name, value, "is there more than once")};
  const auto day = base::parse_day(value);
  if (!day) throw Refused{parameter_invalid(name, value, "is no date YYYY-MM-DD")};
  return *day;
}

// Everything that the statement of a closed period says follows from this.
std::string etag_of(const engine::StatementHeader& header, std::string_view format) {
  std::string text =
      fmt::format("1|{}|{}|{}|{}|{}", format, header.merchant, base::to_string(header.from),
                  base::to_string(header.to), header.zone.name());
  for (const engine::StatementSection& section : header.sections) {
    text += fmt::format("|{}|{}|{}|{}", section.currency.code(), section.opening, section.closing,
                        section.totals.lines);
    for (const store::PayoutLine& payout : section.payouts) {
      text += fmt::format("|{}|{}|{}", payout.ref, payout.amount, engine::name(payout.status));
    }
  }
  unsigned char hash[16];
  crypto_generichash(hash, sizeof(hash), reinterpret_cast<const unsigned char*>(text.data()),
                     text.size(), nullptr, 0);
  std::string hex;
  for (const unsigned char byte : hash) hex += fmt::format("{:02x}", byte);
  return fmt::format("W/\"{}\"", hex);  // weak: it may go out compressed
}

// CSV has lines only, so its edges go into headers: "CNY 0.00, USD 49.70".
void set_control_headers(Response& response, const engine::StatementHeader& header) {
  std::string opening, net, closing, lines;
  for (const engine::StatementSection& section : header.sections) {
    const auto add = [&](std::string& text, const std::string& value) {
      text += fmt::format("{}{} {}", text.empty() ? "" : ", ", section.currency.code(), value);
    };
    const int exponent = section.currency.exponent();
    add(opening, base::to_decimal(section.opening, exponent));
    add(net, base::to_decimal(section.totals.net, exponent));
    add(closing, base::to_decimal(section.closing, exponent));
    add(lines, std::to_string(section.totals.lines));
  }
  if (lines.empty()) return;
  response.set_header("Fenqi-Opening", opening);
  response.set_header("Fenqi-Net", net);
  response.set_header("Fenqi-Closing", closing);
  response.set_header("Fenqi-Lines", lines);
}

}  // namespace

struct Service::Impl {
  explicit Impl(ServiceOptions given)
      : options(std::move(given)), pool(options.conninfo, options.workers), server(options.limits) {
    server.set_pre_routing_handler([this](const Request& request, Response& response) {
      answer(request, response);
      return httplib::Server::HandlerResponse::Handled;
    });
    server.set_error_handler([](const Request&, Response& response) { explain(response); });
    server.set_expect_100_continue_handler([](const Request&, Response& response) {
      set_problem(response, body_not_accepted());
      return 413;
    });
    server.set_default_headers({{"X-Content-Type-Options", "nosniff"}});
  }

  void answer(const Request& request, Response& response);
  void route(const Request& request, Response& response);
  void send_statement(const Request& request, Response& response, const std::string& merchant);
  void send_limit_changes(const Request& request, Response& response);
  void check_ready(Response& response);
  SessionPool::Lease take_session();
  static void explain(Response& response);

  ServiceOptions options;
  SessionPool pool;
  KeyCounter counter;
  BoundedServer server;
  std::atomic<bool> stop_asked = false;
  std::atomic<bool> done = false;
};

// What httplib refused by itself has no body yet.
void Service::Impl::explain(Response& response) {
  if (!response.body.empty()) return;
  switch (BoundedServer::current_trouble()) {
    case BoundedServer::Trouble::TooLarge:
      return set_problem(response, request_too_large());
    case BoundedServer::Trouble::TooSlow:
      return set_problem(response, request_too_slow());
    case BoundedServer::Trouble::None:
      break;
  }
  switch (response.status) {
    case 413:
      return set_problem(response, body_not_accepted());
    case 414:
      return set_problem(response, uri_too_long());
    case 500:
      return set_problem(response, internal_error());
    default:
      if (response.status < 500) set_problem(response, request_malformed());
  }
}

void Service::Impl::answer(const Request& request, Response& response) {
  try {
    route(request, response);
  } catch (const Refused& refused) {
    set_problem(response, refused.problem);
  } catch (const store::Fault& fault) {
    fmt::print(stderr, "fenqi serve: {}\n", fault.what());
    const bool is_away = fault.is_connection() || fault.is_out_of_resources();
    set_problem(response, is_away ? unavailable() : internal_error());
  } catch (const std::exception& error) {
    fmt::print(stderr, "fenqi serve: {}\n", error.what());
    set_problem(response, internal_error());
  }
}

void Service::Impl::route(const Request& request, Response& response) {
  const auto segments = path_segments(request.target);
  if (!segments) throw Refused{not_found()};
  const auto& path = *segments;
  const bool is_statements = path.size() == 4 && path[0] == "v1" && path[1] == "merchants" &&
                             !path[2].empty() && path[3] == "statements";
  const bool is_limits = path.size() == 2 && path[0] == "v1" && path[1] == "limit-changes";
  const bool is_page = path.size() == 1 && (path[0].empty() || path[0] == "healthz" ||
                                            path[0] == "readyz" || path[0] == "openapi.json");
  if (!is_statements && !is_limits && !is_page) throw Refused{not_found()};
  if (request.method != "GET" && request.method != "HEAD") {
    throw Refused{method_not_allowed(request.method)};
  }
  if (request.has_header("Transfer-Encoding") ||
      (request.has_header("Content-Length") && request.get_header_value("Content-Length") != "0")) {
    throw Refused{body_not_accepted()};
  }
  if (is_statements) return send_statement(request, response, path[2]);
  if (is_limits) return send_limit_changes(request, response);
  if (path[0] == "healthz")
    return response.set_content("{\"status\":\"ok\"}\n", "application/json");
  if (path[0] == "readyz") return check_ready(response);
  if (path[0] == "openapi.json") return response.set_content(openapi(), "application/json");
  response.set_header("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'");
  response.set_content(landing_page(), "text/html; charset=utf-8");
}

SessionPool::Lease Service::Impl::take_session() {
  auto lease = pool.take(kPatience);
  if (!lease) throw Refused{unavailable()};
  return std::move(*lease);
}

void Service::Impl::check_ready(Response& response) {
  auto lease = take_session();
  const auto book = store::find_book_dates(*lease);
  if (!book) throw Refused{book_missing()};
  response.set_content(
      fmt::format(R"({{"status":"ready","open_date":"{}","closed_through":"{}"}})"
                  "\n",
                  base::to_string(book->open_date), base::to_string(book->closed_through)),
      "application/json");
}

void Service::Impl::send_limit_changes(const Request& request, Response& response) {
  auto lease = take_session();
  const auto key = engine::check_api_key(*lease, api_key_of(request));
  if (!key) throw Refused{unauthenticated()};
  if (!engine::has_scope(*key, engine::kScopeLimits)) {
    throw Refused{scope_missing(engine::kScopeLimits)};
  }
  auto hold = counter.take(key->id, std::max<std::size_t>(1, options.workers / 2));
  if (!hold) throw Refused{too_many_requests()};
  if (auto problem = answer_limit_changes(request, response, *lease)) {
    throw Refused{std::move(*problem)};
  }
}

void Service::Impl::send_statement(const Request& request, Response& response,
                                   const std::string& merchant) {
  auto lease = take_session();
  const auto key = engine::check_api_key(*lease, api_key_of(request));
  if (!key) throw Refused{unauthenticated()};
  if (!engine::has_scope(*key, engine::kScopeStatements)) {
    throw Refused{scope_missing(engine::kScopeStatements)};
  }
  // Said of every merchant but the key's own, so that it doesn't tell who exists.
  if (key->merchant && key->merchant_ref != merchant) throw Refused{key_of_another_merchant()};
  const auto chosen =
      preferred(request.get_header_value("Accept"), {"application/json", "text/csv"});
  if (!chosen) throw Refused{not_acceptable()};
  const bool is_csv = *chosen == 1;
  const engine::StatementRequest asked{merchant, day_parameter(request, "from"),
                                       day_parameter(request, "to")};
  auto hold = counter.take(key->id, std::max<std::size_t>(1, options.workers / 2));
  if (!hold) throw Refused{too_many_requests()};

  auto statement = engine::Statement::open(
      *lease, asked,
      key->merchant ? engine::StatementAccess::Merchant : engine::StatementAccess::Operator);
  if (!statement) {
    switch (statement.error()) {
      case engine::StatementRefusal::BookMissing:
        throw Refused{book_missing()};
      case engine::StatementRefusal::MerchantUnknown:
        throw Refused{merchant_unknown(merchant)};
      case engine::StatementRefusal::DatesReversed:
        throw Refused{parameter_invalid("to", base::to_string(asked.to), "is before from")};
      case engine::StatementRefusal::KnownAtInFuture:
        throw Refused{
            parameter_invalid("known_at", base::to_string(*asked.known_at), "is not over")};
    }
  }
  const engine::StatementHeader& header = (*statement)->header();
  const char* type = is_csv ? "text/csv; charset=utf-8; header=present" : "application/json";
  response.set_header("Vary", "Accept, Authorization");
  if (header.is_final) {
    const std::string etag = etag_of(header, is_csv ? "csv" : "json");
    response.set_header("ETag", etag);
    response.set_header("Cache-Control", "private, no-cache");
    if (names_etag(request.get_header_value("If-None-Match"), etag)) {
      response.status = 304;
      return;
    }
  } else {
    response.set_header("Cache-Control", "no-store");
  }
  set_control_headers(response, header);
  auto text = std::make_unique<engine::StatementText>(
      **statement, is_csv ? engine::StatementFormat::Csv : engine::StatementFormat::Json);
  auto sending = std::make_shared<Sending>(
      Sending{std::move(*hold), std::move(lease), std::move(*statement), std::move(text)});
  // All pieces in one call: httplib would stop between calls as soon as the server is to stop.
  // A failure cuts the chunked response short, which the client can tell.
  response.set_chunked_content_provider(
      type, [this, sending](std::size_t, httplib::DataSink& sink) {
        try {
          for (std::string piece; sending->text->next(piece); piece.clear()) {
            if (server.must_abort()) return false;
            if (!piece.empty() && !sink.write(piece.data(), piece.size())) return false;
          }
          sink.done();
          return true;
        } catch (const std::exception& error) {
          fmt::print(stderr, "fenqi serve: a statement broke off: {}\n", error.what());
          return false;
        }
      });
}

Service::Service(ServiceOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}
Service::~Service() = default;

int Service::bind() {
  const ServiceOptions& options = impl_->options;
  errno = 0;
  const int port = options.port == 0 ? impl_->server.bind_to_any_port(options.host)
                   : impl_->server.bind_to_port(options.host, options.port) ? options.port
                                                                            : -1;
  if (port < 0) {
    const std::string reason = errno == 0 ? "no such address" : std::strerror(errno);
    throw std::runtime_error(
        fmt::format("can't listen on {}:{}: {}", options.host, options.port, reason));
  }
  impl_->server.widen_backlog(kBacklog);
  return port;
}

void Service::run() {
  // httplib forgets a stop that comes before it listens, so it is repeated until it is done.
  std::jthread stopper([this](const std::stop_token& token) {
    while (!token.stop_requested()) {
      impl_->stop_asked.wait(false);
      if (impl_->done) return;
      impl_->server.stop_gracefully();
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
  });
  impl_->server.listen_after_bind();
  impl_->done = true;
  stopper.request_stop();
  impl_->stop_asked = true;
  impl_->stop_asked.notify_all();
}

void Service::stop() {
  impl_->stop_asked = true;
  impl_->stop_asked.notify_all();
}

std::optional<ListenAddress> parse_listen_address(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  std::string_view host = colon == std::string_view::npos ? "" : text.substr(0, colon);
  const std::string_view digits = colon == std::string_view::npos ? text : text.substr(colon + 1);
  int port = -1;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (error != std::errc() || end != digits.data() + digits.size() || port < 0 || port > 65535) {
    return std::nullopt;
  }
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  return ListenAddress{host.empty() ? "127.0.0.1" : std::string(host), port};
}

}  // namespace api
