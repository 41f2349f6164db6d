#include "base/encoding.h"

#include <gtest/gtest.h>

namespace roost {
namespace {

TEST(Base64, KnowsTheVectorsOfRfc4648) {
  const std::pair<std::string_view, std::string_view> vectors[] = {{"", ""},
                                                                   {"f", "Zg=="},
                                                                   {"fo", "Zm8="},
                                                                   {"foo", "Zm9v"},
                                                                   {"foob", "Zm9vYg=="},
                                                                   {"fooba", "Zm9vYmE="},
                                                                   {"foobar", "Zm9vYmFy"}};
  for (const auto& [bytes, text] : vectors) {
    EXPECT_EQ(base64_encode(bytes), text);
    EXPECT_EQ(base64_decode(text, Base64::standard_padded), bytes);
  }
}

TEST(Base64, PaddingIsDemandedOnlyWhereItIsSaid) {
  EXPECT_EQ(base64_decode("Zg", Base64::standard_padded), std::nullopt);
  EXPECT_EQ(base64_decode("Zg", Base64::standard), "f");
  EXPECT_EQ(base64_decode("Zg==", Base64::standard), "f");
}

TEST(Base64, AlphabetsAreKeptApartUnlessEitherIsAsked) {
  EXPECT_EQ(base64_decode("-_8", Base64::standard), std::nullopt);
  EXPECT_EQ(base64_decode("+/8", Base64::url), std::nullopt);
  EXPECT_EQ(base64_decode("-_8", Base64::either), base64_decode("+/8", Base64::either));
}

TEST(Base64, RefusesWhatNoEncoderWrites) {
  for (const char* text : {"A", "A===", "Zh==", "Zg==Zg==", "Z g=", "Zg=\n"})
    EXPECT_EQ(base64_decode(text, Base64::standard), std::nullopt) << text;
}

}  // namespace
}  // namespace roost
