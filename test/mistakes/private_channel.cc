// error: a channel class derives publicly from roost::Channel
#include <roost/roost.hpp>

class Room : roost::Channel {
 public:
  roost::JoinReply join() { return roost::ok(); }
};

void mount(roost::App& app) {
  app.socket("/socket").channel<Room>("room:*");
}
