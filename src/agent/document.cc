#include <roost/document.hpp>

#include "agent/json_diff.h"

namespace roost::detail {
namespace {

/// How far a client says that it is.
struct Place {
  std::string epoch;
  std::int64_t version = 0;
};
BOOST_DESCRIBE_STRUCT(Place, (), (epoch, version))
struct Params {
  std::optional<Place> roost;
};
BOOST_DESCRIBE_STRUCT(Params, (), (roost))

std::string opening(const std::string& epoch, std::int64_t version) {
  return R"({"epoch":)" + json_text(boost::json::value(epoch)) + R"(,"version":)" + std::to_string(version);
}

}  // namespace

void DocumentLog::start(boost::json::value state) {
  state_ = std::move(state);
  version_ = 1;
}

std::optional<Payload> DocumentLog::advance(boost::json::value state) {
  const boost::json::array ops = agent::json_diff(state_, state);
  if (ops.empty()) return std::nullopt;
  std::string text = json_text(ops), whole = json_text(state);
  if (text.size() > whole.size()) text = R"([{"op":"replace","path":"","value":)" + whole + "}]";
  text = opening(epoch_, version_ + 1) + R"(,"ops":)" + text + "}";
  Payload patch = Payload::trusted(SharedBytes::copy(text), false);

  patch_bytes_ += text.size();
  patches_.push_back(std::move(text));
  while (patches_.size() > kPatchesMax || patch_bytes_ > kPatchBytesMax) {
    patch_bytes_ -= patches_.front().size();
    patches_.pop_front();
  }
  state_ = std::move(state);
  snapshot_.reset();
  ++version_;
  return patch;
}

/// nullopt: only the whole state will do.
std::optional<std::string> DocumentLog::missing(const Payload& params) const {
  const auto given = params.as<Params>();
  if (!given || !given->roost || given->roost->epoch != epoch_) return std::nullopt;
  const std::int64_t from = given->roost->version;
  const auto oldest = version_ - static_cast<std::int64_t>(patches_.size());
  if (from < oldest || from > version_) return std::nullopt;
  std::string list;
  for (auto at = static_cast<std::size_t>(from - oldest); at < patches_.size(); ++at)
    list += (list.empty() ? "" : ",") + patches_[at];
  return list;
}

Payload DocumentLog::answer(const Payload& params) {
  if (const auto list = missing(params))
    return Payload::trusted(SharedBytes::copy(opening(epoch_, version_) + R"(,"patches":[)" + *list + "]}"), false);
  if (!snapshot_) snapshot_ = SharedBytes::copy(opening(epoch_, version_) + R"(,"state":)" + json_text(state_) + "}");
  return Payload::trusted(*snapshot_, false);
}

}  // namespace roost::detail
