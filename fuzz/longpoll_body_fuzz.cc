// What a long-poll client may send: the body of a POST and its token (PROTOCOL L1, L5). The first byte chooses.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/assert.h"
#include "transport/longpoll.h"
#include "transport/longpoll_token.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace roost::transport;
  if (size == 0) return 0;
  const std::string_view input(reinterpret_cast<const char*>(data) + 1, size - 1);
  const LongPollTokens tokens(LongPollTokens::Secret{'f', 'u', 'z', 'z'}, 9);
  switch (data[0] % 3) {
    case 0: {
      const LongPollBody body = split_longpoll_body("application/x-ndjson", input);
      ROOST_ASSERT(body.messages.size() + (body.undecodable ? 1 : 0) <= kLongPollLinesMax);
      std::size_t bytes = 0;
      for (const LongPollMessage& message : body.messages) bytes += message.bytes.size();
      ROOST_ASSERT(bytes <= input.size());  // nothing grows
      return 0;
    }
    case 1: {
      const LongPollBody body = split_longpoll_body("application/json", input);
      ROOST_ASSERT(!body.undecodable && body.messages.size() == 1 && body.messages.front().bytes == input);
      return 0;
    }
    default: {
      // Nobody without the secret makes a token; and ours is read whatever its numbers are.
      ROOST_ASSERT(!tokens.verify(input, 0, ~0ull));
      LongPollId id{static_cast<std::uint32_t>(input.size()), size, size * 7, 5, 9};
      ROOST_ASSERT(tokens.verify(tokens.sign(id), 5, 0) == id);
      return 0;
    }
  }
}
