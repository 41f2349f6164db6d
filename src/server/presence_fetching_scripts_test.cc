// Presences with an asynchronous fetch: whatever comes when, clients agree with the server. Scripts by seed.
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "server/presence_fetching_testing.h"

namespace roost::server {
namespace {

using namespace std::chrono_literals;

/// A client as phoenix.js is (PROTOCOL Q19 to Q21): the refs of each key.
class OfficialClient final : public pubsub::Subscriber {
 public:
  using Refs = std::map<std::string, std::set<std::string>, std::less<>>;
  void deliver(const pubsub::Message& message, pubsub::FrameCache&) override {
    auto diff = boost::json::parse(message.payload);
    if (!joined_) return pending_.push_back(std::move(diff));
    apply(diff);
  }
  void state(std::string_view text) {
    refs_.clear();
    const auto state = boost::json::parse(text);
    for (const auto& [key, presence] : state.as_object())
      for (const std::string& ref : refs_of(presence)) refs_[key].insert(ref);
    for (const auto& diff : std::exchange(pending_, {})) apply(diff);
    joined_ = true;
  }
  const Refs& refs() const { return refs_; }

 private:
  static std::vector<std::string> refs_of(const boost::json::value& presence) {
    std::vector<std::string> refs;
    for (const auto& meta : presence.at("metas").as_array()) refs.emplace_back(meta.at("phx_ref").as_string());
    return refs;
  }
  void apply(const boost::json::value& diff) {
    for (const auto& [key, presence] : diff.at("joins").as_object())
      for (const std::string& ref : refs_of(presence)) refs_[key].insert(ref);
    for (const auto& [key, presence] : diff.at("leaves").as_object()) {
      for (const std::string& ref : refs_of(presence)) refs_[key].erase(ref);
      if (refs_[key].empty()) refs_.erase(refs_.find(key));
    }
  }
  Refs refs_;
  std::vector<boost::json::value> pending_;
  bool joined_ = false;
};

class PresencesFetchedAtRandom : public PresencesFetched {
 protected:
  PresencesFetchedAtRandom()
      : PresencesFetched({.diff_frames_per_second = 10, .diff_sends_per_second = 20, .fetches_max = 2}) {}

  struct Joined {
    OfficialClient client;
    pubsub::Subscription subscription;
  };
  void join() {
    clients.push_back(std::make_unique<Joined>());
    Joined& joined = *clients.back();
    joined.subscription = table.subscribe("room:a", joined.client, 2);
    router.state("room:a", [&joined](SharedBytes state) { joined.client.state(state.view()); });
  }
  void step(std::mt19937& random) {
    const channel::OwnerId owner = 1 + random() % 3;
    const std::string key(1, static_cast<char>('a' + random() % 4));
    const std::string meta = R"({"phx_ref":"r)" + std::to_string(++refs) + R"("})";
    switch (random() % 9) {
      case 0:
      case 1:
        return router.track(owner, "room:a", key, SharedBytes::copy(meta), [](PresenceError) {});
      case 2:
        return router.update(owner, "room:a", key, SharedBytes::copy(meta));
      case 3:
        return router.untrack(owner, "room:a", key);
      case 4:
        return random() % 3 ? router.untrack(owner, "room:a", key) : join();
      case 5:
        return void(loop.advance(std::chrono::milliseconds(random() % 300)));
      case 6:
        return router.list("room:a", [this](SharedBytes) { ++answers; });
      default:
        if (asks.empty()) return;
        if (random() % 8 == 0) return fail(random() % asks.size());
        return answer(random() % asks.size());
    }
  }
  /// `told`: what clients are told of all there are.
  void play(unsigned seed, const std::function<OfficialClient::Refs(const OfficialClient::Refs&)>& told) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    for (int i = 0; i < 80; ++i) {
      step(random);
      if (random() % 2) loop.run_until_idle();
    }
    for (int quiet = 0; quiet < 5; ++quiet) {
      loop.advance(1100ms);
      while (!asks.empty()) answer(random() % asks.size());
    }
    OfficialClient last;
    router.list("room:a", [&last](SharedBytes state) { last.state(state.view()); });
    loop.run_until_idle();
    while (!asks.empty()) answer();
    for (const auto& joined : clients) ASSERT_EQ(joined->client.refs(), told(last.refs()));
    clients.clear();
  }

  std::vector<std::unique_ptr<Joined>> clients;
  int refs = 0, answers = 0;
};

TEST_F(PresencesFetchedAtRandom, EveryClientAgreesWithTheServer) {
  for (unsigned seed = 0; seed < 400; ++seed) play(seed, [](const OfficialClient::Refs& all) { return all; });
  EXPECT_GT(answers, 0);
}

TEST_F(PresencesFetchedAtRandom, WhoIsToldOfTheFirstKeysAloneAgreesOnThem) {
  hooks.mode = PresenceMode::top(2);
  const auto first = [](OfficialClient::Refs all) {
    while (all.size() > 2) all.erase(std::prev(all.end()));
    return all;
  };
  for (unsigned seed = 0; seed < 400; ++seed) play(seed, first);
}

}  // namespace
}  // namespace roost::server
