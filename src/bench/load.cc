#include "bench/load.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace roost::bench {
namespace {

/// The longest wait: a follower looks for the next phase, the leader for trouble elsewhere.
constexpr std::chrono::milliseconds kLook{20};

}  // namespace

Load::Load(const Settings& settings, Team& team, const char* name, const char* unit, const char* unit_plural)
    : settings_(settings),
      team_(team),
      name_(name),
      unit_(unit),
      unit_plural_(unit_plural),
      progress_(name, team.leads()),
      crowd_(settings, team, *this) {}

void Load::add_latency(Duration took) {
  if (!measures_joining() && phase_ != Phase::measuring && phase_ != Phase::measured) return;
  const auto nanoseconds = std::chrono::nanoseconds(std::max(took, Duration::zero())).count();
  team_.mine().latency.add(static_cast<std::uint64_t>(nanoseconds));
}

double Load::rate_here() const {
  return settings_.rate * static_cast<double>(team_.count()) / static_cast<double>(settings_.connections);
}

std::expected<Result, Error> Load::run() {
  if (!team_.leads()) follow();
  auto result = lead();
  team_.enter(Phase::ended);
  return result;
}

/// One wait, and what follows from it for the others.
void Load::turn(std::optional<TimePoint> until) {
  Duration patience = kLook;
  if (until) patience = std::clamp(*until - Clock::now(), Duration::zero(), patience);
  crowd_.keep_alive(Clock::now());
  crowd_.swarm().turn(patience);
  const std::uint64_t units = this->units();
  team_.mine().units.store(units, std::memory_order_release);
  if (!at_rest()) return;
  if (!sending()) tell_rest();
  if (std::exchange(told_units_, units) != units && !team_.leads()) team_.wake_leader();
}

void Load::tell_rest() {
  Member& mine = team_.mine();
  if (mine.rest_in.load(std::memory_order_relaxed) == phase_) return;
  mine.client_ns.store(own_cpu_nanoseconds(), std::memory_order_relaxed);
  mine.rest_in.store(phase_, std::memory_order_release);
  if (!team_.leads()) team_.wake_leader();
}

// --- a follower ---

void Load::follow() {
  while (team_.phase() != Phase::ended) {
    if (team_.phase() != phase_) enter(team_.phase());
    if (!crowd_.all_started()) crowd_.start_some();
    turn(sending() ? step(phase_start_, Clock::now()) : std::nullopt);
  }
  team_.mine().faults = faults();
  team_.mine().finished.store(true, std::memory_order_release);
  team_.leave();
}

void Load::enter(Phase phase) {
  phase_ = phase;
  phase_start_ = Clock::now();
  if (team_.leads()) team_.enter(phase);
  on_phase(phase);
}

// --- the leader ---

std::expected<Result, Error> Load::lead() {
  auto meter = Meter::create(settings_);
  if (!meter) return std::unexpected(meter.error());
  meter_ = std::move(*meter);
  Result result;
  result.scenario = name_;
  result.url = settings_.url;
  result.unit = unit_;
  result.unit_plural = unit_plural_;
  result.open_loop = settings_.rate > 0;
  describe(result);

  if (measures_joining()) meter_->start(counts());
  join_all(result);
  if (auto joined = first_trouble(); !joined) return std::unexpected(joined.error());
  if (!measures_joining()) run_phase(Phase::warming, settings_.warmup, result);
  come_to_rest(Phase::warmed);
  if (!measures_joining()) {
    meter_->start(counts());
    run_phase(Phase::measuring, settings_.duration, result);
    come_to_rest(Phase::measured);
  }
  meter_->finish(counts(), result);
  if (measures_joining()) hold();
  meter_->add_memory(settings_.connections, result);
  collect(result);
  return result;
}

void Load::join_all(Result& result) {
  std::uint64_t before = 0;
  TimePoint progress = Clock::now();
  for (std::uint64_t joined = 0; joined < settings_.connections && !trouble(); joined = team_.sum(&Member::joined)) {
    turn(crowd_.start_some());
    const TimePoint now = Clock::now();
    if (std::exchange(before, joined) != joined) progress = now;
    if (now - progress > settings_.patience)
      team_.mine().tell(fmt::format("only {} of {} clients joined, then nothing came", joined, settings_.connections));
    if (measures_joining()) meter_->sample(team_.sum(&Member::units), result);
    progress_.show("joined", joined, settings_.connections);
  }
}

void Load::run_phase(Phase phase, Seconds length, Result& result) {
  enter(phase);
  progressed_ = phase_start_;
  const TimePoint end = phase_start_ + std::chrono::duration_cast<Duration>(length);
  for (TimePoint now = phase_start_; now < end && !trouble(); now = Clock::now()) {
    const auto next = step(phase_start_, now);
    turn(std::min(end, next.value_or(end)));
    const std::uint64_t units = team_.sum(&Member::units);
    if (phase == Phase::measuring) meter_->sample(units, result);
    progress_.show(phase == Phase::warming ? "warming up" : "measuring", units);
    if (settings_.rate == 0 && stalled()) team_.mine().tell("nothing came for long");
  }
}

/// Until nothing is under way, so that nothing is half counted.
void Load::come_to_rest(Phase phase) {
  enter(phase);
  progressed_ = phase_start_;
  while (!team_.all_at_rest_in(phase) && !trouble()) {
    turn(std::nullopt);
    progress_.show("waiting for the rest", team_.sum(&Member::units));
    if (stalled()) team_.mine().tell("what was under way never came");
  }
}

bool Load::stalled() {
  const std::uint64_t units = team_.sum(&Member::units);
  const TimePoint now = Clock::now();
  if (std::exchange(seen_units_, units) != units) progressed_ = now;
  return now - progressed_ > settings_.patience;
}

void Load::hold() {
  const TimePoint end = Clock::now() + std::chrono::duration_cast<Duration>(settings_.hold);
  while (Clock::now() < end && !trouble()) {
    turn(end);
    progress_.show("holding", settings_.connections, settings_.connections);
  }
}

Meter::Counts Load::counts() {
  team_.mine().client_ns.store(own_cpu_nanoseconds(), std::memory_order_relaxed);
  return {team_.sum(&Member::units), team_.sum(&Member::client_ns)};
}

std::expected<void, Error> Load::first_trouble() {
  for (std::size_t i = 0; i < team_.size(); ++i)
    if (team_.member(i).failed) return std::unexpected(Error{team_.member(i).trouble});
  return {};
}

void Load::collect(Result& result) {
  enter(Phase::ended);
  add_figures(result);
  team_.mine().faults = faults();
  team_.mine().finished = true;
  for (const TimePoint end = Clock::now() + std::chrono::duration_cast<Duration>(settings_.patience);
       !team_.all(&Member::finished) && Clock::now() < end;)
    turn(std::nullopt);
  for (std::size_t i = 0; i < team_.size(); ++i) {
    const Member& member = team_.member(i);
    result.latency->merge(measures_join_latency() ? member.join_latency : member.latency);
    result.faults += member.faults;
    result.lost_connections += member.lost;
  }
  if (auto trouble = first_trouble(); !trouble) result.trouble = trouble.error().message;
}

}  // namespace roost::bench
