#include "server/logger.h"

#include <string>

#include <gtest/gtest.h>

namespace roost::server {
namespace {

std::string value(std::string_view text) {
  return format_line("what", {{"k", text}}).substr(7);
}

TEST(LogLines, ArePhrasesWithFields) {
  EXPECT_EQ(format_line("listening", {}), "listening");
  EXPECT_EQ(format_line("listening", {{"address", "127.0.0.1:4000"}, {"shards", "2"}}),
            "listening address=127.0.0.1:4000 shards=2");
}

TEST(LogLines, ValuesWithSpacesAreQuoted) {
  EXPECT_EQ(value("two words"), "\"two words\"");
  EXPECT_EQ(value(""), "\"\"");
  EXPECT_EQ(value("a=b"), "\"a=b\"");
  EXPECT_EQ(value("say \"hi\" \\ bye"), R"("say \"hi\" \\ bye")");
  EXPECT_EQ(value("größe"), "größe");
}

TEST(LogLines, NoValueCanBreakTheLineOrSteerATerminal) {
  EXPECT_EQ(value("a\nb"), R"("a\x0ab")");
  EXPECT_EQ(value(std::string_view("a\0b", 3)), R"("a\x00b")");
  for (int c = 0; c < 32; ++c) {
    const std::string line = value(std::string("a") + static_cast<char>(c) + "b");
    for (const char shown : line) EXPECT_GE(static_cast<unsigned char>(shown), ' ') << c;
  }
  EXPECT_EQ(value("\x1b[2J"), R"("\x1b[2J")");
  EXPECT_EQ(value("a\x7f"), R"("a\x7f")");
}

TEST(LogLines, LongValuesAreCut) {
  EXPECT_EQ(value(std::string(256, 'a')), std::string(256, 'a'));
  EXPECT_EQ(value(std::string(257, 'a')), "\"" + std::string(256, 'a') + "…\"");
}

TEST(LogLines, ACutDoesNotSplitACharacter) {
  EXPECT_EQ(value(std::string(255, 'a') + "ä" + "b"), "\"" + std::string(255, 'a') + "…\"");
}

TEST(Loggers, HaveTheLevelTheyAreGiven) {
  const auto log = make_logger("warn");
  EXPECT_FALSE(log->enabled(LogLevel::info));
  EXPECT_TRUE(log->enabled(LogLevel::warn));
  EXPECT_TRUE(log->enabled(LogLevel::error));
  EXPECT_TRUE(make_logger("error")->enabled(LogLevel::error));
  EXPECT_FALSE(make_logger("error")->enabled(LogLevel::warn));
  EXPECT_FALSE(make_logger("off")->enabled(LogLevel::error));
  EXPECT_TRUE(make_logger("trace")->enabled(LogLevel::trace));
}

}  // namespace
}  // namespace roost::server
