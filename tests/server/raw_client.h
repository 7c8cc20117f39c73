#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace temblor::testing {

struct RawAnswer {
    unsigned status = 0;  ///< 0: the connection ended before a whole answer came
    std::map<std::string, std::string> headers;  ///< names in lower case
    std::string body;
};

/// An HTTP client on a plain socket, which sends whatever it is told to. No call takes longer than
/// a minute. Not thread-safe.
class RawClient {
public:
    /// Connects to 127.0.0.1.
    explicit RawClient(uint16_t port);
    virtual ~RawClient();
    RawClient(const RawClient&) = delete;
    RawClient& operator=(const RawClient&) = delete;

    /// All of it; false when the server did not take it.
    virtual bool send(std::string_view bytes);
    /// The next answer. Of HEAD there is no body.
    RawAnswer answer(bool of_head = false);
    /// send(), then answer().
    RawAnswer ask(std::string_view request);
    /// Until something comes or the connection ends, at most `patience`.
    void wait_for_answer(std::chrono::milliseconds patience);
    /// The server sees the end of what is sent; answers can still come.
    void finish_sending();
    /// Whether the server ends the connection without another byte.
    bool is_at_end();
    void close();

protected:
    /// What comes next, at most `most` bytes; empty at the end.
    virtual std::string receive(size_t most);
    [[nodiscard]] int descriptor() const { return descriptor_; }

private:
    bool fill();
    std::string take(size_t bytes);
    /// Without its end.
    bool take_line(std::string& line);

    int descriptor_ = -1;
    std::string buffer_;
};

/// A request with a body, and the length of it.
std::string post(std::string_view path, std::string_view body, std::string_view headers = "");
std::string get(std::string_view path, std::string_view headers = "");
std::string with_body(std::string_view method, std::string_view path, std::string_view body,
                      std::string_view headers = "");

}  // namespace temblor::testing
