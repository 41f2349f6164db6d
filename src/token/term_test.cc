#include <limits>
#include <stdexcept>

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <roost/term.hpp>

namespace roost {
namespace {

TEST(Term, IsMadeOfPlainValues) {
  EXPECT_TRUE(Term().is_nil());
  EXPECT_TRUE(Term(nullptr).is_nil());
  EXPECT_EQ(*Term(true).get_if<bool>(), true);
  EXPECT_EQ(Term(-7).integer(), -7);
  EXPECT_EQ(*Term(1.5).get_if<double>(), 1.5);
  EXPECT_EQ(*Term("text").string(), "text");
  EXPECT_EQ(Term("7").integer(), std::nullopt);
}

TEST(Term, IntegersAreSmallWhereTheyFit) {
  using Int = std::numeric_limits<std::int64_t>;
  EXPECT_EQ(Term(Int::max()).integer(), Int::max());
  EXPECT_EQ(Term(Int::min()).integer(), Int::min());
  const Term beyond = std::uint64_t{1} << 63;
  EXPECT_EQ(beyond.integer(), std::nullopt);
  EXPECT_EQ(*beyond.get_if<BigInteger>(), (BigInteger{false, std::string("\0\0\0\0\0\0\0\x80", 8)}));
  EXPECT_EQ(Term::integer(true, {"\0\0\0\0\0\0\0\x80", 8}).integer(), Int::min());
  EXPECT_EQ(Term::integer(true, {"\1\0\0\0\0\0\0\x80", 8}).integer(), std::nullopt);
  EXPECT_EQ(Term::integer(true, {"\0\0", 2}).integer(), 0);
}

TEST(Term, AtomsOfNilAndBooleansAreTheseValues) {
  EXPECT_EQ(Term(Atom{"nil"}), Term(nullptr));
  EXPECT_EQ(Term(Atom{"true"}), Term(true));
  EXPECT_EQ(Term(Atom{"false"}), Term(false));
  EXPECT_NE(Term(Atom{"admin"}), Term("admin"));
}

TEST(Term, RefusesWhatErlangHasNot) {
  EXPECT_THROW(Term{std::numeric_limits<double>::quiet_NaN()}, std::invalid_argument);
  EXPECT_THROW(Term{std::numeric_limits<double>::infinity()}, std::invalid_argument);
  EXPECT_THROW(Term(Atom{"\xff"}), std::invalid_argument);
  EXPECT_THROW(Term(Atom{std::string(256, 'a')}), std::invalid_argument);
  EXPECT_NO_THROW(Term(Atom{std::string(255, 'a')}));
  EXPECT_THROW(Term::map({{"a", 1}, {"a", 2}}), std::invalid_argument);
}

TEST(Term, MapsAreEqualWhateverTheirOrder) {
  EXPECT_EQ(Term::map({{"a", 1}, {"b", 2}}), Term::map({{"b", 2}, {"a", 1}}));
  EXPECT_NE(Term::map({{"a", 1}, {"b", 2}}), Term::map({{"a", 1}, {"b", 3}}));
  EXPECT_NE(Term::map({{1, 1}}), Term::map({{1.0, 1}}));
}

TEST(Term, FindsMembersByStringThenByAtom) {
  const Term map = Term::map({{"id", 1}, {Atom{"id"}, 2}, {Atom{"role"}, Atom{"admin"}}});
  EXPECT_EQ(*map.find("id"), Term(1));
  EXPECT_EQ(*map.find("role"), Term(Atom{"admin"}));
  EXPECT_EQ(map.find("name"), nullptr);
  EXPECT_EQ(map.find("\xff"), nullptr);
  EXPECT_EQ(Term(1).find("id"), nullptr);
}

TEST(Term, GoesToJsonAndBack) {
  const auto json = boost::json::parse(R"({"a":[1,-2,2.5,"x",null,true,18446744073709551615],"b":{}})");
  EXPECT_EQ(Term::from_json(json).to_json(), json);
}

TEST(Term, BecomesJsonAsElixirWouldWriteIt) {
  const Term term = Term::map({{Atom{"user_id"}, 1}, {"status", Term::tuple({Atom{"ok"}, nullptr})}});
  EXPECT_EQ(term.to_json(), boost::json::parse(R"({"user_id":1,"status":["ok",null]})"));
}

TEST(Term, IsNotJsonWhereJsonHasNoWord) {
  EXPECT_EQ(Term("\xff").to_json(), std::nullopt);
  EXPECT_EQ(Term::integer(true, "123456789").to_json(), std::nullopt);
  EXPECT_EQ(Term::list({Term::integer(false, "123456789")}).to_json(), std::nullopt);
  EXPECT_EQ(Term::map({{1, "number as key"}}).to_json(), std::nullopt);
  EXPECT_EQ(Term::map({{"id", 1}, {Atom{"id"}, 2}}).to_json(), std::nullopt);
}

}  // namespace
}  // namespace roost
