#include <deque>

#include <fmt/format.h>

#include "bench/frames.h"
#include "bench/load.h"
#include "bench/scenarios.h"

namespace roost::bench {
namespace {

constexpr std::string_view kLeaveRef = "2";

/// A cycle: leave the topic, disconnect, connect, join. Between cycles a client is joined, and idle.
class Churn final : public Load {
 public:
  Churn(const Settings& settings, Team& team)
      : Load(settings, team, "churn", "cycle", "cycles"), cycles_(team.count()) {
    for (std::size_t i = 0; i < settings.topics; ++i)
      append_frame(leave_frames_.emplace_back(), ws::Opcode::text,
                   settings.dialect->push(kLeaveRef, crowd().topic(i), "phx_leave", "{}"));
  }

 private:
  /// What a client waits for.
  struct Cycle {
    TimePoint began{};
    bool active = false;
    bool replied = false;
    bool closed = false;
  };

  void describe(Result& result) const override {
    result.settings = {{"clients", std::to_string(settings().connections)},
                       settings().rate > 0 ? std::pair{"rate", fmt::format("{:g} cycles a second", settings().rate)}
                                           : std::pair{"window", fmt::format("{} at a time", settings().concurrency)}};
  }
  std::uint64_t units() const override { return done_; }
  bool at_rest() const override { return idle_.size() == team().count(); }
  Faults faults() const override {
    Faults faults = faults_;
    faults.missing += active_;
    return faults;
  }
  void on_phase(Phase) override { begun_in_phase_ = 0; }

  std::optional<TimePoint> step(TimePoint start, TimePoint now) override {
    if (settings().rate == 0) {
      while (!idle_.empty() && active_ < settings().concurrency) begin(now);
      return std::nullopt;
    }
    for (; !idle_.empty() && due(start, begun_in_phase_, rate_here()) <= now; ++begun_in_phase_)
      begin(due(start, begun_in_phase_, rate_here()));
    if (idle_.empty()) return std::nullopt;  // it is due, and waits for one that can
    return due(start, begun_in_phase_, rate_here());
  }

  void begin(TimePoint when) {
    Link& link = crowd().swarm()[idle_.front()];
    idle_.pop_front();
    ++active_;
    cycles_[link.number] = {when, true, false, false};
    crowd().swarm().send(link, leave_frames_[crowd().topic_number(link)]);
  }

  void on_message(Link& link, bool binary, std::string_view bytes) override {
    Cycle& cycle = cycles_[link.number];
    const auto message = settings().dialect->decode(binary, bytes);
    if (!message) {
      ++faults_.garbled;
    } else if (message->event == "phx_reply" && message->ref == kLeaveRef) {
      if (cycle.replied) ++faults_.duplicates;
      if (message->status != "ok") ++faults_.garbled;
      cycle.replied = true;
    } else if (message->event == "phx_close") {
      if (cycle.closed || !cycle.active) ++faults_.duplicates;
      cycle.closed = true;
    }
    if (!cycle.active || !cycle.replied || !cycle.closed) return;
    crowd().left(link);
    crowd().swarm().finish(link);
  }

  void on_finished(Link& link) override { crowd().connect_again(link); }

  void on_joined(Link& link) override {
    Cycle& cycle = cycles_[link.number];
    if (cycle.active) {
      --active_;
      ++done_;
      add_latency(crowd().swarm().received_at() - cycle.began);
    }
    cycle = {};
    idle_.push_back(link.number);
  }

  std::vector<Cycle> cycles_;  // by client
  std::deque<std::uint32_t> idle_;
  std::vector<std::string> leave_frames_;  // by topic
  Faults faults_;
  std::size_t active_ = 0;
  std::uint64_t done_ = 0;
  std::uint64_t begun_in_phase_ = 0;
};

}  // namespace

std::unique_ptr<Load> make_churn(const Settings& settings, Team& team) {
  return std::make_unique<Churn>(settings, team);
}

}  // namespace roost::bench
