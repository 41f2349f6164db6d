#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "bench/frames.h"
#include "bench/load.h"
#include "bench/members.h"
#include "bench/numbered.h"
#include "bench/placeholders.h"
#include "bench/presence_news.h"
#include "bench/roster.h"
#include "bench/scenarios.h"
#include "bench/tally.h"

namespace roost::bench {
namespace {

constexpr std::string_view kUpdateRef = "2";

/// All join, and are present; or all are, and update their metas. A unit: another client of the topic has seen it.
///
/// Every client keeps its whole roster. The truth is what each knows of itself, and at rest all rosters equal it: the
/// run is over when they do. With updates, that each knows of itself the one that it sent last.
class Storm final : public Load {
 public:
  Storm(const Settings& settings, Team& team)
      : Load(settings, team, "presence",
             settings.updates_per_second > 0 ? "update seen by a client" : "join seen by a client",
             settings.updates_per_second > 0 ? "updates seen by clients" : "joins seen by clients"),
        members_(settings),
        diffs_(team.count()),
        states_(team.count()),
        told_(team.count()),
        sent_(team.count(), 0),
        sent_before_phase_(team.count(), 0) {
    for (std::size_t i = 0; i < settings.connections; ++i) rosters_.emplace_back(members_.count(members_.topic(i)));
    for (std::size_t i = 0; i < settings.connections && updates(); ++i) update_frames_.push_back(update_frame(i));
  }

 private:
  /// What was told of a client's presence last.
  struct Told {
    std::uint64_t ref = 0;
    std::uint64_t number = 0;
  };

  bool updates() const { return settings().updates_per_second > 0; }
  bool measures_joining() const override { return !updates(); }
  bool measures_join_latency() const override { return false; }

  void describe(Result& result) const override {
    result.open_loop = updates() || settings().over;
    result.settings = {{"clients", std::to_string(settings().connections)},
                       {"topics", std::to_string(settings().topics)},
                       {"join", settings().over ? fmt::format("over {:g} s", settings().over->count())
                                                : fmt::format("{} at a time", settings().concurrency)}};
    if (updates())
      result.settings.emplace_back("updates", fmt::format("{:g} a second of each", settings().updates_per_second));
  }

  void add_figures(Result& result) const override {
    const auto seconds = [this](TimePoint from) { return std::chrono::duration<double>(agreed_at_ - from).count(); };
    result.figures = {{"diff frames a client", diffs_.messages_a_client(), ""},
                      {"diff bytes a client", diffs_.bytes_a_client(), ""},
                      {"diff frames in the busiest second", static_cast<double>(diffs_.busiest_second()), ""},
                      {"state bytes a client", states_.bytes_a_client(), ""},
                      {"all agree after", seconds(began_), "s"},
                      {"all agree after the last", seconds(last_), "s"}};
  }

  std::uint64_t units() const override { return seen_; }

  void on_phase(Phase phase) override {
    updates_in_phase_ = 0;
    sent_before_phase_ = sent_;
    if (phase == Phase::measuring) start_counting(Clock::now());
    news_ = true;
  }

  void start_counting(TimePoint now) {
    began_ = last_ = now;
    diffs_.start(now);
    states_.start(now);
  }

  // --- what is sent ---

  NumberedText update_frame(std::size_t client) {
    std::string payload = fill_in(settings().update_payload, client, members_.topic(client));
    payload = fill_in_number(payload, kFirstNumber);
    return NumberedText(
        settings().dialect->push(kUpdateRef, crowd().topic(members_.topic(client)), settings().update_event, payload),
        kFirstNumber);
  }

  double updates_a_second() const {
    return settings().updates_per_second * static_cast<double>(settings().connections);
  }

  std::optional<TimePoint> step(TimePoint start, TimePoint now) override {
    if (!updates()) return std::nullopt;
    for (; due(start, updates_in_phase_, updates_a_second()) <= now; ++updates_in_phase_) {
      last_ = due(start, updates_in_phase_, updates_a_second());
      phase_start_ = start;
      update(updates_in_phase_ % settings().connections);
    }
    return due(start, updates_in_phase_, updates_a_second());
  }

  void update(std::size_t client) {
    masked_.clear();
    append_frame(masked_, ws::Opcode::text, update_frames_[client].with(kFirstNumber + sent_[client]++));
    crowd().swarm().send(crowd().swarm()[client], masked_);
  }

  /// When a client's update with that number was due; all of a phase are seen in it.
  TimePoint due_time(std::size_t client, std::uint64_t number) const {
    const std::uint64_t of_phase = number - kFirstNumber - sent_before_phase_[client];
    return due(phase_start_, of_phase * settings().connections + client, updates_a_second());
  }

  // --- what comes ---

  void on_joined(Link& link) override {
    if (updates()) return;
    if (crowd().joined() == 1) start_counting(crowd().first_began());
    last_ = std::max(last_, crowd().began(link.number));
  }

  void on_message(Link& link, bool binary, std::string_view bytes) override {
    auto news = known_.find(bytes);
    if (!news) {
      const auto message = settings().dialect->decode(binary, bytes);
      if (!message) return garbled(message.error());
      const bool is_state = message->event == "presence_state";
      if (!is_state && message->event != "presence_diff") return take_other(*message);
      news = read(link, *message, is_state);
      if (!news) return;
      known_.put(bytes, news);
    }
    if (news->topic != crowd().topic_number(link)) return garbled("presences of another topic");
    news_ = true;
    auto& tally = news->is_state ? states_ : diffs_;
    tally.add(link.number, crowd().swarm().message_bytes(), crowd().swarm().received_at());
    if (news->is_state)
      rosters_[link.number].set(news->state);
    else
      take_diff(link, news->diff);
  }

  std::shared_ptr<const PresenceNews> read(Link& link, const ServerMessage& message, bool is_state) {
    auto news = std::make_shared<PresenceNews>();
    news->is_state = is_state;
    news->topic = crowd().topic_number(link);
    if (!message.topic.empty() && message.topic != crowd().topic_of(link)) {
      garbled("presences of another topic");
      return nullptr;
    }
    if (is_state) {
      auto state = read_presence_state(message.payload, members_.finder());
      if (!state) return garbled(state.error()), nullptr;
      news->state = std::move(*state);
    } else {
      auto diff = read_presence_diff(message.payload, members_.finder());
      if (!diff) return garbled(diff.error()), nullptr;
      news->diff = std::make_shared<PresenceDiff>(std::move(*diff));
      for (const Entry& entry : news->diff->joins)
        told_[members_.client(news->topic, entry.member)] = {entry.ref, entry.number};
    }
    return news;
  }

  void take_diff(Link& link, const std::shared_ptr<const PresenceDiff>& diff) {
    Roster& roster = rosters_[link.number];
    const bool counts = roster.has_state();
    roster.apply(diff);
    if (!counts) return;
    for (const Entry& entry : diff->joins) {
      const std::size_t changed = members_.client(crowd().topic_number(link), entry.member);
      if (changed == link.number) continue;
      const bool is_update = entry.number >= kFirstNumber + sent_before_phase_[changed];
      if (updates() != is_update) continue;
      ++seen_;
      add_latency(crowd().swarm().received_at() -
                  (updates() ? due_time(changed, entry.number) : crowd().began(changed)));
    }
  }

  void take_other(const ServerMessage& message) {
    if (message.event == "phx_error" || message.event == "phx_close")
      team().mine().tell("the server ended a channel with " + message.event);
    else if (message.event == "phx_reply" && message.ref == kUpdateRef && message.status != "ok")
      garbled("an update was refused: " + std::string(message.payload));
  }

  void garbled(const std::string& why) {
    ++faults_.garbled;
    team().mine().tell(why);
  }

  // --- whether all is right ---

  bool at_rest() const override {
    if (sending() || crowd().joined() < team().count()) return false;
    if (std::exchange(news_, false)) {
      const bool agree = all_agree();
      if (agree && !agreed_) agreed_at_ = crowd().swarm().received_at();
      agreed_ = agree;
    }
    return agreed_;
  }

  bool all_agree() const {
    for (std::size_t i = 0; i < rosters_.size(); ++i)
      if (!rosters_[i].has_state() || rosters_[i].hash() != rosters_[members_.topic(i)].hash()) return false;
    for (std::size_t topic = 0; topic < settings().topics; ++topic)
      if (rosters_[topic].hash() != truth(topic)) return false;
    for (std::size_t i = 0; i < rosters_.size(); ++i)
      if (!knows_itself(i)) return false;
    return true;
  }

  std::uint64_t truth(std::size_t topic) const {
    std::uint64_t hash = 0;
    for (std::size_t k = 0; k < members_.count(topic); ++k)
      hash += Roster::hash_of(k, rosters_[members_.client(topic, k)].ref(k));
    return hash;
  }

  bool knows_itself(std::size_t client) const {
    const Roster& roster = rosters_[client];
    if (!roster.once(members_.member(client))) return false;
    if (sent_[client] == 0) return true;
    return told_[client].ref == roster.ref(members_.member(client)) &&
           told_[client].number + 1 == kFirstNumber + sent_[client];
  }

  Faults faults() const override {
    Faults faults = faults_;
    if (all_agree()) return faults;
    for (std::size_t i = 0; i < rosters_.size(); ++i) {
      if (!knows_itself(i)) ++faults.missing;
      for (std::size_t k = 0; k < rosters_[i].members(); ++k) {
        const std::size_t whom = members_.client(members_.topic(i), k);
        if (!rosters_[i].once(k) || rosters_[i].ref(k) != rosters_[whom].ref(k)) ++faults.missing;
      }
    }
    return faults;
  }

  const Members members_;
  std::vector<Roster> rosters_;  // by client; all of them n² entries of 16 bytes
  PresenceNewsCache known_;
  Tally diffs_, states_;
  std::vector<Told> told_;                        // by client
  std::vector<std::uint64_t> sent_;               // by client: how many updates
  std::vector<std::uint64_t> sent_before_phase_;  // the same when this phase began
  std::vector<NumberedText> update_frames_;       // by client
  std::string masked_;
  Faults faults_;
  std::uint64_t seen_ = 0;
  std::uint64_t updates_in_phase_ = 0;
  TimePoint phase_start_{};
  TimePoint began_{}, last_{};  // the first and last join or update, when they were due
  mutable bool news_ = true;    // something came since it was last looked whether all is right
  mutable bool agreed_ = false;
  mutable TimePoint agreed_at_{};
};

}  // namespace

std::unique_ptr<Load> make_presence_storm(const Settings& settings, Team& team) {
  return std::make_unique<Storm>(settings, team);
}

}  // namespace roost::bench
