// error: a channel class needs one public method join, which says who may
#include <roost/roost.hpp>

struct Room : roost::Channel {
  static void events(roost::Events<Room>& on) { on.event("new_msg", &Room::new_msg); }
  void new_msg() {}
};

void mount(roost::App& app) {
  app.socket("/socket").channel<Room>("room:*");
}
