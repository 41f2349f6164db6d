// error: describe a struct with BOOST_DESCRIBE_STRUCT
#include <roost/roost.hpp>

struct NewMsg {
  std::string body;
};

struct Room : roost::Channel {
  static void events(roost::Events<Room>& on) { on.event("new_msg", &Room::new_msg); }
  roost::JoinReply join() { return roost::ok(); }
  void new_msg(NewMsg msg) { push(msg.body); }
};

void mount(roost::App& app) {
  app.socket("/socket").channel<Room>("room:*");
}
