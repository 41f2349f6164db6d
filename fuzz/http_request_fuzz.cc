// The request parser gives the same whether its input comes whole or in pieces, and holds nothing when it is done.
// Input: the first byte says how many of the next bytes are sizes of pieces (used over and over); the rest is sent.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/assert.h"
#include "http/origin.h"
#include "http/request.h"
#include "http/upgrade.h"

namespace {

using namespace roost::http;

// Small, so that the fuzzer meets the limits.
const ParserLimits kLimits = {.target_bytes_max = 200,
                              .field_bytes_max = 400,
                              .field_count_max = 8,
                              .body_bytes_max = 500,
                              .body_limit_for = nullptr};

void append(std::string& log, std::string_view text) {
  log += std::to_string(text.size()) + ':' + std::string(text);
}

void append(std::string& log, const Request& request) {
  ROOST_ASSERT(request.path.starts_with('/') || request.path == "*");
  ROOST_ASSERT(request.target.size() <= kLimits.target_bytes_max && request.body.size() <= kLimits.body_bytes_max);
  ROOST_ASSERT(request.headers.size() <= kLimits.field_count_max + 1);  // the Host of an absolute target
  for (const auto text : {&request.method, &request.target, &request.path, &request.query, &request.body})
    append(log, *text);
  for (const Header& header : request.headers) {
    ROOST_ASSERT(header.value.find_first_of("\r\n") == std::string::npos);
    append(log, header.name);
    append(log, header.value);
  }
  log += request.keep_alive ? 'k' : 'c';
  const RequestOrigin origin = request_origin(request, false);
  log += OriginPolicy::conn().allows(request.header("origin"), origin) ? 'y' : 'n';
  if (const auto upgrade = validate_upgrade(request); !upgrade) append(log, upgrade.error());
}

/// All that comes out of `bytes`, as one text.
std::string run(std::string_view bytes, std::string_view sizes) {
  RequestParser parser(kLimits);
  std::string log;
  for (std::size_t turn = 0; !bytes.empty(); ++turn) {
    const std::size_t size = sizes.empty() ? bytes.size() : static_cast<unsigned char>(sizes[turn % sizes.size()]) + 1u;
    const std::vector<char> piece(bytes.begin(),
                                  bytes.begin() + static_cast<std::ptrdiff_t>(std::min(size, bytes.size())));
    bytes.remove_prefix(piece.size());
    std::string_view input(piece.data(), piece.size());
    while (!input.empty()) {
      const std::size_t before = input.size();
      auto request = parser.next(input);
      if (!request) return log + "error " + std::to_string(request.error().status);
      parser.take_expect_continue();
      ROOST_ASSERT(*request ? input.size() < before && !parser.has_partial() : input.empty());
      if (*request) append(log, **request);
    }
  }
  return log;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view input(reinterpret_cast<const char*>(data), size);
  if (input.empty()) return 0;
  const auto sizes = input.substr(1, static_cast<unsigned char>(input.front()) % 8);
  const auto bytes = input.substr(std::min(input.size(), 1 + sizes.size()));
  const std::string whole = run(bytes, "");
  ROOST_ASSERT(run(bytes, sizes) == whole);
  ROOST_ASSERT(run(bytes, std::string_view("\0", 1)) == whole);
  return 0;
}
