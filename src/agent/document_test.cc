#include <gtest/gtest.h>

#include <roost/document.hpp>

namespace roost {
namespace {

using detail::DocumentLog;

boost::json::value hits(int count) {
  return {{"hits", count}};
}
Payload params(std::string_view text) {
  return Payload::json_text(text);
}
std::string patch_of(DocumentLog& log, boost::json::value state) {
  const auto patch = log.advance(std::move(state));
  return patch ? std::string(patch->view()) : "nothing";
}
std::string answer(DocumentLog& log, std::string_view text = "{}") {
  return std::string(log.answer(params(text)).view());
}

constexpr std::string_view kPatch2 = R"({"epoch":"e","version":2,"ops":[{"op":"replace","path":"/hits","value":1}]})";
constexpr std::string_view kPatch3 = R"({"epoch":"e","version":3,"ops":[{"op":"replace","path":"/hits","value":2}]})";

DocumentLog started() {
  DocumentLog log("e");
  log.start({{"hits", 0}, {"pad", std::string(100, 'x')}});
  return log;
}
boost::json::value padded(int count) {
  return {{"hits", count}, {"pad", std::string(100, 'x')}};
}

TEST(DocumentLog, GivesTheWholeStateToWhoHasNothing) {
  DocumentLog log("e");
  log.start(hits(7));
  EXPECT_EQ(answer(log), R"({"epoch":"e","version":1,"state":{"hits":7}})");
}

TEST(DocumentLog, MakesOnePatchOfEachChangeAndNoneOfNone) {
  DocumentLog log = started();
  EXPECT_EQ(patch_of(log, padded(1)), kPatch2);
  EXPECT_EQ(patch_of(log, padded(1)), "nothing");
  EXPECT_EQ(patch_of(log, padded(2)), kPatch3);
  EXPECT_EQ(log.version(), 3);
}

TEST(DocumentLog, GivesWhatIsMissingToWhoComesBack) {
  DocumentLog log = started();
  patch_of(log, padded(1));
  patch_of(log, padded(2));
  const std::string both = std::string(kPatch2) + "," + std::string(kPatch3);
  EXPECT_EQ(answer(log, R"({"roost":{"epoch":"e","version":1},"mine":1})"),
            R"({"epoch":"e","version":3,"patches":[)" + both + "]}");
  EXPECT_EQ(answer(log, R"({"roost":{"epoch":"e","version":2}})"),
            R"({"epoch":"e","version":3,"patches":[)" + std::string(kPatch3) + "]}");
  EXPECT_EQ(answer(log, R"({"roost":{"epoch":"e","version":3}})"), R"({"epoch":"e","version":3,"patches":[]})");
}

TEST(DocumentLog, GivesTheWholeToWhoIsOfAnotherHistoryOrTalksNonsense) {
  DocumentLog log("e");
  log.start(hits(0));
  patch_of(log, hits(1));
  for (const char* text :
       {R"({"roost":{"epoch":"f","version":1}})", R"({"roost":{"epoch":"e","version":0}})",
        R"({"roost":{"epoch":"e","version":3}})", R"({"roost":{"epoch":"e","version":-9223372036854775808}})",
        R"({"roost":{"epoch":"e","version":1.5}})", R"({"roost":{"epoch":1,"version":1}})", R"({"roost":{}})",
        R"({"roost":1})", R"({"roost":null})", "[]", "1", "null"})
    EXPECT_EQ(answer(log, text), R"({"epoch":"e","version":2,"state":{"hits":1}})") << text;
  EXPECT_EQ(log.answer(Payload::bytes("x")).view(), R"({"epoch":"e","version":2,"state":{"hits":1}})");
}

TEST(DocumentLog, SendsTheWholeWhereThePatchWouldBeLonger) {
  DocumentLog log("e");
  log.start({{"a", 1}, {"b", 2}, {"c", 3}});
  EXPECT_EQ(patch_of(log, {{"a", 2}, {"b", 3}, {"c", 4}}),
            R"({"epoch":"e","version":2,"ops":[{"op":"replace","path":"","value":{"a":2,"b":3,"c":4}}]})");
}

TEST(DocumentLog, RemembersSoManyPatches) {
  DocumentLog log = started();
  for (int i = 1; i <= 1'500; ++i) patch_of(log, padded(i));
  const auto comes_back = [&log](int version) {
    const auto text = answer(log, R"({"roost":{"epoch":"e","version":)" + std::to_string(version) + "}}");
    return text.find("\"patches\"") != std::string::npos;
  };
  EXPECT_TRUE(comes_back(501));
  EXPECT_FALSE(comes_back(500));
}

TEST(DocumentLog, RemembersSoManyBytes) {
  DocumentLog log("e");
  log.start("");
  patch_of(log, boost::json::string(DocumentLog::kPatchBytesMax, 'x'));
  EXPECT_NE(answer(log, R"({"roost":{"epoch":"e","version":1}})").find("\"state\""), std::string::npos);
  patch_of(log, "short");
  EXPECT_NE(answer(log, R"({"roost":{"epoch":"e","version":2}})").find("\"patches\":[{"), std::string::npos);
}

TEST(DocumentLog, StaysAsItIsWhenJsonCannotHoldTheState) {
  DocumentLog log("e");
  log.start(hits(0));
  EXPECT_THROW(log.advance({{"hits", "\xff"}}), std::invalid_argument);
  EXPECT_EQ(answer(log), R"({"epoch":"e","version":1,"state":{"hits":0}})");
}

}  // namespace
}  // namespace roost
