// error: a handler takes the payload, or nothing
#include <roost/roost.hpp>

struct Room : roost::Channel {
  static void events(roost::Events<Room>& on) { on.event("new_msg", &Room::new_msg); }
  roost::JoinReply join() { return roost::ok(); }
  void new_msg(std::string event, const roost::Payload& payload) { push(event, payload); }
};

void mount(roost::App& app) {
  app.socket("/socket").channel<Room>("room:*");
}
