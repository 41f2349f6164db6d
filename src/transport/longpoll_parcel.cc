#include "transport/longpoll_parcel.h"

#include <utility>

#include "base/binary.h"

// parcel  = place place message                to, from
// place   = shard server                       shard %xFFFFFFFF: all of them
// message = %x00                               ask
//         | %x01 secret                        key: 32 bytes
//         | %x02 | %x03                        ping, pong
//         | %x04 server                        bye
//         | %x05 number session                poll; the session is on the shard and server that the parcel is for
//         | %x06 number session *line          post
//         | %x07 number                        forget
//         | %x08 number status *text           answer, with its messages
//         | %x09 number delivery               confirm; delivery: %x00 made, %x01 failed, %x02 unknown
// session = number key started-ms
// line    = (%x00 | %x01) text                 %x01: binary
// text    = length bytes                       all numbers: LEB128, at most 64 bits

namespace roost::transport::parcel {
namespace {

enum Type : unsigned char { ask, key, ping, pong, bye, poll, post, forget, answer, confirm };

class Writer : public BinaryWriter {
 public:
  void byte(unsigned char value) {
    const char one = static_cast<char>(value);
    raw({&one, 1});
  }
  void place(const Place& place) {
    number(place.shard);
    number(place.server);
  }
  void request(Type type, std::uint64_t request, const LongPollId& session) {
    byte(type);
    number(request);
    number(session.number);
    number(session.key);
    number(session.started_ms);
  }

  void operator()(const Ask&) { byte(ask); }
  void operator()(const Key& message) {
    byte(key);
    raw(message.secret);
  }
  void operator()(const Ping&) { byte(ping); }
  void operator()(const Pong&) { byte(pong); }
  void operator()(const Bye& message) {
    byte(bye);
    number(message.server);
  }
  void operator()(const Poll& message) { request(poll, message.number, message.session); }
  void operator()(const Post& message) {
    request(post, message.number, message.session);
    for (const Post::Line& line : message.lines) {
      byte(line.binary);
      text(line.bytes);
    }
  }
  void operator()(const Forget& message) {
    byte(forget);
    number(message.number);
  }
  void operator()(const Answer& message) {
    byte(answer);
    number(message.number);
    number(static_cast<std::uint64_t>(message.status));
    for (const std::string_view each : message.messages) text(each);
  }
  void operator()(const Confirm& message) {
    byte(confirm);
    number(message.number);
    byte(static_cast<unsigned char>(message.delivery));
  }
};

class Reader : public BinaryReader {
 public:
  using BinaryReader::BinaryReader;

  std::uint64_t at_most(std::uint64_t most) {
    const std::uint64_t value = number();
    return require(value <= most) ? value : 0;
  }
  std::uint32_t shard() { return static_cast<std::uint32_t>(at_most(kEveryShard)); }
  Place place() {
    Place place;
    place.shard = shard();
    place.server = number();
    return place;
  }
  LongPollId session(const Place& at) {
    LongPollId id;
    id.shard = at.shard;
    id.server = at.server;
    id.number = number();
    id.key = number();
    id.started_ms = number();
    return id;
  }
  bool more() const { return ok() && !at_end(); }
};

Message read_post(Reader& reader, const Place& to) {
  Post message{.number = reader.number(), .session = reader.session(to), .lines = {}};
  while (reader.more()) {
    const unsigned char binary = reader.byte();
    reader.require(binary <= 1);
    message.lines.push_back({binary == 1, reader.text()});
  }
  return message;
}

Message read_answer(Reader& reader) {
  Answer message{.number = reader.number(), .status = static_cast<int>(reader.at_most(599)), .messages = {}};
  while (reader.more()) message.messages.push_back(reader.text());
  return message;
}

Message read_confirm(Reader& reader) {
  const std::uint64_t number = reader.number();
  const unsigned char delivery = reader.byte();
  reader.require(delivery <= static_cast<unsigned char>(Delivery::unknown));
  return Confirm{number, static_cast<Delivery>(delivery)};
}

Message read_message(Reader& reader, const Place& to) {
  switch (reader.byte()) {
    case Type::ask:
      return Ask{};
    case Type::key:
      return Key{reader.raw(sizeof(LongPollTokens::Secret))};
    case Type::ping:
      return Ping{};
    case Type::pong:
      return Pong{};
    case Type::bye:
      return Bye{reader.number()};
    case Type::poll: {
      const std::uint64_t number = reader.number();
      return Poll{number, reader.session(to)};
    }
    case Type::post:
      return read_post(reader, to);
    case Type::forget:
      return Forget{reader.number()};
    case Type::answer:
      return read_answer(reader);
    case Type::confirm:
      return read_confirm(reader);
    default:
      reader.require(false);
      return Ask{};
  }
}

}  // namespace

std::string encode(const Parcel& parcel) {
  Writer writer;
  writer.place(parcel.to);
  writer.place(parcel.from);
  std::visit(writer, parcel.message);
  return writer.take();
}

std::optional<Parcel> decode(std::string_view bytes) {
  Reader reader(bytes);
  Parcel parcel;
  parcel.to = reader.place();
  parcel.from = reader.place();
  parcel.message = read_message(reader, parcel.to);
  if (!reader.at_end()) return std::nullopt;
  return parcel;
}

std::optional<std::uint32_t> shard_of(std::string_view bytes) {
  Reader reader(bytes);
  const std::uint32_t shard = reader.shard();
  if (!reader.ok()) return std::nullopt;
  return shard;
}

}  // namespace roost::transport::parcel
