#include "server/options.h"

#include <cstdlib>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace roost::server {
namespace {

using ::testing::HasSubstr;

/// The environment as a test wants it, and as it was before, afterwards.
class Env {
 public:
  Env(const char* name, const char* value) : name_(name) { ::setenv(name, value, 1); }
  ~Env() { ::unsetenv(name_); }
  Env(const Env&) = delete;

 private:
  const char* name_;
};

std::expected<Options, Exit> parse(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), "roost");
  return parse_options(static_cast<int>(arguments.size()), arguments.data());
}

std::string refusal(std::vector<const char*> arguments) {
  const auto options = parse(std::move(arguments));
  if (options) return "it was taken";
  EXPECT_EQ(options.error().status, 2);
  return options.error().text;
}

TEST(OptionParsing, DefaultsAreThoseOfOptions) {
  const auto options = parse({});
  ASSERT_TRUE(options);
  EXPECT_EQ(options->host, "127.0.0.1");
  EXPECT_EQ(options->port, 4000);
  EXPECT_EQ(options->shards, 0u);
  EXPECT_EQ(options->db, "");
  EXPECT_EQ(options->log_level, "info");
  EXPECT_EQ(options->public_host, "localhost");
}

TEST(OptionParsing, TheContractIsAskedForByAFlag) {
  EXPECT_FALSE(parse({})->contract_ts);
  EXPECT_TRUE(parse({"--contract-ts"})->contract_ts);
}

TEST(OptionParsing, EveryOptionHasAFlag) {
  const auto options = parse({"--host", "::1", "--port", "0", "--shards=64", "--db", "x.db", "--log-level", "off",
                              "--public-host", "example.com"});
  ASSERT_TRUE(options) << options.error().text;
  EXPECT_EQ(options->host, "::1");
  EXPECT_EQ(options->port, 0);
  EXPECT_EQ(options->shards, 64u);
  EXPECT_EQ(options->db, "x.db");
  EXPECT_EQ(options->log_level, "off");
  EXPECT_EQ(options->public_host, "example.com");
}

TEST(OptionParsing, EveryOptionHasAVariable) {
  const Env host("ROOST_HOST", "::1"), port("ROOST_PORT", "65535"), shards("ROOST_SHARDS", "3"), db("ROOST_DB", "y.db"),
      level("ROOST_LOG_LEVEL", "debug"), name("ROOST_PUBLIC_HOST", "a.org");
  const auto options = parse({});
  ASSERT_TRUE(options) << options.error().text;
  EXPECT_EQ(options->host, "::1");
  EXPECT_EQ(options->port, 65535);
  EXPECT_EQ(options->shards, 3u);
  EXPECT_EQ(options->db, "y.db");
  EXPECT_EQ(options->log_level, "debug");
  EXPECT_EQ(options->public_host, "a.org");
}

TEST(OptionParsing, FlagsWinOverVariables) {
  const Env port("ROOST_PORT", "1111");
  EXPECT_EQ(parse({})->port, 1111);
  EXPECT_EQ(parse({"--port", "2222"})->port, 2222);
}

TEST(OptionParsing, AWrongValueIsNamedWithItsFlagAndRange) {
  for (const char* wrong : {"65536", "-1", "80x", "", "4e3", " 1", "99999999999999999999"})
    EXPECT_THAT(refusal({"--port", wrong}), ::testing::AllOf(HasSubstr("--port"), HasSubstr("0..65535"))) << wrong;
  EXPECT_THAT(refusal({"--shards", "65"}),
              ::testing::AllOf(HasSubstr("--shards"), HasSubstr("\"65\" is not a whole number in 0..64")));
  EXPECT_THAT(refusal({"--log-level", "loud"}),
              ::testing::AllOf(HasSubstr("--log-level"), HasSubstr("\"loud\" is not one of trace, debug")));
}

TEST(OptionParsing, AWrongVariableIsNamedToo) {
  const Env port("ROOST_PORT", "http");
  EXPECT_THAT(refusal({}), HasSubstr("ROOST_PORT: \"http\" is not a whole number in 0..65535"));
}

TEST(OptionParsing, TrustedProxiesMayBeGivenAgainOrAsAList) {
  using ::testing::ElementsAre;
  EXPECT_THAT(parse({})->trusted_proxies, ::testing::IsEmpty());
  EXPECT_THAT(parse({"--trusted-proxy", "10.0.0.0/8", "--trusted-proxy=::1"})->trusted_proxies,
              ElementsAre("10.0.0.0/8", "::1"));
  EXPECT_THAT(parse({"--trusted-proxy", "10.0.0.1,10.0.0.2"})->trusted_proxies, ElementsAre("10.0.0.1", "10.0.0.2"));
  const Env proxies("ROOST_TRUSTED_PROXY", "10.0.0.0/8, ::1");
  EXPECT_THAT(parse({})->trusted_proxies, ElementsAre("10.0.0.0/8", "::1"));
  EXPECT_THAT(parse({"--trusted-proxy", "127.0.0.1"})->trusted_proxies, ElementsAre("127.0.0.1"));
  EXPECT_THAT(refusal({"--trusted-proxy", "10.0.0.1", "10.0.0.2"}), HasSubstr("10.0.0.2"));
}

TEST(OptionParsing, AWrongProxyIsNamedWithItsFlag) {
  for (const char* wrong : {"localhost", "10.0.0.0/33", "10.0.0.1,*"})
    EXPECT_THAT(refusal({"--trusted-proxy", wrong}),
                ::testing::AllOf(HasSubstr("--trusted-proxy"), HasSubstr("is neither an address")));
  const Env proxies("ROOST_TRUSTED_PROXY", "10.0.0.1,proxy.local");
  EXPECT_THAT(refusal({}), HasSubstr("ROOST_TRUSTED_PROXY: \"proxy.local\" is neither"));
}

TEST(OptionParsing, AnUnknownFlagIsNamed) {
  EXPECT_THAT(refusal({"--prot", "1"}), HasSubstr("there is no --prot; did you mean --port?\nTry --help."));
  EXPECT_THAT(refusal({"stray"}), HasSubstr("stray"));
  EXPECT_THAT(refusal({"--port"}), HasSubstr("--port"));
}

TEST(OptionParsing, HelpNamesEveryFlagAndItsVariable) {
  const auto help = parse({"--help"});
  ASSERT_FALSE(help);
  EXPECT_EQ(help.error().status, 0);
  for (const char* word : {"--host", "--port", "--shards", "--db", "--log-level", "--public-host", "--trusted-proxy",
                           "ROOST_LOG_LEVEL", "4000"})
    EXPECT_THAT(help.error().text, HasSubstr(word));
}

TEST(OptionParsing, VersionIsSaid) {
  const auto version = parse({"--version"});
  ASSERT_FALSE(version);
  EXPECT_EQ(version.error().status, 0);
  EXPECT_THAT(version.error().text, HasSubstr("roost "));
}

TEST(OptionChecks, NameTheFieldThatIsWrong) {
  EXPECT_EQ(check_options({}), "");
  Options many, nowhere, loud;
  many.shards = 65;
  nowhere.host = "";
  loud.log_level = "loud";
  Options gullible;
  gullible.trusted_proxies = {"10.0.0.1", "10.0.0.1/8"};
  EXPECT_THAT(check_options(gullible), HasSubstr("trusted_proxies: \"10.0.0.1/8\" is neither"));
  EXPECT_EQ(check_options(many), "shards: \"65\" is not a whole number in 0..64");
  EXPECT_THAT(check_options(nowhere), HasSubstr("host: "));
  EXPECT_THAT(check_options(loud), HasSubstr("log_level: \"loud\""));
}

}  // namespace
}  // namespace roost::server
