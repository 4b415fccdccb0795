// A session is one connection's codec, without I/O: bytes in, events out; parts in, bytes out. HTTP/1 has one stream at a
// time, HTTP/2 many; whoever drives a session never asks which it is. ServerSession faces a client, ClientSession a server.
//
//   feed(bytes) -> poll() until `none` -> react -> send_*() -> write output() to the socket
//
// Back-pressure: the driver stops polling (and reading) when nobody takes the data; input that was fed and not polled stays
// in the session. Sent parts wait in output(); its size is the driver's to watch. Data events are slices of what was fed.
#pragma once

#include <cstdint>
#include <memory>

#include "base/byte_queue.h"
#include "base/object_pool.h"
#include "base/result.h"
#include "http/framing.h"
#include "http/head.h"

namespace porthole::wire {

using StreamId = std::uint32_t;

struct Limits {
  std::uint32_t head_bytes = 64 * 1024;        // start line and fields: 431 (502 from upstream)
  std::uint32_t fields = 200;                  // field lines in a head or trailer section: 431
  std::uint32_t target_bytes = 16 * 1024;      // 414
  std::uint32_t method_bytes = 64;             // 501; the longest registered method has 17
  std::uint32_t chunk_extension_bytes = 1024;  // per message, all chunks together (bad-inputs 17)
  std::uint32_t interim_responses = 32;        // 1xx before a final response (1xx floods): 502
  bool operator==(const Limits&) const = default;
};

// Heads are pooled per worker; shared by all sessions of the worker.
struct HeadPools {
  ObjectPool<http::RequestHead> requests;
  ObjectPool<http::ResponseHead> responses;
  ObjectPool<http::TrailerSection> trailers;
  void trim() {
    requests.trim();
    responses.trim();
    trailers.trim();
  }
};

struct ServerEvent {
  enum class Kind : std::uint8_t {
    none,  // nothing more until bytes are fed or a response ends
    head,  // `head` and `framing`; a stream begins
    data,  // `data`, content without its framing
    end,   // the request is complete; `trailers` when there were any
    error,  // `error`; what was received of a stream is no longer trusted. Answer (if error.status) and close. `head` may
            // hold what was read of it (raw), for the record
  };
  Kind kind = Kind::none;
  StreamId stream = 0;
  Pooled<http::RequestHead> head;
  http::Framing framing;
  Bytes data;
  Pooled<http::TrailerSection> trailers;
  Error error;
};

class ServerSession {
 public:
  virtual ~ServerSession() = default;

  // Precondition: needs_input().
  virtual void feed(Bytes bytes) = 0;
  // The client will send nothing more. An unfinished message becomes an error event.
  virtual void feed_eof() = 0;
  virtual bool needs_input() const = 0;
  // Overwrites `event`. After an error event every further poll gives none.
  virtual void poll(ServerEvent& event) = 0;
  // True between messages: no byte of a further request has arrived.
  virtual bool idle() const = 0;

  // In order: any number of interims, one head, data, end. `framing` is what http::forward_response() returned; h1 with
  // chunked framing adds the chunk lines. Data for a head without content (HEAD, 304) is a bug.
  virtual void send_interim(StreamId stream, const http::ResponseHead& head) = 0;
  virtual void send_head(StreamId stream, const http::ResponseHead& head, const http::Framing& framing) = 0;
  virtual void send_data(StreamId stream, Bytes data) = 0;
  virtual void send_end(StreamId stream, const http::Fields* trailers) = 0;
  // Gives up a stream whose response cannot be finished: h1 ends the connection (persistent() turns false).
  virtual void reset(StreamId stream, const Error& error) = 0;
  // The driver waits no longer for the rest of a head: further input is ignored and the connection ends with the answer that
  // may be sent on the event's stream (408). `event` becomes an error's, with what came of the head; the caller names the
  // error. Stream 0: no head was being read (the rest of an answered request is missing); just close.
  virtual void give_up(ServerEvent& event) = 0;
  // After the present messages the connection closes (a draining server); h1 writes nothing by itself.
  virtual void close_after_this() = 0;

  // May a further request be read once the present ones are answered? False after `Connection: close` either way,
  // HTTP/1.0, until_close framing, errors, resets.
  virtual bool persistent() const = 0;
  // The client said that this was its last request (`Connection: close`, HTTP/1.0) and all of it was read: once the answer is
  // out the connection may close at once, there is nothing to linger for.
  virtual bool client_done() const { return false; }
  virtual ByteQueue& output() = 0;

  // CONNECT or Upgrade succeeded: HTTP ends here. Returns what was fed and not polled; no further calls but output().
  virtual Bytes take_over(StreamId stream) = 0;

  // For moving content past the session (splice). How many content bytes of the request are still to come, when that is
  // known, none are waiting in the session and they are sent as they are; 0 otherwise.
  virtual std::uint64_t plain_content_left(StreamId stream) const = 0;
  virtual void skip_received(StreamId stream,
                             std::uint64_t bytes) = 0;  // bytes <= plain_content_left(); poll() then continues
  // How many content bytes of the response may still be written straight to the socket after output() (length framing).
  virtual std::uint64_t plain_content_due(StreamId stream) const = 0;
  virtual void skip_sent(StreamId stream, std::uint64_t bytes) = 0;
};

struct ClientEvent {
  enum class Kind : std::uint8_t {
    none,
    interim,  // `head`: a 1xx other than 101
    head,     // `head` and `framing`: the final response head, or a 101
    data,
    end,    // `trailers` when there were any
    error,  // `error`: retry is `safe` when not one byte of the response had arrived; the connection is dead
  };
  Kind kind = Kind::none;
  StreamId stream = 0;
  Pooled<http::ResponseHead> head;
  http::Framing framing;
  Bytes data;
  Pooled<http::TrailerSection> trailers;
  Error error;
};

class ClientSession {
 public:
  virtual ~ClientSession() = default;

  virtual void feed(Bytes bytes) = 0;  // precondition: needs_input()
  // The server closed: the end of close-delimited content, or an error event for an unfinished response.
  virtual void feed_eof() = 0;
  virtual bool needs_input() const = 0;
  // Bytes without a request outstanding are an error event with stream 0 (bad-inputs 40).
  virtual void poll(ClientEvent& event) = 0;

  // May open() be called now? h1: no request outstanding and the connection persists.
  virtual bool available() const = 0;
  virtual StreamId open() = 0;
  // `framing` of the content as sent: length, chunked or none.
  virtual void send_head(StreamId stream, const http::RequestHead& head, const http::Framing& framing) = 0;
  virtual void send_data(StreamId stream, Bytes data) = 0;
  virtual void send_end(StreamId stream, const http::Fields* trailers) = 0;
  // Gives up a request: h1 ends the connection.
  virtual void reset(StreamId stream) = 0;
  // May this connection carry a further request once the present response and request have ended?
  virtual bool persistent() const = 0;
  virtual ByteQueue& output() = 0;

  virtual Bytes take_over(StreamId stream) = 0;
  virtual std::uint64_t plain_content_left(StreamId stream) const = 0;  // of the response
  virtual void skip_received(StreamId stream, std::uint64_t bytes) = 0;
  virtual std::uint64_t plain_content_due(StreamId stream) const = 0;  // of the request
  virtual void skip_sent(StreamId stream, std::uint64_t bytes) = 0;
};

}  // namespace porthole::wire
