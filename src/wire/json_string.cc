#include "wire/json_string.h"

#include "base/short_text.h"
#include "base/word.h"

namespace roost::wire {
namespace {

/// The letter behind the backslash, or 'u' for a character without a short form.
char escape_letter(char c) {
  switch (c) {
    case '"':
    case '\\':
      return c;
    case '\b':
      return 'b';
    case '\f':
      return 'f';
    case '\n':
      return 'n';
    case '\r':
      return 'r';
    case '\t':
      return 't';
    default:
      return 'u';
  }
}

char* write_escape(char* out, char c) {
  *out++ = '\\';
  *out++ = escape_letter(c);
  if (out[-1] != 'u') return out;
  constexpr std::string_view kHex = "0123456789ABCDEF";
  *out++ = '0';
  *out++ = '0';
  *out++ = kHex[static_cast<unsigned char>(c) >> 4];
  *out++ = kHex[static_cast<unsigned char>(c) & 15];
  return out;
}

/// Which of eight bytes a JSON string cannot hold as they are: the upper bit of each.
std::uint64_t special_marks(std::uint64_t word) {
  constexpr std::uint64_t kOnes = 0x0101010101010101ull;
  constexpr std::uint64_t kHighs = 0x80 * kOnes;
  // The upper bit of each byte that is `n` at least; the sum of seven bits and as much carries into no other byte.
  const auto at_least = [](std::uint64_t bytes, std::uint64_t n) {
    return ((bytes & ~kHighs) + (0x80 - n) * kOnes) | bytes;
  };
  const std::uint64_t no_quote = at_least(word ^ ('"' * kOnes), 1);
  const std::uint64_t no_backslash = at_least(word ^ ('\\' * kOnes), 1);
  return ~(no_quote & no_backslash & at_least(word, ' ')) & kHighs;
}

/// The same of the eight bytes at `at`, the first byte lowest.
std::uint64_t special_marks(const char* at) {
  const auto word = load_word<std::uint64_t>(at);
  return special_marks(std::endian::native == std::endian::big ? __builtin_bswap64(word) : word);
}

/// Whether a JSON string can hold all of a text of less than seventeen bytes as it is.
bool is_plain(std::string_view text) {
  const char* const end = text.data() + text.size();
  if (text.size() >= 8) return (special_marks(text.data()) | special_marks(end - 8)) == 0;
  if (text.size() >= 4) {
    const std::uint64_t first = load_word<std::uint32_t>(text.data());
    return special_marks(first << 32 | load_word<std::uint32_t>(end - 4)) == 0;
  }
  std::uint64_t word = 0x2020202020202020ull;
  for (const char c : text) word = word << 8 | static_cast<unsigned char>(c);
  return special_marks(word) == 0;
}

void append_utf8(std::string& out, std::uint32_t c) {
  const auto put = [&out](std::uint32_t byte) { out += static_cast<char>(byte); };
  if (c < 0x80) return put(c);
  if (c < 0x800) {
    put(0xc0 | c >> 6);
  } else if (c < 0x10000) {
    put(0xe0 | c >> 12);
    put(0x80 | (c >> 6 & 0x3f));
  } else {
    put(0xf0 | c >> 18);
    put(0x80 | (c >> 12 & 0x3f));
    put(0x80 | (c >> 6 & 0x3f));
  }
  put(0x80 | (c & 0x3f));
}

/// Appends the character whose escape begins at the backslash `at`; returns the end of the escape.
const char* append_escaped(std::string& out, const char* at) {
  switch (at[1]) {
    case 'b':
      out += '\b';
      return at + 2;
    case 'f':
      out += '\f';
      return at + 2;
    case 'n':
      out += '\n';
      return at + 2;
    case 'r':
      out += '\r';
      return at + 2;
    case 't':
      out += '\t';
      return at + 2;
    case 'u':
      break;
    default:
      out += at[1];
      return at + 2;
  }
  const auto unit = static_cast<std::uint32_t>(hex4(at + 2));
  if (unit < 0xd800 || unit > 0xdbff) {
    append_utf8(out, unit);
    return at + 6;
  }
  // The scanner has seen to it that the other half follows.
  const auto low = static_cast<std::uint32_t>(hex4(at + 8));
  append_utf8(out, 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00));
  return at + 12;
}

}  // namespace

int hex4(const char* digits) {
  int value = 0;
  for (int i = 0; i < 4; ++i) {
    const char c = digits[i];
    const char lower = static_cast<char>(c | 0x20);
    if (c >= '0' && c <= '9')
      value = value * 16 + (c - '0');
    else if (lower >= 'a' && lower <= 'f')
      value = value * 16 + (lower - 'a' + 10);
    else
      return -1;
  }
  return value;
}

// Sixteen bytes at a time where the machine can, eight where not. What is left at the end is looked at together with
// what is before it, whose marks are shifted out.
const char* skip_plain_bytes(const char* begin, const char* at, const char* end) {
#ifdef __SSE2__
  for (; end - at >= 16; at += 16)
    if (const unsigned found = special_bytes(at); found != 0) return at + std::countr_zero(found);
  if (end - begin >= 16) {
    const unsigned found = special_bytes(end - 16) >> (16 - (end - at));
    return found != 0 ? at + std::countr_zero(found) : end;
  }
#endif
  for (; end - at >= 8; at += 8)
    if (const std::uint64_t found = special_marks(at); found != 0) return at + std::countr_zero(found) / 8;
  if (at != end && end - begin >= 8) {
    const std::uint64_t found = special_marks(end - 8) >> 8 * (8 - (end - at));
    return found != 0 ? at + std::countr_zero(found) / 8 : end;
  }
  while (at != end && *at != '"' && *at != '\\' && static_cast<unsigned char>(*at) >= ' ') ++at;
  return at;
}

std::size_t json_string_bytes(std::string_view text) {
  std::size_t bytes = text.size() + 2;
  const char* const begin = text.data();
  const char* const end = begin + text.size();
  for (const char* at = skip_plain(begin, begin, end); at != end; at = skip_plain(begin, at + 1, end))
    bytes += escape_letter(*at) == 'u' ? 5 : 1;
  return bytes;
}

char* write_json_string(char* out, std::string_view text) {
  if (text.size() <= 16 && is_plain(text)) {
    *out++ = '"';
    out = copy_text(out, text);
    *out++ = '"';
    return out;
  }
  const char* at = text.data();
  const char* const end = at + text.size();
  *out++ = '"';
  while (at != end) {
    const char* const stop = skip_plain(text.data(), at, end);
    std::memcpy(out, at, static_cast<std::size_t>(stop - at));
    out += stop - at;
    at = stop;
    if (at != end) out = write_escape(out, *at++);
  }
  *out++ = '"';
  return out;
}

void append_json_string(std::string& out, std::string_view text) {
  const std::size_t before = out.size();
  out.resize(before + json_string_bytes(text));
  write_json_string(out.data() + before, text);
}

void append_unescaped(std::string& out, std::string_view body) {
  const char* at = body.data();
  const char* const end = at + body.size();
  while (at != end) {
    const char* const stop = skip_plain(body.data(), at, end);
    out.append(at, stop);
    at = stop == end ? end : append_escaped(out, stop);
  }
}

}  // namespace roost::wire
