#include "wire/json_string.h"

#include <gtest/gtest.h>

namespace roost::wire {
namespace {

std::string json_of(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

std::string unescaped(std::string_view body) {
  std::string out;
  append_unescaped(out, body);
  return out;
}

TEST(JsonString, EscapesOnlyWhatItMust) {
  using namespace std::string_view_literals;
  EXPECT_EQ(json_of(""), R"("")");
  EXPECT_EQ(json_of("room:42"), R"("room:42")");
  EXPECT_EQ(json_of("q\"\\/"), R"("q\"\\/")");
  EXPECT_EQ(json_of("\b\f\n\r\t"), R"("\b\f\n\r\t")");
  EXPECT_EQ(json_of("\0\x01\x1f"sv), R"("\u0000\u0001\u001F")");
  EXPECT_EQ(json_of("\x7f é€😀 \u2028"), "\"\x7f é€😀 \u2028\"");
}

TEST(JsonString, IsMeasuredExactly) {
  for (int c = 0; c < 256; ++c)
    for (const std::size_t before : {0, 1, 7, 8, 15}) {
      const std::string text = std::string(before, 'x') + static_cast<char>(c) + "yz";
      EXPECT_EQ(json_string_bytes(text), json_of(text).size()) << c << " behind " << before;
    }
}

TEST(JsonString, IsReadBack) {
  std::string all;
  for (int c = 0; c < 128; ++c) all += static_cast<char>(c);
  const std::string text = json_of(all);
  EXPECT_EQ(unescaped(std::string_view(text).substr(1, text.size() - 2)), all);
}

TEST(JsonString, IsReadBackWhateverItsSizeAndWhereverItIsEscaped) {
  const auto read_back = [](const std::string& text) {
    const std::string json = json_of(text);
    return json.size() < 2 || json.front() != '"' || json.back() != '"' ? "no string"
                                                                        : unescaped(json.substr(1, json.size() - 2));
  };
  for (std::size_t size = 0; size <= 40; ++size) {
    const std::string plain(size, 'x');
    EXPECT_EQ(json_of(plain), '"' + plain + '"');
    for (std::size_t at = 0; at < size; ++at)
      for (const char special : {'"', '\\', '\0', '\n', '\x1f', '\x7f', '\x80', '\xff'}) {
        std::string text = plain;
        text[at] = special;
        EXPECT_EQ(read_back(text), text) << size << ", at " << at;
      }
  }
}

TEST(JsonString, UnescapesCharactersOfOneToFourBytes) {
  EXPECT_EQ(unescaped(R"(\u0041\u00e9\u20AC\ud83d\uDE00!)"), "Aé€😀!");
  EXPECT_EQ(unescaped(R"(\"\\\/\b\f\n\r\t)"), "\"\\/\b\f\n\r\t");
}

TEST(JsonString, StopsAtTheFirstByteThatNeedsEscaping) {
  // Every place, reached from every place before it, behind bytes that are near misses: so each width of step is taken.
  const std::string plain = "!#[]\x7f\x80\xff !#[]\x7f\x80\xff !#[]\x7f\x80\xff !#[]\x7f\x80\xff !#[]";
  const char* const end = plain.data() + plain.size();
  for (std::size_t from = 0; from <= plain.size(); ++from) {
    EXPECT_EQ(skip_plain(plain.data(), plain.data() + from, end), end);
    EXPECT_EQ(skip_plain(plain.data() + from, plain.data() + from, end), end);
    for (std::size_t at = from; at < plain.size(); ++at)
      for (const char special : {'"', '\\', '\0', '\n', '\x1f'}) {
        std::string text = plain;
        text[at] = special;
        const char* const begin = text.data();
        EXPECT_EQ(skip_plain(begin, begin + from, begin + text.size()), begin + at) << from << " to " << at;
        EXPECT_EQ(skip_plain(begin + from, begin + from, begin + text.size()), begin + at) << from << " to " << at;
      }
  }
}

TEST(JsonString, LooksOnlyAtWhatIsBehindTheStart) {
  // What lies before, with a special byte everywhere, belongs to the memory but not to the text.
  for (std::size_t before = 0; before <= 20; ++before)
    for (std::size_t size = 0; size <= 40; ++size) {
      const std::string text = std::string(before, '"') + std::string(size, 'x');
      const char* const begin = text.data();
      EXPECT_EQ(skip_plain(begin, begin + before, begin + text.size()), begin + text.size()) << before << ' ' << size;
    }
}

}  // namespace
}  // namespace roost::wire
