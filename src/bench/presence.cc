#include <deque>

#include <fmt/format.h>

#include "bench/frames.h"
#include "bench/load.h"
#include "bench/members.h"
#include "bench/roster.h"
#include "bench/scenarios.h"

namespace roost::bench {
namespace {

constexpr std::string_view kLeaveRef = "2";

/// A change: a client leaves its topic and joins it again. A unit: another client of the topic has seen the join.
///
/// At rest all clients must know the same: everybody present, each with the ref that it got last.
class Presence final : public Load {
 public:
  Presence(const Settings& settings, Team& team)
      : Load(settings, team, "presence", "change seen by a client", "changes seen by clients"),
        members_(settings),
        changes_(team.count()) {
    for (std::size_t i = 0; i < settings.connections; ++i) rosters_.emplace_back(members_.count(members_.topic(i)));
    for (std::size_t i = 0; i < settings.topics; ++i)
      append_frame(leave_frames_.emplace_back(), ws::Opcode::text,
                   settings.dialect->push(kLeaveRef, crowd().topic(i), "phx_leave", "{}"));
  }

 private:
  struct Change {
    TimePoint began{};
    TimePoint joined_again{};
    bool active = false;
    bool replied = false;
    bool closed = false;
  };

  void describe(Result& result) const override {
    result.settings = {{"clients", std::to_string(settings().connections)},
                       {"topics", std::to_string(settings().topics)},
                       settings().rate > 0
                           ? std::pair{"rate", fmt::format("{:g} changes a second", settings().rate)}
                           : std::pair{"window", fmt::format("{} changes at a time", settings().window)}};
  }

  std::uint64_t units() const override { return seen_; }
  void on_phase(Phase) override { begun_in_phase_ = 0; }

  bool at_rest() const override {
    if (sending() || idle_.size() != team().count()) return false;
    if (std::exchange(news_, false)) all_right_ = wrong_entries() == 0;
    return all_right_;
  }
  Faults faults() const override {
    Faults faults = faults_;
    faults.missing += wrong_entries();
    return faults;
  }

  /// Entries of rosters that are not what the client whom they are about knows of itself.
  std::uint64_t wrong_entries() const {
    std::uint64_t wrong = 0;
    for (std::size_t i = 0; i < rosters_.size(); ++i)
      for (std::size_t k = 0; k < rosters_[i].members(); ++k) {
        const std::size_t whom = members_.client(members_.topic(i), k);
        const bool right = rosters_[i].once(k) && rosters_[i].ref(k) == rosters_[whom].ref(k);
        if (!right) ++wrong;
      }
    return wrong;
  }

  std::optional<TimePoint> step(TimePoint start, TimePoint now) override {
    if (settings().rate == 0) {
      while (!idle_.empty() && active_ < settings().window) begin(now);
      return std::nullopt;
    }
    for (; !idle_.empty() && due(start, begun_in_phase_, settings().rate) <= now; ++begun_in_phase_)
      begin(due(start, begun_in_phase_, settings().rate));
    if (idle_.empty()) return std::nullopt;  // it is due, and waits for one that can
    return due(start, begun_in_phase_, settings().rate);
  }

  void begin(TimePoint when) {
    Link& link = crowd().swarm()[idle_.front()];
    idle_.pop_front();
    ++active_;
    changes_[link.number] = {when, {}, true, false, false};
    crowd().swarm().send(link, leave_frames_[crowd().topic_number(link)]);
  }

  void on_joined(Link& link) override { changes_[link.number].joined_again = crowd().swarm().received_at(); }

  void on_message(Link& link, bool binary, std::string_view bytes) override {
    news_ = true;
    const auto message = settings().dialect->decode(binary, bytes);
    if (!message) {
      ++faults_.garbled;
    } else if (message->event == "presence_state") {
      take_state(link, message->payload);
    } else if (message->event == "presence_diff") {
      take_diff(link, message->payload);
    } else if (message->event == "phx_close" || (message->event == "phx_reply" && message->ref == kLeaveRef)) {
      take_end(link, *message);
    }
  }

  void take_end(Link& link, const ServerMessage& message) {
    Change& change = changes_[link.number];
    if (message.event == "phx_close")
      change.closed = true;
    else
      change.replied = true;
    if (!change.active || !change.replied || !change.closed) return;
    crowd().left(link);
    rosters_[link.number].forget();
    crowd().join_again(link);
  }

  void take_state(Link& link, std::string_view payload) {
    const auto state = read_presence_state(payload, members_.finder());
    if (!state) return garbled(state.error());
    Roster& roster = rosters_[link.number];
    roster.set(*state);
    if (roster.ref(members_.member(link.number)) != 0) come_back(link);
  }

  /// The same diff comes to all clients of a topic: it is read once.
  void take_diff(Link& link, std::string_view payload) {
    if (payload != diff_text_ || crowd().topic_number(link) != diff_topic_) {
      auto diff = read_presence_diff(payload, members_.finder());
      if (!diff) return garbled(diff.error());
      diff_ = std::make_shared<PresenceDiff>(std::move(*diff));
      diff_text_ = payload;
      diff_topic_ = crowd().topic_number(link);
    }
    Roster& roster = rosters_[link.number];
    const bool counts = roster.has_state();
    roster.apply(diff_);
    for (const auto& [who, ref, number] : diff_->joins) {
      const std::size_t changed = members_.client(diff_topic_, who);
      if (changed == link.number) {
        if (roster.ref(who) == ref) come_back(link);
      } else if (counts) {
        ++seen_;
        add_latency(crowd().swarm().received_at() - changes_[changed].began);
      }
    }
  }

  /// A client knows the ref of its own presence: its change is done, as far as it is concerned.
  void come_back(Link& link) {
    Change& change = changes_[link.number];
    if (change.active && !(change.replied && change.closed)) return;  // that was the presence before it left
    if (change.active) --active_;
    if (change.active || !came_[link.number]) idle_.push_back(link.number);
    came_[link.number] = true;
    change.active = change.replied = change.closed = false;
  }

  void garbled(const std::string& why) {
    ++faults_.garbled;
    team().mine().tell(why);
  }

  const Members members_;
  std::vector<Roster> rosters_;                                        // by client
  std::vector<Change> changes_;                                        // by client
  std::vector<bool> came_ = std::vector<bool>(team().count(), false);  // by client: has been idle
  std::deque<std::uint32_t> idle_;
  std::vector<std::string> leave_frames_;  // by topic
  std::shared_ptr<const PresenceDiff> diff_;
  std::string diff_text_;
  std::size_t diff_topic_ = 0;
  Faults faults_;
  std::size_t active_ = 0;
  std::uint64_t seen_ = 0;
  std::uint64_t begun_in_phase_ = 0;
  mutable bool news_ = true;  // something came since it was last looked whether all is right
  mutable bool all_right_ = false;
};

}  // namespace

std::unique_ptr<Load> make_presence(const Settings& settings, Team& team) {
  return std::make_unique<Presence>(settings, team);
}

}  // namespace roost::bench
