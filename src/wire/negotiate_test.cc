#include "wire/negotiate.h"

#include <gtest/gtest.h>

namespace roost::wire {
namespace {

std::string chosen(std::optional<std::string_view> vsn) {
  const auto result = negotiate(vsn);
  if (result) return std::string((*result)->name());
  return result.error() == VersionError::invalid ? "invalid" : "unmatched";
}

TEST(Negotiate, V1IsForClientsThatDoNotSay) {
  EXPECT_EQ(chosen(std::nullopt), "v1_json");
}

TEST(Negotiate, PatchesAndBuildsMatch) {  // connect_vsn
  for (const char* vsn : {"1.0.0", "1.0.9", "1.0.0+b1", "1.0.99999999999999999999999"})
    EXPECT_EQ(chosen(vsn), "v1_json") << vsn;
  for (const char* vsn : {"2.0.0", "2.0.5", "2.0.0+b1", "2.0.0+b-1.02", "2.0.10"})
    EXPECT_EQ(chosen(vsn), "v2_json") << vsn;
}

TEST(Negotiate, OtherVersionsDoNotMatch) {
  for (const char* vsn : {"1.1.0", "2.1.0", "3.0.0", "0.0.0", "123.1.1", "20.0.0", "99999999999999999999.0.0"})
    EXPECT_EQ(chosen(vsn), "unmatched") << vsn;
}

TEST(Negotiate, APreReleaseComesBeforeItsVersion) {
  EXPECT_EQ(chosen("2.0.0-rc.1"), "unmatched");
  EXPECT_EQ(chosen("2.1.0-rc.1"), "unmatched");
  EXPECT_EQ(chosen("2.0.1-rc.1"), "v2_json");  // as Version.match?/2 has it: later than 2.0.0
}

TEST(Negotiate, HalfVersionsAreInvalid) {
  for (const char* vsn : {"",       "2",      "2.0",         "garbage",  "02.0.0",     "2.00.0",    "2.0.0.0",
                          "2.0.",   ".0.0",   "2..0",        " 2.0.0",   "2.0.0 ",     "v2.0.0",    "-2.0.0",
                          "2.0.0-", "2.0.0+", "2.0.0-rc..1", "2.0.0-01", "2.0.0-rc_1", "2.0.0+b+c", "2.0.x"})
    EXPECT_EQ(chosen(vsn), "invalid") << vsn;
}

TEST(Negotiate, TheFirstOfferThatMatchesWins) {
  const Offer offers[] = {{{2, 0, 3}, &v1_json()}, {{2, 0, 0}, &v2_json()}};
  EXPECT_EQ(negotiate("2.0.3", offers), &v1_json());
  EXPECT_EQ(negotiate("2.0.2", offers), &v2_json());
  EXPECT_EQ(negotiate(std::nullopt, offers).error(), VersionError::unmatched);
}

bool fits(std::string_view requirement, std::string_view version) {
  return Requirement::parse(requirement).value().matches(Version::parse(version).value());
}

TEST(Requirement, WithAPatchTakesThatOrALaterOne) {
  for (const char* version : {"3.1.2", "3.1.3", "3.1.9", "3.1.3-rc.1", "3.1.2+b1"})
    EXPECT_TRUE(fits("~> 3.1.2", version)) << version;
  for (const char* version : {"3.1.1", "3.1.2-rc.1", "3.2.0", "3.2.0-rc.1", "3.0.9", "4.1.2", "2.1.2"})
    EXPECT_FALSE(fits("~> 3.1.2", version)) << version;
}

TEST(Requirement, WithoutAPatchTakesLaterMinorVersionsToo) {
  for (const char* version : {"3.1.0", "3.1.5", "3.2.0", "3.2.0-rc.1", "3.99.0"})
    EXPECT_TRUE(fits("~> 3.1", version)) << version;
  for (const char* version : {"3.0.9", "3.1.0-rc.1", "4.0.0", "4.0.0-rc.1", "2.1.0"})
    EXPECT_FALSE(fits("~> 3.1", version)) << version;
}

TEST(Requirement, IsReadAsElixirDoes) {
  for (const char* text : {"~> 3.0.0", "~>3.0.0", "  ~>   3.0.0 "})
    EXPECT_EQ(Requirement::parse(text).value().text(), "~> 3.0.0") << text;
  EXPECT_EQ(Requirement::parse("~> 3.0").value().text(), "~> 3.0");
  for (const char* text :
       {"", "~>", "~> ", "~> 3", "3.0.0", "== 3.0.0", ">= 3.0.0", "~> 3.0.0.0", "~> 03.0.0", "~> 3.0.x", "~> 3..0",
        "~> 3.0.", "~ > 3.0", "~> v3.0", "~> -3.0", "~> 3. 0", "~> 3.0 and ~> 3.1", "~> 3.0.0-rc.1", "~> 3.0.0+b1"})
    EXPECT_FALSE(Requirement::parse(text)) << text;
}

TEST(Negotiate, SaysWhatPhoenixLogs) {  // F20
  EXPECT_EQ(describe(VersionError::invalid, "x\n"), R"(Client sent invalid transport version "x\n")");
  EXPECT_EQ(describe(VersionError::unmatched, "3.0.0"),
            R"(The client's requested transport version "3.0.0" does not match server's version requirements of )"
            "[v1_json ~> 1.0.0, v2_json ~> 2.0.0]");
}

}  // namespace
}  // namespace roost::wire
