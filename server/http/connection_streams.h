#pragma once

#include <future>
#include <memory>
#include <string>

#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>

#include "server/http/server_state.h"

namespace temblor {

/// A TLS stream that keeps the context alive that it was made with.
template <typename Lower>
class TlsStreamOf : public boost::beast::ssl_stream<Lower> {
public:
    TlsStreamOf(Lower&& lower, std::shared_ptr<boost::asio::ssl::context> context)
        : boost::beast::ssl_stream<Lower>(std::move(lower), *context),
          context_(std::move(context)) {}

private:
    std::shared_ptr<boost::asio::ssl::context> context_;
};

/// Starts an operation on the strand of `stream` and blocks until it is done or has taken longer
/// than `patience`, for threads that belong to a handler. `start(done)` begins it; done(error,
/// bytes) ends it. When the server is stopping the operation may outlive this: `deadline` holds the
/// connection.
template <typename Stream, typename Start>
Status wait_for(ServerState& state, Stream& stream, const std::shared_ptr<Deadline>& deadline,
                Deadline::Clock::duration patience, size_t& bytes, Start start) {
    using Outcome = std::pair<boost::system::error_code, size_t>;
    auto promise = std::make_shared<std::promise<Outcome>>();
    std::future<Outcome> outcome = promise->get_future();
    boost::asio::post(stream.get_executor(),
                      [promise, deadline, patience, start = std::move(start)]() mutable {
                          deadline->set_after(patience);
                          start([promise, deadline](boost::system::error_code error, size_t count) {
                              deadline->clear();
                              promise->set_value({error, count});
                          });
                      });
    while (outcome.wait_for(std::chrono::milliseconds(200)) != std::future_status::ready) {
        if (state.abandoned) return Status::cancelled("the server is stopping");
    }
    const auto [error, count] = outcome.get();
    bytes = count;
    if (error) return Status::cancelled("the client is gone: " + error.message());
    return Status::ok();
}

/// The body of a streamed request. Internal to server/http.
template <typename Stream>
class StreamedBody final : public BodyReader {
public:
    using HeadParser = boost::beast::http::request_parser<boost::beast::http::empty_body>;
    StreamedBody(ServerState& state, Stream& stream, std::shared_ptr<Deadline> deadline,
                 boost::beast::flat_buffer& buffer, HeadParser&& head)
        : state_(state),
          stream_(stream),
          deadline_(std::move(deadline)),
          buffer_(buffer),
          parser_(std::move(head)) {
        parser_.body_limit(state.options.limits.stream_bytes);
        parser_.eager(true);
    }

    Result<std::string> read() override {
        namespace http = boost::beast::http;
        std::string piece(kPiece, '\0');
        while (true) {
            auto& body = parser_.get().body();
            body.data = piece.data();
            body.size = piece.size();
            boost::system::error_code error;
            if (!parser_.is_done() && buffer_.size() > 0) {
                buffer_.consume(parser_.put(buffer_.data(), error));
            }
            piece.resize(piece.size() - body.size);
            bytes_ += piece.size();
            if (error == http::error::body_limit) {
                over_limit_ = true;
                return Status::resource_exhausted(
                    "the body has more than " + std::to_string(state_.options.limits.stream_bytes) +
                    " bytes");
            }
            if (error && error != http::error::need_more && error != http::error::need_buffer)
                return Status::invalid_argument("not an HTTP body: " + error.message());
            if (!piece.empty() || parser_.is_done()) return piece;
            TEMBLOR_RETURN_IF_ERROR(read_socket());
            piece.resize(kPiece);
        }
    }
    [[nodiscard]] bool is_over_limit() const override { return over_limit_; }
    [[nodiscard]] bool at_end() const { return parser_.is_done(); }
    [[nodiscard]] uint64_t bytes() const { return bytes_; }

private:
    static constexpr size_t kPiece = 64 << 10;

    Status read_socket() {
        size_t bytes = 0;
        Stream& stream = stream_;
        // What the handler takes between two reads is not the client's time.
        const auto patience = state_.time_for(bytes_) - waited_;
        const auto begin = Admission::Clock::now();
        TEMBLOR_RETURN_IF_ERROR(wait_for(state_, stream_, deadline_, patience, bytes,
                                         [&stream, space = buffer_.prepare(kPiece)](auto done) {
                                             stream.async_read_some(space, std::move(done));
                                         }));
        waited_ += Admission::Clock::now() - begin;
        buffer_.commit(bytes);
        return Status::ok();
    }

    ServerState& state_;
    Stream& stream_;
    const std::shared_ptr<Deadline> deadline_;  ///< of the connection
    boost::beast::flat_buffer& buffer_;
    Admission::Clock::duration waited_{0};
    boost::beast::http::request_parser<boost::beast::http::buffer_body> parser_;
    uint64_t bytes_ = 0;
    bool over_limit_ = false;
};

/// The body of a streamed answer, in chunks where the client knows them. Internal to server/http.
template <typename Stream>
class StreamedAnswer final : public BodyWriter {
public:
    StreamedAnswer(ServerState& state, Stream& stream, std::shared_ptr<Deadline> deadline,
                   bool chunked)
        : state_(state), stream_(stream), deadline_(std::move(deadline)), chunked_(chunked) {}

    Status write(std::string_view bytes) override {
        if (bytes.empty()) return status_;
        bytes_ += bytes.size();
        if (!chunked_) return raw(std::string(bytes));
        char head[24];
        const int length = std::snprintf(head, sizeof head, "%zx\r\n", bytes.size());
        std::string chunk(head, static_cast<size_t>(length));
        chunk.append(bytes).append("\r\n");
        return raw(std::move(chunk));
    }
    Status finish() { return chunked_ ? raw("0\r\n\r\n") : status_; }
    /// Bytes as they are.
    Status raw(std::string bytes) {
        if (!status_.is_ok()) return status_;
        size_t written = 0;
        Stream& stream = stream_;
        const auto patience = state_.time_for(bytes.size());
        auto held = std::make_shared<std::string>(std::move(bytes));
        status_ =
            wait_for(state_, stream_, deadline_, patience, written, [&stream, held](auto done) {
                boost::asio::async_write(
                    stream, boost::asio::buffer(*held),
                    [held, done = std::move(done)](boost::system::error_code error,
                                                   size_t count) mutable { done(error, count); });
            });
        return status_;
    }
    [[nodiscard]] uint64_t bytes() const { return bytes_; }

private:
    ServerState& state_;
    Stream& stream_;
    const std::shared_ptr<Deadline> deadline_;  ///< of the connection
    const bool chunked_;
    uint64_t bytes_ = 0;
    Status status_;
};

}  // namespace temblor
