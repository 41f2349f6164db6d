// error: this method belongs to another channel class
#include <roost/roost.hpp>

struct Lobby : roost::Channel {
  roost::JoinReply join() { return roost::ok(); }
  void new_msg() {}
};
struct Room : roost::Channel {
  static void events(roost::Events<Room>& on) { on.event("new_msg", &Lobby::new_msg); }
  roost::JoinReply join() { return roost::ok(); }
};

void mount(roost::App& app) {
  app.socket("/socket").channel<Room>("room:*");
}
