#pragma once

#include <cstdint>
#include <utility>

#include <roost/roost.hpp>

namespace contract {

struct CounterState {
  std::int64_t hits = 0;
};
BOOST_DESCRIBE_STRUCT(CounterState, (), (hits))

struct CounterHit {
  std::int64_t by = 1;
};
BOOST_DESCRIBE_STRUCT(CounterHit, (), (by))

/// Topic "counter": a live document, for the tests of @roost/react. Not of the conformance suite.
class SharedCounter : public roost::Channel {
 public:
  explicit SharedCounter(roost::Document<CounterState> counter) : counter_(std::move(counter)) {}
  static void events(roost::Events<SharedCounter>& on) {
    on.event("hit", &SharedCounter::hit).replies<roost::DocumentVersion>();
    on.shares<CounterState>();
  }
  roost::Task<roost::JoinReply> join(roost::Payload params) { return counter_.join(std::move(params)); }
  roost::Task<roost::Reply> hit(CounterHit hit) {
    co_return roost::ok(co_await counter_.update([hit](CounterState& state) { state.hits += hit.by; }));
  }

 private:
  roost::Document<CounterState> counter_;
};

}  // namespace contract
