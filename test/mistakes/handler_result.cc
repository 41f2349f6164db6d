// error: a handler returns void, roost::Reply or roost::Task<roost::Reply>
#include <roost/roost.hpp>

struct Room : roost::Channel {
  static void events(roost::Events<Room>& on) { on.event("count", &Room::count); }
  roost::JoinReply join() { return roost::ok(); }
  int count() { return 3; }
};

void mount(roost::App& app) {
  app.socket("/socket").channel<Room>("room:*");
}
