#include <fmt/format.h>

#include "bench/frames.h"
#include "bench/load.h"
#include "bench/scenarios.h"

namespace roost::bench {
namespace {

constexpr std::size_t kTimesByRate = 64;  // messages of one client under way whose latency can still be told

class Echo final : public Load {
 public:
  Echo(const Settings& settings, Team& team)
      : Load(settings, team, "echo", "round trip", "round trips"),
        times_each_(settings.rate > 0 ? kTimesByRate : settings.window),
        replies_(team.count()),
        next_(team.count(), kFirstNumber),
        due_(team.count() * times_each_),
        expected_(settings.topics) {
    for (std::size_t i = 0; i < settings.topics; ++i) frames_.push_back(push_frame(crowd().topic(i)));
  }

 private:
  void describe(Result& result) const override {
    result.settings = {{"connections", std::to_string(settings().connections)},
                       {"payload", fmt::format("{} bytes{}", settings().bytes, settings().binary ? ", binary" : "")},
                       settings().rate > 0
                           ? std::pair{"rate", fmt::format("{:g} messages a second", settings().rate)}
                           : std::pair{"window", fmt::format("{} in flight on each", settings().window)}};
  }

  NumberedText push_frame(std::string_view topic) const {
    const auto payload = settings().binary ? numbered_bytes(kFirstNumber, settings().bytes)
                                           : numbered_payload(kFirstNumber, settings().bytes);
    const std::string ref = std::to_string(kFirstNumber);
    const auto make = settings().binary ? &Dialect::push_binary : &Dialect::push;
    return NumberedText((settings().dialect->*make)(ref, topic, settings().echo_event, payload), kFirstNumber);
  }

  std::uint64_t units() const override { return replies_.count(); }
  bool at_rest() const override { return replies_.count() >= sent_; }

  Faults faults() const override {
    Faults faults = replies_.faults(0);
    for (std::size_t i = 0; i < next_.size(); ++i) faults.missing += next_[i] - replies_.expected(i);
    return faults;
  }

  void on_phase(Phase) override {
    sent_in_phase_ = 0;
    if (!sending() || settings().rate > 0) return;
    for (std::size_t i = 0; i < team().count(); ++i)
      for (std::size_t n = 0; n < settings().window; ++n) push(crowd().swarm()[i], Clock::now());
  }

  /// By rate: all that is due, the clients in turn. A message's time is when it was due.
  std::optional<TimePoint> step(TimePoint start, TimePoint now) override {
    if (settings().rate == 0) return std::nullopt;
    for (; due(start, sent_in_phase_, rate_here()) <= now; ++sent_in_phase_)
      push(crowd().swarm()[turn_++ % team().count()], due(start, sent_in_phase_, rate_here()));
    return due(start, sent_in_phase_, rate_here());
  }

  void push(Link& link, TimePoint when) {
    const std::uint64_t number = next_[link.number]++;
    ++sent_;
    due_[link.number * times_each_ + number % times_each_] = when;
    masked_.clear();
    const auto opcode = settings().binary ? ws::Opcode::binary : ws::Opcode::text;
    append_frame(masked_, opcode, frames_[crowd().topic_number(link)].with(number));
    crowd().swarm().send(link, masked_);
  }

  void on_message(Link& link, bool binary, std::string_view bytes) override {
    const std::uint64_t number = replies_.expected(link.number);
    NumberedText& expected = expected_[crowd().topic_number(link)];
    if (expected.empty() || bytes != expected.with(number)) return look_closely(link, binary, bytes, expected);
    replies_.as_expected(link.number);
    answered(link, number);
  }

  void look_closely(Link& link, bool binary, std::string_view bytes, NumberedText& expected) {
    const auto message = settings().dialect->decode(binary, bytes);
    if (!message) return replies_.garbled();
    if (message->event != "phx_reply" || message->topic == "phoenix") return;  // the latter: a heartbeat's
    const auto number = number_of(binary, message->payload, settings().bytes);
    if (!number || *number >= next_[link.number] || message->status != "ok" || message->ref != std::to_string(*number))
      return replies_.garbled();
    expected = NumberedText(std::string(bytes), *number);
    replies_.saw(link.number, *number);
    answered(link, *number);
  }

  void answered(Link& link, std::uint64_t number) {
    const TimePoint now = crowd().swarm().received_at();
    add_latency(now - due_[link.number * times_each_ + number % times_each_]);
    if (sending() && settings().rate == 0) push(link, now);
  }

  const std::size_t times_each_;
  Deliveries replies_;
  std::vector<std::uint64_t> next_;     // by client: the number to be sent
  std::vector<TimePoint> due_;          // by client, times_each_ in a circle
  std::vector<NumberedText> expected_;  // by topic: a reply as this server spells it
  std::vector<NumberedText> frames_;    // by topic
  std::string masked_;
  std::uint64_t sent_ = 0;
  std::uint64_t sent_in_phase_ = 0;
  std::uint64_t turn_ = 0;
};

}  // namespace

std::unique_ptr<Load> make_echo(const Settings& settings, Team& team) {
  return std::make_unique<Echo>(settings, team);
}

}  // namespace roost::bench
