#pragma once

#include <functional>

namespace roost {

/// While one lives, this thread is waited for by others and must not stand still itself: Async::wait throws.
class NoWaiting {
 public:
  /// `where`: for the error, "a shard's thread". Must last.
  explicit NoWaiting(const char* where);
  ~NoWaiting();
  NoWaiting(const NoWaiting&) = delete;

 private:
  const char* const before_;
};

/// Whether none lives on this thread.
bool may_wait();

/// While one lives, who stands still on this thread calls `help` now and then: a test whose thread does everything.
/// Ends on the thread where it began.
class StandstillHelp {
 public:
  explicit StandstillHelp(std::function<void()> help);
  ~StandstillHelp();
  StandstillHelp(const StandstillHelp&) = delete;
};

}  // namespace roost
