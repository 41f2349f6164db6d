// error: a coroutine takes its arguments by value: a reference is gone after the first co_await
#include <roost/roost.hpp>

struct Room : roost::Channel {
  static void events(roost::Events<Room>& on) { on.event("new_msg", &Room::new_msg); }
  roost::JoinReply join() { return roost::ok(); }
  roost::Task<void> new_msg(const roost::Payload& payload) {
    co_await roost::sleep_for(std::chrono::seconds(1));
    broadcast("new_msg", payload);
  }
};

void mount(roost::App& app) {
  app.socket("/socket").channel<Room>("room:*");
}
