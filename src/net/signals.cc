#include "net/signals.h"

#include <csignal>
#include <thread>
#include <utility>

#include <boost/asio/basic_signal_set.hpp>
#include <boost/asio/io_context.hpp>

#include "net/loop.h"

namespace roost::net {

// Asio knows how to share signals within a process; it waits for them on a thread of its own.
class Signals::State : public std::enable_shared_from_this<State> {
 public:
  State(Loop& loop, std::move_only_function<void(int)> on_signal, const std::vector<int>& numbers)
      : loop_(loop), set_(context_), on_signal_(std::move(on_signal)) {
    for (const int number : numbers) set_.add(number);
  }

  void start() {
    wait();
    thread_ = std::thread([this] { context_.run(); });
  }
  void close() {
    closed_ = true;
    context_.stop();
    thread_.join();
    boost::system::error_code ignored;
    set_.clear(ignored);
  }

 private:
  void wait() {
    set_.async_wait([this](const boost::system::error_code& error, int number) {
      if (error) return;
      wait();
      loop_.post([weak = weak_from_this(), number] {
        if (const auto self = weak.lock(); self && !self->closed_) self->on_signal_(number);
      });
    });
  }

  Loop& loop_;
  boost::asio::io_context context_;
  boost::asio::basic_signal_set<boost::asio::io_context::executor_type> set_;
  std::move_only_function<void(int)> on_signal_;
  std::thread thread_;
  bool closed_ = false;  // loop thread
};

Signals::Signals(Loop& loop, std::move_only_function<void(int)> on_signal, const std::vector<int>& numbers)
    : state_(std::make_shared<State>(loop, std::move(on_signal), numbers)) {
  state_->start();
}
Signals::~Signals() {
  state_->close();
}

}  // namespace roost::net
