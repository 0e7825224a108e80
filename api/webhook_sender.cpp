#include "api/webhook_sender.h"

#include <fmt/format.h>
#include <httplib.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <charconv>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <thread>

namespace api {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kConnectTimeMax{5'000};

// What a receiver may say in all, and before its first line ends. httplib itself takes a line of
// any length, and parses the first one by a recursion as deep as it is long.
constexpr std::size_t kReceivedMax = 64 * 1024;
constexpr std::size_t kFirstLineMax = 1'000;

/// What httplib reads an answer from: no more than these sizes.
class BoundedStream : public httplib::Stream {
 public:
  BoundedStream(socket_t sock, SSL* ssl, std::chrono::steady_clock::time_point deadline)
      : sock_(sock), ssl_(ssl), deadline_(deadline) {}

  bool is_readable() const override {
    return offset_ < size_ || (ssl_ && SSL_pending(ssl_) > 0) || wait_for(POLLIN);
  }
  bool is_writable() const override { return wait_for(POLLOUT); }

  ssize_t read(char* out, std::size_t size) override {
    if (offset_ == size_ && !fill()) return -1;
    const std::size_t count = std::min(size, size_ - offset_);
    std::memcpy(out, buffer_.data() + offset_, count);
    offset_ += count;
    return static_cast<ssize_t>(count);
  }
  ssize_t write(const char* data, std::size_t size) override {
    if (!is_writable()) return -1;
    if (ssl_) return SSL_write(ssl_, data, static_cast<int>(std::min(size, kReceivedMax)));
    return send(sock_, data, size, MSG_NOSIGNAL);
  }
  void get_remote_ip_and_port(std::string& ip, int& port) const override {
    ip.clear();
    port = 0;
  }
  void get_local_ip_and_port(std::string& ip, int& port) const override {
    ip.clear();
    port = 0;
  }
  socket_t socket() const override { return sock_; }

 private:
  bool wait_for(short what) const {
    const auto left =
        std::chrono::duration_cast<milliseconds>(deadline_ - std::chrono::steady_clock::now());
    pollfd watched{sock_, what, 0};
    return left.count() > 0 && poll(&watched, 1, static_cast<int>(left.count())) > 0;
  }

  bool fill() {
    if (!is_readable() || received_ >= kReceivedMax) return false;
    const ssize_t count = ssl_ ? SSL_read(ssl_, buffer_.data(), static_cast<int>(buffer_.size()))
                               : recv(sock_, buffer_.data(), buffer_.size(), 0);
    if (count <= 0) return false;
    offset_ = 0;
    size_ = static_cast<std::size_t>(count);
    received_ += size_;
    const std::string_view text(buffer_.data(), size_);
    has_line_ = has_line_ || text.find('\n') != std::string_view::npos;
    return has_line_ || received_ <= kFirstLineMax;
  }

  const socket_t sock_;
  SSL* const ssl_;
  const std::chrono::steady_clock::time_point deadline_;
  std::array<char, 1'000> buffer_;
  std::size_t offset_ = 0;
  std::size_t size_ = 0;
  std::size_t received_ = 0;
  bool has_line_ = false;
};

/// httplib's client for plain connections or for TLS, on such a stream.
template <class Base>
class BoundedClient : public Base {
 public:
  using Base::Base;
  std::chrono::steady_clock::time_point deadline;

 private:
  bool process_socket(const typename Base::Socket& socket,
                      std::function<bool(httplib::Stream&)> callback) override {
    BoundedStream stream(socket.sock, socket.ssl, deadline);
    return callback(stream);
  }
};

/// Breaks a client's request off when its time is over, wherever it is: connecting, in the
/// handshake of TLS, or in the middle of a record.
class Watchdog {
 public:
  void guard(httplib::ClientImpl& client, std::chrono::steady_clock::time_point deadline) {
    std::lock_guard lock(mutex_);
    client_ = &client;
    deadline_ = deadline;
    changed_.notify_all();
  }
  /// True: it was broken off.
  bool release() {
    std::lock_guard lock(mutex_);
    client_ = nullptr;
    return std::exchange(has_bitten_, false);
  }

 private:
  void watch(const std::stop_token& token) {
    std::unique_lock lock(mutex_);
    while (!token.stop_requested()) {
      if (!client_) {
        changed_.wait(lock, token, [this] { return client_ != nullptr; });
      } else if (std::chrono::steady_clock::now() < deadline_) {
        changed_.wait_until(lock, token, deadline_, [this] { return client_ == nullptr; });
      } else {
        has_bitten_ = true;
        client_->stop();
        // What was not connected yet can't be stopped, so it is told again.
        changed_.wait_for(lock, token, milliseconds{50}, [this] { return client_ == nullptr; });
      }
    }
  }

  std::mutex mutex_;
  std::condition_variable_any changed_;
  httplib::ClientImpl* client_ = nullptr;
  std::chrono::steady_clock::time_point deadline_;
  bool has_bitten_ = false;
  std::jthread thread_{[this](const std::stop_token& token) { watch(token); }};
};

std::optional<std::chrono::seconds> retry_after_of(const httplib::Response& response) {
  const std::string text = response.get_header_value("Retry-After");
  int seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error != std::errc() || end != text.data() + text.size() || seconds < 0) return std::nullopt;
  return std::chrono::seconds{seconds};
}

class HttpSender : public engine::WebhookSender {
 public:
  explicit HttpSender(milliseconds time_max) : time_max_(time_max) {}

  engine::WebhookAnswer post(const engine::WebhookRequest& request) override {
    try {
      return send(request);
    } catch (const std::exception& error) {
      client_.reset();
      return {.status = 0, .text = error.what()};
    }
  }

 private:
  engine::WebhookAnswer send(const engine::WebhookRequest& request) {
    const auto url = engine::parse_webhook_url(request.url);
    if (!url) return {.status = 0, .text = std::string(engine::sentence(url.error()))};
    connect_to(*url);
    engine::WebhookAnswer answer;
    httplib::Request post;
    post.method = "POST";
    post.path = url->path;
    post.headers = {{"Content-Type", "application/json"},
                    {"User-Agent", "fenqi-webhooks/1"},
                    {"Accept-Encoding", "identity"},
                    {"webhook-id", request.id},
                    {"webhook-signature", request.signature},
                    {"webhook-timestamp", std::to_string(request.timestamp)}};
    post.body = request.body;
    post.content_receiver = [&](const char* data, std::size_t size, std::uint64_t, std::uint64_t) {
      answer.text.append(data, std::min(size, engine::kWebhookAnswerMax - answer.text.size()));
      return answer.text.size() < engine::kWebhookAnswerMax;
    };
    httplib::Response response;
    auto error = httplib::Error::Success;
    const auto deadline = std::chrono::steady_clock::now() + time_max_;
    set_deadline_(deadline);
    watchdog_.guard(*client_, deadline);
    client_->send(post, response, error);
    const bool is_late = watchdog_.release();
    if (is_late || error != httplib::Error::Success) client_.reset();
    // What came after the status does not matter.
    if (response.status > 0) {
      answer.status = response.status;
      answer.retry_after = retry_after_of(response);
      return answer;
    }
    answer.text = is_late ? fmt::format("no answer within {} ms", time_max_.count())
                          : fmt::format("{}: {}", url->origin(), httplib::to_string(error));
    return answer;
  }

  void connect_to(const engine::WebhookUrl& url) {
    if (client_ && origin_ == url.origin()) return;
    origin_ = url.origin();
    if (url.is_tls) {
      make<httplib::SSLClient>(url);
    } else {
      make<httplib::ClientImpl>(url);
    }
    const milliseconds connect = std::min(time_max_, kConnectTimeMax);
    client_->set_connection_timeout(connect);
    client_->set_read_timeout(time_max_);
    client_->set_write_timeout(time_max_);
    client_->set_keep_alive(true);
    client_->set_follow_location(false);
    client_->set_decompress(false);
    client_->set_tcp_nodelay(true);
  }

  template <class Base>
  void make(const engine::WebhookUrl& url) {
    auto client = std::make_unique<BoundedClient<Base>>(url.host, url.port);
    set_deadline_ = [bounded = client.get()](auto deadline) { bounded->deadline = deadline; };
    client_ = std::move(client);
  }

  const milliseconds time_max_;
  std::string origin_;
  std::unique_ptr<httplib::ClientImpl> client_;
  std::function<void(std::chrono::steady_clock::time_point)> set_deadline_;
  Watchdog watchdog_;  // goes first, as it may hold the client
};

}  // namespace

std::unique_ptr<engine::WebhookSender> make_webhook_sender(milliseconds time_max) {
  return std::make_unique<HttpSender>(time_max);
}

}  // namespace api
