#include "tracker/message.h"

#include <utility>

#include "base/binary.h"
#include "base/limits.h"

// message  = version type body                    version: 1
// type 1   = replica flag [delta] clock           heartbeat; flag 1: a delta follows
// type 2   = number replica clock                 transfer request
// type 3   = number replica flag (delta | parts)  transfer answer; flag 1: a delta
// type 4   = replica                              goodbye
// replica  = text number                          name, vsn
// clock    = count { replica number }             replicas ascending
// delta    = clock clock parts                    start, end, what changed
// parts    = count { replica dots values }        replicas ascending
// dots     = count { gap length }                 runs: missing dots before it (none only before the first), its length
// - 1 values   = count { step topic number text text }  dots ascending, less the one before; owner, key, meta topic = 0
// | size+1 bytes                     0: that of the value before text     = size bytes        number, count, size, gap,
// length, step: LEB128, at most 64 bits

namespace roost::tracker {
namespace {

using presence::Clock;
using presence::Counter;
using presence::Delta;
using presence::DotSet;
using presence::Entry;
using presence::kCounterMax;
using presence::Part;
using presence::Parts;
using presence::ReplicaId;

constexpr std::uint64_t kVersion = 1;
enum Type : std::uint64_t { heartbeat = 1, transfer_request, transfer_answer, goodbye };

class Writer : public BinaryWriter {
 public:
  void replica(const ReplicaId& id) {
    text(id.name);
    number(id.vsn);
  }
  void clock(const Clock& clock) {
    number(clock.size());
    for (const auto& [id, counter] : clock) {
      replica(id);
      number(counter);
    }
  }
  void dots(const DotSet& set) {
    number(set.runs().size());
    Counter end = 0;
    for (const auto& [first, last] : set.runs()) {
      number(first - end - 1);
      number(last - first);
      end = last;
    }
  }
  void values(const std::map<Counter, Entry>& values) {
    number(values.size());
    const std::string* topic = nullptr;
    Counter previous = 0;
    for (const auto& [dot, entry] : values) {
      number(dot - std::exchange(previous, dot));
      if (topic && *topic == entry.topic) {
        number(0);
      } else {
        number(entry.topic.size() + 1);
        raw(entry.topic);
      }
      topic = &entry.topic;
      number(entry.owner);
      text(entry.key);
      text(entry.meta.view());
    }
  }
  void parts(const Parts& parts) {
    number(parts.size());
    for (const auto& [id, part] : parts) {
      replica(id);
      dots(part.seen);
      values(part.values);
    }
  }
  void delta(const Delta& delta) {
    clock(delta.start);
    clock(delta.end);
    parts(delta.parts);
  }

  void operator()(const Heartbeat& message) {
    number(Type::heartbeat);
    replica(message.from);
    number(message.delta ? 1 : 0);
    if (message.delta) delta(*message.delta);
    clock(message.clock);
  }
  void operator()(const TransferRequest& message) {
    number(Type::transfer_request);
    number(message.ref);
    replica(message.from);
    clock(message.clock);
  }
  void operator()(const TransferAnswer& message) {
    number(Type::transfer_answer);
    number(message.ref);
    replica(message.from);
    const auto* content = std::get_if<Delta>(&message.content);
    number(content ? 1 : 0);
    if (content)
      delta(*content);
    else
      parts(std::get<Parts>(message.content));
  }
  void operator()(const Goodbye& message) {
    number(Type::goodbye);
    replica(message.from);
  }
};

class Reader : public BinaryReader {
 public:
  using BinaryReader::BinaryReader;

  bool flag() {
    const std::uint64_t value = number();
    require(value <= 1);
    return value == 1;
  }
  Counter counter() {
    const Counter value = number();
    require(value <= kCounterMax);
    return value;
  }
  ReplicaId replica() {
    const auto name = text();
    require(!name.empty() && name.size() <= limits::kNodeNameBytesMax);
    return {std::string(name), number()};
  }
  Clock clock() {
    Clock clock;
    for (std::uint64_t left = number(); ok() && left > 0; --left) {
      ReplicaId id = replica();
      require(clock.empty() || clock.rbegin()->first < id);
      clock.emplace_hint(clock.end(), std::move(id), counter());
    }
    return clock;
  }
  DotSet dots() {
    DotSet set;
    Counter end = 0;
    for (std::uint64_t left = number(); ok() && left > 0; --left) {
      const Counter gap = counter();
      const Counter length = counter();
      if (!require(gap > 0 || end == 0) || !require(gap < kCounterMax - end)) break;
      const Counter first = end + gap + 1;
      if (!require(length <= kCounterMax - first)) break;
      end = first + length;
      set.insert(first, end);
    }
    return set;
  }
  std::map<Counter, Entry> values(const DotSet& seen) {
    std::map<Counter, Entry> values;
    Counter dot = 0;
    for (std::uint64_t left = number(); ok() && left > 0; --left) {
      const Counter step = counter();
      if (!require(step > 0 && step <= kCounterMax - dot)) break;
      dot += step;
      require(seen.contains(dot));
      Entry entry;
      if (const std::uint64_t size = number(); size > 0)
        entry.topic = raw(size - 1);
      else if (require(!values.empty()))
        entry.topic = values.rbegin()->second.topic;
      entry.owner = number();
      entry.key = text();
      entry.meta = SharedBytes::copy(text());
      values.emplace_hint(values.end(), dot, std::move(entry));
    }
    return values;
  }
  Parts parts() {
    Parts parts;
    for (std::uint64_t left = number(); ok() && left > 0; --left) {
      ReplicaId id = replica();
      require(parts.empty() || parts.rbegin()->first < id);
      Part part;
      part.seen = dots();
      part.values = values(part.seen);
      parts.emplace_hint(parts.end(), std::move(id), std::move(part));
    }
    return parts;
  }
  Delta delta() {
    Delta delta;
    delta.start = clock();
    delta.end = clock();
    delta.parts = parts();
    return delta;
  }

  Message message() {
    switch (number()) {
      case Type::heartbeat: {
        Heartbeat message;
        message.from = replica();
        if (flag()) message.delta = delta();
        message.clock = clock();
        return message;
      }
      case Type::transfer_request: {
        TransferRequest message;
        message.ref = number();
        message.from = replica();
        message.clock = clock();
        return message;
      }
      case Type::transfer_answer: {
        TransferAnswer message;
        message.ref = number();
        message.from = replica();
        if (flag())
          message.content = delta();
        else
          message.content = parts();
        return message;
      }
      case Type::goodbye:
        return Goodbye{replica()};
      default:
        require(false);
        return {};
    }
  }
};

}  // namespace

std::string encode(const Message& message) {
  Writer writer;
  writer.number(kVersion);
  std::visit(writer, message);
  return writer.take();
}

std::expected<Message, Error> decode(std::string_view bytes) {
  if (bytes.size() > kMessageBytesMax) return std::unexpected(Error{"tracker message: too long"});
  Reader reader(bytes);
  if (reader.number() != kVersion) return std::unexpected(Error{"tracker message: unknown version"});
  Message message = reader.message();
  if (!reader.at_end()) return std::unexpected(Error{"tracker message: malformed"});
  return message;
}

}  // namespace roost::tracker
