// error: What blocks, such as a std::future, goes into co_await app.blocking
#include <future>

#include <roost/roost.hpp>

struct Room : roost::Channel {
  roost::Task<roost::JoinReply> join() {
    const int rooms = co_await std::async([] { return 7; });
    co_return roost::ok(rooms);
  }
};

void mount(roost::App& app) {
  app.socket("/socket").channel<Room>("room:*");
}
