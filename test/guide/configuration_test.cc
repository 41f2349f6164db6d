// The C++ of docs/guide/configuration.md, compiled and run. `./dev check` compares the page with this file;
// src/server/settings_guide_test.cc the rest of the page with the settings.
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

#include <gtest/gtest.h>
#include <unistd.h>

#include <roost/roost.hpp>
#include <roost/testing.hpp>

struct Rules {
  std::int64_t players_max = 4;
  std::optional<std::string> motto;
};
BOOST_DESCRIBE_STRUCT(Rules, (), (players_max, motto))

Rules rules_of(const roost::App& app) {
  auto rules = roost::from_json<Rules>(app.options().app);
  if (!rules) throw std::runtime_error("[app]: " + rules.error().path + ": expected " + rules.error().expected);
  return *rules;
}

roost::App make_app(int argc, char** argv) {
  roost::Options defaults;
  defaults.port = 8080;
  defaults.db = "engine.db";
  return roost::App::from_args(argc, argv, defaults);
}

int with_flags_of_its_own(const std::string& file) {
  roost::Options defaults;
  defaults.log_level = "warn";
  const auto options = roost::read_options(file, defaults);
  if (!options) {
    for (const std::string& wrong : options.error()) std::fprintf(stderr, "%s\n", wrong.c_str());
    return 2;
  }
  roost::App app(*options);
  app.http_limits({.body_bytes_max = 1'000});
  app.socket("/game").limits({.channels_max = 3}).check_origin(roost::CheckOrigin::list({"https://example.org"}));
  return app.options().log_level == "warn" ? 0 : 1;
}

namespace {

class ConfigurationInCode : public ::testing::Test {
 protected:
  ~ConfigurationInCode() override { std::filesystem::remove(file); }
  std::string file = ::testing::TempDir() + "roost-configuration-" + std::to_string(::getpid()) + ".toml";
};

TEST_F(ConfigurationInCode, FlagsOverDefaults) {
  char name[] = "engine", flag[] = "--port", value[] = "4100";
  char* argv[] = {name, flag, value, nullptr};
  EXPECT_EQ(make_app(1, argv).options().port, 8080);
  EXPECT_EQ(make_app(3, argv).options().port, 4100);
  EXPECT_EQ(make_app(3, argv).options().db, "engine.db");
}

TEST_F(ConfigurationInCode, ReadOptions) {
  std::ofstream(file) << "port = 4100\n";
  EXPECT_EQ(with_flags_of_its_own(file), 0);
  std::ofstream(file) << "prot = 4100\n";
  EXPECT_EQ(with_flags_of_its_own(file), 2);
}

TEST_F(ConfigurationInCode, TheTableAppIsTheApplications) {
  roost::Options options;
  options.app = {{"players_max", 8}};
  EXPECT_EQ(rules_of(roost::testing::Server(options).app()).players_max, 8);
  options.app = {{"players_max", "many"}};
  EXPECT_THROW(rules_of(roost::testing::Server(options).app()), std::runtime_error);
}

}  // namespace
