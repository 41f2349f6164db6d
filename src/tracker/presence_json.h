#pragma once

#include <span>
#include <string>
#include <string_view>

#include <roost/presence.hpp>

#include "base/log.h"
#include "presence/diff.h"

namespace roost::tracker {

/// The payload of presence_state: {key: {"metas": [meta, …]}, …} (PROTOCOL Q8). Keys ascend bytewise, metas keep the
/// order of `list`. A key that is not UTF-8 has U+FFFD for each wrong byte.
std::string encode_state(std::span<const presence::Presence> list);
/// The payload of presence_diff: {"joins": {…}, "leaves": {…}}, each as a state (PROTOCOL Q15).
std::string encode_diff(const presence::TopicDiff& diff);

/// The same with the application's fields beside each `metas` (PROTOCOL Q10). `fetch` is called once for a state, and
/// twice for a diff, also with nothing. Keys that it adds are ignored, keys and metas that it drops or changes stay as
/// they were. If it throws, or gives what JSON cannot hold (NaN, infinity, text that is not UTF-8), that is logged,
/// and the presences go out without the fields (PROTOCOL Q13).
std::string encode_state(std::string_view topic, std::span<const presence::Presence> list, const PresenceFetch& fetch,
                         Log& log);
std::string encode_diff(const presence::TopicDiff& diff, const PresenceFetch& fetch, Log& log);

}  // namespace roost::tracker
