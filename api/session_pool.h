// A few database connections for many requests.
#pragma once

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "sql/store/session.h"

namespace api {

class SessionPool {
 public:
  SessionPool(std::string conninfo, std::size_t sessions_max)
      : conninfo_(std::move(conninfo)), sessions_max_(sessions_max) {}

  /// A session to use alone; goes back when the lease ends, unless it was broken.
  class Lease {
   public:
    Lease(SessionPool& pool, std::unique_ptr<store::Session> session)
        : pool_(&pool), session_(std::move(session)) {}
    Lease(Lease&& other) noexcept = default;
    Lease& operator=(Lease&&) = delete;
    ~Lease();

    store::Session& operator*() { return *session_; }

   private:
    SessionPool* pool_;
    std::unique_ptr<store::Session> session_;
  };

  /// Nothing if none comes free in time. Throws store::Fault when the database can't be reached.
  std::optional<Lease> take(std::chrono::milliseconds patience);

  std::size_t sessions_max() const { return sessions_max_; }

 private:
  void give_back(std::unique_ptr<store::Session> session);

  const std::string conninfo_;
  const std::size_t sessions_max_;
  std::mutex mutex_;
  std::condition_variable freed_;
  std::vector<std::unique_ptr<store::Session>> idle_;
  std::size_t taken_ = 0;
};

}  // namespace api
