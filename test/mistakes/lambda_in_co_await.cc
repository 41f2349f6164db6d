// error: g++ 12 destroys the captures of this lambda twice. Give it a name
#include <roost/roost.hpp>

struct Room : roost::Channel {
  explicit Room(roost::App& app) : app_(app) {}
  roost::Task<roost::JoinReply> join(std::string topic) {
    const auto size = co_await app_.blocking([topic] { return topic.size(); });
    co_return roost::ok(size);
  }
  roost::App& app_;
};

void mount(roost::App& app) {
  app.socket("/socket").channel<Room>("room:*", std::ref(app));
}
