// docs/guide/configuration.md says what the settings are: its table, its file, and what is told about a wrong one.
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <unistd.h>

#include "server/options.h"
#include "server/settings.h"

namespace roost::server {
namespace {

class ConfigurationGuide : public ::testing::Test {
 protected:
  ConfigurationGuide() {
    std::ostringstream text;
    text << std::ifstream(ROOST_CONFIGURATION_GUIDE).rdbuf();
    page = text.str();
    file = ::testing::TempDir() + "roost-guide-" + std::to_string(::getpid()) + ".toml";
  }
  ~ConfigurationGuide() override { std::filesystem::remove(file); }

  /// The `number`th block of that language, from 0.
  std::string block(const std::string& language, int number) const {
    const std::string fence = "```" + language + "\n";
    std::size_t at = page.find(fence);
    for (; number > 0 && at != std::string::npos; --number) at = page.find(fence, at + 1);
    if (at == std::string::npos) return "";
    at += fence.size();
    return page.substr(at, page.find("```", at) - at);
  }
  std::expected<Options, Exit> parse(const std::string& toml, std::vector<const char*> flags = {}) {
    std::ofstream(file) << toml;
    flags.insert(flags.begin(), {"engine", "--config", file.c_str()});
    return parse_options(static_cast<int>(flags.size()), flags.data());
  }

  std::string page;
  std::string file;
};

std::string row(const Setting& setting) {
  const auto code = [](const std::string& text) { return text.empty() ? "" : "`" + text + "`"; };
  return "| " + code(setting.key) + " | " + code(setting.flag) + " | " + code(setting.show({})) + " | " +
         setting.allowed + " | " + setting.help + " |\n";
}

TEST_F(ConfigurationGuide, ListsEverySettingWithItsDefault) {
  std::string table;
  for (const Setting& setting : settings()) table += row(setting);
  EXPECT_TRUE(page.contains("| --- |\n" + table + "\n"))
      << "the table of " << ROOST_CONFIGURATION_GUIDE << " is to be\n"
      << table;
}

TEST_F(ConfigurationGuide, ItsFileIsRight) {
  const auto options = parse(block("toml", 0));
  ASSERT_TRUE(options) << options.error().text;
  EXPECT_EQ(options->port, 8080);
  EXPECT_EQ(options->http.request_timeout, std::chrono::seconds(30));
  EXPECT_EQ(options->app.at("players_max"), 8);
}

TEST_F(ConfigurationGuide, ItsWrongFileIsToldAsItSays) {
  const auto options = parse(block("toml", 1), {"--shards", "many"});
  ASSERT_FALSE(options);
  std::string told = options.error().text;
  for (auto at = told.find(file); at != std::string::npos; at = told.find(file))
    told.replace(at, file.size(), "roost.toml");
  EXPECT_EQ("$ ./engine --config roost.toml --shards many\n" + told, block("console", 0));
}

}  // namespace
}  // namespace roost::server
