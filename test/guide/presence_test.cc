// The code of docs/guide/presence.md, compiled and run. `./dev check` compares the page with this file.
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <roost/roost.hpp>
#include <roost/testing.hpp>

namespace stadium {

struct Reading {
  int battery = 100;
};
BOOST_DESCRIBE_STRUCT(Reading, (), (battery))

struct Job {
  int done = 0;
  std::shared_ptr<roost::TrackedPresence> presence;
};

class Stadium : public roost::Channel {
 public:
  static void events(roost::Events<Stadium>&) {}
  roost::JoinReply join() {
    after_join([this] { push_presence_state(); });
    return roost::ok();
  }
};

class Works : public roost::Channel {
 public:
  Works(roost::App& app, roost::Agent<Job> job) : app_(app), job_(std::move(job)) {}
  static void events(roost::Events<Works>& on) { on.event("begin", &Works::begin).event("end", &Works::end); }
  roost::JoinReply join() { return roost::ok(); }

  roost::Task<roost::Reply> begin() {
    const auto begin = [jobs = app_.presence("jobs")](Job& job) {
      job.presence = std::make_shared<roost::TrackedPresence>(jobs.track("job:1", {{"done", 0}}).value());
    };
    co_await job_.update(begin);
    co_return roost::ok(boost::json::value(co_await app_.presence("jobs").list()));
  }
  roost::Task<roost::Reply> end() {
    co_await job_.update([](Job& job) { job.presence.reset(); });
    co_return roost::ok();
  }

 private:
  roost::App& app_;
  roost::Agent<Job> job_;
};

class Room : public roost::Channel {
 public:
  static void events(roost::Events<Room>&) {}
  roost::JoinReply join() {
    after_join([this] {
      track("ada", {{"at", 1}});
      push_presence_state();
    });
    return roost::ok();
  }
};

std::map<std::string, std::string> names_in_database(const std::vector<std::string>& ids) {
  std::map<std::string, std::string> names;
  for (const std::string& id : ids) names[id] = "Name of " + id;
  return names;
}

roost::Task<boost::json::object> with_names(roost::App& app, boost::json::object people) {
  std::vector<std::string> ids;
  for (const auto& person : people) ids.emplace_back(person.key());
  const auto look_up = [ids = std::move(ids)] { return names_in_database(ids); };
  auto names = co_await app.blocking(look_up);
  for (auto& person : people) person.value().as_object()["name"] = names[std::string(person.key())];
  co_return people;
}

std::string refused(roost::PresenceError why) {
  return std::string(roost::to_string(why));
}

std::string fleet(roost::App& app) {
  auto device = app.presence("fleet").track("device:7", Reading{.battery = 80});
  if (!device) return refused(device.error());
  if (const auto taken = device->confirm().wait(); !taken) return refused(taken.error());
  device->update(Reading{.battery = 79});
  device->update([](boost::json::object meta) {
    meta["battery"] = meta["battery"].as_int64() - 1;
    return meta;
  });
  const boost::json::object everybody = app.presence("fleet").list().wait();
  const boost::json::value one = app.presence("fleet").get_by_key("device:7").wait();
  EXPECT_EQ(everybody.at("device:7"), one);
  return std::to_string(one.at("metas").at(0).at("battery").as_int64());
}

void set_up(roost::App& app) {
  app.socket("/socket").channel<Stadium>("stadium:*").presence_mode(roost::PresenceMode::counts);
  app.socket("/socket").channel<Stadium>("hall:*").presence_mode(roost::PresenceMode::top(12));
  app.socket("/socket").channel<Stadium>("fleet");
  app.socket("/socket").channel<Room>("room:*").presence_fetch(
      [&app](const std::string&, boost::json::object people) { return with_names(app, std::move(people)); });
  app.socket("/socket").channel<Works>("works", std::ref(app), app.agent<Job>("job"));
}

}  // namespace stadium

namespace {

struct PresenceGuide : ::testing::Test {
  PresenceGuide() {
    stadium::set_up(server.app());
    server.run();
  }
  roost::testing::Server server;
};

TEST_F(PresenceGuide, DevicesArePresentWithoutAChannel) {
  auto page = server.connect().join("fleet");
  page.expect_push("presence_state", boost::json::value(boost::json::object()));
  EXPECT_EQ(stadium::fleet(server.app()), "78");
  page.expect_broadcast("presence_diff");
}

TEST_F(PresenceGuide, RefusalsAreCoded) {
  const std::string large(100'000, 'x');
  EXPECT_EQ(server.app().presence("fleet").track(large, {}).error(), roost::PresenceError::key_too_long);
}

TEST_F(PresenceGuide, AgentsArePresent) {
  auto works = server.connect().join("works");
  EXPECT_NE(works.call("begin").view().find("job:1"), std::string::npos);
  works.call("end");
  EXPECT_TRUE(server.app().presence("jobs").list().wait().empty());
}

TEST_F(PresenceGuide, NamesComeFromADatabase) {
  auto room = server.connect().join("room:1");
  const auto named = [](const roost::Payload& it) { return it.view().find("Name of ada") != std::string_view::npos; };
  room.expect_broadcast("presence_diff", roost::testing::matching<roost::Payload>(named));
  room.expect_push("presence_state", roost::testing::matching<roost::Payload>(named));
  EXPECT_EQ(server.app().presence("room:1").get_by_key("ada").wait().at("name").as_string(), "Name of ada");
}

}  // namespace
