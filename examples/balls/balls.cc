#include "balls/balls.h"

namespace balls {
namespace {

constexpr std::size_t kNameBytesMax = 40;

roost::ConnectResult connect(const roost::ConnectInfo& info) {
  const std::string name = info.param("name", "somebody");
  if (name.size() > kNameBytesMax) return roost::reject();
  return roost::accept(name);
}

}  // namespace

bool Inbox::post(Command command) {
  const std::lock_guard lock(mutex_);
  if (waiting_.size() >= kWaitingMax) return false;
  waiting_.push_back(std::move(command));
  return true;
}

std::vector<Command> Inbox::take() {
  const std::lock_guard lock(mutex_);
  return std::exchange(waiting_, {});
}

roost::Task<roost::JoinReply> Viewer::join() {
  after_join([this] {
    track(user<std::string>(), {{"online_at", roost::unix_seconds()}});
    push_presence_state();
  });
  co_return roost::ok(co_await shown_.get([](const State& state) { return state; }));
}

roost::Reply Viewer::kick(Kick kick) {
  if (!inbox_.post({kick, reply_ref()})) return roost::error({{"reason", "busy"}});
  return roost::noreply;  // the main loop answers
}

Stage::Stage(roost::App& app) : app_(app), shown_(app.agent<State>("shown")) {
  app.socket("/socket")
      .connect(connect)
      .check_origin(roost::CheckOrigin::conn())  // the page is one of this server's own
      .channel<Viewer>(kTopic, std::ref(inbox_), shown_);
  app.get("/state", [shown = shown_](const roost::HttpRequest&) -> roost::Task<roost::HttpResponse> {
    const State now = co_await shown.get([](const State& state) { return state; });
    co_return roost::HttpResponse::json(now);
  });
}

void Stage::turn(World& world, double seconds) {
  for (const Command& command : inbox_.take()) {
    world.kick(command.kick.x, command.kick.y);
    command.reply.reply(roost::ok({{"turn", world.state().turn}}));
  }
  world.step(seconds);
  shown_.cast([now = world.state()](State& state) { state = now; });
  app_.broadcast(kTopic, "state", world.state());
}

}  // namespace balls
