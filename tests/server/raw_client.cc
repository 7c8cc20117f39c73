#include "tests/server/raw_client.h"

#include <algorithm>
#include <cctype>
#include <cerrno>

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

namespace temblor::testing {

RawClient::RawClient(uint16_t port) : descriptor_(socket(AF_INET, SOCK_STREAM, 0)) {
    const timeval patience{60, 0};
    setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(descriptor_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(connect(descriptor_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
}

RawClient::~RawClient() { close(); }

void RawClient::close() {
    if (descriptor_ >= 0) ::close(descriptor_);
    descriptor_ = -1;
}

bool RawClient::send(std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent <= 0) return false;
        bytes.remove_prefix(static_cast<size_t>(sent));
    }
    return true;
}

void RawClient::wait_for_answer(std::chrono::milliseconds patience) {
    pollfd one{descriptor_, POLLIN, 0};
    (void)::poll(&one, 1, static_cast<int>(patience.count()));
}

void RawClient::finish_sending() { ::shutdown(descriptor_, SHUT_WR); }

std::string RawClient::receive(size_t most) {
    std::string bytes(most, '\0');
    ssize_t got = 0;
    // A fuzzer's alarm interrupts it: with a time limit it is not begun again by itself.
    do {
        got = recv(descriptor_, bytes.data(), bytes.size(), 0);
    } while (got < 0 && errno == EINTR);
    bytes.resize(got > 0 ? static_cast<size_t>(got) : 0);
    return bytes;
}

bool RawClient::fill() {
    const std::string bytes = receive(64 << 10);
    buffer_ += bytes;
    return !bytes.empty();
}

std::string RawClient::take(size_t bytes) {
    while (buffer_.size() < bytes && fill()) {
    }
    std::string out = buffer_.substr(0, bytes);
    buffer_.erase(0, out.size());
    return out;
}

bool RawClient::take_line(std::string& line) {
    size_t end = 0;
    while ((end = buffer_.find("\r\n")) == std::string::npos) {
        if (!fill()) return false;
    }
    line = take(end);
    take(2);
    return true;
}

RawAnswer RawClient::answer(bool of_head) {
    RawAnswer answer;
    std::string line;
    if (!take_line(line) || line.size() < 12) return {};
    answer.status = static_cast<unsigned>(std::strtoul(line.c_str() + 9, nullptr, 10));
    while (true) {
        if (!take_line(line)) return {};
        if (line.empty()) break;
        const size_t colon = line.find(':');
        std::string name = line.substr(0, colon);
        std::transform(name.begin(), name.end(), name.begin(),
                       [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        answer.headers[name] = colon == std::string::npos ? "" : line.substr(colon + 2);
    }
    if (of_head || answer.status == 100 || answer.status == 204) return answer;
    if (answer.headers["transfer-encoding"] == "chunked") {
        while (true) {
            if (!take_line(line)) return {};
            const size_t size = std::strtoul(line.c_str(), nullptr, 16);
            answer.body += take(size);
            if (!take_line(line)) return {};
            if (size == 0) return answer;
        }
    }
    if (const auto length = answer.headers.find("content-length"); length != answer.headers.end()) {
        const size_t bytes = std::strtoul(length->second.c_str(), nullptr, 10);
        answer.body = take(bytes);
        return answer.body.size() == bytes ? answer : RawAnswer();
    }
    while (fill()) {
    }
    answer.body = take(buffer_.size());
    return answer;
}

RawAnswer RawClient::ask(std::string_view request) {
    send(request);
    return answer(request.substr(0, 5) == "HEAD ");
}

bool RawClient::is_at_end() { return buffer_.empty() && !fill(); }

std::string with_body(std::string_view method, std::string_view path, std::string_view body,
                      std::string_view headers) {
    std::string request(method);
    request.append(" ").append(path).append(" HTTP/1.1\r\nHost: test\r\n").append(headers);
    request += "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n";
    return request.append(body);
}

std::string post(std::string_view path, std::string_view body, std::string_view headers) {
    return with_body("POST", path, body, headers);
}

std::string get(std::string_view path, std::string_view headers) {
    std::string request = "GET ";
    return request.append(path).append(" HTTP/1.1\r\nHost: test\r\n").append(headers) + "\r\n";
}

}  // namespace temblor::testing
