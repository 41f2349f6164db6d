#include "tracker/phx_ref.h"

#include <set>

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace roost::tracker {
namespace {

std::string text(std::string_view meta, std::string_view ref = "R", std::string_view previous = {}) {
  const auto result = with_refs(meta, ref, previous);
  return result ? std::string(result->view()) : "error " + std::to_string(static_cast<int>(result.error()));
}

// PROTOCOL Q5: opaque and unique.
TEST(PhxRef, IsFourCharactersOfItsOriginAndTheDigitsOfItsNumber) {
  EXPECT_EQ(make_phx_ref(0, 0), "AAAAA");
  EXPECT_EQ(make_phx_ref(0x010203, 63), "AQID_");
  EXPECT_EQ(make_phx_ref(0x010203, 64), "AQIDBA");
  EXPECT_EQ(make_phx_ref(std::uint64_t(-1), 64 * 64 - 1), "______");
  EXPECT_EQ(make_phx_ref(0, std::uint64_t(-1)), "AAAAP__________");
}

TEST(PhxRef, DiffersForEachNumberOfEachOrigin) {
  std::set<std::string> refs;
  for (const std::uint64_t origin : {0u, 1u, 64u, 0x123456u, 0xffffffu})
    for (std::uint64_t number = 0; number < 10'000; ++number) refs.insert(make_phx_ref(origin, number));
  EXPECT_EQ(refs.size(), 50'000u);
}

TEST(WithRefs, PutsThemInFrontAndLeavesTheRestAsItIs) {
  EXPECT_EQ(text("{}"), R"({"phx_ref":"R"})");
  EXPECT_EQ(text(" {\n} "), R"({"phx_ref":"R"})");
  EXPECT_EQ(text(R"({"status":"online"})"), R"({"phx_ref":"R","status":"online"})");
  EXPECT_EQ(text(R"({"n":1e2,"big":123456789012345678901234567890})", "N", "O"),
            R"({"phx_ref":"N","phx_ref_prev":"O","n":1e2,"big":123456789012345678901234567890})");
}

TEST(WithRefs, DropsMembersOfTheseNamesAtTopLevelOnly) {
  EXPECT_EQ(text(R"({"phx_ref":"x"})"), R"({"phx_ref":"R"})");
  EXPECT_EQ(text(R"({"a":1,"phx_ref":{"deep":[1,"}",{}]},"b":{"phx_ref":2},"phx_ref_prev":null})"),
            R"({"phx_ref":"R","a":1,"b":{"phx_ref":2}})");
  EXPECT_EQ(text("{ \"phx_ref\" : 1 , \"a\" : [ true , \"\\\"\" ] }"),
            "{\"phx_ref\":\"R\",\"a\" : [ true , \"\\\"\" ]}");
  EXPECT_EQ(text(R"({"phx\u005fref":1,"a":-0.5})"), R"({"phx_ref":"R","a":-0.5})");
  EXPECT_EQ(text(R"({"phx_ref":1,"phx_ref":2,"phx_refs":3})"), R"({"phx_ref":"R","phx_refs":3})");
}

TEST(WithRefs, AnUpdateOfAnUpdateKeepsOnlyTheLastRefs) {
  const std::string first = text(R"({"s":1})", "A");
  const std::string second = text(first, "B", phx_ref_of(first));
  EXPECT_EQ(second, R"({"phx_ref":"B","phx_ref_prev":"A","s":1})");
  EXPECT_EQ(text(second, "C", phx_ref_of(second)), R"({"phx_ref":"C","phx_ref_prev":"B","s":1})");
}

TEST(WithRefs, AMetaThatIsNoObjectIsAnError) {
  for (const char* meta : {"null", "\"s\"", "[1]", "1", "true"})
    EXPECT_EQ(with_refs(meta, "R").error(), MetaError::not_an_object) << meta;
  for (const char* meta : {"", "{", "{}{}", "{\"a\":}", "{'a':1}", "{\"a\":\"\xff\"}", "nul"})
    EXPECT_EQ(with_refs(meta, "R").error(), MetaError::not_json) << meta;
  const std::string deep = R"({"a":)" + std::string(100, '[') + std::string(100, ']') + '}';
  EXPECT_EQ(with_refs(deep, "R").error(), MetaError::not_json);
}

TEST(WithPrevious, NamesAnotherMetaAndLeavesTheRest) {
  const auto changed = [](std::string_view meta) {
    const auto result = with_previous(meta, "P");
    return result ? std::string(result->view()) : "none";
  };
  EXPECT_EQ(changed(text(R"({"phx_ref_prev":1,"n":"phx_ref_prev"})", "R", "OLD")),
            R"({"phx_ref":"R","phx_ref_prev":"P","n":"phx_ref_prev"})");
  EXPECT_EQ(changed(text("{}", "R", "OLD")), R"({"phx_ref":"R","phx_ref_prev":"P"})");
  for (const char* without : {R"({"phx_ref":"R"})", R"({"phx_ref":"R","n":1})", "{}", "", R"({"phx_ref":"R)",
                              R"({"phx_ref":"R","phx_ref_prev":"O)", R"({"phx_ref":"R","n":{"phx_ref_prev":"O"}})"})
    EXPECT_EQ(changed(without), "none") << without;
}

TEST(WithRefs, WhatComesOutIsAlwaysAnObjectThatStartsWithTheRef) {
  for (const char* meta :
       {R"({"__proto__":{"x":1}})", R"({"":""})", "{\"a\":\"\\u0000\\\\\"}", R"({"phx_ref":"\"}","z":"{["})"}) {
    const auto out = text(meta, "R", "P");
    const auto value = boost::json::parse(out);
    EXPECT_EQ(value.as_object().begin()->key(), "phx_ref") << out;
    EXPECT_EQ(phx_ref_of(out), "R");
  }
  EXPECT_EQ(phx_ref_of("{}"), "");
}

}  // namespace
}  // namespace roost::tracker
