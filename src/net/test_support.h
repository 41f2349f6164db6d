#pragma once

#include <cstring>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "net/connection.h"
#include "net/listener.h"
#include "net/loop.h"

namespace roost::net::test {

inline constexpr std::chrono::seconds kPatience{30};  // a test that waits longer has failed

/// A loop on a thread of its own.
class LoopThread {
 public:
  LoopThread() : thread_([this] { loop_.run(); }) {}
  ~LoopThread() { stop(); }
  void stop() {
    loop_.stop();
    if (thread_.joinable()) thread_.join();
  }
  Loop& loop() { return loop_; }

  /// Runs `fn` on the loop and returns what it returned.
  template <typename Fn>
  auto call(Fn fn) {
    std::packaged_task<decltype(fn())()> task(std::move(fn));
    auto result = task.get_future();
    loop_.post(std::move(task));
    return result.get();
  }

 private:
  Loop loop_;
  std::thread thread_;
};

/// Something that happens once, on another thread.
class Event {
 public:
  void set() { promise_.set_value(); }
  [[nodiscard]] bool wait() { return future_.wait_for(kPatience) == std::future_status::ready; }

 private:
  std::promise<void> promise_;
  std::future<void> future_ = promise_.get_future();
};

/// A blocking client.
class Client {
 public:
  explicit Client(std::uint16_t port, int receive_bytes = 0) : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    const timeval patience{.tv_sec = kPatience.count(), .tv_usec = 0};
    ::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (receive_bytes > 0) ::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVBUF, &receive_bytes, sizeof receive_bytes);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(fd_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0) << std::strerror(errno);
  }
  void send(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto sent = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      ASSERT_GT(sent, 0) << std::strerror(errno);
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }
  /// At most `size` bytes: less if the peer closed before.
  std::string read(std::size_t size) {
    std::string bytes(size, '\0');
    std::size_t got = 0;
    while (got < size) {
      const auto n = ::recv(fd_.get(), bytes.data() + got, size - got, 0);
      if (n <= 0) break;
      got += static_cast<std::size_t>(n);
    }
    bytes.resize(got);
    return bytes;
  }
  /// True: the peer closed in order.
  bool at_end() {
    char byte = 0;
    return ::recv(fd_.get(), &byte, 1, 0) == 0;
  }
  void end_sending() { ::shutdown(fd_.get(), SHUT_WR); }
  void close() { fd_ = Fd(); }
  void reset() {
    const linger now{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(fd_.get(), SOL_SOCKET, SO_LINGER, &now, sizeof now);
    close();
  }

 private:
  Fd fd_;
};

/// The server's side of one connection, with a hook for each callback.
class Served final : public Connection::Handler {
 public:
  std::function<void(std::span<char>)> data;
  std::function<void(CloseReason)> end;
  std::function<void()> drained;
  std::unique_ptr<Connection> connection;

  void on_data(std::span<char> bytes) override {
    if (data) data(bytes);
  }
  void on_end(CloseReason reason) override {
    if (end) end(reason);
  }
  void on_drained() override {
    if (drained) drained();
  }
};

}  // namespace roost::net::test
