#include "clicks/bar.h"

#include <utility>

namespace clicks {
namespace {

constexpr std::chrono::seconds kKnownPeriod{2};  // what got lost is there this soon; costs each node some 50 bytes/s

bool knows_more(const Known& mine, const Known& other) {
  for (const auto& [node, clicks] : mine.clicks) {
    const auto found = other.clicks.find(node);
    if (clicks > (found == other.clicks.end() ? 0 : found->second)) return true;
  }
  return false;
}

}  // namespace

Bar::Bar(roost::App& app) : app_(app), tally_(app.agent<Tally>("clicks.tally")) {
  const auto on_said = [this](const roost::Broadcast& said) { hear(said); };
  nodes_ = app.subscribe(kNodes, on_said, [this] { say_known(); });
  app.on_start([this] {
    tally_.cast([this](Tally& tally) { note(tally); });
    if (node()) say_known_again_and_again();
  });
}

std::optional<std::string> Bar::node() const {
  if (app_.options().cluster.nats.empty()) return std::nullopt;
  return app_.node();
}

roost::Async<State> Bar::state() const {
  auto read = [node = node()](const Tally& tally) {
    State state = sum(tally);
    state.node = node;
    return state;
  };
  return tally_.get(read);
}

roost::Async<std::optional<std::int64_t>> Bar::click(std::string button, demo::User user) {
  auto count = [this, button = std::move(button), user = std::move(user)](Tally& tally) -> std::optional<std::int64_t> {
    const auto mine = clicks::click(tally, app_.node(), button, user);
    if (!mine) return std::nullopt;
    app_.broadcast(kNodes, "click", Click{app_.node(), *mine});
    show(tally, *mine);
    return sum(tally, *mine).hits;
  };
  return tally_.update(count);
}

// What is said to this node's pages, and what is noted, happens inside the change: in the order of the versions.
void Bar::show(const Tally& tally, const Update& of_part) {
  note(tally);
  app_.local_broadcast("clicks", "update_user", sum(tally, of_part));
}

void Bar::note(const Tally& tally) {
  const std::lock_guard lock(mutex_);
  known_.clicks = known(tally);
}

void Bar::hear(const roost::Broadcast& said) {
  if (said.event == "click") {
    if (auto click = said.payload.as<Click>()) hear_click(std::move(*click));
  } else if (said.event == "known") {
    if (const auto known = said.payload.as<Known>()) hear_known(*known);
  } else if (said.event == "part") {
    if (auto part = said.payload.as<PartOf>()) hear_part(std::move(*part));
  }
}

void Bar::hear_click(Click click) {
  if (click.node == app_.node()) return;  // what this node said itself
  tally_.cast([this, click = std::move(click)](Tally& tally) {
    const Heard heard = clicks::hear(tally, click.node, click.update);
    if (heard == Heard::news) show(tally, click.update);
    if (heard == Heard::too_new) say_known();
  });
}

void Bar::hear_known(const Known& other) {
  {
    const std::lock_guard lock(mutex_);
    if (!knows_more(known_, other)) return;
  }
  tally_.cast([this, other](Tally& tally) {
    for (const auto& [node, part] : tally.parts) {
      const auto found = other.clicks.find(node);
      if (found == other.clicks.end() || found->second < part.clicks)
        app_.broadcast(kNodes, "part", PartOf{node, part});
    }
  });
}

void Bar::hear_part(PartOf heard) {
  {
    const std::lock_guard lock(mutex_);
    const auto found = known_.clicks.find(heard.node);
    if (found != known_.clicks.end() && found->second >= heard.part.clicks) return;
  }
  tally_.cast([this, heard = std::move(heard)](Tally& tally) {
    if (!clicks::hear(tally, heard.node, heard.part)) return;
    note(tally);
    app_.local_broadcast("clicks", "state", sum(tally));
  });
}

void Bar::say_known() {
  std::unique_lock lock(mutex_);
  const Known now = known_;
  lock.unlock();
  app_.broadcast(kNodes, "known", now);
}

void Bar::say_known_again_and_again() {
  say_known();
  app_.after(kKnownPeriod, [this] { say_known_again_and_again(); });
}

}  // namespace clicks
