#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "net/test_support.h"

namespace roost::net::test {

inline std::string pattern(std::size_t size) {
  std::string bytes(size, '\0');
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>(i * 2654435761u >> 13);
  return bytes;
}

/// One listener on a loop of its own; each client that comes gets a Served from `serve`.
class ConnectionTest : public testing::Test {
 protected:
  ConnectionTest() {
    thread_.call([this] {
      auto listener =
          Listener::create(thread_.loop(), {}, [this](Accepted accepted) { on_accept(std::move(accepted)); });
      ASSERT_TRUE(listener) << listener.error().message;
      listener_ = std::move(*listener);
    });
  }
  ~ConnectionTest() override {
    thread_.call([this] {
      listener_.reset();
      served_.clear();
    });
  }

  void on_accept(Accepted accepted) {
    auto& served = *served_.emplace_back(std::make_unique<Served>());
    served.connection = std::make_unique<Connection>(thread_.loop(), std::move(accepted.fd), served);
    if (serve_) serve_(served);
  }
  std::uint16_t port() { return listener_->port(); }
  template <typename Fn>
  auto call(Fn fn) {
    return thread_.call(std::move(fn));
  }
  /// Waits until `done()` says so on the loop, looking once a turn.
  template <typename Done>
  void until(Done done) {
    const auto deadline = Clock::now() + kPatience;
    while (!call(done)) ASSERT_LT(Clock::now(), deadline);
  }
  /// Calls `fn` while the loop stands still: what comes meanwhile is read in one turn.
  template <typename Fn>
  void while_held(Fn fn) {
    const auto held = std::make_shared<Event>(), go = std::make_shared<Event>();
    thread_.loop().post([held, go] {
      held->set();
      EXPECT_TRUE(go->wait());
    });
    EXPECT_TRUE(held->wait());
    fn();
    go->set();
  }
  static void echo(Served& served) {
    served.data = [&served](std::span<char> bytes) { served.connection->send_copy({bytes.data(), bytes.size()}); };
  }

  LoopThread thread_;
  std::unique_ptr<Listener> listener_;
  std::vector<std::unique_ptr<Served>> served_;  // loop thread only
  std::function<void(Served&)> serve_;           // set before a client connects
  // What the hooks saw, on the loop thread; here because they may run until the fixture goes.
  std::string got_;
  std::vector<std::string> seen_;
  std::vector<CloseReason> ends_;
  int drains_ = 0;
  int calls_ = 0;
  Event first_, second_, third_;
};

}  // namespace roost::net::test
