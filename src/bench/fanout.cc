#include <fmt/format.h>

#include "bench/crowd.h"
#include "bench/frames.h"
#include "bench/meter.h"
#include "bench/scenarios.h"

namespace roost::bench {
namespace {

constexpr std::size_t kSendTimes = 1 << 16;  // messages under way whose latency can still be told
constexpr std::chrono::milliseconds kLook{200};

class Fanout {
 public:
  Fanout(const Settings& settings, Meter& meter)
      : settings_(settings),
        meter_(meter),
        progress_("fan-out"),
        crowd_(settings, progress_),
        deliveries_(settings.connections),
        sent_at_(kSendTimes),
        frame_(push_frame()) {
    crowd_.on_message([this](Link& link, bool binary, std::string_view bytes) { receive(link, binary, bytes); });
  }

  std::expected<Result, Error> run() {
    if (auto joined = crowd_.join_all(); !joined) return std::unexpected(joined.error());
    Result result;
    describe(result);
    const bool warm = publish_for(settings_.warmup);
    latency_ = result.latency.get();
    meter_.start(deliveries_.count());
    if (warm) publish_for(settings_.duration);
    meter_.finish(deliveries_.count(), result);
    result.faults = deliveries_.faults(next_);
    result.lost_connections = crowd_.lost();
    result.trouble = trouble_.empty() ? crowd_.first_loss() : trouble_;
    return result;
  }

 private:
  void describe(Result& result) const {
    result.scenario = "fanout";
    result.url = settings_.url;
    result.unit = "delivery";
    result.open_loop = settings_.rate > 0;
    result.settings = {{"subscribers", std::to_string(settings_.connections)},
                       {"payload", fmt::format("{} bytes{}", settings_.bytes, settings_.binary ? ", binary" : "")},
                       settings_.rate > 0 ? std::pair{"rate", fmt::format("{:g} messages a second", settings_.rate)}
                                          : std::pair{"window", fmt::format("{} in flight", settings_.window)}};
  }

  /// The publisher's message; the frame is masked anew for each number.
  NumberedText push_frame() const {
    const auto payload = settings_.binary ? numbered_bytes(kFirstNumber, settings_.bytes)
                                          : numbered_payload(kFirstNumber, settings_.bytes);
    const auto make = settings_.binary ? binary_message : text_message;
    return NumberedText(make(kJoinRef, "2", settings_.topic, settings_.publish_event, payload), kFirstNumber);
  }

  bool publish_for(std::chrono::duration<double> duration) {
    const TimePoint start = Clock::now();
    const TimePoint end = start + std::chrono::duration_cast<Duration>(duration);
    return settings_.rate > 0 ? publish_when_due(start, end) : publish_by_window(end);
  }

  bool publish_by_window(TimePoint end) {
    while (Clock::now() < end) {
      const TimePoint now = Clock::now();
      for (std::size_t i = 0; i < settings_.window; ++i) publish(now);
      if (!wait_for_all()) return false;
    }
    return true;
  }

  /// The time of a message is when it was due, not when it was sent: a stall of the generator or of the server counts
  /// for all messages that it held up.
  bool publish_when_due(TimePoint start, TimePoint end) {
    const auto due = [&](std::uint64_t i) {
      return start + std::chrono::duration_cast<Duration>(
                         std::chrono::duration<double>(static_cast<double>(i) / settings_.rate));
    };
    for (std::uint64_t i = 0; due(i) < end;) {
      for (; due(i) < end && due(i) <= Clock::now(); ++i) publish(due(i));
      crowd_.turn(std::max(Duration::zero(), due(i) - Clock::now()));
      if (crowd_.lost() > 0) return false;
      progress_.show("deliveries", deliveries_.count());
    }
    return wait_for_all();
  }

  void publish(TimePoint due) {
    sent_at_[next_ % kSendTimes] = due;
    masked_.clear();
    append_frame(masked_, settings_.binary ? ws::Opcode::binary : ws::Opcode::text, frame_.with(next_));
    crowd_.swarm().send(crowd_.swarm()[0], masked_);
    ++next_;
  }

  /// Until every subscriber has all. False: a connection was lost, or nothing came for long.
  bool wait_for_all() {
    const std::uint64_t wanted = (next_ - kFirstNumber) * settings_.connections;
    std::uint64_t before = deliveries_.count();
    TimePoint progress = Clock::now();
    while (deliveries_.count() < wanted) {
      crowd_.turn(kLook);
      progress_.show("deliveries", deliveries_.count());
      if (crowd_.lost() > 0) return false;
      if (deliveries_.count() != before) {
        before = deliveries_.count();
        progress = Clock::now();
      } else if (Clock::now() - progress > settings_.patience) {
        trouble_ = fmt::format("{} deliveries never came", wanted - before);
        return false;
      }
    }
    return true;
  }

  void receive(Link& link, bool binary, std::string_view bytes) {
    const std::uint64_t expected = deliveries_.expected(link.number);
    if (!expected_.empty() && bytes == expected_.with(expected)) {
      deliveries_.as_expected(link.number);
      return count_latency(expected);
    }
    look_closely(link, binary, bytes);
  }

  /// The first delivery, one that was not expected, or something else.
  void look_closely(Link& link, bool binary, std::string_view bytes) {
    const auto message = decode_message(binary, bytes);
    if (!message) return deliveries_.garbled();
    if (message->event != settings_.message_event) return;  // a reply, a presence, …
    const auto number = number_of(binary, message->payload, settings_.bytes);
    if (!number || *number >= next_ || message->topic != settings_.topic || binary != settings_.binary)
      return deliveries_.garbled();
    expected_ = NumberedText(std::string(bytes), *number);
    deliveries_.saw(link.number, *number);
    count_latency(*number);
  }

  void count_latency(std::uint64_t number) {
    if (!latency_) return;
    const auto took = crowd_.swarm().received_at() - sent_at_[number % kSendTimes];
    latency_->add(static_cast<std::uint64_t>(std::max(Duration::zero(), took).count()));
  }

  const Settings& settings_;
  Meter& meter_;
  Progress progress_;
  Crowd crowd_;
  Deliveries deliveries_;
  std::vector<TimePoint> sent_at_;  // by number, in a circle
  NumberedText frame_;
  NumberedText expected_;  // a delivery as this server spells it
  std::string masked_;
  std::uint64_t next_ = kFirstNumber;
  Histogram* latency_ = nullptr;
  std::string trouble_;
};

}  // namespace

std::expected<Result, Error> run_fanout(const Settings& settings) {
  auto meter = Meter::create(settings);
  if (!meter) return std::unexpected(meter.error());
  return Fanout(settings, *meter).run();
}

}  // namespace roost::bench
