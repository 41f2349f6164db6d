// Options from a file in TOML, with the environment and flags on top; what is wrong is told all at once.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <roost/json.hpp>

#include "server/config_file.h"
#include "server/options.h"
#include "server/settings.h"

namespace roost::server {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class Config : public ::testing::Test {
 protected:
  Config() {
    const auto* info = ::testing::UnitTest::GetInstance()->current_test_info();
    path = ::testing::TempDir() + "roost-" + info->name() + "-" + std::to_string(::getpid()) + ".toml";
  }
  ~Config() override { std::filesystem::remove(path); }
  void write(std::string_view text) { std::ofstream(path) << text; }
  std::expected<Options, Exit> parse(std::vector<const char*> more = {}, Options defaults = {}) {
    std::vector<const char*> arguments = {"roost", "--config", path.c_str()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return parse_options(static_cast<int>(arguments.size()), arguments.data(), std::move(defaults));
  }
  /// What is wrong, without the name of the file and the last line.
  std::string wrong(std::vector<const char*> more = {}) {
    const auto options = parse(std::move(more));
    if (options) return "nothing";
    std::string text = options.error().text;
    for (auto at = text.find(path); at != std::string::npos; at = text.find(path))
      text.replace(at, path.size(), "FILE");
    return text.substr(0, text.find("Try --help."));
  }
  std::string path;
};

TEST_F(Config, AFileSetsEveryKind) {
  write(R"(
host = "0.0.0.0"
port = 8080
trusted_proxies = ["10.0.0.1", "10.0.0.0/8"]
[http]
body_bytes_max = 1_000
request_timeout = "30s"
[drain]
refuse_new = true
[mailbox]
patience = "500ms"
[cluster]
nats = "nats://a:4222"
nats_tls = true
)");
  const auto options = parse();
  ASSERT_TRUE(options) << options.error().text;
  EXPECT_EQ(options->host, "0.0.0.0");
  EXPECT_EQ(options->port, 8080);
  EXPECT_THAT(options->trusted_proxies, ElementsAre("10.0.0.1", "10.0.0.0/8"));
  EXPECT_EQ(options->http.body_bytes_max, 1000u);
  EXPECT_EQ(options->http.request_timeout, milliseconds(30'000));
  EXPECT_TRUE(options->drain.refuse_new);
  EXPECT_EQ(options->mailbox.patience, milliseconds(500));
  EXPECT_THAT(options->cluster.nats, ElementsAre("nats://a:4222"));
  EXPECT_TRUE(options->cluster.nats_tls);
}

TEST_F(Config, FlagsWinOverTheEnvironmentOverTheFileOverDefaults) {
  write("port = 2\nhost = \"file\"\ndb = \"file\"\n");
  Options defaults;
  defaults.host = defaults.db = defaults.public_host = defaults.log_level = "off";
  ::setenv("ROOST_HOST", "environment", 1);
  const auto options = parse({"--port", "3"}, defaults);
  ::unsetenv("ROOST_HOST");
  ASSERT_TRUE(options) << options.error().text;
  EXPECT_EQ(options->port, 3);
  EXPECT_EQ(options->host, "environment");
  EXPECT_EQ(options->db, "file");
  EXPECT_EQ(options->public_host, "off");
}

TEST_F(Config, EverythingThatIsWrongIsToldAtOnce) {
  write("port = 99999\nlog_levle = \"info\"\n[drain]\npatience = 5\nrefuse_new = \"maybe\"\n");
  EXPECT_EQ(wrong({"--shards", "many", "--prot", "1"}),
            "FILE:1: port: \"99999\" is not a whole number in 0..65535\n"
            "FILE:2: there is no log_levle; did you mean log_level?\n"
            "FILE:4: drain.patience: \"5\" is not a duration such as 500ms, 30s, 5m or 1h\n"
            "FILE:5: drain.refuse_new: \"maybe\" is neither true nor false\n"
            "--shards: \"many\" is not a whole number in 0..64\n"
            "there is no --prot; did you mean --port?\n");
}

TEST_F(Config, ValuesOfTheWrongKindAreNamed) {
  write("port = [1, 2]\nhost = 1979-05-27\n");
  EXPECT_THAT(wrong(), HasSubstr("FILE:1: port is one value, not a list\n"));
  EXPECT_THAT(wrong(), HasSubstr("FILE:2: host is neither a text, a number, a boolean, nor a list of these\n"));
}

TEST_F(Config, AFileThatIsNoTomlIsNamedWithTheLine) {
  write("port = 1\nhost = \n");
  EXPECT_THAT(wrong(), ::testing::StartsWith("FILE:2: "));
  path += ".missing";
  EXPECT_EQ(wrong(), "FILE: cannot be read\n");
}

TEST_F(Config, TheTableAppIsTheApplications) {
  write("[app]\nlimit = 3\nnames = [\"a\"]\n[app.inner]\non = true\n");
  EXPECT_EQ(boost::json::value(parse()->app), boost::json::parse(R"({"limit":3,"names":["a"],"inner":{"on":true}})"));
}

TEST_F(Config, MayBeReadWithoutACommandLine) {
  write("port = 7\n");
  EXPECT_EQ(read_options(path)->port, 7);
  EXPECT_EQ(read_options("")->port, 4000);
  write("prot = 7\n");
  EXPECT_THAT(read_options(path).error(), ElementsAre(path + ":1: there is no prot; did you mean port?"));
}

TEST(Settings, EveryDefaultIsAValueThatFits) {
  EXPECT_EQ(check_options({}), "");
}

TEST(Settings, OnlyANearNameIsSuggested) {
  const std::vector<std::string> names = {"port", "host", "log_level"};
  EXPECT_EQ(closest("prot", names), "port");
  EXPECT_EQ(closest("loglevel", names), "log_level");
  EXPECT_EQ(closest("something", names), "");
}

}  // namespace
}  // namespace roost::server
