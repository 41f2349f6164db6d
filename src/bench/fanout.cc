#include <fmt/format.h>

#include "bench/frames.h"
#include "bench/load.h"
#include "bench/scenarios.h"

namespace roost::bench {
namespace {

/// The first client of each topic publishes; all messages of one number are sent together, one on each topic.
class Fanout final : public Load {
 public:
  Fanout(const Settings& settings, Team& team)
      : Load(settings, team, "fanout", "delivery", "deliveries"),
        deliveries_(team.count()),
        expected_(settings.topics) {
    for (std::size_t i = 0; i < settings.topics; ++i) frames_.push_back(push_frame(crowd().topic(i)));
  }

 private:
  void describe(Result& result) const override {
    result.settings = {{"subscribers", std::to_string(settings().connections)},
                       {"topics", std::to_string(settings().topics)},
                       {"payload", fmt::format("{} bytes{}{}", settings().bytes, settings().binary ? ", binary" : "",
                                               settings().compress ? ", compressed" : "")},
                       settings().rate > 0 ? std::pair{"rate", fmt::format("{:g} messages a second", settings().rate)}
                                           : std::pair{"window", fmt::format("{} in flight", settings().window)}};
  }

  NumberedText push_frame(std::string_view topic) const {
    const auto payload = settings().binary ? numbered_bytes(kFirstNumber, settings().bytes)
                                           : numbered_payload(kFirstNumber, settings().bytes);
    const auto make = settings().binary ? &Dialect::push_binary : &Dialect::push;
    return NumberedText((settings().dialect->*make)("2", topic, settings().publish_event, payload), kFirstNumber);
  }

  std::uint64_t units() const override { return deliveries_.count(); }
  bool at_rest() const override { return deliveries_.count() >= (team().sent_end() - kFirstNumber) * team().count(); }
  Faults faults() const override { return deliveries_.faults(team().sent_end()); }

  void on_phase(Phase) override { sent_in_phase_ = 0; }

  std::optional<TimePoint> step(TimePoint start, TimePoint now) override {
    if (!team().leads()) return std::nullopt;
    if (settings().rate > 0) return publish_due(start, now);
    const std::uint64_t sent = team().sent_end() - kFirstNumber;
    if (team().sum(&Member::units) >= sent * settings().connections)
      for (std::size_t i = 0; i < settings().window; ++i) publish(now);
    return std::nullopt;
  }

  /// The time of a message is when it was due, not when it was sent: a stall of the generator or of the server counts
  /// for all messages that it held up.
  TimePoint publish_due(TimePoint start, TimePoint now) {
    for (; due(start, sent_in_phase_, settings().rate) <= now; ++sent_in_phase_)
      publish(due(start, sent_in_phase_, settings().rate));
    return due(start, sent_in_phase_, settings().rate);
  }

  void publish(TimePoint when) {
    const std::uint64_t number = team().sent_end();
    team().sent(number, when);
    for (std::size_t topic = 0; topic < settings().topics; ++topic) {
      masked_.clear();
      const auto opcode = settings().binary ? ws::Opcode::binary : ws::Opcode::text;
      append_frame(masked_, opcode, frames_[topic].with(number));
      crowd().swarm().send(crowd().swarm()[topic], masked_);
    }
  }

  void on_message(Link& link, bool binary, std::string_view bytes) override {
    const std::uint64_t number = deliveries_.expected(link.number);
    NumberedText& expected = expected_[crowd().topic_number(link)];
    if (expected.empty() || bytes != expected.with(number)) return look_closely(link, binary, bytes, expected);
    deliveries_.as_expected(link.number);
    add_latency(crowd().swarm().received_at() - team().due_time(number));
  }

  /// The first delivery on a topic, one that was not expected, or something else.
  void look_closely(Link& link, bool binary, std::string_view bytes, NumberedText& expected) {
    const auto message = settings().dialect->decode(binary, bytes);
    if (!message) return deliveries_.garbled();
    if (message->event != settings().message_event) return;  // a reply, a presence, …
    const auto number = number_of(binary, message->payload, settings().bytes);
    const bool elsewhere = !message->topic.empty() && message->topic != crowd().topic_of(link);
    if (!number || *number >= team().sent_end() || elsewhere || binary != settings().binary)
      return deliveries_.garbled();
    expected = NumberedText(std::string(bytes), *number);
    deliveries_.saw(link.number, *number);
    add_latency(crowd().swarm().received_at() - team().due_time(*number));
  }

  Deliveries deliveries_;
  std::vector<NumberedText> expected_;  // by topic: a delivery as this server spells it
  std::vector<NumberedText> frames_;    // by topic
  std::string masked_;
  std::uint64_t sent_in_phase_ = 0;
};

}  // namespace

std::unique_ptr<Load> make_fanout(const Settings& settings, Team& team) {
  return std::make_unique<Fanout>(settings, team);
}

}  // namespace roost::bench
