#pragma once

#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

#include <boost/json/object.hpp>

#include <roost/presence.hpp>

#include "base/hash.h"
#include "base/log.h"
#include "presence/diff.h"

namespace roost::tracker {

/// What the application's fetch added beside `metas`, by key: the JSON text that stands behind it, `,"name":"Ada"`.
using FetchedFields = std::unordered_map<std::string, std::string, StringHash, std::equal_to<>>;

/// The presences as fetch gets them: {key: {"metas": [meta, …]}}.
boost::json::object grouped(std::span<const presence::Presence> list);
/// The fields in what fetch made of them. Throws for those that JSON cannot hold (NaN, infinity, text that is not
/// UTF-8).
FetchedFields fields_of(const boost::json::object& fetched);
/// Both with the call between (PROTOCOL Q10). Keys that it adds are ignored, keys and metas that it drops or changes
/// stay as they were. If it throws, or gives what JSON cannot hold, that is logged, and there are no fields (PROTOCOL
/// Q13).
FetchedFields fetch_fields(std::string_view topic, std::span<const presence::Presence> list, const PresenceFetch& fetch,
                           Log& log);

/// The payload of presence_state: {key: {"metas": [meta, …]}, …} (PROTOCOL Q8). Keys ascend bytewise, metas keep the
/// order of `list`. A key that is not UTF-8 has U+FFFD for each wrong byte.
/// `fields`: of keys that are not in the list they are ignored.
std::string encode_state(std::span<const presence::Presence> list, const FetchedFields& fields = {});
/// The payload of presence_diff: {"joins": {…}, "leaves": {…}}, each as a state (PROTOCOL Q15).
std::string encode_diff(const presence::TopicDiff& diff, const FetchedFields& joined = {},
                        const FetchedFields& left = {});
/// The same change for clients of ours (docs/wire.md, "Presence"): {"updates": {…}, "joins": {…}, "leaves": {key:
/// [phx_ref, …]}}, each only if there is something in it. The metas of `updates` have as phx_ref_prev that of the meta
/// whose place they take. A join that takes a place without being an update (it has no phx_ref_prev) is a join, and a
/// leave.
std::string encode_changes(const presence::TopicDiff& diff, const FetchedFields& joined = {});

/// How many there are in a topic.
struct PresenceCount {
  std::size_t keys = 0;
  std::size_t metas = 0;
  friend bool operator==(const PresenceCount&, const PresenceCount&) = default;
};
/// `object`, the text of a JSON object, with how many there are, for clients of ours: {…,"keys":2,"metas":3}.
std::string with_count(std::string object, const PresenceCount& count);

/// {key: [meta, …]}, for the application (PROTOCOL Q14).
boost::json::object metas_by_key(std::span<const presence::Presence> list);

}  // namespace roost::tracker
