#include "net/signals.h"

#include <csignal>
#include <utility>

#include <boost/asio/basic_signal_set.hpp>
#include <boost/asio/io_context.hpp>

#include "net/loop.h"
#include "net/loop_impl.h"

namespace roost::net {

class Signals::State : public std::enable_shared_from_this<State> {
 public:
  State(Loop& loop, std::move_only_function<void(int)> on_signal)
      : set_(loop.impl().context(), SIGINT, SIGTERM), on_signal_(std::move(on_signal)) {}

  void wait() {
    set_.async_wait([self = shared_from_this()](const boost::system::error_code& error, int number) {
      if (error || self->closed_) return;
      self->wait();
      self->on_signal_(number);
    });
  }
  void close() {
    closed_ = true;
    boost::system::error_code ignored;
    set_.clear(ignored);
    set_.cancel(ignored);
  }

 private:
  boost::asio::basic_signal_set<boost::asio::io_context::executor_type> set_;
  std::move_only_function<void(int)> on_signal_;
  bool closed_ = false;
};

Signals::Signals(Loop& loop, std::move_only_function<void(int)> on_signal)
    : state_(std::make_shared<State>(loop, std::move(on_signal))) {
  state_->wait();
}
Signals::~Signals() {
  state_->close();
}

}  // namespace roost::net
