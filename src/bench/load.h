#pragma once

#include <expected>
#include <optional>
#include <string>

#include "bench/crowd.h"
#include "bench/meter.h"
#include "bench/progress.h"
#include "bench/result.h"
#include "bench/settings.h"
#include "bench/team.h"

namespace roost::bench {

/// What all loads have in common: clients connect and join, warm up, are measured, come to rest.
///
/// A load is a class that says what to send and checks what comes. Each process of the team has one, with its share of
/// the clients; only the leader's returns.
class Load : protected Crowd::Listener {
 public:
  virtual ~Load() = default;

  /// Runs to the end. Error: it could not begin. A follower's process ends here.
  std::expected<Result, Error> run();

 protected:
  /// `unit` and `unit_plural`: what it counts. All outlive the load.
  Load(const Settings& settings, Team& team, const char* name, const char* unit, const char* unit_plural);

  // --- what a load says ---

  /// Adds name and value of its settings, for people.
  virtual void describe(Result& result) const = 0;
  /// Units so far, of this process.
  virtual std::uint64_t units() const = 0;
  /// Sends what is to be sent now, while warming and measuring. Returns when to be called again at the latest; nullopt:
  /// when something came. `start`: of this phase.
  virtual std::optional<TimePoint> step(TimePoint start, TimePoint now) = 0;
  /// A phase begins; called soon after the leader entered it.
  virtual void on_phase(Phase) {}
  /// Whether this process's clients have all that they wait for.
  virtual bool at_rest() const = 0;
  /// What went wrong, once nothing more comes.
  virtual Faults faults() const = 0;
  /// What is measured begins with the first client that connects, and ends when all have joined and are at rest.
  virtual bool measures_joining() const { return false; }
  /// Its latencies are those of connecting and joining, not what was given to add_latency().
  virtual bool measures_join_latency() const { return measures_joining(); }
  /// Adds what else was found. Leader only.
  virtual void add_figures(Result&) const {}

  // --- what it may use ---

  const Settings& settings() const { return settings_; }
  Team& team() { return team_; }
  const Team& team() const { return team_; }
  Crowd& crowd() { return crowd_; }
  const Crowd& crowd() const { return crowd_; }
  /// Whether clients may begin something.
  bool sending() const { return phase_ == Phase::warming || phase_ == Phase::measuring; }
  /// Notes how long something took, if it is measured now.
  void add_latency(Duration took);
  /// Settings::rate, as much of it as falls on this process's clients.
  double rate_here() const;

 private:
  std::expected<Result, Error> lead();
  [[noreturn]] void follow();
  void join_all(Result& result);
  void run_phase(Phase phase, Seconds length, Result& result);
  void come_to_rest(Phase phase);
  void collect(Result& result);
  void enter(Phase phase);
  void turn(std::optional<TimePoint> until);
  void tell_rest();
  void hold();
  bool stalled();
  bool trouble() const { return team_.any(&Member::failed); }
  std::expected<void, Error> first_trouble();
  Meter::Counts counts();

  const Settings& settings_;
  Team& team_;
  const char* const name_;
  const char* const unit_;
  const char* const unit_plural_;
  Progress progress_;
  Crowd crowd_;
  std::optional<Meter> meter_;
  Phase phase_ = Phase::joining;
  TimePoint phase_start_{};
  std::uint64_t told_units_ = ~0ull;
  std::uint64_t seen_units_ = 0;
  TimePoint progressed_{};
};

/// When number `i` of so many a second is due.
inline TimePoint due(TimePoint start, std::uint64_t i, double rate) {
  return start + std::chrono::duration_cast<Duration>(Seconds(static_cast<double>(i) / rate));
}

}  // namespace roost::bench
