#include "net/listener.h"

#include <cerrno>
#include <chrono>
#include <utility>

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

class Listener::State final : public std::enable_shared_from_this<State>, private Watched {
 public:
  State(Loop& loop, OnAccept on_accept, OnError on_error)
      : loop_(loop), on_accept_(std::move(on_accept)), on_error_(std::move(on_error)) {}

  std::expected<void, Error> start(Fd fd) {
    port_ = local_port(fd.get());
    const auto watched = loop_.impl().poller().watch(fd.get(), *this, {.read = true});
    if (!watched) return std::unexpected(system_error("watch a listening socket", watched.error()));
    fd_ = std::move(fd);
    return {};
  }
  void close() {
    loop_.cancel(std::exchange(retry_, {}));
    if (!fd_) return;
    loop_.impl().poller().forget(fd_.get(), *this);
    fd_ = Fd();
  }
  std::uint16_t port() const { return port_; }
  void pause(bool yes) {
    paused_ = yes;
    if (fd_) watch({.read = !yes});
  }

 private:
  void on_ready(Interest) override {
    const auto self = shared_from_this();
    accept_waiting();
  }

  void accept_waiting() {
    for (int accepted = 0; accepted < kAcceptsPerEvent && fd_; ++accepted) {
      auto client = accept_client(fd_.get());
      if (client) {
        on_accept_(std::move(*client));
      } else if (would_block(client.error())) {
        return;
      } else if (!client_is_gone(client.error())) {
        return retry_later(client.error());
      }
    }
  }

  // What can't be accepted now would be told at every turn.
  void retry_later(int code) {
    watch({});
    retry_ = loop_.call_at(loop_.now() + kRetryDelay,
                           [self = shared_from_this()] { self->watch({.read = !self->paused_}); });
    if (on_error_) on_error_(system_error("accept on port " + std::to_string(port_), code));
  }
  void watch(Interest interest) { loop_.impl().poller().change(fd_.get(), *this, interest); }

  Loop& loop_;
  OnAccept on_accept_;
  OnError on_error_;
  Fd fd_;
  Executor::TimerId retry_;
  std::uint16_t port_ = 0;
  bool paused_ = false;
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
void Listener::pause() {
  state_->pause(true);
}
void Listener::resume() {
  state_->pause(false);
}
std::uint16_t Listener::port() const {
  return state_->port();
}
void Listener::close() {
  state_->close();
}

}  // namespace roost::net
