// error: a channel class needs one public method join, which says who may
#include <roost/roost.hpp>

class Room : public roost::Channel {
  roost::JoinReply join() { return roost::ok(); }
};

void mount(roost::App& app) {
  app.socket("/socket").channel<Room>("room:*");
}
