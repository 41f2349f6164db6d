// error: a channel of this class cannot be made with these arguments
#include <roost/roost.hpp>

struct Room : roost::Channel {
  explicit Room(roost::App& app) : app_(app) {}
  roost::JoinReply join() { return roost::ok(); }
  roost::App& app_;
};

void mount(roost::App& app) {
  app.socket("/socket").channel<Room>("room:*");
}
