#include <fmt/format.h>

#include "bench/crowd.h"
#include "bench/frames.h"
#include "bench/meter.h"
#include "bench/scenarios.h"

namespace roost::bench {
namespace {

constexpr std::chrono::milliseconds kLook{200};

class Echo {
 public:
  Echo(const Settings& settings, Meter& meter)
      : settings_(settings),
        meter_(meter),
        progress_("echo"),
        crowd_(settings, progress_),
        replies_(settings.connections),
        next_(settings.connections, kFirstNumber),
        sent_at_(settings.connections * times_each()),
        frame_(push_frame()) {
    crowd_.on_message([this](Link& link, bool binary, std::string_view bytes) { receive(link, binary, bytes); });
  }

  std::expected<Result, Error> run() {
    if (auto joined = crowd_.join_all(); !joined) return std::unexpected(joined.error());
    Result result;
    describe(result);
    pushing_ = true;
    if (settings_.rate == 0) fill_windows();
    run_for(settings_.warmup);
    latency_ = result.latency.get();
    meter_.start(replies_.count());
    run_for(settings_.duration);
    meter_.finish(replies_.count(), result);
    pushing_ = false;
    drain();
    for (std::size_t i = 0; i < next_.size(); ++i) result.faults += missing(i);
    result.faults += replies_.faults(0);
    result.lost_connections = crowd_.lost();
    result.trouble = trouble_.empty() ? crowd_.first_loss() : trouble_;
    return result;
  }

 private:
  void describe(Result& result) const {
    result.scenario = "echo";
    result.url = settings_.url;
    result.unit = "round trip";
    result.open_loop = settings_.rate > 0;
    result.settings = {{"connections", std::to_string(settings_.connections)},
                       {"payload", fmt::format("{} bytes{}", settings_.bytes, settings_.binary ? ", binary" : "")},
                       settings_.rate > 0 ? std::pair{"rate", fmt::format("{:g} messages a second", settings_.rate)}
                                          : std::pair{"window", fmt::format("{} in flight on each", settings_.window)}};
  }

  /// Send times that are kept for each connection.
  std::size_t times_each() const { return settings_.rate > 0 ? 64 : settings_.window; }

  NumberedText push_frame() const {
    const auto payload = settings_.binary ? numbered_bytes(kFirstNumber, settings_.bytes)
                                          : numbered_payload(kFirstNumber, settings_.bytes);
    const auto make = settings_.binary ? binary_message : text_message;
    const std::string ref = std::to_string(kFirstNumber);
    return NumberedText(make(kJoinRef, ref, settings_.topic, settings_.echo_event, payload), kFirstNumber);
  }

  void push(Link& link, TimePoint due) {
    const std::uint64_t number = next_[link.number]++;
    sent_at_[link.number * times_each() + number % times_each()] = due;
    masked_.clear();
    append_frame(masked_, settings_.binary ? ws::Opcode::binary : ws::Opcode::text, frame_.with(number));
    crowd_.swarm().send(link, masked_);
  }

  void fill_windows() {
    for (std::size_t i = 0; i < settings_.connections; ++i)
      for (std::size_t n = 0; n < settings_.window; ++n) push(crowd_.swarm()[i], Clock::now());
  }

  void run_for(std::chrono::duration<double> duration) {
    const TimePoint start = Clock::now();
    const TimePoint end = start + std::chrono::duration_cast<Duration>(duration);
    std::uint64_t sent = 0;
    while (trouble_.empty() && crowd_.lost() == 0 && Clock::now() < end) {
      if (settings_.rate > 0) sent = push_due(start, end, sent);
      crowd_.turn(settings_.rate > 0 ? std::max(Duration::zero(), due(start, sent) - Clock::now())
                                     : end - Clock::now());
      progress_.show("round trips", replies_.count());
      if (settings_.rate == 0) look_for_progress();
    }
  }

  TimePoint due(TimePoint start, std::uint64_t i) const {
    const std::chrono::duration<double> since(static_cast<double>(i) / settings_.rate);
    return start + std::chrono::duration_cast<Duration>(since);
  }

  /// All that is due, the clients in turn. A message's time is when it was due.
  std::uint64_t push_due(TimePoint start, TimePoint end, std::uint64_t sent) {
    for (; due(start, sent) < end && due(start, sent) <= Clock::now(); ++sent)
      push(crowd_.swarm()[turn_++ % settings_.connections], due(start, sent));
    return sent;
  }

  void look_for_progress() {
    const TimePoint now = Clock::now();
    if (replies_.count() != seen_) {
      seen_ = replies_.count();
      progressed_ = now;
    } else if (progressed_ != TimePoint{} && now - progressed_ > settings_.patience) {
      trouble_ = "no reply came for long";
    }
  }

  /// Until all replies are here, or none came for long.
  void drain() {
    std::uint64_t sent = 0;
    for (const std::uint64_t next : next_) sent += next - kFirstNumber;
    progressed_ = Clock::now();
    while (replies_.count() < sent && trouble_.empty() && crowd_.lost() == 0) {
      crowd_.turn(kLook);
      look_for_progress();
    }
  }

  Faults missing(std::size_t connection) const {
    Faults faults;
    faults.missing = next_[connection] - replies_.expected(connection);
    return faults;
  }

  void receive(Link& link, bool binary, std::string_view bytes) {
    const std::uint64_t expected = replies_.expected(link.number);
    if (expected_.empty() || bytes != expected_.with(expected)) return look_closely(link, binary, bytes);
    replies_.as_expected(link.number);
    answered(link, expected);
  }

  void look_closely(Link& link, bool binary, std::string_view bytes) {
    const auto message = decode_message(binary, bytes);
    if (!message) return replies_.garbled();
    if (message->event != "phx_reply") return;
    const auto number = number_of(binary, message->payload, settings_.bytes);
    if (!number || *number >= next_[link.number] || message->status != "ok" || message->ref != std::to_string(*number))
      return replies_.garbled();
    expected_ = NumberedText(std::string(bytes), *number);
    replies_.saw(link.number, *number);
    answered(link, *number);
  }

  void answered(Link& link, std::uint64_t number) {
    const TimePoint now = crowd_.swarm().received_at();
    if (latency_) {
      const auto took = now - sent_at_[link.number * times_each() + number % times_each()];
      latency_->add(static_cast<std::uint64_t>(std::max(Duration::zero(), took).count()));
    }
    if (pushing_ && settings_.rate == 0) push(link, now);
  }

  const Settings& settings_;
  Meter& meter_;
  Progress progress_;
  Crowd crowd_;
  Deliveries replies_;
  std::vector<std::uint64_t> next_;  // by connection: the number to be sent
  std::vector<TimePoint> sent_at_;   // by connection, times_each() in a circle
  NumberedText frame_;
  NumberedText expected_;  // a reply as this server spells it
  std::string masked_;
  std::uint64_t turn_ = 0;
  std::uint64_t seen_ = 0;
  TimePoint progressed_{};
  bool pushing_ = false;
  Histogram* latency_ = nullptr;
  std::string trouble_;
};

}  // namespace

std::expected<Result, Error> run_echo(const Settings& settings) {
  auto meter = Meter::create(settings);
  if (!meter) return std::unexpected(meter.error());
  return Echo(settings, *meter).run();
}

}  // namespace roost::bench
