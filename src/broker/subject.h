#pragma once

#include <string>
#include <string_view>

namespace roost::broker {

/// The NATS subjects of a cluster, all below its prefix.
///
///   PREFIX.hello       who is there
///   PREFIX.t.TOPIC     broadcasts on a topic
///   PREFIX.s.SERVICE   parcels for all nodes
///   PREFIX.n.NODE      parcels for one node
///
/// Texts become one token each: letters, digits and -_:/@+=,;!~()[]{}'"^`|&$#? stay, all other bytes and % are %XX, an
/// empty one is %. One of more than kTokenBytesMax becomes its hash, so that two may share a subject: a frame tells
/// its topic itself.
class Subjects {
 public:
  explicit Subjects(std::string prefix) : prefix_(std::move(prefix)) {}

  std::string hello() const { return prefix_ + ".hello"; }
  std::string topic(std::string_view topic) const { return below(".t.", topic); }
  std::string service(std::string_view service) const { return below(".s.", service); }
  std::string all_services() const { return prefix_ + ".s.*"; }
  std::string node(std::string_view node) const { return below(".n.", node); }

 private:
  std::string below(std::string_view branch, std::string_view text) const;

  const std::string prefix_;
};

inline constexpr std::size_t kTokenBytesMax = 256;  // encoded; a line of the broker's protocol has at most 4,096

std::string subject_token(std::string_view text);

/// Whether subjects may begin with it: tokens of letters, digits, - and _, with dots between, at most 100 bytes.
bool valid_prefix(std::string_view prefix);

}  // namespace roost::broker
