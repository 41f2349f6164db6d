#include "net/listener.h"

#include <cerrno>
#include <chrono>
#include <utility>

#include <boost/asio/posix/basic_stream_descriptor.hpp>

#include "net/loop.h"
#include "net/loop_impl.h"

namespace roost::net {
namespace {

constexpr int kAcceptsPerEvent = 64;  // then the connections that are here already get their turn

/// The client went away before it was accepted: not our trouble.
bool client_is_gone(int code) {
  return code == ECONNABORTED || code == EPROTO || code == ENETDOWN || code == EHOSTUNREACH || code == ENETUNREACH;
}

}  // namespace

class Listener::State : public std::enable_shared_from_this<State> {
 public:
  State(Loop& loop, OnAccept on_accept, OnError on_error)
      : loop_(loop),
        on_accept_(std::move(on_accept)),
        on_error_(std::move(on_error)),
        descriptor_(loop.impl().context()) {}

  std::expected<void, Error> start(Fd fd) {
    port_ = local_port(fd.get());
    boost::system::error_code error;
    descriptor_.assign(fd.get(), error);
    if (error) return std::unexpected(Error{"watch a listening socket: " + error.message()});
    fd.release();
    wait();
    return {};
  }
  void close() {
    boost::system::error_code ignored;
    descriptor_.close(ignored);
    loop_.cancel(std::exchange(retry_, {}));
  }
  std::uint16_t port() const { return port_; }

 private:
  void wait() {
    descriptor_.async_wait(descriptor_.wait_read, [self = shared_from_this()](const boost::system::error_code& error) {
      if (!error) self->accept_waiting();
    });
  }

  void accept_waiting() {
    for (int accepted = 0; accepted < kAcceptsPerEvent && descriptor_.is_open(); ++accepted) {
      auto client = accept_client(descriptor_.native_handle());
      if (client) {
        on_accept_(std::move(*client));
      } else if (would_block(client.error())) {
        break;
      } else if (!client_is_gone(client.error())) {
        return retry_later(client.error());
      }
    }
    if (descriptor_.is_open()) wait();
  }

  void retry_later(int code) {
    retry_ = loop_.call_at(loop_.now() + kRetryDelay, [self = shared_from_this()] { self->accept_waiting(); });
    if (on_error_) on_error_(system_error("accept on port " + std::to_string(port_), code));
  }

  Loop& loop_;
  OnAccept on_accept_;
  OnError on_error_;
  boost::asio::posix::basic_stream_descriptor<boost::asio::io_context::executor_type> descriptor_;
  Executor::TimerId retry_;
  std::uint16_t port_ = 0;
};

std::expected<std::unique_ptr<Listener>, Error> Listener::create(Loop& loop, const Options& options, OnAccept on_accept,
                                                                 OnError on_error) {
  auto fd = listen_on(options);
  if (!fd) return std::unexpected(fd.error());
  auto state = std::make_shared<State>(loop, std::move(on_accept), std::move(on_error));
  if (auto started = state->start(std::move(*fd)); !started) return std::unexpected(started.error());
  return std::unique_ptr<Listener>(new Listener(std::move(state)));
}

Listener::Listener(std::shared_ptr<State> state) : state_(std::move(state)) {}
Listener::~Listener() {
  state_->close();
}
std::uint16_t Listener::port() const {
  return state_->port();
}
void Listener::close() {
  state_->close();
}

}  // namespace roost::net
