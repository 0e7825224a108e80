#include "api/connections.h"

#include <fmt/format.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>

#include "api/problem.h"

namespace api {
namespace {

using Clock = std::chrono::steady_clock;
using Milliseconds = std::chrono::milliseconds;

// How soon a waiting connection notices that the server stops.
constexpr Milliseconds kTick{100};
// What is read and thrown away after a refusal, so that the client gets to read the answer.
constexpr std::size_t kLingerBytesMax = 256 * 1024;
constexpr Milliseconds kLinger{500};

thread_local bool over_limit = false;
thread_local BoundedServer::Trouble trouble = BoundedServer::Trouble::None;

bool wait_for(int sock, short events, Milliseconds timeout) {
  pollfd watched{sock, events, 0};
  const int ready =
      poll(&watched, 1, static_cast<int>(std::max<Milliseconds::rep>(timeout.count(), 0)));
  return ready > 0;
}

Milliseconds left_until(Clock::time_point deadline) {
  return std::max(Milliseconds{0},
                  std::chrono::duration_cast<Milliseconds>(deadline - Clock::now()));
}

// A socket that gives up on whoever is too slow or says too much.
class BoundedStream : public httplib::Stream {
 public:
  BoundedStream(int sock, const ConnectionLimits& limits) : sock_(sock), limits_(limits) {}

  void begin_request() {
    taken_ = 0;
    is_writing_ = false;
    trouble = BoundedServer::Trouble::None;
    request_deadline_ = Clock::now() + limits_.request;
  }
  bool has_buffered() const { return offset_ < size_; }
  bool has_written() const { return is_writing_; }

  bool is_readable() const override {
    return has_buffered() || wait_for(sock_, POLLIN, left_until(request_deadline_));
  }
  bool is_writable() const override { return wait_for(sock_, POLLOUT, limits_.write); }

  ssize_t read(char* out, size_t size) override {
    if (!has_buffered() && !fill()) return -1;
    const std::size_t count = std::min(size, size_ - offset_);
    if (taken_ + count > limits_.request_bytes_max) {
      trouble = BoundedServer::Trouble::TooLarge;
      return -1;
    }
    taken_ += count;
    std::memcpy(out, buffer_.data() + offset_, count);
    offset_ += count;
    return static_cast<ssize_t>(count);
  }

  ssize_t write(const char* data, size_t size) override {
    if (!is_writing_) {
      is_writing_ = true;
      response_deadline_ = Clock::now() + limits_.response;
    }
    const Milliseconds patience = std::min(limits_.write, left_until(response_deadline_));
    if (patience.count() == 0 || !wait_for(sock_, POLLOUT, patience)) return -1;
    const ssize_t sent = send(sock_, data, size, MSG_NOSIGNAL | MSG_DONTWAIT);
    // Ready a moment ago and full now: httplib takes 0 for "try again".
    return sent < 0 && (errno == EAGAIN || errno == EINTR) ? 0 : sent;
  }

  void get_remote_ip_and_port(std::string& ip, int& port) const override {
    name(getpeername, ip, port);
  }
  void get_local_ip_and_port(std::string& ip, int& port) const override {
    name(getsockname, ip, port);
  }
  socket_t socket() const override { return sock_; }

 private:
  bool fill() {
    if (!wait_for(sock_, POLLIN, left_until(request_deadline_))) {
      trouble = BoundedServer::Trouble::TooSlow;
      return false;
    }
    const ssize_t count = recv(sock_, buffer_.data(), buffer_.size(), 0);
    if (count <= 0) return false;
    offset_ = 0;
    size_ = static_cast<std::size_t>(count);
    return true;
  }

  template <class Get>
  void name(Get get, std::string& ip, int& port) const {
    sockaddr_storage address{};
    socklen_t length = sizeof(address);
    if (get(sock_, reinterpret_cast<sockaddr*>(&address), &length) != 0) return;
    std::array<char, NI_MAXHOST> host{};
    std::array<char, NI_MAXSERV> service{};
    if (getnameinfo(reinterpret_cast<sockaddr*>(&address), length, host.data(), host.size(),
                    service.data(), service.size(), NI_NUMERICHOST | NI_NUMERICSERV) != 0) {
      return;
    }
    ip = host.data();
    port = std::atoi(service.data());
  }

  const int sock_;
  const ConnectionLimits& limits_;
  std::array<char, 4096> buffer_;
  std::size_t offset_ = 0;
  std::size_t size_ = 0;
  std::size_t taken_ = 0;
  bool is_writing_ = false;
  Clock::time_point request_deadline_;
  Clock::time_point response_deadline_;
};

// An answer for when httplib has not got as far as a request.
void send_refusal(int sock, const Problem& problem) {
  const std::string body = to_json(problem);
  const std::string text = fmt::format(
      "HTTP/1.1 {} {}\r\nContent-Type: {}\r\nContent-Length: {}\r\n{}Connection: close\r\n\r\n{}",
      problem.status, title_of(problem.status), kProblemType, body.size(),
      problem.status == 503 ? "Retry-After: 1\r\n" : "", body);
  send(sock, text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
}

// Closing with unread input would reset the connection and take the answer away with it.
void linger(int sock) {
  shutdown(sock, SHUT_WR);
  std::array<char, 4096> thrown_away;
  std::size_t total = 0;
  const auto deadline = Clock::now() + kLinger;
  while (total < kLingerBytesMax && wait_for(sock, POLLIN, left_until(deadline))) {
    const ssize_t count = recv(sock, thrown_away.data(), thrown_away.size(), 0);
    if (count <= 0) return;
    total += static_cast<std::size_t>(count);
  }
}

bool has_body(const httplib::Request& request) {
  const std::string length = request.get_header_value("Content-Length");
  return request.has_header("Transfer-Encoding") || (!length.empty() && length != "0");
}

}  // namespace

void ConnectionThreads::enqueue(std::function<void()> task) {
  {
    std::lock_guard lock(mutex_);
    if (idle_ <= tasks_.size() && threads_.size() < threads_max_) {
      try {
        threads_.emplace_back([this] { work(); });
        tasks_.push_back(std::move(task));
        return;
      } catch (const std::system_error&) {
        // The system gives us no more threads: as if that were the limit.
      }
    } else if (idle_ > tasks_.size()) {
      tasks_.push_back(std::move(task));
      wake_.notify_one();
      return;
    }
  }
  over_limit = true;
  task();
  over_limit = false;
}

bool ConnectionThreads::is_over_limit() { return over_limit; }

void ConnectionThreads::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    ++idle_;
    wake_.wait(lock, [&] { return stopping_ || !tasks_.empty(); });
    --idle_;
    if (tasks_.empty()) return;
    const auto task = std::move(tasks_.front());
    tasks_.pop_front();
    lock.unlock();
    task();
    lock.lock();
  }
}

void ConnectionThreads::shutdown() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

BoundedServer::BoundedServer(ConnectionLimits limits) : limits_(limits) {
  new_task_queue = [this] { return new ConnectionThreads(limits_.connections_max); };
  set_keep_alive_max_count(limits_.requests_max);
  set_keep_alive_timeout(limits_.idle.count() / 1000);
  set_payload_max_length(0);
  // Without SO_REUSEPORT, which httplib would set: a second server on the port is a mistake.
  set_socket_options([](socket_t sock) {
    const int on = 1;
    setsockopt(sock, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  });
}

void BoundedServer::stop_gracefully() {
  if (!stopping_.exchange(true)) {
    abort_at_ = (Clock::now() + limits_.shutdown).time_since_epoch().count();
  }
  stop();
}

void BoundedServer::widen_backlog(int backlog) { ::listen(svr_sock_.load(), backlog); }

BoundedServer::Trouble BoundedServer::current_trouble() { return trouble; }

bool BoundedServer::must_abort() const {
  return is_stopping() && Clock::now().time_since_epoch().count() > abort_at_.load();
}

void BoundedServer::serve(socket_t sock) {
  BoundedStream stream(sock, limits_);
  for (std::size_t count = 1; count <= limits_.requests_max; ++count) {
    const auto idle_until = Clock::now() + limits_.idle;
    while (!stream.has_buffered() &&
           !wait_for(sock, POLLIN, std::min(kTick, left_until(idle_until)))) {
      if (is_stopping() || Clock::now() >= idle_until) return;
    }
    stream.begin_request();
    bool close = count == limits_.requests_max || is_stopping();
    bool body_follows = false;
    const bool answered = process_request(stream, close, close, [&](httplib::Request& request) {
      request.ranges.clear();  // we always answer with the whole
      body_follows = has_body(request);
    });
    if (!stream.has_written()) {
      if (trouble == Trouble::TooLarge) {
        send_refusal(sock, request_too_large());
      } else if (trouble == Trouble::TooSlow) {
        send_refusal(sock, request_too_slow());
      }
    }
    if (!answered || close || body_follows) {
      linger(sock);
      return;
    }
  }
}

bool BoundedServer::process_and_close_socket(socket_t sock) {
  try {
    if (ConnectionThreads::is_over_limit()) {
      send_refusal(sock, too_many_connections());
    } else {
      serve(sock);
    }
  } catch (const std::exception& error) {
    fmt::print(stderr, "fenqi serve: a connection failed: {}\n", error.what());
  }
  shutdown(sock, SHUT_RDWR);
  close(sock);
  return true;
}

}  // namespace api
