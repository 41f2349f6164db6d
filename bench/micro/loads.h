#pragma once

#include <cstddef>

namespace roost::micro {

/// Loads that would take more sockets than a machine has. Each prints one line of JSON and returns whether what it
/// counted is right.

/// `topics` topics with `each` subscribers against one topic with as many deliveries: the CPU time of a delivery, and
/// the memory of a subscription. First bare subscribers of a table, then sessions that have joined.
bool load_topics(std::size_t topics, std::size_t each);

/// So many sockets, each joined to a topic of a thousand: the cost of the first and of the last 10,000 joins, and
/// memory.
bool load_sockets(std::size_t count);

}  // namespace roost::micro
