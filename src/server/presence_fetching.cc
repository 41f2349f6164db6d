#include "server/presence_fetching.h"

#include <exception>
#include <utility>

namespace roost::server {
namespace {

/// Calls `run`. What went wrong; nullopt: nothing.
template <typename Run>
std::optional<std::string> error_of(Run run) {
  try {
    run();
    return std::nullopt;
  } catch (const std::exception& error) {
    return error.what();
  } catch (...) {
    return "not a std::exception";
  }
}

}  // namespace

PresenceFetching::PresenceFetching(const Site& site, std::string topic, const AsyncPresenceFetch& fetch,
                                   Duration timeout, std::vector<boost::json::object> lists, Done done)
    : site_(site),
      topic_(std::move(topic)),
      done_(std::move(done)),
      calls_(lists.size()),
      left_(lists.size() + 1),  // one for this constructor
      timer_(site.executor, site.executor.now() + timeout, [this, timeout] { time_out(timeout); }) {
  fetched_.fields.resize(lists.size());
  for (std::size_t i = 0; i < lists.size(); ++i) begin(i, fetch, std::move(lists[i]));
  ended();
}

void PresenceFetching::begin(std::size_t number, const AsyncPresenceFetch& fetch, boost::json::object list) {
  Call& call = calls_[number];
  const auto start = [&] {
    if (list.empty()) return end(number);
    call.task.emplace(fetch(topic_, std::move(list)));
    call.task->start(site_.executor, [this, number] { end(number); });
  };
  if (const auto error = error_of(start)) {
    fail(Count::presence_fetch_crashed, *error);
    end(number);
  }
}

/// Inside of the coroutine's last step, where it must not be destroyed yet.
void PresenceFetching::end(std::size_t number) {
  Call& call = calls_[number];
  call.ended = true;
  const auto take = [&] {
    if (call.task && call.task->done()) fetched_.fields[number] = tracker::fields_of(call.task->result());
  };
  if (const auto error = error_of(take)) fail(Count::presence_fetch_crashed, *error);
  ended();
}

void PresenceFetching::fail(Count why, std::string_view error) {
  const bool late = why == Count::presence_fetch_timeout;
  fetched_.whole = false;
  site_.metrics.add(why);
  site_.log.write(LogLevel::error, late ? "presence fetch timed out" : "presence fetch crashed",
                  {{"topic", topic_}, {"code", late ? "fetch_timeout" : "fetch_crashed"}, {"error", error}});
}

void PresenceFetching::ended() {
  if (--left_ > 0) return;
  site_.executor.post([weak = std::weak_ptr(self_)] {
    if (const auto self = weak.lock()) (*self)->finish();
  });
}

void PresenceFetching::time_out(Duration after) {
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(after).count();
  for (Call& call : calls_) {
    if (call.ended) continue;
    fail(Count::presence_fetch_timeout, "no answer within " + std::to_string(ms) + " ms");
    call.task.reset();
  }
  finish();
}

void PresenceFetching::finish() {
  timer_.cancel();
  calls_.clear();
  if (auto done = std::exchange(done_, nullptr)) done(std::move(fetched_));
}

}  // namespace roost::server
