#include "ws/deflate.h"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include <zlib.h>

#include "base/assert.h"

namespace roost::ws {
namespace {

constexpr int kLevel = 6;     // zlib's default; the levels above cost much and gain little on JSON
constexpr int kMemLevel = 8;  // zlib's default: 128 KiB of hash table and pending output
constexpr std::uint8_t kZlibWindowBitsMin =
    9;  // raw deflate of zlib refuses 8; a few clients mean 9 when they agree on 8
constexpr std::uint8_t kWindowBitsMax = 15;
constexpr std::size_t kChunkBytes = 16 * 1024;  // inflated on the stack before it is known to be within the limits

// What a sync flush ends with: not sent (RFC 7692 §7.2.1), put back before inflating (§7.2.2).
constexpr std::string_view kTail{"\x00\x00\xff\xff", 4};
// An empty message: a stored block's header, without its tail (RFC 7692 §7.2.3.6).
constexpr std::string_view kEmptyMessage{"\x00", 1};

std::unexpected<ProtocolError> too_big() {
  return std::unexpected(ProtocolError{1009, "inflated message too big"});
}
std::unexpected<ProtocolError> garbled() {
  return std::unexpected(ProtocolError{1007, "not a deflate stream"});
}

InflateStream open_inflate(std::uint8_t window_bits) {
  auto stream = std::make_unique<z_stream>();
  *stream = {};
  ROOST_ASSERT(inflateInit2(stream.get(), -window_bits) == Z_OK);  // negative: raw, without header and checksum
  return InflateStream(stream.release());
}

DeflateStream open_deflate(std::uint8_t window_bits) {
  ROOST_ASSERT(window_bits >= kZlibWindowBitsMin && window_bits <= kWindowBitsMax);
  auto stream = std::make_unique<z_stream>();
  *stream = {};
  ROOST_ASSERT(deflateInit2(stream.get(), kLevel, Z_DEFLATED, -window_bits, kMemLevel, Z_DEFAULT_STRATEGY) == Z_OK);
  return DeflateStream(stream.release());
}

// Scratch of this thread, for messages that stand alone: nothing in it outlives a call but the memory.
z_stream& scratch_inflate() {
  thread_local const InflateStream stream = open_inflate(kWindowBitsMax);
  inflateReset(stream.get());
  return *stream;
}

z_stream& scratch_deflate(std::uint8_t window_bits) {
  thread_local std::array<DeflateStream, kWindowBitsMax + 1> streams;
  DeflateStream& stream = streams.at(window_bits);
  if (!stream) stream = open_deflate(window_bits);
  deflateReset(stream.get());
  return *stream;
}

std::size_t output_bytes_max(std::size_t compressed_bytes, const InflateLimits& limits) {
  if (compressed_bytes > limits.bytes_max / std::max<std::size_t>(limits.ratio_max, 1)) return limits.bytes_max;
  return std::min(limits.bytes_max, std::max(kInflateFloorBytes, compressed_bytes * limits.ratio_max));
}

void set_input(z_stream& stream, std::string_view bytes) {
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));  // zlib only reads it
  stream.avail_in = static_cast<uInt>(bytes.size());
}

// One message on its way through zlib.
class Inflation {
 public:
  Inflation(z_stream& stream, std::size_t bytes_max) : stream_(stream), bytes_max_(bytes_max) {}

  std::expected<void, ProtocolError> feed(std::string_view bytes) {
    set_input(stream_, bytes);
    do {
      stream_.next_out = reinterpret_cast<Bytef*>(chunk_);
      stream_.avail_out = kChunkBytes;
      const int outcome = ::inflate(&stream_, Z_SYNC_FLUSH);
      if (outcome != Z_OK && outcome != Z_STREAM_END && outcome != Z_BUF_ERROR) return garbled();
      const std::size_t produced = kChunkBytes - stream_.avail_out;
      if (produced > bytes_max_ - output_.size()) return too_big();
      output_.append(chunk_, produced);
      ended_ = outcome == Z_STREAM_END;
      // A block marked as the last one ends zlib's stream, not ours (RFC 7692 §7.2.3.4): go on with the same window.
      if (ended_) inflateResetKeep(&stream_);
    } while (stream_.avail_in > 0 || stream_.avail_out == 0);
    return {};
  }

  // Whether all that was fed ended with a last block.
  bool ended() const { return ended_; }
  // Whether the next bit would begin a block, on a byte's border; anything else is a message cut short.
  bool between_blocks() const { return stream_.data_type == kAtBlockBegin; }
  std::string take_output() { return std::move(output_); }

 private:
  static constexpr int kAtBlockBegin = 128;  // zlib.h, inflate(): +128 after a block; the low bits count unused bits

  z_stream& stream_;
  std::size_t bytes_max_;
  std::string output_;
  bool ended_ = false;
  char chunk_[kChunkBytes];
};

std::string deflate_with(z_stream& stream, std::string_view message) {
  if (message.empty()) return std::string(kEmptyMessage);  // zlib gives nothing for a second flush in a row
  ROOST_ASSERT(message.size() <= std::numeric_limits<uInt>::max());
  set_input(stream, message);
  std::string output;
  std::size_t size = 0;
  do {
    // deflateBound counts a whole stream, a sync flush may need a little more: then once more around.
    output.resize(size + deflateBound(&stream, stream.avail_in) + kTail.size());
    stream.next_out = reinterpret_cast<Bytef*>(output.data() + size);
    stream.avail_out = static_cast<uInt>(output.size() - size);
    ::deflate(&stream, Z_SYNC_FLUSH);
    size = output.size() - stream.avail_out;
  } while (stream.avail_out == 0);
  output.resize(size);
  ROOST_ASSERT(output.ends_with(kTail));
  output.resize(size - kTail.size());
  return output;
}

}  // namespace

void EndInflate::operator()(z_stream_s* stream) const {
  inflateEnd(stream);
  delete stream;
}

void EndDeflate::operator()(z_stream_s* stream) const {
  deflateEnd(stream);
  delete stream;
}

Inflater::Inflater(const DeflateParams& agreed)
    : window_bits_(std::max(agreed.client_max_window_bits, kZlibWindowBitsMin)),
      context_takeover_(!agreed.client_no_context_takeover) {}

auto Inflater::inflate(std::string_view compressed, const InflateLimits& limits)
    -> std::expected<std::string, ProtocolError> {
  if (compressed.size() > std::numeric_limits<uInt>::max()) return too_big();
  if (compressed.empty()) return std::string();  // no stream at all, strictly; what else could it mean
  if (context_takeover_ && !stream_) stream_ = open_inflate(window_bits_);
  z_stream& stream = context_takeover_ ? *stream_ : scratch_inflate();
  Inflation inflation(stream, output_bytes_max(compressed.size(), limits));

  if (const auto fed = inflation.feed(compressed); !fed) return std::unexpected(fed.error());
  // Some clients end with a last block alone; after it the tail would stand for half a block.
  if (!inflation.ended()) {
    if (const auto fed = inflation.feed(kTail); !fed) return std::unexpected(fed.error());
    if (!inflation.between_blocks()) return garbled();
  }
  return inflation.take_output();
}

Deflater::Deflater(const DeflateParams& agreed)
    : window_bits_(agreed.server_max_window_bits), context_takeover_(!agreed.server_no_context_takeover) {}

std::string Deflater::deflate(std::string_view message) {
  if (!context_takeover_) return deflate_message(message, window_bits_);
  if (!stream_) stream_ = open_deflate(window_bits_);
  if (std::exchange(fresh_, false)) deflateReset(stream_.get());
  return deflate_with(*stream_, message);
}

std::string deflate_message(std::string_view message, std::uint8_t window_bits) {
  return deflate_with(scratch_deflate(window_bits), message);
}

}  // namespace roost::ws
