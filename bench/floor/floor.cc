// The floor: what this load costs when a program does nothing else. One thread, epoll, no checks, no limits.
//
//   floor --port N              fan-out: one send for each message and subscriber
//   floor --port N --coalesce   fan-out: the frames that a topic gathered in one turn of the loop leave in one send
//
// It speaks just enough of WebSocket and of Phoenix's V2 JSON that `roost bench` can drive it: the client's handshake
// key is the one of RFC 6455 §1.3, a frame is text and unfragmented, a message is [join_ref,ref,topic,event,payload]
// without blanks and escapes, a connection joins one topic. Events: phx_join, heartbeat, phx_leave -> reply ok, the
// last with phx_close after it; echo -> reply ok with the payload; pub -> broadcast msg with the payload to the topic.
// Anything else closes the connection. Never point anything but the load generator at it.
//
// decoding_floor is the same with each message decoded by the server's codec, all of its JSON validated.

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#ifdef FLOOR_DECODES
#include <expected>
#include <optional>

#include "wire/serializer.h"
#endif

namespace {

constexpr int kEventsAtOnce = 512;
constexpr std::size_t kReadBytes = 64 * 1024;

// The answer to the key dGhlIHNhbXBsZSBub25jZQ==.
constexpr std::string_view kHandshake =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

struct Topic {
  std::string name;
  std::vector<int> subscribers;
  std::string pending;  // --coalesce: the frames of this turn
};

// 32 bytes for each descriptor: all that an idle connection costs here.
struct Connection {
  Topic* topic = nullptr;
  std::uint32_t place = 0;  // in topic->subscribers
  bool upgraded = false;
  std::string* input = nullptr;   // a frame that is not whole
  std::string* output = nullptr;  // what the kernel did not take
};

bool coalesce = false;
int epoll_fd = -1;
std::vector<Connection> connections;  // by descriptor
std::unordered_map<std::string_view, Topic*> topics;
std::vector<Topic*> gathered;  // topics with pending frames
std::string replies;           // of one read
char read_buffer[kReadBytes];

[[noreturn]] void die(const char* what) {
  std::perror(what);
  std::exit(1);
}

void watch(int operation, int fd, std::uint32_t events) {
  epoll_event event{};
  event.events = events;
  event.data.fd = fd;
  if (epoll_ctl(epoll_fd, operation, fd, &event) != 0) die("epoll_ctl");
}

void leave(int fd) {
  Connection& connection = connections[fd];
  Topic* topic = connection.topic;
  if (!topic) return;
  const int last = topic->subscribers.back();
  topic->subscribers[connection.place] = last;
  connections[last].place = connection.place;
  topic->subscribers.pop_back();
  connection.topic = nullptr;
}

void close_connection(int fd) {
  leave(fd);
  Connection& connection = connections[fd];
  delete connection.input;
  delete connection.output;
  connection = {};
  close(fd);
}

/// A failed send is left for the read to notice: lists that are being walked must not change.
void send_bytes(int fd, std::string_view bytes) {
  Connection& connection = connections[fd];
  if (connection.output) {
    connection.output->append(bytes);
    return;
  }
  const ssize_t sent = send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  const std::size_t taken = sent < 0 ? 0 : static_cast<std::size_t>(sent);
  if (taken == bytes.size() || (sent < 0 && errno != EAGAIN)) return;
  connection.output = new std::string(bytes.substr(taken));
  watch(EPOLL_CTL_MOD, fd, EPOLLIN | EPOLLOUT);
}

void send_rest(int fd) {
  std::string* output = connections[fd].output;
  if (!output) return;
  const ssize_t sent = send(fd, output->data(), output->size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent > 0) output->erase(0, static_cast<std::size_t>(sent));
  if (!output->empty()) return;
  delete output;
  connections[fd].output = nullptr;
  watch(EPOLL_CTL_MOD, fd, EPOLLIN);
}

void append_head(std::string& out, std::size_t size) {
  out.push_back('\x81');
  if (size < 126) {
    out.push_back(static_cast<char>(size));
  } else if (size < 65'536) {
    out.push_back(126);
    out.push_back(static_cast<char>(size >> 8));
    out.push_back(static_cast<char>(size));
  } else {
    out.push_back(127);
    for (int shift = 56; shift >= 0; shift -= 8) out.push_back(static_cast<char>(size >> shift));
  }
}

// --- messages ---

/// The elements of a message as they stand in the text; topic and event without their quotes.
struct Message {
  std::string_view join_ref, ref, topic, event, payload;
};

#ifdef FLOOR_DECODES
// As the server does it, with all of the JSON validated. The parts are valid until the next message.
bool parse(std::string_view text, Message& message) {
  static roost::wire::Scratch scratch;
  static std::optional<std::expected<roost::wire::Incoming, roost::wire::DecodeError>> decoded;
  decoded.emplace(roost::wire::v2_json().decode(false, text, roost::wire::Utf8::check, scratch));
  if (!*decoded) return false;
  const roost::wire::Incoming& in = **decoded;
  message = {in.join_ref.text(), in.ref.text(), in.topic, in.event, in.payload.bytes};
  return true;
}
#else
bool parse(std::string_view text, Message& message) {
  if (text.size() < 2 || text.front() != '[' || text.back() != ']') return false;
  std::string_view rest = text.substr(1, text.size() - 2);
  std::string_view* const parts[] = {&message.join_ref, &message.ref, &message.topic, &message.event};
  for (std::string_view* part : parts) {
    const std::size_t comma = rest.find(',');
    if (comma == std::string_view::npos) return false;
    *part = rest.substr(0, comma);
    rest.remove_prefix(comma + 1);
  }
  message.payload = rest;
  for (std::string_view* part : {&message.topic, &message.event}) {
    if (part->size() < 2) return false;
    *part = part->substr(1, part->size() - 2);
  }
  return true;
}
#endif

void reply(const Message& message, std::string_view response) {
  constexpr std::string_view kMiddle = ",\"phx_reply\",{\"response\":";
  constexpr std::string_view kEnd = ",\"status\":\"ok\"}]";
  append_head(replies, message.join_ref.size() + message.ref.size() + message.topic.size() + response.size() +
                           kMiddle.size() + kEnd.size() + 5);
  replies.append("[").append(message.join_ref).append(",").append(message.ref).append(",\"");
  replies.append(message.topic).append("\"").append(kMiddle).append(response).append(kEnd);
}

void say_closed(const Message& message) {
  constexpr std::string_view kEnd = "\",\"phx_close\",{}]";
  append_head(replies, 2 * message.join_ref.size() + message.topic.size() + kEnd.size() + 4);
  replies.append("[").append(message.join_ref).append(",").append(message.join_ref).append(",\"");
  replies.append(message.topic).append(kEnd);
}

Topic* find_topic(std::string_view name) {
  const auto found = topics.find(name);
  if (found != topics.end()) return found->second;
  auto* topic = new Topic{std::string(name), {}, {}};
  topics.emplace(topic->name, topic);
  return topic;
}

void join(int fd, std::string_view name) {
  Connection& connection = connections[fd];
  if (connection.topic) return;
  connection.topic = find_topic(name);
  connection.place = static_cast<std::uint32_t>(connection.topic->subscribers.size());
  connection.topic->subscribers.push_back(fd);
}

void broadcast(const Message& message) {
  static std::string frame;
  Topic* topic = find_topic(message.topic);
  std::string& out = coalesce ? topic->pending : frame;
  if (!coalesce) frame.clear();
  if (coalesce && topic->pending.empty()) gathered.push_back(topic);
  append_head(out, message.topic.size() + message.payload.size() + 21);
  out.append("[null,null,\"").append(message.topic).append("\",\"msg\",").append(message.payload).append("]");
  if (coalesce) return;
  for (const int fd : topic->subscribers) send_bytes(fd, frame);
}

void flush_gathered() {
  for (Topic* topic : gathered) {
    for (const int fd : topic->subscribers) send_bytes(fd, topic->pending);
    topic->pending.clear();
  }
  gathered.clear();
}

bool handle(int fd, std::string_view text) {
  Message message;
  if (!parse(text, message)) return false;
  if (message.event == "pub") {
    broadcast(message);
  } else if (message.event == "echo") {
    reply(message, message.payload);
  } else if (message.event == "phx_join") {
    join(fd, message.topic);
    reply(message, "{}");
  } else if (message.event == "phx_leave") {
    leave(fd);
    reply(message, "{}");
    say_closed(message);
  } else if (message.event == "heartbeat") {
    reply(message, "{}");
  } else {
    return false;
  }
  return true;
}

// --- bytes ---

void unmask(char* bytes, std::size_t size, const char* key) {
  std::uint64_t wide;
  std::memcpy(&wide, key, 4);
  std::memcpy(reinterpret_cast<char*>(&wide) + 4, key, 4);
  std::size_t i = 0;
  for (; i + 8 <= size; i += 8) {
    std::uint64_t word;
    std::memcpy(&word, bytes + i, 8);
    word ^= wide;
    std::memcpy(bytes + i, &word, 8);
  }
  for (; i < size; ++i) bytes[i] = static_cast<char>(bytes[i] ^ key[i % 4]);
}

/// Handles the frame at the front; how long it is, 0 if it is not whole, -1 if it is none.
std::ptrdiff_t take_frame(int fd, char* bytes, std::size_t size) {
  if (size < 6) return 0;
  const auto byte = [bytes](int i) { return static_cast<unsigned char>(bytes[i]); };
  std::uint64_t payload = byte(1) & 0x7f;
  std::size_t head = 6;
  if (payload >= 126) {
    const int length_bytes = payload == 126 ? 2 : 8;
    head += static_cast<std::size_t>(length_bytes);
    if (size < head) return 0;
    payload = 0;
    for (int i = 0; i < length_bytes; ++i) payload = payload << 8 | byte(2 + i);
  }
  if (size - head < payload) return 0;
  unmask(bytes + head, payload, bytes + head - 4);
  if (byte(0) != 0x81 || !handle(fd, {bytes + head, payload})) return -1;
  return static_cast<std::ptrdiff_t>(head + payload);
}

/// How much of the bytes is done with; -1: the connection is to be closed.
std::ptrdiff_t take(int fd, char* bytes, std::size_t size) {
  if (!connections[fd].upgraded) {
    const std::string_view text(bytes, size);
    const std::size_t end = text.find("\r\n\r\n");
    if (end == std::string_view::npos) return 0;
    replies.append(kHandshake);
    connections[fd].upgraded = true;
    return static_cast<std::ptrdiff_t>(end + 4);
  }
  std::size_t used = 0;
  while (used < size) {
    const std::ptrdiff_t frame = take_frame(fd, bytes + used, size - used);
    if (frame < 0) return -1;
    if (frame == 0) break;
    used += static_cast<std::size_t>(frame);
  }
  return static_cast<std::ptrdiff_t>(used);
}

void read_from(int fd) {
  const ssize_t got = recv(fd, read_buffer, sizeof read_buffer, MSG_DONTWAIT);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (got <= 0) return close_connection(fd);
  Connection& connection = connections[fd];
  char* bytes = read_buffer;
  std::size_t size = static_cast<std::size_t>(got);
  if (connection.input) {
    connection.input->append(bytes, size);
    bytes = connection.input->data();
    size = connection.input->size();
  }
  replies.clear();
  const std::ptrdiff_t used = take(fd, bytes, size);
  if (!replies.empty()) send_bytes(fd, replies);
  if (used < 0) return close_connection(fd);
  const std::string_view rest(bytes + used, size - static_cast<std::size_t>(used));
  if (rest.empty()) {
    delete connection.input;
    connection.input = nullptr;
  } else if (connection.input) {
    connection.input->erase(0, static_cast<std::size_t>(used));
  } else {
    connection.input = new std::string(rest);
  }
}

void accept_all(int listener) {
  for (;;) {
    const int fd = accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) return;
    if (connections.size() <= static_cast<std::size_t>(fd)) connections.resize(static_cast<std::size_t>(fd) * 2);
    connections[fd] = {};
    watch(EPOLL_CTL_ADD, fd, EPOLLIN);
  }
}

int listen_on(std::uint16_t port) {
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (listener < 0) die("socket");
  const int on = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  setsockopt(listener, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);  // its connections inherit it
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) die("bind");
  if (listen(listener, 4096) != 0) die("listen");
  return listener;
}

void allow_many_descriptors() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

int main(int argc, char** argv) {
  std::uint16_t port = 4100;
  for (int i = 1; i < argc; ++i) {
    const std::string_view flag = argv[i];
    if (flag == "--coalesce") coalesce = true;
    if (flag == "--port" && i + 1 < argc) port = static_cast<std::uint16_t>(std::atoi(argv[++i]));
  }
  allow_many_descriptors();
  connections.resize(64);
  epoll_fd = epoll_create1(EPOLL_CLOEXEC);
  if (epoll_fd < 0) die("epoll_create1");
  const int listener = listen_on(port);
  watch(EPOLL_CTL_ADD, listener, EPOLLIN);

  epoll_event events[kEventsAtOnce];
  for (;;) {
    const int count = epoll_wait(epoll_fd, events, kEventsAtOnce, -1);
    for (int i = 0; i < count; ++i) {
      const int fd = events[i].data.fd;
      if (fd == listener) {
        accept_all(listener);
        continue;
      }
      if (events[i].events & EPOLLOUT) send_rest(fd);
      if (events[i].events & ~static_cast<std::uint32_t>(EPOLLOUT)) read_from(fd);
    }
    flush_gathered();
  }
}
