#include <cmath>
#include <stdexcept>

#include <gtest/gtest.h>

#include <roost/json.hpp>

namespace roost {
namespace {

TEST(JsonText, IsTheTextOfAValue) {
  EXPECT_EQ(json_text({{"a", {1, "é", nullptr}}}), R"({"a":[1,"é",null]})");
}

TEST(JsonText, RefusesNumbersThatJsonHasNotHoweverDeep) {
  for (const double number : {std::nan(""), HUGE_VAL, -HUGE_VAL}) {
    EXPECT_THROW(json_text(number), std::invalid_argument);
    EXPECT_THROW(json_text(boost::json::array{1, boost::json::object{{"a", number}}}), std::invalid_argument);
  }
}

TEST(JsonText, RefusesTextThatIsNotUtf8InValuesAndNames) {
  EXPECT_THROW(json_text("\xff"), std::invalid_argument);
  EXPECT_THROW(json_text(boost::json::object{{"\xc3(", 1}}), std::invalid_argument);
}

}  // namespace
}  // namespace roost
