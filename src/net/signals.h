#pragma once

#include <csignal>
#include <functional>
#include <memory>
#include <vector>

namespace roost::net {

class Loop;

/// Hands signals to a loop instead of ending the process, while it lives.
///
/// Signals belong to the process: have one of these in it. When it goes, the system's default is back, unless another
/// one lives. Loop thread only; the Loop must outlive it.
class Signals {
 public:
  /// `on_signal` gets the signal's number, on the loop's thread, as often as one comes. It may destroy the Signals.
  /// `numbers`: of which signals; SIGINT and SIGTERM unless told otherwise.
  Signals(Loop& loop, std::move_only_function<void(int)> on_signal,
          const std::vector<int>& numbers = {SIGINT, SIGTERM});
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

 private:
  class State;
  std::shared_ptr<State> state_;
};

}  // namespace roost::net
