// Owners for libevent's objects. All of them belong to the event loop's thread, so libevent runs without
// locks.
#pragma once

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/bufferevent_ssl.h>
#include <event2/event.h>
#include <event2/listener.h>

#include <memory>

namespace agora_exporter::http {

struct LibeventDeleter {
  void operator()(event_base* p) const { event_base_free(p); }
  void operator()(event* p) const { event_free(p); }
  void operator()(evconnlistener* p) const { evconnlistener_free(p); }
  void operator()(bufferevent* p) const { bufferevent_free(p); }
};
template <class T>
using Owned = std::unique_ptr<T, LibeventDeleter>;

}  // namespace agora_exporter::http
