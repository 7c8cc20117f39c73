#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/serializer.hpp>
#include <boost/beast/http/string_body.hpp>

#include "server/http/connection_streams.h"
#include "server/http/server_state.h"
#include "server/http/tcp_stream.h"

namespace temblor {

/// One connection: reads a request, has it answered, reads the next. Everything runs on the strand
/// of its socket but handlers, and the beginning of their answers, which run while nothing else of
/// the connection is under way. Internal to server/http.
template <typename Stream>
class Connection final : public OpenConnection,
                         public std::enable_shared_from_this<Connection<Stream>> {
public:
    Connection(std::shared_ptr<ServerState> state, Stream&& stream, std::string peer,
               RequestSource source);
    ~Connection() override;

    void start();
    void expire() override;
    void close_if_idle() override;

private:
    using Clock = Admission::Clock;
    using ErrorCode = boost::system::error_code;

    /// An answer that is being written.
    struct Answer {
        boost::beast::http::response<boost::beast::http::string_body> message;
        boost::beast::http::response_serializer<boost::beast::http::string_body> serializer{
            message};
        uint64_t bytes = 0;  ///< of the body
    };

    /// Runs action(*this) on the strand. From any thread.
    template <typename Action>
    void post(Action action);
    void read_request();
    /// Reads what comes by then and goes on; answers 408 when nothing did.
    void read_more(Clock::time_point deadline, size_t piece, void (Connection::*then)());
    void parse_head();
    void on_head();
    void start_body();
    void parse_body();
    void dispatch();
    void handle();
    /// Answers without a handler; what is unread of the request is thrown away.
    void refuse(unsigned status, const std::string& detail);
    /// On the strand, or at the end of a handler.
    void respond(HttpResponse&& response);
    void send_body(HttpResponse&& response);
    void send_rest(const std::shared_ptr<Answer>& answer, ErrorCode error);
    void send_file(HttpResponse&& response);
    void stream_answer(HttpResponse&& response, StreamedBody<Stream>* body);
    void on_sent(ErrorCode error, uint64_t bytes);
    /// Lets the client read the answer before the connection goes, though it may still be writing.
    void linger();
    void drain(Clock::time_point deadline);
    void close();

    [[nodiscard]] TcpStream& socket();
    /// Holds the connection.
    [[nodiscard]] std::shared_ptr<Deadline> shared_deadline();
    template <typename Message>
    void fill(Message& message, const HttpResponse& response);

    std::shared_ptr<ServerState> state_;
    Stream stream_;
    std::string peer_;
    const RequestSource source_;
    bool timed_out_ = false;
    bool idle_ = true;
    bool handled_ = false;  ///< a handler has the connection
    boost::beast::flat_buffer buffer_;
    std::optional<boost::beast::http::request_parser<boost::beast::http::empty_body>> head_parser_;
    std::optional<boost::beast::http::request_parser<boost::beast::http::string_body>> body_parser_;
    Clock::time_point head_deadline_;
    Clock::time_point began_;
    RouteMatch match_;
    HttpRequest request_;
    unsigned version_ = 11;
    bool keep_alive_ = false;
    bool unread_ = false;  ///< part of the request's body was not read
    unsigned status_ = 0;
    uint64_t body_bytes_ = 0;
};

extern template class Connection<TcpStream>;
extern template class Connection<TlsStreamOf<TcpStream>>;

}  // namespace temblor
