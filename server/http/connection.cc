#include "server/http/connection.h"

#include <sstream>
#include <type_traits>
#include <utility>

#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/file_body.hpp>
#include <boost/beast/http/write.hpp>

#include "server/http/content_coding.h"
#include "server/http/request_id.h"

namespace temblor {
namespace {

namespace net = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;

constexpr size_t kPiece = 64 << 10;
constexpr size_t kHeadPiece = 4 << 10;
constexpr auto kLinger = std::chrono::seconds(10);
constexpr auto kGoneCheck = std::chrono::milliseconds(10);  ///< who waited longer may be gone

std::string_view view(boost::beast::string_view text) { return {text.data(), text.size()}; }

}  // namespace

template <typename Stream>
Connection<Stream>::Connection(std::shared_ptr<ServerState> state, Stream&& stream,
                               std::string peer, RequestSource source)
    : state_(std::move(state)),
      stream_(std::move(stream)),
      peer_(std::move(peer)),
      source_(source) {
    state_->add(*this);
}

template <typename Stream>
Connection<Stream>::~Connection() {
    state_->remove(*this);
    state_->leave(source_);
}

template <typename Stream>
TcpStream& Connection<Stream>::socket() {
    return beast::get_lowest_layer(stream_);
}

template <typename Stream>
std::shared_ptr<Deadline> Connection<Stream>::shared_deadline() {
    return {this->shared_from_this(), &deadline_};
}

template <typename Stream>
void Connection<Stream>::start() {
    net::dispatch(stream_.get_executor(), [self = this->shared_from_this()] {
        if constexpr (std::is_same_v<Stream, TcpStream>) {
            self->read_request();
        } else {
            self->deadline_.set_after(self->state_->options.limits.header_time);
            self->stream_.async_handshake(net::ssl::stream_base::server, [self](ErrorCode error) {
                if (error) return self->close();
                self->read_request();
            });
        }
    });
}

template <typename Stream>
template <typename Action>
void Connection<Stream>::post(Action action) {
    auto self = this->weak_from_this().lock();
    if (self == nullptr) return;
    // The caller holds what the destructor locks: this must not be the last to let go.
    auto executor = stream_.get_executor();
    net::post(executor, [self = std::move(self), action] { action(*self); });
}

template <typename Stream>
void Connection<Stream>::expire() {
    post([](Connection& self) {
        if (!self.deadline_.has_passed(Clock::now())) return;
        if (self.handled_) return self.close();  // a handler waits for its stream
        self.deadline_.clear();
        self.timed_out_ = true;
        ErrorCode ignored;
        self.socket().cancel(ignored);
    });
}

template <typename Stream>
void Connection<Stream>::close_if_idle() {
    post([](Connection& self) {
        if (self.idle_ || (self.state_->abandoned && !self.handled_)) self.close();
    });
}

template <typename Stream>
void Connection<Stream>::read_request() {
    idle_ = true;
    unread_ = false;
    body_bytes_ = 0;
    head_parser_.emplace();
    head_parser_->header_limit(state_->options.limits.header_bytes);
    head_parser_->body_limit(boost::none);
    match_ = {};
    request_ = {};
    if (state_->stopping) return close();
    const auto now = Clock::now();
    if (buffer_.size() > 0) {
        head_deadline_ = now + state_->options.limits.header_time;
        return parse_head();
    }
    timed_out_ = false;
    deadline_.set(now + state_->options.limits.idle_time);
    stream_.async_read_some(buffer_.prepare(kHeadPiece), [self = this->shared_from_this()](
                                                             ErrorCode error, size_t bytes) {
        if (error) return self->close();
        self->buffer_.commit(bytes);
        self->head_deadline_ = Clock::now() + self->state_->options.limits.header_time;
        self->parse_head();
    });
}

template <typename Stream>
void Connection<Stream>::read_more(Clock::time_point deadline, size_t piece,
                                   void (Connection::*then)()) {
    timed_out_ = false;
    deadline_.set(deadline);
    stream_.async_read_some(buffer_.prepare(piece),
                            [self = this->shared_from_this(), then](ErrorCode error, size_t bytes) {
                                self->deadline_.clear();
                                if (error && self->timed_out_)
                                    return self->refuse(408, "the request did not arrive in time");
                                if (error) return self->close();
                                self->buffer_.commit(bytes);
                                ((*self).*then)();
                            });
}

template <typename Stream>
void Connection<Stream>::parse_head() {
    idle_ = false;
    ErrorCode error;
    if (buffer_.size() > 0) buffer_.consume(head_parser_->put(buffer_.data(), error));
    if (head_parser_->is_header_done()) return on_head();
    if (!error || error == http::error::need_more)
        return read_more(head_deadline_, kHeadPiece, &Connection::parse_head);
    unread_ = true;
    if (error == http::error::header_limit) {
        return refuse(431, "the request line and headers have more than " +
                               std::to_string(state_->options.limits.header_bytes) + " bytes");
    }
    refuse(400, "not an HTTP request: " + error.message());
}

template <typename Stream>
void Connection<Stream>::on_head() {
    began_ = Clock::now();
    auto& message = head_parser_->get();
    version_ = message.version();
    keep_alive_ = message.keep_alive();
    HttpHead& head = request_.head;
    head.method = message.method();
    head.peer = peer_;
    const std::string target(view(message.target()));  // it goes with the headers
    head.headers = std::move(static_cast<http::fields&>(message.base()));
    const auto length = head_parser_->content_length();
    if (length) head.content_length = *length;
    head.has_body = head_parser_->chunked() || length.value_or(0) > 0;
    unread_ = head.has_body;
    head.request_id = request_id_of(head.header("X-Request-Id"));
    const Status status = parse_target(target, head);
    if (!status.is_ok()) return refuse(400, status.message());
    if (auto response = state_->cors.preflight(head)) return respond(std::move(*response));
    if (auto response = state_->application.admit(head, match_))
        return respond(std::move(*response));
    request_.parameters = std::move(match_.parameters);
    const ServerLimits& limits = state_->options.limits;
    const uint64_t most = match_.route->streamed ? limits.stream_bytes : limits.body_bytes;
    if (head.content_length.value_or(0) > most) {
        return refuse(413, "the body has " + std::to_string(*head.content_length) +
                               " bytes, expected at most " + std::to_string(most));
    }
    if (!head.has_body) return dispatch();
    if (!beast::iequals(head.header("Expect"), "100-continue")) return start_body();
    static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
    deadline_.set_after(state_->options.limits.header_time);
    net::async_write(stream_, net::buffer(kContinue.data(), kContinue.size()),
                     [self = this->shared_from_this()](ErrorCode error, size_t) {
                         if (error) return self->close();
                         self->start_body();
                     });
}

template <typename Stream>
void Connection<Stream>::start_body() {
    if (match_.route->streamed) return dispatch();
    body_parser_.emplace(std::move(*head_parser_));
    body_parser_->body_limit(state_->options.limits.body_bytes);
    body_parser_->eager(true);
    parse_body();
}

template <typename Stream>
void Connection<Stream>::parse_body() {
    ErrorCode error;
    while (!body_parser_->is_done() && buffer_.size() > 0 && !error) {
        const size_t bytes = body_parser_->put(buffer_.data(), error);
        body_bytes_ += bytes;
        buffer_.consume(bytes);
        if (bytes == 0) break;
    }
    if (error == http::error::body_limit) {
        return refuse(413, "the body has more than " +
                               std::to_string(state_->options.limits.body_bytes) + " bytes");
    }
    if (error && error != http::error::need_more)
        return refuse(400, "not an HTTP body: " + error.message());
    if (!body_parser_->is_done())
        return read_more(began_ + state_->time_for(body_bytes_), kPiece, &Connection::parse_body);
    unread_ = false;
    request_.body = std::move(body_parser_->get().body());
    body_parser_.reset();
    const std::string_view coding = request_.head.header("Content-Encoding");
    if (!coding.empty()) {
        auto decoded = decode_content(coding, request_.body, state_->options.limits.body_bytes);
        if (!decoded.is_ok()) {
            const StatusCode code = decoded.status().code();
            return refuse(code == StatusCode::kResourceExhausted ? 413
                          : code == StatusCode::kUnimplemented   ? 415
                                                                 : 400,
                          decoded.status().message());
        }
        request_.body = *std::move(decoded);
    }
    dispatch();
}

template <typename Stream>
void Connection<Stream>::dispatch() {
    deadline_.clear();
    handled_ = true;
    request_.cancelled = [this] { return state_->abandoned || peer_is_gone(socket()); };
    const auto self = this->shared_from_this();
    state_->schedule(
        state_->application.lane_of(*match_.route, request_), source_, [self] { self->handle(); },
        [self] {
            ++self->state_->shed;
            net::dispatch(self->stream_.get_executor(), [self] {
                self->handled_ = false;
                self->refuse(503, "the server is busy: try again later");
            });
        });
}

template <typename Stream>
void Connection<Stream>::handle() {
    if (Clock::now() - began_ > kGoneCheck && peer_is_gone(socket())) {
        net::dispatch(stream_.get_executor(), [self = this->shared_from_this()] {
            self->handled_ = false;
            self->close();  // nobody waits for the answer any more
        });
        return;
    }
    std::optional<StreamedBody<Stream>> body;
    if (match_.route->streamed && request_.head.has_body) {
        body.emplace(*state_, stream_, shared_deadline(), buffer_, std::move(*head_parser_));
        request_.stream = &*body;
    }
    HttpResponse response = state_->application.handle(*match_.route, request_);
    if (response.streamed) return stream_answer(std::move(response), body ? &*body : nullptr);
    request_.stream = nullptr;
    if (body) {
        body_bytes_ = body->bytes();
        unread_ = !body->at_end();
    }
    respond(std::move(response));
}

template <typename Stream>
void Connection<Stream>::refuse(unsigned status, const std::string& detail) {
    if (request_.head.request_id.empty()) request_.head.request_id = request_id_of({});
    if (status == 408 || status == 400 || status == 413) unread_ = true;
    respond(state_->application.refuse(match_.errors, status, detail));
}

template <typename Stream>
template <typename Message>
void Connection<Stream>::fill(Message& message, const HttpResponse& response) {
    message.version(version_);
    message.result(response.status);
    message.set(http::field::server, "temblor");
    if (!response.content_type.empty())
        message.set(http::field::content_type, response.content_type);
    message.set("X-Request-Id", request_.head.request_id);
    for (const auto& [name, value] : response.headers) message.insert(name, value);
    for (const auto& [name, value] : state_->cors.headers(request_.head))
        message.insert(name, value);
    message.keep_alive(keep_alive_);
}

template <typename Stream>
void Connection<Stream>::respond(HttpResponse&& response) {
    status_ = response.status;
    if (response.close || unread_ || state_->stopping) keep_alive_ = false;
    if (response.file.empty()) return send_body(std::move(response));
    net::dispatch(stream_.get_executor(),
                  [self = this->shared_from_this(), response = std::move(response)]() mutable {
                      self->handled_ = false;
                      self->send_file(std::move(response));
                  });
}

template <typename Stream>
void Connection<Stream>::send_body(HttpResponse&& response) {
    auto answer = std::make_shared<Answer>();
    fill(answer->message, response);
    answer->bytes = response.body.size();
    const bool has_body = response.status != 204 && response.status != 304;
    if (has_body) answer->message.content_length(answer->bytes);
    if (has_body && request_.head.method != http::verb::head)
        answer->message.body() = std::move(response.body);
    ErrorCode error = net::error::would_block;
    if constexpr (std::is_same_v<Stream, TcpStream>) {
        // Most answers fit into the socket's buffer: the client need not wait for the strand.
        http::write(stream_, answer->serializer, error);
    }
    net::dispatch(stream_.get_executor(), [self = this->shared_from_this(), answer, error] {
        self->handled_ = false;
        self->send_rest(answer, error);
    });
}

template <typename Stream>
void Connection<Stream>::send_rest(const std::shared_ptr<Answer>& answer, ErrorCode error) {
    if (error != net::error::would_block) return on_sent(error, answer->bytes);
    deadline_.set_after(state_->time_for(answer->bytes));
    http::async_write(stream_, answer->serializer,
                      [self = this->shared_from_this(), answer](ErrorCode failed, size_t) {
                          self->on_sent(failed, answer->bytes);
                      });
}

template <typename Stream>
void Connection<Stream>::send_file(HttpResponse&& response) {
    auto message = std::make_shared<http::response<http::file_body>>();
    ErrorCode error;
    message->body().open(response.file.c_str(), beast::file_mode::scan, error);
    if (error) return respond(state_->application.refuse(match_.errors, 404, "no such file"));
    fill(*message, response);
    const uint64_t bytes = message->body().size();
    message->content_length(bytes);
    deadline_.set_after(state_->time_for(bytes));
    auto serializer = std::make_shared<http::response_serializer<http::file_body>>(*message);
    const auto done = [self = this->shared_from_this(), message, serializer, bytes](
                          ErrorCode failed, size_t) { self->on_sent(failed, bytes); };
    if (request_.head.method == http::verb::head) {
        http::async_write_header(stream_, *serializer, done);
    } else {
        http::async_write(stream_, *serializer, done);
    }
}

template <typename Stream>
void Connection<Stream>::stream_answer(HttpResponse&& response, StreamedBody<Stream>* body) {
    status_ = response.status;
    keep_alive_ = keep_alive_ && version_ >= 11 && !response.close && !state_->stopping;
    http::response<http::empty_body> message;
    fill(message, response);
    message.set(http::field::cache_control, "no-store");
    if (version_ >= 11) message.chunked(true);
    std::ostringstream head;
    head << message.base();
    StreamedAnswer<Stream> writer(*state_, stream_, shared_deadline(), version_ >= 11);
    bool failed = !writer.raw(head.str()).is_ok();
    if (!failed && request_.head.method != http::verb::head) {
        response.streamed(writer);
        failed = !writer.finish().is_ok();
    }
    request_.stream = nullptr;
    if (body != nullptr) {
        body_bytes_ = body->bytes();
        unread_ = !body->at_end();
    }
    net::dispatch(stream_.get_executor(),
                  [self = this->shared_from_this(), bytes = writer.bytes(), failed] {
                      self->handled_ = false;
                      if (self->unread_ || self->state_->stopping) self->keep_alive_ = false;
                      self->on_sent(failed ? ErrorCode(beast::error::timeout) : ErrorCode(), bytes);
                  });
}

template <typename Stream>
void Connection<Stream>::on_sent(ErrorCode error, uint64_t bytes) {
    deadline_.clear();
    const std::chrono::duration<double> seconds = Clock::now() - began_;
    state_->application.finished(request_.head, match_.route, status_, body_bytes_, bytes,
                                 began_ == Clock::time_point() ? 0.0 : seconds.count());
    if (error) return close();
    if (keep_alive_) return read_request();
    linger();
}

template <typename Stream>
void Connection<Stream>::linger() {
    idle_ = false;
    ErrorCode ignored;
    if constexpr (std::is_same_v<Stream, TcpStream>) {
        socket().shutdown(TcpStream::shutdown_send, ignored);
        drain(Clock::now() + kLinger);
    } else {
        deadline_.set_after(kLinger);
        stream_.async_shutdown([self = this->shared_from_this()](ErrorCode) { self->close(); });
    }
}

template <typename Stream>
void Connection<Stream>::drain(Clock::time_point deadline) {
    if (state_->stopping) return close();
    buffer_.clear();
    deadline_.set(deadline);
    socket().async_read_some(buffer_.prepare(kPiece),
                             [self = this->shared_from_this(), deadline](ErrorCode error, size_t) {
                                 if (error) return self->close();
                                 self->drain(deadline);
                             });
}

template <typename Stream>
void Connection<Stream>::close() {
    deadline_.clear();
    ErrorCode ignored;
    socket().shutdown(TcpStream::shutdown_both, ignored);
    socket().close(ignored);
}

template class Connection<TcpStream>;
template class Connection<TlsStreamOf<TcpStream>>;

}  // namespace temblor
