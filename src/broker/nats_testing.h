#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log_testing.h"

namespace roost::broker::testing {

/// Keeps every line as `level what key=value …`; any thread.
class WaitingLog final : public Log {
 public:
  bool enabled(LogLevel) const override { return true; }
  void write(LogLevel level, std::string_view what, Fields fields) override {
    const std::lock_guard lock(mutex_);
    lines_.write(level, what, fields);
    changed_.notify_all();
  }
  /// Waits until `times` lines hold `text`.
  bool wait_for(std::string_view text, std::size_t times = 1,
                std::chrono::seconds patience = std::chrono::seconds(30)) const {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, patience, [&] { return lines_.count(text) >= times; });
  }
  bool has(std::string_view text) const {
    const std::lock_guard lock(mutex_);
    return lines_.has(text);
  }

 private:
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  roost::testing::CollectingLog lines_;  // mutex_
};

/// A real nats-server on a free port of the loopback interface, which it keeps over stop() and start().
class NatsServer {
 public:
  explicit NatsServer(std::vector<std::string> arguments = {}) : arguments_(std::move(arguments)) {
    // Another program may take the port before the server does.
    for (int attempt = 0; attempt < 5 && pid_ < 0; ++attempt) {
      port_ = free_port();
      launch();
    }
    EXPECT_GT(pid_, 0) << "nats-server does not start: is it installed?";
  }
  ~NatsServer() { stop(); }
  NatsServer(const NatsServer&) = delete;

  std::string url() const { return "nats://127.0.0.1:" + std::to_string(port_); }

  void start() {
    launch();
    EXPECT_GT(pid_, 0) << "nats-server does not come back";
  }
  void signal(int number) { kill(pid_, number); }
  void stop() {
    if (pid_ <= 0) return;
    kill(pid_, SIGKILL);
    waitpid(std::exchange(pid_, -1), nullptr, 0);
  }

 private:
  void launch() {
    std::vector<std::string> all = {"nats-server", "-a", "127.0.0.1", "-p", std::to_string(port_)};
    all.insert(all.end(), arguments_.begin(), arguments_.end());
    std::vector<char*> argv;
    for (std::string& argument : all) argv.push_back(argument.data());
    argv.push_back(nullptr);
    pid_ = fork();
    if (pid_ == 0) {
      const int null = open("/dev/null", O_RDWR);
      for (const int fd : {0, 1, 2}) dup2(null, fd);
      execvp(argv[0], argv.data());
      _exit(127);
    }
    wait_until_it_listens();
  }
  static sockaddr_in loopback(int port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
  }
  static int free_port() {
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address = loopback(0);
    socklen_t size = sizeof address;
    EXPECT_EQ(bind(fd, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size), 0);
    close(fd);
    return ntohs(address.sin_port);
  }
  /// Until it listens, or has ended.
  void wait_until_it_listens() {
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (std::chrono::steady_clock::now() < until) {
      const int fd = socket(AF_INET, SOCK_STREAM, 0);
      const sockaddr_in address = loopback(port_);
      const bool there = connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
      close(fd);
      if (waitpid(pid_, nullptr, WNOHANG) == pid_) {
        pid_ = -1;
        return;
      }
      if (there) return;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    stop();
  }

  const std::vector<std::string> arguments_;
  int port_ = 0;
  pid_t pid_ = -1;
};

}  // namespace roost::broker::testing
