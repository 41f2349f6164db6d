#pragma once

#include <memory>
#include <utility>

namespace roost {

/// Hears a topic for the application until it is ended or destroyed; see App::subscribe. May be moved, to other threads
/// too, and may outlive its App.
class [[nodiscard]] Subscription {
 public:
  struct State;
  Subscription() = default;
  explicit Subscription(std::shared_ptr<State> state) : state_(std::move(state)) {}
  Subscription(Subscription&&) noexcept = default;
  Subscription& operator=(Subscription&& other) noexcept {
    std::swap(state_, other.state_);
    return *this;
  }
  ~Subscription() { end(); }

  /// When it returns, the functions do not run, are not called any more, and have been destroyed; so what they refer to
  /// may go. It waits for one that runs: not under a lock that the function takes, and two functions must not end each
  /// other. Inside of its own function it does not wait, and is as good. Any thread; again is nothing.
  void end();

 private:
  std::shared_ptr<State> state_;
};

}  // namespace roost
