// The server of the README, word for word.
#include <roost/roost.hpp>

struct NewMsg {
  std::string body;
};
BOOST_DESCRIBE_STRUCT(NewMsg, (), (body))

class Room : public roost::Channel {
 public:
  static void events(roost::Events<Room>& on) { on.event("new_msg", &Room::new_msg); }

  roost::JoinReply join(std::string_view topic, const roost::Payload&) {
    if (topic != "room:lobby") return roost::refuse({{"reason", "no such room"}});
    after_join([this] {
      track(user<std::string>(), {{"online_at", roost::unix_seconds()}});
      push_presence_state();
    });
    return roost::ok();
  }

  roost::Reply new_msg(NewMsg msg) {
    if (msg.body.empty()) return roost::error({{"reason", "empty message"}});
    broadcast("new_msg", {{"from", user<std::string>()}, {"body", msg.body}});
    return roost::ok();
  }
};

int main(int argc, char** argv) {
  auto app = roost::App::from_args(argc, argv);
  app.socket("/socket")
      .connect([](const roost::ConnectInfo& info) { return roost::accept(info.param("user_id", "anon")); })
      .channel<Room>("room:*");
  return app.run();
}
