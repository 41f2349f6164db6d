// error: a member of this struct has a type that JSON cannot hold: describe it, too
#include <roost/roost.hpp>

struct Author {
  std::string name;
};
struct NewMsg {
  std::string body;
  Author author;
};
BOOST_DESCRIBE_STRUCT(NewMsg, (), (body, author))

struct Room : roost::Channel {
  static void events(roost::Events<Room>& on) { on.event("new_msg", &Room::new_msg); }
  roost::JoinReply join() { return roost::ok(); }
  void new_msg(NewMsg msg) { push(msg.body); }
};

void mount(roost::App& app) {
  app.socket("/socket").channel<Room>("room:*");
}
