#include <fmt/format.h>

#include "bench/load.h"
#include "bench/scenarios.h"

namespace roost::bench {
namespace {

class Connect final : public Load {
 public:
  Connect(const Settings& settings, Team& team) : Load(settings, team, "connect", "connect + join", "connect + join") {}

 private:
  void describe(Result& result) const override {
    result.settings = {{"connections", fmt::format("{}, {} at a time", settings().connections, settings().concurrency)},
                       {"topics", std::to_string(settings().topics)}};
  }
  bool measures_joining() const override { return true; }
  std::uint64_t units() const override { return joined_; }
  bool at_rest() const override { return joined_ == team().count(); }
  Faults faults() const override { return {}; }
  std::optional<TimePoint> step(TimePoint, TimePoint) override { return std::nullopt; }
  void on_joined(Link&) override { ++joined_; }
  void on_message(Link&, bool, std::string_view) override {}

  std::uint64_t joined_ = 0;
};

}  // namespace

std::unique_ptr<Load> make_connect(const Settings& settings, Team& team) {
  return std::make_unique<Connect>(settings, team);
}

}  // namespace roost::bench
