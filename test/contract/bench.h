#pragma once

#include <roost/channel.hpp>

namespace contract {

/// The least that a channel can do; for measuring.
class Bench : public roost::Channel {
 public:
  static void events(roost::Events<Bench>& on) {
    on.event("pub", &Bench::pub);
    on.event("echo", &Bench::echo);
  }

  roost::JoinReply join() { return roost::ok(); }
  void pub(const roost::Payload& payload) { broadcast("msg", payload); }
  roost::Reply echo(const roost::Payload& payload) { return roost::ok(payload); }
};

}  // namespace contract
