#pragma once

/// All that an application needs.
#include <roost/agent.hpp>
#include <roost/app.hpp>
#include <roost/braces.hpp>
#include <roost/channel.hpp>
#include <roost/document.hpp>
#include <roost/events.hpp>
#include <roost/http.hpp>
#include <roost/json.hpp>
#include <roost/limits.hpp>
#include <roost/options.hpp>
#include <roost/payload.hpp>
#include <roost/presence.hpp>
#include <roost/raw_socket.hpp>
#include <roost/refs.hpp>
#include <roost/reply.hpp>
#include <roost/serializer.hpp>
#include <roost/socket.hpp>
#include <roost/subscription.hpp>
#include <roost/task.hpp>
#include <roost/topic_presence.hpp>
