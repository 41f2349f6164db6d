#pragma once

#include <memory>
#include <string_view>

#include <roost/raw_socket.hpp>

#include "channel/host.h"
#include "pubsub/table.h"

namespace roost::channel {

/// One client of an application's own protocol: hands its messages to a RawSocket.
class RawSession final : public Endpoint, public pubsub::Subscriber {
 public:
  RawSession(Host& host, FrameHead head, Outlet& outlet, Accept accept,
             const std::function<std::unique_ptr<RawSocket>()>& make);
  ~RawSession() override;

  void open() override;
  bool receive(bool binary, std::string_view bytes, wire::Utf8 checked) override;
  void control(bool ping, std::string_view bytes) override;
  void end(EndReason reason) override;
  void deliver(const pubsub::Message& message, pubsub::FrameCache& frames) override;
  void missed() override;

  // For its RawSocket.
  void send(bool binary, std::string_view bytes);
  Outlet& outlet() { return outlet_; }
  const Socket& socket() const { return socket_; }

 private:
  template <typename Function>
  void call(std::string_view what, Function&& function);

  Host& host_;
  const FrameHead head_;
  Outlet& outlet_;
  Socket socket_;
  pubsub::Subscription id_subscription_;
  const std::function<std::unique_ptr<RawSocket>()>& make_;
  std::unique_ptr<RawSocket> raw_;
  bool ended_ = false;
};

}  // namespace roost::channel
