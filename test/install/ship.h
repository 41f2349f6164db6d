#pragma once

#include <roost/roost.hpp>

class Ship : public roost::Channel {
 public:
  static void events(roost::Events<Ship>& on) { on.event("hail", &Ship::hail); }
  roost::JoinReply join() { return roost::ok(); }
  roost::Reply hail() { return roost::ok({{"ahoy", true}}); }
};
