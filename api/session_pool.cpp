#include "api/session_pool.h"

namespace api {

std::optional<SessionPool::Lease> SessionPool::take(std::chrono::milliseconds patience) {
  std::unique_lock lock(mutex_);
  if (!freed_.wait_for(lock, patience, [&] { return taken_ < sessions_max_; })) {
    return std::nullopt;
  }
  ++taken_;
  std::unique_ptr<store::Session> session;
  if (!idle_.empty()) {
    session = std::move(idle_.back());
    idle_.pop_back();
  }
  lock.unlock();
  // The server may have been restarted while the session lay here.
  if (session && !session->is_idle()) session.reset();
  try {
    if (!session) session = std::make_unique<store::Session>(conninfo_);
  } catch (...) {
    give_back(nullptr);
    throw;
  }
  return Lease(*this, std::move(session));
}

void SessionPool::give_back(std::unique_ptr<store::Session> session) {
  if (session && !session->is_idle()) session.reset();
  {
    std::lock_guard lock(mutex_);
    --taken_;
    if (session) idle_.push_back(std::move(session));
  }
  freed_.notify_one();
}

SessionPool::Lease::~Lease() {
  if (session_) pool_->give_back(std::move(session_));
}

}  // namespace api
