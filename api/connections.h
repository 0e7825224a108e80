// Keeps cpp-httplib 0.11.4 within bounds. Left to itself it reads a request of any size and speed
// into memory and gives each connection one of a few threads for as long as the client likes. Here
// a request has a size and a deadline, a response has a deadline, and connections have a limit.
#pragma once

#include <httplib.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace api {

struct ConnectionLimits {
  /// Request line and headers. We take no bodies, so this is all of a request.
  std::size_t request_bytes_max = 32 * 1024;
  std::size_t connections_max = 512;            ///< one more is told 503 and closed
  std::size_t requests_max = 100;               ///< on one connection
  std::chrono::milliseconds idle{5'000};        ///< between requests
  std::chrono::milliseconds request{5'000};     ///< from its first byte to its last
  std::chrono::milliseconds write{5'000};       ///< without the client taking a byte
  std::chrono::milliseconds response{600'000};  ///< from its first byte to its last
  std::chrono::milliseconds shutdown{10'000};   ///< for responses under way when asked to stop
};

/// A thread a connection, made when needed and kept, up to the limit. A slow client costs a stack
/// and its request's bytes, and nobody waits for it.
class ConnectionThreads : public httplib::TaskQueue {
 public:
  explicit ConnectionThreads(std::size_t threads_max) : threads_max_(threads_max) {}

  void enqueue(std::function<void()> task) override;
  void shutdown() override;

  /// Whether this task runs beyond the limit: it should refuse and return at once.
  static bool is_over_limit();

 private:
  void work();

  const std::size_t threads_max_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> tasks_;
  std::vector<std::thread> threads_;
  std::size_t idle_ = 0;
  bool stopping_ = false;
};

/// httplib::Server with these limits.
class BoundedServer : public httplib::Server {
 public:
  explicit BoundedServer(ConnectionLimits limits);

  /// Stops taking connections. Responses under way have `limits.shutdown` to finish.
  void stop_gracefully();

  /// httplib lets five connections wait to be accepted; a burst needs more. After binding.
  void widen_backlog(int backlog);

  /// Why the request of this thread's connection could not be read, if it was for its size or
  /// speed.
  enum class Trouble { None, TooLarge, TooSlow };
  static Trouble current_trouble();

  /// Whether a response that is being written has to end now.
  bool must_abort() const;

 private:
  bool process_and_close_socket(socket_t sock) override;
  void serve(socket_t sock);
  bool is_stopping() const { return stopping_.load(); }

  ConnectionLimits limits_;
  std::atomic<bool> stopping_ = false;
  std::atomic<std::chrono::steady_clock::rep> abort_at_ = 0;
};

}  // namespace api
